//! What a contract allows answers to be otherwise, and which gaps its owner knows of.

use super::expect::{condition, status_rule};
use super::fields::{Fields, Problems, list, prose, some_list, string, texts};
use super::value::paths;
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::mutant::{GROUPS, HeaderNames, Lawful, Operator, Tolerance};

/// The declarations under `lawful:`; only a matrix has outcomes that they could name.
pub(super) fn lawful(node: &Node, outcomes: Option<&[&str]>, problems: &Problems) -> Vec<Lawful> {
    some_list(node, "what is lawful", problems).iter().filter_map(|item| one(item, outcomes, problems)).collect()
}

fn one(node: &Node, outcomes: Option<&[&str]>, problems: &Problems) -> Option<Lawful> {
    let fields = Fields::of(node, "what is lawful", problems)?;
    let changes = fields.required("change").map(|node| changes(node, problems)).unwrap_or_default();
    let when = fields.optional("when").map(|node| condition(node, problems)).unwrap_or_default();
    let at_node = fields.optional("at");
    let at = at_node.map(|node| paths(node, problems)).unwrap_or_default();
    let header_node = fields.optional("header");
    let headers = header_node.and_then(|node| header_names(node, problems));
    let status_node = fields.optional("status");
    let status = status_node.and_then(|node| status_rule(node, problems));
    let sees = match outcomes {
        Some(known) => fields.optional("sees").map(|node| sees(node, known, problems)).unwrap_or_default(),
        None => Vec::new(),
    };
    let because = fields.required("because").and_then(|node| prose(node, problems));
    fields.finish();
    let misplaced = |node: Option<&Node>, fits: fn(Operator) -> bool, what: &str| {
        if let Some(node) = node.filter(|_| !changes.is_empty() && !changes.iter().any(|change| fits(*change))) {
            problems.push(
                Diagnostic::at(Code::Contradiction, &node.place(), format!("none of these changes is one of {what}"))
                    .label("would never apply"),
            );
        }
    };
    misplaced(at_node, is_in_body, "a part of the body");
    misplaced(header_node, Operator::alters_a_header, "a header");
    misplaced(status_node, is_of_status, "the status");
    Some(Lawful { changes, when, at, headers, status, sees, because: because?, place: node.place() })
}

fn is_in_body(operator: Operator) -> bool {
    operator.alters_a_value() || operator == Operator::DuplicateName
}

fn is_of_status(operator: Operator) -> bool {
    matches!(operator, Operator::SameClassStatus | Operator::OtherClassStatus)
}

fn changes(node: &Node, problems: &Problems) -> Vec<Operator> {
    let mut changes = Vec::new();
    for (node, name) in texts(node, problems) {
        let group = GROUPS.iter().find(|(group, _)| *group == name).map(|(_, operators)| *operators);
        let single = Operator::ALL.iter().find(|operator| operator.slug() == name);
        match (group, single) {
            (Some(parts), _) => changes.extend(parts.iter().copied().flatten()),
            (None, Some(operator)) if operator.means_nothing() => problems.push(
                Diagnostic::at(Code::Contradiction, &node.place(), format!("`{name}` is lawful always"))
                    .label("needs no declaration"),
            ),
            (None, Some(operator)) => changes.push(*operator),
            (None, None) => {
                let groups = GROUPS.iter().map(|(group, _)| *group);
                let known = Operator::ALL.iter().filter(|operator| !operator.means_nothing());
                problems.push(
                    Diagnostic::at(Code::InvalidValue, &node.place(), format!("there is no change `{name}`"))
                        .suggest(name, groups.chain(known.map(|operator| operator.slug()))),
                );
            }
        }
    }
    changes
}

fn header_names(node: &Node, problems: &Problems) -> Option<HeaderNames> {
    let (names, negated) = match &node.kind {
        Kind::Map(_) => {
            let fields = Fields::of(node, "a choice of headers", problems)?;
            let names = fields.required("not");
            fields.finish();
            (names?, true)
        }
        _ => (node, false),
    };
    let names = texts(names, problems).into_iter().map(|(_, name)| name.to_ascii_lowercase()).collect();
    Some(HeaderNames { names, negated })
}

fn sees(node: &Node, known: &[&str], problems: &Problems) -> Vec<String> {
    let mut names = Vec::new();
    for (node, name) in texts(node, problems) {
        if known.contains(&name) {
            names.push(name.to_owned());
        } else {
            problems.push(
                Diagnostic::at(Code::UnknownName, &node.place(), format!("the matrix has no outcome `{name}`"))
                    .label("not under `sees`")
                    .suggest(name, known.iter().copied()),
            );
        }
    }
    names
}

/// The gaps of `survivors.yaml`.
pub(super) fn survivors(node: &Node, problems: &Problems) -> Vec<Tolerance> {
    list(node, problems).iter().filter_map(|item| survivor(item, problems)).collect()
}

fn survivor(node: &Node, problems: &Problems) -> Option<Tolerance> {
    let fields = Fields::of(node, "a known gap", problems)?;
    let trials = fields.required("trials").and_then(|node| prose(node, problems));
    let changes = fields.required("change").map(|node| changes(node, problems)).unwrap_or_default();
    let at = fields.optional("at").and_then(|node| string(node, problems));
    let because = fields.required("because").and_then(|node| prose(node, problems));
    fields.finish();
    Some(Tolerance { trials: trials?, changes, at, because: because?, place: node.place() })
}
