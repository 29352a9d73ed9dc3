//! Which trials are tried again, and which attempt at one counts.

use super::Flaky;
use crate::model::event::{Attempt, TrialResult};
use crate::model::expectation::Expectation;
use crate::model::verdict::Verdict;
use crate::plan::Trial;

/// The attempt that says what is said of the trial, with the others beside it.
pub(super) fn the_one_that_counts(mut attempts: Vec<TrialResult>, flaky: Flaky) -> TrialResult {
    let violates = |result: &TrialResult| result.verdict == Verdict::Violates;
    let last = attempts.len() - 1;
    let conforms = attempts[last].verdict == Verdict::Conforms;
    // That a later attempt could not be judged takes nothing back.
    let counts = match (conforms, flaky) {
        (true, Flaky::Pass) => None,
        (true, Flaky::Fail) => attempts.iter().position(violates),
        (false, _) => attempts.iter().rposition(violates),
    };
    let counts = counts.unwrap_or(last);
    let mut result = attempts.remove(counts);
    let others = attempts.into_iter().enumerate().map(|(index, other)| {
        let TrialResult { verdict, findings, notes, duration, exchanges, .. } = other;
        let number = index + 1 + usize::from(index >= counts);
        Attempt { number, verdict, findings, notes, duration, exchanges }
    });
    result.attempts = others.collect();
    result
}

/// Whether another attempt could come to something better.
pub(super) fn wants_another(result: &TrialResult) -> bool {
    matches!(result.verdict, Verdict::Violates | Verdict::Inconclusive)
}

/// Whether a second attempt means the same as the first: not after a change of state; and what is withheld must be
/// withheld every time.
pub(super) fn may_be_retried(trial: &Trial) -> bool {
    let denies = trial.cell.as_ref().is_some_and(|cell| cell.denial) || !trial.controls.is_empty();
    let withholds = trial.case.steps.iter().map(|step| &step.expect).any(Expectation::withholds);
    trial.case.changes.is_empty() && !denies && !withholds
}
