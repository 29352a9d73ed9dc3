//! Templates, patterns, paths and JSON values out of YAML nodes.

use serde_json::{Map, Value};

use super::fields::{Problems, text};
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::expectation::{Pattern, Selector};
use crate::model::path::JsonPath;

use crate::model::template::{Template, ValueTemplate};

/// A scalar as a template.
pub(super) fn template(node: &Node, problems: &Problems) -> Option<Template> {
    parse_template(text(node, problems)?, node, problems)
}

/// A text of a node as a template.
pub(super) fn parse_template(text: &str, node: &Node, problems: &Problems) -> Option<Template> {
    match Template::parse(text) {
        Ok(template) => Some(template),
        Err(error) => {
            // Inside quotes or a block the text is shifted against the file; find the braces again.
            let braces = text[error.offset..].chars().take(20).collect::<String>();
            let whole = node.place();
            let start = whole.start() + whole.text().find(&braces).unwrap_or(0);
            let place = Place::new(&whole.file, start, start + braces.len().min(2));
            problems.push(Diagnostic::at(Code::InvalidTemplate, &place, error.message).label("in this template"));
            None
        }
    }
}

/// A value as it is written, without templates.
pub(super) fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Number(number, _) => Value::Number(number.clone()),
        Kind::Text(text) => Value::String(text.to_string()),
        Kind::List(items) => Value::Array(items.iter().map(json).collect()),
        Kind::Map(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.text.to_string(), json(value))).collect::<Map<_, _>>())
        }
    }
}

/// Whether the texts in a value are templates that can be filled in when their turn comes.
pub(super) fn well_formed(node: &Node, problems: &Problems) -> Option<()> {
    match &node.kind {
        Kind::Text(text) if text.contains("{{") => parse_template(text, node, problems).map(drop),
        Kind::List(items) => items.iter().try_for_each(|item| well_formed(item, problems)),
        Kind::Map(entries) => entries.iter().try_for_each(|(_, value)| well_formed(value, problems)),
        _ => Some(()),
    }
}

/// A value whose texts are templates.
pub(super) fn value_template(node: &Node, problems: &Problems) -> Option<ValueTemplate> {
    Some(match &node.kind {
        Kind::Text(text) => {
            let template = parse_template(text, node, problems)?;
            match template.as_literal() {
                Some(literal) => ValueTemplate::Literal(Value::String(literal.to_owned())),
                None => ValueTemplate::Text(template),
            }
        }
        Kind::List(items) => {
            let items: Option<Vec<_>> = items.iter().map(|item| value_template(item, problems)).collect();
            let items = items?;
            match literals(items.iter()) {
                Some(values) => ValueTemplate::Literal(Value::Array(values)),
                None => ValueTemplate::Array(items),
            }
        }
        Kind::Map(entries) => {
            let members: Option<Vec<_>> = entries
                .iter()
                .map(|(key, value)| Some((key.text.to_string(), value_template(value, problems)?)))
                .collect();
            let members = members?;
            match literals(members.iter().map(|(_, member)| member)) {
                Some(values) => {
                    let names = members.into_iter().map(|(name, _)| name);
                    ValueTemplate::Literal(Value::Object(names.zip(values).collect()))
                }
                None => ValueTemplate::Object(members),
            }
        }
        _ => ValueTemplate::Literal(json(node)),
    })
}

fn literals<'a>(items: impl Iterator<Item = &'a ValueTemplate>) -> Option<Vec<Value>> {
    items
        .map(|item| match item {
            ValueTemplate::Literal(value) => Some(value.clone()),
            _ => None,
        })
        .collect()
}

/// A regular expression, compiled unless it has templates in it.
pub(super) fn pattern(node: &Node, problems: &Problems) -> Option<Pattern> {
    let template = template(node, problems)?;
    let Some(literal) = template.as_literal() else { return Some(Pattern::Templated(template)) };
    match problems.compiled.pattern(literal) {
        Ok(regex) => Some(Pattern::Fixed(regex)),
        Err(error) => {
            let message = error.to_string();
            let last = message.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            problems.push(
                Diagnostic::at(Code::InvalidPattern, &node.place(), format!("not a regular expression: {last}"))
                    .label("in this pattern"),
            );
            None
        }
    }
}

/// A `JSONPath`, compiled unless it has templates in it.
pub(super) fn selector(node: &Node, problems: &Problems) -> Option<Selector> {
    let template = template(node, problems)?;
    match template.as_literal() {
        Some(literal) => path_of(literal, node, problems).map(Selector::Fixed),
        None => Some(Selector::Templated(template)),
    }
}

/// A `JSONPath` without templates.
pub(super) fn path(node: &Node, problems: &Problems) -> Option<JsonPath> {
    path_of(text(node, problems)?, node, problems)
}

/// One path, or a list of them.
pub(super) fn paths(node: &Node, problems: &Problems) -> Vec<JsonPath> {
    match &node.kind {
        Kind::List(items) => items.iter().filter_map(|item| path(item, problems)).collect(),
        _ => path(node, problems).into_iter().collect(),
    }
}

fn path_of(text: &str, node: &Node, problems: &Problems) -> Option<JsonPath> {
    match problems.compiled.path(text) {
        Ok(path) => Some(path),
        Err(error) => {
            let whole = node.place();
            let start = whole.start() + whole.text().find(text).unwrap_or(0) + error.offset;
            let place = Place::new(&whole.file, start, start + 1);
            let diagnostic =
                Diagnostic::at(Code::InvalidJsonPath, &place, format!("not a JSONPath: {}", error.message))
                    .label("can't be read from here on");
            problems.push(if text.starts_with('$') {
                diagnostic
            } else {
                diagnostic.help(format!("a path begins with `$`, as in `$.{}`", text.trim_start_matches(['.', '/'])))
            });
            None
        }
    }
}
