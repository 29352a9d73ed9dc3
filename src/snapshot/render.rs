//! An answer as a text that a person can read and that the format of snapshots doesn't bend.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::model::exchange::Answer;

/// Texts and bytes beyond this are kept by their digest, in bytes.
const LARGEST: usize = 1 << 20;

/// What begins the last line of a text: in the text itself every backslash stands twice.
const END: &str = "\\ end";
const NO_NEWLINE: &str = "\\ no newline at the end";

/// The status, the headers by name, and the body.
pub(super) fn contents(status: u16, headers: &[(String, String)], body: &Body<'_>) -> String {
    let mut text = status.to_string();
    for (name, value) in headers {
        let _ = write!(text, "\n{name}:{}{value}", if value.is_empty() { "" } else { " " });
    }
    let shown = match body {
        Body::Empty => return text,
        Body::Json(value) => serde_json::to_string_pretty(value).unwrap_or_default(),
        Body::Text(body) if body.len() <= LARGEST => escaped(body),
        Body::Text(body) => digest("text", body.as_bytes()),
        Body::Bytes(bytes) => digest("binary", bytes),
    };
    text.push_str("\n\n");
    text.push_str(&shown);
    text
}

/// What a body is kept as.
pub(super) enum Body<'a> {
    Empty,
    Json(Value),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> Body<'a> {
    /// `json` is the body as strict JSON, if it is that.
    pub(super) fn of(answer: &'a Answer, json: Option<Value>) -> Self {
        match (json, std::str::from_utf8(&answer.body)) {
            _ if answer.body.is_empty() => Self::Empty,
            (Some(json), _) => Self::Json(json),
            (None, Ok(text)) if !text.contains('\0') => Self::Text(text),
            _ => Self::Bytes(&answer.body),
        }
    }
}

fn digest(kind: &str, bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    format!("\\ {kind}, {} bytes, sha256:{digest}", bytes.len())
}

/// A text with everything visible that an editor, a version control system or the format would change: carriage
/// returns and other control characters, and whether the last line ends.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + text.len() / 16 + 32);
    for line in text.split_inclusive('\n') {
        let (line, ended) = line.strip_suffix('\n').map_or((line, false), |line| (line, true));
        // A version control system puts such lines where a merge failed.
        if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|marker| line.starts_with(marker)) {
            shown.push_str("\\ ");
        }
        for character in line.chars() {
            match character {
                '\\' => shown.push_str("\\\\"),
                '\t' => shown.push('\t'),
                '\r' => shown.push_str("\\r"),
                character if character.is_control() => {
                    let _ = write!(shown, "{}", character.escape_default());
                }
                character => shown.push(character),
            }
        }
        if ended {
            shown.push('\n');
        }
    }
    if text.ends_with('\n') { shown + END } else { shown + "\n" + NO_NEWLINE }
}

/// The same with the members of every object by name.
pub(super) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> =
                members.into_iter().map(|(name, member)| (name, sorted(member))).collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_difference_of_a_text_is_visible() {
        let of = |text: &str| contents(200, &[], &Body::Text(text));
        let texts = [
            "a",
            "a\n",
            "a\n\n",
            "a\r\n",
            "a\r",
            "a ",
            "\na",
            "a\\r",
            "\\ end",
            "a\n\\ end",
            "a\u{1b}[0m",
            "---\na",
            "\u{2028}",
            "<<<<<<< HEAD\n",
            "\\ <<<<<<< HEAD\n",
            " ",
        ];
        for (index, text) in texts.iter().enumerate() {
            assert_eq!(of(text).trim_end(), of(text), "{text:?} would be trimmed");
            assert!(!of(text).contains('\r'), "{text:?}");
            assert!(texts[..index].iter().all(|other| of(other) != of(text)), "{text:?}");
        }
    }

    #[test]
    fn an_answer_is_kept_line_by_line() {
        let headers = [("content-type".to_owned(), "text/plain".to_owned()), ("etag".to_owned(), String::new())];
        for (body, kept) in [
            (Body::Empty, "201\ncontent-type: text/plain\netag:"),
            (Body::Text("a\r\nb"), "201\ncontent-type: text/plain\netag:\n\na\\r\nb\n\\ no newline at the end"),
            (
                Body::Bytes(&[0]),
                "201\ncontent-type: text/plain\netag:\n\n\\ binary, 1 bytes, \
                 sha256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            ),
            (
                Body::Json(sorted(json!({"b": [{"d": 1, "c": 2}], "a": null}))),
                "201\ncontent-type: text/plain\netag:\n\n{\n  \"a\": null,\n  \"b\": [\n    {\n      \"c\": 2,\n      \
                 \"d\": 1\n    }\n  ]\n}",
            ),
        ] {
            assert_eq!(contents(201, &headers, &body), kept);
        }
    }
}
