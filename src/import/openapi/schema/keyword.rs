//! The keywords of a schema, one by one. What has a value of the wrong kind constrains nothing, and is left out.

use serde_json::{Map, Value, json};

use super::{DEEPEST, Library};
use crate::import::emit::{depth, line};
use crate::load::is_standard_format;
use crate::model::schema::is_pattern;

const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];

impl<'a> Library<'a> {
    /// Translates the members of a schema but its `$ref`.
    pub(super) fn keywords(&mut self, members: &'a Map<String, Value>, depth: usize, into: &mut Map<String, Value>) {
        for (name, value) in members {
            if let Some(translated) = self.keyword(name, value, members, depth) {
                into.insert(name.clone(), translated);
            }
        }
        self.lists_of_items(members, depth, into);
        bounds(members, into);
    }

    fn keyword(&mut self, name: &str, value: &'a Value, beside: &'a Map<String, Value>, depth: usize) -> Option<Value> {
        match name {
            "title" | "description" => value.as_str().map(|text| Value::String(line(text, 200))),
            "type" => types(value),
            "enum" => {
                value.as_array().filter(|all| !all.is_empty() && is_shallow(value)).map(|all| distinct(all, beside))
            }
            "const" => is_shallow(value).then(|| value.clone()),
            "multipleOf" => value.as_f64().filter(|number| *number > 0.0).map(|_| value.clone()),
            "maximum" | "minimum" | "exclusiveMaximum" | "exclusiveMinimum" => value.is_number().then(|| value.clone()),
            "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties" | "maxContains"
            | "minContains" => natural(value),
            "uniqueItems" => value.is_boolean().then(|| value.clone()),
            "pattern" => self.pattern(value),
            "format" => value.as_str().filter(|format| is_standard_format(format)).map(|_| value.clone()),
            "required" => self.required(value, beside),
            "properties" | "patternProperties" | "dependentSchemas" => self.map(name, value, depth),
            "dependentRequired" => value.as_object().map(|all| {
                Value::Object(all.iter().map(|(name, list)| (name.clone(), names(list, &|_| true))).collect())
            }),
            "additionalProperties"
            | "unevaluatedProperties"
            | "propertyNames"
            | "unevaluatedItems"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
                if value.is_object() || value.is_boolean() =>
            {
                Some(self.schema(value, depth + 1))
            }
            "allOf" | "anyOf" | "oneOf" => {
                value.as_array().filter(|all| !all.is_empty()).map(|all| self.list(all, depth))
            }
            _ => None,
        }
    }

    /// `items` and `prefixItems`, whatever the draft that they are written by.
    fn lists_of_items(&mut self, members: &'a Map<String, Value>, depth: usize, into: &mut Map<String, Value>) {
        let first = members.get("prefixItems").and_then(Value::as_array);
        let items = members.get("items");
        let tuple = first.or_else(|| items.and_then(Value::as_array)).filter(|all| !all.is_empty());
        if let Some(all) = tuple {
            let all = self.list(all, depth);
            into.insert("prefixItems".into(), all);
        }
        if let Some(items) = items.filter(|items| items.is_object() || items.is_boolean()) {
            let items = self.schema(items, depth + 1);
            into.insert("items".into(), items);
        }
    }

    fn list(&mut self, all: &'a [Value], depth: usize) -> Value {
        Value::Array(all.iter().map(|one| self.schema(one, depth + 1)).collect())
    }

    fn map(&mut self, name: &str, value: &'a Value, depth: usize) -> Option<Value> {
        let mut translated = Map::new();
        for (key, schema) in value.as_object()? {
            if name != "patternProperties" || is_pattern(key) {
                translated.insert(key.clone(), self.schema(schema, depth + 1));
            }
        }
        Some(Value::Object(translated))
    }

    fn pattern(&mut self, value: &Value) -> Option<Value> {
        let text = value.as_str()?;
        if is_pattern(text) {
            return Some(value.clone());
        }
        self.remarks.insert(format!("the pattern `{}` can't be read, and is left out", line(text, 80)));
        None
    }

    /// What only requests have isn't required of answers.
    fn required(&self, value: &Value, beside: &'a Map<String, Value>) -> Option<Value> {
        let properties = beside.get("properties").and_then(Value::as_object);
        let write_only = |name: &str| {
            let property = properties.and_then(|properties| properties.get(name));
            let property = property.and_then(|property| self.document.resolved(property));
            property.and_then(|property| property.get("writeOnly")).and_then(Value::as_bool) == Some(true)
        };
        value.is_array().then(|| names(value, &|name| !write_only(name)))
    }
}

/// What 3.0 says otherwise: exclusive bounds as booleans, and integers of 32 bits as a format.
fn bounds(members: &Map<String, Value>, into: &mut Map<String, Value>) {
    for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if members.get(exclusive).and_then(Value::as_bool) == Some(true)
            && let Some(number) = into.shift_remove(bound)
        {
            into.insert(exclusive.to_owned(), number);
        }
    }
    let integer = into.get("type").is_some_and(|kind| *kind == "integer");
    if integer && members.get("format").is_some_and(|format| format == "int32") {
        for (bound, exclusive, number) in
            [("minimum", "exclusiveMinimum", i32::MIN), ("maximum", "exclusiveMaximum", i32::MAX)]
        {
            if !into.contains_key(exclusive) && !into.contains_key(bound) {
                into.insert(bound.to_owned(), json!(number));
            }
        }
    }
}

fn types(value: &Value) -> Option<Value> {
    match value {
        Value::String(name) => TYPES.contains(&name.as_str()).then(|| value.clone()),
        Value::Array(_) => {
            let known = names(value, &|name| TYPES.contains(&name));
            known.as_array().is_some_and(|all| !all.is_empty()).then_some(known)
        }
        _ => None,
    }
}

/// The texts of a list that are wanted, each once.
fn names(list: &Value, wanted: &dyn Fn(&str) -> bool) -> Value {
    let mut all: Vec<&str> = Vec::new();
    for name in list.as_array().into_iter().flatten().filter_map(Value::as_str) {
        if wanted(name) && !all.contains(&name) {
            all.push(name);
        }
    }
    json!(all)
}

/// Each value once, and null where 3.0 allows it.
fn distinct(all: &[Value], beside: &Map<String, Value>) -> Value {
    let mut distinct: Vec<Value> = Vec::new();
    for value in all {
        if !distinct.contains(value) {
            distinct.push(value.clone());
        }
    }
    if beside.get("nullable").and_then(Value::as_bool) == Some(true) && !distinct.contains(&Value::Null) {
        distinct.push(Value::Null);
    }
    Value::Array(distinct)
}

fn natural(value: &Value) -> Option<Value> {
    value.as_u64().map(|_| value.clone())
}

fn is_shallow(value: &Value) -> bool {
    depth(value) <= DEEPEST
}
