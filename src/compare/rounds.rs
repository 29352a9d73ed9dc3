//! Several runs of one plan: which trials come to the same every time.

use std::collections::BTreeMap;

use crate::model::event::TrialResult;
use crate::model::verdict::Verdict;

/// What a trial came to in one run, as far as it should be the same in the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Which clauses it broke, by which rule; or why it could not be judged.
    pub because: Vec<String>,
}

impl Outcome {
    fn of(result: &TrialResult) -> Self {
        let mut because: Vec<String> = match result.verdict {
            Verdict::Violates => {
                result.findings.iter().map(|one| format!("{} ({})", one.requirement, one.rule.slug())).collect()
            }
            // The words may hold times and ports.
            Verdict::Conforms | Verdict::Inconclusive | Verdict::Skipped => Vec::new(),
        };
        because.sort_unstable();
        because.dedup();
        Self { verdict: result.verdict, because }
    }
}

/// What every trial came to, round by round.
#[derive(Debug, Default)]
pub struct Rounds {
    begun: usize,
    /// By id, in the order of the plan.
    trials: Vec<(String, Vec<Outcome>)>,
    index: BTreeMap<String, usize>,
}

/// Why a trial doesn't come to the same every time, as far as it could be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The order of the plan and that of a seed lead to different outcomes, each time the same.
    Order {
        /// The seed.
        seed: u64,
    },
    /// The same order leads to different outcomes.
    Chance,
}

/// A trial that doesn't come to the same every time.
#[derive(Debug, PartialEq, Eq)]
pub struct Unsteady<'r> {
    /// The trial.
    pub id: &'r str,
    /// What it came to, with the rounds in which it did, from 0; the most frequent first.
    pub outcomes: Vec<(&'r Outcome, Vec<usize>)>,
}

impl Rounds {
    /// The next round begins.
    pub fn begin(&mut self) {
        self.begun += 1;
    }

    /// Takes a result of the round.
    pub fn add(&mut self, result: &TrialResult) {
        let index = *self.index.entry(result.id.to_string()).or_insert_with(|| {
            self.trials.push((result.id.to_string(), Vec::new()));
            self.trials.len() - 1
        });
        self.trials[index].1.push(Outcome::of(result));
    }

    /// How many trials there are.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.trials.len()
    }

    /// How many rounds there were.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.begun
    }

    /// The trials that came to different things, in the order of the plan. One that is missing in a round, since that
    /// was cut short, says nothing by that.
    #[must_use]
    pub fn unsteady(&self) -> Vec<Unsteady<'_>> {
        let differs = |outcomes: &[Outcome]| outcomes.iter().any(|one| *one != outcomes[0]);
        self.trials
            .iter()
            .filter(|(_, outcomes)| differs(outcomes))
            .map(|(id, outcomes)| {
                let mut seen: Vec<(&Outcome, Vec<usize>)> = Vec::new();
                for (round, outcome) in outcomes.iter().enumerate() {
                    match seen.iter_mut().find(|(known, _)| *known == outcome) {
                        Some((_, rounds)) => rounds.push(round),
                        None => seen.push((outcome, vec![round])),
                    }
                }
                let mut outcomes = seen;
                outcomes.sort_by_key(|(_, rounds)| (std::cmp::Reverse(rounds.len()), rounds[0]));
                Unsteady { id, outcomes }
            })
            .collect()
    }

    /// What a trial came to in a round.
    #[must_use]
    pub fn outcome(&self, id: &str, round: usize) -> Option<&Outcome> {
        self.index.get(id).and_then(|index| self.trials[*index].1.get(round))
    }
}
