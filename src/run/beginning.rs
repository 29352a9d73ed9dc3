//! What is said before the first trial.

use std::sync::Arc;

use crate::model::contract::Contract;
use crate::model::event::RunStarted;
use crate::model::secret::SHORTEST;
use crate::model::target::Target;
use crate::plan::Plan;

/// A plan of a contract that is going to be judged against a target.
pub(super) fn started(contract: &Contract, plan: &Plan, target: &Target) -> RunStarted {
    RunStarted {
        contract: contract.name.clone(),
        contract_version: contract.version.clone(),
        digest: contract.digest.clone(),
        folder: contract.folder.clone(),
        target: target.name.clone(),
        target_version: target.version.clone(),
        services: target.services.clone(),
        trials: plan.reported().count(),
        left_out: plan.left_out,
        sharding: plan.sharding.clone(),
        notes: too_short(plan.secrets.too_short()).into_iter().collect(),
        requirements: Arc::new(contract.requirements.clone()),
        matrices: Arc::new(plan.matrices()),
    }
}

/// What whoever gave such secrets should know.
fn too_short(secrets: usize) -> Option<String> {
    let which = if secrets == 1 { "a secret has".to_owned() } else { format!("{secrets} secrets have") };
    (secrets > 0).then(|| format!("{which} fewer than {SHORTEST} bytes, and can't be masked; give longer ones"))
}
