//! Which clauses were seen to be really judged, found out while a run goes on.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Exhibit;
use super::allowance::Allowances;
use super::alter::alter;
use super::anatomy::Anatomy;
use super::material::Material;
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
        let mut kinds = HashSet::new();
        let mut open = self.open(scene);
        for site in anatomy.sites(&evidence.request.method) {
            if !self.wants(judged) {
                return;
            }
            if open.proven < self.proven.len() {
                open = self.open(scene);
            }
            if open.invariants.is_empty() && !open.own {
                return;
            }
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
            let said = scene.judged_by(open.invariants.iter().map(AsRef::as_ref), &altered, &reading);
            let findings = if open.own { scene.react(&altered, &reading, said).findings } else { said.findings };
            for id in scene.proven(&findings) {
                self.proven.entry(id.clone()).or_insert_with(|| Killer {
                    trial: scene.trial.id.to_string(),
                    operator: site.operator,
                    part: part.exact.to_string(),
                });
            }
        }
    }

    /// What of an answer's rules can still prove something.
    fn open<'s>(&self, scene: &Scene<'s>) -> Open<'s> {
        let (invariants, proven) = (&scene.trial.invariants[..], self.proven.len());
        // Whether later answers are looked at depends on all that is said of this one.
        if scene.is_remembered() {
            return Open { invariants: invariants.iter().map(Cow::Borrowed).collect(), own: true, proven };
        }
        let is_open = |id: &RequirementId| !self.proven.contains_key(id);
        let mut own = Vec::new();
        for (expect, blame) in check::expectations(scene.trial, scene.evidence().step) {
            own.push(blame.clone());
            blamed(expect, &mut own);
        }
        let open = invariants.iter().filter_map(|invariant| open_rules(invariant, &is_open)).collect();
        Open { invariants: open, own: own.iter().any(is_open), proven }
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

/// The rules on one answer whose clauses aren't all proven yet: of the others nothing more can be learned. Without them
/// a run of the shipped contract takes a fifth less CPU.
struct Open<'s> {
    invariants: Vec<Cow<'s, Invariant>>,
    /// Whether the step itself has some.
    own: bool,
    /// How many clauses were proven when this was found out.
    proven: usize,
}

/// What of an invariant can still prove something, if anything can.
fn open_rules<'s>(invariant: &'s Invariant, is_open: &impl Fn(&RequirementId) -> bool) -> Option<Cow<'s, Invariant>> {
    let whole = invariant.requirements.first().is_some_and(is_open);
    let expect = &invariant.expect;
    // Which of several alternatives counts depends on all of their rules; and others rely on what was said of JSON.
    if whole || expect.any_of.is_some() || expect.json.is_some() {
        return Some(Cow::Borrowed(invariant));
    }
    let opens = |requirement: &Option<RequirementId>| requirement.as_ref().is_some_and(is_open);
    let headers: Vec<_> = expect.headers.iter().filter(|rule| opens(&rule.requirement)).cloned().collect();
    let body: Vec<_> = match &expect.body {
        BodyRules::Rules(rules) => rules.iter().filter(|rule| opens(&rule.requirement)).cloned().collect(),
        _ => Vec::new(),
    };
    if headers.is_empty() && body.is_empty() {
        return None;
    }
    // Rules without a clause of their own speak of the invariant's. A wrong status silences the others.
    let status = expect.status.clone();
    let expect = Expectation { status, headers, body: BodyRules::Rules(body), ..Expectation::nothing(&expect.place) };
    let (name, place) = (invariant.name.clone(), invariant.place.clone());
    let (requirements, when) = (invariant.requirements.clone(), invariant.when.clone());
    Some(Cow::Owned(Invariant { name, requirements, when, expect, place }))
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
