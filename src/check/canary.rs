//! Texts that must be shown, and texts that must not leak.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::rc::Rc;

use bytes::Bytes;
use memchr::memmem;
use serde_json::Value;

use super::decoding::{lower, of_body, of_header, readings, unescaped};
use super::subject::{READ_WHOLE, same};
use super::value::pointer_below;
use super::windows::windows;
use super::{Check, Subject, Words, excerpt};
use crate::model::exchange::Answer;
use crate::model::expectation::Canaries;
use crate::model::template::{Scope, Unresolved};
use crate::model::verdict::Rule;

impl Check<'_, '_, '_> {
    pub(super) fn contains(&mut self, canaries: &Canaries) {
        let Some(texts) = self.texts(canaries) else { return };
        let body = String::from_utf8_lossy(&self.subject.answer.body);
        // A text counts as shown in whatever escapes the JSON was written with.
        let subject = self.subject;
        let strings = LazyCell::new(|| subject.json().map(strings).unwrap_or_default());
        for text in texts {
            let shown = body.contains(&*text) || strings.iter().any(|string| string.contains(&*text));
            if let Some(reason) = (!shown).then(|| subject.unread()).flatten() {
                self.unjudged(reason);
                return;
            }
            if !shown {
                self.finding(Rule::Contains, &canaries.place, || Words {
                    message: format!("the body doesn't show `{text}`"),
                    expected: format!("`{text}` in the body"),
                    observed: excerpt(&subject.answer.body),
                    pointer: None,
                });
            }
        }
    }

    pub(super) fn lacks(&mut self, canaries: &Canaries) {
        let Some(texts) = self.texts(canaries) else { return };
        let subject = self.subject;
        // What conformed and says nothing new that leaks still conforms.
        let news = subject.reading.news.as_ref().filter(|_| !self.alternative);
        if news.is_some_and(|news| !texts.iter().any(|text| shows(news.as_bytes(), lower(text).as_bytes()))) {
            return;
        }
        let readings = subject.readings();
        let lowered: Vec<Cow<'_, str>> = texts.iter().map(|text| lower(text)).collect();
        let found = readings.find(&lowered);
        let mut leaking = texts.iter().zip(found).filter_map(|(text, part)| Some((text, part?)));
        // One cause, one finding, however many of the texts it shows.
        let Some((text, part)) = leaking.next() else { return };
        self.finding(Rule::Leak, &canaries.place, || {
            let leak = Leak::of(subject, part, text);
            let others: Vec<String> = leaking.map(|(text, _)| format!("`{text}`")).collect();
            let more = match others.len() {
                0 => String::new(),
                count if count <= MOST_NAMED => format!(", with {}", others.join(", ")),
                count => format!(", with {} and {} more", others[..MOST_NAMED].join(", "), count - MOST_NAMED),
            };
            Words {
                message: format!("`{text}` leaks in {}{more}", leak.place),
                expected: "nowhere in the answer".into(),
                observed: leak.observed,
                pointer: leak.pointer,
            }
        });
    }

    fn texts<'c>(&mut self, canaries: &'c Canaries) -> Option<Vec<Cow<'c, str>>>
    where
        Self: 'c,
    {
        let mut texts = self.filled(looked_for(canaries, &self.subject.scope))?;
        texts.dedup();
        Some(texts)
    }
}

/// The texts that are looked for, each as often as it is named.
///
/// # Errors
/// A template that can't be filled in.
pub fn looked_for<'c>(canaries: &'c Canaries, scope: &Scope<'c>) -> Result<Vec<Cow<'c, str>>, Unresolved> {
    let mut texts = Vec::new();
    for template in &canaries.texts {
        match template.value(scope)? {
            Cow::Borrowed(Value::String(text)) => texts.push(Cow::Borrowed(text.as_str())),
            Cow::Owned(Value::String(text)) => texts.push(Cow::Owned(text)),
            Cow::Borrowed(Value::Array(items)) => {
                texts.extend(items.iter().filter_map(Value::as_str).map(Cow::Borrowed));
            }
            Cow::Owned(Value::Array(items)) => {
                texts.extend(items.iter().filter_map(Value::as_str).map(|text| Cow::Owned(text.to_owned())));
            }
            other => texts.push(Cow::Owned(other.to_string())),
        }
    }
    Ok(texts)
}

/// How many further texts of a leak are named; the rest is counted.
const MOST_NAMED: usize = 4;

/// Every way of reading each part of an answer.
pub(super) struct Readings {
    status_line: Rc<str>,
    headers: Vec<Rc<str>>,
    body: BodyReadings,
}

/// Every way of reading a body.
#[derive(Clone)]
enum BodyReadings {
    Whole(Rc<str>),
    /// Of a large body they take several times its size, so each piece is read when something is looked for.
    Piecewise(Bytes),
}

impl BodyReadings {
    fn of(body: &Bytes) -> Self {
        if body.len() > READ_WHOLE { Self::Piecewise(body.clone()) } else { Self::Whole(of_body(body)) }
    }

    /// Which of some texts it shows.
    fn show(&self, wanted: &[Cow<'_, str>]) -> Vec<bool> {
        let mut shown = vec![false; wanted.len()];
        let mut look = |text: &str| {
            for (wanted, shown) in wanted.iter().zip(&mut shown).filter(|(_, shown)| !**shown) {
                *shown = shows(text.as_bytes(), wanted.as_bytes());
            }
        };
        match self {
            Self::Whole(text) => look(text),
            Self::Piecewise(body) => {
                windows(&String::from_utf8_lossy(body)).for_each(|piece| look(&readings(piece)));
                windows(&unescaped(body)).for_each(|piece| look(&readings(piece)));
            }
        }
        shown
    }
}

/// A part of an answer.
#[derive(Clone, Copy)]
enum Part {
    StatusLine,
    Header(usize),
    Body,
}

impl Readings {
    pub(super) fn of(answer: &Answer) -> Self {
        Self {
            status_line: readings(&answer.reason).into(),
            headers: answer.headers.iter().map(of_header).collect(),
            body: BodyReadings::of(&answer.body),
        }
    }

    /// The readings of an altered answer; those of the parts that are the same are shared.
    pub(super) fn of_altered(&self, original: &Answer, altered: &Answer) -> Self {
        let header = |(index, field): (usize, &(String, Bytes))| {
            let is = |index: usize| {
                original.headers.get(index).is_some_and(|(name, value)| *name == field.0 && same(value, &field.1))
            };
            // Most fields stand where they stood.
            let known =
                Some(index).filter(|index| is(*index)).or_else(|| (0..original.headers.len()).find(|at| is(*at)));
            known.map_or_else(|| of_header(field), |index| Rc::clone(&self.headers[index]))
        };
        Self {
            status_line: if original.reason == altered.reason {
                Rc::clone(&self.status_line)
            } else {
                readings(&altered.reason).into()
            },
            headers: altered.headers.iter().enumerate().map(header).collect(),
            body: if same(&original.body, &altered.body) { self.body.clone() } else { BodyReadings::of(&altered.body) },
        }
    }

    /// For each of some texts, which are in lower case, the first part that shows it.
    fn find(&self, wanted: &[Cow<'_, str>]) -> Vec<Option<Part>> {
        let before_the_body = |wanted: &Cow<'_, str>| {
            let shows = |text: &str| shows(text.as_bytes(), wanted.as_bytes());
            if shows(&self.status_line) {
                return Some(Part::StatusLine);
            }
            self.headers.iter().position(|text| shows(text)).map(Part::Header)
        };
        let in_the_body = self.body.show(wanted).into_iter().map(|shown| shown.then_some(Part::Body));
        wanted.iter().zip(in_the_body).map(|(wanted, body)| before_the_body(wanted).or(body)).collect()
    }
}

/// To prepare a search costs more than to look through a text that is shorter than this, in bytes.
const SHORT: usize = 8 << 10;

fn shows(text: &[u8], wanted: &[u8]) -> bool {
    match wanted.first() {
        Some(first) if text.len() < SHORT => memchr::memchr_iter(*first, text).any(|at| text[at..].starts_with(wanted)),
        _ => memmem::find(text, wanted).is_some(),
    }
}

/// Where a text was found.
struct Leak {
    place: String,
    observed: String,
    pointer: Option<String>,
}

impl Leak {
    fn of(subject: &Subject<'_>, part: Part, text: &str) -> Self {
        let answer = subject.answer;
        match part {
            Part::StatusLine => {
                Self { place: "the status line".into(), observed: answer.reason.clone(), pointer: None }
            }
            Part::Header(index) => {
                let (name, value) = &answer.headers[index];
                let observed = String::from_utf8_lossy(value).into_owned();
                Self { place: format!("the header `{name}`"), observed, pointer: None }
            }
            Part::Body => {
                let pointer = subject.json().and_then(|value| pointer_to(value, "", &lower(text)));
                let place = pointer.as_ref().map_or("the body".into(), |pointer| format!("the body at `{pointer}`"));
                Self { place, observed: excerpt(&answer.body), pointer }
            }
        }
    }
}

/// The first place in a value that shows the text.
fn pointer_to(value: &Value, pointer: &str, wanted: &str) -> Option<String> {
    let shows = |text: &str| readings(text).contains(wanted);
    match value {
        Value::String(text) => shows(text).then(|| pointer.to_owned()),
        Value::Number(number) => shows(&number.to_string()).then(|| pointer.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| pointer_to(item, &format!("{pointer}/{index}"), wanted))
        }
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let below = pointer_below(pointer, name);
            if shows(name) { Some(below) } else { pointer_to(member, &below, wanted) }
        }),
        Value::Null | Value::Bool(_) => None,
    }
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
    use crate::check::{Reading, judge};
    use crate::diagnostic::{Place, SourceFile};
    use crate::model::exchange::{Ending, Wire};
    use crate::model::expectation::Alternatives;
    use crate::model::expectation::Expectation;
    use crate::model::requirement::RequirementId;
    use crate::model::template::ValueTemplate;

    #[test]
    fn a_canary_is_found_wherever_and_however_it_leaks() {
        let quiet = Answer {
            status: 403,
            reason: "Forbidden".into(),
            headers: vec![("content-type".into(), Bytes::from_static(b"application/json"))],
            body: Bytes::from_static(b"{\"code\":4}"),
            ending: Ending::Complete,
            wire: Wire::default(),
        };
        let scope = Scope {
            parameters: &crate::model::parameters::Parameters::default(),
            captures: &serde_json::Map::new(),
            personas: &std::collections::BTreeMap::new(),
            world: &Value::Null,
            target: &Value::Null,
        };
        let find = |answer: &Answer| {
            let subject = Subject::new("GET", answer, scope, &[]);
            let wanted = "Rivière-7f3a";
            subject.readings().find(&[lower(wanted)])[0].map(|part| Leak::of(&subject, part, wanted).place)
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
        // In large bodies it is looked for piece by piece.
        for (unit, leak) in [
            ("abcd", "52697669c3a872652d37663361"),
            ("abcd", "Uml2acOocmUtN2YzYQ=="),
            ("{\"a\":\"\"} ", "{\"t\":\"Rivi\\u00e8re-7f3a\"}"),
            ("% é", "Rivi%C3%A8re-7f3a"),
        ] {
            for times in [300_000, 300_001] {
                let large = |leak: &str| Bytes::from(format!("{}{leak}{}", unit.repeat(times), unit.repeat(times)));
                assert_eq!(find(&Answer { body: large(""), ..quiet.clone() }), None);
                assert_eq!(find(&Answer { body: large(leak), ..quiet.clone() }).as_deref(), Some("the body"), "{leak}");
            }
        }
    }
    #[test]
    fn an_alternative_that_the_original_did_not_keep_is_judged_by_the_whole_answer() {
        let answer = |body: &'static str| Answer {
            status: 200,
            reason: "OK".into(),
            headers: Vec::new(),
            body: Bytes::from_static(body.as_bytes()),
            ending: Ending::Complete,
            wire: Wire::default(),
        };
        let (original, altered) = (answer("{\"name\":\"Rivi\",\"a\":1}"), answer("{\"name\":\"Rivi\",\"a\":2}"));
        let scope = Scope {
            parameters: &crate::model::parameters::Parameters::default(),
            captures: &serde_json::Map::new(),
            personas: &std::collections::BTreeMap::new(),
            world: &Value::Null,
            target: &Value::Null,
        };
        let place = Place::new(&std::sync::Arc::new(SourceFile::new("a.yaml", String::new())), 0, 0);
        let lacking = |text: &str| {
            let texts = vec![ValueTemplate::Literal(text.into())];
            Expectation {
                lacks: Some(Box::new(Canaries { texts, place: place.clone() })),
                ..Expectation::nothing(&place)
            }
        };
        let either = Expectation {
            any_of: Some(Box::new(Alternatives {
                branches: vec![lacking("rivi")],
                choice: None,
                place: place.clone(),
            })),
            ..Expectation::nothing(&place)
        };
        let known = Subject::new("GET", &original, scope, &[]).original();
        let blame = RequirementId("X-1".into());
        for (expect, news, leaks) in [(&lacking("rivi"), "2", false), (&lacking("2"), "2", true), (&either, "2", true)]
        {
            let reading = Reading::of_altered(&altered, None, Some(news), &known);
            let subject = Subject::new("GET", &altered, scope, &[]).with_reading(&reading);
            let found = judge(&subject, &[(expect, &blame)], crate::check::Judgement::default()).findings;
            assert_eq!(!found.is_empty(), leaks, "{expect:?}");
        }
    }
}
