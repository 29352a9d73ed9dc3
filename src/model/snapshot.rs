//! Accepted answers: what is kept of an answer, what of it may be another each time, and how two of them differ.

use std::fmt;

use super::path::JsonPath;
use super::requirement::RequirementId;
use crate::diagnostic::Place;

/// That an answer is compared with the one that was accepted.
#[derive(Clone, Debug)]
pub struct SnapshotRule {
    /// What is another each time: first what it says itself, then what its suite says.
    pub redactions: Vec<Redaction>,
    /// How many redactions it says itself.
    pub own: usize,
    /// Headers that are kept, in lower case, besides those that the contract speaks of.
    pub headers: Vec<String>,
    /// Whether the members of JSON objects are kept in the order of their names; as the suite has it, if left out.
    pub sorted: Option<bool>,
    /// Where it is written.
    pub place: Place,
}

impl SnapshotRule {
    /// Adds what the suite says of all of its snapshots.
    pub fn inherit(&mut self, defaults: &SnapshotDefaults) {
        self.redactions.extend(defaults.redactions.iter().cloned());
        self.headers.extend(defaults.headers.iter().cloned());
        self.sorted.get_or_insert(defaults.sorted);
    }
}

/// What every snapshot of a suite has.
#[derive(Clone, Debug, Default)]
pub struct SnapshotDefaults {
    /// What is another each time, in one of its answers at least.
    pub redactions: Vec<Redaction>,
    /// Headers that are kept, in lower case.
    pub headers: Vec<String>,
    /// Whether the members of JSON objects are kept in the order of their names.
    pub sorted: bool,
}

/// A part of an answer in whose stead a placeholder is kept.
#[derive(Clone, Debug)]
pub struct Redaction {
    /// Which part.
    pub part: RedactedPart,
    /// What stands there.
    pub placeholder: Placeholder,
    /// Where it must be.
    pub matches: Matches,
    /// Where it is written.
    pub place: Place,
}

/// Where there must be something to redact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matches {
    /// In every answer.
    EachTime,
    /// In one of the answers of a run at least.
    Once,
    /// It may be missing everywhere.
    Perhaps,
}

/// What a redaction speaks of.
#[derive(Clone, Debug)]
pub enum RedactedPart {
    /// The nodes of the body.
    Body(JsonPath),
    /// The values of a header.
    Header(String),
}

impl fmt::Display for RedactedPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body(path) => write!(formatter, "`{path}`"),
            Self::Header(name) => write!(formatter, "the header `{name}`"),
        }
    }
}

crate::diagnostic::explained! {
    /// What stands in the stead of a value that is another each time. The value must be of this kind.
    Placeholder {
        Timestamp "timestamp"
            "A point in time: RFC 3339, with or without a zone, or an HTTP date (RFC 9110, section 5.6.7)."
        Uuid "uuid"
            "A UUID in its usual form (RFC 9562, section 4), with or without braces."
        Number "number"
            "A JSON number, or a text of digits."
        Url "url"
            "An absolute http or https URL."
        Text "text"
            "A text that isn't empty."
        Persona "persona"
            "A value of one of the personas; what is kept is its name, as in `[ann.xuid]`."
    }
}

/// What an answer looked like when it was accepted, or when it was proposed.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The trial that asked.
    pub trial: String,
    /// The clauses that the trial judges.
    pub requirements: Vec<RequirementId>,
    /// The suite's file and line, with a colon between them.
    pub source: String,
    /// The answer as text: status, headers, body.
    pub contents: String,
}

/// What became of the answers that are compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SnapshotCounts {
    /// As accepted.
    pub same: usize,
    /// Not as accepted.
    pub changed: usize,
    /// Never accepted.
    pub missing: usize,
    /// Written for a review.
    pub pending: usize,
    /// Accepted in this run: the files.
    pub accepted: Vec<String>,
    /// The files that belong to no case; none where not all cases were looked at.
    pub orphans: Vec<String>,
    /// The redactions that had to match somewhere and matched in no answer; none where not all cases were looked at.
    pub unused: Vec<String>,
    /// What a part of a run found of the redactions that had to match somewhere: the other parts decide with it.
    pub redactions: Vec<RedactionUse>,
}

/// What one part of a run found of a redaction that has to match somewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RedactionUse {
    /// The file that it is written in.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column, from 1.
    pub column: usize,
    /// What it redacts.
    pub part: String,
    /// What was found.
    pub state: UseState,
}

/// Whether a redaction matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UseState {
    /// In one answer at least.
    Matched,
    /// In none so far, but not all of the answers came that it could have matched in.
    Undecided,
    /// In none of the answers that it could have matched in.
    Unmatched,
}

impl UseState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Matched, Self::Undecided, Self::Unmatched];

    /// The word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Undecided => "undecided",
            Self::Unmatched => "unmatched",
        }
    }
}

impl RedactionUse {
    /// How it is told where it matched nowhere.
    #[must_use]
    pub fn told(&self) -> String {
        let Self { file, line, column, part, .. } = self;
        format!("{file}:{line}:{column}: {part}")
    }
}

/// One way in which two answers differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What kind of difference it is.
    pub kind: ChangeKind,
    /// Where: a JSON Pointer into the body, `the status`, `the body`, or a header.
    pub at: String,
    /// What was accepted.
    pub before: Option<String>,
    /// What came.
    pub after: Option<String>,
}

crate::diagnostic::explained! {
    /// A kind of difference between an answer and the accepted one.
    ChangeKind {
        Status "status"
            "The status is another one."
        Header "header"
            "A header is there, is missing, or has another value."
        Added "added"
            "A member or item is there that wasn't."
        Removed "removed"
            "A member or item isn't there that was."
        Type "type"
            "A value is of another type."
        Value "value"
            "A value is another one of its type."
        Reordered "reordered"
            "The same members or items come in another order."
        Body "body"
            "The body is another one, and isn't JSON before and after."
    }
}

crate::diagnostic::explained! {
    /// What a difference means for the contract.
    ChangeClass {
        Breaks "breaks the contract"
            "The checks of the case fail on it too."
        Unpinned "unpinned"
            "No requirement speaks of it: neither do the checks fail, nor does the contract say that it may differ."
        Lawful "lawful change"
            "The contract declares that it may differ, or an RFC says that it means nothing."
    }
}

/// A difference, and what it means for the contract.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassedChange {
    /// The difference.
    pub change: Change,
    /// What it means.
    pub class: ChangeClass,
    /// Why: the clause that it breaks, or the reason that makes it lawful.
    pub because: Option<String>,
}
