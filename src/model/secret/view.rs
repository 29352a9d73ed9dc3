//! Texts as those read them who decode them, and where each byte of that comes from.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

/// A text without one layer of escapes.
pub(super) struct View {
    /// What is read.
    pub(super) bytes: Vec<u8>,
    pieces: Vec<Piece>,
}

/// Bytes of a view that come from one place.
struct Piece {
    at: usize,
    from: Range<usize>,
    /// Whether they stand there as they are.
    alike: bool,
}

impl View {
    fn new(room: usize) -> Self {
        Self { bytes: Vec::with_capacity(room), pieces: Vec::new() }
    }

    /// Bytes that stand in the text as they are.
    fn keep(&mut self, text: &[u8], from: Range<usize>) {
        if !from.is_empty() {
            self.pieces.push(Piece { at: self.bytes.len(), from: from.clone(), alike: true });
            self.bytes.extend_from_slice(&text[from]);
        }
    }

    /// Bytes that are written otherwise.
    fn put(&mut self, bytes: &[u8], from: Range<usize>) {
        if !bytes.is_empty() {
            self.pieces.push(Piece { at: self.bytes.len(), from, alike: false });
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Where in the text a part of the view comes from, which isn't empty.
    pub(super) fn origin(&self, span: &Range<usize>) -> Range<usize> {
        let piece = |at: usize| {
            let after = self.pieces.partition_point(|piece| piece.at <= at);
            after.checked_sub(1).map(|index| &self.pieces[index])
        };
        let last = span.end.saturating_sub(1).max(span.start);
        let (Some(first), Some(end)) = (piece(span.start), piece(last)) else { return 0..0 };
        let start = if first.alike { first.from.start + (span.start - first.at) } else { first.from.start };
        let end = if end.alike { end.from.start + (last - end.at) + 1 } else { end.from.end };
        start..end.max(start)
    }
}

/// A character or byte that an escape stands for, and how long the escape is.
struct Escape {
    bytes: [u8; 4],
    length: usize,
    consumed: usize,
}

impl Escape {
    fn byte(byte: u8, consumed: usize) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1, consumed }
    }

    fn nothing(consumed: usize) -> Self {
        Self { bytes: [0; 4], length: 0, consumed }
    }

    fn character(code: u32, consumed: usize) -> Option<Self> {
        let mut bytes = [0; 4];
        let length = char::from_u32(code)?.encode_utf8(&mut bytes).len();
        Some(Self { bytes, length, consumed })
    }
}

/// What escapes begin with: those of JSON and its like, of URLs, and of HTML. One kind is taken away at a time, since
/// what begins one may be a letter of a text that is written in another.
pub(super) const SIGNS: [u8; 3] = [b'\\', b'%', b'&'];

/// Without the escapes that begin with this sign; none where there are none.
pub(super) fn unescaped(text: &[u8], sign: u8) -> Option<View> {
    let mut view = View::new(0);
    let mut done = 0;
    for at in memchr_iter(sign, text) {
        if at < done {
            continue;
        }
        let rest = &text[at..];
        let escape = match sign {
            b'\\' => backslash(rest),
            b'%' => percent(rest),
            _ => entity(rest),
        };
        if let Some(escape) = escape {
            view.keep(text, done..at);
            done = at + escape.consumed;
            view.put(&escape.bytes[..escape.length], at..done);
        }
    }
    if done == 0 {
        return None;
    }
    view.keep(text, done..text.len());
    Some(view)
}

fn backslash(rest: &[u8]) -> Option<Escape> {
    let next = *rest.get(1)?;
    Some(match next {
        b'u' if rest.get(2) == Some(&b'{') => {
            let end = memchr(b'}', rest.get(..12).unwrap_or(rest))?;
            Escape::character(number(&rest[3..end], 16)?, end + 1)?
        }
        b'U' if rest.get(2..10).and_then(|digits| number(digits, 16)).is_some() => {
            Escape::character(number(&rest[2..10], 16)?, 10)?
        }
        b'u' | b'U' => unit(rest, 2)?,
        b'x' | b'X' => Escape::byte(pair(rest.get(2..4)?)?, 4),
        b'0'..=b'3'
            if rest.get(1..4).is_some_and(|digits| digits.iter().all(|digit| (b'0'..=b'7').contains(digit))) =>
        {
            Escape::byte(u8::try_from(number(&rest[1..4], 8)?).ok()?, 4)
        }
        b'n' => Escape::byte(b'\n', 2),
        b'r' => Escape::byte(b'\r', 2),
        b't' => Escape::byte(b'\t', 2),
        b'b' => Escape::byte(8, 2),
        b'f' => Escape::byte(12, 2),
        // A line that goes on: what it is indented by isn't part of it.
        b'\r' | b'\n' => {
            let breaks = if rest.get(1..3) == Some(b"\r\n") { 3 } else { 2 };
            let blanks = rest[breaks..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            Escape::nothing(breaks + blanks)
        }
        byte if byte.is_ascii_punctuation() => Escape::byte(byte, 2),
        _ => return None,
    })
}

/// A code unit of UTF-16 in four hexadecimal digits at `at`, with the one that makes a pair of it.
fn unit(rest: &[u8], at: usize) -> Option<Escape> {
    let high = number(rest.get(at..at + 4)?, 16)?;
    if !(0xd800..0xdc00).contains(&high) {
        return Escape::character(high, at + 4);
    }
    let next = at + 4;
    (rest.get(next..next + at)? == &rest[..at]).then_some(())?;
    let low = number(rest.get(next + at..next + at + 4)?, 16)?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    Escape::character(0x10000 + ((high - 0xd800) << 10) + low, next + at + 4)
}

fn percent(rest: &[u8]) -> Option<Escape> {
    match rest.get(1)? {
        b'u' | b'U' => unit(rest, 2),
        _ => Some(Escape::byte(pair(rest.get(1..3)?)?, 3)),
    }
}

/// The names of characters that encoders of HTML write.
const NAMED: [(&str, char); 27] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("sol", '/'),
    ("bsol", '\\'),
    ("plus", '+'),
    ("equals", '='),
    ("colon", ':'),
    ("semi", ';'),
    ("comma", ','),
    ("period", '.'),
    ("excl", '!'),
    ("quest", '?'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("commat", '@'),
    ("lowbar", '_'),
    ("hyphen", '-'),
    ("ast", '*'),
    ("lpar", '('),
    ("rpar", ')'),
    ("grave", '`'),
    ("verbar", '|'),
];

fn entity(rest: &[u8]) -> Option<Escape> {
    if rest.get(1) == Some(&b'#') {
        let (radix, begin) = if matches!(rest.get(2), Some(b'x' | b'X')) { (16, 3) } else { (10, 2) };
        let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
        let digits = rest.get(begin..)?.iter().take(10).take_while(is_digit).count();
        let end = begin + digits;
        return Escape::character(number(&rest[begin..end], radix)?, end + usize::from(rest.get(end) == Some(&b';')));
    }
    let end = memchr(b';', rest.get(..12).unwrap_or(rest))?;
    let (_, character) = NAMED.iter().find(|(name, _)| name.as_bytes() == &rest[1..end])?;
    Escape::character(u32::from(*character), end + 1)
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    (!digits.is_empty() && digits.iter().all(|digit| char::from(*digit).is_digit(radix))).then_some(())?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

fn pair(digits: &[u8]) -> Option<u8> {
    u8::try_from(number(digits, 16)?).ok()
}

/// Without the coding that is called quoted-printable (RFC 2045, section 6.7); none where nothing is coded.
pub(super) fn unquoted(text: &[u8]) -> Option<View> {
    let mut view = View::new(0);
    let mut done = 0;
    for at in memchr_iter(b'=', text) {
        let rest = &text[at..];
        let escape = match rest.get(1) {
            _ if at < done => None,
            Some(b'\n') => Some(Escape::nothing(2)),
            Some(b'\r') if rest.get(2) == Some(&b'\n') => Some(Escape::nothing(3)),
            Some(_) => rest.get(1..3).and_then(pair).map(|byte| Escape::byte(byte, 3)),
            None => None,
        };
        if let Some(escape) = escape {
            view.keep(text, done..at);
            done = at + escape.consumed;
            view.put(&escape.bytes[..escape.length], at..done);
        }
    }
    if done == 0 {
        return None;
    }
    view.keep(text, done..text.len());
    Some(view)
}

/// Without line breaks and what stands around them, nor anything that isn't seen: NUL between the letters of UTF-16,
/// spaces of no width, escape sequences of terminals; `joint` stands in their stead. None where there is nothing.
pub(super) fn unfolded(text: &[u8], joint: &[u8]) -> Option<View> {
    let unseen_from = text.iter().position(|byte| begins_unseen(*byte))?;
    let mut view = View::new(0);
    let (mut done, mut at) = (0, unseen_from);
    while at < text.len() {
        let Some(length) = unseen(&text[at..]) else {
            // The next byte that can begin one.
            at += 1 + text[at + 1..].iter().position(|byte| begins_unseen(*byte)).unwrap_or(text.len() - at - 1);
            continue;
        };
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
        let mut start = at - text[done..at].iter().rev().take_while(blank).count();
        // A line that goes on in the next.
        if matches!(text[at], b'\r' | b'\n') && text[done..start].last() == Some(&b'\\') {
            start -= 1;
        }
        let mut end = at + length;
        loop {
            let blanks = text[end..].iter().take_while(blank).count();
            match unseen(&text[end + blanks..]) {
                Some(length) => end += blanks + length,
                None => break end += blanks,
            }
        }
        if !is_between_tokens(text, start, end) {
            view.keep(text, done..start);
            view.put(joint, start..end);
            done = end;
        }
        at = end;
    }
    if done == 0 {
        return None;
    }
    view.keep(text, done..text.len());
    Some(view)
}

/// Whether white space stands between two tokens of JSON, or at the end, where it folds nothing: so are most line breaks.
fn is_between_tokens(text: &[u8], start: usize, end: usize) -> bool {
    let before = text[..start].last().is_none_or(|byte| matches!(byte, b',' | b'{' | b'['));
    let after = text.get(end).is_none_or(|byte| matches!(byte, b'}' | b']'));
    (before || after) && text[start..end].iter().all(u8::is_ascii_whitespace)
}

fn begins_unseen(byte: u8) -> bool {
    byte <= 0x20 || matches!(byte, 0x7f | 0xc2 | 0xe2 | 0xef)
}

/// How many bytes at the beginning are seen by nobody: control characters, line breaks, characters of no width, and
/// what stands for bytes that are no text.
fn unseen(text: &[u8]) -> Option<usize> {
    match text {
        [0x1b, b'[', rest @ ..] => {
            let parameters = rest.iter().take(32).take_while(|byte| (0x20..0x40).contains(*byte)).count();
            Some(2 + parameters + usize::from(parameters < rest.len()))
        }
        [byte, ..] if (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f => Some(1),
        // What is left of a fold in a header (RFC 9112, section 5.2), NEL and the soft hyphen.
        [b' ' | b'\t', b' ' | b'\t', ..] | [0xc2, 0x85 | 0xad, ..] => Some(2),
        // From U+200B to U+200F, from U+2028 to U+202E, the word joiner, the byte order mark, the replacement character.
        [0xe2, 0x80, 0x8b..=0x8f | 0xa8..=0xae, ..]
        | [0xe2, 0x81, 0xa0, ..]
        | [0xef, 0xbb, 0xbf, ..]
        | [0xef, 0xbf, 0xbd, ..] => Some(3),
        _ => None,
    }
}

/// The shortest runs that can hide a text that is written otherwise within.
const SHORTEST_BASE64: usize = 11;
const SHORTEST_HEX: usize = 16;

/// Whether a byte can stand in base64, in either alphabet; those of hexadecimal can too.
fn of_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// What the runs of base64 and hexadecimal decode to, as far as it can be text; wherever their first group begins.
pub(super) fn decoded(text: &[u8]) -> impl Iterator<Item = View> + '_ {
    let mut at = 0;
    let runs = text.split(|byte| !of_base64(*byte)).map(move |run| {
        let start = at;
        at += run.len() + 1;
        (start, run)
    });
    runs.filter(|(_, run)| run.len() >= SHORTEST_BASE64).flat_map(|(start, run)| {
        let hex = run.len() >= SHORTEST_HEX && run.iter().all(u8::is_ascii_hexdigit);
        let hex = (0..2).filter(move |_| hex).filter_map(move |skip| view_of(run, start, skip, 4));
        (0..4).filter_map(move |skip| view_of(run, start, skip, 6)).chain(hex)
    })
}

/// What a run decodes to whose characters have so many bits each, from the one at `skip` on.
fn view_of(run: &[u8], start: usize, skip: usize, bits: u32) -> Option<View> {
    let run = run.get(skip..)?;
    let (mut readable, mut all) = (0, 0);
    // Most runs are words, and no text: that is found out before anything is kept.
    for (_, byte) in bytes_of(run, bits) {
        all += 1;
        readable += usize::from(matches!(byte, 0 | b'\t'..=b'\r' | b' '..=b'~'));
    }
    if all < 4 || readable * 4 < all * 3 {
        return None;
    }
    let mut view = View::new(all);
    for (index, byte) in bytes_of(run, bits) {
        // It began in the character before.
        view.put(&[byte], start + skip + index - 1..start + skip + index + 1);
    }
    Some(view)
}

/// The bytes that characters of so many bits stand for, each with the position of the character that ends it.
fn bytes_of(run: &[u8], bits: u32) -> impl Iterator<Item = (usize, u8)> + '_ {
    let (mut held, mut value) = (0, 0u32);
    run.iter().enumerate().filter_map(move |(index, byte)| {
        let digit = if bits == 4 { char::from(*byte).to_digit(16).unwrap_or(0) } else { sextet(*byte) };
        value = (value << bits | digit) & 0xffff;
        held += bits;
        if held < 8 {
            return None;
        }
        held -= 8;
        u8::try_from(value >> held & 0xff).ok().map(|byte| (index, byte))
    })
}

/// The six bits of a character of base64, in either alphabet.
fn sextet(byte: u8) -> u32 {
    u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_knows_where_it_comes_from() {
        for (text, read, part, origin) in [
            (r"a\u0074b%41c", "atb%41c", 1..2, 1..7),
            (r"a\u0074b\x41c", "atbAc", 2..4, 7..12),
            (r"\ud83d\udd11 x", "🔑 x", 0..4, 0..12),
            (r"\/\\\n", "/\\\n", 0..3, 0..6),
            ("&#x74;&amp;&lt", "t&&lt", 0..2, 0..11),
            ("%2574 %zz", "%74 %zz", 0..3, 0..5),
            ("a \\\n   b", "a b", 0..3, 0..8),
        ] {
            let view = SIGNS.iter().find_map(|sign| unescaped(text.as_bytes(), *sign)).expect(text);
            assert_eq!(String::from_utf8_lossy(&view.bytes), read, "{text}");
            assert_eq!(view.origin(&part), origin, "{text}");
        }
        assert!(SIGNS.iter().all(|sign| unescaped(b"100% & \\ \xc3\xa9", *sign).is_none()));
        let view = unfolded(b"to \r\n ken\x1b[31m t\0o\0", b"").expect("folds");
        assert_eq!((view.bytes.as_slice(), view.origin(&(0..5))), (&b"tokento"[..], 0..9));
        let view = unquoted(b"=74ok=\r\nen==").expect("coded");
        assert_eq!((view.bytes.as_slice(), view.origin(&(0..5))), (&b"token=="[..], 0..10));
        for (text, read) in [("x dG9rZW4gMTIzNA== y", "token 1234"), ("746f6b656e2031323334", "token 1234")] {
            assert!(decoded(text.as_bytes()).any(|view| view.bytes == read.as_bytes()), "{text}");
        }
    }
}
