//! Cases and the rows that they are filled in with.

use std::hash::BuildHasherDefault;
use std::sync::Arc;

use fnv::{FnvHashMap, FnvHashSet};
use serde_json::Value;

use super::fields::{Fields, Problems, entries, prose, slug, some_list, texts};
use super::lawful::lawful;
use super::requirement::{Known, citations};
use super::step::{Defaults, Role, step, steps};
use super::value::{json, well_formed};
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::case::{Axis, Case, Row, Rows};
use crate::model::parameters::Parameters;

/// What a suite says for all of its cases.
#[derive(Clone, Default)]
pub(super) struct Shared {
    pub(super) reads: Vec<String>,
    pub(super) changes: Vec<String>,
    pub(super) needs: Vec<String>,
    pub(super) defaults: Defaults,
}

/// A case that is no matrix.
pub(super) fn case(node: &Node, shared: &Shared, known: &Known<'_>) -> Option<Case> {
    let problems = known.problems;
    let fields = Fields::of(node, "a case", problems)?;
    let name = fields.required("case").and_then(|node| Some((slug(node, "a case", problems)?, node.place())));
    let each = fields.optional("each").map(|node| Rows::Each(rows(node, problems)));
    let cross = fields.optional("cross").map(|node| Rows::Cross(axes(node, problems)));
    if let (Some(_), Some(_), Some(place)) = (&each, &cross, fields.key_place("cross")) {
        problems.push(Diagnostic::at(Code::Contradiction, &place, "a case has `each` or `cross`, not both"));
    }
    let rows = each.or(cross).unwrap_or(Rows::One);
    let lawful = fields.optional("lawful").map(|node| lawful(node, None, problems)).unwrap_or_default();
    let place = name.as_ref().map_or_else(|| node.place(), |(_, place)| place.clone());
    let built = body_of_case(&fields, &place, Role::Judged, shared, known);
    fields.finish();
    let (name, _) = name?;
    Some(Case { name: name.into(), rows, lawful, ..built? })
}

/// Everything that cases and matrices have in common; name, rows and what is lawful are left to the caller.
pub(super) fn body_of_case(
    fields: &Fields<'_>,
    place: &Place,
    role: Role,
    shared: &Shared,
    known: &Known<'_>,
) -> Option<Case> {
    let problems = known.problems;
    let what = if role == Role::Matrix { "the matrix" } else { "the case" };
    let title = fields.optional("title").and_then(|node| prose(node, problems));
    let cited = citations(fields.optional("requirements"), what, place, known);
    let preparation = |key: &'static str| {
        fields.optional(key).map(|node| steps(node, Role::Preparation, &shared.defaults, known)).unwrap_or_default()
    };
    let (setup, cleanup) = (preparation("setup"), preparation("cleanup"));
    let judged = match fields.optional("steps") {
        Some(node) => steps(node, role, &shared.defaults, known),
        None => step(fields, place, role, &shared.defaults, known).into_iter().collect(),
    };
    let names = |key: &'static str, known_names: &[String], code: Code| {
        fields.optional(key).map(|node| declared(node, known_names, code, problems))
    };
    let reads = names("reads", &known.resources, Code::UnknownResource);
    let changes = names("changes", &known.resources, Code::UnknownResource);
    // A case that says either speaks for itself.
    let silent = reads.is_none() && changes.is_none();
    let mut reads = reads.unwrap_or_else(|| if silent { shared.reads.clone() } else { Vec::new() });
    let changes = changes.unwrap_or_else(|| if silent { shared.changes.clone() } else { Vec::new() });
    let mut needs = names("needs", &known.capabilities, Code::UnknownCapability).unwrap_or_default();
    needs.extend(shared.needs.iter().filter(|need| !needs.contains(need)).cloned().collect::<Vec<_>>());
    reads.retain(|resource| !changes.contains(resource));
    let (requirements, level) = cited?;
    if judged.is_empty() {
        return None;
    }
    Some(Case {
        name: Arc::default(),
        title: title.map(Arc::from),
        requirements,
        level,
        needs,
        reads,
        changes,
        setup,
        steps: judged,
        cleanup,
        rows: Rows::One,
        lawful: Vec::new(),
        place: place.clone(),
    })
}

/// Names that `contract.yaml` must declare.
pub(super) fn declared(node: &Node, known: &[String], code: Code, problems: &Problems) -> Vec<String> {
    let mut names = Vec::new();
    for (node, name) in texts(node, problems) {
        if known.iter().any(|known| known == name) {
            names.push(name.to_owned());
        } else {
            problems.push(
                Diagnostic::at(code, &node.place(), format!("`contract.yaml` doesn't declare `{name}`"))
                    .label("not declared")
                    .suggest(name, known.iter().map(String::as_str)),
            );
        }
    }
    names
}

fn rows(node: &Node, problems: &Problems) -> Vec<Row> {
    let (items, mut names) = (some_list(node, "rows", problems), Names::default());
    let mut rows = Vec::with_capacity(items.len());
    rows.extend(items.iter().filter_map(|item| row(item, None, &mut names, problems)));
    unique(rows, problems)
}

/// The axes of a cross product or a matrix.
pub(super) fn axes(node: &Node, problems: &Problems) -> Vec<Axis> {
    let mut axes: Vec<Axis> = Vec::new();
    for (key, value) in entries(node, "a mapping from axes to their values", problems) {
        let items = some_list(value, "values", problems);
        let mut names = Names::default();
        let rows = items.iter().filter_map(|item| row(item, Some(&key.text), &mut names, problems)).collect();
        let rows = unique(rows, problems);
        let clashes = |name: &&str| axes.iter().any(|axis| has_parameter(axis, name));
        if let Some(name) = rows.iter().flat_map(|row| row.parameters.names()).find(clashes) {
            problems.push(
                Diagnostic::at(Code::DuplicateId, &key.place(), format!("two axes have the parameter `{name}`"))
                    .label("which one is meant is unclear"),
            );
        }
        if !rows.is_empty() {
            axes.push(Axis { name: key.text.to_string(), rows });
        }
    }
    axes
}

fn has_parameter(axis: &Axis, name: &str) -> bool {
    axis.rows.iter().any(|row| row.parameters.get(name).is_some())
}

/// The names of parameters, which the rows of a table share.
#[derive(Default)]
struct Names(FnvHashSet<Arc<str>>);

impl Names {
    fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = Arc::from(name);
        self.0.insert(Arc::clone(&name));
        name
    }
}

fn row(node: &Node, axis: Option<&str>, names: &mut Names, problems: &Problems) -> Option<Row> {
    let mut parameters = Vec::new();
    let name = match (&node.kind, axis) {
        (Kind::Map(entries), _) => {
            let Some((_, name)) = entries.iter().find(|(key, _)| key.text == "name") else {
                problems.push(
                    Diagnostic::at(Code::MissingKey, &node.place(), "a row needs `name`")
                        .label("the last part of the trial's id"),
                );
                return None;
            };
            for (key, value) in entries.iter().filter(|(key, _)| key.text != "name") {
                well_formed(value, problems)?;
                parameters.push((names.shared(&key.text), json(value)));
            }
            slug(name, "a row", problems)?
        }
        (_, Some(axis)) => {
            let name = slugged(&prose(node, problems)?);
            let parameters = Parameters::new(vec![(names.shared(axis), json(node))]);
            return Some(Row { name, parameters, place: node.place() });
        }
        (_, None) => {
            problems.wrong_type(node, "a row: a mapping with `name` and parameters");
            return None;
        }
    };
    if let Some(axis) = axis.filter(|axis| parameters.iter().all(|(known, _)| **known != **axis)) {
        parameters.push((names.shared(axis), Value::String(name.clone())));
    }
    Some(Row { name, parameters: Parameters::new(parameters), place: node.place() })
}

/// A text as the part of an id: lower case, and a hyphen for everything that can't stand in one.
fn slugged(text: &str) -> String {
    let part = |c: char| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '-' };
    text.to_ascii_lowercase().chars().map(part).collect()
}

fn unique(rows: Vec<Row>, problems: &Problems) -> Vec<Row> {
    let mut seen: FnvHashMap<&str, &Place> =
        FnvHashMap::with_capacity_and_hasher(rows.len(), BuildHasherDefault::default());
    for row in &rows {
        if let Some(first) = seen.insert(&row.name, &row.place) {
            problems.push(
                Diagnostic::at(Code::DuplicateId, &row.place, format!("two rows have the name `{}`", row.name))
                    .label("again")
                    .related(first, "first here"),
            );
        }
    }
    rows
}
