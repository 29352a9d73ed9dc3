//! Texts that must be shown, and texts that must not leak.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Check, excerpt};
use crate::model::exchange::Answer;
use crate::model::expectation::Canaries;
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
        let views = views_of(self.subject.answer, self.subject.json());
        for text in texts {
            let wanted = text.to_lowercase();
            if let Some(view) = views.iter().find(|view| view.texts.iter().any(|seen| seen.contains(&wanted))) {
                let message = format!("`{text}` leaks in {}", view.place);
                let (observed, pointer) = (view.observed.clone(), view.pointer.clone());
                self.finding(Rule::Leak, message, "nowhere in the answer".into(), observed, pointer, &canaries.place);
            }
        }
    }

    fn texts(&mut self, canaries: &Canaries) -> Option<Vec<String>> {
        let mut texts = Vec::new();
        for template in &canaries.texts {
            match self.filled(template.value(&self.subject.scope))? {
                Value::String(text) => texts.push(text),
                Value::Array(items) => texts.extend(items.iter().filter_map(Value::as_str).map(str::to_owned)),
                other => texts.push(other.to_string()),
            }
        }
        texts.dedup();
        Some(texts)
    }
}

/// A part of an answer and every way of reading it, in lower case.
struct View {
    place: String,
    observed: String,
    pointer: Option<String>,
    texts: Vec<String>,
}

/// Every part of an answer in which a text could leak.
fn views_of(answer: &Answer, json: Option<&Value>) -> Vec<View> {
    let view = |place: String, observed: String| View { place, texts: readings(&observed), observed, pointer: None };
    let mut views = vec![view("the status line".into(), answer.reason.clone())];
    for (name, value) in &answer.headers {
        let value = String::from_utf8_lossy(value);
        views.push(View {
            texts: readings(&format!("{name}: {value}")),
            ..view(format!("the header `{name}`"), value.into_owned())
        });
    }
    if let Some(value) = json {
        in_json(value, "", answer, &mut views);
    }
    let body = String::from_utf8_lossy(&answer.body);
    views.push(View { texts: readings(&body), ..view("the body".into(), excerpt(&answer.body)) });
    views
}

fn in_json(value: &Value, pointer: &str, answer: &Answer, views: &mut Vec<View>) {
    let mut push = |pointer: &str, text: &str| {
        views.push(View {
            place: format!("the body at `{pointer}`"),
            observed: excerpt(&answer.body),
            pointer: Some(pointer.to_owned()),
            texts: readings(text),
        });
    };
    match value {
        Value::String(text) => push(pointer, text),
        Value::Number(number) => push(pointer, &number.to_string()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                in_json(item, &format!("{pointer}/{index}"), answer, views);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                views.push(View {
                    place: format!("the body at `{below}`"),
                    observed: excerpt(&answer.body),
                    pointer: Some(below.clone()),
                    texts: readings(name),
                });
                in_json(member, &below, answer, views);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// A text as it stands, percent-decoded, and with every run of base64 in it decoded; all in lower case.
fn readings(text: &str) -> Vec<String> {
    let mut readings = vec![text.to_lowercase()];
    if text.contains(['%', '+']) {
        readings.push(percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().to_lowercase());
    }
    let of_base64 = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    for run in text.split(|c: char| !of_base64(c)).filter(|run| run.len() >= 8) {
        let lenient = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        for alphabet in [STANDARD, URL_SAFE] {
            // A run may begin or end with characters that don't belong to it, such as the slash of a path.
            let whole = &run[..run.len() - usize::from(run.len() % 4 == 1)];
            if let Ok(bytes) = GeneralPurpose::new(&alphabet, lenient).decode(whole) {
                readings.push(String::from_utf8_lossy(&bytes).to_lowercase());
            }
        }
    }
    readings
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
    use bytes::Bytes;

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
        let find = |answer: &Answer| {
            let json = serde_json::from_slice::<Value>(&answer.body).ok();
            let wanted = "Rivière-7f3a".to_lowercase();
            let views = views_of(answer, json.as_ref());
            views.into_iter().find(|view| view.texts.iter().any(|text| text.contains(&wanted))).map(|view| view.place)
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
            (with_body("{\"m\":[{\"t\":\"x Rivi\\u00e8re-7f3a\"}]}"), "the body at `/m/0/t`"),
            (with_body("{\"Rivière-7f3a\":1}"), "the body at `/Rivière-7f3a`"),
            (with_body("not json: Rivière-7f3a"), "the body"),
            (with_body("RIVIÈRE-7F3A"), "the body"),
        ] {
            assert_eq!(find(&answer).as_deref(), Some(place));
        }
    }
}
