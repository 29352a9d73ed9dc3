//! Why a proof fails: the one place that decides it.

use crate::model::proof::Proof;
use crate::model::requirement::{Level, RequirementId};

/// So many clauses are named in one reason.
const MOST_NAMES: usize = 8;

/// Why the suites can't be relied on; nothing, if they can.
pub(super) fn reasons(proof: &Proof, fail_under: f64) -> Vec<String> {
    let mut reasons = Vec::new();
    let total = proof.total;
    if total.unlawful() == 0 {
        reasons.push("nothing was proven: no answer that conforms could be altered".into());
    }
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let noticed = (total.killed + total.accepted) as f64 * 100.0;
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    if noticed < fail_under * total.unlawful() as f64 {
        reasons.push(format!("less than {fail_under} % of the unlawful mutants were noticed or are known"));
    }
    if total.false_alarms > 0 {
        let what = if total.false_alarms == 1 { "mutant" } else { "mutants" };
        reasons.push(format!("cases failed on {} lawful {what}", total.false_alarms));
    }
    let unproven: Vec<&RequirementId> = proof
        .requirements
        .iter()
        .filter(|one| one.tested && one.level == Level::Must && one.proven.is_none() && one.score.total() > 0)
        .map(|one| &one.id)
        .collect();
    if !unproven.is_empty() {
        let names: Vec<&str> = unproven.iter().take(MOST_NAMES).map(|id| &*id.0).collect();
        let more = if unproven.len() > MOST_NAMES { ", …" } else { "" };
        reasons.push(format!("no mutant shows that these musts are judged: {}{more}", names.join(", ")));
    }
    if !proof.stale.is_empty() {
        reasons.push("the contract declares what nothing bears out".into());
    }
    reasons
}
