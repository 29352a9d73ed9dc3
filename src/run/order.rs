//! Results in plan order, whatever order they come in; denials after their positive controls.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::event::TrialResult;
use crate::model::shown::ShownExchange;
use crate::model::verdict::{Finding, Rule, Verdict};
use crate::plan::Plan;

/// So much of answers waits for its turn, in bytes, before trials further on have to wait as well.
const MOST_HELD: usize = 48 << 20;

/// Holds results back until it is their turn.
pub(super) struct Order<'a> {
    plan: &'a Plan,
    waiting: BTreeMap<usize, Arc<TrialResult>>,
    /// Of each trial that has ended: whether it kept the clauses that it cites itself.
    kept: Vec<Option<bool>>,
    next: usize,
    /// What the answers of results that wait weigh, in bytes.
    held: usize,
}

impl<'a> Order<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self { plan, waiting: BTreeMap::new(), kept: vec![None; plan.trials.len()], next: 0, held: 0 }
    }

    /// Takes a result and gives back those whose turn has come, with their positions in the plan.
    pub(super) fn add(&mut self, index: usize, result: TrialResult) -> Vec<(usize, Arc<TrialResult>)> {
        self.kept[index] = Some(keeps_its_clauses(&result));
        self.held += weight(&result);
        self.waiting.insert(index, Arc::new(result));
        let mut ready = Vec::new();
        while let Some(mut result) = self.waiting.remove(&self.next) {
            let trial = &self.plan.trials[self.next];
            let controls: Vec<Option<bool>> = trial.controls.iter().map(|control| self.kept[*control]).collect();
            let controlled = controls.is_empty() || controls.contains(&Some(true));
            if !controlled && controls.contains(&None) {
                self.waiting.insert(self.next, result);
                break;
            }
            self.held -= weight(&result);
            if !controlled && result.verdict == Verdict::Conforms {
                // Nobody else has it yet.
                let result = Arc::make_mut(&mut result);
                result.verdict = Verdict::Inconclusive;
                let first = &self.plan.trials[trial.controls[0]].id;
                result.notes.push(format!(
                    "nothing was withheld that anybody could see: no positive control conformed, such as {first}"
                ));
            }
            if !trial.auxiliary {
                ready.push((self.next, result));
            }
            self.next += 1;
        }
        ready
    }

    /// Up to which trial of the plan others may begin: all, or, where too much waits, those that it waits for.
    pub(super) fn horizon(&self) -> usize {
        if self.held <= MOST_HELD {
            return usize::MAX;
        }
        let controls = self.plan.trials.get(self.next).map_or(&[][..], |trial| &trial.controls);
        controls.iter().copied().max().unwrap_or(0).max(self.next)
    }
}

/// What a result weighs while it waits, in bytes, near enough: its answers, and what is said of them.
fn weight(result: &TrialResult) -> usize {
    let said = |finding: &Finding| {
        size_of::<Finding>() + finding.message.len() + finding.expected.len() + finding.observed.len()
    };
    let findings: usize = result.findings.iter().map(said).sum();
    let notes: usize = result.notes.iter().map(String::len).sum();
    let raw: usize = result.evidence.iter().map(|evidence| evidence.answer.weight()).sum();
    let shown: usize = result.exchanges.iter().map(ShownExchange::weight).sum();
    findings + notes + raw + shown
}

/// Whether a trial, as a positive control, showed what it had to show: what an invariant found is another matter.
fn keeps_its_clauses(result: &TrialResult) -> bool {
    let blames_own =
        |finding: &Finding| finding.rule != Rule::Snapshot && result.requirements.contains(&finding.requirement);
    let blamed = result.findings.iter().any(blames_own);
    match result.verdict {
        Verdict::Conforms => true,
        Verdict::Violates => !blamed && result.notes.is_empty(),
        Verdict::Inconclusive | Verdict::Skipped => false,
    }
}
