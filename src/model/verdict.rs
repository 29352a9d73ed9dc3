//! Verdicts, findings and the rules that make them.

use std::fmt;

use super::requirement::RequirementId;
use crate::diagnostic::Place;

/// What is said of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every expectation held.
    Conforms,
    /// At least one didn't.
    Violates,
    /// It could not be found out.
    Inconclusive,
    /// The target never claimed the capability that it needs.
    Skipped,
}

impl Verdict {
    /// All verdicts, in the order in which they are counted.
    pub const ALL: [Self; 4] = [Self::Conforms, Self::Violates, Self::Inconclusive, Self::Skipped];

    /// The word in reports and on screen.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::Violates => "violates",
            Self::Inconclusive => "inconclusive",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// What is said of the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// Every must that counts was judged and held.
    Conforms,
    /// A must was broken.
    Violates,
    /// Nothing that counts was broken, but something that counts could not be judged.
    Incomplete,
    /// Nothing else is wrong, but what was written down of known violations isn't so any more.
    StaleWaivers,
}

impl Conclusion {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Conforms, Self::Violates, Self::Incomplete, Self::StaleWaivers];

    /// The word in reports and on screen.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::Violates => "violates",
            Self::Incomplete => "incomplete",
            Self::StaleWaivers => "stale-waivers",
        }
    }
}

/// One disagreement between an expectation and an answer.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The clause to blame.
    pub requirement: RequirementId,
    /// The kind of expectation.
    pub rule: Rule,
    /// One line: a fragment in lower case.
    pub message: String,
    /// What should have been.
    pub expected: String,
    /// What was.
    pub observed: String,
    /// JSON Pointer into the body, where there is one.
    pub pointer: Option<String>,
    /// Where the expectation is written.
    pub place: Place,
}

crate::diagnostic::explained! {
    /// A kind of expectation. Its slug is stable.
    Rule {
        Status "status"
            "The status code of the answer. When it is wrong, the rules on headers, body and schema are not judged: one cause, one finding."
        Header "header"
            "A header of the answer: its presence, value, form, or agreement with the body. Names compare without case (RFC 9110, section 5.1)."
        BodyLength "body-length"
            "Content-Length equals the number of bytes of the body (RFC 9110, section 8.6)."
        Json "json"
            "The body is one JSON text and nothing else (RFC 8259): UTF-8 without a byte order mark, no name twice in an object, no bytes after the value."
        Schema "schema"
            "The body keeps a JSON Schema. The pointer says where it doesn't."
        Body "body"
            "A rule on the values that a JSONPath selects, or on the body as a text."
        EmptyBody "empty-body"
            "The body has no bytes."
        PresentBody "present-body"
            "The body has at least one byte."
        Contains "contains"
            "The texts occur in the body: the positive control of a denial."
        Leak "leak"
            "None of the texts occurs in the status line, a header or the body, be it plain, percent-encoded, JSON-escaped or base64."
        Framing "framing"
            "Where the answer begins and ends on the connection (RFC 9112): lengths that agree, chunks that end, nothing after the end. Only the raw transport sees it, so a step with this rule goes over it."
        Same "same-as"
            "The answer has the same status and body as an earlier step's."
        Different "different-from"
            "The answer's status or body differs from an earlier step's."
        Snapshot "snapshot"
            "The answer is as somebody accepted it, but for what is redacted; and what is redacted is of its kind."
        Alternatives "any-of"
            "At least one of several alternatives holds. When none does, the findings are those of the alternative that came closest, under the rules that it broke."
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.slug())
    }
}
