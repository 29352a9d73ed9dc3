//! Violations that the owner of a target knows of, and what becomes of what was written down about them.

use std::sync::Arc;

use jiff::civil::Date;

use super::requirement::{Level, RequirementId};
use crate::diagnostic::Place;

/// A waiver that covers more trials than this has to say how many.
pub const MOST_COVERED: usize = 20;

/// Why a violation is waived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaiverKind {
    /// The target is wrong, and its owner knows it.
    Waived,
    /// The suite is wrong, in the view of the target's owner.
    Disputed,
}

impl WaiverKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Waived, Self::Disputed];

    /// The word in files and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waived => "waived",
            Self::Disputed => "disputed",
        }
    }
}

/// One entry of a file of waivers.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Which trials: patterns, as `--only` takes them. There is at least one.
    pub trials: Vec<String>,
    /// The fingerprint of the finding that each of these trials has.
    pub finding: String,
    /// Whether the target or the suite is held to be wrong.
    pub kind: WaiverKind,
    /// Why it stays as it is for now.
    pub reason: String,
    /// Where more is said about it.
    pub link: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds (UTC).
    pub expires: Date,
    /// How many trials it is meant to cover, where that is said.
    pub covers: Option<usize>,
    /// The whole entry.
    pub place: Place,
    /// Where single members of it are written, for those who have to mend them.
    pub members: Members,
}

/// Where the members of a waiver are written.
#[derive(Clone, Debug)]
pub struct Members {
    /// The patterns of its trials, each where it is written.
    pub trials: Vec<Place>,
    /// The fingerprint.
    pub finding: Place,
    /// The date.
    pub expires: Place,
    /// The number of trials; where none is given, their first pattern.
    pub covers: Place,
}

impl Members {
    /// All of them at one place.
    #[must_use]
    pub fn at(place: &Place) -> Self {
        let [finding, expires, covers] = [(); 3].map(|()| place.clone());
        Self { trials: vec![place.clone()], finding, expires, covers }
    }
}

/// What a run found out about a waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverState {
    /// Each of its trials violates as it says.
    Holds,
    /// Something of it is not, or no longer, as it says.
    Stale,
    /// It was stale, and is taken out of its file.
    Removed,
    /// None of its trials was judged in this run.
    Unjudged,
}

impl WaiverState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Holds, Self::Stale, Self::Removed, Self::Unjudged];

    /// The word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Stale => "stale",
            Self::Removed => "removed",
            Self::Unjudged => "unjudged",
        }
    }
}

/// A waiver and what became of it.
#[derive(Clone, Debug)]
pub struct WaiverOutcome {
    /// The waiver.
    pub waiver: Arc<Waiver>,
    /// What was found out.
    pub state: WaiverState,
    /// The trials whose violation it waives, in plan order.
    pub waived: Vec<String>,
    /// What is wrong with it: the line, and how to mend it.
    pub faults: Vec<Fault>,
    /// What else is worth knowing of it.
    pub notes: Vec<String>,
}

/// What is wrong with a waiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file to mend.
    pub line: usize,
    /// What is wrong, and what to do: one line.
    pub text: String,
}

/// An entry that would waive violations that nothing waives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Patterns of exactly the trials with this finding.
    pub trials: Vec<String>,
    /// How many trials it covers.
    pub covers: usize,
    /// The fingerprint of the finding.
    pub finding: String,
    /// The clause that it breaks.
    pub requirement: RequirementId,
    /// The level of that clause.
    pub level: Level,
    /// What the finding says in the first of these trials.
    pub message: String,
}
