//! The clauses of a contract.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use crate::diagnostic::Place;

/// The stable id of a requirement, such as `PRESENCE-PRIVACY-3`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequirementId(pub Arc<str>);

impl Borrow<str> for RequirementId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequirementId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How much a requirement counts, by RFC 2119.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Decides the verdict.
    Must,
    /// Warns.
    Should,
    /// Informs.
    May,
}

impl Level {
    /// Whether what is of this level decides the verdict; a should does where the run is strict.
    #[must_use]
    pub fn decides(self, strict: bool) -> bool {
        match self {
            Self::Must => true,
            Self::Should => strict,
            Self::May => false,
        }
    }

    /// All levels, the weightiest first.
    pub const ALL: [Self; 3] = [Self::Must, Self::Should, Self::May];

    /// The word in YAML and on screen.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// One clause.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// Its stable id.
    pub id: RequirementId,
    /// How much it counts.
    pub level: Level,
    /// The document that it stands in: a file name or an RFC.
    pub document: String,
    /// The section of that document.
    pub section: String,
    /// What it says, in our words.
    pub says: String,
    /// How an unclear document is read, and why.
    pub reading: Option<String>,
    /// Why it has no case.
    pub not_tested: Option<String>,
    /// Where it is declared.
    pub place: Place,
}
