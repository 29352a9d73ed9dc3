//! What was compiled already: contracts say the same in many cases.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::Regex;

use crate::model::path::{JsonPath, PathError};

/// Regular expressions and paths by their texts.
#[derive(Default)]
pub(super) struct Compiled {
    patterns: RefCell<HashMap<String, Regex>>,
    paths: RefCell<HashMap<String, JsonPath>>,
}

impl Compiled {
    /// A regular expression.
    ///
    /// # Errors
    /// It is none.
    pub(super) fn pattern(&self, text: &str) -> Result<Regex, regex::Error> {
        if let Some(known) = self.patterns.borrow().get(text) {
            return Ok(known.clone());
        }
        let pattern = Regex::new(text)?;
        self.patterns.borrow_mut().insert(text.to_owned(), pattern.clone());
        Ok(pattern)
    }

    /// A `JSONPath`.
    ///
    /// # Errors
    /// It is none.
    pub(super) fn path(&self, text: &str) -> Result<JsonPath, PathError> {
        if let Some(known) = self.paths.borrow().get(text) {
            return Ok(known.clone());
        }
        let path = JsonPath::parse(text)?;
        self.paths.borrow_mut().insert(text.to_owned(), path.clone());
        Ok(path)
    }
}
