//! Values that a document gives as examples. None is made up.

use serde_json::{Map, Value};

use super::pointer::Document;
use crate::import::emit::depth;

/// Schemas are searched so deep.
const DEEPEST: usize = 12;
/// So many schemas are searched for one example.
const BUDGET: usize = 2000;
/// An example that is nested deeper isn't written down.
const DEEPEST_VALUE: usize = 24;

/// The examples of a parameter, a header or a media type, each with its name; the one without a name is first.
pub(super) fn examples<'a>(document: &Document<'a>, described: &'a Value) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = Vec::new();
    found.extend(described.get("example").map(|value| ("example".to_owned(), value.clone())));
    for (name, example) in described.get("examples").and_then(Value::as_object).into_iter().flatten() {
        let value = document.resolved(example).and_then(|example| example.get("value"));
        found.extend(value.map(|value| (name.clone(), value.clone())));
    }
    if found.is_empty() {
        let schema = described.get("schema");
        found.extend(schema.and_then(|schema| of_schema(document, schema)).map(|value| ("example".to_owned(), value)));
    }
    found.retain(|(_, value)| depth(value) <= DEEPEST_VALUE);
    found
}

/// The example of a schema, or one put together from the examples of its members.
pub(super) fn of_schema<'a>(document: &Document<'a>, schema: &'a Value) -> Option<Value> {
    Search { document, budget: BUDGET, under_way: Vec::new() }.of(schema, 0)
}

struct Search<'d, 'a> {
    document: &'d Document<'a>,
    budget: usize,
    /// The objects that the search is inside of. One that has a member of its own kind has an example without it.
    under_way: Vec<&'a Value>,
}

impl<'a> Search<'_, 'a> {
    fn of(&mut self, schema: &'a Value, depth: usize) -> Option<Value> {
        self.budget = self.budget.checked_sub(1)?;
        let schema = self.document.resolved(schema)?;
        if depth > DEEPEST {
            return None;
        }
        let list = |name: &str| schema.get(name).and_then(Value::as_array);
        let said = schema.get("example").or_else(|| list("examples")?.first()).or_else(|| schema.get("const"));
        // A default and the members of an enumeration are valid, whatever the server holds.
        let valid = said.or_else(|| schema.get("default")).or_else(|| list("enum")?.first());
        if let Some(value) = valid.filter(|value| !value.is_null()) {
            return Some(value.clone());
        }
        if let Some(all) = list("allOf") {
            return self.merged(schema, all, depth);
        }
        if let Some(all) = list("oneOf").or_else(|| list("anyOf")) {
            return all.iter().find_map(|one| self.of(one, depth + 1));
        }
        if let Some(items) = schema.get("items") {
            let few = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0) <= 1;
            return self.of(items, depth + 1).filter(|_| few).map(|item| Value::Array(vec![item]));
        }
        self.object(schema, depth).map(Value::Object)
    }

    /// The example of a member, unless it leads back to an object that it stands in.
    fn of_member(&mut self, property: &'a Value, depth: usize) -> Option<Value> {
        let resolved = self.document.resolved(property)?;
        if self.under_way.iter().any(|other| std::ptr::eq(*other, resolved)) {
            return None;
        }
        self.of(property, depth)
    }

    fn merged(&mut self, schema: &'a Value, all: &'a [Value], depth: usize) -> Option<Value> {
        if let ([only], None) = (all, schema.get("properties")) {
            return self.of(only, depth + 1);
        }
        let mut merged = Map::new();
        for part in all {
            // A part that only says more of the members that others have needs none itself.
            let Some(Value::Object(members)) = self.of(part, depth + 1) else { return None };
            merged.extend(members);
        }
        if schema.get("properties").is_some() {
            merged.extend(self.object(schema, depth)?);
        }
        Some(Value::Object(merged))
    }

    /// All members that have examples, where those that are required have.
    fn object(&mut self, schema: &'a Value, depth: usize) -> Option<Map<String, Value>> {
        let properties = schema.get("properties").and_then(Value::as_object)?;
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut members = Map::new();
        self.under_way.push(schema);
        for (name, property) in properties {
            let read_only = self.document.resolved(property).and_then(|property| property.get("readOnly"));
            if read_only.and_then(Value::as_bool) == Some(true) {
                continue;
            }
            if let Some(value) = self.of_member(property, depth + 1) {
                members.insert(name.clone(), value);
            }
        }
        self.under_way.pop();
        let read_only = |name: &str| {
            let property = properties.get(name).and_then(|property| self.document.resolved(property));
            property.and_then(|property| property.get("readOnly")).and_then(Value::as_bool) == Some(true)
        };
        let whole = required.iter().all(|name| members.contains_key(*name) || read_only(name));
        (whole && !members.is_empty()).then_some(members)
    }
}
