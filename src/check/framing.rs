//! Rules on where an answer begins and ends.

use super::{Check, Words};
use crate::model::expectation::FramingRule;
use crate::model::verdict::Rule;

impl Check<'_, '_, '_> {
    pub(super) fn framing(&mut self, rule: &FramingRule) {
        let Some(framing) = &self.subject.answer.wire.framing else {
            self.unjudged("the framing of this answer wasn't seen: only the raw transport sees it");
            return;
        };
        for one in framing.iter().filter(|one| rule.without.contains(&one.fault)) {
            self.finding(Rule::Framing, &rule.place, || Words {
                message: one.to_string(),
                expected: format!("no {}, as {} says", one.fault.slug(), one.fault.source()),
                observed: one.seen.clone(),
                pointer: None,
            });
        }
    }
}
