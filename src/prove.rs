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
mod reach;
mod remedy;
mod replay;
pub(crate) mod sample;
mod weakness;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use bytes::Bytes;
use serde_json::Value;

use self::allowance::{Allowance, Allowances};
use self::anatomy::{Anatomy, Site};
use self::count::{Count, Mutant, Tolerances};
use self::material::Material;
use self::replay::{Reaction, Scene};
use self::sample::Sample;
use crate::check::Judgement;
use crate::model::contract::Contract;
use crate::model::event::TrialResult;
use crate::model::exchange::{Evidence, PreparedRequest};
use crate::model::mutant::Lawful;
use crate::model::proof::Proof;
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

/// A question and its answer, wherever in the run it was asked and answered like this: a server that answered otherwise
/// would have answered all of these trials otherwise.
struct Exchanged {
    /// Which of all, in plan order.
    position: usize,
    /// The trials that asked, and where in their evidence.
    askers: Vec<Asker>,
}

/// A trial that asked a question.
struct Asker {
    exhibit: usize,
    /// Which of its answers are the answer.
    at: Vec<usize>,
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
    let material = Material::of(&exhibits);
    let proving = Proving { contract, plan, exhibits: &exhibits, material, seed: settings.seed };
    let exchanged = exchanged(&exhibits);
    let laid_open = side_by_side(&exchanged, settings.threads, |one| proving.lay_open(one));
    let sample = Sample::choose(laid_open.iter().map(|open| &open.keys[..]), settings.budget);
    let done = AtomicUsize::new(0);
    let tolerances = Tolerances::of(&contract.survivors);
    let counts = side_by_side(&exchanged, settings.threads, |one| {
        let count = proving.count(one, &sample, &tolerances);
        let so_far = done.fetch_add(count.total(), Ordering::Relaxed) + count.total();
        progress(so_far, sample.chosen);
        count
    });
    let used: Vec<&Lawful> = laid_open.into_iter().flat_map(|open| open.allowed).collect();
    let mut proof = count::sum(&proving, &sample, &tolerances, counts, &used);
    proof.reasons = conclusion::reasons(&proof, settings.fail_under);
    proof
}

fn exhibits<'e>(
    plan: &'e Plan,
    results: &'e [Arc<TrialResult>],
    services: &'e BTreeMap<&str, Value>,
) -> Vec<Exhibit<'e>> {
    let by_id: HashMap<&str, &Arc<TrialResult>> = results.iter().map(|result| (&*result.id, result)).collect();
    let mut cases: HashMap<(&str, &str), usize> = HashMap::new();
    let mut exhibits = Vec::new();
    for trial in &plan.trials {
        let known = cases.len();
        let case = *cases.entry((&trial.suite, &trial.case.name)).or_insert(known);
        let result = by_id.get(&*trial.id).filter(|result| result.verdict == Verdict::Conforms);
        if let (Some(result), Some(target)) = (result, services.get(&*trial.service)) {
            exhibits.push(Exhibit { trial, result, case, target });
        }
    }
    exhibits
}

/// What a question and its answer are known by: who asks for what, in which words, and what the answer says. The
/// transport is nothing that a server could tell.
type Known<'e> = (Question<'e>, u16, Vec<&'e (String, Bytes)>, &'e Bytes);
type Question<'e> = (&'e str, &'e str, &'e str, &'e [(String, String)], Option<&'e Bytes>);

fn known_by(evidence: &Evidence) -> Known<'_> {
    let PreparedRequest { method, url, headers, body, persona, .. } = &*evidence.request;
    let fields = anatomy::fields(&evidence.answer).map(|(_, field)| field).collect();
    ((persona, method, url, headers, body.as_ref()), evidence.answer.status, fields, &evidence.answer.body)
}

/// All questions with their answers, in plan order.
fn exchanged(exhibits: &[Exhibit<'_>]) -> Vec<Exchanged> {
    let mut known: HashMap<Known<'_>, usize> = HashMap::new();
    let mut exchanged: Vec<Exchanged> = Vec::new();
    for (exhibit, one) in exhibits.iter().enumerate() {
        for (at, evidence) in one.result.evidence.iter().enumerate() {
            let position = *known.entry(known_by(evidence)).or_insert(exchanged.len());
            if position == exchanged.len() {
                exchanged.push(Exchanged { position, askers: Vec::new() });
            }
            let askers = &mut exchanged[position].askers;
            match askers.last_mut().filter(|last| last.exhibit == exhibit) {
                Some(last) => last.at.push(at),
                None => askers.push(Asker { exhibit, at: vec![at] }),
            }
        }
    }
    exchanged
}

/// An answer, those who got it, what they allow, and all that can be altered.
struct Opened<'e> {
    scenes: Vec<Scene<'e>>,
    anatomy: Anatomy<'e>,
    allowances: Vec<Allowances<'e>>,
    sites: Vec<Site>,
}

/// What there is to alter of one answer; the answer itself is opened again when its turn comes, so that not all of them
/// lie open at once.
struct LaidOpen<'e> {
    /// By what the mutants are chosen.
    keys: Vec<sample::Key>,
    /// The declarations that allow one of them.
    allowed: Vec<&'e Lawful>,
}

impl<'e> Proving<'e> {
    fn scene(&self, asker: &Asker) -> Scene<'e> {
        Scene::new(&self.exhibits[asker.exhibit], &asker.at, &self.plan.personas, &self.contract.world)
    }

    /// The answer, with what those who asked know to put into it.
    fn anatomy(&self, exchanged: &Exchanged, scenes: &[Scene<'e>]) -> Anatomy<'e> {
        let (mut forbidden, mut canaries, mut others) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        let mut misframings = BTreeSet::new();
        let key = sample::key(self.seed, &[&scenes[0].trial.id]);
        for (asker, scene) in exchanged.askers.iter().zip(scenes) {
            forbidden.extend(Material::forbidden(&scene.moment(), scene.evidence()));
            misframings.extend(Material::misframings(&scene.moment(), scene.evidence()));
            canaries.extend(self.material.canaries(&scene.moment(), scene.evidence(), key));
            others = self.material.others(&self.exhibits[asker.exhibit], scene.evidence(), key, others);
        }
        let (forbidden, canaries) = (forbidden.into_iter().collect(), canaries.into_iter().collect());
        // Of the answers that are the same to all who asked, the one of which most was seen.
        let seen = scenes.iter().map(Scene::evidence).find(|evidence| evidence.answer.wire.framing.is_some());
        let evidence = seen.unwrap_or_else(|| scenes[0].evidence());
        Anatomy::of(evidence, forbidden, canaries, misframings.into_iter().collect(), others)
    }

    fn open(&self, exchanged: &Exchanged) -> Opened<'e> {
        let scenes: Vec<Scene<'e>> = exchanged.askers.iter().map(|asker| self.scene(asker)).collect();
        let anatomy = self.anatomy(exchanged, &scenes);
        let allowances = scenes.iter().map(|scene| Allowances::of(scene, &anatomy)).collect();
        let sites = anatomy.sites(&scenes[0].evidence().request.method);
        Opened { scenes, anatomy, allowances, sites }
    }

    fn lay_open(&self, exchanged: &Exchanged) -> LaidOpen<'e> {
        let Opened { scenes, anatomy, allowances, sites } = self.open(exchanged);
        let case = self.exhibits[exchanged.askers[0].exhibit].case.to_string();
        let (trial, at) = (&*scenes[0].trial.id, exchanged.askers[0].at[0].to_string());
        let mut allowed: Vec<&Lawful> = Vec::new();
        let mut keys = Vec::with_capacity(sites.len());
        let mut variant = String::new();
        for site in sites {
            let part = anatomy.part(site);
            for allowance in allowances.iter().filter_map(|one| one.allow(&anatomy, site)) {
                let Allowance::Declared(lawful) = allowance else { continue };
                if !allowed.iter().any(|known| std::ptr::eq(*known, lawful)) {
                    allowed.push(lawful);
                }
            }
            let operator = site.operator.slug();
            variant.clear();
            let _ = write!(variant, "{} {}", site.index, site.variant);
            let stratum = sample::key(0, &[&case, operator, &part.general]);
            let lot = sample::key(self.seed, &[trial, &at, operator, &part.exact, &variant]);
            keys.push(sample::Key { stratum, lot });
        }
        LaidOpen { keys, allowed }
    }

    /// Makes the chosen mutants of one answer, and has everybody judge them who asked.
    fn count(&self, exchanged: &Exchanged, sample: &Sample, tolerances: &Tolerances<'_>) -> Count {
        let mut count = Count::default();
        let chosen = sample.of(exchanged.position);
        if chosen.is_empty() {
            return count;
        }
        let Opened { scenes, anatomy, allowances, sites } = self.open(exchanged);
        let original = scenes[0].moment().subject(scenes[0].evidence().step, anatomy.answer).original();
        let sharing = sharing_invariants(&scenes);
        for index in chosen {
            let site = sites[index];
            let (altered, reading) = alter::alter(&anatomy, site).read(&original);
            let mut invariants: Vec<Judgement> = Vec::with_capacity(scenes.len());
            let mut reactions: Vec<Reaction> = Vec::with_capacity(scenes.len());
            for (index, scene) in scenes.iter().enumerate() {
                let said = invariants.get(sharing[index]).cloned();
                let said = said.unwrap_or_else(|| scene.invariants(&altered, &reading));
                reactions.push(scene.react(&altered, &reading, said.clone()));
                invariants.push(said);
            }
            // What one of those who asked doesn't allow isn't lawful.
            let lawful = allowances.iter().map(|one| one.allow(&anatomy, site)).reduce(Option::and).flatten();
            let mutant = Mutant { scenes: &scenes, reactions: &reactions, anatomy: &anatomy, site, lawful };
            count.add(&mutant, tolerances, &self.plan.secrets);
        }
        count
    }
}

/// For each of those who asked, the first to whom the invariants say the same.
fn sharing_invariants(scenes: &[Scene<'_>]) -> Vec<usize> {
    let mut alike: Vec<usize> = Vec::with_capacity(scenes.len());
    for (index, scene) in scenes.iter().enumerate() {
        let first =
            (0..index).find(|earlier| alike[*earlier] == *earlier && scene.shares_invariants(&scenes[*earlier]));
        alike.push(first.unwrap_or(index));
    }
    alike
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
