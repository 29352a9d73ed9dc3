//! What a step expects of its answer.

use std::sync::Arc;

use super::body_rule::body_rules;
use super::fields::{Fields, Problems, boolean, entries, some_list, string, text, word};
use super::header_rule::header_rules;
use super::requirement::Known;
use super::snapshot::{no_snapshot, snapshot};
use super::value::{path, value_template};
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::expectation::{
    Alternatives, BodyRules, Canaries, Expectation, FramingRule, Relation, StatusChoice, StatusRule,
};
use crate::model::framing::FramingFault;

/// An expectation. One that any answer would keep is reported.
pub(super) fn expectation(node: &Node, known: &Known<'_>) -> Option<Expectation> {
    let problems = known.problems;
    let fields = Fields::of(node, "an expectation", problems)?;
    let mut expect = Expectation::nothing(&node.place());
    expect.status = fields.optional("status").and_then(|node| status_rule(node, problems));
    if let Some(node) = fields.optional("headers") {
        expect.headers = header_rules(node, known);
    }
    if let Some(node) = fields.optional("json") {
        match text(node, problems) {
            Some("strict") => expect.json = Some(node.place()),
            Some(other) => problems.push(
                Diagnostic::at(Code::InvalidValue, &node.place(), format!("`json: {other}` means nothing"))
                    .help("write `json: strict`"),
            ),
            None => {}
        }
    }
    if let Some(node) = fields.optional("schema") {
        let schema = text(node, problems).and_then(|name| known.schemas.named(name, &node.place(), problems));
        expect.schema = schema.map(|schema| (schema, node.place()));
    }
    if let Some(node) = fields.optional("body") {
        expect.body = body(node, known);
    }
    expect.contains = fields.optional("contains").and_then(|node| canaries(node, problems)).map(Box::new);
    expect.lacks = fields.optional("lacks").and_then(|node| canaries(node, problems)).map(Box::new);
    expect.framing = fields.optional("framing").and_then(|node| framing(node, problems)).map(Box::new);
    for (key, same) in [("same-as", true), ("different-from", false)] {
        if let Some(node) = fields.optional(key) {
            expect.relations.extend(relation(node, same, problems));
        }
    }
    if let Some(node) = fields.optional("any-of") {
        let branches: Vec<_> =
            some_list(node, "alternatives", problems).iter().filter_map(|item| expectation(item, known)).collect();
        for branch in &branches {
            no_snapshot(branch, "an alternative", problems);
        }
        expect.any_of = Some(Box::new(Alternatives { branches, choice: None, place: node.place() }));
    }
    if let Some(node) = fields.optional("choice") {
        let branches = choice(node, known);
        if let (Some(alternatives), Some(_)) = (&expect.any_of, &branches) {
            problems.push(
                Diagnostic::at(Code::Contradiction, &node.place(), "a choice is one of alternatives already")
                    .related(&alternatives.place, "so there can't be others beside it"),
            );
        }
        expect.any_of = branches.map(Box::new).or(expect.any_of);
    }
    expect.snapshot = fields.optional("snapshot").and_then(|node| snapshot(node, problems)).map(Box::new);
    // Where no snapshot is compared it says nothing.
    let said = matches!(&node.kind, Kind::Map(entries) if entries.iter().any(|(key, _)| key.text != "snapshot"));
    fields.finish();
    if !said {
        problems.push(
            Diagnostic::at(Code::EmptyExpectation, &node.place(), "an expectation of nothing")
                .label("no answer could break it")
                .help("say at least which status the answer has"),
        );
    }
    contradictions(&expect, problems);
    Some(expect)
}

/// The branches of a choice that the contract declares.
fn choice(node: &Node, known: &Known<'_>) -> Option<Alternatives> {
    let name = text(node, known.problems)?;
    let Some((choice, branches)) = known.choices.get(name) else {
        let message = format!("the contract has no choice `{name}`");
        known.problems.push(
            Diagnostic::at(Code::UnknownChoice, &node.place(), message)
                .label("not declared")
                .suggest(name, known.choices.keys().map(String::as_str)),
        );
        return None;
    };
    known.chosen.borrow_mut().insert(name.to_owned());
    Some(Alternatives { branches: branches.clone(), choice: Some(Arc::clone(choice)), place: node.place() })
}

fn contradictions(expect: &Expectation, problems: &Problems) {
    if let BodyRules::Empty(place) = &expect.body {
        let other = expect.schema.as_ref().map(|(_, place)| place).or(expect.json.as_ref());
        let other = other.or(expect.contains.as_ref().map(|canaries| &canaries.place));
        if let Some(other) = other {
            problems.push(
                Diagnostic::at(Code::Contradiction, place, "an empty body can't hold anything")
                    .label("empty")
                    .related(other, "but this asks for more"),
            );
        }
    }
    let bodiless = |choice: &StatusChoice| matches!(choice, StatusChoice::Code(204 | 304));
    let wants_body = expect.schema.is_some()
        || expect.contains.is_some()
        || matches!(&expect.body, BodyRules::Present(_) | BodyRules::Rules(_));
    if let Some(status) = expect.status.as_ref().filter(|status| !status.negated && status.choices.iter().all(bodiless))
        && wants_body
    {
        problems.push(
            Diagnostic::at(Code::Contradiction, &status.place, format!("an answer {status} has no body"))
                .label("RFC 9110, section 15.3.5")
                .related(&expect.place, "but this asks for one"),
        );
    }
}

/// A status rule: `200`, `2xx`, a list of these, or `{not: …}`.
pub(super) fn status_rule(node: &Node, problems: &Problems) -> Option<StatusRule> {
    if let Kind::Map(_) = node.kind {
        let fields = Fields::of(node, "a status rule", problems)?;
        let inner = fields.required("not").and_then(|node| status_rule(node, problems));
        fields.finish();
        let inner = inner?;
        if inner.negated {
            problems.push(
                Diagnostic::at(Code::Contradiction, &node.place(), "`not` inside of `not`").help("leave both out"),
            );
        }
        return Some(StatusRule { negated: true, place: node.place(), ..inner });
    }
    let items = match &node.kind {
        Kind::List(_) => some_list(node, "status codes", problems),
        _ => std::slice::from_ref(node),
    };
    let mut choices = Vec::with_capacity(items.len());
    choices.extend(items.iter().filter_map(|item| status_choice(item, problems)));
    (!choices.is_empty()).then(|| StatusRule { choices, negated: false, place: node.place() })
}

fn status_choice(node: &Node, problems: &Problems) -> Option<StatusChoice> {
    let word = text(node, problems)?;
    let class = word.to_ascii_lowercase().strip_suffix("xx").and_then(|digit| digit.parse().ok());
    let choice = match class {
        Some(class @ 1..=5) => Some(StatusChoice::Class(class)),
        Some(_) => None,
        None => word.parse().ok().filter(|code| (100..=999).contains(code)).map(StatusChoice::Code),
    };
    if choice.is_none() {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{word}` is no status"))
                .label("a code such as 200, or a class such as 4xx"),
        );
    }
    choice
}

fn body(node: &Node, known: &Known<'_>) -> BodyRules {
    match &node.kind {
        Kind::List(_) => BodyRules::Rules(body_rules(node, known)),
        Kind::Text(word) if word == "empty" => BodyRules::Empty(node.place()),
        Kind::Text(word) if word == "present" => BodyRules::Present(node.place()),
        _ => {
            known.problems.wrong_type(node, "a list of rules, `empty` or `present`");
            BodyRules::Unsaid
        }
    }
}

fn canaries(node: &Node, problems: &Problems) -> Option<Canaries> {
    let items = match &node.kind {
        Kind::List(_) => some_list(node, "texts", problems),
        _ => std::slice::from_ref(node),
    };
    let texts: Vec<_> = items
        .iter()
        .filter(|item| item.scalar().is_some() || text(item, problems).is_some())
        .filter_map(|item| value_template(item, problems))
        .collect();
    (!texts.is_empty()).then(|| Canaries { texts, place: node.place() })
}

/// `sound`, or `{without: …}` with faults by name.
fn framing(node: &Node, problems: &Problems) -> Option<FramingRule> {
    let rule = |without| Some(FramingRule { without, place: node.place() });
    if let Kind::Text(word) = &node.kind
        && word == "sound"
    {
        return rule(FramingFault::ALL.to_vec());
    }
    if !matches!(node.kind, Kind::Map(_)) {
        problems.wrong_type(node, "`sound`, or `without:` with the faults that an answer doesn't have");
        return None;
    }
    let fields = Fields::of(node, "a rule on framing", problems)?;
    let known: Vec<_> = FramingFault::ALL.iter().map(|fault| (*fault, fault.slug())).collect();
    let items = fields.required("without").map(|node| match &node.kind {
        Kind::List(_) => some_list(node, "faults", problems),
        _ => std::slice::from_ref(node),
    });
    let without = items.unwrap_or_default().iter().filter_map(|item| word(item, &known, problems)).collect();
    fields.finish();
    rule(without)
}

/// Reports a rule on framing where answers don't come over the raw transport.
pub(super) fn no_framing(expect: &Expectation, here: &str, problems: &Problems) {
    if let Some(rule) = framing_rule(expect) {
        problems.push(
            Diagnostic::at(Code::Contradiction, &rule.place, format!("{here} can't speak of framing"))
                .help("put it into the `expect` of a step: the step goes over the raw transport then"),
        );
    }
}

/// The rule on framing, of the expectation or of one of its alternatives.
pub(super) fn framing_rule(expect: &Expectation) -> Option<&FramingRule> {
    expect.framing.as_deref().or_else(|| expect.branches().find_map(framing_rule))
}

fn relation(node: &Node, same: bool, problems: &Problems) -> Option<Relation> {
    let mut relation =
        Relation { step: String::new(), same, any_order: false, ignoring: Vec::new(), place: node.place() };
    if let Kind::Map(_) = node.kind {
        let fields = Fields::of(node, "a relation to an earlier step", problems)?;
        relation.step = fields.required("step").and_then(|node| string(node, problems))?;
        relation.any_order = fields.optional("any-order").is_some_and(|node| boolean(node, problems) == Some(true));
        if let Some(node) = fields.optional("ignoring") {
            let items = some_list(node, "paths", problems);
            relation.ignoring = items.iter().filter_map(|item| path(item, problems)).collect();
        }
        fields.finish();
    } else {
        relation.step = string(node, problems)?;
    }
    Some(relation)
}

/// The condition of an invariant.
pub(super) fn condition(node: &Node, problems: &Problems) -> crate::model::case::Condition {
    let mut condition = crate::model::case::Condition::default();
    if entries(node, "a condition", problems).is_empty() {
        return condition;
    }
    let Some(fields) = Fields::of(node, "a condition", problems) else { return condition };
    condition.status = fields.optional("status").and_then(|node| status_rule(node, problems));
    condition.method = fields.optional("method").and_then(|node| string(node, problems));
    condition.body = fields.optional("body").and_then(|node| match text(node, problems)? {
        "present" => Some(true),
        "empty" => Some(false),
        other => {
            problems.push(
                Diagnostic::at(
                    Code::InvalidValue,
                    &node.place(),
                    format!("`{other}` can't be the condition of a body"),
                )
                .help("write `present` or `empty`"),
            );
            None
        }
    });
    fields.finish();
    condition
}
