//! How an answer relates to an earlier one.

use serde_json::Value;

use super::value::{Comparer, Difference, excerpt};
use super::{Check, Words};
use crate::model::exchange::Answer;
use crate::model::expectation::{Comparison, Relation};
use crate::model::path::JsonPath;
use crate::model::verdict::Rule;

impl Check<'_, '_, '_> {
    pub(super) fn relation(&mut self, relation: &Relation) {
        let Some((_, earlier)) = self.subject.earlier.iter().rev().find(|(name, _)| *name == relation.step) else {
            self.judgement.unjudged.push(format!("the step `{}` has no answer to compare with", relation.step));
            return;
        };
        let answer = self.subject.answer;
        let (before, after) = (self.subject.earlier_json(earlier), self.subject.parsed());
        if let Some(reason) = before.reached.as_ref().or(after.reached.as_ref()) {
            self.unjudged(reason);
            return;
        }
        let difference = difference(relation, (earlier, before.value), (answer, after.value.as_ref()));
        match (relation.same, difference) {
            (true, Some(Difference { pointer, expected, observed })) => {
                self.finding(Rule::Same, &relation.place, || {
                    let at = if pointer.is_empty() { String::new() } else { format!(" at `{pointer}`") };
                    let message = format!("the answer differs from that of `{}`{at}", relation.step);
                    Words { message, expected, observed, pointer: Some(pointer).filter(|pointer| !pointer.is_empty()) }
                });
            }
            (false, None) => self.finding(Rule::Different, &relation.place, || Words {
                message: format!("the answer is the same as that of `{}`", relation.step),
                expected: "another answer".into(),
                observed: excerpt(&answer.body),
                pointer: None,
            }),
            _ => {}
        }
    }
}

/// The first difference between two answers.
fn difference(
    relation: &Relation,
    (earlier, before): (&Answer, Option<Value>),
    (answer, after): (&Answer, Option<&Value>),
) -> Option<Difference> {
    if earlier.status != answer.status {
        let (expected, observed) = (format!("status {}", earlier.status), format!("status {}", answer.status));
        return Some(Difference { pointer: String::new(), expected, observed });
    }
    if let (Some(mut before), Some(after)) = (before, after) {
        let mut after = after.clone();
        for path in &relation.ignoring {
            remove(path, &mut before);
            remove(path, &mut after);
        }
        let comparer = Comparer { comparison: &Comparison::default(), without: &[], open: relation.any_order };
        // An open comparison lets either side have more, so it is made both ways.
        let there = comparer.differences(&before, &after, "").into_iter().next();
        return there.or_else(|| {
            let back = comparer.differences(&after, &before, "").into_iter().next()?;
            Some(Difference { expected: back.observed, observed: back.expected, ..back })
        });
    }
    (earlier.body != answer.body).then(|| Difference {
        pointer: String::new(),
        expected: excerpt(&earlier.body),
        observed: excerpt(&answer.body),
    })
}

/// Replaces the selected nodes by null, so that positions stay.
fn remove(path: &JsonPath, value: &mut Value) {
    let pointers: Vec<String> = path.located(value).map(|(pointer, _)| pointer).collect();
    for pointer in pointers {
        if let Some(node) = value.pointer_mut(&pointer) {
            *node = Value::Null;
        }
    }
}
