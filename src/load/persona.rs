//! Personas.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fields::{Fields, Problems, entries, is_slug, slug, some_list, text};
use super::header_rule::header_name;
use super::value::{json, path, paths, template};
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::path::JsonPath;
use crate::model::persona::{NOBODY, Persona};

/// What a header's template calls the persona that sends it.
const ITSELF: &str = "persona";

/// Names that have a meaning of their own in templates.
const TAKEN: [&str; 3] = [ITSELF, "target", "world"];

/// The personas of a file, `nobody` among them.
pub(super) fn personas(node: Option<&Node>, world: &Value, problems: &Problems) -> BTreeMap<String, Persona> {
    let mut personas = BTreeMap::from([(NOBODY.to_owned(), Persona::nobody())]);
    let Some(node) = node else { return personas };
    for item in some_list(node, "personas", problems) {
        for (persona, place) in described(item, world, problems) {
            if let Some(first) = personas.get(&persona.name) {
                let message = format!("two personas have the name `{}`", persona.name);
                let diagnostic = Diagnostic::at(Code::DuplicateId, &place, message).label("again");
                problems.push(match &first.place {
                    Some(first) => diagnostic.related(first, "first here"),
                    None => diagnostic.help("`nobody` always exists"),
                });
                continue;
            }
            personas.insert(persona.name.clone(), persona);
        }
    }
    personas
}

/// The personas that an entry describes, each with the place of its name.
fn described(node: &Node, world: &Value, problems: &Problems) -> Vec<(Persona, Place)> {
    let Some(fields) = Fields::of(node, "a persona", problems) else { return Vec::new() };
    let names = match fields.optional("each") {
        Some(each) => several(each, &fields, world, problems),
        None => one(&fields, world, problems).into_iter().collect(),
    };
    let headers = fields.optional("headers").map(|node| {
        entries(node, "a mapping from header names to values", problems)
            .iter()
            .filter_map(|(key, value)| Some((header_name(key, problems)?, template(value, problems)?)))
            .collect::<Vec<_>>()
    });
    let headers = headers.unwrap_or_default();
    let values: Vec<(&str, Written)> = fields.optional("values").map_or_else(Vec::new, |node| {
        entries(node, "a mapping from names to values", problems)
            .iter()
            .filter_map(|(key, value)| Some((&*key.text, Written::of(value, problems)?)))
            .collect()
    });
    fields.finish();
    names
        .into_iter()
        .map(|(name, own, place)| {
            let own = Value::Object(own);
            let further: Vec<(String, Value)> =
                values.iter().map(|(name, written)| ((*name).to_owned(), written.value(&own))).collect();
            let mut values = own;
            if let Some(members) = values.as_object_mut() {
                members.extend(further);
            }
            let headers =
                headers.iter().map(|(header, value)| (header.clone(), value.renamed(ITSELF, &name))).collect();
            (Persona { name, values, headers, place: Some(place.clone()) }, place)
        })
        .collect()
}

/// A persona to be: its name, its object in the world, and where its name is said.
type Named = (String, Map<String, Value>, Place);

/// The one persona of an entry that names it.
fn one(fields: &Fields<'_>, world: &Value, problems: &Problems) -> Option<Named> {
    let name = fields.required("persona").and_then(|node| Some((slug(node, "a persona", problems)?, node.place())));
    let own = fields.optional("is").map(|node| one_of_world(node, world, problems));
    let (name, place) = name?;
    if TAKEN.contains(&name.as_str()) {
        problems.push(Diagnostic::at(
            Code::InvalidValue,
            &place,
            format!("`{name}` has a meaning of its own in templates"),
        ));
    }
    Some((name, own.flatten().unwrap_or_default(), place))
}

/// The personas of an entry that makes one of each object that it selects in the world.
fn several(each: &Node, fields: &Fields<'_>, world: &Value, problems: &Problems) -> Vec<Named> {
    for key in ["persona", "is"] {
        if let Some(place) = fields.optional(key).and_then(|_| fields.key_place(key)) {
            problems.push(
                Diagnostic::at(Code::Contradiction, &place, format!("`{key}` can't stand beside `each`"))
                    .label("speaks of one persona, and `each` of several"),
            );
        }
    }
    let member = fields.required("named").and_then(|node| Some((text(node, problems)?, node.place())));
    let (Some(path), Some((member, place))) = (path(each, problems), member) else { return Vec::new() };
    let found = path.values(world);
    let wrong = |place: &Place, message: String| Diagnostic::at(Code::InvalidValue, place, message);
    if found.is_empty() {
        problems.push(
            wrong(&each.place(), "this selects nothing in the world".into()).label("must select one object or more"),
        );
    }
    let mut named: Vec<Named> = Vec::new();
    // What these are may be a secret, so they are told by their number.
    for (number, value) in (1..).zip(&found) {
        let Value::Object(members) = value else {
            problems.push(
                wrong(&each.place(), format!("of what this selects in the world, number {number} is no object"))
                    .label("must select objects alone"),
            );
            continue;
        };
        let name = members.get(member).and_then(Value::as_str).filter(|name| is_slug(name));
        let Some(name) = name.filter(|name| !TAKEN.contains(name)) else {
            let what = match members.get(member) {
                None => "has no such member",
                Some(Value::String(_)) => "has a text there that can't be the name of a persona",
                Some(_) => "has something there that is no text",
            };
            problems.push(
                wrong(&place, format!("of the objects of `each`, number {number} {what}"))
                    .label("the member that says a persona's name")
                    .help("a name is of a-z, 0-9, `-`, `_`, and `.` but at the beginning"),
            );
            continue;
        };
        if let Some(first) = named.iter().position(|(known, ..)| known == name) {
            let (first, message) = (first + 1, "of the objects of `each`, numbers");
            problems.push(
                Diagnostic::at(Code::DuplicateId, &place, format!("{message} {first} and {number} have one name"))
                    .label("the member that says a persona's name"),
            );
            continue;
        }
        named.push((name.to_owned(), members.clone(), place.clone()));
    }
    named
}

fn one_of_world(node: &Node, world: &Value, problems: &Problems) -> Option<Map<String, Value>> {
    let path = path(node, problems)?;
    let found = path.values(world);
    if let [Value::Object(members)] = found.as_slice() {
        Some(members.clone())
    } else {
        let what = match found.len() {
            // What it is may be a secret.
            1 => "something that is no object".to_owned(),
            count => format!("{count} values"),
        };
        problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), format!("this selects {what} in the world"))
                .label("must select exactly one object"),
        );
        None
    }
}

/// A value of `values`.
enum Written {
    Value(Value),
    /// `{select: JSONPath}`: a list out of the persona's own object.
    Selected(Vec<JsonPath>),
}

impl Written {
    fn of(node: &Node, problems: &Problems) -> Option<Self> {
        let selects = matches!(&node.kind, Kind::Map(entries) if entries.iter().any(|(key, _)| key.text == "select"));
        if !selects {
            return Some(Self::Value(json(node)));
        }
        let fields = Fields::of(node, "a selection", problems)?;
        let paths = fields.required("select").map(|node| paths(node, problems)).unwrap_or_default();
        fields.finish();
        Some(Self::Selected(paths))
    }

    /// What it is of a persona that is `own` in the world.
    fn value(&self, own: &Value) -> Value {
        let paths = match self {
            Self::Value(value) => return value.clone(),
            Self::Selected(paths) => paths,
        };
        let mut values: Vec<Value> = Vec::new();
        for value in paths.iter().flat_map(|path| path.values(own)) {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        Value::Array(values)
    }
}
