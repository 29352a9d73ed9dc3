//! An answer as a text that a person can read and that the format of snapshots doesn't bend.

use std::fmt::Write as _;
use std::{io, mem, ptr};

use serde::{Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::redact::Replaced;
use crate::model::exchange::Answer;

/// A text or JSON beyond this is kept by its digest, in bytes.
const LARGEST: usize = 1 << 20;

/// What begins the last line of a text: in the text itself every backslash stands twice.
const END: &str = "\\ end";
const NO_NEWLINE: &str = "\\ no newline at the end";

/// A header that is kept.
pub(super) struct KeptHeader {
    /// In lower case.
    pub(super) name: String,
    pub(super) value: String,
    /// Whether a placeholder stands for the value.
    pub(super) redacted: bool,
}

/// The status, the headers by name, and the body.
pub(super) fn contents(status: u16, headers: &[KeptHeader], body: &Body<'_>) -> String {
    let mut text = status.to_string();
    for KeptHeader { name, value, .. } in headers {
        let _ = write!(text, "\n{name}:{}{value}", if value.is_empty() { "" } else { " " });
    }
    let shown = match body {
        Body::Empty => return text,
        Body::Json(shown) => pretty(shown),
        Body::Text(body) if body.len() <= LARGEST => escaped(body),
        Body::Text(body) => digest("text", body.len(), &Sha256::digest(body)),
        Body::Bytes { media_type, bytes } => {
            let kind = media_type.as_ref().map_or("binary".into(), |media_type| format!("binary {media_type}"));
            digest(&kind, bytes.len(), &Sha256::digest(bytes))
        }
    };
    text.push_str("\n\n");
    text.push_str(&shown);
    text
}

/// What a body is kept as.
pub(super) enum Body<'a> {
    Empty,
    Json(Shown<'a>),
    Text(&'a str),
    Bytes { media_type: Option<String>, bytes: &'a [u8] },
}

impl<'a> Body<'a> {
    /// `json` is the body as strict JSON, if it is that.
    pub(super) fn of(answer: &'a Answer, json: Option<Shown<'a>>) -> Self {
        match (json, std::str::from_utf8(&answer.body)) {
            _ if answer.body.is_empty() => Self::Empty,
            (Some(json), _) => Self::Json(json),
            (None, Ok(text)) if !text.contains('\0') => Self::Text(text),
            _ => Self::Bytes { media_type: media_type(answer), bytes: &answer.body },
        }
    }
}

/// What the answer says that its body is, without parameters (RFC 9110, section 8.3).
fn media_type(answer: &Answer) -> Option<String> {
    let value = String::from_utf8_lossy(answer.header("content-type").next()?).into_owned();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_type = !essence.is_empty() && essence.chars().all(|c| c.is_ascii_graphic() && c != ',');
    is_type.then_some(essence)
}

/// JSON as it is kept: with placeholders, in wire order or by the names of members. Nothing of it is copied.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) value: &'a Value,
    pub(super) replaced: &'a Replaced,
    pub(super) sorted: bool,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let below = |value| Shown { value, ..*self };
        if let Some(placeholder) = self.replaced.get(&ptr::from_ref(self.value)) {
            return serializer.serialize_str(placeholder);
        }
        match self.value {
            Value::Object(members) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                if self.sorted {
                    members.sort_by_key(|(name, _)| *name);
                }
                serializer.collect_map(members.into_iter().map(|(name, value)| (name, below(value))))
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(below)),
            value => value.serialize(serializer),
        }
    }
}

/// JSON in lines; beyond the bound, its digest.
fn pretty(shown: &Shown<'_>) -> String {
    let mut written = Written::default();
    // Neither a value nor this writer can fail.
    let _ = serde_json::to_writer_pretty(&mut written, shown);
    match written.digest {
        None => String::from_utf8(written.text).unwrap_or_default(),
        Some(hash) => digest("json", written.length, &hash.finalize()),
    }
}

/// What was written so far: the text up to the bound, only its digest and length beyond.
#[derive(Default)]
struct Written {
    text: Vec<u8>,
    length: usize,
    digest: Option<Sha256>,
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.length += bytes.len();
        match &mut self.digest {
            Some(digest) => digest.update(bytes),
            None if self.length <= LARGEST => self.text.extend_from_slice(bytes),
            None => {
                let mut digest = Sha256::new_with_prefix(mem::take(&mut self.text));
                digest.update(bytes);
                self.digest = Some(digest);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn digest(kind: &str, length: usize, digest: &[u8]) -> String {
    let digest = digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    format!("\\ {kind}, {length} bytes, sha256:{digest}")
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
        let header = |name: &str, value: &str| KeptHeader { name: name.into(), value: value.into(), redacted: false };
        let headers = [header("content-type", "text/plain"), header("etag", "")];
        let value = json!({"b": [{"d": 1, "c": 2}], "a": null});
        let replaced = Replaced::from([(ptr::from_ref(&value["b"][0]["d"]), "[number]".to_owned())]);
        for (body, kept) in [
            (Body::Empty, ""),
            (Body::Text("a\r\nb"), "\n\na\\r\nb\n\\ no newline at the end"),
            (
                Body::Bytes { media_type: Some("image/png".into()), bytes: &[0] },
                "\n\n\\ binary image/png, 1 bytes, \
                 sha256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            ),
            (
                Body::Json(Shown { value: &value, replaced: &replaced, sorted: true }),
                "\n\n{\n  \"a\": null,\n  \"b\": [\n    {\n      \"c\": 2,\n      \"d\": \"[number]\"\n    }\n  ]\n}",
            ),
        ] {
            assert_eq!(contents(201, &headers, &body), format!("201\ncontent-type: text/plain\netag:{kept}"));
        }
    }

    #[test]
    fn what_is_too_large_for_a_file_is_kept_by_its_digest() {
        let (long, other) = ("a".repeat(LARGEST), "a".repeat(LARGEST - 1) + "b");
        let (none, value, unlike) = (Replaced::new(), Value::from(long.clone()), Value::from(other.clone()));
        let json = |value| Body::Json(Shown { value, replaced: &none, sorted: false });
        let whole = format!("\\ json, {} bytes, sha256:", LARGEST + 2);
        let of = |body: &Body<'_>| contents(200, &[], body).trim_start_matches("200\n\n").to_owned();
        assert!(of(&json(&value)).starts_with(&whole), "{}", of(&json(&value)));
        assert_ne!(of(&json(&value)), of(&json(&unlike)));
        assert_eq!(
            of(&json(&value)).split(':').next_back(),
            of(&Body::Text(&format!("\"{long}\""))).split(':').next_back()
        );
        assert!(of(&Body::Text(&long)).starts_with('a'));
        assert!(of(&Body::Text(&(long + "a"))).starts_with("\\ text, 1048577 bytes"));
    }
}
