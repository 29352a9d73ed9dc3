//! Texts that must never appear in an output.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use percent_encoding::utf8_percent_encode;

use super::template::RESERVED;

/// What stands in the stead of a secret.
pub const MASK: &str = "[secret]";

/// What stands where a text was cut short.
pub const CUT: &str = "…";

/// The shortest text that is masked: shorter ones would be found in innocent places.
pub const SHORTEST: usize = 4;

/// Header fields whose values are credentials, whoever wrote them.
pub const CREDENTIAL_HEADERS: [&str; 6] =
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-csrf-token"];

/// A set of secret texts. `Debug` doesn't show them.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Each text in each encoding that it might be shown in.
    forms: Vec<String>,
    /// Finds any of them, in upper or lower case; none where there are none.
    finder: Option<AhoCorasick>,
}

impl Secrets {
    /// Gathers secrets; texts shorter than [`SHORTEST`] are left out.
    pub fn new(texts: impl IntoIterator<Item = String>) -> Self {
        let mut secrets = Self::default();
        secrets.extend(texts);
        secrets
    }

    /// Adds secrets.
    pub fn extend(&mut self, texts: impl IntoIterator<Item = String>) {
        for text in texts.into_iter().filter(|text| text.len() >= SHORTEST) {
            self.forms.extend(encodings(&text));
        }
        self.forms.sort();
        self.forms.dedup();
        // Only billions of texts are too many for it.
        let finder = || AhoCorasick::builder().ascii_case_insensitive(true).build(&self.forms).ok();
        self.finder = (!self.forms.is_empty()).then(finder).flatten();
    }

    /// The text with every secret masked.
    #[must_use]
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let spans = self.spans(text);
        let masked = if spans.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(without(text, &spans)) };
        if masked.contains(CUT) { Cow::Owned(self.mask_cut(&masked)) } else { masked }
    }

    /// The beginning of the text, up to `limit` bytes of it, with every secret masked, also one that goes on beyond.
    #[must_use]
    pub fn mask_beginning(&self, text: &str, limit: usize) -> String {
        if text.len() <= limit {
            return self.mask(text).into_owned();
        }
        let longest = self.forms.iter().map(String::len).max().unwrap_or(0);
        let end = text.floor_char_boundary(limit);
        let spans = self.spans(&text[..text.floor_char_boundary(limit + longest)]);
        let begun: Vec<Range<usize>> = spans.into_iter().filter(|span| span.start < end).collect();
        let end = begun.last().map_or(end, |last| last.end.max(end));
        without(&text[..end], &begun)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// Whether the text shows a secret as it stands.
    #[must_use]
    pub fn shows_in(&self, text: &str) -> bool {
        self.finder.as_ref().is_some_and(|finder| finder.is_match(text))
    }

    /// Where secrets stand in a text, in order and apart from each other.
    fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let mut spans: Vec<Range<usize>> = Vec::new();
        for found in self.finder.iter().flat_map(|finder| finder.find_overlapping_iter(text)) {
            let mut span = found.range();
            // They come by where they end, so the last ones alone can run into this one.
            while let Some(last) = spans.pop_if(|last| last.end > span.start) {
                span.start = span.start.min(last.start);
            }
            spans.push(span);
        }
        spans
    }

    /// Masks the beginnings of secrets where a text was cut short in the middle of one.
    fn mask_cut(&self, text: &str) -> String {
        let mut pieces: Vec<String> = text.split(CUT).map(str::to_owned).collect();
        let last = pieces.len() - 1;
        for piece in &mut pieces[..last] {
            let beginning = self.forms.iter().filter_map(|form| beginning_at_end(piece, form)).max();
            if let Some(length) = beginning {
                piece.truncate(piece.len() - length);
                piece.push_str(MASK);
            }
        }
        pieces.join(CUT)
    }
}

/// The text with something else in the stead of each span.
fn without(text: &str, spans: &[Range<usize>]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        masked.push_str(&text[at..span.start]);
        masked.push_str(MASK);
        at = span.end;
    }
    masked.push_str(&text[at..]);
    masked
}

/// How many bytes at the end of a text are the beginning of a secret.
fn beginning_at_end(text: &str, secret: &str) -> Option<usize> {
    (SHORTEST..secret.len()).rev().find(|length| secret.is_char_boundary(*length) && text.ends_with(&secret[..*length]))
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secrets({})", self.forms.len())
    }
}

/// A text as it stands, percent-encoded, escaped as in JSON and JSON Pointers, in hexadecimal, and in base64 (without
/// padding, so that it is found inside more).
#[must_use]
pub fn encodings(text: &str) -> Vec<String> {
    let json = serde_json::Value::from(text).to_string();
    let ascii = text
        .chars()
        .map(|character| if character.is_ascii() { character.to_string() } else { unicode_escape(character) })
        .collect::<String>();
    let mut forms = vec![
        text.to_owned(),
        utf8_percent_encode(text, RESERVED).to_string(),
        utf8_percent_encode(text, RESERVED).to_string().replace("%20", "+"),
        json[1..json.len() - 1].to_owned(),
        ascii,
        text.to_lowercase(),
        text.replace('~', "~0").replace('/', "~1"),
        json[1..json.len() - 1].replace('/', "\\/"),
    ];
    for before in ["%", ""] {
        forms.push(text.bytes().fold(String::new(), |coded, byte| coded + &format!("{before}{byte:02X}")));
    }
    // Base64 depends on where in a group of three bytes the text begins, and its last group on what follows, so only
    // whole groups are searched for.
    for (before, depend) in [(0, 0), (1, 2), (2, 3)] {
        let padded = [&[0; 2][..before], text.as_bytes()].concat();
        let whole = padded.len() / 3 * 3;
        if whole >= 9 {
            forms.push(base64::engine::general_purpose::STANDARD_NO_PAD.encode(&padded[..whole])[depend..].to_owned());
            forms.push(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&padded[..whole])[depend..].to_owned());
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

fn unicode_escape(character: char) -> String {
    character.encode_utf16(&mut [0; 2]).iter().fold(String::new(), |escape, unit| escape + &format!("\\u{unit:04x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_that_overlap_and_that_run_over_an_end_are_masked_whole() {
        let secrets = Secrets::new(["abcdef".to_owned(), "cdefghij".to_owned(), "secret".to_owned()]);
        assert_eq!(secrets.mask("xabcdefghijx secret"), "x[secret]x [secret]");
        for (limit, beginning) in
            [(1, "x"), (2, "x[secret]"), (7, "x[secret]"), (12, "x[secret]x"), (90, "x[secret]xé")]
        {
            assert_eq!(secrets.mask_beginning("xabcdefghijxé", limit), beginning, "{limit}");
        }
        assert!(secrets.shows_in("x ABCDEF") && !secrets.shows_in("abcde") && !Secrets::default().shows_in("abcdef"));
    }

    #[test]
    fn secrets_are_masked_in_every_encoding() {
        let secrets = Secrets::new(["pa\"ss wörd".to_owned(), "abc".to_owned()]);
        for text in ["pa\"ss wörd", "pa%22ss%20w%C3%B6rd", "pa\\\"ss wörd", "x cGEic3Mgd8O2cmQ= y", "pa%22ss+w%C3%B6rd"]
        {
            let masked = secrets.mask(text);
            assert!(masked.contains(MASK), "{text} -> {masked}");
            assert!(!masked.contains("ss"), "{text} -> {masked}");
        }
        assert_eq!(secrets.mask("abc is too short"), "abc is too short");
        assert_eq!(secrets.mask("x pa\"ss w… (300 bytes)"), "x [secret]… (300 bytes)");
        assert_eq!(secrets.mask("70612273732077C3B67264, PA\"SS wörd"), "[secret], [secret]");
        assert!(!format!("{secrets:?}").contains("pa"));
    }
}
