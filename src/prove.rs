//! Whether the cases of a contract would notice a fault: answers that conform are altered in memory and judged again.
//!
//! Read it in this order: `anatomy` lays an answer open, `alter` changes it, `material` gathers what can be put into it,
//! `allowance` says what the contract allows, `replay` judges it again, `sample` chooses which mutants are made,
//! `count` adds up what came of them, `weakness` and `remedy` say what it means. [`coverage`] does the same for one
//! trial at a time, while a run goes on.

mod allowance;
mod alter;
mod anatomy;
mod conclusion;
mod count;
pub mod coverage;
mod material;
mod remedy;
mod replay;
mod sample;
mod weakness;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use self::allowance::Allowances;
use self::anatomy::{Anatomy, Site};
use self::count::{Count, Tolerances};
use self::material::Material;
use self::replay::Scene;
use self::sample::Sample;
use crate::model::contract::Contract;
use crate::model::event::TrialResult;
use crate::model::mutant::{Lawful, Operator};
use crate::model::proof::{Outcome, Proof};
use crate::model::target::Target;
use crate::model::verdict::Verdict;
use crate::plan::{Plan, Trial};

/// How mutants are chosen and judged.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many mutants are made at most; all of them, if none.
    pub budget: Option<usize>,
    /// What their choice follows from: the same seed chooses the same.
    pub seed: u64,
    /// How many threads judge them. The outcome doesn't depend on it.
    pub threads: usize,
    /// How many percent of the unlawful mutants must be noticed.
    pub fail_under: f64,
}

/// How far proving is: mutants judged, and all that will be.
pub type Progress<'p> = &'p (dyn Fn(usize, usize) + Sync);

/// A trial that conformed, with its answers.
struct Exhibit<'e> {
    trial: &'e Trial,
    result: &'e TrialResult,
    /// Which case it is of, counted in plan order.
    case: usize,
    target: &'e Value,
}

/// One answer of one trial.
#[derive(Clone, Copy)]
struct Answered {
    /// Which of all answers.
    position: usize,
    exhibit: usize,
    at: usize,
}

/// What all mutants have to do with.
struct Proving<'e> {
    contract: &'e Contract,
    plan: &'e Plan,
    exhibits: &'e [Exhibit<'e>],
    material: Material<'e>,
    seed: u64,
}

/// Alters the answers of the trials that conformed, and counts what their cases notice.
///
/// `results` are those of a run of `plan` that kept its answers. No request is sent.
#[must_use]
pub fn prove(
    contract: &Contract,
    plan: &Plan,
    target: &Target,
    results: &[Arc<TrialResult>],
    settings: &Settings,
    progress: Progress<'_>,
) -> Proof {
    let services: BTreeMap<&str, Value> =
        contract.services.iter().map(|service| (service.name.as_str(), target.for_templates(&service.name))).collect();
    let exhibits = exhibits(plan, results, &services);
    let material = Material::of(&exhibits, contract.secrets.texts());
    let proving = Proving { contract, plan, exhibits: &exhibits, material, seed: settings.seed };
    let answers = answers(&exhibits);
    let laid_open = side_by_side(&answers, settings.threads, |answered| proving.lay_open(*answered));
    let sample = Sample::choose(laid_open.iter().map(|open| &open.keys[..]), settings.budget);
    let done = AtomicUsize::new(0);
    let tolerances = Tolerances::of(&contract.survivors);
    let counts = side_by_side(&answers, settings.threads, |answered| {
        let count = proving.count(*answered, &sample, &tolerances);
        let so_far = done.fetch_add(count.total(), Ordering::Relaxed) + count.total();
        progress(so_far, sample.chosen);
        count
    });
    let used = laid_open.into_iter().flat_map(|open| open.allowed).collect();
    let mut proof = count::sum(&proving, &tolerances, counts, used);
    proof.seed = settings.seed;
    proof.possible = sample.possible;
    proof.answers = answers.len();
    proof.reasons = conclusion::reasons(&proof, settings.fail_under);
    proof
}

fn exhibits<'e>(
    plan: &'e Plan,
    results: &'e [Arc<TrialResult>],
    services: &'e BTreeMap<&str, Value>,
) -> Vec<Exhibit<'e>> {
    let by_id: HashMap<&str, &Arc<TrialResult>> = results.iter().map(|result| (result.id.as_str(), result)).collect();
    let mut cases: HashMap<(&str, &str), usize> = HashMap::new();
    let mut exhibits = Vec::new();
    for trial in &plan.trials {
        let known = cases.len();
        let case = *cases.entry((&trial.suite, &trial.case.name)).or_insert(known);
        let result = by_id.get(trial.id.as_str()).filter(|result| result.verdict == Verdict::Conforms);
        if let (Some(result), Some(target)) = (result, services.get(&*trial.service)) {
            exhibits.push(Exhibit { trial, result, case, target });
        }
    }
    exhibits
}

fn answers(exhibits: &[Exhibit<'_>]) -> Vec<Answered> {
    let mut answers = Vec::new();
    for (exhibit, one) in exhibits.iter().enumerate() {
        for at in 0..one.result.evidence.len() {
            answers.push(Answered { position: answers.len(), exhibit, at });
        }
    }
    answers
}

/// What there is to alter of one answer.
struct LaidOpen {
    /// By what the mutants are chosen.
    keys: Vec<sample::Key>,
    /// The declarations that allow one of them: file and start.
    allowed: Vec<(String, usize)>,
}

impl<'e> Proving<'e> {
    fn scene(&self, answered: Answered) -> Scene<'e> {
        Scene::new(&self.exhibits[answered.exhibit], answered.at, &self.plan.personas, &self.contract.world)
    }

    fn anatomy(&self, answered: Answered, scene: &Scene<'e>) -> Anatomy<'e> {
        let exhibit = &self.exhibits[answered.exhibit];
        let evidence = scene.evidence();
        let key = sample::key(self.seed, &[&exhibit.trial.id]);
        let canaries = self.material.canaries(&scene.moment(), evidence, key);
        Anatomy::of(evidence, canaries, self.material.others(exhibit, evidence, key))
    }

    fn lay_open(&self, answered: Answered) -> LaidOpen {
        let scene = self.scene(answered);
        let anatomy = self.anatomy(answered, &scene);
        let sites = anatomy.sites(&scene.evidence().request.method);
        let moment = scene.moment();
        let subject = moment.subject(scene.evidence().step, &scene.evidence().answer);
        let allowances = Allowances::of(scene.trial, scene.is_last(), &anatomy, &subject);
        let exhibit = &self.exhibits[answered.exhibit];
        let mut allowed: Vec<(String, usize)> = Vec::new();
        let mut keys = Vec::with_capacity(sites.len());
        for site in sites {
            let part = anatomy.part(site);
            if let Some(lawful) = allowances.allow(&anatomy, site) {
                let place = place_of(lawful);
                if !allowed.contains(&place) {
                    allowed.push(place);
                }
            }
            let operator = site.operator.slug();
            let stratum = sample::key(0, &[&exhibit.case.to_string(), operator, &part.general]);
            let (at, variant) = (answered.at.to_string(), format!("{} {}", site.index, site.variant));
            let lot = sample::key(self.seed, &[&exhibit.trial.id, &at, operator, &part.exact, &variant]);
            keys.push(sample::Key { stratum, lot });
        }
        LaidOpen { keys, allowed }
    }

    /// Makes and judges the chosen mutants of one answer.
    fn count(&self, answered: Answered, sample: &Sample, tolerances: &Tolerances<'_>) -> Count {
        let scene = self.scene(answered);
        let mut count = Count::default();
        let chosen = sample.of(answered.position);
        if chosen.is_empty() {
            return count;
        }
        let anatomy = self.anatomy(answered, &scene);
        let sites = anatomy.sites(&scene.evidence().request.method);
        let moment = scene.moment();
        let subject = moment.subject(scene.evidence().step, &scene.evidence().answer);
        let allowances = Allowances::of(scene.trial, scene.is_last(), &anatomy, &subject);
        for index in chosen {
            let site = sites[index];
            let lawful = lawful(&allowances, &anatomy, site);
            let reaction = scene.react(alter::alter(&anatomy, site));
            let mutant = count::Mutant { scene: &scene, anatomy: &anatomy, site, part: anatomy.part(site) };
            let outcome = match (&lawful, reaction.noticed()) {
                (None, true) => Outcome::Killed,
                (None, false) => tolerances.outcome(&mutant, &mut count),
                (Some(_), false) => Outcome::Tolerated,
                (Some(_), true) => Outcome::FalseAlarm,
            };
            count.add(&mutant, outcome, &reaction, lawful, &self.contract.secrets);
        }
        count
    }
}

/// Why a mutant is lawful, if it is.
fn lawful(allowances: &Allowances<'_>, anatomy: &Anatomy<'_>, site: Site) -> Option<String> {
    if site.operator.means_nothing() {
        return Some(site.operator.explanation().to_owned());
    }
    allowances.allow(anatomy, site).map(|lawful| format!("{} ({})", lawful.because, lawful.place))
}

fn place_of(lawful: &Lawful) -> (String, usize) {
    (lawful.place.file.path.clone(), lawful.place.start)
}

/// Whether an operator alters what a clause of the API is about, and not the way in which HTTP or JSON writes it.
fn is_of_the_content(operator: Operator) -> bool {
    operator.alters_a_value() || operator == Operator::OtherAnswer
}

/// Does the work on several threads, and gives back the outcomes in the order of the items.
fn side_by_side<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<R>>> = Mutex::new(items.iter().map(|_| None).collect());
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let outcome = work(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(outcome);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
}
