//! Paths of `JSONPath` as they are written.

use std::fmt::{self, Write as _};

use serde_json_path::JsonPath;

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
    fn a_path_is_shown_as_it_was_written() {
        for text in ["$", "$.a", "$..a", "$..*", "$.a..b[0]", "$..[\"a\"]"] {
            assert_eq!(Written(&JsonPath::parse(text).expect(text)).to_string().replace('\'', "\""), text);
        }
        let quoted = Written(&JsonPath::parse("$['a...b']").expect("a path")).to_string();
        assert!(quoted.contains("a...b"), "{quoted}");
    }
}
