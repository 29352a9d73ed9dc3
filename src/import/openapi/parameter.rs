//! Parameters, and the paths that they are filled into.

use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use super::example::{examples, of_schema};
use super::pointer::Document;
use crate::import::recorded::escaped;
use crate::model::template::RESERVED;

/// What `OpenAPI` says to pass over as parameters: other parts of it speak of them.
const SPOKEN_OF_ELSEWHERE: [&str; 3] = ["accept", "content-type", "authorization"];

/// A parameter of an operation.
pub(super) struct Parameter {
    pub(super) name: String,
    /// `path`, `query`, `header` or `cookie`.
    pub(super) place: String,
    pub(super) required: bool,
    /// Names of examples, and each as it is sent.
    pub(super) examples: Vec<(String, String)>,
}

/// The parameters of an operation and of its path; the operation's own win.
pub(super) fn parameters<'a>(document: &Document<'a>, item: &'a Value, operation: &'a Value) -> Vec<Parameter> {
    let mut all: Vec<Parameter> = Vec::new();
    for list in [operation, item] {
        for described in list.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let Some(parameter) = document.resolved(described).and_then(|one| parameter(document, one)) else {
                continue;
            };
            let known = all.iter().any(|other| (&other.name, &other.place) == (&parameter.name, &parameter.place));
            let passed_over = parameter.place == "header"
                && SPOKEN_OF_ELSEWHERE.contains(&parameter.name.to_ascii_lowercase().as_str());
            if !known && !passed_over {
                all.push(parameter);
            }
        }
    }
    all
}

fn parameter<'a>(document: &Document<'a>, described: &'a Value) -> Option<Parameter> {
    let text = |key: &str| described.get(key).and_then(Value::as_str);
    let (name, place) = (text("name")?.to_owned(), text("in")?.to_owned());
    let required = place == "path" || described.get("required").and_then(Value::as_bool) == Some(true);
    let usual = if matches!(place.as_str(), "query" | "cookie") { "form" } else { "simple" };
    let style = text("style").unwrap_or(usual).to_owned();
    let explode = described.get("explode").and_then(Value::as_bool).unwrap_or(style == "form");
    let content = described.get("content").and_then(Value::as_object).and_then(|types| types.values().next());
    let values = match content {
        // What has a media type is sent as JSON in one piece.
        Some(content) => examples(document, content)
            .into_iter()
            .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .map(|(name, text)| (name, Value::String(text)))
            .collect(),
        None => of_parameter(document, described),
    };
    let sent = |value: &Value| match place.as_str() {
        "path" if style == "simple" => path(value),
        "query" if style == "form" => query(&name, value, explode),
        "header" => scalar(value).filter(|text| text.chars().all(|c| (' '..='~').contains(&c)) && text.trim() == text),
        "cookie" => {
            scalar(value).filter(|text| text.chars().all(|c| ('!'..='~').contains(&c) && !"\",;\\".contains(c)))
        }
        _ => None,
    };
    let examples = values.iter().filter_map(|(name, value)| Some((name.clone(), sent(value)?))).collect();
    Some(Parameter { name, place, required, examples })
}

/// The examples; where there are none but the schema is an enumeration, each of its values.
fn of_parameter<'a>(document: &Document<'a>, described: &'a Value) -> Vec<(String, Value)> {
    let schema = described.get("schema").and_then(|schema| document.resolved(schema));
    let said = ["example", "examples"].iter().any(|key| described.get(*key).is_some());
    let choices = schema.and_then(|schema| schema.get("enum")).and_then(Value::as_array);
    let own = schema.is_some_and(|schema| schema.get("example").is_some() || schema.get("examples").is_some());
    if let Some(choices) = choices.filter(|_| !said && !own) {
        let named = choices.iter().filter(|value| !value.is_null());
        return named.filter_map(|value| Some((scalar(value)?, value.clone()))).collect();
    }
    let several = schema.filter(|_| !said).and_then(|schema| schema.get("examples")).and_then(Value::as_array);
    if let Some(several) = several.filter(|several| several.len() > 1) {
        return several.iter().filter_map(|value| Some((scalar(value)?, value.clone()))).collect();
    }
    let found = examples(document, described);
    if found.is_empty() {
        return schema
            .and_then(|schema| of_schema(document, schema))
            .map(|value| ("example".into(), value))
            .into_iter()
            .collect();
    }
    found
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn encoded(value: &Value) -> Option<String> {
    scalar(value).map(|text| utf8_percent_encode(&text, RESERVED).to_string())
}

fn path(value: &Value) -> Option<String> {
    let text = match value {
        Value::Array(items) => items.iter().map(encoded).collect::<Option<Vec<_>>>()?.join(","),
        other => encoded(other)?,
    };
    // Without anything, or as a dot segment, it would be another path.
    (!text.is_empty() && text != "." && text != "..").then_some(text)
}

fn query(name: &str, value: &Value, explode: bool) -> Option<String> {
    let name = utf8_percent_encode(name, RESERVED).to_string();
    match value {
        Value::Array(items) => {
            let items = items.iter().map(encoded).collect::<Option<Vec<_>>>()?;
            let joined = if explode { items.join(&format!("&{name}=")) } else { items.join(",") };
            (!joined.is_empty()).then(|| format!("{name}={joined}"))
        }
        other => encoded(other).map(|text| format!("{name}={text}")),
    }
}

/// A path with its parameters filled in by `value`, or the first name that has none.
pub(super) fn filled(template: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let template = template.split('#').next().unwrap_or_default();
    let mut filled = if template.starts_with('/') { String::new() } else { String::from("/") };
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|length| open + length) else { break };
        filled.push_str(&escaped_path(&rest[..open]));
        let name = &rest[open + 1..close];
        filled.push_str(&value(name).ok_or_else(|| name.to_owned())?);
        rest = &rest[close + 1..];
    }
    filled.push_str(&escaped_path(rest));
    Ok(filled)
}

/// A part of a path; some documents have a query in it.
fn escaped_path(part: &str) -> String {
    part.split('?').map(escaped).collect::<Vec<_>>().join("?")
}
