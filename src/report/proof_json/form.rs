//! The members of a proof, in the order in which they are written.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::diagnostic;
use crate::model::proof::Score;

/// A proof as it is written and read. `probity schema proof` describes its members.
#[derive(Debug, Serialize, Deserialize)]
pub struct Proved {
    pub(crate) format: String,
    pub(crate) tool: Named,
    pub(crate) contract: Named,
    pub(crate) digest: String,
    pub(crate) target: String,
    pub(crate) run: String,
    pub(crate) trials: usize,
    pub(crate) not_conforming: usize,
    pub(crate) seed: u64,
    pub(crate) answers: usize,
    pub(crate) possible: usize,
    pub(crate) summary: SummaryForm,
    pub(crate) reasons: Vec<String>,
    pub(crate) operators: Vec<Row>,
    pub(crate) cases: Vec<Row>,
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) parts: Vec<Altered>,
    pub(crate) weaknesses: Vec<Weakness>,
    pub(crate) survivors: Vec<Unnoticed>,
    pub(crate) false_alarms: Vec<Unnoticed>,
    pub(crate) stale: Vec<Stale>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) version: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SummaryForm {
    pub(crate) mutants: usize,
    #[serde(flatten)]
    pub(crate) score: ScoreForm,
    /// Percent of the unlawful mutants that were killed.
    pub(crate) score_percent: Option<f64>,
}

/// How many mutants came to which outcome.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct ScoreForm {
    pub(crate) killed: usize,
    pub(crate) survived: usize,
    pub(crate) accepted: usize,
    pub(crate) tolerated: usize,
    pub(crate) false_alarms: usize,
}

impl ScoreForm {
    pub(super) fn of(score: Score) -> Self {
        let Score { killed, survived, accepted, tolerated, false_alarms } = score;
        Self { killed, survived, accepted, tolerated, false_alarms }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) level: Option<String>,
    #[serde(flatten)]
    pub(crate) score: ScoreForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) noticed_elsewhere: Option<usize>,
}

impl Row {
    pub(super) fn of(id: &str, score: Score) -> Self {
        Self { id: id.to_owned(), level: None, score: ScoreForm::of(score), noticed_elsewhere: None }
    }
}

/// A clause, and its row of the kill matrix.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Requirement {
    pub(crate) id: String,
    pub(crate) level: String,
    pub(crate) tested: bool,
    pub(crate) says: String,
    pub(crate) source: Source,
    #[serde(flatten)]
    pub(crate) score: ScoreForm,
    pub(crate) proven_by: Option<Killer>,
    pub(crate) operators: Vec<CellForm>,
    pub(crate) suites: Vec<OfSuite>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(crate) document: String,
    pub(crate) section: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Killer {
    pub(crate) trial: String,
    pub(crate) operator: String,
    pub(crate) at: String,
}

/// A cell of the kill matrix.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CellForm {
    pub(crate) operator: String,
    #[serde(flatten)]
    pub(crate) score: FewOutcomes,
}

/// The same as [`ScoreForm`] without what is zero: there are thousands of cells.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FewOutcomes {
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) killed: usize,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) survived: usize,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) accepted: usize,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) tolerated: usize,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) false_alarms: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl From<ScoreForm> for FewOutcomes {
    fn from(score: ScoreForm) -> Self {
        let ScoreForm { killed, survived, accepted, tolerated, false_alarms } = score;
        Self { killed, survived, accepted, tolerated, false_alarms }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OfSuite {
    pub(crate) suite: String,
    pub(crate) operators: Vec<CellForm>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Altered {
    pub(crate) service: String,
    pub(crate) part: String,
    #[serde(flatten)]
    pub(crate) score: ScoreForm,
}

/// Where something is written.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Place {
    pub(super) fn of(place: &diagnostic::Place) -> Self {
        Self { file: place.file.path.clone(), line: place.line(), column: place.column() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Weakness {
    pub(crate) kind: String,
    pub(crate) message: String,
    pub(crate) survived: usize,
    pub(crate) cases: Vec<String>,
    #[serde(flatten)]
    pub(crate) place: Place,
    pub(crate) remedy: Option<String>,
}

/// Mutants of one case that are alike.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Unnoticed {
    pub(crate) operator: String,
    pub(crate) part: String,
    pub(crate) suite: String,
    pub(crate) case: String,
    pub(crate) requirements: Vec<String>,
    pub(crate) count: usize,
    pub(crate) trial: String,
    pub(crate) request: String,
    pub(crate) at: String,
    pub(crate) before: String,
    pub(crate) after: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) said: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lawful: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) remedy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) allowance: Option<String>,
    #[serde(flatten)]
    pub(crate) place: Place,
    /// The line itself, and how many characters of it are meant.
    pub(crate) text: String,
    pub(crate) length: usize,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stale {
    pub(crate) message: String,
    #[serde(flatten)]
    pub(crate) place: Place,
}
