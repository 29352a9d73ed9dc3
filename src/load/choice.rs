//! Choices: readings that the documents leave open.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expect::expectation;
use super::fields::{Fields, entries, prose};
use super::requirement::{Known, cited};
use super::snapshot::no_snapshot;
use super::yaml::Node;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::choice::Choice;
use crate::model::expectation::Expectation;

/// The choices by name, each with what its branches expect.
pub(super) fn choices(node: &Node, known: &Known<'_>) -> BTreeMap<String, (Arc<Choice>, Vec<Expectation>)> {
    let mut choices = BTreeMap::new();
    for (key, value) in entries(node, "a mapping from choices to what they are", known.problems) {
        choices.extend(choice(&key.text, value, known).map(|choice| (key.text.to_string(), choice)));
    }
    choices
}

fn choice(name: &str, node: &Node, known: &Known<'_>) -> Option<(Arc<Choice>, Vec<Expectation>)> {
    let problems = known.problems;
    let fields = Fields::of(node, "a choice", problems)?;
    let title = fields.required("title").and_then(|node| prose(node, problems));
    let requirement = fields.required("requirement").and_then(|node| cited(node, known));
    let named = fields.required("branches");
    fields.finish();
    let (mut names, mut branches) = (Vec::new(), Vec::new());
    for (key, value) in named.map(|node| entries(node, "a mapping from branches to expectations", problems))? {
        if let Some(branch) = expectation(value, known) {
            no_snapshot(&branch, "a branch", problems);
            names.push(key.text.to_string());
            branches.push(branch);
        }
    }
    if let Some(node) = named.filter(|_| branches.len() < 2) {
        problems.push(Diagnostic::at(Code::InvalidValue, &node.place(), "a choice has two branches at least"));
        return None;
    }
    let requirement = requirement?;
    let level = known.requirements.get(&requirement)?.level;
    Some((Arc::new(Choice { name: name.to_owned(), title: title?, requirement, level, branches: names }), branches))
}

/// Names the choices that nothing expects.
pub(super) fn report_unused(node: &Node, known: &Known<'_>) {
    let chosen = known.chosen.borrow();
    // One that can't be read could not be left to anybody.
    let unused = |name: &str| known.choices.contains_key(name) && !chosen.contains(name);
    for (key, _) in entries(node, "a mapping", known.problems).iter().filter(|(key, _)| unused(&key.text)) {
        let message = format!("no case leaves the choice `{}` to the server", key.text);
        known.problems.push(
            Diagnostic::at(Code::UnusedChoice, &key.place(), message)
                .help(format!("write `choice: {}` in an expectation, or remove it", key.text)),
        );
    }
}
