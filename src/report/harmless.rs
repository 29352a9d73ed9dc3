//! What people read, on its way to a terminal: nothing in it steers the terminal but our own colours.
//!
//! Every text of a server is made harmless where it is put into a line. This stands behind all of them, so that a place
//! that was forgotten, or a stored report that somebody else wrote, can do no harm either.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::text::steers;

/// A writer that puts U+FFFD for every character that steers a terminal, but for ends of lines, tabs and colours.
///
/// What is written at once must end between two characters, as every `&str` does.
pub struct Harmless<W: Write> {
    output: W,
}

impl<W: Write> Harmless<W> {
    /// What stands before `output`.
    pub fn new(output: W) -> Self {
        Self { output }
    }
}

impl<W: Write> Write for Harmless<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write_all(harmless(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// The same JSON without a character that steers a terminal: escaped, since it is data and stays what it is.
#[must_use]
pub fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        // JSON itself has no others outside of texts.
        if steers(character) && !matches!(character, '\n' | '\t' | '\r') {
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// The text without characters that steer a terminal, but for ends of lines, tabs and colours.
fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, character)) = rest.char_indices().find(|(_, c)| steers(*c) && !matches!(c, '\n' | '\t')) {
        harmless.push_str(&rest[..at]);
        let colour = colour(&rest[at..]);
        if colour > 0 {
            harmless.push_str(&rest[at..at + colour]);
        } else {
            harmless.push('\u{fffd}');
        }
        rest = &rest[at + colour.max(character.len_utf8())..];
    }
    harmless + rest
}

/// The length of the sequence that begins the text, if it sets a colour and nothing else: Select Graphic Rendition
/// (ECMA-48, section 8.3.117).
fn colour(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\u{1b}[") else { return 0 };
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(parameters.len());
    if parameters[end..].starts_with('m') { 2 + end + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_what_it_is() {
        let text = serde_json::to_string_pretty(&["a\u{1b}b\u{9b}c\u{202e}d\u{ffff}\n"]).expect("JSON");
        let escaped = json(&text);
        assert!(!escaped.contains(|c| steers(c) && c != '\n'), "{escaped}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&escaped).ok(),
            serde_json::from_str::<serde_json::Value>(&text).ok()
        );
    }

    #[test]
    fn only_colours_get_through() {
        for (text, shown) in [
            ("a\tb\nc", "a\tb\nc"),
            ("\u{1b}[1m\u{1b}[31mred\u{1b}[0m", "\u{1b}[1m\u{1b}[31mred\u{1b}[0m"),
            ("\u{1b}[2J\u{1b}]0;title\u{7}", "\u{fffd}[2J\u{fffd}]0;title\u{fffd}"),
            ("\u{1b}[31\u{1b}", "\u{fffd}[31\u{fffd}"),
            ("a\rb\u{9b}31m\u{202e}\u{0}", "a\u{fffd}b\u{fffd}31m\u{fffd}\u{fffd}"),
        ] {
            let mut written = Vec::new();
            Harmless::new(&mut written).write_all(text.as_bytes()).expect("written");
            assert_eq!(String::from_utf8(written).expect("text"), shown, "{text:?}");
        }
    }
}
