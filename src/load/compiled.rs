//! What was compiled already: contracts say the same in many cases.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;
use serde_json_path::{JsonPath, ParseError};

/// Regular expressions and paths by their texts.
#[derive(Default)]
pub(super) struct Compiled {
    patterns: RefCell<HashMap<String, Regex>>,
    paths: RefCell<HashMap<String, Arc<JsonPath>>>,
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
    pub(super) fn path(&self, text: &str) -> Result<Arc<JsonPath>, ParseError> {
        if let Some(known) = self.paths.borrow().get(text) {
            return Ok(Arc::clone(known));
        }
        let path = Arc::new(JsonPath::parse(text)?);
        self.paths.borrow_mut().insert(text.to_owned(), Arc::clone(&path));
        Ok(path)
    }
}
