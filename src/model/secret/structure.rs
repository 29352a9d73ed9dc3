//! What stands in the stead of a secret keeps the text around it well-formed.

use std::ops::Range;

/// A part of a text to be replaced.
pub(super) struct Replaced {
    pub(super) span: Range<usize>,
    /// Whether what replaces it needs quotes.
    pub(super) quoted: bool,
}

/// The spans as parts to be replaced. In JSON, those that stand outside of a text are the whole number.
pub(super) fn replaced(text: &str, spans: Vec<Range<usize>>) -> Vec<Replaced> {
    let bytes = text.as_bytes();
    let mut parts: Vec<Replaced> = Vec::with_capacity(spans.len());
    let mut reader = Reader { at: json_begins(text).unwrap_or(bytes.len()), in_text: false };
    for span in spans {
        if parts.last().is_some_and(|last| last.span.end >= span.end) {
            continue;
        }
        reader.read_to(bytes, span.start);
        let of_number = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let bare = reader.at == span.start && !reader.in_text && bytes[span.clone()].iter().all(of_number);
        if !bare {
            parts.push(Replaced { span, quoted: false });
            continue;
        }
        let start = span.start - bytes[..span.start].iter().rev().take_while(|byte| of_number(byte)).count();
        let end = span.end + bytes[span.end..].iter().take_while(|byte| of_number(byte)).count();
        parts.push(Replaced { span: start..end, quoted: true });
    }
    parts
}

/// Where the JSON in a text begins: at once, or after the head of a snapshot.
fn json_begins(text: &str) -> Option<usize> {
    let is_json = |at: &usize| text[*at..].trim_start().starts_with(['{', '[']);
    [Some(0), text.find("\n\n")].into_iter().flatten().find(is_json)
}

/// Knows whether it is inside of a text of JSON.
struct Reader {
    at: usize,
    in_text: bool,
}

impl Reader {
    fn read_to(&mut self, bytes: &[u8], end: usize) {
        while self.at < end {
            match bytes[self.at] {
                b'\\' if self.in_text => self.at += 1,
                b'"' => self.in_text = !self.in_text,
                _ => {}
            }
            self.at += 1;
        }
    }
}
