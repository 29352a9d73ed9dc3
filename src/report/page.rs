//! A page of its own: one file with its styles, its script and its data, that asks nobody for anything.
//!
//! Nothing in a page can run but the script that it was made with: a Content Security Policy names the digests of
//! script and styles. What comes from a server is data: JSON in elements that are no scripts, in which nothing can end
//! the element, and which the script shows as text.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};
use sha2::{Digest as _, Sha256};

/// How every page looks: colours in light and dark, type, head, tables, buttons.
const STYLE: &str = include_str!("page.css");

/// What the script of every page can do: make elements, copy texts, change the theme.
const SCRIPT: &str = include_str!("page.js");

/// The parts of a page that don't come from a run.
pub(super) struct Page {
    /// What only this kind of page looks like.
    pub(super) style: &'static str,
    /// What only this kind of page does, once the whole file is read.
    pub(super) script: &'static str,
    /// The elements that the script fills in.
    pub(super) body: &'static str,
}

impl Page {
    /// Writes everything before the data.
    pub(super) fn open(&self, output: &mut impl Write, title: &str) -> io::Result<()> {
        let style = format!("\n{STYLE}\n{}", self.style);
        let script = format!("\n\"use strict\";\n{SCRIPT}\n{}", self.script);
        writeln!(output, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
        writeln!(
            output,
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src {}; \
             base-uri 'none'; form-action 'none'\">",
            source(&style),
            source(&script)
        )?;
        writeln!(output, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
        writeln!(
            output,
            "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">"
        )?;
        writeln!(
            output,
            "<title>{}</title>\n<style>{style}</style>\n<script>{script}</script>\n</head>",
            escaped(title)
        )?;
        writeln!(output, "<body>\n{}", self.body)
    }
}

/// How a policy names an element by what stands in it.
fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// A text as the content of an HTML element.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Begins an element of data.
pub(super) fn open_data(output: &mut impl Write, class: &str) -> io::Result<()> {
    writeln!(output, "<script type=\"application/json\" class=\"{class}\">")
}

/// Ends an element of data.
pub(super) fn close_data(output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "</script>")
}

/// Writes a value as one line of data: in it nothing can end the element or the line.
pub(super) fn data(output: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *output, InScript(CompactFormatter)))?;
    output.write_all(b"\n")
}

/// JSON without any character that means something to a parser of HTML or of old JavaScript.
struct InScript(CompactFormatter);

impl Formatter for InScript {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            self.0.write_string_fragment(writer, &rest[..at])?;
            let special = rest[at..].chars().next().unwrap_or_default();
            write!(writer, "\\u{:04x}", u32::from(special))?;
            rest = &rest[at + special.len_utf8()..];
        }
        self.0.write_string_fragment(writer, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_data_ends_its_element() {
        let text = "a</script><!--<script>&amp;\u{2028}\u{2029}]]>\0\"\\é\n";
        let mut written = Vec::new();
        data(&mut written, &[text]).expect("written");
        let line = String::from_utf8(written).expect("text");
        assert!(!line.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\0']), "{line}");
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&line).expect("JSON"), [text]);
    }
}
