//! What stands between the braces of a template, and what it leads to.

use std::borrow::Cow;

use base64::Engine as _;
use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use super::{RESERVED, Scope, TemplateError, Unresolved};

/// What stands between the braces.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The parameter, capture or persona, or `world` or `target`.
    pub name: String,
    path: Vec<Member>,
    filters: Vec<Filter>,
}

#[derive(Clone, Debug, PartialEq)]
enum Member {
    Name(String),
    Index(usize),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Filter {
    Percent,
    Base64,
    Lower,
    Upper,
    Json,
}

impl Reference {
    pub(super) fn parse(text: &str, offset: usize) -> Result<Self, TemplateError> {
        let fail = |message: String| Err(TemplateError { message, offset });
        let mut pieces = text.split('|');
        let path = pieces.next().unwrap_or_default().trim();
        let mut filters = Vec::new();
        for filter in pieces {
            filters.push(match filter.trim() {
                "percent" => Filter::Percent,
                "base64" => Filter::Base64,
                "lower" => Filter::Lower,
                "upper" => Filter::Upper,
                "json" => Filter::Json,
                other => {
                    return fail(format!("unknown filter `{other}`; there are percent, base64, lower, upper and json"));
                }
            });
        }
        let mut members = Vec::new();
        for dotted in path.split('.') {
            let (name, mut indexes) = dotted.split_at(dotted.find('[').unwrap_or(dotted.len()));
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
                return fail(format!("`{path}` is not a name like `ann`, `ann.id` or `ann.friends[0].id`"));
            }
            members.push(Member::Name(name.to_owned()));
            while let Some(rest) = indexes.strip_prefix('[') {
                let parsed = rest.split_once(']').and_then(|(index, rest)| Some((index.parse().ok()?, rest)));
                let Some((index, rest)) = parsed else {
                    return fail(format!("`{dotted}` has no number between its brackets"));
                };
                members.push(Member::Index(index));
                indexes = rest;
            }
            if !indexes.is_empty() {
                return fail(format!("`{dotted}` goes on after its brackets"));
            }
        }
        let Member::Name(name) = members.remove(0) else {
            return fail("a reference begins with a name".into());
        };
        Ok(Self { name, path: members, filters })
    }

    /// What it speaks of.
    ///
    /// # Errors
    /// It leads nowhere.
    pub fn value<'a>(&self, scope: &Scope<'a>) -> Result<Cow<'a, Value>, Unresolved> {
        let mut value = Cow::Borrowed(self.found(scope)?);
        for filter in &self.filters {
            value = Cow::Owned(Value::String(filter.apply(&value)));
        }
        Ok(value)
    }

    /// What it speaks of, before its filters.
    pub(super) fn found<'a>(&self, scope: &Scope<'a>) -> Result<&'a Value, Unresolved> {
        let mut value = self.root(scope)?;
        for (depth, member) in self.path.iter().enumerate() {
            let next = match (member, value) {
                (Member::Name(name), Value::Object(members)) => members.get(name),
                (Member::Index(index), Value::Array(items)) => items.get(*index),
                _ => None,
            };
            let Some(next) = next else {
                return Err(self.unresolved(&member.to_string(), known_members(value), depth));
            };
            value = next;
        }
        Ok(value)
    }

    fn root<'a>(&self, scope: &Scope<'a>) -> Result<&'a Value, Unresolved> {
        let named = scope.parameters.get(&self.name).or_else(|| scope.captures.get(&self.name));
        if let Some(value) = named {
            let persona = value.as_str().filter(|_| !self.path.is_empty()).and_then(|name| scope.personas.get(name));
            return Ok(persona.map_or(value, |persona| &persona.values));
        }
        if let Some(persona) = scope.personas.get(&self.name) {
            return Ok(&persona.values);
        }
        match self.name.as_str() {
            "world" => Ok(scope.world),
            "target" => Ok(scope.target),
            _ => {
                let names = scope.captures.keys().chain(scope.personas.keys()).map(String::as_str);
                let mut known: Vec<String> = scope.parameters.names().chain(names).map(str::to_owned).collect();
                known.extend(["world".to_owned(), "target".to_owned()]);
                Err(self.unresolved(&self.name, known, 0))
            }
        }
    }

    fn unresolved(&self, missing: &str, known: Vec<String>, depth: usize) -> Unresolved {
        let reference = self.path.iter().take(depth + 1).fold(self.name.clone(), |path, member| match member {
            Member::Name(name) => format!("{path}.{name}"),
            Member::Index(index) => format!("{path}[{index}]"),
        });
        Unresolved { reference, missing: missing.to_owned(), known }
    }
}

impl std::fmt::Display for Member {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Index(index) => write!(formatter, "[{index}]"),
        }
    }
}

fn known_members(value: &Value) -> Vec<String> {
    value.as_object().map(|members| members.keys().cloned().collect()).unwrap_or_default()
}

impl Filter {
    fn apply(self, value: &Value) -> String {
        let text = match value {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            other => Cow::Owned(other.to_string()),
        };
        match self {
            Self::Percent => utf8_percent_encode(&text, RESERVED).to_string(),
            Self::Base64 => base64::engine::general_purpose::STANDARD.encode(text.as_bytes()),
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
            Self::Json => value.to_string(),
        }
    }
}
