//! Whether what a template becomes fits its place.

use std::borrow::Cow;

use regex::Regex;
use serde_json::Value;

use super::Resolver;
use super::fill::note;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::path::JsonPath;

/// The shortest text that is searched for: shorter ones would be found by chance.
const SHORTEST_CANARY: usize = 3;

/// What a filled-in template must be.
pub(super) enum Becomes<'a> {
    Anything,
    Persona,
    Path,
    Pattern,
    Selector,
    List,
    Canaries(&'a mut Vec<String>),
}

impl Resolver<'_> {
    pub(super) fn fits(&mut self, value: &Value, place: &Place, becomes: Becomes<'_>) {
        let text = || value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed);
        match becomes {
            Becomes::Anything => {}
            Becomes::Persona => {
                let name = text();
                if self.personas.contains_key(&*name) {
                    note(&mut self.used, &name);
                } else {
                    let known: Vec<&str> = self.personas.keys().map(String::as_str).collect();
                    self.report(
                        Diagnostic::at(Code::UnknownPersona, place, format!("there is no persona `{name}`"))
                            .label("sent as nobody known")
                            .suggest(&name, known),
                    );
                }
            }
            Becomes::Path => {
                let path = text();
                if !path.starts_with('/') || path.contains(char::is_control) {
                    self.report(
                        Diagnostic::at(Code::InvalidValue, place, format!("the path becomes `{path}`"))
                            .label("a path begins with `/` and has no control characters"),
                    );
                }
            }
            Becomes::Pattern => {
                if let Err(error) = Regex::new(&text()) {
                    let message = error.to_string();
                    let last = message.lines().last().unwrap_or_default().to_owned();
                    self.report(Diagnostic::at(
                        Code::InvalidPattern,
                        place,
                        format!("the pattern becomes no regular expression: {last}"),
                    ));
                }
            }
            Becomes::Selector => {
                if let Err(error) = JsonPath::parse(&text()) {
                    self.report(Diagnostic::at(
                        Code::InvalidJsonPath,
                        place,
                        format!("the path becomes `{}`: {}", text(), error.message),
                    ));
                }
            }
            Becomes::List => {
                if !value.is_array() {
                    self.report(
                        Diagnostic::at(Code::WrongType, place, format!("expected a list of values, found {value}"))
                            .label("compares with a list"),
                    );
                }
            }
            Becomes::Canaries(texts) => self.canary_texts(value, place, texts),
        }
    }

    pub(super) fn canary_texts(&mut self, value: &Value, place: &Place, texts: &mut Vec<String>) {
        let items = match value {
            Value::Array(items) => items.clone(),
            other => vec![other.clone()],
        };
        if items.is_empty() {
            self.report(
                Diagnostic::at(Code::VacuousCanary, place, "the list of texts is empty here")
                    .label("nothing to search for"),
            );
        }
        for item in items {
            match item {
                Value::String(text) if text.chars().count() >= SHORTEST_CANARY => texts.push(text),
                Value::String(text) => self.report(
                    Diagnostic::at(Code::VacuousCanary, place, format!("`{text}` is too short to be searched for"))
                        .label("would be found by chance"),
                ),
                other => self.report(Diagnostic::at(
                    Code::WrongType,
                    place,
                    format!("expected a text to search for, found {other}"),
                )),
            }
        }
    }
}
