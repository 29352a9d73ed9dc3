//! Stored answers judged again, by another contract. Nothing is sent.

mod again;
mod stored;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use self::again::Again;
use super::beginning::started;
use super::bug::caught;
use super::order::Order;
use super::outcome::Rerun;
use super::tally::Tally;
use crate::model::choice::untaken;
use crate::model::contract::Contract;
use crate::model::event::{Event, RunStarted, Summary, TrialResult};
use crate::model::target::Target;
use crate::plan::Plan;
use crate::prove::coverage::Coverage;

/// A run as it was stored.
pub struct Past {
    /// What its report is called where it is spoken of.
    pub name: String,
    /// How it began.
    pub started: RunStarted,
    /// Its trials.
    pub trials: Vec<Arc<TrialResult>>,
    /// What it came to.
    pub summary: Summary,
}

/// So many trials that the contract doesn't have any more are named.
const MOST_GONE: usize = 4;

/// Judges the answers of an earlier run by this contract.
///
/// A trial is judged only where the contract would send what was sent, and only by what was stored of the answers: what
/// was masked or cut makes it inconclusive where a check needs it.
pub fn judge(contract: &Contract, plan: &Plan, target: &Target, past: &Past, emit: &mut dyn FnMut(Event)) -> Summary {
    let stored: HashMap<&str, &TrialResult> = past.trials.iter().map(|one| (&*one.id, &**one)).collect();
    emit(Event::Started(RunStarted { notes: notes(plan, past), ..started(contract, plan, target) }));
    let mut tally = Tally::new(
        &contract.requirements,
        untaken(&contract.choices),
        plan.left_out,
        plan.left_out_musts,
        past.summary.strict,
    );
    let mut coverage = Coverage::new(contract, plan, target);
    let mut order = Order::new(plan);
    let rerun = Rerun::new(contract, target, &[]);
    for (index, trial) in plan.trials.iter().enumerate() {
        let anew = || Again::new(contract, plan, target, &rerun, &plan.secrets, trial, stored.get(&*trial.id).copied());
        let again = anew();
        let judged = caught(|| again.judged()).unwrap_or_else(|bug| anew().unjudged(&bug.to_string()));
        for (index, result) in order.add(index, judged) {
            let considered = caught(|| coverage.consider(&plan.trials[index], &result));
            considered.unwrap_or_else(|bug| tally.weighs(plan.secrets.mask(&bug.to_string()).into_owned()));
            tally.add(&result);
            emit(Event::Finished(result));
        }
    }
    if !past.summary.complete {
        let why = past.summary.reasons.first().map(|reason| format!(": {reason}")).unwrap_or_default();
        tally.stopped(&format!("the stored run isn't complete{why}"));
    }
    let summary = tally.summary(&|id| coverage.killer(id).cloned(), None);
    emit(Event::Ended(summary.clone()));
    summary
}

fn notes(plan: &Plan, past: &Past) -> Vec<String> {
    let run = &past.started;
    let judged = format!("{} {} {}", run.contract, run.contract_version, run.digest);
    let mut notes = vec![format!("stored answers of {} are judged again, first judged by {judged}", past.name)];
    let known: HashSet<&str> = plan.trials.iter().map(|trial| &*trial.id).collect();
    let stored = past.trials.iter().map(|one| &*one.id);
    let gone: Vec<&str> = stored.filter(|id| !known.contains(id)).collect();
    if !gone.is_empty() && plan.left_out == 0 {
        let more = if gone.len() > MOST_GONE { ", …" } else { "" };
        let shown = gone[..gone.len().min(MOST_GONE)].join(", ");
        notes.push(format!("{} of the stored trials are no more in the contract: {shown}{more}", gone.len()));
    }
    if past.summary.snapshots.is_some() {
        notes.push("no answer is compared with an accepted one".into());
    }
    notes
}
