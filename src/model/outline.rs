//! What of a contract's trials is known without reading its suites: which there are, and what selects them.

use serde::{Deserialize, Serialize};

use super::requirement::Level;

/// The trials of a contract by their names.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline<'t> {
    /// The digest of the contract that it is of.
    pub digest: &'t str,
    /// The trials.
    pub cases: Vec<OutlinedCase<'t>>,
}

/// Those trials of a case that judge the same clauses.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OutlinedCase<'t> {
    /// The name of the suite.
    pub suite: &'t str,
    /// The service that the suite is about.
    pub service: &'t str,
    /// The file of the suite.
    pub file: &'t str,
    /// The name of the case.
    pub case: &'t str,
    /// The word of its level.
    pub level: &'t str,
    /// The capabilities without which it isn't tried.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<&'t str>,
    /// The clauses.
    #[serde(borrow)]
    pub requirements: Vec<&'t str>,
    /// What stands behind the name of the case in the ids of the trials; nothing, if it has no rows.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<&'t str>,
}

impl<'t> Outline<'t> {
    /// Reads what [`Self::text`] wrote; none if it is something else.
    #[must_use]
    pub fn read(text: &'t str) -> Option<Self> {
        let (digest, cases) = text.split_once('\n')?;
        let cases: Vec<OutlinedCase<'t>> = cases.lines().map(serde_json::from_str).collect::<Result<_, _>>().ok()?;
        Some(Self { digest, cases })
    }

    /// The digest, and a line of JSON for each entry.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = self.cases.iter().map(|case| serde_json::to_string(case).unwrap_or_default());
        lines.fold(format!("{}\n", self.digest), |text, line| text + &line + "\n")
    }
}

impl OutlinedCase<'_> {
    /// How much its clauses count.
    #[must_use]
    pub fn level(&self) -> Level {
        // Whoever wrote it knew no other words.
        Level::ALL.into_iter().find(|level| level.word() == self.level).unwrap_or(Level::Must)
    }

    /// How many trials it has.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.rows.len().max(1)
    }

    /// Whether one of its trials has an id like this.
    pub fn any_id(&self, mut is: impl FnMut(&str) -> bool) -> bool {
        let mut id = format!("{}/{}", self.suite, self.case);
        if self.rows.is_empty() {
            return is(&id);
        }
        id.push('/');
        let case = id.len();
        self.rows.iter().any(|row| {
            id.truncate(case);
            id.push_str(row);
            is(&id)
        })
    }
}
