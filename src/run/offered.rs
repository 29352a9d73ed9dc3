//! Capabilities that a target doesn't claim, and offers all the same.

use futures_util::future::join_all;

use super::{Shared, plain};
use crate::plan::Trial;

/// A note for each capability that isn't claimed, though the first request about it is answered as its case expects.
///
/// Nothing is judged by that: who claims nothing is asked once, by a request that changes nothing.
pub(super) async fn unclaimed(shared: &Shared<'_>) -> Vec<String> {
    // Who hangs is waited for once, and not as often as there are capabilities.
    let asked = shared.contract.capabilities.iter().map(|capability| offered(shared, &capability.name));
    join_all(asked).await.into_iter().flatten().collect()
}

/// The note for one of them.
async fn offered(shared: &Shared<'_>, capability: &str) -> Option<String> {
    let about = |trial: &&Trial| trial.unclaimed.as_deref() == Some(capability) && plain::is_plain(trial);
    let trial = shared.plan.trials.iter().find(about)?;
    let request = plain::request(shared.contract, shared.plan, shared.target, trial)?;
    let exchange = shared.clients.send(&trial.service, request).await;
    shared.reach.note(&trial.service, &exchange);
    let answer = exchange.answer.ok()?;
    plain::accepts(trial, answer.status).then(|| {
        format!(
            "the target doesn't claim `{capability}`, yet answers {} with {}; to have it judged, claim it in the target \
             file",
            trial.id, answer.status
        )
    })
}
