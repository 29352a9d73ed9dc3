//! Personas.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fields::{Fields, Problems, entries, slug, some_list};
use super::header_rule::header_name;
use super::value::{json, path, paths, template};
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::persona::{NOBODY, Persona};

/// The personas of a file, `nobody` among them.
pub(super) fn personas(node: Option<&Node>, world: &Value, problems: &Problems) -> BTreeMap<String, Persona> {
    let mut personas = BTreeMap::from([(NOBODY.to_owned(), Persona::nobody())]);
    let Some(node) = node else { return personas };
    for item in some_list(node, "personas", problems) {
        let Some(persona) = persona(item, world, problems) else { continue };
        if let Some(first) = personas.get(&persona.name) {
            let place = persona.place.unwrap_or_else(|| item.place());
            let diagnostic =
                Diagnostic::at(Code::DuplicateId, &place, format!("two personas have the name `{}`", persona.name))
                    .label("again");
            problems.push(match &first.place {
                Some(first) => diagnostic.related(first, "first here"),
                None => diagnostic.help("`nobody` always exists"),
            });
            continue;
        }
        personas.insert(persona.name.clone(), persona);
    }
    personas
}

fn persona(node: &Node, world: &Value, problems: &Problems) -> Option<Persona> {
    let fields = Fields::of(node, "a persona", problems)?;
    let name = fields.required("persona").and_then(|node| Some((slug(node, "a persona", problems)?, node.place())));
    let own = fields.optional("is").map(|node| one_of_world(node, world, problems));
    let headers = fields.optional("headers").map(|node| {
        entries(node, "a mapping from header names to values", problems)
            .iter()
            .filter_map(|(key, value)| Some((header_name(key, problems)?, template(value, problems)?)))
            .collect::<Vec<_>>()
    });
    let own = Value::Object(own.flatten().unwrap_or_default());
    let mut values = Map::new();
    if let Some(node) = fields.optional("values") {
        for (key, value) in entries(node, "a mapping from names to values", problems) {
            values.extend(value_of(value, &own, problems).map(|value| (key.text.to_string(), value)));
        }
    }
    let mut own = own;
    if let Some(members) = own.as_object_mut() {
        members.append(&mut values);
    }
    fields.finish();
    let (name, place) = name?;
    if ["world", "target"].contains(&name.as_str()) {
        problems.push(Diagnostic::at(
            Code::InvalidValue,
            &place,
            format!("`{name}` has a meaning of its own in templates"),
        ));
    }
    Some(Persona { name, values: own, headers: headers.unwrap_or_default(), place: Some(place) })
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

/// A value as written, or `{select: JSONPath}` for a list out of the persona's own object.
fn value_of(node: &Node, own: &Value, problems: &Problems) -> Option<Value> {
    let selects = matches!(&node.kind, Kind::Map(entries) if entries.iter().any(|(key, _)| key.text == "select"));
    if !selects {
        return Some(json(node));
    }
    let fields = Fields::of(node, "a selection", problems)?;
    let paths = fields.required("select").map(|node| paths(node, problems)).unwrap_or_default();
    fields.finish();
    let selected = paths.iter().flat_map(|path| path.values(own).into_iter().cloned());
    let mut values: Vec<Value> = Vec::new();
    for value in selected {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Some(Value::Array(values))
}
