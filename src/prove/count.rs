//! What came of the mutants, added up.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::anatomy::{Anatomy, Part, Site};
use super::replay::{Reaction, Scene};
use super::{Proving, remedy, weakness};
use crate::model::case::Suite;
use crate::model::mutant::{Operator, Tolerance};
use crate::model::proof::{CaseProof, Killer, Outcome, Proof, RequirementProof, Score, Stale, Unnoticed};
use crate::model::requirement::RequirementId;
use crate::model::secret::Secrets;
use crate::plan::Pattern;

/// One mutant of one answer.
pub(super) struct Mutant<'m, 'e> {
    pub(super) scene: &'m Scene<'e>,
    pub(super) anatomy: &'m Anatomy<'e>,
    pub(super) site: Site,
    pub(super) part: Part,
}

/// The gaps that the contract's owner knows of.
pub(super) struct Tolerances<'c> {
    all: Vec<(Pattern, &'c Tolerance)>,
}

impl<'c> Tolerances<'c> {
    pub(super) fn of(tolerances: &'c [Tolerance]) -> Self {
        Self { all: tolerances.iter().map(|one| (Pattern::new(&one.trials), one)).collect() }
    }

    /// What to call a mutant that nobody noticed.
    pub(super) fn outcome(&self, mutant: &Mutant<'_, '_>, count: &mut Count) -> Outcome {
        let known = self.all.iter().position(|(pattern, one)| {
            one.changes.contains(&mutant.site.operator)
                && one.at.as_ref().is_none_or(|at| *at == mutant.part.general)
                && pattern.matches(&mutant.scene.trial.id)
        });
        let Some(index) = known else { return Outcome::Survived };
        count.tolerances.insert(index);
        Outcome::Accepted
    }
}

/// What came of the mutants of one answer.
#[derive(Default)]
pub(super) struct Count {
    scores: HashMap<(Operator, String), Score>,
    killed: HashMap<RequirementId, usize>,
    proven: Vec<(RequirementId, Killer)>,
    survivors: Vec<Unnoticed>,
    false_alarms: Vec<Unnoticed>,
    tolerances: HashSet<usize>,
    /// Whose they are: the position of the trial among those that conformed is that of the answer.
    owner: Option<Owner>,
}

#[derive(Clone)]
struct Owner {
    suite: Arc<str>,
    case: String,
    service: Arc<str>,
    requirements: Vec<RequirementId>,
}

impl Count {
    pub(super) fn total(&self) -> usize {
        self.scores.values().map(Score::total).sum()
    }

    pub(super) fn add(
        &mut self,
        mutant: &Mutant<'_, '_>,
        outcome: Outcome,
        reaction: &Reaction,
        lawful: Option<String>,
        secrets: &Secrets,
    ) {
        let trial = mutant.scene.trial;
        let operator = mutant.site.operator;
        self.owner.get_or_insert_with(|| Owner {
            suite: Arc::clone(&trial.suite),
            case: trial.case.name.clone(),
            service: Arc::clone(&trial.service),
            requirements: trial.requirements.clone(),
        });
        self.scores.entry((operator, mutant.part.general.clone())).or_default().add(outcome);
        match outcome {
            Outcome::Killed => {
                let blamed: HashSet<&RequirementId> =
                    reaction.findings.iter().map(|finding| &finding.requirement).collect();
                for id in blamed {
                    *self.killed.entry(id.clone()).or_default() += 1;
                }
                for id in mutant.scene.proven(reaction) {
                    if !self.proven.iter().any(|(known, _)| known == id) {
                        let part = mutant.part.exact.clone();
                        self.proven.push((id.clone(), Killer { trial: trial.id.clone(), operator, part }));
                    }
                }
            }
            Outcome::Survived => keep(&mut self.survivors, mutant, || remedy::survivor(mutant, secrets)),
            Outcome::FalseAlarm => {
                keep(&mut self.false_alarms, mutant, || remedy::false_alarm(mutant, reaction, lawful, secrets));
            }
            Outcome::Accepted | Outcome::Tolerated => {}
        }
    }
}

/// Adds to those that are alike, or describes the first of them.
fn keep(kept: &mut Vec<Unnoticed>, mutant: &Mutant<'_, '_>, describe: impl FnOnce() -> Unnoticed) {
    let alike = |one: &&mut Unnoticed| one.operator == mutant.site.operator && one.part == mutant.part.general;
    match kept.iter_mut().find(alike) {
        Some(known) => known.count += 1,
        None => kept.push(describe()),
    }
}

/// Everything added up, in the order of the plan and of the contract.
pub(super) fn sum(
    proving: &Proving<'_>,
    tolerances: &Tolerances<'_>,
    counts: Vec<Count>,
    allowed: HashSet<(String, usize)>,
) -> Proof {
    let contract = proving.contract;
    let mut total = Score::default();
    let mut operators: HashMap<Operator, Score> = HashMap::new();
    let mut cases: HashMap<(Arc<str>, String), Score> = HashMap::new();
    let mut parts: BTreeMap<(String, String), Score> = BTreeMap::new();
    let mut requirements: HashMap<RequirementId, (Score, Option<Killer>)> = HashMap::new();
    let mut survivors = Vec::new();
    let mut false_alarms = Vec::new();
    let mut used = HashSet::new();
    for count in counts {
        let Some(owner) = count.owner else { continue };
        let of_case = cases.entry((Arc::clone(&owner.suite), owner.case.clone())).or_default();
        for ((operator, part), score) in count.scores {
            let of_part = parts.entry((owner.service.to_string(), part)).or_default();
            for sum in [&mut total, operators.entry(operator).or_default(), of_case, of_part] {
                *sum += score;
            }
            for id in &owner.requirements {
                let (of_requirement, _) = requirements.entry(id.clone()).or_default();
                *of_requirement += Score { killed: 0, ..score };
            }
        }
        for (id, killed) in count.killed {
            requirements.entry(id).or_default().0.killed += killed;
        }
        for (id, killer) in count.proven {
            requirements.entry(id).or_default().1.get_or_insert(killer);
        }
        merge(&mut survivors, count.survivors);
        merge(&mut false_alarms, count.false_alarms);
        used.extend(count.tolerances);
    }
    let mut stale = idle(&contract.suites, &allowed);
    stale.extend(tolerances.all.iter().enumerate().filter(|(index, _)| !used.contains(index)).map(|(_, (_, one))| {
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
        seed: 0,
        possible: 0,
        answers: 0,
        total,
        operators: Operator::ALL.iter().filter_map(|one| Some((*one, *operators.get(one)?))).collect(),
        cases: cases_in_order(proving, &cases),
        requirements: contract
            .requirements
            .iter()
            .map(|requirement| {
                let (score, proven) = requirements.remove(&requirement.id).unwrap_or_default();
                let tested = requirement.not_tested.is_none();
                RequirementProof { id: requirement.id.clone(), level: requirement.level, tested, score, proven }
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

fn cases_in_order(proving: &Proving<'_>, scores: &HashMap<(Arc<str>, String), Score>) -> Vec<CaseProof> {
    let mut seen = HashSet::new();
    let mut cases = Vec::new();
    for trial in &proving.plan.trials {
        let key = (Arc::clone(&trial.suite), trial.case.name.clone());
        if let Some(score) = scores.get(&key).filter(|_| !seen.contains(&key)) {
            let (place, level) = (trial.case.place.clone(), trial.level);
            cases.push(CaseProof { suite: key.0.clone(), case: key.1.clone(), level, place, score: *score });
            seen.insert(key);
        }
    }
    cases
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
            Some(known) => known.count += one.count,
            None => all.push(one),
        }
    }
}

/// Declarations that allow nothing.
fn idle(suites: &[Suite], allowed: &HashSet<(String, usize)>) -> Vec<Stale> {
    let mut seen = HashSet::new();
    let of_cases = suites.iter().flat_map(|suite| suite.cases.iter().flat_map(|case| &case.lawful));
    let declared = suites.iter().flat_map(|suite| &suite.lawful).chain(of_cases);
    declared
        .filter(|lawful| {
            let place = super::place_of(lawful);
            !allowed.contains(&place) && seen.insert(place)
        })
        .map(|lawful| Stale {
            message: "this allowance is idle: no answer could be altered like that".into(),
            place: lawful.place.clone(),
        })
        .collect()
}
