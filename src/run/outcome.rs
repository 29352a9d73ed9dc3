//! What a trial comes to, be its answers new or stored.

use std::fmt::Write as _;

use crate::check;
use crate::model::case::Step;
use crate::model::contract::Contract;
use crate::model::exchange::Answer;
use crate::model::expectation::HeaderTest;
use crate::model::limits::{Limit, Limits};
use crate::model::quantity::grouped;
use crate::model::secret::Secrets;
use crate::model::shell::word;
use crate::model::target::Target;
use crate::model::verdict::{Finding, Rule, Verdict};
use crate::plan::Trial;

/// Adds findings to those of a trial, of each clause at least one and beyond the limit no others: the rest is counted.
pub(super) fn keep(kept: &mut Vec<Finding>, found: Vec<Finding>, limits: &Limits, dropped: &mut Dropped) {
    for finding in found {
        if kept.len() < limits.findings || !kept.iter().any(|known| known.requirement == finding.requirement) {
            kept.push(finding);
        } else {
            dropped.count += 1;
            dropped.first.get_or_insert(finding);
        }
    }
}

/// Findings that weren't kept.
#[derive(Default)]
pub(super) struct Dropped {
    count: usize,
    first: Option<Finding>,
}

impl Dropped {
    /// What stands for them: a finding of its own, so that nobody takes those that were kept for all.
    pub(super) fn told(self) -> Option<Finding> {
        let first = self.first?;
        let more = grouped(self.count);
        let findings = if self.count == 1 { "finding" } else { "findings" };
        let how = format!("and {more} more {findings}; another limit: `--limit {}=NUMBER`", Limit::Findings.slug());
        Some(Finding { message: how, expected: "none".into(), observed: more, pointer: None, ..first })
    }
}

/// What is said of a trial with these findings, and with these notes on what could not be judged.
pub(super) fn verdict(findings: &[Finding], notes: &[String]) -> Verdict {
    if !findings.is_empty() {
        Verdict::Violates
    } else if notes.is_empty() {
        Verdict::Conforms
    } else {
        Verdict::Inconclusive
    }
}

/// The finding that a connection ended without anything that is an HTTP answer.
pub(super) fn without_answer(trial: &Trial, index: usize, cause: &str) -> Finding {
    let expectations = check::expectations(trial, index);
    let (expect, blame) = expectations[0];
    let status = expectations.iter().find_map(|(expect, _)| expect.status.as_ref());
    Finding {
        requirement: blame.clone(),
        rule: Rule::Status,
        message: "there is no answer, over a fresh connection neither".into(),
        expected: status.map_or_else(|| "an answer".into(), ToString::to_string),
        observed: cause.to_owned(),
        pointer: None,
        place: status.map_or_else(|| expect.place.clone(), |rule| rule.place.clone()),
    }
}

/// Why a trial can't go on after an answer that ended too soon. Where an expectation speaks of the length, that is a
/// finding of its own.
pub(super) fn cut_short(trial: &Trial, step: &Step, answer: &Answer) -> Result<(), String> {
    let invariants = trial.invariants.iter().map(|invariant| &invariant.expect);
    let judges_length = std::iter::once(&step.expect)
        .chain(trial.expected_of_cell())
        .chain(invariants)
        .flat_map(|expect| &expect.headers)
        .any(|rule| rule.tests.iter().any(|test| matches!(test, HeaderTest::EqualsBodyLength)));
    let Some(reason) = answer.unknown_body() else { return Ok(()) };
    if judges_length && answer.wire.cut.is_none() {
        return Ok(());
    }
    match &answer.wire.framing {
        Some(framing) if !framing.is_empty() => Err(format!("{reason}: {framing}")),
        _ => Err(reason.to_owned()),
    }
}

/// The command that runs just one trial again.
pub(super) struct Rerun {
    /// The command up to the id, the same for all trials.
    beginning: String,
}

impl Rerun {
    pub(super) fn new(contract: &Contract, target: &Target, options: &[String]) -> Self {
        let mut beginning = String::from("probity run");
        if let Some(folder) = &contract.folder {
            let _ = write!(beginning, " {}", word(folder));
        }
        if let Some(argument) = &target.argument {
            let _ = write!(beginning, " --target {}", word(argument));
        }
        for option in options {
            let _ = write!(beginning, " {}", word(option));
        }
        beginning.push_str(" --only ");
        Self { beginning }
    }

    pub(super) fn of(&self, trial: &Trial) -> String {
        let id = word(&trial.id);
        [self.beginning.as_str(), &id].concat()
    }
}

/// A finding as it may be shown.
pub(super) fn masked(finding: &Finding, secrets: &Secrets) -> Finding {
    Finding {
        message: secrets.mask(&finding.message).into_owned(),
        expected: secrets.mask(&finding.expected).into_owned(),
        observed: secrets.mask(&finding.observed).into_owned(),
        pointer: finding.pointer.as_deref().map(|pointer| secrets.mask(pointer).into_owned()),
        place: secrets.conceal(&finding.place),
        ..finding.clone()
    }
}
