//! What proving a contract came to: which altered answers its cases noticed.

use std::sync::Arc;

use super::mutant::Operator;
use super::requirement::{Level, RequirementId};
use crate::diagnostic::Place;

/// What came of one mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The contract forbids it, and a case noticed.
    Killed,
    /// The contract forbids it, and no case noticed.
    Survived,
    /// Nobody noticed, and the contract's owner knows that.
    Accepted,
    /// The contract allows it, and no case minded.
    Tolerated,
    /// The contract allows it, and a case failed on it.
    FalseAlarm,
}

/// How many mutants came to which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the outcomes")]
pub struct Score {
    pub killed: usize,
    pub survived: usize,
    pub accepted: usize,
    pub tolerated: usize,
    pub false_alarms: usize,
}

impl Score {
    /// Counts one more.
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Killed => self.killed += 1,
            Outcome::Survived => self.survived += 1,
            Outcome::Accepted => self.accepted += 1,
            Outcome::Tolerated => self.tolerated += 1,
            Outcome::FalseAlarm => self.false_alarms += 1,
        }
    }

    /// The mutants that the contract forbids.
    #[must_use]
    pub fn unlawful(&self) -> usize {
        self.killed + self.survived + self.accepted
    }

    /// All mutants.
    #[must_use]
    pub fn total(&self) -> usize {
        self.unlawful() + self.tolerated + self.false_alarms
    }

    /// How many of a thousand unlawful mutants were killed, rounded down; none without any.
    #[must_use]
    pub fn per_mille(&self) -> Option<usize> {
        (self.killed * 1000).checked_div(self.unlawful())
    }
}

impl std::ops::AddAssign for Score {
    fn add_assign(&mut self, other: Self) {
        self.killed += other.killed;
        self.survived += other.survived;
        self.accepted += other.accepted;
        self.tolerated += other.tolerated;
        self.false_alarms += other.false_alarms;
    }
}

/// What proving a contract came to.
#[derive(Clone, Debug)]
pub struct Proof {
    /// What the choice of mutants followed from.
    pub seed: u64,
    /// How many mutants there could have been.
    pub possible: usize,
    /// How many answers they were made of.
    pub answers: usize,
    /// All mutants.
    pub total: Score,
    /// By the way of altering, in the order of the operators.
    pub operators: Cells,
    /// By case, in plan order.
    pub cases: Vec<CaseProof>,
    /// By clause, in the contract's order.
    pub requirements: Vec<RequirementProof>,
    /// By what was altered, most survivors first: the service, and a JSON Pointer with `*` for any index, a header, or
    /// a part of the answer.
    pub parts: Vec<(String, String, Score)>,
    /// What went unnoticed: alike mutants of one case together, in plan order.
    pub survivors: Vec<Unnoticed>,
    /// What was noticed and should not have been.
    pub false_alarms: Vec<Unnoticed>,
    /// What is weak, the worst first.
    pub weaknesses: Vec<Weakness>,
    /// What the contract declares and nothing bears out.
    pub stale: Vec<Stale>,
    /// Why the suites can't be relied on; nothing, if they can.
    pub reasons: Vec<String>,
}

/// The mutants of one case.
#[derive(Clone, Debug)]
pub struct CaseProof {
    /// The suite.
    pub suite: Arc<str>,
    /// The case.
    pub case: String,
    /// The level of its requirements.
    pub level: Level,
    /// Where it is written.
    pub place: Place,
    /// The mutants of its answers: killed are those that it noticed itself.
    pub score: Score,
    /// Mutants that it let pass, and that another case noticed that asks the same.
    pub elsewhere: usize,
}

/// A row of the kill matrix: what came of mutants by the way of altering, in the order of the operators.
pub type Cells = Vec<(Operator, Score)>;

/// How a clause was seen to be judged.
#[derive(Clone, Debug)]
pub struct RequirementProof {
    /// The clause.
    pub id: RequirementId,
    /// How much it counts.
    pub level: Level,
    /// Whether it can be judged at all.
    pub tested: bool,
    /// How many mutants were noticed as breaking it, and how many went unnoticed in the cases that cite it.
    pub score: Score,
    /// The same by the way of altering, in the order of the operators.
    pub operators: Cells,
    /// The same for each suite that cites or judges it, in the contract's order. A mutant that trials of several suites
    /// were asked about counts in each of them.
    pub suites: Vec<(Arc<str>, Cells)>,
    /// Whether one of these was of the thing that it speaks of; see [`Killer`].
    pub proven: Option<Killer>,
}

/// The first mutant that shows that a clause is really judged: its finding isn't only about the status, where the
/// clause is about more, and for a denial it is a leak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Killer {
    /// The trial that noticed.
    pub trial: String,
    /// How the answer was altered.
    pub operator: Operator,
    /// Where.
    pub part: String,
}

/// Mutants of one case that differ only in the answer that they were made of, or in an index.
#[derive(Clone, Debug)]
pub struct Unnoticed {
    /// How the answers were altered.
    pub operator: Operator,
    /// What was altered: a JSON Pointer with `*` for any index, a header, or a part of the answer.
    pub part: String,
    /// The suite.
    pub suite: Arc<str>,
    /// The case.
    pub case: String,
    /// The clauses that the trials cite that were asked.
    pub requirements: Vec<RequirementId>,
    /// How many there were.
    pub count: usize,
    /// The trial of the first.
    pub trial: String,
    /// The request line of the first.
    pub request: String,
    /// Where exactly the first was altered.
    pub at: String,
    /// What stood there.
    pub before: String,
    /// What stood there then.
    pub after: String,
    /// For a false alarm, what the case said, and why the contract allows it.
    pub said: Option<(String, String)>,
    /// A line of YAML that would catch it.
    pub remedy: Option<String>,
    /// A line of YAML that says that it is lawful.
    pub allowance: Option<String>,
    /// Where the expectation stands that let it pass.
    pub place: Place,
}

/// Something that the suites don't look at.
#[derive(Clone, Debug)]
pub struct Weakness {
    /// Of which kind.
    pub kind: WeaknessKind,
    /// What it is about, in one line.
    pub message: String,
    /// How many mutants it let pass.
    pub survived: usize,
    /// The cases that it concerns, as `suite/case`.
    pub cases: Vec<String>,
    /// Where to mend it.
    pub place: Place,
    /// A line of YAML that would mend it.
    pub remedy: Option<String>,
}

crate::diagnostic::explained! {
    /// The kinds of weakness, the worst first.
    WeaknessKind {
        BlindDenial "blind-denial"
            "A denial that doesn't look for what it withholds: private texts could stand in the answer, and nobody would notice. Name them under `lacks`."
        StatusOnly "status-only"
            "A case that judges only the status of its answers: whatever the headers and the body say passes."
        OpenMember "open-member"
            "A member that may have any type, or be missing: neither the schema nor a rule says what it is."
        UnpinnedValue "unpinned-value"
            "A value that may be any other of its type: nothing says which one it is."
        LooseList "loose-list"
            "A list that may lack items, have some twice, or have another order."
        OtherPersonsAnswer "other-persons-answer"
            "The answer about somebody else passes as well."
        LooseStatus "loose-status"
            "Another status passes as well."
        LooseHeader "loose-header"
            "A header that may be missing, empty, doubled or different."
        SloppyBody "sloppy-body"
            "A body that may be empty, cut short, or less than strict JSON."
        OpenObject "open-object"
            "An object that may have further members, though nothing declares it open. Close it in the schema, or declare `add-member` lawful."
    }
}

/// A declaration that nothing bears out.
#[derive(Clone, Debug)]
pub struct Stale {
    /// What is wrong with it.
    pub message: String,
    /// Where it is written.
    pub place: Place,
}
