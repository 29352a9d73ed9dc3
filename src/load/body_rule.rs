//! Rules on the body of an answer.

use super::fields::{Fields, Problems, boolean, entries, some_list, texts, unsigned, word};
use super::requirement::{Known, cited};
use super::value::{pattern, selector, template, value_template};
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::expectation::{
    BodyRule, BodyTest, BodyTestKind, Bound, Comparison, JsonType, Selector, Subject, TextComparison,
};

/// The rules of a list.
pub(super) fn body_rules(node: &Node, known: &Known<'_>) -> Vec<BodyRule> {
    let items = some_list(node, "rules", known.problems);
    let mut rules = Vec::with_capacity(items.len());
    rules.extend(items.iter().filter_map(|item| body_rule(item, known)));
    rules
}

fn body_rule(node: &Node, known: &Known<'_>) -> Option<BodyRule> {
    let problems = known.problems;
    let fields = Fields::of(node, "a body rule", problems)?;
    let subject = subject(&fields, problems);
    let mut tests = Vec::with_capacity(1);
    for (key, read) in TESTS {
        if let Some(node) = fields.optional(key)
            && let Some(kind) = read(node, problems)
        {
            tests.push(BodyTest { kind, place: node.place() });
        }
    }
    let optional = fields.optional("optional").is_some_and(|node| boolean(node, problems) == Some(true));
    let compare = fields.optional("compare").map(|node| comparison(node, problems)).unwrap_or_default();
    let without = fields
        .optional("without")
        .map(|node| texts(node, problems).into_iter().map(|(_, name)| name.to_owned()).collect::<Vec<_>>())
        .unwrap_or_default();
    let requirement = fields.optional("requirement").and_then(|node| cited(node, known));
    let said = TESTS.iter().any(|(key, _)| fields.key_place(key).is_some());
    let compares = ["equals", "includes", "one-of", "subset-of", "same-set-as"];
    for (key, takes) in [("without", &compares[..2]), ("compare", &compares[..])] {
        if let Some(place) = fields.key_place(key).filter(|_| takes.iter().all(|test| fields.key_place(test).is_none()))
        {
            problems.push(
                Diagnostic::at(Code::Contradiction, &place, format!("`{key}` without anything that compares"))
                    .help(format!("it goes with {}", takes.join(", "))),
            );
        }
    }
    fields.finish();
    let rule = BodyRule { subject: subject?, tests, optional, compare, without, requirement, place: node.place() };
    if said {
        contradictions(&rule, problems);
    } else {
        problems.push(
            Diagnostic::at(Code::EmptyExpectation, &node.place(), "a body rule that expects nothing")
                .label("no body could break it"),
        );
    }
    Some(rule)
}

fn subject(fields: &Fields<'_>, problems: &Problems) -> Option<Subject> {
    let at = fields.optional("at");
    match (at, fields.optional("of")) {
        (Some(node), None) => selector(node, problems).map(Subject::Nodes),
        (None, None) => problems.compiled.path("$").ok().map(|path| Subject::Nodes(Selector::Fixed(path))),
        (None, Some(node)) => word(node, &[((), "text")], problems).map(|()| Subject::Text),
        (Some(_), Some(node)) => {
            problems.push(
                Diagnostic::at(Code::Contradiction, &node.place(), "`of: text` looks at the whole body")
                    .help("leave out `at` or `of`"),
            );
            None
        }
    }
}

type ReadTest = fn(&Node, &Problems) -> Option<BodyTestKind>;

const TESTS: [(&str, ReadTest); 12] = [
    ("equals", |node, problems| value_template(node, problems).map(BodyTestKind::Equals)),
    ("one-of", |node, problems| value_template(node, problems).map(BodyTestKind::OneOf)),
    ("type", |node, problems| word(node, &JsonType::ALL, problems).map(BodyTestKind::Type)),
    ("contains", |node, problems| template(node, problems).map(BodyTestKind::Contains)),
    ("pattern", |node, problems| pattern(node, problems).map(BodyTestKind::Pattern)),
    ("includes", |node, problems| value_template(node, problems).map(BodyTestKind::Includes)),
    ("absent", |node, problems| stated(node, "absent", problems).then_some(BodyTestKind::Absent)),
    ("count", count),
    ("unique", |node, problems| stated(node, "unique", problems).then_some(BodyTestKind::Unique)),
    ("subset-of", |node, problems| value_template(node, problems).map(BodyTestKind::SubsetOf)),
    ("same-set-as", |node, problems| value_template(node, problems).map(BodyTestKind::SameSetAs)),
    ("range", range),
];

fn stated(node: &Node, key: &str, problems: &Problems) -> bool {
    let value = boolean(node, problems);
    if value == Some(false) {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{key}: false` says nothing"))
                .help("leave it out"),
        );
    }
    value == Some(true)
}

fn count(node: &Node, problems: &Problems) -> Option<BodyTestKind> {
    let number = |node: &Node| unsigned(node, problems).map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    if !matches!(node.kind, Kind::Map(_)) {
        let exactly = number(node)?;
        return Some(BodyTestKind::Count(exactly, exactly));
    }
    let fields = Fields::of(node, "a count", problems)?;
    let min = fields.optional("min").and_then(number).unwrap_or(0);
    let max = fields.optional("max").and_then(number).unwrap_or(usize::MAX);
    fields.finish();
    if min > max || (min == 0 && max == usize::MAX) {
        problems.push(Diagnostic::at(Code::Contradiction, &node.place(), "a count that nothing or everything keeps"));
    }
    Some(BodyTestKind::Count(min, max))
}

fn range(node: &Node, problems: &Problems) -> Option<BodyTestKind> {
    let fields = Fields::of(node, "a range", problems)?;
    let min = fields.optional("min").and_then(|node| bound(node, problems));
    let max = fields.optional("max").and_then(|node| bound(node, problems));
    fields.finish();
    if min.is_none() && max.is_none() {
        problems.push(Diagnostic::at(Code::EmptyExpectation, &node.place(), "a range without `min` and `max`"));
    }
    Some(BodyTestKind::Range(min, max))
}

fn bound(node: &Node, problems: &Problems) -> Option<Bound> {
    match &node.kind {
        Kind::Number(number, _) => Some(Bound::Number(number.clone())),
        Kind::Map(_) => {
            let fields = Fields::of(node, "a bound", problems)?;
            let selected = fields.required("count").and_then(|node| selector(node, problems));
            fields.finish();
            selected.map(Bound::CountOf)
        }
        _ => {
            problems.wrong_type(node, "a number or `{count: JSONPath}`");
            None
        }
    }
}

fn comparison(node: &Node, problems: &Problems) -> Comparison {
    let words = [(TextComparison::IgnoreCase, "ignore-case"), (TextComparison::Instant, "instant")];
    let mut comparison = Comparison::default();
    if let Kind::Map(_) = node.kind {
        for (key, value) in entries(node, "a mapping from member names to comparisons", problems) {
            comparison.members.extend(word(value, &words, problems).map(|how| (key.text.to_string(), how)));
        }
    } else if let Some(how) = word(node, &words, problems) {
        comparison.nodes = how;
    }
    comparison
}

fn contradictions(rule: &BodyRule, problems: &Problems) {
    let absent = rule.tests.iter().find(|test| matches!(test.kind, BodyTestKind::Absent));
    if let Some(test) = absent.filter(|_| rule.tests.len() > 1 || rule.optional) {
        problems.push(
            Diagnostic::at(Code::Contradiction, &test.place, "what is absent can have no other property")
                .label("can't hold together with the rest of this rule"),
        );
    }
    if matches!(rule.subject, Subject::Text) {
        for test in &rule.tests {
            let fits = matches!(
                test.kind,
                BodyTestKind::Equals(_) | BodyTestKind::OneOf(_) | BodyTestKind::Contains(_) | BodyTestKind::Pattern(_)
            );
            if !fits {
                problems.push(
                    Diagnostic::at(Code::Contradiction, &test.place, "a text can't have this property")
                        .help("`of: text` goes with equals, one-of, contains and pattern"),
                );
            }
        }
    }
}
