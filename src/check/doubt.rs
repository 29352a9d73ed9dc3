//! Answers of which not everything is known, since secrets were masked in them or they were cut: what can still be said
//! of them.

use crate::model::case::{Capture, CaptureSource};
use crate::model::expectation::{BodyRules, Expectation, HeaderRule, HeaderTest};

/// What isn't known of an answer. Its status, how its body ended and whether there is one are always known.
#[derive(Clone, Debug, Default)]
pub struct Doubts {
    /// The reason phrase.
    pub reason: bool,
    /// The values of the headers with these names, in lower case.
    pub headers: Vec<String>,
    /// Which headers there are.
    pub names: bool,
    /// What stands in the body.
    pub body: bool,
}

impl Doubts {
    /// Whether everything is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.reason && !self.names && !self.body && self.headers.is_empty()
    }

    /// Whether a value can be taken from what is known.
    #[must_use]
    pub fn spare(&self, capture: &Capture) -> bool {
        match &capture.source {
            CaptureSource::Body(_) => !self.body,
            CaptureSource::Header(name) => !self.of_header(name),
        }
    }

    fn of_header(&self, name: &str) -> bool {
        self.names || self.headers.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    fn of_rule(&self, rule: &HeaderRule) -> bool {
        let of_length = rule.tests.iter().any(|test| matches!(test, HeaderTest::EqualsBodyLength));
        self.of_header(&rule.name) || (self.body && of_length)
    }
}

/// The expectation without what needs more than is known; what that is goes to `needed`.
///
/// `doubtful` are the names of the earlier steps of whose answers not everything is known.
#[must_use]
pub fn certain(expect: &Expectation, doubts: &Doubts, doubtful: &[String], needed: &mut Vec<String>) -> Expectation {
    let mut rest = expect.clone();
    rest.headers.retain(|rule| !doubts.of_rule(rule));
    let dropped = expect.headers.iter().filter(|rule| doubts.of_rule(rule));
    needed.extend(dropped.map(|rule| format!("the header `{}`", rule.name)));
    let of_body = matches!(rest.body, BodyRules::Rules(_)) || rest.json.is_some() || rest.schema.is_some();
    if doubts.body && (of_body || rest.contains.is_some()) {
        needed.push("the body".into());
        (rest.json, rest.schema, rest.contains) = (None, None, None);
        if matches!(rest.body, BodyRules::Rules(_)) {
            rest.body = BodyRules::Unsaid;
        }
    }
    if rest.lacks.is_some() && !doubts.is_empty() {
        needed.push("everything that the answer says".into());
        rest.lacks = None;
    }
    let known = |step: &String| !doubts.body && !doubtful.contains(step);
    let relations = rest.relations.len();
    rest.relations.retain(|relation| known(&relation.step));
    if rest.relations.len() < relations {
        needed.push("the bodies that it compares".into());
    }
    if rest.any_of.is_some() {
        let before = needed.len();
        for branch in expect.branches() {
            let _ = certain(branch, doubts, doubtful, needed);
        }
        // Which of them comes closest depends on all of them.
        if needed.len() > before {
            rest.any_of = None;
        }
    }
    rest
}
