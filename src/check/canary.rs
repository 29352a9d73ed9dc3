//! Texts that must be shown, and texts that must not leak.

use std::rc::Rc;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Check, Subject, excerpt};
use crate::model::exchange::Answer;
use crate::model::expectation::Canaries;
use crate::model::template::{Scope, Unresolved};
use crate::model::verdict::Rule;

impl Check<'_, '_, '_> {
    pub(super) fn contains(&mut self, canaries: &Canaries) {
        let Some(texts) = self.texts(canaries) else { return };
        let body = String::from_utf8_lossy(&self.subject.answer.body).into_owned();
        // A text counts as shown in whatever escapes the JSON was written with.
        let strings = self.subject.json().map(strings).unwrap_or_default();
        for text in texts {
            let shown = body.contains(&text) || strings.iter().any(|string| string.contains(&text));
            if !shown {
                let message = format!("the body doesn't show `{text}`");
                self.finding(
                    Rule::Contains,
                    message,
                    format!("`{text}` in the body"),
                    excerpt(&self.subject.answer.body),
                    None,
                    &canaries.place,
                );
            }
        }
    }

    pub(super) fn lacks(&mut self, canaries: &Canaries) {
        let Some(texts) = self.texts(canaries) else { return };
        let readings = self.subject.readings();
        let leaks: Vec<(String, Leak)> =
            texts.into_iter().filter_map(|text| readings.find(self.subject, &text).map(|leak| (text, leak))).collect();
        // One cause, one finding, however many of the texts it shows.
        let Some((text, leak)) = leaks.first() else { return };
        let others: Vec<String> = leaks.iter().skip(1).take(4).map(|(text, _)| format!("`{text}`")).collect();
        let more = match leaks.len() {
            1 => String::new(),
            count if count <= 5 => format!(", with {}", others.join(", ")),
            count => format!(", with {} and {} more", others.join(", "), count - 5),
        };
        let message = format!("`{text}` leaks in {}{more}", leak.place);
        let (observed, pointer) = (leak.observed.clone(), leak.pointer.clone());
        self.finding(Rule::Leak, message, "nowhere in the answer".into(), observed, pointer, &canaries.place);
    }

    fn texts(&mut self, canaries: &Canaries) -> Option<Vec<String>> {
        let mut texts = self.filled(looked_for(canaries, &self.subject.scope))?;
        texts.dedup();
        Some(texts)
    }
}

/// The texts that are looked for, each as often as it is named.
///
/// # Errors
/// A template that can't be filled in.
pub fn looked_for(canaries: &Canaries, scope: &Scope<'_>) -> Result<Vec<String>, Unresolved> {
    let mut texts = Vec::new();
    for template in &canaries.texts {
        match template.value(scope)? {
            Value::String(text) => texts.push(text),
            Value::Array(items) => texts.extend(items.iter().filter_map(Value::as_str).map(str::to_owned)),
            other => texts.push(other.to_string()),
        }
    }
    Ok(texts)
}

/// Every way of reading each part of an answer, in lower case.
pub(super) struct Readings {
    status_line: Rc<[String]>,
    headers: Vec<Rc<[String]>>,
    body: Rc<[String]>,
    /// The texts of the body without their JSON escapes, where there are any.
    unescaped: Rc<[String]>,
}

/// Where a text was found.
struct Leak {
    place: String,
    observed: String,
    pointer: Option<String>,
}

impl Readings {
    pub(super) fn of(answer: &Answer, json: Option<&Value>) -> Self {
        Self {
            status_line: readings(&answer.reason).into(),
            headers: answer.headers.iter().map(of_header).collect(),
            body: readings(&String::from_utf8_lossy(&answer.body)).into(),
            unescaped: unescaped(answer, json),
        }
    }

    /// The readings of an altered answer; those of the parts that are the same are shared.
    pub(super) fn of_altered(&self, original: &Answer, altered: &Answer, json: Option<&Value>) -> Self {
        let header = |field: &(String, Bytes)| {
            let known = original.headers.iter().position(|other| other == field);
            known.map_or_else(|| of_header(field), |index| Rc::clone(&self.headers[index]))
        };
        let same_reason = original.reason == altered.reason;
        let same_body = original.body == altered.body;
        Self {
            status_line: if same_reason { Rc::clone(&self.status_line) } else { readings(&altered.reason).into() },
            headers: altered.headers.iter().map(header).collect(),
            body: if same_body {
                Rc::clone(&self.body)
            } else {
                readings(&String::from_utf8_lossy(&altered.body)).into()
            },
            unescaped: if same_body { Rc::clone(&self.unescaped) } else { unescaped(altered, json) },
        }
    }

    fn find(&self, subject: &Subject<'_>, text: &str) -> Option<Leak> {
        let wanted = text.to_lowercase();
        let shows = |texts: &[String]| texts.iter().any(|text| text.contains(&wanted));
        let answer = subject.answer;
        if shows(&self.status_line) {
            return Some(Leak { place: "the status line".into(), observed: answer.reason.clone(), pointer: None });
        }
        if let Some(index) = self.headers.iter().position(|texts| shows(texts)) {
            let (name, value) = &answer.headers[index];
            let observed = String::from_utf8_lossy(value).into_owned();
            return Some(Leak { place: format!("the header `{name}`"), observed, pointer: None });
        }
        if !shows(&self.body) && !shows(&self.unescaped) {
            return None;
        }
        let pointer = subject.json().and_then(|value| pointer_to(value, "", &wanted));
        let place = pointer.as_ref().map_or("the body".into(), |pointer| format!("the body at `{pointer}`"));
        Some(Leak { place, observed: excerpt(&answer.body), pointer })
    }
}

fn of_header((name, value): &(String, Bytes)) -> Rc<[String]> {
    readings(&format!("{name}: {}", String::from_utf8_lossy(value))).into()
}

fn unescaped(answer: &Answer, json: Option<&Value>) -> Rc<[String]> {
    let escaped = json.filter(|_| answer.body.contains(&b'\\'));
    escaped.map(|value| readings(&strings(value).join("\n"))).unwrap_or_default().into()
}

/// The first place in a value that shows the text.
fn pointer_to(value: &Value, pointer: &str, wanted: &str) -> Option<String> {
    let shows = |text: &str| readings(text).iter().any(|text| text.contains(wanted));
    match value {
        Value::String(text) => shows(text).then(|| pointer.to_owned()),
        Value::Number(number) => shows(&number.to_string()).then(|| pointer.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| pointer_to(item, &format!("{pointer}/{index}"), wanted))
        }
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            if shows(name) { Some(below) } else { pointer_to(member, &below, wanted) }
        }),
        Value::Null | Value::Bool(_) => None,
    }
}

/// Shorter runs of letters are taken for words.
const SHORTEST_BASE64: usize = 8;

static LENIENT: LazyLock<[GeneralPurpose; 2]> = LazyLock::new(|| {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    [GeneralPurpose::new(&STANDARD, config), GeneralPurpose::new(&URL_SAFE, config)]
});

/// A text as it stands, percent-decoded, and with every run of base64 or hexadecimal in it decoded; all in lower case.
fn readings(text: &str) -> Vec<String> {
    let mut readings = vec![lower(text)];
    if text.contains(['%', '+']) {
        readings.push(percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().to_lowercase());
    }
    let of_base64 = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    for run in text.split(|c: char| !of_base64(c)).filter(|run| run.len() >= SHORTEST_BASE64) {
        // A length that no base64 has: the last character belongs to something else.
        let whole = &run[..run.len() - usize::from(run.len() % 4 == 1)];
        if run.len() % 2 == 0 && run.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let digit =
                |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
            let bytes: Vec<u8> = run.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
            readings.push(String::from_utf8_lossy(&bytes).to_lowercase());
        }
        // The two alphabets differ in two characters; without these one reading will do.
        let alphabets = if run.contains(['+', '/', '-', '_']) { &LENIENT[..] } else { &LENIENT[..1] };
        for engine in alphabets {
            if let Ok(bytes) = engine.decode(whole) {
                readings.push(lower(&String::from_utf8_lossy(&bytes)));
            }
        }
    }
    readings
}

/// In lower case; most texts are ASCII, for which that is much cheaper.
fn lower(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}

/// All texts and numbers in a value.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => {
            members.iter().flat_map(|(name, member)| std::iter::once(name.clone()).chain(strings(member))).collect()
        }
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::exchange::Ending;

    #[test]
    fn a_canary_is_found_wherever_and_however_it_leaks() {
        let quiet = Answer {
            status: 403,
            reason: "Forbidden".into(),
            headers: vec![("content-type".into(), Bytes::from_static(b"application/json"))],
            body: Bytes::from_static(b"{\"code\":4}"),
            ending: Ending::Complete,
        };
        let empty = serde_json::Map::new();
        let scope = Scope {
            parameters: &empty,
            captures: &empty,
            personas: &std::collections::BTreeMap::new(),
            world: &Value::Null,
            target: &Value::Null,
        };
        let find = |answer: &Answer| {
            let subject = Subject::new("GET", answer, scope, &[]);
            subject.readings().find(&subject, "Rivière-7f3a").map(|leak| leak.place)
        };
        assert_eq!(find(&quiet), None);
        let with_header = |value: &'static str| Answer {
            headers: vec![("x-debug".into(), Bytes::from_static(value.as_bytes()))],
            ..quiet.clone()
        };
        let with_body = |body: &'static str| Answer { body: Bytes::from_static(body.as_bytes()), ..quiet.clone() };
        for (answer, place) in [
            (Answer { reason: "No Rivière-7f3a".into(), ..quiet.clone() }, "the status line"),
            (with_header("id=Rivi%C3%A8re-7f3a"), "the header `x-debug`"),
            (with_header("Uml2acOocmUtN2YzYQ=="), "the header `x-debug`"),
            (with_header("data:eHggUml2acOocmUtN2YzYSB5eQ"), "the header `x-debug`"),
            (with_body("{\"m\":\"eyJ0IjoiUml2acOocmUtN2YzYSJ9\"}"), "the body at `/m`"),
            (with_header("v=52697669c3a872652d37663361"), "the header `x-debug`"),
            (with_body("{\"m\":[{\"t\":\"x Rivi\\u00e8re-7f3a\"}]}"), "the body at `/m/0/t`"),
            (with_body("{\"Rivière-7f3a\":1}"), "the body at `/Rivière-7f3a`"),
            (with_body("not json: Rivière-7f3a"), "the body"),
            (with_body("RIVIÈRE-7F3A"), "the body"),
        ] {
            assert_eq!(find(&answer).as_deref(), Some(place));
        }
    }
}
