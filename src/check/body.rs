//! Rules on bodies.

use std::fmt::Display;

use serde_json::Value;

use super::repeated::repeated;
use super::value::{Comparer, Difference, Node, excerpt, has_type, select, shown, type_word};
use super::{Check, Words, json};
use crate::diagnostic::Place;
use crate::model::exchange::Ending;
use crate::model::expectation::{BodyRule, BodyRules, BodyTest, BodyTestKind, Bound, Expectation, JsonType, Subject};
use crate::model::path::JsonPath;
use crate::model::schema::Schema;
use crate::model::verdict::Rule;

/// How many findings one rule or schema makes at most; the rest is counted.
const MOST_FINDINGS: usize = 12;

impl Check<'_, '_, '_> {
    pub(super) fn body(&mut self, expect: &Expectation) {
        let body = &self.subject.answer.body;
        match (&expect.body, self.subject.answer.ending) {
            // A 204 has no body by its framing (RFC 9112, section 6.3), so what follows it stands apart.
            (BodyRules::Empty(place), Ending::Long { surplus }) if body.is_empty() => {
                self.finding(Rule::EmptyBody, place, || Words {
                    message: format!("{surplus} bytes follow an answer that has no body"),
                    expected: "an empty body".into(),
                    observed: surplus.to_string(),
                    pointer: None,
                });
            }
            _ => {}
        }
        match &expect.body {
            BodyRules::Empty(place) if !body.is_empty() => {
                self.finding(Rule::EmptyBody, place, || Words {
                    message: format!("the body has {} bytes and must have none", body.len()),
                    expected: "an empty body".into(),
                    observed: excerpt(body),
                    pointer: None,
                });
            }
            BodyRules::Present(place) if body.is_empty() => {
                self.finding(Rule::PresentBody, place, || Words {
                    message: "the body is empty and must not be".into(),
                    expected: "a body".into(),
                    observed: "nothing".into(),
                    pointer: None,
                });
            }
            BodyRules::Rules(rules) => {
                for rule in rules.iter().filter(|rule| matches!(rule.subject, Subject::Text)) {
                    self.text_rule(rule);
                }
            }
            _ => {}
        }
        if !expect.needs_json() {
            return;
        }
        if let Some(reason) = self.subject.unread() {
            self.unjudged(reason);
            return;
        }
        let value = self.subject.json();
        // What merely looks at the body needs it to be JSON at all; `json: strict` asks for more.
        if !self.json_reported && (value.is_none() || expect.json.is_some()) {
            let findings = json::findings(self.subject, self.blame, super::place_of_json(expect));
            self.judgement.findings.extend(findings);
            self.json_reported = true;
        }
        let Some(value) = value else { return };
        if let Some((schema, place)) = expect.schema.as_ref().filter(|(schema, _)| !schema.accepts(value)) {
            self.schema(schema, value, place);
        }
        if let BodyRules::Rules(rules) = &expect.body {
            for rule in rules {
                if let Subject::Nodes(selector) = &rule.subject {
                    let Some(path) = self.path(selector) else { continue };
                    self.blaming(rule.requirement.as_ref(), |check| check.selected(rule, &path, value));
                }
            }
        }
    }

    /// The ways in which a value breaks a schema. To find them takes longer than to find that there are some.
    fn schema(&mut self, schema: &Schema, value: &Value, place: &Place) {
        // Of alternatives the closest is the one with the fewest.
        if self.subject.wordless && !self.alternative {
            self.finding(Rule::Schema, place, Words::default);
            return;
        }
        for error in schema.errors(value, MOST_FINDINGS) {
            self.finding(Rule::Schema, place, || {
                let whole =
                    if error.pointer.is_empty() { "the body".to_owned() } else { format!("`{}`", error.pointer) };
                let message = format!("{whole} breaks `{}` of the schema {}", error.keyword, schema.name);
                let observed = error.observed;
                Words { message, expected: error.expected, observed, pointer: Some(error.pointer) }
            });
        }
    }

    /// Judges the nodes that a path selects. Where they are is worked out only when something is found: that costs more
    /// than all the rest, and most answers are right.
    fn selected(&mut self, rule: &BodyRule, path: &JsonPath, body: &Value) {
        let before = (self.judgement.findings.len(), self.judgement.unjudged.len());
        let nodes: Vec<Node<'_>> =
            path.values(body).into_iter().map(|value| Node { pointer: String::new(), value }).collect();
        self.node_rule(rule, path, &nodes, body);
        if self.judgement.findings.len() > before.0 && !self.subject.wordless {
            self.judgement.findings.truncate(before.0);
            self.judgement.unjudged.truncate(before.1);
            self.node_rule(rule, path, &select(path, body), body);
        }
    }

    fn text_rule(&mut self, rule: &BodyRule) {
        let value = Value::String(String::from_utf8_lossy(&self.subject.answer.body).into_owned());
        let nodes = [Node { pointer: String::new(), value: &value }];
        self.blaming(rule.requirement.as_ref(), |check| check.node_rule(rule, &"the body", &nodes, &value));
    }

    fn node_rule(&mut self, rule: &BodyRule, path: &dyn Display, nodes: &[Node<'_>], body: &Value) {
        let speaks_of_some = rule.tests.iter().find(|test| !test.kind.speaks_of_none());
        if let Some(test) = speaks_of_some.filter(|_| nodes.is_empty()) {
            if !rule.optional {
                let subject = self.subject;
                self.finding(Rule::Body, &test.place, || Words {
                    message: format!("{path} selects nothing"),
                    expected: expected(subject, &test.kind),
                    observed: "nothing".into(),
                    pointer: None,
                });
            }
            return;
        }
        for test in &rule.tests {
            self.node_test(rule, test, path, nodes, body);
        }
    }

    fn node_test(&mut self, rule: &BodyRule, test: &BodyTest, path: &dyn Display, nodes: &[Node<'_>], body: &Value) {
        let comparer = Comparer { comparison: &rule.compare, without: &rule.without, open: false };
        match &test.kind {
            BodyTestKind::Equals(template) | BodyTestKind::Includes(template) => {
                let Some(wanted) = self.filled(template.value(&self.subject.scope)) else { return };
                let open = matches!(test.kind, BodyTestKind::Includes(_));
                self.compare(Comparer { open, ..comparer }, &wanted, test, path, nodes);
            }
            BodyTestKind::OneOf(template) | BodyTestKind::SubsetOf(template) => {
                let Some(wanted) = self.filled(template.value(&self.subject.scope)) else { return };
                let choices = wanted.as_array().map_or(std::slice::from_ref(&*wanted), Vec::as_slice);
                self.every(
                    test,
                    path,
                    nodes,
                    || format!("one of {}", shown(&wanted)),
                    |value| choices.iter().any(|choice| comparer.agrees(choice, value)),
                );
            }
            BodyTestKind::SameSetAs(template) => {
                let Some(wanted) = self.filled(template.value(&self.subject.scope)) else { return };
                self.same_set(comparer, &wanted, test, path, nodes);
            }
            BodyTestKind::Type(wanted) => {
                let word = JsonType::ALL.iter().find(|(one, _)| one == wanted).map_or("", |(_, word)| word);
                for node in nodes.iter().filter(|node| !has_type(node.value, *wanted)).take(MOST_FINDINGS) {
                    self.at_node(test, node, || {
                        let message =
                            format!("`{}` is of type {}, expected {word}", node.pointer, type_word(node.value));
                        (message, format!("type {word}"), shown(node.value))
                    });
                }
            }
            BodyTestKind::Contains(template) => {
                let Some(part) = self.filled(template.text(&self.subject.scope)) else { return };
                self.every(
                    test,
                    path,
                    nodes,
                    || format!("a text with `{part}` in it"),
                    |value| value.as_str().is_some_and(|text| text.contains(&part)),
                );
            }
            BodyTestKind::Pattern(pattern) => {
                let Some(regex) = self.regex(pattern) else { return };
                self.every(
                    test,
                    path,
                    nodes,
                    || format!("a text matching `{regex}`"),
                    |value| value.as_str().is_some_and(|text| regex.is_match(text)),
                );
            }
            BodyTestKind::Absent => {
                for node in nodes.iter().take(MOST_FINDINGS) {
                    self.at_node(test, node, || {
                        let message = format!("`{}` is there and must not be", node.pointer);
                        (message, "nothing".into(), shown(node.value))
                    });
                }
            }
            BodyTestKind::Count(min, max) => {
                if !(*min..=*max).contains(&nodes.len()) {
                    let subject = self.subject;
                    self.finding(Rule::Body, &test.place, || {
                        let expected = expected(subject, &test.kind);
                        let message = format!("{path} selects {} nodes, expected {expected}", nodes.len());
                        Words { message, expected, observed: nodes.len().to_string(), pointer: None }
                    });
                }
            }
            BodyTestKind::Unique => {
                let values: Vec<&Value> = nodes.iter().map(|node| node.value).collect();
                for (first, again) in repeated(comparer, &values, MOST_FINDINGS) {
                    let (first, node) = (&nodes[first], &nodes[again]);
                    self.at_node(test, node, || {
                        let message = format!("`{}` is the same as `{}`", node.pointer, first.pointer);
                        (message, "no two equal values".into(), shown(node.value))
                    });
                }
            }
            BodyTestKind::Range(min, max) => self.range(test, nodes, body, min.as_ref(), max.as_ref()),
        }
    }

    fn compare(
        &mut self,
        comparer: Comparer<'_>,
        wanted: &Value,
        test: &BodyTest,
        path: &dyn Display,
        nodes: &[Node<'_>],
    ) {
        for node in nodes.iter().filter(|node| !comparer.agrees(wanted, node.value)) {
            let mut differences = comparer.differences(wanted, node.value, &node.pointer);
            let more = differences.len().saturating_sub(MOST_FINDINGS);
            differences.truncate(MOST_FINDINGS);
            for difference in differences {
                self.finding(Rule::Body, &test.place, || {
                    let Difference { pointer, expected, observed } = difference;
                    let at = if pointer.is_empty() { path.to_string() } else { format!("`{pointer}`") };
                    Words { message: format!("{at} is not as expected"), expected, observed, pointer: Some(pointer) }
                });
            }
            if more > 0 {
                self.at_node(test, node, || {
                    (format!("{more} more differences at `{}`", node.pointer), "none".into(), more.to_string())
                });
            }
        }
    }

    fn same_set(
        &mut self,
        comparer: Comparer<'_>,
        wanted: &Value,
        test: &BodyTest,
        path: &dyn Display,
        nodes: &[Node<'_>],
    ) {
        let Some(expected) = wanted.as_array() else {
            self.judgement.unjudged.push(format!("{} is no list to compare with", shown(wanted)));
            return;
        };
        let values: Vec<&Value> = nodes.iter().map(|node| node.value).collect();
        let (missing, surplus) = comparer.unmatched(expected, &values, comparer.comparison.nodes);
        if !missing.is_empty() {
            self.finding(Rule::Body, &test.place, || {
                let lacking: Vec<Value> = missing.iter().map(|index| expected[*index].clone()).collect();
                let message = format!("{path} lacks {}", shown(&Value::Array(lacking)));
                let observed: Vec<Value> = values.iter().map(|value| (*value).clone()).collect();
                Words { message, expected: shown(wanted), observed: shown(&Value::Array(observed)), pointer: None }
            });
        }
        for index in surplus.into_iter().take(MOST_FINDINGS) {
            let node = &nodes[index];
            self.at_node(test, node, || {
                let message = format!("`{}` is one too many: {}", node.pointer, shown(node.value));
                (message, shown(wanted), shown(node.value))
            });
        }
    }

    fn range(&mut self, test: &BodyTest, nodes: &[Node<'_>], body: &Value, min: Option<&Bound>, max: Option<&Bound>) {
        let (Some(min), Some(max)) = (self.bound(min, body), self.bound(max, body)) else { return };
        let within = |value: &Value| {
            value
                .as_f64()
                .is_some_and(|number| min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max))
        };
        let text = || match (min, max) {
            (Some(min), Some(max)) => format!("a number from {min} to {max}"),
            (Some(min), None) => format!("a number of at least {min}"),
            (None, Some(max)) => format!("a number of at most {max}"),
            (None, None) => "a number".into(),
        };
        self.every(test, &"the node", nodes, text, within);
    }

    /// The value of a bound; the outer option is none when it can't be worked out.
    #[expect(clippy::option_option, reason = "a bound that isn't there differs from one that can't be worked out")]
    fn bound(&mut self, bound: Option<&Bound>, body: &Value) -> Option<Option<f64>> {
        match bound {
            None => Some(None),
            Some(Bound::Number(number)) => Some(number.as_f64()),
            Some(Bound::CountOf(selector)) => {
                let path = self.path(selector)?;
                let count = u32::try_from(path.values(body).len()).unwrap_or(u32::MAX);
                Some(Some(f64::from(count)))
            }
        }
    }

    /// A finding for every node that doesn't pass.
    fn every(
        &mut self,
        test: &BodyTest,
        path: &dyn Display,
        nodes: &[Node<'_>],
        expected: impl Fn() -> String,
        passes: impl Fn(&Value) -> bool,
    ) {
        for node in nodes.iter().filter(|node| !passes(node.value)).take(MOST_FINDINGS) {
            self.at_node(test, node, || {
                let at = if node.pointer.is_empty() { path.to_string() } else { format!("`{}`", node.pointer) };
                let expected = expected();
                (format!("{at} is not {expected}"), expected, shown(node.value))
            });
        }
    }

    /// A finding about a node; `words` are the message, what was expected and what was observed.
    fn at_node(&mut self, test: &BodyTest, node: &Node<'_>, words: impl FnOnce() -> (String, String, String)) {
        self.finding(Rule::Body, &test.place, || {
            let (message, expected, observed) = words();
            Words { message, expected, observed, pointer: Some(node.pointer.clone()) }
        });
    }
}

/// What a test asks for, in words.
fn expected(subject: &super::Subject<'_>, test: &BodyTestKind) -> String {
    match test {
        BodyTestKind::Equals(value) | BodyTestKind::Includes(value) => {
            value.value(&subject.scope).map_or("a value".into(), |value| shown(&value))
        }
        BodyTestKind::Type(wanted) => JsonType::ALL
            .iter()
            .find(|(one, _)| one == wanted)
            .map_or(String::new(), |(_, word)| format!("type {word}")),
        BodyTestKind::Count(min, max) if min == max => format!("exactly {min}"),
        BodyTestKind::Count(min, usize::MAX) => format!("at least {min}"),
        BodyTestKind::Count(min, max) => format!("from {min} to {max}"),
        _ => "at least one node".into(),
    }
}
