//! Placeholders in the stead of what is another each time.

use std::collections::{BTreeMap, HashMap};
use std::ptr;

use serde_json::Value;

use super::render::KeptHeader;
use crate::check::{is_http_date, select, shortened};
use crate::model::persona::Persona;
use crate::model::snapshot::{Matches, Placeholder, RedactedPart, Redaction};

/// How much of a value of the wrong kind is shown, in characters.
const SHOWN: usize = 200;

/// A redaction that can't be made: the answer isn't what the suite takes it for.
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) expected: String,
    pub(super) observed: String,
    pub(super) pointer: Option<String>,
}

/// What stands in the stead of nodes of a body, by where the node is in memory.
pub(super) type Replaced = HashMap<*const Value, String>;

/// What a redaction did.
#[derive(Default)]
pub(super) struct Redacted {
    /// Whether there was anything to redact.
    pub(super) matched: bool,
    pub(super) faults: Vec<Fault>,
}

/// Puts the placeholder of a redaction in the stead of nodes of the body, or of headers. What an earlier redaction
/// stands for is left to it.
pub(super) fn redact(
    redaction: &Redaction,
    json: Option<&Value>,
    replaced: &mut Replaced,
    headers: &mut [KeptHeader],
    personas: &BTreeMap<String, Persona>,
) -> Redacted {
    let mut done = Redacted::default();
    match &redaction.part {
        RedactedPart::Body(path) => {
            for node in json.map(|json| select(path, json)).unwrap_or_default() {
                done.matched = true;
                let known = ptr::from_ref(node.value);
                if replaced.contains_key(&known) {
                    continue;
                }
                match stands_for(redaction.placeholder, node.value, personas) {
                    Some(text) => drop(replaced.insert(known, text)),
                    None => done.faults.push(wrong(redaction, &node.value.to_string(), Some(node.pointer))),
                }
            }
        }
        RedactedPart::Header(name) => {
            for header in headers.iter_mut().filter(|header| header.name == *name) {
                done.matched = true;
                if header.redacted {
                    continue;
                }
                match stands_for(redaction.placeholder, &Value::String(header.value.clone()), personas) {
                    Some(text) => (header.value, header.redacted) = (text, true),
                    None => done.faults.push(wrong(redaction, &format!("{name}: {}", header.value), None)),
                }
            }
        }
    }
    if !done.matched && redaction.matches == Matches::EachTime {
        done.faults.push(Fault {
            message: format!("{} matches nothing to redact", redaction.part),
            expected: kind(redaction.placeholder),
            observed: "nothing".into(),
            pointer: None,
        });
    }
    done
}

fn wrong(redaction: &Redaction, observed: &str, pointer: Option<String>) -> Fault {
    let expected = kind(redaction.placeholder);
    let what = pointer.as_ref().map_or("the header".to_owned(), |pointer| format!("`{pointer}`"));
    let observed = shortened(observed, SHOWN);
    Fault { message: format!("{what} is redacted as {expected} and is none"), expected, observed, pointer }
}

fn kind(placeholder: Placeholder) -> String {
    match placeholder {
        Placeholder::Persona => "a value of a persona".into(),
        other => format!("a {}", other.slug()),
    }
}

/// The placeholder for a value; none if the value isn't of its kind.
pub(super) fn stands_for(
    placeholder: Placeholder,
    value: &Value,
    personas: &BTreeMap<String, Persona>,
) -> Option<String> {
    let text = value.as_str();
    let is = match placeholder {
        Placeholder::Timestamp => text.is_some_and(is_timestamp),
        Placeholder::Uuid => text.is_some_and(is_uuid),
        Placeholder::Number => {
            value.is_number()
                || text.is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        }
        Placeholder::Url => text.and_then(|text| text.parse::<http::Uri>().ok()).is_some_and(|url| {
            matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some_and(|host| !host.is_empty())
        }),
        Placeholder::Text => text.is_some_and(|text| !text.is_empty()),
        Placeholder::Persona => {
            return personas.values().find_map(|persona| {
                let members = persona.values.as_object()?;
                let (name, _) = members.iter().find(|(_, known)| *known == value)?;
                Some(format!("[{}.{name}]", persona.name))
            });
        }
    };
    is.then(|| format!("[{}]", placeholder.slug()))
}

fn is_timestamp(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok() || is_http_date(text)
}

fn is_uuid(text: &str) -> bool {
    let bare = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let lengths: Vec<usize> = bare.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && bare.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_placeholder_stands_for_values_of_its_kind_only() {
        let personas = BTreeMap::from([("ann".to_owned(), Persona::for_test("ann", json!({"id": "17", "age": 3})))]);
        for (placeholder, value, kept) in [
            (Placeholder::Timestamp, json!("2018-03-28T00:26:51.39Z"), Some("[timestamp]")),
            (Placeholder::Timestamp, json!("2018-03-28T00:26:51"), Some("[timestamp]")),
            (Placeholder::Timestamp, json!("Sun, 06 Nov 1994 08:49:37 GMT"), Some("[timestamp]")),
            (Placeholder::Timestamp, json!("yesterday"), None),
            (Placeholder::Timestamp, json!(1_522_196_811), None),
            (Placeholder::Uuid, json!("0f8fad5b-d9cb-469f-a165-70867728950e"), Some("[uuid]")),
            (Placeholder::Uuid, json!("{0f8fad5b-d9cb-469f-a165-70867728950e}"), Some("[uuid]")),
            (Placeholder::Uuid, json!("0f8fad5bd9cb469fa16570867728950e"), None),
            (Placeholder::Number, json!(-1.5), Some("[number]")),
            (Placeholder::Number, json!("17"), Some("[number]")),
            (Placeholder::Number, json!(""), None),
            (Placeholder::Url, json!("https://a.test/b?c"), Some("[url]")),
            (Placeholder::Url, json!("/b"), None),
            (Placeholder::Text, json!("x"), Some("[text]")),
            (Placeholder::Text, json!(""), None),
            (Placeholder::Persona, json!("17"), Some("[ann.id]")),
            (Placeholder::Persona, json!(3), Some("[ann.age]")),
            (Placeholder::Persona, json!("18"), None),
        ] {
            assert_eq!(stands_for(placeholder, &value, &personas).as_deref(), kept, "{placeholder:?} {value}");
        }
    }
}
