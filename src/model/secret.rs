//! Texts that must never appear in an output.

mod credential;
mod finder;
mod structure;
mod view;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;

use self::finder::Finder;
use self::view::View;
use crate::diagnostic::Place;

pub use self::credential::{CREDENTIAL_HEADERS, names_a_secret, texts};

/// What stands in the stead of a secret.
pub const MASK: &str = "[secret]";

/// What stands where a text was cut short.
pub const CUT: &str = "…";

/// The shortest text that is masked, in bytes: shorter ones would be found in innocent places.
pub const SHORTEST: usize = 4;

/// So many ways of reading one text are looked at, and so many of a long one.
const MOST_VIEWS: (usize, usize) = (24, 8);

/// Which text is long, in bytes.
const LONG: usize = 4 << 20;

/// How much of a text is read at a time, in bytes: every way of reading it takes memory.
const PIECE: usize = 256 << 10;

/// How often a run of base64 or hexadecimal is decoded that stands in another one.
const MOST_NESTED: usize = 2;

/// How many places are looked at where a text was cut, at its beginning and at its end.
const MOST_CUTS: usize = 8;

/// How much longer than itself a secret is at most where it is written with escapes.
const ESCAPED: usize = 12;

/// How many texts that were learned are kept: what was learned long ago is forgotten then.
const MOST_LEARNED: usize = 800;

/// So many sets of what was learned are searched one after the other before they become one.
const MOST_SETS: usize = 8;

/// A set of secret texts. `Debug` doesn't show them, and copies share them.
#[derive(Clone, Default)]
pub struct Secrets {
    known: Vec<Arc<Finder>>,
    /// Those that answers told.
    learned: Vec<Arc<Finder>>,
    /// How many can't be masked.
    too_short: usize,
}

impl Secrets {
    /// Gathers secrets; texts shorter than [`SHORTEST`] are left out.
    pub fn new(texts: impl IntoIterator<Item = String>) -> Self {
        let mut secrets = Self::default();
        secrets.extend(texts);
        secrets
    }

    /// Adds secrets, and the parts of them that are secrets too.
    pub fn extend(&mut self, texts: impl IntoIterator<Item = String>) {
        let texts: Vec<String> = texts.into_iter().collect();
        self.too_short += texts.iter().filter(|text| !text.is_empty() && text.len() < SHORTEST).count();
        self.known.extend(self.finder(texts));
        join(&mut self.known, 1);
    }

    /// Adds secrets that an answer told. Of very many the first are forgotten.
    pub fn learn(&mut self, texts: impl IntoIterator<Item = String>) {
        self.learned.extend(self.finder(texts));
        join(&mut self.learned, MOST_SETS);
        while self.learned.len() > 1 && self.learned.iter().map(|finder| finder.len()).sum::<usize>() > MOST_LEARNED {
            self.learned.remove(0);
        }
    }

    /// How many of them are too short to be masked.
    #[must_use]
    pub fn too_short(&self) -> usize {
        self.too_short
    }

    /// Finds those that aren't known yet.
    fn finder(&self, texts: impl IntoIterator<Item = String>) -> Option<Arc<Finder>> {
        let parts = texts.into_iter().flat_map(|text| credential::parts(&text));
        let new: Vec<String> = parts.filter(|part| !self.is_one(part)).collect();
        (!new.is_empty()).then(|| Arc::new(Finder::of(new)))
    }

    fn finders(&self) -> impl Iterator<Item = &Finder> {
        self.known.iter().chain(&self.learned).map(|finder| &**finder)
    }

    /// Whether the whole text is a secret.
    fn is_one(&self, text: &str) -> bool {
        self.finders().any(|finder| finder.is_one(text))
    }

    /// The text with every secret masked, however it is written. What is JSON stays JSON.
    #[must_use]
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let spans = self.places_in(text);
        if spans.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(without(text, spans)) }
    }

    /// The beginning of the text, up to `limit` bytes of it, with every secret masked, also one that goes on beyond.
    #[must_use]
    pub fn mask_beginning(&self, text: &str, limit: usize) -> String {
        if text.len() <= limit {
            return self.mask(text).into_owned();
        }
        let end = text.floor_char_boundary(limit);
        let spans = self.places_in(&text[..text.floor_char_boundary(limit + self.window())]);
        let begun: Vec<Range<usize>> = spans.into_iter().filter(|span| span.start < end).collect();
        let end = begun.last().map_or(end, |last| last.end.max(end));
        without(&text[..end], begun)
    }

    /// The place, with a file in which no secret stands on its line; columns stay what they are.
    #[must_use]
    pub fn conceal(&self, place: &Place) -> Place {
        let text = &place.file.text;
        let begin = text[..place.start()].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[begin..].find('\n').map_or(text.len(), |newline| begin + newline);
        let spans = self.places_in(&text[begin..end]);
        if spans.is_empty() {
            return place.clone();
        }
        let dots = spans.into_iter().map(|span| shifted(&span, begin));
        Place::new(&Arc::new(place.file.dotted(dots)), place.start(), place.end())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.learned.is_empty()
    }

    /// Whether the text shows a secret as it stands.
    #[must_use]
    pub fn shows_in(&self, text: &str) -> bool {
        let mut found = Vec::new();
        self.finders().for_each(|finder| finder.find(text.as_bytes(), &mut found));
        !found.is_empty()
    }

    /// Where secrets stand in a text, in order and apart from each other.
    #[must_use]
    pub fn places_in(&self, text: &str) -> Vec<Range<usize>> {
        if self.known.is_empty() && self.learned.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let (bytes, overlap) = (text.as_bytes(), self.window());
        let mut at = 0;
        loop {
            let end = bytes.len().min(at + PIECE.max(2 * overlap));
            let most = if bytes.len() > LONG { MOST_VIEWS.1 } else { MOST_VIEWS.0 };
            found.extend(self.found(&bytes[at..end], most, MOST_NESTED).iter().map(|span| shifted(span, at)));
            if end == bytes.len() {
                break;
            }
            at = end - overlap;
        }
        if text.contains(CUT) {
            found.extend(self.cut(text.as_bytes()));
        }
        for span in &mut found {
            *span = text.floor_char_boundary(span.start)..text.ceil_char_boundary(span.end);
        }
        found.sort_by_key(|span| (span.start, span.end));
        found.dedup_by(|next, last| {
            let overlap = next.start < last.end;
            if overlap {
                last.end = last.end.max(next.end);
            }
            overlap
        });
        found
    }

    /// Where secrets stand in a text in any way of reading it, in no order.
    fn found(&self, text: &[u8], most: usize, nested: usize) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for reading in self.readings(text, most) {
            let mut inner = Vec::new();
            self.finders().for_each(|finder| finder.find(reading.bytes(), &mut inner));
            if nested > 0 {
                for view in view::decoded(reading.bytes()) {
                    let deeper = self.found(&view.bytes, most, nested - 1);
                    inner.extend(deeper.iter().map(|span| view.origin(span)));
                }
            }
            found.extend(inner.iter().map(|span| reading.origin(span)));
        }
        found
    }

    /// How many bytes a secret takes at most.
    fn window(&self) -> usize {
        self.finders().map(Finder::longest).max().unwrap_or(0) * ESCAPED
    }

    /// The text as it stands and in every way of reading it, as often escaped as it may be.
    fn readings<'t>(&self, text: &'t [u8], most: usize) -> Vec<Reading<'t>> {
        let spaced = self.finders().any(|finder| finder.spaced);
        let mut readings = vec![Reading { text, views: Vec::new() }];
        let mut at = 0;
        while at < readings.len() && readings.len() < most {
            let bytes = readings[at].bytes();
            let with_spaces = if spaced { view::unfolded(bytes, b" ") } else { None };
            let found = [view::unfolded(bytes, b""), with_spaces, view::unquoted(bytes)];
            let unescaped = view::SIGNS.iter().map(|sign| view::unescaped(bytes, *sign));
            for view in unescaped.chain(found).flatten().collect::<Vec<_>>() {
                if readings.len() < most && readings.iter().all(|known| known.bytes() != view.bytes) {
                    let views = readings[at].views.iter().cloned().chain([Arc::new(view)]).collect();
                    readings.push(Reading { text, views });
                }
            }
            at += 1;
        }
        readings
    }

    /// Where a text was cut in the middle of a secret.
    fn cut(&self, text: &[u8]) -> Vec<Range<usize>> {
        let window = self.window();
        let cuts: Vec<usize> = memmem::find_iter(text, CUT).collect();
        let few = cuts.len().saturating_sub(MOST_CUTS).max(MOST_CUTS.min(cuts.len()));
        let mut found = Vec::new();
        for at in cuts[..MOST_CUTS.min(cuts.len())].iter().chain(&cuts[few..]) {
            let begin = at.saturating_sub(window);
            for reading in self.readings(&text[begin..*at], MOST_VIEWS.1) {
                let length = reading.bytes().len();
                let begun = self.finders().filter_map(|finder| finder.begun_at_end(reading.bytes())).max();
                found.extend(begun.map(|begun| shifted(&reading.origin(&(length - begun..length)), begin)));
            }
            let after = at + CUT.len();
            for reading in self.readings(&text[after..text.len().min(after + window)], MOST_VIEWS.1) {
                let ended = self.finders().filter_map(|finder| finder.ended_at_beginning(reading.bytes())).max();
                found.extend(ended.map(|ended| shifted(&reading.origin(&(0..ended)), after)));
            }
        }
        found
    }
}

fn shifted(span: &Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}

/// Makes one of more than so many.
fn join(finders: &mut Vec<Arc<Finder>>, most: usize) {
    if finders.len() > most {
        *finders = vec![Arc::new(Finder::joined(finders))];
    }
}

/// A text as somebody reads it who takes some escapes away.
struct Reading<'t> {
    text: &'t [u8],
    /// Through these, the outermost first.
    views: Vec<Arc<View>>,
}

impl Reading<'_> {
    fn bytes(&self) -> &[u8] {
        self.views.last().map_or(self.text, |view| &view.bytes)
    }

    /// Where in the text a part of it comes from.
    fn origin(&self, span: &Range<usize>) -> Range<usize> {
        self.views.iter().rev().fold(span.clone(), |span, view| view.origin(&span))
    }
}

/// The text with something else in the stead of each span.
fn without(text: &str, spans: Vec<Range<usize>>) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for part in structure::replaced(text, spans) {
        masked.push_str(&text[at..part.span.start]);
        let quote = if part.quoted { "\"" } else { "" };
        masked.extend([quote, MASK, quote]);
        at = part.span.end;
    }
    masked.push_str(&text[at..]);
    masked
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secrets({})", self.finders().map(Finder::len).sum::<usize>())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

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

    fn hex(bytes: &[u8], before: &str) -> String {
        bytes.iter().fold(String::new(), |text, byte| text + before + &format!("{byte:02x}"))
    }

    /// Ways of writing a text, which can be combined.
    fn written(text: &str) -> Vec<String> {
        let each = |written: &dyn Fn(char) -> String| text.chars().map(written).collect::<String>();
        let units = each(&|c| {
            c.encode_utf16(&mut [0; 2]).iter().fold(String::new(), |mut text, unit| {
                let _ = write!(text, "\\u{unit:04X}");
                text
            })
        });
        let json = serde_json::Value::from(text).to_string();
        let (begin, end) = text.split_at(text.floor_char_boundary(3));
        vec![
            text.to_owned(),
            text.to_uppercase(),
            units,
            json[1..json.len() - 1].to_owned(),
            json[1..json.len() - 1].replace('/', "\\/"),
            utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
            hex(text.as_bytes(), "%"),
            hex(text.as_bytes(), "="),
            hex(text.as_bytes(), "\\x"),
            hex(text.as_bytes(), ""),
            each(&|c| format!("&#{};", u32::from(c))),
            each(&|c| format!("&#x{:X};", u32::from(c))),
            text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;"),
            STANDARD.encode(text),
            STANDARD.encode(format!("user:{text}")),
            STANDARD.encode(format!("a{text}b")),
            URL_SAFE_NO_PAD.encode(format!("ab{text}")),
            STANDARD.encode(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
            each(&|c| format!("{c}\u{0}")),
            each(&|c| format!("{c}\u{200b}")),
            each(&|c| format!("\u{1b}[1m{c}")),
            format!("{begin}\r\n  {end}"),
            format!("{begin}\\\n    {end}"),
            format!("{begin}=\r\n{end}"),
        ]
    }

    #[test]
    fn secrets_are_masked_however_they_are_written() {
        for secret in ["hunter-22-of-ann", "k3y/with+signs=&<\"\\>", "1%2Bé 🔑 wörd", "abcd", "90210477"] {
            let secrets = Secrets::new([secret.to_owned()]);
            for once in written(secret) {
                let masked = secrets.mask(&once).into_owned();
                let rest = masked.replace(MASK, "");
                assert!(
                    masked.contains(MASK) && rest.chars().filter(char::is_ascii_alphanumeric).count() <= 12,
                    "{secret}: {once:?} -> {masked:?}"
                );
                assert!(!secrets.shows_in(&masked.replace(MASK, "~")), "{once:?} -> {masked:?}");
                if once.chars().all(|c| c.is_ascii_graphic() || c == ' ') && secret.len() > 4 {
                    // Base64 in upper case is another text.
                    for (_, twice) in written(&once).into_iter().enumerate().filter(|(way, _)| *way != 1) {
                        assert!(secrets.mask(&twice).contains(MASK), "{secret}: {once:?} as {twice:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn not_a_bit_of_a_secret_is_left_in_base64() {
        let secrets = Secrets::new(["hunter2".to_owned()]);
        for (before, after) in [("", ""), ("a", ""), ("ab", "c"), ("abc", "cd"), ("user:", "\n"), ("{\"p\":\"", "\"}")]
        {
            let coded = STANDARD.encode(format!("{before}hunter2{after}"));
            let (begin, end) = (before.len() * 8 / 6, (before.len() + 7) * 8);
            let rest = if after.is_empty() { "" } else { &coded[end.div_ceil(6)..] };
            assert_eq!(secrets.mask(&coded), format!("{}{MASK}{rest}", &coded[..begin]), "{coded}");
        }
    }

    #[test]
    fn innocent_texts_stay_as_they_are() {
        let secrets = Secrets::new(["hunter2-of-ann".to_owned(), "abc".to_owned()]);
        for text in
            ["abc is too short", "hunter 2 of ann", "{\"a\": 1,\n  \"b\": \"%41\\u0042&amp;\"}", "aHVudGVy", "…"]
        {
            assert_eq!(secrets.mask(text), text);
        }
        assert!(!format!("{secrets:?}").contains("hunter"));
    }

    #[test]
    fn what_was_cut_in_the_middle_of_a_secret_is_masked() {
        let secrets = Secrets::new(["hunter2-of-ann".to_owned()]);
        for (text, masked) in [
            ("x hunter2… (300 bytes)", "x [secret]… (300 bytes)"),
            ("x hun… and hunt…", "x hun… and [secret]…"),
            ("…-of-ann x", "…[secret] x"),
            ("x \\u0068unter2… (300 bytes)", "x [secret]… (300 bytes)"),
            ("%68unter2-…", "[secret]…"),
        ] {
            assert_eq!(secrets.mask(text), masked);
        }
    }

    #[test]
    fn json_stays_json() {
        let secrets = Secrets::new(["90210477".to_owned(), "hunter2".to_owned()]);
        for (text, masked) in [
            ("{\"pin\": 90210477, \"n\": -90210477.5}", "{\"pin\": \"[secret]\", \"n\": \"[secret]\"}"),
            ("[90210477]", "[\"[secret]\"]"),
            (
                "{\"hunter2\": \"90210477\", \"a\\\"b\": 90210477}",
                "{\"[secret]\": \"[secret]\", \"a\\\"b\": \"[secret]\"}",
            ),
            ("200\n\n[190210477, 1]", "200\n\n[\"[secret]\", 1]"),
            ("pin: 90210477", "pin: [secret]"),
        ] {
            assert_eq!(secrets.mask(text), masked);
        }
    }

    #[test]
    fn what_is_learned_is_masked_in_copies_too() {
        let mut secrets = Secrets::new(["known-one".to_owned()]);
        secrets.learn(["told-one".to_owned()]);
        for number in 0..20 {
            secrets.learn([format!("told-{number}-by-an-answer")]);
        }
        assert_eq!(secrets.clone().mask("known-one told-one told-17-by-an-answer"), "[secret] [secret] [secret]");
    }
}
