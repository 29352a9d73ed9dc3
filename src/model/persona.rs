//! The identities that requests are sent as.

use serde_json::Value;

use super::template::Template;
use crate::diagnostic::Place;

/// The persona that sends no credentials; it always exists.
pub const NOBODY: &str = "nobody";

/// A named identity.
#[derive(Clone, Debug)]
pub struct Persona {
    /// Its name in suites.
    pub name: String,
    /// Its members for templates: an object.
    pub values: Value,
    /// Headers sent with each of its requests, names in lower case.
    pub headers: Vec<(String, Template)>,
    /// Where it is declared; `nobody` has no place.
    pub place: Option<Place>,
}

impl Persona {
    /// The persona that sends no credentials.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            name: NOBODY.to_owned(),
            values: Value::Object(serde_json::Map::new()),
            headers: Vec::new(),
            place: None,
        }
    }

    #[cfg(test)]
    pub(crate) fn for_test(name: &str, values: Value) -> Self {
        Self { name: name.to_owned(), values, headers: Vec::new(), place: None }
    }
}
