//! Capabilities that a target doesn't claim, and offers all the same.

use super::{Shared, plain};
use crate::plan::Trial;

/// A note for each capability that isn't claimed, though the first request about it is answered as its case expects.
///
/// Nothing is judged by that: who claims nothing is asked once, by a request that changes nothing.
pub(super) async fn unclaimed(shared: &Shared<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    for capability in &shared.contract.capabilities {
        let about = |trial: &&Trial| trial.unclaimed.as_deref() == Some(&*capability.name) && plain::is_plain(trial);
        let Some(trial) = shared.plan.trials.iter().find(about) else { continue };
        let Some(request) = plain::request(shared.contract, shared.plan, shared.target, trial) else { continue };
        if shared.out_of_reach(&trial.service).is_some() {
            continue;
        }
        let exchange = shared.clients.send(&trial.service, request).await;
        shared.heard(&trial.service, &exchange);
        let Ok(answer) = exchange.answer else { continue };
        if plain::accepts(trial, answer.status) {
            notes.push(format!(
                "the target doesn't claim `{}`, yet answers {} with {}; to have it judged, claim it in the target file",
                capability.name, trial.id, answer.status
            ));
        }
    }
    notes
}
