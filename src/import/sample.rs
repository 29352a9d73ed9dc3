//! What several samples of JSON have in common, as a JSON Schema.

use serde_json::{Map, Value, json};

use super::secret::looks_secret;

/// Samples are followed so deep.
const DEEPEST: usize = 24;
/// An object with more members than this is taken for a table whose keys are data.
const MOST_MEMBERS: usize = 100;

/// The types that all samples have, the members that they have, and as required those that all of them have.
pub(super) fn schema(samples: &[&Value]) -> Value {
    common(samples, 0)
}

fn common(samples: &[&Value], depth: usize) -> Value {
    let mut types: Vec<&str> = Vec::new();
    for sample in samples {
        let name = type_of(sample);
        if !types.contains(&name) {
            types.push(name);
        }
    }
    // Of what was never there nothing is known.
    if depth > DEEPEST || types == ["null"] || types.is_empty() {
        return json!({});
    }
    types.sort_unstable();
    let mut schema = Map::new();
    schema.insert("type".into(), if let [only] = types.as_slice() { json!(only) } else { json!(types) });
    let objects: Vec<&Map<String, Value>> = samples.iter().filter_map(|sample| sample.as_object()).collect();
    let is_table = objects.iter().any(|object| object.len() > MOST_MEMBERS);
    if !objects.is_empty() && !is_table {
        members(&objects, depth, &mut schema);
    }
    let items: Vec<&Value> = samples.iter().filter_map(|sample| sample.as_array()).flatten().collect();
    let item = common(&items, depth + 1);
    if item != json!({}) {
        schema.insert("items".into(), item);
    }
    Value::Object(schema)
}

fn members(objects: &[&Map<String, Value>], depth: usize, schema: &mut Map<String, Value>) {
    let mut names: Vec<&String> = Vec::new();
    for name in objects.iter().flat_map(|object| object.keys()) {
        // Keys that are numbers, or look like secrets, are data.
        let data = name.is_empty() || name.chars().all(|c| c.is_ascii_digit()) || looks_secret(name);
        if !data && !names.contains(&name) {
            names.push(name);
        }
    }
    let required: Vec<&String> =
        names.iter().copied().filter(|name| objects.iter().all(|object| object.contains_key(*name))).collect();
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    let mut properties = Map::new();
    for name in names {
        let values: Vec<&Value> = objects.iter().filter_map(|object| object.get(name)).collect();
        properties.insert(name.clone(), common(&values, depth + 1));
    }
    if !properties.is_empty() {
        schema.insert("properties".into(), Value::Object(properties));
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_samples_share_is_required() {
        let (one, two) =
            (json!({"a": 1, "b": [{"c": null}, {"c": "x"}]}), json!({"a": 2.5, "b": [], "d": null, "17": 1}));
        let expected = json!({
            "type": "object", "required": ["a", "b"],
            "properties": {
                "a": {"type": "number"},
                "b": {"type": "array", "items": {
                    "type": "object", "required": ["c"], "properties": {"c": {"type": ["null", "string"]}}}},
                "d": {},
            },
        });
        assert_eq!(schema(&[&one, &two]), expected);
    }
}
