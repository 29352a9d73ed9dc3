//! Texts in all the ways in which they can be written: escaped, percent-encoded, in base64, in hexadecimal.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use percent_encoding::percent_decode_str;

/// Shorter runs of letters are taken for words.
const SHORTEST_BASE64: usize = 8;

/// Fewer bytes of text between bytes that are none are taken for noise: most words can be decoded to something.
const SHORTEST_DECODED: usize = 4;

/// What stands between two readings, so that nothing is found where they meet.
const BETWEEN: char = '\0';

/// Which bytes can stand in base64, in either alphabet.
static OF_BASE64: LazyLock<[bool; 256]> = LazyLock::new(|| {
    std::array::from_fn(|byte| u8::try_from(byte).is_ok_and(|b| b.is_ascii_alphanumeric() || b"+/-_".contains(&b)))
});

static LENIENT: LazyLock<[GeneralPurpose; 2]> = LazyLock::new(|| {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    [GeneralPurpose::new(&STANDARD, config), GeneralPurpose::new(&URL_SAFE, config)]
});

/// Whether a byte can stand in base64.
pub(super) fn is_of_base64(byte: u8) -> bool {
    OF_BASE64[usize::from(byte)]
}

/// A text as it stands, percent-decoded, and with every run of base64 or hexadecimal in it decoded; all in lower case.
pub(super) fn readings(text: &str) -> String {
    let mut readings = lower(text).into_owned();
    if text.contains(['%', '+']) {
        readings.push(BETWEEN);
        readings.push_str(&lower(&percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy()));
    }
    let mut decoded = Vec::new();
    for run in runs(text.as_bytes()) {
        // A length that no base64 has: the last character belongs to something else.
        let whole = &run[..run.len() - usize::from(run.len() % 4 == 1)];
        if run.len() % 2 == 0 && run.iter().all(u8::is_ascii_hexdigit) {
            let digit =
                |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
            decoded.clear();
            decoded.extend(run.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])));
            push_texts(&mut readings, &decoded);
        }
        // The two alphabets differ in two characters; without these one reading will do.
        let alphabets = if run.iter().any(|byte| b"+/-_".contains(byte)) { &LENIENT[..] } else { &LENIENT[..1] };
        for engine in alphabets {
            decoded.clear();
            if engine.decode_vec(whole, &mut decoded).is_ok() {
                push_texts(&mut readings, &decoded);
            }
        }
    }
    readings
}

/// The runs of bytes that can stand in base64, without the shortest ones.
fn runs(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let of_base64 = &*OF_BASE64;
    let is_one = |at: &usize| of_base64[usize::from(bytes[*at])];
    let mut at = 0;
    std::iter::from_fn(move || {
        // A run that is long enough has this byte; most have not, so that few bytes need to be looked at.
        while let Some(byte) = bytes.get(at + SHORTEST_BASE64 - 1) {
            let probe = at + SHORTEST_BASE64 - 1;
            if !of_base64[usize::from(*byte)] {
                at = probe + 1;
                continue;
            }
            let begin = (at..probe).rev().take_while(&is_one).last().unwrap_or(probe);
            let end = (probe..bytes.len()).take_while(&is_one).last().unwrap_or(probe) + 1;
            at = end + 1;
            if end - begin >= SHORTEST_BASE64 {
                return Some(&bytes[begin..end]);
            }
        }
        None
    })
}

/// Adds what is text in some bytes, in lower case.
fn push_texts(readings: &mut String, bytes: &[u8]) {
    for text in bytes.utf8_chunks().map(|chunk| chunk.valid()).filter(|text| text.len() >= SHORTEST_DECODED) {
        readings.push(BETWEEN);
        readings.push_str(&lower(text));
    }
}

/// In lower case; most texts are ASCII, for which that is much cheaper.
pub(super) fn lower(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        let mut lower = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                // What stands for bytes that are no text: in some bodies that is every other character.
                '\u{fffd}' => lower.push(character),
                _ if character.is_ascii() => lower.push(character.to_ascii_lowercase()),
                _ => lower.extend(character.to_lowercase()),
            }
        }
        Cow::Owned(lower)
    } else if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Every reading of a field.
pub(super) fn of_header((name, value): &(String, Bytes)) -> Rc<str> {
    readings(&format!("{name}: {}", String::from_utf8_lossy(value))).into()
}

/// Every reading of a body, in lower case.
pub(crate) fn of_body(body: &[u8]) -> Rc<str> {
    // Where all is well the strict reader is the faster one by far.
    let mut text = match std::str::from_utf8(body) {
        Ok(text) => readings(text),
        Err(_) => readings(&String::from_utf8_lossy(body)),
    };
    let unescaped = unescaped(body);
    if !unescaped.is_empty() {
        text.push(BETWEEN);
        text.push_str(&readings(&unescaped));
    }
    text.into()
}

/// The texts of a JSON body that are written with escapes, without them; what is no JSON is read as far as it goes.
pub(super) fn unescaped(body: &[u8]) -> String {
    let mut texts = String::new();
    let mut begin = None;
    let mut escaped = false;
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'"', b'\\', body.get(at..).unwrap_or_default()).map(|offset| at + offset) {
        at = found + 1;
        match (begin, body[found]) {
            (None, b'"') => (begin, escaped) = (Some(found), false),
            (None, _) => {}
            (Some(_), b'\\') => (escaped, at) = (true, found + 2),
            (Some(start), _) => {
                begin = None;
                if let Some(text) =
                    escaped.then(|| serde_json::from_slice::<String>(&body[start..=found]).ok()).flatten()
                {
                    texts.push_str(&text);
                    texts.push('\n');
                }
            }
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_that_is_long_enough_is_found_whole() {
        let words = ["a", "abcdefg", "abcdefgh", "abcdefghi", "YWJjZGVmZ2hpamtsbW5v", "", ",", "0,0,0,0,0,0,0,0,0"];
        for first in words {
            for second in words {
                for between in [".", " , ", ""] {
                    let text = format!("{first}{between}{second}{between}{first}");
                    let naive = text.as_bytes().split(|byte| !is_of_base64(*byte));
                    let long = naive.filter(|run| run.len() >= SHORTEST_BASE64);
                    assert_eq!(runs(text.as_bytes()).collect::<Vec<_>>(), long.collect::<Vec<_>>(), "{text}");
                }
            }
        }
    }
}
