//! What a trial comes to, be its answers new or stored.

use std::fmt::Write as _;

use crate::check;
use crate::model::case::Step;
use crate::model::contract::Contract;
use crate::model::exchange::{Answer, Ending};
use crate::model::expectation::HeaderTest;
use crate::model::shell::word;
use crate::model::target::Target;
use crate::model::verdict::{Finding, Rule, Verdict};
use crate::plan::Trial;

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
    if answer.ending == Ending::Short && !judges_length {
        return Err("the connection ended before the end of the body".into());
    }
    Ok(())
}

/// The command that runs just this trial again.
pub(super) fn rerun(contract: &Contract, target: &Target, options: &[String], trial: &Trial) -> String {
    let mut command = String::from("probity run");
    if let Some(folder) = &contract.folder {
        let _ = write!(command, " {}", word(folder));
    }
    if let Some(argument) = &target.argument {
        let _ = write!(command, " --target {}", word(argument));
    }
    for option in options {
        let _ = write!(command, " {}", word(option));
    }
    let _ = write!(command, " --only {}", word(&trial.id));
    command
}
