//! Schemas of a document as files of JSON Schema 2020-12.

mod circle;
mod keyword;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use self::circle::without_circles;
use super::pointer::Document;
use crate::import::emit::line;
use crate::import::slug::{Names, slug};
use crate::load::accepts_everything;

/// Schemas are followed so deep without a reference: a file of JSON may be nested 128 levels deep, and one of these
/// takes up to four.
const DEEPEST: usize = 24;

/// The schemas that cases lead to, each to become a file.
pub(super) struct Library<'a> {
    document: &'a Document<'a>,
    names: Names,
    by_reference: BTreeMap<String, String>,
    pending: Vec<(String, &'a Value)>,
    remarks: BTreeSet<String>,
}

impl<'a> Library<'a> {
    pub(super) fn new(document: &'a Document<'a>) -> Self {
        Self {
            document,
            names: Names::default(),
            by_reference: BTreeMap::new(),
            pending: Vec::new(),
            remarks: BTreeSet::new(),
        }
    }

    /// The name of the file for a schema; `otherwise` is what one is called that stands in no place of its own.
    pub(super) fn name_of(&mut self, schema: &'a Value, otherwise: &str) -> Option<String> {
        let reference = schema.get("$ref").and_then(Value::as_str).filter(|_| !self.has_siblings(schema));
        if let Some(reference) = reference {
            return self.referred(reference);
        }
        let name = self.names.unique(&slug(otherwise, "body"));
        self.pending.push((name.clone(), schema));
        Some(name)
    }

    /// Whether something beside its `$ref` counts.
    fn has_siblings(&self, schema: &Value) -> bool {
        let nullable = schema.get("nullable").and_then(Value::as_bool) == Some(true);
        nullable || self.document.modern && schema.as_object().is_some_and(|members| members.len() > 1)
    }

    /// The file for what a reference leads to.
    fn referred(&mut self, reference: &str) -> Option<String> {
        if let Some(name) = self.by_reference.get(reference) {
            return Some(name.clone());
        }
        let found = self.document.at(reference).filter(|found| found.is_object() || found.is_boolean());
        let Some(found) = found else {
            let reason = if reference.starts_with('#') { "leads nowhere" } else { "stands in another document" };
            self.remarks
                .insert(format!("the schema `{}` {reason}; nothing is asked in its stead", line(reference, 80)));
            return None;
        };
        let last = reference.rsplit('/').next().unwrap_or_default();
        let name = self.names.unique(&slug(last, "schema"));
        self.by_reference.insert(reference.to_owned(), name.clone());
        self.pending.push((name.clone(), found));
        Some(name)
    }

    /// All files, the names of schemas that refuse nothing and so have none, and what to know of the rest.
    pub(super) fn finish(mut self) -> (Vec<(String, Value)>, BTreeSet<String>, Vec<String>) {
        let mut files: BTreeMap<String, Value> = BTreeMap::new();
        while let Some((name, schema)) = self.pending.pop() {
            let translated = self.schema(schema, 0);
            files.insert(name, translated);
        }
        for name in without_circles(&mut files) {
            self.remarks.insert(format!("the schema `{name}` stands for itself; nothing is asked in its stead"));
        }
        let mut vacuous = BTreeSet::new();
        loop {
            let found: BTreeSet<String> =
                files.iter().filter(|(_, schema)| accepts_everything(schema)).map(|(name, _)| name.clone()).collect();
            if found.is_empty() {
                break;
            }
            files.retain(|name, _| !found.contains(name));
            for schema in files.values_mut() {
                forget(schema, &|name| found.contains(name));
            }
            vacuous.extend(found);
        }
        (files.into_iter().collect(), vacuous, self.remarks.into_iter().collect())
    }

    fn schema(&mut self, schema: &'a Value, depth: usize) -> Value {
        let Some(members) = schema.as_object() else {
            return Value::Bool(schema.as_bool().unwrap_or(true));
        };
        if depth > DEEPEST {
            self.remarks.insert(format!("schemas are taken over to a depth of {DEEPEST}"));
            return Value::Bool(true);
        }
        let nullable = !self.document.modern && schema.get("nullable").and_then(Value::as_bool) == Some(true);
        let mut translated = Map::new();
        match members.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                if let Some(name) = self.referred(reference) {
                    translated.insert("$ref".into(), Value::String(format!("{name}.json")));
                }
                if self.document.modern {
                    self.keywords(members, depth, &mut translated);
                }
            }
            None => self.keywords(members, depth, &mut translated),
        }
        if nullable { or_null(translated) } else { Value::Object(translated) }
    }
}

/// A schema of 3.0 with `nullable: true`.
fn or_null(mut schema: Map<String, Value>) -> Value {
    let null = || Value::String("null".into());
    let plain = !["$ref", "allOf", "anyOf", "oneOf", "not", "enum"].iter().any(|name| schema.contains_key(*name));
    if let Some(Value::String(name)) = schema.get("type").filter(|_| plain) {
        let types = Value::Array(vec![Value::String(name.clone()), null()]);
        schema.insert("type".into(), types);
        return Value::Object(schema);
    }
    if schema.is_empty() {
        return Value::Object(schema);
    }
    let nothing = Map::from_iter([("type".to_owned(), null())]);
    let either = Value::Array(vec![Value::Object(schema), Value::Object(nothing)]);
    Value::Object(Map::from_iter([("anyOf".to_owned(), either)]))
}

/// Takes out every reference to one of these files.
fn forget(schema: &mut Value, gone: &dyn Fn(&str) -> bool) {
    match schema {
        Value::Object(members) => {
            let leads = |value: &Value| value.as_str().and_then(|text| text.strip_suffix(".json")).is_some_and(gone);
            if members.get("$ref").is_some_and(leads) {
                members.shift_remove("$ref");
            }
            // What stands in these is data.
            let inner = members.iter_mut().filter(|(name, _)| !["enum", "const"].contains(&name.as_str()));
            inner.for_each(|(_, member)| forget(member, gone));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| forget(item, gone)),
        _ => {}
    }
}
