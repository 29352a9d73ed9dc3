//! What of a contract's trials is known without reading its suites: which there are, and what selects them.

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutlinedCase<'t> {
    /// The name of the suite.
    pub suite: &'t str,
    /// The service that the suite is about.
    pub service: &'t str,
    /// The file of the suite.
    pub file: &'t str,
    /// The name of the case.
    pub case: &'t str,
    /// How much its clauses count.
    pub level: Level,
    /// The capabilities without which it isn't tried.
    pub needs: Words<'t>,
    /// The clauses.
    pub requirements: Words<'t>,
    /// What stands behind the name of the case in the ids of the trials; nothing, if it has no rows.
    pub rows: Words<'t>,
}

/// Names with a space between them, which none of them holds. Most are never looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Words<'t>(pub &'t str);

impl<'t> Words<'t> {
    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = &'t str> {
        self.0.split(' ').filter(|word| !word.is_empty())
    }
}

impl<'t> Outline<'t> {
    /// Reads an outline: the digest, and a line for each entry, whose members stand between tabs. None if it is something
    /// else.
    #[must_use]
    pub fn read(text: &'t str) -> Option<Self> {
        let (digest, cases) = text.split_once('\n')?;
        Some(Self { digest, cases: cases.lines().map(OutlinedCase::read).collect::<Option<_>>()? })
    }
}

impl<'t> OutlinedCase<'t> {
    fn read(line: &'t str) -> Option<Self> {
        let mut members = line.split('\t');
        let mut next = || members.next();
        let (suite, service, file, case) = (next()?, next()?, next()?, next()?);
        let word = next()?;
        let level = Level::ALL.into_iter().find(|level| level.word() == word)?;
        let (needs, requirements, rows) = (Words(next()?), Words(next()?), Words(next()?));
        Some(Self { suite, service, file, case, level, needs, requirements, rows })
    }

    /// How many trials it has.
    #[must_use]
    pub fn trials(&self) -> usize {
        memchr::memchr_iter(b' ', self.rows.0.as_bytes()).count() + 1
    }

    /// What the ids of its trials begin with.
    #[must_use]
    pub fn beginning(&self) -> String {
        [self.suite, "/", self.case].concat()
    }

    /// Whether one of its trials has an id like this.
    pub fn any_id(&self, mut is: impl FnMut(&str) -> bool) -> bool {
        let mut id = self.beginning();
        if self.rows.0.is_empty() {
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
