//! Searches bytes for secrets in the ways in which they can be written. It shares nothing with what masks them.

use std::fmt::Write as _;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Fewer characters of base64 are found by chance.
const SHORTEST_BASE64: usize = 8;

/// Larger outputs are searched as they stand only.
const LARGE: usize = 4 << 20;

/// Looks for some secrets.
pub(crate) struct Search {
    secrets: Vec<String>,
    /// In any case, with the secret that each pattern is of.
    plain: Option<(AhoCorasick, Vec<usize>)>,
    exact: Option<(AhoCorasick, Vec<usize>)>,
}

impl Search {
    pub(crate) fn new(secrets: Vec<String>) -> Self {
        let (mut plain, mut exact) = (Vec::new(), Vec::new());
        for (index, secret) in secrets.iter().enumerate() {
            let hex = secret.bytes().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            let squeezed: String = secret.chars().filter(|letter| !letter.is_whitespace() && *letter != '\\').collect();
            for written in [secret.to_lowercase(), hex, squeezed.to_lowercase()] {
                plain.push((written, index));
            }
            for alphabet in [&STANDARD, &URL_SAFE] {
                for before in 0..3 {
                    let coded = alphabet.encode([&b"\0\0"[..before], secret.as_bytes(), b"\0\0"].concat());
                    // Only the characters that nothing but the secret decides.
                    let own = coded[(before * 8).div_ceil(6)..(before + secret.len()) * 8 / 6].to_owned();
                    exact.extend(Some((own, index)).filter(|(own, _)| own.len() >= SHORTEST_BASE64));
                }
            }
        }
        let build = |patterns: Vec<(String, usize)>| {
            let (texts, of): (Vec<String>, Vec<usize>) = patterns.into_iter().unzip();
            (!texts.is_empty()).then(|| (AhoCorasick::new(texts).expect("patterns"), of))
        };
        Self { plain: build(plain), exact: build(exact), secrets }
    }

    /// The first secret that the bytes show, and what stands around it.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<String> {
        self.find_in(bytes).or_else(|| {
            if bytes.len() > LARGE {
                return None;
            }
            let once = unescaped(bytes);
            let twice = unescaped(&once);
            [bytes, &once, &twice].iter().find_map(|text| self.find_in(text).or_else(|| self.find_in(&squeezed(text))))
        })
    }

    fn find_in(&self, bytes: &[u8]) -> Option<String> {
        let lower = String::from_utf8_lossy(bytes).to_lowercase();
        let hit = |search: &Option<(AhoCorasick, Vec<usize>)>, text: &[u8]| {
            let (automaton, of) = search.as_ref()?;
            let found = automaton.find(text)?;
            let around = &text[found.start().saturating_sub(120)..text.len().min(found.end() + 120)];
            Some(format!("`{}` in: {}", self.secrets[of[found.pattern().as_usize()]], String::from_utf8_lossy(around)))
        };
        hit(&self.plain, lower.as_bytes()).or_else(|| hit(&self.exact, bytes))
    }
}

/// Without white space, and what isn't seen.
fn squeezed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte >= 0x20 && *byte != b'\\').collect()
}

/// With `\u0074`, `%74`, `&#116;`, `&#x74;`, `=74` and `\x74` as what they stand for.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, ..] = rest {
        let (code, length) = escape(rest).unwrap_or((u32::from(*first), 1));
        match char::from_u32(code).filter(|_| length > 1) {
            Some(character) if length > 4 => plain.extend(character.to_string().bytes()),
            Some(_) => plain.push(u8::try_from(code).unwrap_or(b'?')),
            None => plain.push(*first),
        }
        rest = &rest[length..];
    }
    plain
}

fn escape(rest: &[u8]) -> Option<(u32, usize)> {
    let hex = |from: usize, to: usize| {
        let digits = std::str::from_utf8(rest.get(from..to)?).ok()?;
        u32::from_str_radix(digits, 16).ok().map(|code| (code, to))
    };
    match rest {
        [b'\\', b'u', ..] => hex(2, 6),
        [b'\\', b'x', ..] => hex(2, 4),
        [b'%' | b'=', ..] => hex(1, 3),
        [b'&', b'#', more @ ..] => {
            let end = more.iter().take(8).position(|byte| *byte == b';')?;
            let digits = std::str::from_utf8(&more[..end]).ok()?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => digits.parse().ok()?,
            };
            Some((code, end + 3))
        }
        _ => None,
    }
}
