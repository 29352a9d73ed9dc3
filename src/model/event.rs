//! What a run says of itself, in plan order. The engine and the reporters meet here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::choice::{ChoiceState, Chosen};
use super::exchange::Evidence;
use super::proof::Killer;
use super::requirement::{Level, Requirement, RequirementId};
use super::shard::Sharding;
use super::shown::ShownExchange;
use super::snapshot::SnapshotCounts;
use super::verdict::{Conclusion, Finding, Rule, Verdict};
use super::waiver::{Proposal, Waiver, WaiverKind, WaiverOutcome};
use crate::diagnostic::Place;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The run begins.
    Started(RunStarted),
    /// A trial has its verdict. Trials come in plan order.
    Finished(Arc<TrialResult>),
    /// The run is over.
    Ended(Summary),
}

/// What is known before the first request.
#[derive(Clone, Debug)]
pub struct RunStarted {
    /// The contract's name.
    pub contract: String,
    /// The contract's version.
    pub contract_version: String,
    /// The digest of its files.
    pub digest: String,
    /// The folder of the contract, as it was given; none for the shipped one. Paths of suites are relative to it.
    pub folder: Option<String>,
    /// The target's name.
    pub target: String,
    /// The target's version.
    pub target_version: Option<String>,
    /// The base URL of each service.
    pub services: BTreeMap<String, String>,
    /// How many trials will run.
    pub trials: usize,
    /// How many trials the selection leaves out.
    pub left_out: usize,
    /// Which part of a whole it runs, if it is one of several.
    pub sharding: Option<Sharding>,
    /// What is worth knowing before anything is judged.
    pub notes: Vec<String>,
    /// The clauses of the contract, in its order.
    pub requirements: Arc<Vec<Requirement>>,
    /// The matrices of which cells will run, in plan order.
    pub matrices: Arc<Vec<MatrixShape>>,
}

/// A matrix as it is written, whichever of its cells run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixShape {
    /// The suite.
    pub suite: String,
    /// The matrix.
    pub case: String,
    /// What it is about.
    pub title: Option<String>,
    /// The names of its axes, with the values on them in order.
    pub axes: Vec<(String, Vec<String>)>,
    /// Where its first cell stands among the trials of all parts, if the run is one of several.
    pub position: Option<usize>,
}

/// Where the time of a trial went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Making connections.
    pub connect: Duration,
    /// Sending requests and waiting for the ends of their answers, connections apart.
    pub wait: Duration,
    /// What of these two was spent where no answer came in time, or nobody could connect.
    pub in_vain: Duration,
    /// Judging answers.
    pub check: Duration,
}

/// A trial and what came of it.
#[derive(Clone, Debug)]
pub struct TrialResult {
    /// The stable id.
    pub id: Arc<str>,
    /// The suite.
    pub suite: Arc<str>,
    /// The case.
    pub case: Arc<str>,
    /// What it is about.
    pub title: Option<Arc<str>>,
    /// The level of its requirements.
    pub level: Level,
    /// The clauses that it cites itself.
    pub requirements: Arc<[RequirementId]>,
    /// The clauses that the invariants of its suite judged along the way.
    pub invariants: Vec<RequirementId>,
    /// What is said of it.
    pub verdict: Verdict,
    /// What was said of it by another contract, where stored answers are judged again.
    pub was: Option<Verdict>,
    /// Every disagreement.
    pub findings: Vec<Finding>,
    /// If each of these is waived: by what, in the order of the findings.
    pub waivers: Vec<Arc<Waiver>>,
    /// Why it is inconclusive or skipped, and what else is worth knowing.
    pub notes: Vec<String>,
    /// The first request with a finding, or the last one sent, as a command without secrets.
    pub curl: Option<String>,
    /// The command that runs just this trial again.
    pub rerun: String,
    /// From the first request to the end of the last answer.
    pub duration: Duration,
    /// How many requests were sent.
    pub requests: usize,
    /// Where its time went.
    pub spent: Spent,
    /// Where the case or cell is written.
    pub place: Place,
    /// Where it stands among the trials of all parts, from 0, if the run is one of several.
    pub position: Option<usize>,
    /// The cell, if it is one of a matrix.
    pub cell: Option<Arc<CellResult>>,
    /// The answers to the judged steps of a trial that keeps the contract, as far as the run keeps them.
    pub evidence: Vec<Evidence>,
    /// What was sent and received, as it may be shown: the judged steps, and set-up and clean-up unless all is well.
    /// Of very many the first ones and the last.
    pub exchanges: Vec<ShownExchange>,
    /// The other attempts at it, in order, if it was tried again. All else is of the attempt that counts.
    pub attempts: Vec<Attempt>,
    /// The branches of choices that its answers took.
    pub choices: Vec<Chosen>,
}

/// An attempt at a trial that was made again.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Which one it was, from 1.
    pub number: usize,
    /// What was said of it.
    pub verdict: Verdict,
    /// Every disagreement.
    pub findings: Vec<Finding>,
    /// Why it was inconclusive.
    pub notes: Vec<String>,
    /// From the first request to the end of the last answer.
    pub duration: Duration,
    /// What was sent and received, as it may be shown.
    pub exchanges: Vec<ShownExchange>,
}

impl TrialResult {
    /// The level that its verdict counts for: that of the weightiest clause that it breaks, which may be that of an
    /// invariant.
    pub fn weightiest(&self, level: impl Fn(&RequirementId) -> Option<Level>) -> Level {
        self.findings.iter().filter_map(|finding| level(&finding.requirement)).min().unwrap_or(self.level)
    }

    /// Whether one attempt conforms after another one violated.
    #[must_use]
    pub fn is_flaky(&self) -> bool {
        let came_to =
            |wanted: Verdict| self.verdict == wanted || self.attempts.iter().any(|attempt| attempt.verdict == wanted);
        came_to(Verdict::Conforms) && came_to(Verdict::Violates)
    }

    /// Whether it was judged and no clause was broken, be the answers as accepted or not.
    #[must_use]
    pub fn keeps_the_contract(&self) -> bool {
        match self.verdict {
            Verdict::Conforms => true,
            Verdict::Violates => self.findings.iter().all(|finding| finding.rule == Rule::Snapshot),
            Verdict::Inconclusive | Verdict::Skipped => false,
        }
    }

    /// If its violation is waived: why. It is disputed only where every waiver of it disputes the suite.
    #[must_use]
    pub fn waived(&self) -> Option<WaiverKind> {
        self.waivers.iter().map(|waiver| waiver.kind).min()
    }
}

/// Where in which matrix a trial stands.
#[derive(Clone, Debug, PartialEq)]
pub struct CellResult {
    /// The names of the axes.
    pub axes: Vec<String>,
    /// The values on them.
    pub values: Vec<String>,
    /// What is to be seen.
    pub outcome: String,
    /// Whether something is withheld here.
    pub denial: bool,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Of the whole.
    pub conclusion: Conclusion,
    /// Whether every planned trial was run.
    pub complete: bool,
    /// Trials by level and verdict.
    pub counts: BTreeMap<Level, Counts>,
    /// The state of each requirement, in the contract's order.
    pub requirements: Vec<RequirementState>,
    /// Clauses that trials judged and found kept, though none of these trials was seen to be able to find a fault.
    pub unproven: Vec<RequirementId>,
    /// What became of the answers that are compared with accepted ones; none where none is.
    pub snapshots: Option<SnapshotCounts>,
    /// What was left to the target, and what it chose.
    pub choices: Vec<ChoiceState>,
    /// Whether all that was run is well, and the run is incomplete only by what was left out of it.
    pub partial: bool,
    /// How many trials conformed after they had violated, whatever they count as.
    pub flaky: usize,
    /// Why the run is incomplete or what else weighs, in words.
    pub reasons: Vec<String>,
    /// How many trials the selection left out.
    pub left_out: usize,
    /// Whether a should counts like a must.
    pub strict: bool,
    /// How many trials break a should, and no must, without being waived.
    pub warnings: usize,
    /// What became of each waiver; none where there is no file of them.
    pub waivers: Option<Vec<WaiverOutcome>>,
    /// Entries that would waive what isn't waived.
    pub proposals: Vec<Proposal>,
}

/// How many trials came to which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the verdicts")]
pub struct Counts {
    pub conforms: usize,
    pub violates: usize,
    pub inconclusive: usize,
    pub skipped: usize,
    /// Of those that violate.
    pub waived: usize,
    /// Of those that are waived.
    pub disputed: usize,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict, waived: Option<WaiverKind>) {
        self.waived += usize::from(waived.is_some());
        self.disputed += usize::from(waived == Some(WaiverKind::Disputed));
        match verdict {
            Verdict::Conforms => self.conforms += 1,
            Verdict::Violates => self.violates += 1,
            Verdict::Inconclusive => self.inconclusive += 1,
            Verdict::Skipped => self.skipped += 1,
        }
    }

    /// All together.
    #[must_use]
    pub fn total(&self) -> usize {
        self.conforms + self.violates + self.inconclusive + self.skipped
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.conforms += other.conforms;
        self.violates += other.violates;
        self.inconclusive += other.inconclusive;
        self.skipped += other.skipped;
        self.waived += other.waived;
        self.disputed += other.disputed;
    }
}

impl Summary {
    /// The trials of all levels.
    #[must_use]
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for counts in self.counts.values() {
            total += *counts;
        }
        total
    }
}

/// What the run says of a requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct RequirementState {
    /// The requirement.
    pub id: RequirementId,
    /// How much it counts.
    pub level: Level,
    /// What was found out.
    pub state: State,
    /// The trials that judged it, in plan order.
    pub trials: Vec<Arc<str>>,
    /// An altered answer that one of these trials noticed as breaking it.
    pub proven: Option<Killer>,
    /// Whether it is violated, and every trial that found a fault is waived.
    pub waived: bool,
}

/// What was found out about a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Trials judged it, none found a fault, and one was seen to be able to.
    Verified,
    /// A trial found a fault.
    Violated,
    /// No trial could judge it in this run, or none was seen to be able to find a fault.
    Unverified,
    /// It can't be observed from outside.
    NotTested,
}

impl State {
    /// All states, in the order in which they are counted.
    pub const ALL: [Self; 4] = [Self::Verified, Self::Violated, Self::Unverified, Self::NotTested];

    /// The word in reports and on screen.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Violated => "violated",
            Self::Unverified => "unverified",
            Self::NotTested => "not-tested",
        }
    }
}
