//! The beginning of a JSON value as text, however large the value is.

use std::io;

use serde_json::Value;

/// A value as one line of JSON, cut after so many characters; then the length of the whole in bytes is told.
#[must_use]
pub fn beginning(value: &Value, most: usize) -> String {
    let mut written = Written { text: Vec::new(), room: (most + 1) * LONGEST, length: 0 };
    // Neither a value nor this writer can fail.
    let _ = serde_json::to_writer(&mut written, value);
    let text = match String::from_utf8(written.text) {
        Ok(text) => text,
        // The last character was cut.
        Err(cut) => String::from_utf8_lossy(cut.as_bytes()).into_owned(),
    };
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], written.length),
        None => text,
    }
}

/// The longest character, in bytes.
const LONGEST: usize = 4;

/// Keeps what there is room for and counts all of it.
struct Written {
    text: Vec<u8>,
    room: usize,
    length: usize,
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let kept = bytes.len().min(self.room - self.text.len());
        self.text.extend_from_slice(&bytes[..kept]);
        self.length += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_values_are_cut_between_characters_and_their_length_is_told() {
        for (value, most, text) in [
            (json!({"a": [1, "é"]}), 99, "{\"a\":[1,\"é\"]}"),
            (json!([1, 2, 3]), 7, "[1,2,3]"),
            (json!([1, 2, 3]), 3, "[1,… (7 bytes)"),
            (json!("ééé"), 3, "\"éé… (8 bytes)"),
            (json!("😀".repeat(999)), 2, "\"😀… (3998 bytes)"),
        ] {
            assert_eq!(beginning(&value, most), text);
        }
    }
}
