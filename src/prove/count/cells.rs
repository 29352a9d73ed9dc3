//! One row of the kill matrix: what came of the mutants that count for a clause.

use std::sync::Arc;

use fnv::FnvHashMap;

use crate::model::case::Suite;
use crate::model::mutant::Operator;
use crate::model::proof::{Killer, Outcome, RequirementProof, Score};
use crate::model::requirement::Requirement;

/// Scores by the way of altering.
pub(super) type ByOperator = FnvHashMap<Operator, Score>;

/// The mutants that count for one clause.
#[derive(Default)]
pub(super) struct Cells {
    all: ByOperator,
    by_suite: FnvHashMap<Arc<str>, ByOperator>,
}

impl Cells {
    /// Counts one mutant, in each of these suites.
    pub(super) fn add<'s>(&mut self, operator: Operator, outcome: Outcome, suites: impl Iterator<Item = &'s Arc<str>>) {
        self.all.entry(operator).or_default().add(outcome);
        for suite in suites {
            match self.by_suite.get_mut(suite) {
                Some(cells) => cells.entry(operator).or_default().add(outcome),
                None => self.by_suite.entry(Arc::clone(suite)).or_default().entry(operator).or_default().add(outcome),
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        let merge = |into: &mut ByOperator, from: ByOperator| {
            for (operator, score) in from {
                *into.entry(operator).or_default() += score;
            }
        };
        merge(&mut self.all, other.all);
        for (suite, cells) in other.by_suite {
            merge(self.by_suite.entry(suite).or_default(), cells);
        }
    }

    /// All that is said of the clause, with its suites in the contract's order.
    pub(super) fn proof(
        mut self,
        requirement: &Requirement,
        proven: Option<Killer>,
        suites: &[Suite],
    ) -> RequirementProof {
        let mut score = Score::default();
        self.all.values().for_each(|one| score += *one);
        let of_suite = |suite: &Suite| self.by_suite.remove_entry(suite.name.as_str());
        RequirementProof {
            id: requirement.id.clone(),
            level: requirement.level,
            tested: requirement.not_tested.is_none(),
            score,
            suites: suites.iter().filter_map(of_suite).map(|(suite, scores)| (suite, in_order(scores))).collect(),
            operators: in_order(self.all),
            proven,
        }
    }
}

/// In the order of the operators.
pub(super) fn in_order(mut scores: ByOperator) -> Vec<(Operator, Score)> {
    Operator::ALL.iter().filter_map(|one| Some((*one, scores.remove(one)?))).collect()
}
