//! Rules on the headers of an answer.

use super::fields::{Fields, Problems, boolean, entries, string, text, texts, unsigned};
use super::requirement::{Known, cited};
use super::value::{pattern, template};
use super::yaml::{Key, Kind, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::expectation::{HeaderRule, HeaderTest};

/// The rules under `headers:` of an expectation.
pub(super) fn header_rules(node: &Node, known: &Known<'_>) -> Vec<HeaderRule> {
    let problems = known.problems;
    let mut rules: Vec<HeaderRule> = Vec::new();
    for (key, value) in entries(node, "a mapping from header names to rules", problems) {
        let Some(rule) = header_rule(key, value, known) else { continue };
        if let Some(first) = rules.iter().find(|other| other.name == rule.name) {
            problems.push(
                Diagnostic::at(Code::DuplicateKey, &key.place(), format!("two rules for the header `{}`", rule.name))
                    .label("again; names compare without case")
                    .related(&first.place, "first here"),
            );
        }
        rules.push(rule);
    }
    rules.shrink_to_fit();
    rules
}

/// The name of a header in lower case.
pub(super) fn header_name(key: &Key, problems: &Problems) -> Option<String> {
    let name = key.text.to_ascii_lowercase();
    if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &key.place(), format!("`{}` can't be the name of a header", key.text))
                .label("RFC 9110, section 5.1"),
        );
        return None;
    }
    Some(name)
}

fn header_rule(key: &Key, node: &Node, known: &Known<'_>) -> Option<HeaderRule> {
    let problems = known.problems;
    let mut rule = HeaderRule {
        name: header_name(key, problems)?,
        tests: Vec::with_capacity(1),
        optional: false,
        requirement: None,
        place: key.place(),
    };
    match &node.kind {
        Kind::Map(_) => mapping(node, &mut rule, known)?,
        _ => rule.tests.push(match text(node, problems)? {
            "present" => HeaderTest::Present,
            "absent" => HeaderTest::Absent,
            _ => HeaderTest::Equals(template(node, problems)?),
        }),
    }
    Some(rule)
}

fn mapping(node: &Node, rule: &mut HeaderRule, known: &Known<'_>) -> Option<()> {
    let problems = known.problems;
    let fields = Fields::of(node, "a header rule", problems)?;
    let tests = &mut rule.tests;
    let already = problems.len();
    if let Some(node) = fields.optional("equals") {
        tests.extend(template(node, problems).map(HeaderTest::Equals));
    }
    if let Some(node) = fields.optional("one-of") {
        let choices: Vec<_> =
            texts(node, problems).into_iter().filter_map(|(node, _)| template(node, problems)).collect();
        tests.push(HeaderTest::OneOf(choices));
    }
    if let Some(node) = fields.optional("pattern") {
        tests.extend(pattern(node, problems).map(HeaderTest::Pattern));
    }
    let parameters = fields.optional("parameters");
    if let Some(node) = fields.optional("media-type") {
        tests.extend(media_type(node, parameters, problems));
    } else if let Some(node) = parameters {
        problems.push(Diagnostic::at(Code::Contradiction, &node.place(), "`parameters` without `media-type`"));
    }
    if let Some(node) = fields.optional("charset") {
        tests.extend(string(node, problems).map(HeaderTest::Charset));
    }
    if let Some(node) = fields.optional("unsigned") {
        tests.extend(unsigned_bounds(node, problems));
    }
    for (key, test) in [
        ("equals-body-length", HeaderTest::EqualsBodyLength),
        ("date", HeaderTest::Date),
        ("present", HeaderTest::Present),
        ("absent", HeaderTest::Absent),
    ] {
        if let Some(node) = fields.optional(key) {
            if boolean(node, problems)? {
                tests.push(test);
            } else {
                problems.push(
                    Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{key}: false` says nothing"))
                        .help("leave it out"),
                );
            }
        }
    }
    if let Some(node) = fields.optional("contains") {
        tests.extend(template(node, problems).map(HeaderTest::Contains));
    }
    rule.optional = fields.optional("optional").is_some_and(|node| boolean(node, problems) == Some(true));
    rule.requirement = fields.optional("requirement").and_then(|node| cited(node, known));
    // A test that couldn't be read would make the rule look empty.
    let readable = problems.len() == already;
    fields.finish();
    if readable {
        contradictions(node, rule, problems);
    }
    Some(())
}

fn contradictions(node: &Node, rule: &HeaderRule, problems: &Problems) {
    let absent = rule.tests.iter().any(|test| matches!(test, HeaderTest::Absent));
    let present = rule.tests.iter().any(|test| matches!(test, HeaderTest::Present));
    let message = if rule.tests.is_empty() {
        "a header rule that expects nothing"
    } else if absent && (rule.tests.len() > 1 || rule.optional) {
        "a header that is absent can't have a value"
    } else if present && rule.optional {
        "a header that is present can't be optional"
    } else if let Some(message) = empty_value(rule) {
        message
    } else {
        return;
    };
    problems.push(Diagnostic::at(Code::Contradiction, &node.place(), message).label("can't hold together"));
}

/// `equals` and another test that its text already breaks.
fn empty_value(rule: &HeaderRule) -> Option<&'static str> {
    let equals = rule.tests.iter().find_map(|test| match test {
        HeaderTest::Equals(template) => template.as_literal(),
        _ => None,
    })?;
    let broken = rule.tests.iter().any(|test| match test {
        HeaderTest::OneOf(choices) => {
            choices.iter().all(|choice| choice.as_literal().is_some_and(|text| text != equals))
        }
        HeaderTest::Pattern(crate::model::expectation::Pattern::Fixed(regex)) => !regex.is_match(equals),
        HeaderTest::Unsigned(min, max) => !equals.parse::<u64>().is_ok_and(|number| (*min..=*max).contains(&number)),
        _ => false,
    });
    broken.then_some("no value can keep all of these")
}

fn media_type(node: &Node, parameters: Option<&Node>, problems: &Problems) -> Option<HeaderTest> {
    let name = text(node, problems)?.to_ascii_lowercase();
    let parts: Vec<&str> = name.split('/').collect();
    if parts.len() != 2 || parts.iter().any(|part| part.is_empty() || part.contains([';', ' '])) {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{name}` is not a media type"))
                .label("type/subtype, as in application/json")
                .help("parameters stand beside it: `parameters: {charset: utf-8}`"),
        );
        return None;
    }
    let mut wanted = Vec::new();
    if let Some(node) = parameters {
        for (key, value) in entries(node, "a mapping from parameter names to values", problems) {
            wanted.push((key.text.to_ascii_lowercase(), string(value, problems)?));
        }
    }
    Some(HeaderTest::MediaType(name, wanted))
}

fn unsigned_bounds(node: &Node, problems: &Problems) -> Option<HeaderTest> {
    if matches!(node.kind, Kind::Bool(true)) {
        return Some(HeaderTest::Unsigned(0, u64::MAX));
    }
    let fields = Fields::of(node, "the bounds of an unsigned integer", problems)?;
    let min = fields.optional("min").and_then(|node| unsigned(node, problems)).unwrap_or(0);
    let max = fields.optional("max").and_then(|node| unsigned(node, problems)).unwrap_or(u64::MAX);
    fields.finish();
    if min > max {
        problems.push(Diagnostic::at(Code::Contradiction, &node.place(), "`min` is larger than `max`"));
        return None;
    }
    Some(HeaderTest::Unsigned(min, max))
}
