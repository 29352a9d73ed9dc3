//! A step's request with every template filled in.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use percent_encoding::utf8_percent_encode;

use crate::model::case::{Request, RequestBody};
use crate::model::exchange::PreparedRequest;
use crate::model::persona::Persona;
use crate::model::template::{RESERVED, Scope, Template, Unresolved};

/// Fills in a request for the service at `base`.
///
/// # Errors
/// A template speaks of what no step captured.
pub fn prepare(
    request: &Request,
    base: &str,
    personas: &BTreeMap<String, Persona>,
    scope: &Scope<'_>,
) -> Result<PreparedRequest, Unresolved> {
    let name = request.persona.text(scope)?;
    let mut url = format!("{base}{}", request.path.text(scope)?);
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
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.split('/').skip(3).any(|part| {
        let plain = part.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    })
}
