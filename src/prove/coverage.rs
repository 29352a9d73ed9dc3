//! Which clauses were seen to be really judged, found out while a run goes on.

mod open;

use std::collections::HashMap;
use std::sync::Arc;

use fnv::FnvHashSet;

use self::open::Open;
use super::Exhibit;
use super::allowance::Allowances;
use super::alter::alter;
use super::anatomy::Anatomy;
use super::material::Material;
use super::reach::Reach;
use super::replay::Scene;
use crate::check;
use crate::model::case::{Case, Invariant};
use crate::model::contract::Contract;
use crate::model::event::TrialResult;
use crate::model::expectation::{BodyRules, Expectation};
use crate::model::mutant::Operator;
use crate::model::proof::Killer;
use crate::model::requirement::RequirementId;
use crate::model::target::Target;
use crate::plan::{Plan, Trial};

/// So many trials of one case are tried for a clause that it cites: its other rows ask the same of other people.
const MOST_OF_A_CASE: usize = 2;

/// So many trials are tried for a clause that only an invariant judges along the way.
const MOST_ALONG_THE_WAY: usize = 4;

/// The clauses that were proven so far.
pub struct Coverage<'c> {
    contract: &'c Contract,
    plan: &'c Plan,
    target: &'c Target,
    proven: HashMap<RequirementId, Killer>,
    /// How many trials of a case were tried for a clause that it cites.
    tried: HashMap<(*const Case, RequirementId), usize>,
    /// How many trials were tried for a clause of an invariant.
    tried_along: HashMap<RequirementId, usize>,
    /// The clauses of the invariants that all trials of a suite share.
    along: HashMap<*const Vec<Invariant>, Vec<RequirementId>>,
}

impl<'c> Coverage<'c> {
    /// Nothing is proven at the beginning.
    #[must_use]
    pub fn new(contract: &'c Contract, plan: &'c Plan, target: &'c Target) -> Self {
        Self {
            contract,
            plan,
            target,
            proven: HashMap::new(),
            tried: HashMap::new(),
            tried_along: HashMap::new(),
            along: HashMap::new(),
        }
    }

    /// Tries to prove the clauses that a trial judges with mutants of its own answers.
    pub fn consider(&mut self, trial: &Trial, result: &Arc<TrialResult>) {
        if !result.keeps_the_contract() {
            return;
        }
        let judged = self.worth_trying(trial);
        if judged.is_empty() {
            return;
        }
        if result.evidence.is_empty() {
            return;
        }
        let target = self.target.for_templates(&trial.service);
        let exhibits = [Exhibit { trial, result, case: 0, target: &target }];
        let material = Material::of(&exhibits);
        for at in 0..result.evidence.len() {
            self.consider_answer(
                &Scene::new(&exhibits[0], &[at], &self.plan.personas, &self.contract.world),
                &material,
                &judged,
            );
        }
    }

    fn consider_answer(&mut self, scene: &Scene<'_>, material: &Material<'_>, judged: &[RequirementId]) {
        let evidence = scene.evidence();
        let moment = scene.moment();
        let canaries = material.canaries(&moment, evidence, 0);
        let forbidden = Material::forbidden(&moment, evidence);
        let misframings = Material::misframings(&moment, evidence);
        let anatomy = Anatomy::of(evidence, forbidden, canaries, misframings, Vec::new());
        let allowances = Allowances::of(scene, &anatomy);
        let original = moment.subject(evidence.step, &evidence.answer).original();
        let mut kinds = FnvHashSet::default();
        let mut known = self.proven.len();
        let mut open = Open::of(scene, &|id| !self.proven.contains_key(id));
        for site in anatomy.sites(&evidence.request.method) {
            if known < self.proven.len() {
                if !self.wants(judged) {
                    return;
                }
                known = self.proven.len();
                open = Open::of(scene, &|id| !self.proven.contains_key(id));
            }
            let reach = Reach::of(&anatomy, site);
            // Those of another status come first.
            if !matches!(reach, Reach::Status) && !open.says_more_here() {
                return;
            }
            let Some(judges) = open.judges(&reach) else { continue };
            let part = anatomy.part(site);
            // One of each kind: what isn't noticed at one index mostly isn't at the next.
            let which = match site.operator {
                Operator::InsertCanary => site.index,
                Operator::OtherClassStatus => u32::from(site.variant / 100),
                _ => 0,
            };
            let new = kinds.insert((site.operator, part.general.clone(), which))
                && allowances.allow(&anatomy, site).is_none();
            if !new {
                continue;
            }
            let (altered, reading) = alter(&anatomy, site).read(&original);
            let said = scene.judged_by(judges.invariants.into_iter(), &altered, &reading);
            let findings = if judges.own { scene.react(&altered, &reading, said).findings } else { said.findings };
            for id in scene.proven(&findings) {
                self.proven.entry(id.clone()).or_insert_with(|| Killer {
                    trial: scene.trial.id.to_string(),
                    operator: site.operator,
                    part: part.exact.to_string(),
                });
            }
        }
    }

    /// Whether one of the clauses isn't proven yet.
    fn wants(&self, ids: &[RequirementId]) -> bool {
        ids.iter().any(|id| !self.proven.contains_key(id))
    }

    /// The clauses of a trial that aren't proven yet, and of which not enough trials were tried.
    fn worth_trying(&mut self, trial: &Trial) -> Vec<RequirementId> {
        let case = Arc::as_ptr(&trial.case);
        let mut worth = Vec::new();
        for id in cited(trial).into_iter().filter(|id| !self.proven.contains_key(id)) {
            let tried = self.tried.entry((case, id.clone())).or_default();
            *tried += 1;
            if *tried <= MOST_OF_A_CASE {
                worth.push(id);
            }
        }
        let along =
            self.along.entry(Arc::as_ptr(&trial.invariants)).or_insert_with(|| along_the_way(&trial.invariants));
        for id in along.iter().filter(|id| !self.proven.contains_key(*id)) {
            let tried = self.tried_along.entry(id.clone()).or_default();
            *tried += 1;
            if *tried <= MOST_ALONG_THE_WAY {
                worth.push(id.clone());
            }
        }
        worth
    }

    /// The mutant that shows that a clause is really judged.
    #[must_use]
    pub fn killer(&self, id: &RequirementId) -> Option<&Killer> {
        self.proven.get(id)
    }
}

/// The clauses that a trial itself can blame.
fn cited(trial: &Trial) -> Vec<RequirementId> {
    let mut ids = trial.requirements.to_vec();
    ids.extend(trial.case.steps.iter().filter_map(|step| step.requirement.clone()));
    check::all_expectations(trial).for_each(|expect| blamed(expect, &mut ids));
    unique(ids)
}

/// The clauses that invariants can blame.
fn along_the_way(invariants: &[Invariant]) -> Vec<RequirementId> {
    let mut ids = Vec::new();
    for invariant in invariants {
        ids.extend(invariant.requirements.first().cloned());
        blamed(&invariant.expect, &mut ids);
    }
    unique(ids)
}

fn unique(mut ids: Vec<RequirementId>) -> Vec<RequirementId> {
    ids.sort();
    ids.dedup();
    ids
}

fn blamed(expect: &Expectation, ids: &mut Vec<RequirementId>) {
    ids.extend(expect.headers.iter().filter_map(|rule| rule.requirement.clone()));
    if let BodyRules::Rules(rules) = &expect.body {
        ids.extend(rules.iter().filter_map(|rule| rule.requirement.clone()));
    }
    for branch in expect.branches() {
        blamed(branch, ids);
    }
}
