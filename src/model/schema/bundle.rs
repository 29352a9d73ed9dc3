//! Many schema files as one document, so that what they share is compiled once.
//!
//! The compiler knows a part of a schema again by the documents through which it came there, since a `$dynamicRef` may
//! mean another thing on each of these ways. There are more of them than anybody can walk where many files refer to
//! each other. Within one document there is one way.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// Keywords that depend on the document that they stand in, or on the way there.
const OF_A_DOCUMENT: [&str; 6] =
    ["$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef", "$vocabulary"];
/// The draft that the document is read as.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Keywords whose value is data, whatever it looks like.
const DATA: [&str; 4] = ["const", "enum", "default", "examples"];
/// Keywords whose value has a schema under each of its names.
const MAPS: [&str; 6] = ["properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions"];
/// Those of them that are there to be referred to.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// A schema file and the URI that references to it lead to.
pub(super) struct File<'s> {
    pub(super) uri: &'s str,
    pub(super) schema: &'s Value,
}

/// Many files as one document.
pub(super) struct Bundle {
    /// Has the file at position `n` under `$defs/n`.
    pub(super) document: Value,
    /// A file, or one of its definitions: the position of the file, and a pointer into it.
    pub(super) parts: Vec<(usize, String)>,
    positions: BTreeMap<(usize, String), usize>,
    /// For each part those that it refers to.
    leads: Vec<BTreeSet<usize>>,
    /// For each file the first pointer in it that leads nowhere.
    pub(super) lost: BTreeMap<usize, String>,
    contained: Vec<bool>,
}

impl Bundle {
    /// Gathers those of the files that mean the same within another document. `resolve` makes a reference absolute.
    pub(super) fn of(files: &[File<'_>], resolve: &dyn Fn(&str, &str) -> Option<String>) -> Self {
        let contained: Vec<bool> = files.iter().map(|file| is_plain(file.schema, true)).collect();
        let mut parts = Vec::new();
        for (index, file) in files.iter().enumerate().filter(|(index, _)| contained[*index]) {
            parts.push((index, String::new()));
            for keyword in DEFINITIONS {
                let names = file.schema.get(keyword).and_then(Value::as_object).into_iter().flat_map(Map::keys);
                parts.extend(names.map(|name| (index, format!("/{keyword}/{}", escaped(name)))));
            }
        }
        let positions = parts.iter().cloned().zip(0..).collect();
        let leads = vec![BTreeSet::new(); parts.len()];
        let mut bundle = Self { document: Value::Null, parts, positions, leads, lost: BTreeMap::new(), contained };
        let by_uri = files.iter().map(|file| file.uri).zip(0..).collect();
        let mut definitions = Map::new();
        for (index, file) in files.iter().enumerate().filter(|(index, _)| bundle.contained[*index]) {
            let mut schema = file.schema.clone();
            for name in ["$id", "$schema"] {
                schema.as_object_mut().and_then(|members| members.shift_remove(name));
            }
            let contained = &bundle.contained;
            let mut rewriting =
                Rewriting { files, contained, by_uri: &by_uri, resolve, index, found: Vec::new(), lost: None };
            rewriting.schema(&mut schema, &mut String::new());
            let Rewriting { found, lost, .. } = rewriting;
            for (from, (file, pointer)) in found {
                let (from, to) = (bundle.part(index, &from), bundle.part(file, &pointer));
                if let (Some(from), Some(to)) = (from, to) {
                    bundle.leads[from].insert(to);
                }
            }
            bundle.lost.extend(lost.map(|pointer| (index, pointer)));
            definitions.insert(index.to_string(), schema);
        }
        bundle.document = json!({"$defs": definitions});
        bundle
    }

    /// Whether the file stands in the document.
    pub(super) fn contains(&self, file: usize) -> bool {
        self.contained[file]
    }

    /// The part that a pointer into a file leads into: a definition, or the file.
    pub(super) fn part(&self, file: usize, pointer: &str) -> Option<usize> {
        let definition = pointer.match_indices('/').nth(2).map_or(pointer, |(end, _)| &pointer[..end]);
        let at = |pointer: &str| self.positions.get(&(file, pointer.to_owned())).copied();
        at(definition).or_else(|| at(""))
    }

    /// Whether more than `most` parts can be reached from one.
    pub(super) fn reaches_more_than(&self, most: usize, part: usize) -> bool {
        let mut reached = BTreeSet::from([part]);
        let mut pending = vec![part];
        while let Some(part) = pending.pop() {
            pending.extend(self.leads[part].iter().filter(|next| reached.insert(**next)));
            if reached.len() > most {
                return true;
            }
        }
        false
    }
}

/// Whether a schema means the same wherever it stands.
fn is_plain(schema: &Value, top: bool) -> bool {
    match schema {
        Value::Object(members) => members.iter().all(|(name, value)| match name.as_str() {
            "$id" => top && value.as_str().is_some_and(|id| id.contains("://") && !id.contains('#')),
            "$schema" => top && value.as_str().is_some_and(|draft| draft.trim_end_matches('#') == DRAFT),
            name => !OF_A_DOCUMENT.contains(&name) && (DATA.contains(&name) || is_plain(value, false)),
        }),
        Value::Array(items) => items.iter().all(|item| is_plain(item, false)),
        _ => true,
    }
}

/// The references of one file on their way into the document.
struct Rewriting<'s> {
    files: &'s [File<'s>],
    contained: &'s [bool],
    by_uri: &'s BTreeMap<&'s str, usize>,
    resolve: &'s dyn Fn(&str, &str) -> Option<String>,
    index: usize,
    /// Where each reference stands, and the file and the pointer that it leads to.
    found: Vec<(String, (usize, String))>,
    lost: Option<String>,
}

impl Rewriting<'_> {
    /// `at` is where the schema stands in its file.
    fn schema(&mut self, schema: &mut Value, at: &mut String) {
        match schema {
            Value::Object(members) => {
                for (name, inner) in members.iter_mut().filter(|(name, _)| !DATA.contains(&name.as_str())) {
                    below(at, name, |at| match inner {
                        Value::Object(map) if MAPS.contains(&name.as_str()) => {
                            map.iter_mut().for_each(|(name, one)| below(at, name, |at| self.schema(one, at)));
                        }
                        inner => self.schema(inner, at),
                    });
                }
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    match self.rewritten(reference, at) {
                        Some(there) => drop(members.insert("$ref".into(), there.into())),
                        None => drop(members.shift_remove("$ref")),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    below(at, &index.to_string(), |at| self.schema(item, at));
                }
            }
            _ => {}
        }
    }

    /// The same reference from within the document; none if it leads nowhere.
    fn rewritten(&mut self, reference: &str, at: &str) -> Option<String> {
        let absolute = match reference.strip_prefix('#') {
            Some(fragment) => format!("{}#{fragment}", self.files[self.index].uri),
            None => (self.resolve)(self.files[self.index].uri, reference)?,
        };
        let (uri, fragment) = absolute.split_once('#').unwrap_or((&absolute, ""));
        let Some(file) = self.by_uri.get(uri).copied().filter(|file| self.contained[*file]) else {
            return Some(absolute);
        };
        let pointer = percent_decode_str(fragment).decode_utf8_lossy().into_owned();
        if self.files[file].schema.pointer(&pointer).is_none() {
            self.lost.get_or_insert(pointer);
            return None;
        }
        self.found.push((at.to_owned(), (file, pointer)));
        Some(format!("#/$defs/{file}{fragment}"))
    }
}

/// Does something one step further down.
fn below(at: &mut String, name: &str, work: impl FnOnce(&mut String)) {
    let length = at.len();
    at.push('/');
    at.push_str(&escaped(name));
    work(at);
    at.truncate(length);
}

/// The schema with nothing in it that refers to another one.
pub(super) fn without_references(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, value)| *name != "$ref" || !value.is_string());
            let inner = |name: &str, value: &Value| {
                if DATA.contains(&name) { value.clone() } else { without_references(value) }
            };
            Value::Object(kept.map(|(name, value)| (name.clone(), inner(name, value))).collect())
        }
        Value::Array(items) => items.iter().map(without_references).collect(),
        other => other.clone(),
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
