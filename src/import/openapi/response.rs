//! The responses of an operation as outcomes of a case.

use serde_json::Value;

use super::pointer::Document;
use super::schema::Library;
use crate::import::draft::Outcome;

/// A response that a document describes.
pub(super) struct Response<'a> {
    /// `200`, `2XX` or `default`.
    pub(super) key: &'a str,
    pub(super) description: &'a str,
    described: &'a Value,
}

/// The responses of an operation, as far as their keys mean something.
pub(super) fn responses<'a>(document: &Document<'a>, operation: &'a Value) -> Vec<Response<'a>> {
    let all = operation.get("responses").and_then(Value::as_object);
    let meant = all.into_iter().flatten().filter(|(key, _)| status(key).is_some() || *key == "default");
    meant
        .filter_map(|(key, described)| {
            let described = document.resolved(described)?;
            let description = described.get("description").and_then(Value::as_str).unwrap_or_default();
            Some(Response { key, description, described })
        })
        .collect()
}

/// How a status is written in a suite.
fn status(key: &str) -> Option<String> {
    let code = key.parse::<u16>().is_ok_and(|code| (100..=599).contains(&code));
    let class = key.len() == 3 && key.starts_with(['1', '2', '3', '4', '5']) && key[1..].eq_ignore_ascii_case("xx");
    (code || class).then(|| key.to_ascii_lowercase())
}

impl<'a> Response<'a> {
    pub(super) fn begins(&self, digit: char) -> bool {
        self.key.starts_with(digit)
    }

    fn media_types(&self) -> Vec<(&'a str, &'a Value)> {
        let content = self.described.get("content").and_then(Value::as_object);
        content.into_iter().flatten().map(|(name, described)| (name.as_str(), described)).collect()
    }

    /// What to ask for, so that the answer can be read as JSON where it can be JSON.
    pub(super) fn accept(&self) -> Option<String> {
        let names: Vec<String> = self.media_types().iter().filter_map(|(name, _)| bare(name)).collect();
        let json = names.iter().find(|name| is_json(name));
        let plain = names.iter().find(|name| !name.contains('*'));
        let any = names.iter().any(|name| name == "*/*" || name == "application/*");
        json.or(plain).cloned().or_else(|| any.then(|| "application/json".to_owned()))
    }

    /// One outcome for each media type. `head` when the answer has no body.
    pub(super) fn outcomes(&self, library: &mut Library<'a>, name: &str, head: bool) -> Vec<Outcome> {
        let status = status(self.key);
        let headers = self.headers();
        let bodiless = head || matches!(self.key, "204" | "304") || self.begins('1');
        let types = if bodiless { Vec::new() } else { self.media_types() };
        let mut outcomes: Vec<Outcome> = Vec::new();
        for (written, described) in types {
            let Some(media_type) = bare(written) else { continue };
            let any = media_type == "*/*" || media_type == "application/*";
            let json = is_json(&media_type);
            let mut outcome = Outcome { status: status.clone(), headers: headers.clone(), ..Outcome::default() };
            if let Some(schema) = described.get("schema").filter(|_| json || any) {
                outcome.schema = library.name_of(schema, &format!("{name}-{}", self.key));
            }
            outcome.media_type = Some(media_type).filter(|name| !name.contains('*'));
            outcome.json = json;
            if !outcomes.contains(&outcome) {
                outcomes.push(outcome);
            }
        }
        if outcomes.is_empty() {
            outcomes.push(Outcome { status, headers, ..Outcome::default() });
        }
        outcomes
    }

    /// The headers that are always there.
    fn headers(&self) -> Vec<String> {
        let all = self.described.get("headers").and_then(Value::as_object);
        let required = all
            .into_iter()
            .flatten()
            .filter(|(_, header)| header.get("required").and_then(Value::as_bool) == Some(true));
        let names = required.map(|(name, _)| name.to_ascii_lowercase());
        let mut names: Vec<String> = names
            .filter(|name| name != "content-type" && http::HeaderName::from_bytes(name.as_bytes()).is_ok())
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

/// A media type without parameters; none if it isn't one.
pub(super) fn bare(text: &str) -> Option<String> {
    let name = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&^_.+-*".contains(c));
    let (kind, rest) = name.split_once('/')?;
    (token(kind) && token(rest)).then(|| name.clone())
}

pub(super) fn is_json(media_type: &str) -> bool {
    media_type.ends_with("/json") || media_type.ends_with("+json")
}
