//! Trials of one request that changes nothing: what can be asked without judging anything.

use serde_json::Map;

use crate::check::{Moment, expectations};
use crate::execute::prepare;
use crate::model::contract::Contract;
use crate::model::exchange::PreparedRequest;
use crate::model::expectation::StatusRule;
use crate::model::target::Target;
use crate::plan::{Plan, Trial};

/// Methods that change nothing (RFC 9110, section 9.2.1).
const SAFE: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// Whether a trial is one request that changes nothing and that is answered with 200.
pub(super) fn is_plain(trial: &Trial) -> bool {
    let [step] = trial.case.steps.as_slice() else { return false };
    let answered = rules(trial).iter().any(|rule| !rule.negated && rule.accepts(200));
    trial.case.setup.is_empty()
        && trial.case.changes.is_empty()
        && SAFE.contains(&step.request.method.as_str())
        && answered
}

/// The request of such a trial.
pub(super) fn request(contract: &Contract, plan: &Plan, target: &Target, trial: &Trial) -> Option<PreparedRequest> {
    let step = trial.case.steps.first()?;
    let for_templates = target.for_templates(&trial.service);
    let captures = Map::new();
    let moment = Moment {
        trial,
        personas: &plan.personas,
        world: &contract.world,
        target: &for_templates,
        captures: &captures,
        earlier: &[],
    };
    let base = target.url(&trial.service);
    prepare(&step.request, base, &plan.personas, &moment.scope()).ok()
}

/// Whether such a trial expects this status.
pub(super) fn accepts(trial: &Trial, status: u16) -> bool {
    rules(trial).iter().all(|rule| rule.accepts(status))
}

/// The status that it expects, as it is written.
pub(super) fn expected(trial: &Trial) -> Option<String> {
    rules(trial).first().map(ToString::to_string)
}

fn rules(trial: &Trial) -> Vec<&StatusRule> {
    expectations(trial, 0).into_iter().filter_map(|(expect, _)| expect.status.as_ref()).collect()
}
