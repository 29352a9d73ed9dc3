//! What came of the mutants, added up.

mod cells;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use fnv::{FnvHashMap, FnvHashSet};

use self::cells::{ByOperator, Cells, in_order};
use super::allowance::Allowance;
use super::anatomy::{Anatomy, Part, Site};
use super::replay::{Reaction, Scene};
use super::sample::Sample;
use super::{Proving, remedy, weakness};
use crate::model::case::Suite;
use crate::model::mutant::{Lawful, Operator, Tolerance};
use crate::model::proof::{CaseProof, Killer, Outcome, Proof, Score, Stale, Unnoticed};
use crate::model::requirement::RequirementId;
use crate::model::secret::Secrets;
use crate::plan::Pattern;

/// One mutant of one answer, and what those said who asked.
pub(super) struct Mutant<'m, 'e> {
    /// The trials that asked; the first stands for all in messages.
    pub(super) scenes: &'m [Scene<'e>],
    /// What they said, in the same order.
    pub(super) reactions: &'m [Reaction],
    pub(super) anatomy: &'m Anatomy<'e>,
    pub(super) site: Site,
    /// Why it is lawful, if it is.
    pub(super) lawful: Option<Allowance<'e>>,
}

impl<'e> Mutant<'_, 'e> {
    /// The trial that stands for all.
    pub(super) fn scene(&self) -> &Scene<'e> {
        &self.scenes[0]
    }

    pub(super) fn part(&self) -> Part<'_> {
        self.anatomy.part(self.site)
    }

    /// The trials that noticed, each with what it said.
    pub(super) fn noticed(&self) -> impl Iterator<Item = (&Scene<'e>, &Reaction)> {
        self.scenes.iter().zip(self.reactions).filter(|(_, reaction)| reaction.noticed())
    }
}

/// The gaps that the contract's owner knows of.
pub(super) struct Tolerances<'c> {
    all: Vec<(Pattern, &'c Tolerance)>,
}

impl<'c> Tolerances<'c> {
    pub(super) fn of(tolerances: &'c [Tolerance]) -> Self {
        Self { all: tolerances.iter().map(|one| (Pattern::new(&one.trials), one)).collect() }
    }

    /// The known gap that a mutant that nobody noticed falls into: its position.
    fn gap(&self, mutant: &Mutant<'_, '_>, part: &Part<'_>) -> Option<usize> {
        self.all.iter().position(|(pattern, one)| {
            one.changes.contains(&mutant.site.operator)
                && one.at.as_ref().is_none_or(|at| *at == part.general)
                && mutant.scenes.iter().any(|scene| pattern.matches(&scene.trial.id))
        })
    }
}

/// What came of the mutants of one answer.
#[derive(Default)]
pub(super) struct Count {
    service: Arc<str>,
    scores: FnvHashMap<Operator, FnvHashMap<String, Score>>,
    cases: FnvHashMap<usize, CaseScore>,
    requirements: FnvHashMap<RequirementId, Cells>,
    proven: Vec<(RequirementId, Killer)>,
    survivors: Vec<Unnoticed>,
    false_alarms: Vec<Unnoticed>,
    /// The known gaps that something fell into.
    gaps: HashSet<usize>,
}

/// The mutants that one case was asked about.
#[derive(Clone, Copy, Default)]
pub(super) struct CaseScore {
    pub(super) own: Score,
    /// What only other cases noticed.
    pub(super) elsewhere: usize,
}

impl Count {
    pub(super) fn total(&self) -> usize {
        self.scores.values().flat_map(FnvHashMap::values).map(Score::total).sum()
    }

    pub(super) fn add(&mut self, mutant: &Mutant<'_, '_>, tolerances: &Tolerances<'_>, secrets: &Secrets) {
        let part = mutant.part();
        let noticed = mutant.noticed().next().is_some();
        let outcome = match (&mutant.lawful, noticed) {
            (None, true) => Outcome::Killed,
            (None, false) => match tolerances.gap(mutant, &part) {
                Some(gap) => {
                    self.gaps.insert(gap);
                    Outcome::Accepted
                }
                None => Outcome::Survived,
            },
            (Some(_), false) => Outcome::Tolerated,
            (Some(_), true) => Outcome::FalseAlarm,
        };
        self.service = Arc::clone(&mutant.scene().trial.service);
        let of_operator = self.scores.entry(mutant.site.operator).or_default();
        match of_operator.get_mut(&*part.general) {
            Some(score) => score.add(outcome),
            None => of_operator.entry(part.general.to_string()).or_default().add(outcome),
        }
        self.add_to_cases(mutant, outcome);
        self.add_to_requirements(mutant, outcome);
        match outcome {
            Outcome::Killed => self.add_proven(mutant, &part),
            Outcome::Survived => keep(&mut self.survivors, mutant, &part, || remedy::survivor(mutant, secrets)),
            Outcome::FalseAlarm => {
                keep(&mut self.false_alarms, mutant, &part, || remedy::false_alarm(mutant, secrets));
            }
            Outcome::Accepted | Outcome::Tolerated => {}
        }
    }

    /// A case is said to have killed what it noticed itself; what nobody noticed counts for each that was asked.
    fn add_to_cases(&mut self, mutant: &Mutant<'_, '_>, outcome: Outcome) {
        let mut by_case: FnvHashMap<usize, bool> = FnvHashMap::default();
        for (scene, reaction) in mutant.scenes.iter().zip(mutant.reactions) {
            *by_case.entry(scene.case).or_default() |= reaction.noticed();
        }
        for (case, noticed) in by_case {
            let score = self.cases.entry(case).or_default();
            match outcome {
                Outcome::Killed | Outcome::FalseAlarm if !noticed => score.elsewhere += 1,
                outcome => score.own.add(outcome),
            }
        }
    }

    /// A clause is said to have killed what was noticed as breaking it; anything else counts for those that are cited.
    fn add_to_requirements(&mut self, mutant: &Mutant<'_, '_>, outcome: Outcome) {
        let mut concerned: FnvHashMap<&RequirementId, FnvHashSet<&Arc<str>>> = FnvHashMap::default();
        for (scene, reaction) in mutant.scenes.iter().zip(mutant.reactions) {
            let mut concern = |id| concerned.entry(id).or_default().insert(&scene.trial.suite);
            match outcome {
                Outcome::Killed => {
                    for finding in &reaction.findings {
                        concern(&finding.requirement);
                    }
                }
                _ => {
                    for id in scene.trial.requirements.iter() {
                        concern(id);
                    }
                }
            }
        }
        for (id, suites) in concerned {
            self.requirements.entry(id.clone()).or_default().add(mutant.site.operator, outcome, suites.into_iter());
        }
    }

    fn add_proven(&mut self, mutant: &Mutant<'_, '_>, part: &Part<'_>) {
        for (scene, reaction) in mutant.noticed() {
            for id in scene.proven(&reaction.findings) {
                if !self.proven.iter().any(|(known, _)| known == id) {
                    let (trial, part) = (scene.trial.id.to_string(), part.exact.to_string());
                    self.proven.push((id.clone(), Killer { trial, operator: mutant.site.operator, part }));
                }
            }
        }
    }
}

/// Adds to those that are alike, or describes the first of them.
fn keep(kept: &mut Vec<Unnoticed>, mutant: &Mutant<'_, '_>, part: &Part<'_>, describe: impl FnOnce() -> Unnoticed) {
    let alike = |one: &&mut Unnoticed| one.operator == mutant.site.operator && one.part == part.general;
    match kept.iter_mut().find(alike) {
        Some(known) => known.count += 1,
        None => kept.push(describe()),
    }
}

/// Everything added up, in the order of the plan and of the contract.
pub(super) fn sum(
    proving: &Proving<'_>,
    sample: &Sample,
    tolerances: &Tolerances<'_>,
    counts: Vec<Count>,
    allowed: &[&Lawful],
) -> Proof {
    let contract = proving.contract;
    let answers = counts.len();
    let mut total = Score::default();
    let mut operators = ByOperator::default();
    let mut cases: FnvHashMap<usize, CaseScore> = FnvHashMap::default();
    let mut parts: BTreeMap<(String, String), Score> = BTreeMap::new();
    let mut requirements: HashMap<RequirementId, (Cells, Option<Killer>)> = HashMap::new();
    let mut survivors = Vec::new();
    let mut false_alarms = Vec::new();
    let mut gaps = HashSet::new();
    for count in counts {
        for (operator, scores) in count.scores {
            let of_operator = operators.entry(operator).or_default();
            for (part, score) in scores {
                let of_part = parts.entry((count.service.to_string(), part)).or_default();
                for sum in [&mut total, &mut *of_operator, of_part] {
                    *sum += score;
                }
            }
        }
        for (case, score) in count.cases {
            let sum = cases.entry(case).or_default();
            sum.own += score.own;
            sum.elsewhere += score.elsewhere;
        }
        for (id, cells) in count.requirements {
            requirements.entry(id).or_default().0.merge(cells);
        }
        for (id, killer) in count.proven {
            requirements.entry(id).or_default().1.get_or_insert(killer);
        }
        merge(&mut survivors, count.survivors);
        merge(&mut false_alarms, count.false_alarms);
        gaps.extend(count.gaps);
    }
    let mut stale = idle(&contract.suites, allowed);
    stale.extend(tolerances.all.iter().enumerate().filter(|(index, _)| !gaps.contains(index)).map(|(_, (_, one))| {
        let message = "this known gap is none: nothing that it speaks of went unnoticed".to_owned();
        Stale { message, place: one.place.clone() }
    }));
    // What was left out can't bear anything out.
    if proving.plan.left_out > 0 {
        stale.clear();
    }
    let mut parts: Vec<(String, String, Score)> =
        parts.into_iter().map(|((service, part), score)| (service, part, score)).collect();
    parts.sort_by_key(|(_, _, score)| std::cmp::Reverse(score.survived));
    let weaknesses = weakness::weaknesses(proving, &survivors);
    Proof {
        seed: proving.seed,
        possible: sample.possible,
        answers,
        total,
        operators: in_order(operators),
        cases: cases_in_order(proving, cases),
        requirements: contract
            .requirements
            .iter()
            .map(|requirement| {
                let (cells, proven) = requirements.remove(&requirement.id).unwrap_or_default();
                cells.proof(requirement, proven, &contract.suites)
            })
            .collect(),
        parts,
        survivors,
        false_alarms,
        weaknesses,
        stale,
        reasons: Vec::new(),
    }
}

fn cases_in_order(proving: &Proving<'_>, mut scores: FnvHashMap<usize, CaseScore>) -> Vec<CaseProof> {
    let exhibits = proving.exhibits.iter();
    exhibits
        .filter_map(|exhibit| {
            let CaseScore { own, elsewhere } = scores.remove(&exhibit.case)?;
            let trial = exhibit.trial;
            Some(CaseProof {
                suite: Arc::clone(&trial.suite),
                case: trial.case.name.to_string(),
                level: trial.level,
                place: trial.case.place.clone(),
                score: own,
                elsewhere,
            })
        })
        .collect()
}

fn merge(all: &mut Vec<Unnoticed>, more: Vec<Unnoticed>) {
    for one in more {
        // Those of one case stand together at the end.
        let alike = all
            .iter_mut()
            .rev()
            .take_while(|known| known.suite == one.suite && known.case == one.case)
            .find(|known| known.operator == one.operator && known.part == one.part);
        match alike {
            Some(known) => {
                known.count += one.count;
                let new: Vec<RequirementId> =
                    one.requirements.into_iter().filter(|id| !known.requirements.contains(id)).collect();
                known.requirements.extend(new);
            }
            None => all.push(one),
        }
    }
}

/// A declaration is one, however many suites, cases and trials it speaks of.
fn place_of(lawful: &Lawful) -> (String, usize) {
    (lawful.place.file.path.clone(), lawful.place.start())
}

/// Declarations that allow nothing.
fn idle(suites: &[Suite], allowed: &[&Lawful]) -> Vec<Stale> {
    let allowed: HashSet<(String, usize)> = allowed.iter().map(|lawful| place_of(lawful)).collect();
    let mut seen = HashSet::new();
    let of_cases = suites.iter().flat_map(|suite| suite.cases.iter().flat_map(|case| &case.lawful));
    let declared = suites.iter().flat_map(|suite| &suite.lawful).chain(of_cases);
    declared
        .filter(|lawful| {
            let place = place_of(lawful);
            !allowed.contains(&place) && seen.insert(place)
        })
        .map(|lawful| Stale {
            message: "this allowance is idle: no answer could be altered like that".into(),
            place: lawful.place.clone(),
        })
        .collect()
}
