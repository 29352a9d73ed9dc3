//! One part of a plan, so that several machines can run it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Plan, Trial, keep};
use crate::model::case::Case;
use crate::model::contract::Contract;
use crate::model::shard::{Shard, Sharding};

impl Plan {
    /// The part of the plan that is this shard's, with the controls that its denials need.
    ///
    /// A trial belongs where its id does. Trials that change a resource and those that touch the same resource belong
    /// together, where the resource's name does: one machine knows nothing of the locks of another, and the server may
    /// be the same.
    #[must_use]
    pub fn shard(mut self, contract: &Contract, shard: Shard) -> Self {
        let ids = self.reported().map(|trial| &*trial.id);
        let sharding = Sharding::new(shard, ids, self.left_out_musts);
        let reported = self.trials.iter_mut().filter(|trial| !trial.auxiliary);
        for (position, trial) in reported.enumerate() {
            trial.position = Some(position);
        }
        let shared = Shared::of(contract);
        let wanted: Vec<bool> =
            self.trials.iter().map(|trial| !trial.auxiliary && shard.holds(shared.key(trial))).collect();
        let others = self.trials.iter().zip(&wanted).filter(|(trial, wanted)| !trial.auxiliary && !**wanted);
        let elsewhere = others.map(|(trial, _)| trial.clone()).collect();
        Self { trials: keep(self.trials, &wanted), sharding: Some(sharding), elsewhere, ..self }
    }
}

/// Resources that trials change, and what each of them is kept together by: the first name of all resources that cases
/// touch together with it. It follows from the contract alone, whatever is selected.
struct Shared<'c> {
    groups: BTreeMap<&'c str, &'c str>,
}

impl<'c> Shared<'c> {
    fn of(contract: &'c Contract) -> Self {
        let cases = || contract.suites.iter().flat_map(|suite| &suite.cases);
        let changed: BTreeSet<&str> = cases().flat_map(|case| &case.changes).map(String::as_str).collect();
        let mut groups: BTreeMap<&str, &str> = changed.iter().map(|name| (*name, *name)).collect();
        for case in cases() {
            let joined: BTreeSet<&str> = touched(case).filter_map(|name| groups.get(name).copied()).collect();
            let Some(first) = joined.first().copied() else { continue };
            groups.values_mut().filter(|group| joined.contains(*group)).for_each(|group| *group = first);
        }
        Self { groups }
    }

    fn key<'t>(&'t self, trial: &'t Trial) -> &'t str {
        touched(&trial.case).find_map(|name| self.groups.get(name).copied()).unwrap_or(&trial.id)
    }
}

fn touched(case: &Case) -> impl Iterator<Item = &str> {
    case.changes.iter().chain(&case.reads).map(String::as_str)
}
