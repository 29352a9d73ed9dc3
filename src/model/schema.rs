//! Compiled JSON Schemas. The only module that knows the jsonschema crate.

mod bundle;

use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;

use jsonschema::{Draft, PatternOptions, Registry, ValidationError, ValidationOptions, Validator};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value, json};

use self::bundle::{Bundle, File, without_references};
use super::beginning::beginning;

/// Where schemas live that give no `$id` of their own. Nothing is ever fetched from there.
const BASE: &str = "schema:///";
/// Where those live together that can; no file has such a name.
const BUNDLE: &str = "schema:bundle";

/// A schema that reaches more parts than this shares what is compiled with the others, instead of having its own.
const MOST_OF_ITS_OWN: usize = 32;

/// How much of a value that breaks a schema is told, in characters.
const SHOWN: usize = 240;

/// The formats that are known besides those of JSON Schema itself.
pub const FORMATS: [&str; 3] = ["uint64", "uint32", "decimal"];

/// All schema files of a contract, so that they can refer to each other.
pub struct SchemaSet {
    registry: Registry<'static>,
    files: Vec<SchemaFile>,
    bundle: Bundle,
    shared: OnceCell<Option<Arc<Validator>>>,
}

struct SchemaFile {
    name: String,
    uri: String,
    schema: Value,
}

/// A schema, ready to judge values.
pub struct Schema {
    /// Its name in suites: the path without `.json`, with a `#/pointer` where one was given.
    pub name: String,
    judge: Judge,
}

/// Who says whether a value keeps a schema.
enum Judge {
    /// What was compiled for this schema.
    Own(Validator),
    /// What was compiled for all: it judges the members of an object, each by the part of this name.
    Shared(Arc<Validator>, String),
}

/// One way in which a value breaks a schema.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaError {
    /// JSON Pointer into the value.
    pub pointer: String,
    /// The keyword that was broken.
    pub keyword: String,
    /// What the keyword asks for.
    pub expected: String,
    /// The beginning of the value that stands at the pointer.
    pub observed: String,
}

/// Why a schema can't be used.
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaFault {
    /// A `$ref` that leads nowhere, and what the resolver says of it.
    Unresolved(String),
    /// Anything else, such as a keyword with a value of the wrong type.
    Invalid(String),
}

impl SchemaSet {
    /// Gathers schemas, each under its name (its path without `.json`).
    ///
    /// # Errors
    /// A malformed `$id`, or a reference that can't be resolved inside the set.
    pub fn new(schemas: &[(String, Value)]) -> Result<Self, SchemaFault> {
        let mut files = Vec::new();
        for (name, schema) in schemas {
            let uri = match schema.get("$id").and_then(Value::as_str) {
                Some(id) if id.contains("://") => id.trim_end_matches('#').to_owned(),
                _ => format!("{BASE}{name}.json"),
            };
            files.push(SchemaFile { name: name.clone(), uri, schema: schema.clone() });
        }
        let borrowed: Vec<File<'_>> = files.iter().map(|one| File { uri: &one.uri, schema: &one.schema }).collect();
        let bundle = Bundle::of(&borrowed, &|base, reference| {
            let base = jsonschema::uri::from_str(base).ok()?;
            jsonschema::uri::resolve_against(&base.borrow(), reference).ok().map(|uri| uri.as_str().to_owned())
        });
        // What is wrong with a file is told of the file, and not of the bundle.
        let registry =
            registry(&files, Some(&bundle.document)).or_else(|fault| registry(&files, None).and(Err(fault)))?;
        Ok(Self { registry, files, bundle, shared: OnceCell::new() })
    }

    /// Compiles `name`, or `name#/pointer` for a part of a schema. `None` when there is no such file.
    ///
    /// # Errors
    /// The schema isn't valid, or refers to what isn't there.
    pub fn compile(&self, reference: &str) -> Option<Result<Schema, SchemaFault>> {
        let (name, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let file = self.files.iter().position(|file| file.name == name)?;
        let judge = if self.bundle.contains(file) {
            self.bundled(file, fragment)
        } else {
            self.validator(&format!("{}#{fragment}", self.files[file].uri)).map(Judge::Own)
        };
        Some(judge.map(|judge| Schema { name: reference.to_owned(), judge }))
    }

    /// The files that can't be used, each with the reason.
    #[must_use]
    pub fn faults(&self) -> Vec<(&str, SchemaFault)> {
        let files = self.files.iter().enumerate();
        files.filter_map(|(index, file)| Some((&*file.name, self.fault(index)?))).collect()
    }

    fn fault(&self, file: usize) -> Option<SchemaFault> {
        if !self.bundle.contains(file) {
            return self.validator(&self.files[file].uri).err();
        }
        if let Some(pointer) = self.bundle.lost.get(&file) {
            return Some(missing(pointer));
        }
        // What one can't be used for is wrong in one of its own parts.
        let own = self.bundle.parts.iter().filter(|(of, _)| *of == file && self.shared().is_none());
        let alone = own.filter_map(|(_, pointer)| self.files[file].schema.pointer(pointer)).map(without_references);
        alone.filter_map(|part| options().build(&part).err()).map(|error| fault(&error)).next()
    }

    fn bundled(&self, file: usize, fragment: &str) -> Result<Judge, SchemaFault> {
        if let Some(pointer) = self.bundle.lost.get(&file) {
            return Err(missing(pointer));
        }
        let pointer = percent_decode_str(fragment).decode_utf8_lossy();
        if self.files[file].schema.pointer(&pointer).is_none() {
            return Err(missing(&pointer));
        }
        let part = self.bundle.part(file, &pointer).filter(|part| self.bundle.parts[*part].1 == pointer);
        match part.filter(|part| self.bundle.reaches_more_than(MOST_OF_ITS_OWN, *part)) {
            Some(part) => {
                let wrong = || SchemaFault::Invalid("one of the schemas that it leads to isn't valid".into());
                Ok(Judge::Shared(Arc::clone(self.shared().ok_or_else(wrong)?), part.to_string()))
            }
            None => self.validator(&format!("{BUNDLE}#/$defs/{file}{fragment}")).map(Judge::Own),
        }
    }

    fn validator(&self, uri: &str) -> Result<Validator, SchemaFault> {
        options().with_registry(&self.registry).build(&json!({"$ref": uri})).map_err(|error| fault(&error))
    }

    /// What judges by every part of the bundle; none if one of them isn't valid.
    fn shared(&self) -> Option<&Arc<Validator>> {
        let compile = || {
            let part = |(file, pointer): &(usize, String)| {
                let fragment = utf8_percent_encode(pointer, FRAGMENT);
                json!({"$ref": format!("{BUNDLE}#/$defs/{file}{fragment}")})
            };
            let parts: Map<String, Value> =
                (0..).map(|position: usize| position.to_string()).zip(self.bundle.parts.iter().map(part)).collect();
            let all = json!({"properties": parts});
            options().with_registry(&self.registry).build(&all).ok().map(Arc::new)
        };
        self.shared.get_or_init(compile).as_ref()
    }
}

/// What stands in a pointer in the fragment of a URI as it is.
const FRAGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'~').remove(b'-').remove(b'_').remove(b'.');

fn missing(pointer: &str) -> SchemaFault {
    SchemaFault::Unresolved(format!("Pointer '{pointer}' does not exist"))
}

fn as_member(name: &str, value: &Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value.clone())]))
}

/// All files under their URIs, and the bundle of them.
fn registry(files: &[SchemaFile], bundle: Option<&Value>) -> Result<Registry<'static>, SchemaFault> {
    let uris = files.iter().map(|file| (file.uri.as_str(), &file.schema)).chain(bundle.map(|bundle| (BUNDLE, bundle)));
    let mut builder = Registry::new();
    for (uri, schema) in uris {
        builder = builder.add(uri, schema.clone()).map_err(|error| SchemaFault::Invalid(error.to_string()))?;
    }
    builder.prepare().map_err(|error| SchemaFault::Unresolved(error.to_string()))
}

/// The options under which every schema is compiled: formats asserted, linear-time patterns, no network.
fn options() -> ValidationOptions<'static> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .with_pattern_options(PatternOptions::regex())
        .with_format("uint64", |text: &str| is_decimal(text) && text.parse::<u64>().is_ok())
        .with_format("uint32", |text: &str| is_decimal(text) && text.parse::<u32>().is_ok())
        .with_format("decimal", is_decimal)
}

/// Whether a text can be the value of the keyword `pattern`.
#[must_use]
pub fn is_pattern(text: &str) -> bool {
    options().build(&json!({"pattern": text})).is_ok()
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn fault(error: &ValidationError<'_>) -> SchemaFault {
    let text = error.to_string();
    if matches!(error.kind(), jsonschema::error::ValidationErrorKind::Referencing(_)) {
        SchemaFault::Unresolved(text)
    } else {
        SchemaFault::Invalid(text)
    }
}

impl Schema {
    /// Whether the value keeps the schema; much cheaper than [`Self::errors`].
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        match &self.judge {
            Judge::Own(validator) => validator.is_valid(value),
            Judge::Shared(validator, part) => validator.is_valid(&as_member(part, value)),
        }
    }

    /// The ways in which the value breaks the schema, up to so many. Of alternatives, the errors of the one that came
    /// closest.
    #[must_use]
    pub fn errors(&self, value: &Value, most: usize) -> Vec<SchemaError> {
        let mut errors = Vec::new();
        match &self.judge {
            Judge::Own(validator) => {
                validator.iter_errors(value).take(most).for_each(|error| describe(&error, &mut errors));
            }
            Judge::Shared(validator, part) => {
                let value = as_member(part, value);
                validator.iter_errors(&value).take(most).for_each(|error| describe(&error, &mut errors));
                let above = part.len() + 1;
                for error in &mut errors {
                    error.pointer.drain(..above);
                }
            }
        }
        errors.truncate(most);
        errors
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Schema({})", self.name)
    }
}

impl fmt::Debug for SchemaSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.files.iter().map(|file| (&file.name, &file.uri))).finish()
    }
}

fn describe(error: &ValidationError<'_>, errors: &mut Vec<SchemaError>) {
    use jsonschema::error::ValidationErrorKind as Kind;
    let expected = match error.kind() {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            // The branch whose first fault lies deepest is the one that was most likely meant.
            let depth = |branch: &Vec<ValidationError<'static>>| {
                branch.iter().map(|error| error.instance_path().as_str().matches('/').count()).max()
            };
            if let Some(branch) = context.iter().max_by_key(|branch| (depth(branch), usize::MAX - branch.len())) {
                for error in branch {
                    describe(error, errors);
                }
                return;
            }
            "one of several alternatives".to_owned()
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("no member {}", quoted(unexpected))
        }
        Kind::Constant { expected_value } => expected_value.to_string(),
        Kind::Enum { options } => format!("one of {options}"),
        Kind::Format { format } => format!("a text of format `{format}`"),
        Kind::Pattern { pattern } => format!("a text matching `{pattern}`"),
        Kind::Required { property } => format!("a member {property}"),
        Kind::Type { kind } => match kind {
            jsonschema::error::TypeKind::Single(one) => format!("type {one}"),
            jsonschema::error::TypeKind::Multiple(several) => {
                let names: Vec<String> = several.iter().map(|one| one.to_string()).collect();
                format!("type {}", names.join(" or "))
            }
        },
        Kind::UniqueItems => "no two equal items".to_owned(),
        Kind::FalseSchema => "nothing here".to_owned(),
        Kind::Not { .. } => "a value that the schema under `not` refuses".to_owned(),
        Kind::Contains => "an item that the schema under `contains` accepts".to_owned(),
        _ => error.masked_with("the value").to_string(),
    };
    errors.push(SchemaError {
        pointer: error.instance_path().to_string(),
        keyword: error.kind().keyword().to_owned(),
        expected,
        observed: beginning(error.instance(), SHOWN),
    });
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> SchemaSet {
        SchemaSet::new(&[
            (
                "user".into(),
                json!({"type": "object", "required": ["id"], "properties": {"id": {"$ref": "common.json#/$defs/id"}}}),
            ),
            ("common".into(), json!({"$defs": {"id": {"type": "string", "format": "uint64"}}})),
            ("lost".into(), json!({"$ref": "#/$defs/nothing"})),
        ])
        .expect("a set")
    }

    #[test]
    fn schemas_refer_to_each_other_and_name_pointer_and_keyword() {
        let schema = set().compile("user").expect("known").expect("valid");
        assert!(schema.accepts(&json!({"id": "18446744073709551615"})));
        for (value, pointer, keyword) in [
            (json!({"id": "18446744073709551616"}), "/id", "format"),
            (json!({"id": "+1"}), "/id", "format"),
            (json!({"id": 7}), "/id", "type"),
            (json!({}), "", "required"),
        ] {
            let errors = schema.errors(&value, 99);
            assert_eq!((errors[0].pointer.as_str(), errors[0].keyword.as_str()), (pointer, keyword), "{value}");
        }
    }

    /// So many files of which each refers to the next ones.
    fn linked(files: usize, references: usize) -> SchemaSet {
        let schema = |file: usize| {
            let next = (1..=references).map(|step| (format!("to-{step}"), (file + step * step) % files));
            let members: Map<String, Value> =
                next.map(|(name, file)| (name, json!({"$ref": format!("of-{file}.json")}))).collect();
            json!({"type": "object", "required": ["id"], "properties": members})
        };
        let schemas: Vec<(String, Value)> = (0..files).map(|file| (format!("of-{file}"), schema(file))).collect();
        SchemaSet::new(&schemas).expect("a set")
    }

    /// Compiled once for each way from one to another, these would never be ready.
    #[test]
    fn schemas_may_refer_to_each_other_as_they_like() {
        for (files, references) in [(20, 20), (40, 40), (200, 10)] {
            let set = linked(files, references);
            assert_eq!(set.faults(), []);
            for file in 0..files {
                let schema = set.compile(&format!("of-{file}")).expect("known").expect("valid");
                let good = json!({"id": 1, "to-1": {"id": 2, "to-3": {"id": 3}}});
                assert!(schema.accepts(&good) && schema.errors(&good, 99).is_empty());
                let bad = json!({"id": 1, "to-1": {"id": 2, "to-3": {"name": 3}}});
                assert!(!schema.accepts(&bad));
                let errors = schema.errors(&bad, 99);
                assert_eq!((errors.len(), errors[0].pointer.as_str()), (1, "/to-1/to-3"), "{files} {file}");
            }
        }
    }

    /// What the same schemas say when they don't stand in the bundle: a dynamic anchor keeps a file out of it.
    #[test]
    fn a_schema_means_the_same_in_the_bundle() {
        let parts = |apart: bool| {
            let with = |mut schema: Value| {
                if apart {
                    schema["$dynamicAnchor"] = "apart".into();
                }
                schema
            };
            SchemaSet::new(&[
                ("tree".into(), with(json!({
                    "$id": "https://example.invalid/trees/tree.json", "type": "object",
                    "properties": {"left": {"$ref": "#"}, "leaf": {"$ref": "../leaves.json#/$defs/a~1b%25"}, "$ref": {"type": "null"}},
                    "unevaluatedProperties": false, "allOf": [{"$ref": "leaves.json"}],
                }))),
                ("leaves".into(), with(json!({
                    "$id": "https://example.invalid/leaves.json",
                    "$defs": {"a/b%": {"const": {"$ref": "tree.json"}}, "enum": {"enum": [1]}},
                }))),
                ("inner".into(), with(json!({
                    "$id": "https://example.invalid/trees/leaves.json",
                    "properties": {"colour": {"$ref": "/leaves.json#/$defs/enum"}},
                }))),
            ])
            .expect("a set")
        };
        let (bundled, apart) = (parts(false), parts(true));
        assert!((0..3).all(|file| bundled.bundle.contains(file) && !apart.bundle.contains(file)));
        for value in [
            json!({"left": {"left": {"leaf": {"$ref": "tree.json"}}}, "colour": 1, "$ref": null}),
            json!({"left": {"left": {"leaf": {"$ref": "leaf.json"}}}, "colour": 2, "$ref": 0}),
            json!({"other": 1}),
            json!({"left": []}),
            json!([]),
        ] {
            let said = |set: &SchemaSet| set.compile("tree").expect("known").expect("valid").errors(&value, 99);
            assert_eq!(said(&bundled), said(&apart), "{value}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_of_the_file_that_has_it() {
        let mut files: Vec<(String, Value)> = (0..40)
            .map(|file| {
                (format!("f{file}"), json!({"properties": {"next": {"$ref": format!("f{}.json", (file + 1) % 40)}}}))
            })
            .collect();
        files[7].1["type"] = "txet".into();
        let faults = SchemaSet::new(&files)
            .expect("a set")
            .faults()
            .into_iter()
            .map(|(name, _)| name.to_owned())
            .collect::<Vec<_>>();
        assert_eq!(faults, ["f7"]);
        files[7].1["type"] = "object".into();
        files[9].1["items"] = json!({"$ref": "f8.json#/$defs/none"});
        let set = SchemaSet::new(&files).expect("a set");
        assert_eq!(set.faults(), [("f9", missing("/$defs/none"))]);
    }

    #[test]
    fn parts_of_a_schema_can_be_named() {
        let schema = set().compile("common#/$defs/id").expect("known").expect("valid");
        assert!(!schema.accepts(&json!("abc")));
    }

    #[test]
    fn what_leads_nowhere_is_a_fault() {
        assert!(set().compile("other").is_none());
        assert!(matches!(set().compile("lost"), Some(Err(SchemaFault::Unresolved(_)))));
        assert!(matches!(set().compile("user#/$defs/x"), Some(Err(SchemaFault::Unresolved(_)))));
    }
}
