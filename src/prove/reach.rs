//! Which expectations an alteration could break, known from what they look at. To alter an answer and to judge it costs far
//! more than that: of a single trial of the shipped contract 35 instead of 86 answers are altered.

use super::alter::value::places;
use super::anatomy::{Anatomy, Site};
use crate::model::expectation::{BodyRule, BodyRules, BodyTestKind, Bound, Expectation, Selector, Subject};
use crate::model::mutant::Operator;
use crate::model::path::Key;

/// What an alteration changes of an answer that conformed.
pub(super) enum Reach<'a> {
    /// The status, and so who speaks of the answer.
    Status,
    /// The body as bytes, or how it is framed: anything but the status.
    Whole,
    /// A header.
    Header(&'a str),
    /// What these keys lead to in the JSON of the body, whose length is told rightly.
    Values(Vec<Vec<Key<'a>>>),
    /// That a text is shown that must not be.
    Canary,
}

impl<'a> Reach<'a> {
    pub(super) fn of(anatomy: &'a Anatomy<'_>, site: Site) -> Self {
        let index = site.index as usize;
        match site.operator {
            Operator::OtherClassStatus | Operator::SameClassStatus => Self::Status,
            Operator::ForbiddenHeader => Self::Header(&anatomy.forbidden[index]),
            Operator::InsertCanary => Self::Canary,
            operator if operator.alters_a_header() => Self::Header(&anatomy.answer.headers[index].0),
            operator if operator.alters_a_value() => Self::Values(places(anatomy, site)),
            _ => Self::Whole,
        }
    }

    /// Whether it could break an expectation.
    ///
    /// An altered value may happen to be a text that must not be shown; but canaries tell whether that is judged.
    pub(super) fn touches(&self, expect: &Expectation) -> bool {
        // Later answers are compared with all of an earlier one.
        if !expect.relations.is_empty() || expect.branches().any(|branch| self.touches(branch)) {
            return true;
        }
        match self {
            Self::Status | Self::Whole => true,
            Self::Canary => expect.lacks.is_some(),
            Self::Header(name) => expect.headers.iter().any(|rule| rule.name.eq_ignore_ascii_case(name)),
            Self::Values(places) => {
                expect.schema.is_some()
                    || expect.contains.is_some()
                    || match &expect.body {
                        BodyRules::Rules(rules) => {
                            places.iter().any(|place| rules.iter().any(|rule| sees(rule, place)))
                        }
                        _ => false,
                    }
            }
        }
    }
}

/// Whether a rule could say something else where the value at a place is another one.
fn sees(rule: &BodyRule, place: &[Key<'_>]) -> bool {
    let selects = |selector: &Selector| match selector {
        Selector::Fixed(path) => path.could_see(place),
        Selector::Templated(_) => true,
    };
    let counts = |bound: &Option<Bound>| matches!(bound, Some(Bound::CountOf(selector)) if selects(selector));
    match &rule.subject {
        Subject::Text => true,
        Subject::Nodes(selector) => {
            selects(selector)
                || rule.tests.iter().any(|test| match &test.kind {
                    BodyTestKind::Range(least, most) => counts(least) || counts(most),
                    _ => false,
                })
        }
    }
}
