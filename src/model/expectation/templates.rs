//! The templates of an expectation.

use super::{BodyRules, BodyTestKind, Bound, Expectation, HeaderTest, Pattern, Selector, Subject};
use crate::model::template::Template;

impl Expectation {
    /// Calls `visit` with every template in it.
    pub fn templates<'e>(&'e self, visit: &mut dyn FnMut(&'e Template)) {
        for test in self.headers.iter().flat_map(|rule| &rule.tests) {
            match test {
                HeaderTest::Equals(template)
                | HeaderTest::Contains(template)
                | HeaderTest::Pattern(Pattern::Templated(template)) => visit(template),
                HeaderTest::OneOf(templates) => templates.iter().for_each(&mut *visit),
                _ => {}
            }
        }
        if let BodyRules::Rules(rules) = &self.body {
            for rule in rules {
                if let Subject::Nodes(Selector::Templated(template)) = &rule.subject {
                    visit(template);
                }
                rule.tests.iter().for_each(|test| test.kind.templates(visit));
            }
        }
        let canaries = self.contains.iter().chain(&self.lacks);
        canaries.flat_map(|canaries| &canaries.texts).for_each(|text| text.templates(visit));
        let branches = self.branches();
        branches.for_each(|branch| branch.templates(visit));
    }
}

impl BodyTestKind {
    fn templates<'t>(&'t self, visit: &mut dyn FnMut(&'t Template)) {
        match self {
            Self::Equals(value)
            | Self::Includes(value)
            | Self::OneOf(value)
            | Self::SubsetOf(value)
            | Self::SameSetAs(value) => value.templates(visit),
            Self::Contains(template) | Self::Pattern(Pattern::Templated(template)) => visit(template),
            Self::Range(min, max) => {
                for bound in [min, max].into_iter().flatten() {
                    if let Bound::CountOf(Selector::Templated(template)) = bound {
                        visit(template);
                    }
                }
            }
            Self::Pattern(Pattern::Fixed(_)) | Self::Type(_) | Self::Absent | Self::Count(..) | Self::Unique => {}
        }
    }
}
