//! `probity explain`: a requirement, a case, a rule, a defect or the code of a diagnostic, in full.

mod words;

use std::fmt::Write as _;

use clap::{Args, CommandFactory as _};

use self::words::WORDS;
use super::{Cli, ContractArg, Exit, Failure, Output};
use crate::diagnostic::{Code, nearest};
use crate::model::contract::Contract;
use crate::model::framing::FramingFault;
use crate::model::limits::{Limit, Limits};
use crate::model::mutant::Operator;
use crate::model::proof::WeaknessKind;
use crate::model::requirement::Requirement;
use crate::model::snapshot::Placeholder;
use crate::model::verdict::Rule;
use crate::plan::{Pattern, Plan, Selection, plan};
use crate::reference::{Defect, defects};
use crate::report::format::Format;

#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// The id of a requirement, a case or a trial, the name of a rule or of a defect, or the code of a diagnostic.
    id: String,
    #[command(flatten)]
    contract: ContractArg,
}

pub(super) fn explain(arguments: &ExplainArgs) -> Result<Exit, Failure> {
    // What is said in two words has a dash in its name.
    let dashed = arguments.id.split_whitespace().collect::<Vec<_>>().join("-");
    let id = dashed.as_str();
    if let Some(text) = word(id) {
        Output::print(&text)?;
        return Ok(Exit::Conforms);
    }
    let contract = arguments.contract.load()?;
    let plan = plan(&contract, None, &Selection::default())?;
    let text = requirement(id, &contract, &plan)
        .or_else(|| case(id, &contract, &plan))
        .or_else(|| defect(id, &contract))
        .or_else(|| words::word(id))
        .or_else(|| command(id));
    if let Some(text) = text {
        Output::print(&plan.secrets.mask(&text))?;
        return Ok(Exit::Conforms);
    }
    let mut known: Vec<&str> = Code::ALL.iter().map(|code| code.slug()).collect();
    known.extend(Rule::ALL.iter().map(|rule| rule.slug()));
    known.extend(FramingFault::ALL.iter().map(|fault| fault.slug()));
    known.extend(Limit::ALL.iter().map(|limit| limit.slug()));
    known.extend(Operator::ALL.iter().map(|operator| operator.slug()));
    known.extend(WeaknessKind::ALL.iter().map(|kind| kind.slug()));
    known.extend(Format::ALL.iter().map(|format| format.slug()));
    known.extend(Placeholder::ALL.iter().map(|placeholder| placeholder.slug()));
    known.extend(WORDS.iter().map(|(word, ..)| *word));
    known.extend(contract.requirements.iter().map(|requirement| &*requirement.id.0));
    known.extend(plan.trials.iter().map(|trial| &*trial.id));
    known.extend(defects_of(&contract).map(|defect| defect.name));
    let help = nearest(id, &known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Err(Failure::Wrong(format!("nothing is called `{}`{help}", arguments.id)))
}

/// A code, a rule and their like, which need no contract.
fn word(id: &str) -> Option<String> {
    if let Some(code) = Code::ALL.iter().find(|code| code.slug() == id) {
        return Some(format!("{id}: a problem in the files of a contract or target\n\n{}\n", code.explanation()));
    }
    if let Some(operator) = Operator::ALL.iter().find(|operator| operator.slug() == id) {
        return Some(format!("{id}: a way of altering an answer, see `probity prove`\n\n{}\n", operator.explanation()));
    }
    if let Some(kind) = WeaknessKind::ALL.iter().find(|kind| kind.slug() == id) {
        return Some(format!("{id}: a weakness that `probity prove` finds\n\n{}\n", kind.explanation()));
    }
    if let Some(rule) = Rule::ALL.iter().find(|rule| rule.slug() == id) {
        return Some(format!("{id}: a rule that answers are judged by\n\n{}\n", rule.explanation()));
    }
    if let Some(fault) = FramingFault::ALL.iter().find(|fault| fault.slug() == id) {
        return Some(format!("{id}: a fault of framing, see `framing` in an expectation\n\n{}\n", fault.explanation()));
    }
    if let Some(limit) = Limit::ALL.iter().find(|limit| limit.slug() == id) {
        let default = Limits::default().value(*limit);
        return Some(format!("{id}: a limit, see `--limit`\n\n{}; {default} if left out\n", limit.explanation()));
    }
    if let Some(format) = Format::ALL.iter().find(|format| format.slug() == id) {
        return Some(format!("{id}: a format of reports, see `probity run --report`\n\n{}\n", format.explanation()));
    }
    let placeholder = Placeholder::ALL.iter().find(|placeholder| placeholder.slug() == id && id != "persona")?;
    Some(format!("{id}: a placeholder of redactions\n\n{}\n", placeholder.explanation()))
}

/// A command, as its help has it.
fn command(id: &str) -> Option<String> {
    let mut whole = Cli::command();
    whole.build();
    let found = whole.find_subcommand_mut(id)?;
    Some(format!("{id}: a command\n\n{}\n", found.render_long_help()))
}

fn requirement(id: &str, contract: &Contract, plan: &Plan) -> Option<String> {
    let requirement = contract.requirements.iter().find(|one| one.id.0.eq_ignore_ascii_case(id))?;
    let mut text = clause(requirement);
    let judges = plan.trials.iter().filter(|trial| trial.requirements.contains(&requirement.id));
    let trials: Vec<&str> = judges.map(|trial| &*trial.id).collect();
    let invariants = contract
        .suites
        .iter()
        .flat_map(|suite| suite.invariants.iter().map(move |invariant| (suite, invariant)))
        .filter(|(_, invariant)| invariant.requirements.contains(&requirement.id));
    for (suite, invariant) in invariants {
        let _ = writeln!(text, "judged by the invariant `{}` in every trial of {}", invariant.name, suite.name);
    }
    if !trials.is_empty() {
        let _ = writeln!(text, "judged by {} trials:", trials.len());
        for trial in trials {
            let _ = writeln!(text, "  {trial}");
        }
    }
    let breaking: Vec<&Defect> = defects_of(contract).filter(|defect| *defect.breaks == *requirement.id.0).collect();
    if !breaking.is_empty() {
        text.push_str("broken by these defects of the reference server:\n");
        for defect in breaking {
            let _ = writeln!(text, "  {}: {}", defect.name, defect.says);
        }
    }
    Some(text)
}

/// The reference server speaks the shipped contract only, so its defects say nothing of another one.
fn defects_of(contract: &Contract) -> impl Iterator<Item = &'static Defect> {
    defects().filter(|_| contract.folder.is_none())
}

fn defect(id: &str, contract: &Contract) -> Option<String> {
    let defect = defects_of(contract).find(|defect| defect.name == id)?;
    let mut text = format!("{id}: a defect of the reference server\n\n{}\n\nIt breaks\n\n", defect.says);
    let clauses = |id: &str| contract.requirements.iter().find(|one| *one.id.0 == *id);
    text.extend(clauses(defect.breaks).map(clause));
    if !defect.also.is_empty() {
        text.push_str("\nWith it fall\n\n");
        for clause in defect.also.iter().filter_map(|id| clauses(id)) {
            let _ = writeln!(text, "  {}: {}", clause.id, clause.says);
        }
    }
    let _ = writeln!(text, "\nTry it: probity serve --defect {id}");
    Some(text)
}

fn clause(requirement: &Requirement) -> String {
    let mut text = format!("{} ({})\n{}\n\n", requirement.id, requirement.level, requirement.says);
    let _ = writeln!(text, "source: {}, {}", requirement.document, requirement.section);
    if let Some(reading) = &requirement.reading {
        let _ = writeln!(text, "reading: {reading}");
    }
    if let Some(reason) = &requirement.not_tested {
        let _ = writeln!(text, "not tested: {reason}");
    }
    let _ = writeln!(text, "declared at {}", requirement.place);
    text
}

fn case(id: &str, contract: &Contract, plan: &Plan) -> Option<String> {
    let pattern = Pattern::new(id);
    let trials: Vec<_> = plan.trials.iter().filter(|trial| pattern.matches(&trial.id)).collect();
    let first = trials.first()?;
    let mut text = id.to_string();
    if let Some(title) = &first.case.title {
        let _ = write!(text, ": {title}");
    }
    let _ = writeln!(text, "\nwritten at {}\n", first.place);
    let mut requirements: Vec<_> = trials.iter().flat_map(|trial| trial.requirements.iter()).collect();
    requirements.sort();
    requirements.dedup();
    for id in requirements {
        text.extend(contract.requirement(id).map(clause));
        text.push('\n');
    }
    if trials.len() > 1 {
        let _ = writeln!(text, "{} trials:", trials.len());
        for trial in trials {
            let _ = writeln!(text, "  {}", trial.id);
        }
    }
    Some(text)
}
