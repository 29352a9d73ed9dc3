//! Paths of `JSONPath` as they are written.

use std::fmt::{self, Write as _};

use serde_json_path::JsonPath;

/// How deep filters may stand in each other. The parser reads each of them twice, so that its time doubles with every one.
const DEEPEST_FILTER: usize = 12;
/// How deep parentheses may stand in each other, each of which takes some of the stack.
const DEEPEST_GROUP: usize = 32;

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// One line.
    pub message: String,
    /// Bytes from the start of the text.
    pub offset: usize,
}

/// Reads a path (RFC 9535).
///
/// # Errors
/// It is none, or nested deeper than anybody writes.
pub fn parse(text: &str) -> Result<JsonPath, PathError> {
    let (mut quote, mut escaped, mut filters, mut groups) = (None, false, 0_usize, 0_usize);
    for (offset, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open && !escaped => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'[') => filters += 1,
            (None, b']') => filters = filters.saturating_sub(1),
            (None, b'(') => groups += 1,
            (None, b')') => groups = groups.saturating_sub(1),
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
        if filters > DEEPEST_FILTER || groups > DEEPEST_GROUP {
            return Err(PathError { message: "it is nested too deep".into(), offset });
        }
    }
    JsonPath::parse(text).map_err(|error| PathError { message: error.message().to_owned(), offset: error.position() })
}

/// A path as a suite would write it. Its own rendering has a dot too many before a descendant's name, as in `$...name`
/// for `$..name` (RFC 9535, section 2.5.2).
pub struct Written<'p>(pub &'p JsonPath);

impl fmt::Display for Written<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut quote, mut dots, mut escaped) = (None, 0, false);
        for character in self.0.to_string().chars() {
            dots = if quote.is_none() && character == '.' { dots + 1 } else { 0 };
            if dots > 2 {
                continue;
            }
            match quote {
                Some(open) if character == open && !escaped => quote = None,
                None if matches!(character, '\'' | '"') => quote = Some(character),
                _ => {}
            }
            escaped = character == '\\' && !escaped;
            formatter.write_char(character)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_too_deep_is_refused_at_once() {
        for (text, is_path) in [
            ("$[?@[?@[?@.a]]]".to_owned(), true),
            (format!("$['{}', \"{}\"]", "[".repeat(99), "(".repeat(99)), true),
            ("$[0]".repeat(40).replace("]$", "]"), true),
            ("$[?".repeat(60), false),
            (format!("${}@{}", "[?@".repeat(60), "]".repeat(60)), false),
            (format!("$[?{}@.a{}]", "(".repeat(20_000), ")".repeat(20_000)), false),
        ] {
            assert_eq!(parse(&text).is_ok(), is_path, "{text}");
        }
    }

    #[test]
    fn a_path_is_shown_as_it_was_written() {
        for text in ["$", "$.a", "$..a", "$..*", "$.a..b[0]", "$..[\"a\"]"] {
            assert_eq!(Written(&JsonPath::parse(text).expect(text)).to_string().replace('\'', "\""), text);
        }
        let quoted = Written(&JsonPath::parse("$['a...b']").expect("a path")).to_string();
        assert!(quoted.contains("a...b"), "{quoted}");
    }
}
