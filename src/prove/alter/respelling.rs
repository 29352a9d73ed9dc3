//! The same answer, written in another way that means the same.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::{Altered, Anatomy, Answer, Operator, plain, with_body};

pub(super) fn sites(anatomy: &Anatomy<'_>, found: &mut dyn FnMut(Operator, usize, u16)) {
    found(Operator::AddHeader, 0, 0);
    if !anatomy.answer.headers.is_empty() {
        found(Operator::RecaseHeader, 0, 0);
    }
    let first = anatomy.answer.headers.first().map(|(name, _)| name);
    if anatomy.answer.headers.iter().any(|(name, _)| Some(name) != first) {
        found(Operator::ReorderHeaders, 0, 0);
    }
    let Some(json) = &anatomy.json else { return };
    found(Operator::RespaceJson, 0, 0);
    if has(json, &|value| value.as_str().is_some_and(|text| text.contains(|c: char| c.is_alphanumeric()))) {
        found(Operator::EscapeJson, 0, 0);
    }
    if has(json, &|value| value.as_object().is_some_and(|members| members.len() > 1)) {
        found(Operator::ReorderMembers, 0, 0);
    }
}

fn has(value: &Value, property: &dyn Fn(&Value) -> bool) -> bool {
    property(value)
        || match value {
            Value::Array(items) => items.iter().any(|item| has(item, property)),
            Value::Object(members) => members.values().any(|member| has(member, property)),
            _ => false,
        }
}

pub(super) fn headers(anatomy: &Anatomy<'_>, operator: Operator) -> Answer {
    let mut answer = anatomy.answer.clone();
    match operator {
        Operator::AddHeader => answer.headers.push(("x-added".into(), Bytes::from_static(b"added"))),
        Operator::RecaseHeader => answer.headers.iter_mut().for_each(|(name, _)| *name = name.to_uppercase()),
        // The order of fields with the same name does mean something, so a stable sort keeps it.
        _ => answer.headers.sort_by_key(|(name, _)| std::cmp::Reverse(name.to_lowercase())),
    }
    answer
}

pub(super) fn json(anatomy: &Anatomy<'_>, operator: Operator) -> Altered {
    let json = anatomy.json.as_ref().unwrap_or(&Value::Null);
    let text = match operator {
        Operator::RespaceJson => serde_json::to_string_pretty(json).unwrap_or_default() + "\n",
        Operator::EscapeJson => escaped(json),
        _ => reordered(json).to_string(),
    };
    plain(with_body(anatomy.answer, text))
}

/// The JSON with the first letter or digit of every text as an escape.
fn escaped(json: &Value) -> String {
    match json {
        Value::String(text) => {
            let written = json.to_string();
            let Some(first) = text.chars().next().filter(char::is_ascii_alphanumeric) else {
                return written;
            };
            format!("\"\\u{:04x}{}", first as u32, &written[2..])
        }
        Value::Array(items) => format!("[{}]", items.iter().map(escaped).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let member =
                |(name, value): (&String, &Value)| format!("{}:{}", Value::from(name.as_str()), escaped(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// The JSON with the members of every object backwards.
fn reordered(json: &Value) -> Value {
    match json {
        Value::Array(items) => items.iter().map(reordered).collect(),
        Value::Object(members) => Value::Object(
            members.iter().rev().map(|(name, value)| (name.clone(), reordered(value))).collect::<Map<_, _>>(),
        ),
        other => other.clone(),
    }
}
