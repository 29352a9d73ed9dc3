//! What of a credential is a secret by itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::SHORTEST;

/// Header fields whose values are credentials, whoever wrote them.
pub const CREDENTIAL_HEADERS: [&str; 6] =
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-csrf-token"];

/// Parts of names that secrets have, without anything but letters and digits.
const PARTS: [&str; 19] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "authorization",
    "credential",
    "session",
    "cookie",
    "csrf",
    "xsrf",
    "signature",
    "assertion",
    "jwt",
    "bearer",
];

/// The shortest part of a credential that is a secret by itself, in bytes.
const SHORTEST_PART: usize = 6;

/// Whether what has this name is a secret beyond doubt: `Authorization`, `access_token`, `password`.
#[must_use]
pub fn names_a_secret(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    PARTS.iter().any(|part| name.contains(part))
}

/// The texts of a value: those of its members, and numbers as they are written.
#[must_use]
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

/// A secret and the parts of it that are secrets too: what follows the name of a scheme, the password of Basic and of a
/// URL, the values of cookies, the secrets in a JSON object, the lines of a key.
pub(super) fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![text.to_owned(), text.trim().to_owned()];
    let part = |found: &str, parts: &mut Vec<String>| {
        let found = found.trim().trim_matches('"');
        if found.len() >= SHORTEST_PART {
            parts.push(found.to_owned());
        }
    };
    let is_scheme = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    if let Some((scheme, rest)) = text.trim().split_once(' ').filter(|(scheme, _)| is_scheme(scheme)) {
        if scheme.eq_ignore_ascii_case("basic")
            && let Ok(Ok(decoded)) = STANDARD.decode(rest.trim()).map(String::from_utf8)
        {
            // A password is a secret however short it is.
            parts.extend(decoded.split_once(':').map(|(_, password)| password.to_owned()));
            parts.push(decoded);
        }
        part(rest, &mut parts);
        // `XBL3.0 x=USER;TOKEN`
        if let Some((_, token)) = rest.split_once(';').filter(|_| rest.starts_with("x=")) {
            part(token, &mut parts);
        }
    } else if text.contains('=') && !text.contains("://") {
        for pair in text.split(';') {
            if let Some((_, value)) = pair.split_once('=') {
                part(value, &mut parts);
            }
        }
    }
    if let Some((_, rest)) = text.split_once("://")
        && let Some((user, _)) = rest.split(['/', '?', '#']).next().and_then(|authority| authority.rsplit_once('@'))
        && let Some((_, password)) = user.split_once(':')
    {
        parts.push(percent_decode_str(password).decode_utf8_lossy().into_owned());
        parts.push(password.to_owned());
    }
    if text.trim_start().starts_with('{')
        && let Ok(Value::Object(members)) = serde_json::from_str(text)
    {
        parts.extend(members.iter().filter(|(name, _)| names_a_secret(name)).flat_map(|(_, value)| texts(value)));
    }
    if text.contains('\n') {
        parts.extend(text.lines().map(str::trim).filter(|line| line.len() >= 16).map(str::to_owned));
    }
    parts.retain(|part| part.len() >= SHORTEST);
    parts.sort();
    parts.dedup();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_has_parts_that_are_secrets_too() {
        for (text, secret) in [
            ("Bearer abc.def-1", "abc.def-1"),
            ("Basic YW5uOmh1bnRlcjIy", "hunter22"),
            ("Basic YW5uOmh1bnRlcjIy", "ann:hunter22"),
            ("XBL3.0 x=2533274;eyJtoken", "eyJtoken"),
            ("sid=abcdef123; theme=dark blue", "abcdef123"),
            ("https://ann:pass%20word@host/x", "pass word"),
            (r#"{"type": "account", "client_secret": "s3cret-17"}"#, "s3cret-17"),
            ("-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END KEY-----", "MIIEvQIBADANBgkqhkiG9w0"),
        ] {
            let parts = parts(text);
            assert!(parts.iter().any(|part| part == secret) && parts.iter().any(|part| part == text), "{parts:?}");
        }
        assert!(!parts("XBL3.0 x=2533274;eyJtoken").contains(&"2533274".to_owned()));
        assert!(!parts(r#"{"type": "account", "client_secret": "s"}"#).contains(&"account".to_owned()));
    }
}
