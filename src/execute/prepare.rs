//! A step's request with every template filled in.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use percent_encoding::utf8_percent_encode;

use crate::model::case::{Request, RequestBody};
use crate::model::exchange::PreparedRequest;
use crate::model::persona::Persona;
use crate::model::template::{RESERVED, Scope, Template, Unresolved};

/// Why a request can't be sent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unprepared {
    /// A template speaks of what no step captured.
    #[error("`{0}` was never captured")]
    Uncaptured(String),
    /// A template makes a path of it that leads away from the service.
    #[error("the path became `{0}`, which leads away from the service; no credential is sent there, so nothing is")]
    Elsewhere(String),
}

impl From<Unresolved> for Unprepared {
    fn from(unresolved: Unresolved) -> Self {
        Self::Uncaptured(unresolved.reference)
    }
}

/// Fills in a request for the service at `base`.
///
/// # Errors
/// A template speaks of what no step captured, or leads to another origin (RFC 6454, section 4).
pub fn prepare(
    request: &Request,
    base: &str,
    personas: &BTreeMap<String, Persona>,
    scope: &Scope<'_>,
) -> Result<PreparedRequest, Unprepared> {
    let name = request.persona.text(scope)?;
    let mut url = url(base, request.path.text(scope)?)?;
    if !request.query.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&form(&request.query, scope)?);
    }
    let mut headers = Vec::new();
    for (name, values) in &request.headers {
        for value in values {
            headers.push((name.clone(), value.text(scope)?));
        }
    }
    let spoken_of = |wanted: &str| request.headers.iter().any(|(name, _)| name == wanted);
    if let Some(persona) = personas.get(&name) {
        for (name, value) in persona.headers.iter().filter(|(name, _)| !spoken_of(name)) {
            headers.push((name.clone(), value.text(scope)?));
        }
    }
    let body = match &request.body {
        RequestBody::None => None,
        RequestBody::Json(value) => Some(Bytes::from(value.value(scope)?.to_string())),
        RequestBody::Text(template) => Some(Bytes::from(template.text(scope)?)),
        RequestBody::Form(fields) => Some(Bytes::from(form(fields, scope)?)),
    };
    let needs_length = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    let bodiless = body.as_ref().is_none_or(Bytes::is_empty);
    if needs_length && bodiless && !spoken_of("content-length") && !spoken_of("transfer-encoding") {
        headers.push(("content-length".to_owned(), "0".to_owned()));
    }
    // What the pooled client would add, replace or refuse goes over the raw transport.
    let hostless = spoken_of("host") && !headers.iter().any(|(name, _)| name == "host");
    let raw = request.raw
        || hostless
        || (spoken_of("accept") && !headers.iter().any(|(name, _)| name == "accept"))
        || spoken_of("transfer-encoding")
        || spoken_of("connection")
        || (spoken_of("content-length") && !honest_length(&headers, body.as_ref()))
        || headers.iter().filter(|(name, _)| name == "host").count() > 1
        || has_dot_segment(&url);
    let method = request.method.clone();
    Ok(PreparedRequest { method, url, headers, body, persona: name, raw, hostless })
}

/// The URL of a path of the service at `base`. A URL of the same origin may stand there too, as in a `Location`.
fn url(base: &str, path: String) -> Result<String, Unprepared> {
    let unfit = |character: char| character.is_ascii_control();
    let authority = base.find("://").map_or(0, |at| at + 3);
    let origin = &base[..base[authority..].find('/').map_or(base.len(), |at| authority + at)];
    let same_origin = path.get(..origin.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(origin))
        && (path.len() == origin.len() || path[origin.len()..].starts_with(['/', '?', '#']));
    if path.contains(unfit) {
        Err(Unprepared::Elsewhere(path.escape_debug().to_string()))
    } else if same_origin && !origin.is_empty() {
        Ok(path)
    } else if path.is_empty() || path.starts_with(['/', '?']) {
        Ok(format!("{base}{path}"))
    } else {
        Err(Unprepared::Elsewhere(path))
    }
}

fn form(fields: &[(String, Vec<Template>)], scope: &Scope<'_>) -> Result<String, Unresolved> {
    let mut text = String::new();
    for (name, values) in fields {
        for value in values {
            let joint = if text.is_empty() { "" } else { "&" };
            let name = utf8_percent_encode(name, RESERVED);
            let value = value.text(scope)?;
            let _ = write!(text, "{joint}{name}={}", utf8_percent_encode(&value, RESERVED));
        }
    }
    Ok(text)
}

fn honest_length(headers: &[(String, String)], body: Option<&Bytes>) -> bool {
    let length = body.map_or(0, Bytes::len).to_string();
    let declared: Vec<&String> =
        headers.iter().filter(|(name, _)| name == "content-length").map(|(_, value)| value).collect();
    matches!(declared.as_slice(), [only] if **only == length)
}

/// Whether the path has a part that URL parsers take away.
fn has_dot_segment(url: &str) -> bool {
    // Most have none of what such a part begins with.
    if !url.contains("/.") && !url.contains("/%") {
        return false;
    }
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.split('/').skip(3).filter(|part| part.starts_with(['.', '%'])).any(|part| {
        let plain = part.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    })
}
