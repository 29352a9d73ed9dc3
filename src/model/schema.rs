//! Compiled JSON Schemas. The only module that knows the jsonschema crate.

use std::fmt;

use jsonschema::{Draft, PatternOptions, Registry, ValidationError, ValidationOptions, Validator};
use serde_json::{Value, json};

/// Where schemas live that give no `$id` of their own. Nothing is ever fetched from there.
const BASE: &str = "schema:///";

/// The formats that are known besides those of JSON Schema itself.
pub const FORMATS: [&str; 3] = ["uint64", "uint32", "decimal"];

/// All schema files of a contract, so that they can refer to each other.
pub struct SchemaSet {
    registry: Registry<'static>,
    uris: Vec<(String, String)>,
}

/// A schema, ready to judge values.
pub struct Schema {
    /// Its name in suites: the path without `.json`, with a `#/pointer` where one was given.
    pub name: String,
    validator: Validator,
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
    /// The value that stands at the pointer.
    pub observed: Value,
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
        let mut builder = Registry::new();
        let mut uris = Vec::new();
        for (name, schema) in schemas {
            let file = format!("{BASE}{name}.json");
            let uri = match schema.get("$id").and_then(Value::as_str) {
                Some(id) if id.contains("://") => id.trim_end_matches('#').to_owned(),
                _ => file,
            };
            builder = builder.add(&uri, schema.clone()).map_err(|error| SchemaFault::Invalid(error.to_string()))?;
            uris.push((name.clone(), uri));
        }
        let registry = builder.prepare().map_err(|error| SchemaFault::Unresolved(error.to_string()))?;
        Ok(Self { registry, uris })
    }

    /// Compiles `name`, or `name#/pointer` for a part of a schema. `None` when there is no such file.
    ///
    /// # Errors
    /// The schema isn't valid, or refers to what isn't there.
    pub fn compile(&self, reference: &str) -> Option<Result<Schema, SchemaFault>> {
        let (name, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let (_, uri) = self.uris.iter().find(|(known, _)| known == name)?;
        let pointed = json!({"$ref": format!("{uri}#{fragment}")});
        let built = options().with_registry(&self.registry).build(&pointed);
        Some(built.map_err(|error| fault(&error)).map(|validator| Schema { name: reference.to_owned(), validator }))
    }
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
        self.validator.is_valid(value)
    }

    /// Every way in which the value breaks the schema. Of alternatives, the errors of the one that came closest.
    #[must_use]
    pub fn errors(&self, value: &Value) -> Vec<SchemaError> {
        let mut errors = Vec::new();
        for error in self.validator.iter_errors(value) {
            describe(&error, &mut errors);
        }
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
        formatter.debug_list().entries(&self.uris).finish()
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
        observed: error.instance().clone().into_owned(),
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
            let errors = schema.errors(&value);
            assert_eq!((errors[0].pointer.as_str(), errors[0].keyword.as_str()), (pointer, keyword), "{value}");
        }
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
