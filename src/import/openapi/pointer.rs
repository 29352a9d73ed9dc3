//! A document and what its references lead to.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// References are followed so far; longer chains go in a circle.
const LONGEST_CHAIN: usize = 32;

/// A whole document.
pub(super) struct Document<'a> {
    pub(super) root: &'a Value,
    /// The name of its file.
    pub(super) name: &'a str,
    /// Whether schemas are JSON Schema 2020-12, as from 3.1 on.
    pub(super) modern: bool,
}

impl<'a> Document<'a> {
    /// The value that a reference inside of the document leads to.
    pub(super) fn at(&self, reference: &str) -> Option<&'a Value> {
        let fragment = reference.strip_prefix('#')?;
        let pointer = percent_decode_str(fragment).decode_utf8().ok()?;
        self.root.pointer(&pointer)
    }

    /// The value itself, or what it refers to.
    pub(super) fn resolved(&self, value: &'a Value) -> Option<&'a Value> {
        let mut value = value;
        for _ in 0..LONGEST_CHAIN {
            match value.get("$ref").and_then(Value::as_str) {
                Some(reference) => value = self.at(reference)?,
                None => return Some(value),
            }
        }
        None
    }

    /// The member of an object, as what it refers to.
    pub(super) fn member(&self, value: &'a Value, name: &str) -> Option<&'a Value> {
        self.resolved(value.get(name)?)
    }
}
