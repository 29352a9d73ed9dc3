//! `probity list`: the plan, without a request; or the clauses; or the defects of the reference server.

mod clauses;

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::engine::SelectionArgs;
use super::{ContractArg, Exit, Failure, Output};
use crate::model::shard::Shard;
use crate::plan::plan;
use crate::reference::{Defect, defects};
use crate::report::json::trial::{NamedPart, WrittenPart};

#[derive(Args, Debug)]
pub(super) struct ListArgs {
    #[command(flatten)]
    contract: ContractArg,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Only part I of the plan split into N, as `probity run --shard` has it.
    #[arg(long, value_name = "I/N", conflicts_with_all = ["defects", "requirements"])]
    shard: Option<Shard>,
    /// List the defects of the reference server instead.
    #[arg(long, conflicts_with_all = ["contract", "only", "skip"])]
    defects: bool,
    /// List the clauses instead, with how each is judged and what was seen to break it.
    #[arg(long, conflicts_with_all = ["defects", "only", "skip"])]
    requirements: bool,
    /// A report of `probity prove`, to say which clauses were seen to be judged by an altered answer.
    #[arg(long, value_name = "PATH", requires = "requirements")]
    proof: Option<PathBuf>,
    /// Print JSON instead of lines.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct ListedTrial<'a> {
    #[serde(flatten)]
    named: NamedPart<'a>,
    #[serde(flatten)]
    written: WrittenPart<'a>,
}

#[derive(Serialize)]
struct ListedDefect {
    name: &'static str,
    says: &'static str,
    breaks: &'static str,
    also: &'static [&'static str],
}

pub(super) fn list(arguments: &ListArgs) -> Result<Exit, Failure> {
    let text = if arguments.defects {
        list_defects(arguments.json)
    } else if arguments.requirements {
        clauses::list(arguments)
    } else {
        list_trials(arguments)
    };
    if arguments.json {
        Output::print_json(&text?)?;
    } else {
        Output::print(&text?)?;
    }
    Ok(Exit::Conforms)
}

fn list_defects(json: bool) -> Result<String, Failure> {
    let defects = defects().map(|defect| {
        let Defect { name, says, breaks, also, .. } = *defect;
        ListedDefect { name, says, breaks, also }
    });
    if json {
        return array(defects);
    }
    Ok(defects.fold(String::new(), |mut text, defect| {
        let _ = writeln!(text, "{}  {}  {}", defect.name, defect.breaks, defect.says);
        text
    }))
}

fn list_trials(arguments: &ListArgs) -> Result<String, Failure> {
    let contract = arguments.contract.load()?;
    let mut plan = plan(&contract, None, &arguments.selection.selection())?;
    if let Some(shard) = arguments.shard {
        plan = plan.shard(&contract, shard);
    }
    let trials = plan.reported();
    if arguments.json {
        return array(trials.map(|trial| {
            let of = (&*trial.suite, &*trial.case.name, trial.case.title.as_deref());
            let named = NamedPart::of(&trial.id, of, trial.level, &trial.requirements);
            ListedTrial { named, written: WrittenPart::of(&trial.place) }
        }));
    }
    Ok(trials.fold(String::new(), |mut text, trial| {
        let requirements: Vec<&str> = trial.requirements.iter().map(|id| &*id.0).collect();
        let _ = writeln!(text, "{}  {}  {}", trial.id, trial.level.word(), requirements.join(" "));
        text
    }))
}

fn array(items: impl Iterator<Item = impl Serialize>) -> Result<String, Failure> {
    let items: Vec<_> = items.collect();
    Ok(serde_json::to_string_pretty(&items).map_err(std::io::Error::from)? + "\n")
}
