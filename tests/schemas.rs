//! The schemas of our own files, as they are published in `docs/schemas/` for editors.

mod support {
    pub(crate) mod binary;
}

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use support::binary::probity;

fn published() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas")
}

/// What `probity schema` takes.
fn kinds() -> Vec<String> {
    let outcome = probity(&published(), &["schema", "nothing"]);
    let list = outcome.stderr.split("[possible values: ").nth(1).and_then(|rest| rest.split(']').next());
    list.expect("the kinds are listed").split(", ").map(str::to_owned).collect()
}

fn printed(kind: &str) -> String {
    let outcome = probity(&published(), &["schema", kind]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    outcome.stdout
}

#[test]
fn what_is_published_is_what_is_printed() {
    let mut expected = BTreeSet::new();
    for kind in kinds() {
        let name = format!("{kind}.schema.json");
        let text = fs::read_to_string(published().join(&name)).unwrap_or_default();
        assert!(text == printed(&kind), "stale: probity schema {kind} > docs/schemas/{name}");
        expected.insert(name);
    }
    let names = fs::read_dir(published()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    assert_eq!(names.map(|name| name.to_string_lossy().into_owned()).collect::<BTreeSet<_>>(), expected);
}

/// The keys without a description, each as the way that leads to it.
fn undescribed(root: &Value, schema: &Value, way: &str, found: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            for (key, property) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if !is_described(root, property) {
                    found.push(format!("{way}/{key}"));
                }
            }
            for (keyword, inner) in members {
                // Conditions speak of keys that are described elsewhere.
                let condition = keyword == "if" || keyword == "not" || keyword == "contains";
                if !condition && !is_rule(keyword, inner) {
                    undescribed(root, inner, &format!("{way}/{keyword}"), found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|inner| undescribed(root, inner, way, found)),
        _ => {}
    }
}

/// Whether a list holds nothing but conditions on keys.
fn is_rule(keyword: &str, value: &Value) -> bool {
    let conditional = |one: &Value| ["if", "$comment", "not"].iter().any(|key| one.get(*key).is_some());
    keyword == "allOf" && value.as_array().is_some_and(|all| all.iter().all(conditional))
}

fn is_described(root: &Value, property: &Value) -> bool {
    let Some(members) = property.as_object() else { return true };
    let said = |members: &Map<String, Value>| {
        members.get("description").and_then(Value::as_str).is_some_and(|text| !text.is_empty())
    };
    let referred =
        members.get("$ref").and_then(Value::as_str).and_then(|text| root.pointer(text.trim_start_matches('#')));
    said(members) || referred.is_some_and(|target| is_described(root, target))
}

#[test]
fn every_key_has_a_description() {
    let mut found = Vec::new();
    for kind in kinds() {
        let schema: Value = serde_json::from_str(&printed(&kind)).expect("JSON");
        assert!(schema.get("description").is_some(), "{kind} has no description");
        undescribed(&schema, &schema, &kind, &mut found);
    }
    assert!(found.is_empty(), "no description:\n  {}", found.join("\n  "));
}
