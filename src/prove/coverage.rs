//! Which clauses were seen to be really judged, found out while a run goes on.

use std::collections::HashMap;
use std::sync::Arc;

use super::allowance::Allowances;
use super::alter::alter;
use super::anatomy::Anatomy;
use super::material::Material;
use super::replay::Scene;
use super::{Exhibit, lawful, sample};
use crate::model::contract::Contract;
use crate::model::event::TrialResult;
use crate::model::expectation::{BodyRules, Expectation};
use crate::model::proof::Killer;
use crate::model::requirement::RequirementId;
use crate::model::target::Target;
use crate::model::verdict::Verdict;
use crate::plan::{Plan, Trial};

/// So many mutants of one trial are tried.
const MOST_OF_A_TRIAL: usize = 96;

/// So many mutants are tried for one clause, so that a clause that can't be proven doesn't slow the run down.
const MOST_FOR_A_CLAUSE: usize = 2000;

/// The clauses that were proven so far.
pub struct Coverage<'c> {
    contract: &'c Contract,
    plan: &'c Plan,
    target: &'c Target,
    proven: HashMap<RequirementId, Killer>,
    /// How many mutants were tried for a clause that isn't proven yet.
    tried: HashMap<RequirementId, usize>,
}

impl<'c> Coverage<'c> {
    /// Nothing is proven at the beginning.
    #[must_use]
    pub fn new(contract: &'c Contract, plan: &'c Plan, target: &'c Target) -> Self {
        Self { contract, plan, target, proven: HashMap::new(), tried: HashMap::new() }
    }

    /// Tries to prove the clauses that a trial judges with mutants of its own answers.
    pub fn consider(&mut self, trial: &Trial, result: &Arc<TrialResult>) {
        if result.verdict != Verdict::Conforms || !self.wants(&judged(trial)) {
            return;
        }
        let target = self.target.for_templates(&trial.service);
        let exhibits = [Exhibit { trial, result, case: 0, target: &target }];
        let material = Material::of(&exhibits);
        for at in 0..result.evidence.len() {
            self.consider_answer(
                &Scene::new(&exhibits[0], &[at], &self.plan.personas, &self.contract.world),
                &material,
            );
        }
    }

    fn consider_answer(&mut self, scene: &Scene<'_>, material: &Material<'_>) {
        let evidence = scene.evidence();
        let moment = scene.moment();
        let canaries = material.canaries(&moment, evidence, 0);
        let anatomy = Anatomy::of(evidence, canaries, Vec::new());
        let allowances = Allowances::of(scene, &anatomy);
        let judged = judged(scene.trial);
        let mut sites = anatomy.sites(&evidence.request.method);
        // In another order than that of the answer, so that few mutants touch many parts of it.
        sites.sort_by_cached_key(|site| {
            let numbers = format!("{} {}", site.index, site.variant);
            sample::key(0, &[site.operator.slug(), &numbers])
        });
        sites.retain(|site| lawful(&allowances, &anatomy, *site).is_none());
        for site in sites.into_iter().take(MOST_OF_A_TRIAL) {
            if !self.wants(&judged) {
                return;
            }
            let reaction = scene.react(&alter(&anatomy, site));
            for id in &judged {
                *self.tried.entry(id.clone()).or_default() += 1;
            }
            for id in scene.proven(&reaction) {
                self.proven.entry(id.clone()).or_insert_with(|| Killer {
                    trial: scene.trial.id.clone(),
                    operator: site.operator,
                    part: anatomy.part(site).exact,
                });
            }
        }
    }

    /// Whether one of the clauses isn't proven yet and may still be.
    fn wants(&self, ids: &[RequirementId]) -> bool {
        ids.iter().any(|id| {
            !self.proven.contains_key(id) && self.tried.get(id).is_none_or(|tried| *tried < MOST_FOR_A_CLAUSE)
        })
    }

    /// The mutant that shows that a clause is really judged.
    #[must_use]
    pub fn killer(&self, id: &RequirementId) -> Option<&Killer> {
        self.proven.get(id)
    }
}

/// Every clause that a trial can blame.
fn judged(trial: &Trial) -> Vec<RequirementId> {
    let mut ids = trial.requirements.clone();
    ids.extend(trial.case.steps.iter().filter_map(|step| step.requirement.clone()));
    let of_steps = (0..trial.case.steps.len()).flat_map(|index| crate::check::expectations(trial, index));
    of_steps.for_each(|(expect, _)| blamed(expect, &mut ids));
    for invariant in trial.invariants.iter() {
        ids.extend(invariant.requirements.first().cloned());
        blamed(&invariant.expect, &mut ids);
    }
    ids.sort();
    ids.dedup();
    ids
}

fn blamed(expect: &Expectation, ids: &mut Vec<RequirementId>) {
    ids.extend(expect.headers.iter().filter_map(|rule| rule.requirement.clone()));
    if let BodyRules::Rules(rules) = &expect.body {
        ids.extend(rules.iter().filter_map(|rule| rule.requirement.clone()));
    }
    for branch in expect.any_of.iter().flat_map(|(branches, _)| branches) {
        blamed(branch, ids);
    }
}
