//! Schema files: read, checked for what would make them blind, and compiled.

mod keyword;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use self::keyword::{LIST_KEYWORDS, MAP_KEYWORDS, PLAIN_KEYWORDS, SCHEMA_KEYWORDS};
use super::extent::Extent;
use super::fields::Problems;
use crate::diagnostic::{Code, Diagnostic, Place, SourceFile};
use crate::model::schema::{FORMATS, Schema, SchemaFault, SchemaSet};

/// The schema files of a contract and what was compiled of them.
pub(super) struct SchemaFiles {
    files: BTreeMap<String, (Arc<SourceFile>, Value)>,
    set: OnceCell<Option<SchemaSet>>,
    compiled: RefCell<BTreeMap<String, Option<Arc<Schema>>>>,
}

/// The formats of JSON Schema that are asserted.
pub(super) const STANDARD_FORMATS: [&str; 19] = [
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
];

impl SchemaFiles {
    /// Reads and checks all schema files.
    pub(super) fn read<'a>(
        files: impl Iterator<Item = &'a Arc<SourceFile>>,
        extent: &Extent,
        problems: &Problems,
    ) -> Self {
        let mut read = BTreeMap::new();
        let mut faulty = BTreeSet::new();
        for file in files {
            let name = file.path.trim_start_matches("schemas/").trim_end_matches(".json").to_owned();
            match serde_json::from_str::<Value>(&file.text) {
                Ok(value) => {
                    let already = problems.len();
                    lint(file, &value, problems);
                    if problems.len() > already {
                        faulty.insert(name.clone());
                    }
                    read.insert(name, (Arc::clone(file), value));
                }
                Err(error) => {
                    let start = offset(&file.text, error.line(), error.column());
                    let text = error.to_string();
                    let message = text.split(" at line ").next().unwrap_or_default();
                    problems.push(Diagnostic::at(
                        Code::InvalidSchema,
                        &Place::new(file, start, start + 1),
                        format!("not JSON: {message}"),
                    ));
                }
            }
        }
        let schemas = Self { files: read, set: OnceCell::new(), compiled: RefCell::default() };
        if extent.is_whole() {
            schemas.report_faults(&faulty, problems);
        }
        schemas
    }

    /// All files together, if they can be; made when one is asked for.
    fn set(&self, problems: &Problems) -> Option<&SchemaSet> {
        let gather = || {
            let values: Vec<(String, Value)> =
                self.files.iter().map(|(name, (_, value))| (name.clone(), value.clone())).collect();
            SchemaSet::new(&values).inspect_err(|fault| problems.push(unresolved_by_whom(&self.files, fault))).ok()
        };
        self.set.get_or_init(gather).as_ref()
    }

    /// Reports what can't be compiled, but for files with a fault already: they often can't for the same reason.
    fn report_faults(&self, faulty: &BTreeSet<String>, problems: &Problems) {
        let faults = self.set(problems).into_iter().flat_map(SchemaSet::faults);
        for (name, fault) in faults.filter(|(name, _)| !faulty.contains(*name)) {
            if let Some((file, value)) = self.files.get(name) {
                problems.push(described(file, value, &fault));
            }
        }
    }

    /// The schema that an expectation names, compiled once.
    pub(super) fn named(&self, reference: &str, place: &Place, problems: &Problems) -> Option<Arc<Schema>> {
        if let Some(known) = self.compiled.borrow().get(reference) {
            return known.clone();
        }
        let schema = self.compile(reference, place, problems);
        self.compiled.borrow_mut().insert(reference.to_owned(), schema.clone());
        schema
    }

    fn compile(&self, reference: &str, place: &Place, problems: &Problems) -> Option<Arc<Schema>> {
        let name = reference.split('#').next().unwrap_or_default();
        if !self.files.contains_key(name) {
            problems.push(
                Diagnostic::at(Code::UnknownSchema, place, format!("there is no `schemas/{name}.json`"))
                    .label("no such schema")
                    .suggest(name, self.files.keys().map(String::as_str)),
            );
            return None;
        }
        match self.set(problems)?.compile(reference)? {
            Ok(schema) => Some(Arc::new(schema)),
            Err(fault) => {
                // A whole file that can't be compiled was reported when it was read.
                if reference.contains('#') {
                    problems.push(
                        Diagnostic::at(Code::UnresolvedReference, place, format!("`{reference}` leads nowhere"))
                            .label(message(&fault)),
                    );
                }
                None
            }
        }
    }

    /// Reports every schema file that nothing uses.
    pub(super) fn report_unused(&self, problems: &Problems) {
        let mut by_last_part: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in self.files.keys() {
            by_last_part.entry(last_part(name)).or_default().push(name);
        }
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let compiled = self.compiled.borrow();
        let mut pending: Vec<&str> = compiled.keys().map(|name| name.split('#').next().unwrap_or_default()).collect();
        while let Some(name) = pending.pop() {
            if used.insert(name) {
                let text = self.files.get(name).map_or("", |(file, _)| &*file.text);
                // A reference names the other file by its last part, whatever the base is.
                let mentioned = text.match_indices(".json").map(|(end, _)| last_part(&text[..end]));
                pending.extend(mentioned.filter_map(|last| by_last_part.get(last)).flatten());
            }
        }
        for (name, (file, _)) in self.files.iter().filter(|(name, _)| !used.contains(name.as_str())) {
            problems.push(
                Diagnostic::at(
                    Code::UnusedSchema,
                    &Place::new(file, 0, 1),
                    format!("nothing uses the schema `{name}`"),
                )
                .label("used by no expectation and no other schema"),
            );
        }
    }
}

/// What stands behind the last stroke or quote.
fn last_part(text: &str) -> &str {
    text.rsplit(['/', '"']).next().unwrap_or(text)
}

fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before + column.saturating_sub(1)
}

fn message(fault: &SchemaFault) -> &str {
    match fault {
        SchemaFault::Unresolved(text) | SchemaFault::Invalid(text) => text,
    }
}

/// Finds the file that a fault of the whole set comes from, by leaving it out.
fn unresolved_by_whom(files: &BTreeMap<String, (Arc<SourceFile>, Value)>, fault: &SchemaFault) -> Diagnostic {
    let guilty = files.values().find(|(_, value)| {
        let mut references = Vec::new();
        collect_references(value, &mut references);
        references.iter().any(|reference| message(fault).contains(reference.trim_start_matches("./")))
    });
    match guilty {
        Some((file, value)) => described(file, value, fault),
        None => Diagnostic::bare(Code::UnresolvedReference, message(fault)),
    }
}

fn collect_references<'a>(value: &'a Value, references: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str().filter(|_| name == "$ref") {
                    Some(reference) => references.push(reference),
                    None => collect_references(member, references),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, references)),
        _ => {}
    }
}

fn described(file: &Arc<SourceFile>, value: &Value, fault: &SchemaFault) -> Diagnostic {
    let mut references = Vec::new();
    collect_references(value, &mut references);
    let (code, what) = match fault {
        SchemaFault::Unresolved(_) => (Code::UnresolvedReference, "a `$ref` leads nowhere"),
        SchemaFault::Invalid(_) => (Code::InvalidSchema, "not a JSON Schema"),
    };
    let text = message(fault);
    let named = references
        .iter()
        .filter(|_| code == Code::UnresolvedReference)
        .find(|reference| text.contains(reference.trim_start_matches("./").trim_start_matches('#')));
    let place = match named.and_then(|reference| file.text.find(&format!("\"{reference}\""))) {
        Some(start) => Place::new(file, start, start + named.map_or(1, |reference| reference.len() + 2)),
        None => Place::new(file, 0, 1),
    };
    Diagnostic::at(code, &place, format!("{what}: {text}"))
}

fn lint(file: &Arc<SourceFile>, schema: &Value, problems: &Problems) {
    let top = Place::new(file, 0, 1);
    if accepts_everything(schema) {
        problems.push(
            Diagnostic::at(Code::VacuousSchema, &top, format!("{} accepts every value", file.path))
                .label("constrains nothing"),
        );
    }
    lint_keywords(file, schema, problems);
}

/// Whether no keyword of it, at this level, refuses anything.
pub(super) fn accepts_everything(schema: &Value) -> bool {
    match schema {
        Value::Bool(accepts) => *accepts,
        Value::Object(members) => {
            // A file of definitions only is a library; it is judged where it is used.
            let library = members.contains_key("$defs") || members.contains_key("definitions");
            let silent = |name: &str| {
                name.starts_with('$') && name != "$ref" && name != "$dynamicRef"
                    || matches!(
                        name,
                        "title"
                            | "description"
                            | "default"
                            | "examples"
                            | "deprecated"
                            | "readOnly"
                            | "writeOnly"
                            | "definitions"
                            | "id"
                            | "if"
                            | "contentEncoding"
                            | "contentMediaType"
                            | "contentSchema"
                    )
            };
            !library
                && members.iter().filter(|(name, _)| !silent(name)).all(|(name, value)| match name.as_str() {
                    "additionalProperties"
                    | "unevaluatedProperties"
                    | "items"
                    | "additionalItems"
                    | "unevaluatedItems" => accepts_everything(value),
                    "properties" | "patternProperties" => {
                        value.as_object().is_some_and(|members| members.values().all(accepts_everything))
                    }
                    "allOf" => value.as_array().is_some_and(|items| items.iter().all(accepts_everything)),
                    "anyOf" => value.as_array().is_some_and(|items| items.iter().any(accepts_everything)),
                    "required" => value.as_array().is_some_and(Vec::is_empty),
                    _ => false,
                })
        }
        _ => false,
    }
}

fn lint_keywords(file: &Arc<SourceFile>, schema: &Value, problems: &Problems) {
    let Value::Object(members) = schema else { return };
    for (name, value) in members {
        let keyword = name.as_str();
        if MAP_KEYWORDS.contains(&keyword) {
            value.as_object().into_iter().flat_map(|members| members.values()).for_each(|inner| {
                lint_keywords(file, inner, problems);
            });
        } else if LIST_KEYWORDS.contains(&keyword) || SCHEMA_KEYWORDS.contains(&keyword) {
            match value {
                Value::Array(items) => items.iter().for_each(|inner| lint_keywords(file, inner, problems)),
                // `dependencies` of draft 7 maps names to schemas or lists of names.
                Value::Object(inner) if keyword == "dependencies" => {
                    inner.values().for_each(|inner| lint_keywords(file, inner, problems));
                }
                inner => lint_keywords(file, inner, problems),
            }
        } else if keyword == "format" {
            lint_format(file, value, problems);
        } else if !PLAIN_KEYWORDS.contains(&keyword) && !keyword.starts_with("x-") {
            let all = PLAIN_KEYWORDS.iter().chain(&SCHEMA_KEYWORDS).chain(&LIST_KEYWORDS).chain(&MAP_KEYWORDS);
            problems.push(
                Diagnostic::at(
                    Code::UnknownKeyword,
                    &place_of_name(file, keyword),
                    format!("JSON Schema has no keyword `{keyword}`"),
                )
                .label("constrains nothing")
                .suggest(keyword, all.copied().filter(|known| crate::diagnostic::nearest(keyword, &[known]).is_some())),
            );
        }
    }
}

fn lint_format(file: &Arc<SourceFile>, value: &Value, problems: &Problems) {
    let Some(format) = value.as_str() else { return };
    if !STANDARD_FORMATS.contains(&format) && !FORMATS.contains(&format) {
        problems.push(
            Diagnostic::at(Code::InvalidSchema, &place_of_name(file, format), format!("unknown format `{format}`"))
                .label("would constrain nothing")
                .suggest(format, FORMATS.into_iter().chain(STANDARD_FORMATS)),
        );
    }
}

fn place_of_name(file: &Arc<SourceFile>, name: &str) -> Place {
    let quoted = format!("\"{name}\"");
    let start = file.text.find(&quoted).map_or(0, |start| start + 1);
    Place::new(file, start, start + name.len())
}
