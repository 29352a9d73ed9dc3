//! Texts and JSON values with `{{…}}` in them, and the names that these can speak of.

mod reference;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde_json::{Map, Value};

use super::parameters::Parameters;
use super::persona::Persona;

pub use self::reference::Reference;

/// Everything but the unreserved characters of RFC 3986, section 2.3.
pub const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text, split at its `{{…}}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Template(Parts);

#[derive(Clone, Debug, PartialEq)]
enum Parts {
    /// There are very many, and most have no reference in them.
    Literal(Box<str>),
    Several(Box<[Part]>),
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Reference(Reference),
}

/// What is made room for where a reference is filled in, in bytes.
const USUAL_LENGTH: usize = 24;

impl Part {
    /// How long it usually becomes, in bytes.
    fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Reference(_) => USUAL_LENGTH,
        }
    }
}

/// Why a text is no template, and the byte offset of the fault.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateError {
    /// One line.
    pub message: String,
    /// Bytes from the start of the text.
    pub offset: usize,
}

/// A reference that leads nowhere in a scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Unresolved {
    /// The whole reference, as in `ann.xuid`.
    pub reference: String,
    /// The part of it that could not be found.
    pub missing: String,
    /// The names that do exist at that point.
    pub known: Vec<String>,
}

/// What templates can speak of.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The parameters of the trial's row.
    pub parameters: &'a Parameters,
    /// What earlier steps captured.
    pub captures: &'a Map<String, Value>,
    /// All personas.
    pub personas: &'a BTreeMap<String, Persona>,
    /// The world.
    pub world: &'a Value,
    /// What is known of the target.
    pub target: &'a Value,
}

impl Template {
    /// Parses a text.
    ///
    /// # Errors
    /// Braces that aren't closed, an empty or odd name, an unknown filter.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if braces(text).is_none() {
            return Ok(Self::literal(text));
        }
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(open) = braces(&text[at..]).map(|offset| at + offset) {
            plain.push_str(&text[at..open]);
            if text[open..].starts_with("{{{{") {
                plain.push_str("{{");
                at = open + 4;
                continue;
            }
            let Some(close) = text[open..].find("}}").map(|offset| open + offset) else {
                return Err(TemplateError { message: "`{{` is never closed".into(), offset: open });
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Reference(Reference::parse(&text[open + 2..close], open + 2)?));
            at = close + 2;
        }
        plain.push_str(&text[at..]);
        if parts.is_empty() {
            return Ok(Self(Parts::Literal(plain.into())));
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(Parts::Several(parts.into())))
    }

    /// A template without references.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self(Parts::Literal(text.into()))
    }

    /// The text, when there is no reference in it.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match &self.0 {
            Parts::Literal(text) => Some(text),
            Parts::Several(_) => None,
        }
    }

    /// The same, where every reference that begins with the name `from` begins with `to` instead.
    #[must_use]
    pub fn renamed(&self, from: &str, to: &str) -> Self {
        let mut renamed = self.clone();
        if let Parts::Several(parts) = &mut renamed.0 {
            for part in parts {
                if let Part::Reference(reference) = part
                    && reference.name == from
                {
                    to.clone_into(&mut reference.name);
                }
            }
        }
        renamed
    }

    /// Its parts, if it isn't literal.
    fn parts(&self) -> &[Part] {
        match &self.0 {
            Parts::Literal(_) => &[],
            Parts::Several(parts) => parts,
        }
    }

    /// The references in it.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.parts().iter().filter_map(|part| match part {
            Part::Reference(reference) => Some(reference),
            Part::Text(_) => None,
        })
    }

    /// Fills it in as a text. Values that aren't texts become their JSON.
    ///
    /// # Errors
    /// A reference that leads nowhere.
    pub fn text(&self, scope: &Scope<'_>) -> Result<String, Unresolved> {
        if let Some(literal) = self.as_literal() {
            return Ok(literal.to_owned());
        }
        let parts = self.parts();
        let mut text = String::with_capacity(parts.iter().map(Part::length).sum());
        for part in parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Reference(reference) => match reference.value(scope)?.as_ref() {
                    Value::String(value) => text.push_str(value),
                    // As most are that aren't texts, without a serializer.
                    Value::Number(value) => {
                        let _ = write!(text, "{value}");
                    }
                    value => {
                        let _ = write!(text, "{value}");
                    }
                },
            }
        }
        Ok(text)
    }

    /// Whether it can be filled in.
    ///
    /// # Errors
    /// A reference that leads nowhere.
    pub fn leads_somewhere(&self, scope: &Scope<'_>) -> Result<(), Unresolved> {
        self.references().try_for_each(|reference| reference.found(scope).map(drop))
    }

    /// The same as [`Self::value`], but none for a text of more than so many bytes.
    ///
    /// # Errors
    /// A reference that leads nowhere.
    pub fn value_within<'a>(&self, scope: &Scope<'a>, most: usize) -> Result<Option<Cow<'a, Value>>, Unresolved> {
        if let [Part::Reference(_)] = self.parts() {
            return self.value(scope).map(Some);
        }
        let mut length = 0_usize;
        for reference in self.references() {
            length = length.saturating_add(match reference.value(scope)?.as_ref() {
                Value::String(text) => text.len(),
                other => other.to_string().len(),
            });
            if length > most {
                return Ok(None);
            }
        }
        self.value(scope).map(Some)
    }

    /// Fills it in as a value: a template that is one whole reference keeps the type of what it speaks of.
    ///
    /// # Errors
    /// A reference that leads nowhere.
    pub fn value<'a>(&self, scope: &Scope<'a>) -> Result<Cow<'a, Value>, Unresolved> {
        match self.parts() {
            [Part::Reference(reference)] => reference.value(scope),
            _ => self.text(scope).map(|text| Cow::Owned(Value::String(text))),
        }
    }
}

/// Where the first `{{` stands. Nearly all texts have none, and a search for two bytes takes longer to prepare.
fn braces(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'{', bytes).find(|at| bytes.get(at + 1) == Some(&b'{'))
}

/// A JSON value whose texts are templates.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueTemplate {
    /// A value without any reference in it.
    Literal(Value),
    /// A text with references.
    Text(Template),
    /// An array with references somewhere in it.
    Array(Vec<Self>),
    /// An object with references somewhere in it.
    Object(Vec<(String, Self)>),
}

impl ValueTemplate {
    /// Fills in all references.
    ///
    /// # Errors
    /// A reference that leads nowhere.
    pub fn value<'a>(&'a self, scope: &Scope<'a>) -> Result<Cow<'a, Value>, Unresolved> {
        match self {
            Self::Literal(value) => Ok(Cow::Borrowed(value)),
            Self::Text(template) => template.value(scope),
            Self::Array(items) => {
                let items = items.iter().map(|item| item.value(scope).map(Cow::into_owned));
                items.collect::<Result<_, _>>().map(|items| Cow::Owned(Value::Array(items)))
            }
            Self::Object(members) => {
                let members =
                    members.iter().map(|(name, member)| Ok((name.clone(), member.value(scope)?.into_owned())));
                members.collect::<Result<_, _>>().map(|members| Cow::Owned(Value::Object(members)))
            }
        }
    }

    /// Calls `visit` with every template in it.
    pub fn templates<'a>(&'a self, visit: &mut dyn FnMut(&'a Template)) {
        match self {
            Self::Literal(_) => {}
            Self::Text(template) => visit(template),
            Self::Array(items) => items.iter().for_each(|item| item.templates(visit)),
            Self::Object(members) => members.iter().for_each(|(_, member)| member.templates(visit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn render(text: &str) -> Result<Value, Unresolved> {
        let parameters = [("level", json!("all")), ("owner", json!("ann")), ("count", json!(3))];
        let parameters = Parameters::new(parameters.map(|(name, value)| (name.into(), value)).into());
        let personas =
            BTreeMap::from([("ann".to_owned(), Persona::for_test("ann", json!({"id": "17", "tags": ["a b", "c"]})))]);
        let scope = Scope {
            parameters: &parameters,
            captures: &Map::new(),
            personas: &personas,
            world: &json!({"users": [{"name": "Ann"}]}),
            target: &Value::Null,
        };
        Template::parse(text).expect("a template").value(&scope).map(Cow::into_owned)
    }

    #[test]
    fn references_keep_their_type_when_alone_and_become_text_otherwise() {
        for (text, expected) in [
            ("plain", json!("plain")),
            ("", json!("")),
            ("{{count}}", json!(3)),
            ("n={{count}}", json!("n=3")),
            ("{{ann.tags}}", json!(["a b", "c"])),
            ("{{owner.id}}/{{owner}}", json!("17/ann")),
            ("{{ann.tags[0] | percent}}", json!("a%20b")),
            ("{{level | upper}}", json!("ALL")),
            ("{{world.users[0].name | base64}}", json!("QW5u")),
            ("{{{{level}}", json!("{{level}}")),
        ] {
            assert_eq!(render(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_named() {
        for (text, missing) in [("{{nobody}}", "nobody"), ("{{ann.idd}}", "idd"), ("{{ann.tags[7]}}", "[7]")] {
            assert_eq!(render(text).expect_err("unresolved").missing, missing, "{text}");
        }
    }

    #[test]
    fn malformed_templates_are_refused_with_their_place() {
        for (text, offset) in [("a{{b", 1), ("{{}}", 2), ("x{{a | shout}}", 3), ("{{a[x]}}", 2)] {
            assert_eq!(Template::parse(text).expect_err("an error").offset, offset, "{text}");
        }
    }
}
