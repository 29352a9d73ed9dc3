//! A recorded request as one that can be written down: without secrets, and without what only its browser sent.

use percent_encoding::{percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};
use std::fmt::Write as _;

use super::Exchange;
use crate::import::draft::Body;
use crate::import::emit::{depth, literal};
use crate::import::secret::{Found, is_secret_name, looks_secret};
use crate::import::slug::slug;
use crate::model::template::RESERVED;

/// What connections and browsers add of their own, and what makes an answer depend on an earlier one.
const DROPPED: [&str; 22] = [
    "host",
    "connection",
    "content-length",
    "user-agent",
    "accept-encoding",
    "origin",
    "referer",
    "dnt",
    "cache-control",
    "pragma",
    "priority",
    "upgrade-insecure-requests",
    "te",
    "transfer-encoding",
    "keep-alive",
    "if-none-match",
    "if-modified-since",
    "if-match",
    "if-unmodified-since",
    "if-range",
    "expect",
    "x-client-data",
];
/// A body that is nested deeper isn't written down.
const DEEPEST: usize = 40;

/// The parts of a URL.
pub(super) struct Address {
    /// Scheme, host and port, without a user.
    pub(super) origin: String,
    path: String,
    /// Names and values, decoded.
    pub(super) query: Vec<(String, String)>,
}

impl Address {
    /// None unless it is a URL of HTTP.
    pub(super) fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let good = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        if !["http", "https"].contains(&scheme.as_str()) || authority.is_empty() || !authority.chars().all(good) {
            return None;
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Some(Self {
            origin: format!("{scheme}://{}", authority.to_ascii_lowercase()),
            path: if path.starts_with('/') { path.to_owned() } else { format!("/{path}") },
            query: fields(query),
        })
    }

    pub(super) fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }
}

/// The fields of a query or a form, decoded.
fn fields(text: &str) -> Vec<(String, String)> {
    let decoded = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// A request without secrets.
#[derive(Clone)]
pub(super) struct Cleaned {
    pub(super) service: String,
    pub(super) method: String,
    /// A template, like the headers and the body.
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Body>,
    /// The members of the persona that stand for secrets.
    pub(super) secrets: Vec<String>,
    /// Headers that are secrets as a whole, and their members.
    pub(super) secret_headers: Vec<(String, String)>,
    pub(super) missing: Vec<String>,
}

impl Cleaned {
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let body = |one: &Self| match &one.body {
            None => String::new(),
            Some(Body::Json(value) | Body::Form(value)) => value.to_string(),
            Some(Body::Text(text)) => text.clone(),
        };
        (&self.service, &self.method, &self.path, &self.headers)
            == (&other.service, &other.method, &other.path, &other.headers)
            && self.secrets == other.secrets
            && self.missing == other.missing
            && body(self) == body(other)
    }

    /// The name of the persona, told by what it has.
    pub(super) fn persona(&self) -> String {
        format!("with_{}", self.secrets.join("_"))
    }
}

/// What can be written down of a request.
pub(super) fn clean(exchange: &Exchange, address: &Address, service: &str, found: &Found) -> Cleaned {
    let mut cleaner = Cleaner { found, secrets: Vec::new(), missing: exchange.missing.clone() };
    let mut secret_headers = Vec::new();
    let mut headers = Vec::new();
    for (name, value) in &exchange.headers {
        let name = name.to_ascii_lowercase();
        let ours = http::HeaderName::from_bytes(name.as_bytes()).is_ok() && !DROPPED.contains(&name.as_str());
        if !ours || name.starts_with("sec-") || name.starts_with("proxy-") {
            continue;
        }
        if is_secret_name(&name) || looks_secret(value) || found.are_in(value) {
            let member = cleaner.member(&name);
            if !secret_headers.iter().any(|(known, _)| *known == name) {
                secret_headers.push((name, member));
            }
        } else if value.chars().all(|c| (' '..='~').contains(&c)) {
            headers.push((name, literal(value)));
        } else {
            cleaner.missing.push(format!("the header {name} is no text of ASCII"));
        }
    }
    let body = exchange.body.as_ref().and_then(|(media_type, text)| cleaner.body(media_type, text));
    let path = cleaner.path(address);
    if matches!(body, Some(Body::Json(_) | Body::Form(_))) {
        headers.retain(|(name, value)| name != "content-type" || value.contains(';'));
    }
    let mut cleaned = Cleaned {
        service: service.to_owned(),
        method: exchange.method.to_ascii_uppercase(),
        path,
        headers,
        body,
        secrets: cleaner.secrets,
        secret_headers,
        missing: cleaner.missing,
    };
    cleaned.secrets.sort();
    cleaned.secret_headers.sort();
    cleaned.fill_in();
    if http::Method::from_bytes(cleaned.method.as_bytes()).is_err() {
        cleaned.method = "GET".into();
        cleaned.missing.push("its method is none".into());
    }
    cleaned
}

/// Stands for the name of the persona until all that it has is known; it can't occur in a text of a request.
const PERSONA: &str = "\u{1}";

impl Cleaned {
    fn fill_in(&mut self) {
        let name = self.persona();
        let fill = |text: &str| text.replace(PERSONA, &name);
        self.path = fill(&self.path);
        self.body = self.body.take().map(|body| match body {
            Body::Json(value) => Body::Json(filled(&value, &fill)),
            Body::Form(value) => Body::Form(filled(&value, &fill)),
            Body::Text(text) => Body::Text(fill(&text)),
        });
    }
}

fn filled(value: &Value, fill: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(fill(text)),
        Value::Array(items) => Value::Array(items.iter().map(|item| filled(item, fill)).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), filled(member, fill))).collect())
        }
        other => other.clone(),
    }
}

struct Cleaner<'a> {
    found: &'a Found,
    secrets: Vec<String>,
    missing: Vec<String>,
}

impl Cleaner<'_> {
    /// The persona's member that stands for the secret of this name.
    fn member(&mut self, name: &str) -> String {
        let member = slug(name, "secret");
        if !self.secrets.contains(&member) {
            self.secrets.push(member.clone());
        }
        member
    }

    fn is_secret(&self, name: &str, value: &str) -> bool {
        !value.is_empty() && (is_secret_name(name) || looks_secret(value) || self.found.are_in(value))
    }

    fn path(&mut self, address: &Address) -> String {
        let mut path = String::new();
        for (number, part) in address.path.split('/').skip(1).enumerate() {
            path.push('/');
            let plain = percent_decode_str(part).decode_utf8_lossy().into_owned();
            if self.is_secret("", &plain) {
                let member = self.member(&format!("path-{}", number + 1));
                let _ = write!(path, "{{{{{PERSONA}.{member} | percent}}}}");
            } else {
                path.push_str(&escaped(part));
            }
        }
        for (number, (name, value)) in address.query.iter().enumerate() {
            path.push(if number == 0 { '?' } else { '&' });
            path.push_str(&utf8_percent_encode(name, RESERVED).to_string());
            path.push('=');
            if self.is_secret(name, value) {
                let member = self.member(name);
                let _ = write!(path, "{{{{{PERSONA}.{member} | percent}}}}");
            } else {
                path.push_str(&utf8_percent_encode(value, RESERVED).to_string());
            }
        }
        path
    }

    fn body(&mut self, media_type: &str, text: &str) -> Option<Body> {
        if text.is_empty() {
            return None;
        }
        let media_type = media_type.to_ascii_lowercase();
        let json = media_type.contains("json") || media_type.is_empty();
        if let Some(value) = serde_json::from_str::<Value>(text).ok().filter(|value| json && depth(value) <= DEEPEST) {
            return Some(Body::Json(self.value("", &value)));
        }
        if media_type.starts_with("application/x-www-form-urlencoded") && text.contains('=') {
            let mut form = Map::new();
            for (name, value) in fields(text) {
                let value = self.value(&name, &Value::String(value));
                match form.get_mut(&name) {
                    Some(Value::Array(values)) => values.push(value),
                    Some(one) => *one = Value::Array(vec![one.clone(), value]),
                    None => {
                        form.insert(name, value);
                    }
                }
            }
            return Some(Body::Form(Value::Object(form)));
        }
        if self.found.are_in(text) || text.split(|c: char| c.is_whitespace() || "\"'<>&=".contains(c)).any(looks_secret)
        {
            self.missing.push("its body had a secret in it, and is left out".into());
            return None;
        }
        Some(Body::Text(literal(text)))
    }

    fn value(&mut self, name: &str, value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let safe = members.iter().filter(|(name, _)| !looks_secret(name));
                Value::Object(safe.map(|(name, member)| (name.clone(), self.value(name, member))).collect())
            }
            Value::Array(items) => Value::Array(items.iter().map(|item| self.value(name, item)).collect()),
            Value::String(text) if self.is_secret(name, text) => {
                Value::String(format!("{{{{{PERSONA}.{}}}}}", self.member(name)))
            }
            Value::Number(_) if is_secret_name(name) => {
                Value::String(format!("{{{{{PERSONA}.{}}}}}", self.member(name)))
            }
            Value::String(text) => Value::String(literal(&text.replace(PERSONA, ""))),
            other => other.clone(),
        }
    }
}

/// A part of a path with everything escaped that can't stand in one; what is escaped already stays so.
pub(in crate::import) fn escaped(part: &str) -> String {
    let mut escaped = String::new();
    for (at, character) in part.char_indices() {
        let hex = |offset: usize| part.as_bytes().get(at + offset).is_some_and(u8::is_ascii_hexdigit);
        let stays = character.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/".contains(character);
        if stays || (character == '%' && hex(1) && hex(2)) {
            escaped.push(character);
        } else {
            escaped.push_str(&utf8_percent_encode(character.encode_utf8(&mut [0; 4]), RESERVED).to_string());
        }
    }
    escaped
}
