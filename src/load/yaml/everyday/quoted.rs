//! Scalars in quotes.

use std::borrow::Cow;

use super::Reader;

impl<'f> Reader<'f> {
    /// A scalar in quotes, on one line.
    pub(super) fn quoted(&mut self) -> Option<Cow<'f, str>> {
        let quote = self.peek()?;
        self.at += 1;
        let rest = &self.bytes[self.at..];
        let end = memchr::memchr3(quote, b'\\', b'\n', rest)?;
        if rest[end] == quote && rest.get(end + 1) != Some(&quote) {
            let text = self.text(self.at, self.at + end)?;
            self.at += end + 1;
            return Some(Cow::Borrowed(text));
        }
        self.spelled(quote).map(Cow::Owned)
    }

    /// The rest of a scalar in which some characters don't stand for themselves.
    fn spelled(&mut self, quote: u8) -> Option<String> {
        let mut text = String::new();
        let mut from = self.at;
        loop {
            match self.peek()? {
                b'\n' => return None,
                byte if byte == quote => {
                    let again = quote == b'\'' && self.bytes.get(self.at + 1) == Some(&b'\'');
                    // Two of them are one.
                    let end = if again { self.at + 1 } else { self.at };
                    text.push_str(self.text(from, end)?);
                    self.at = end + 1;
                    from = self.at;
                    if !again {
                        return Some(text);
                    }
                }
                b'\\' if quote == b'"' => {
                    text.push_str(self.text(from, self.at)?);
                    let (meant, length) = escaped(&self.bytes[self.at + 1..])?;
                    text.push(meant);
                    self.at += 1 + length;
                    from = self.at;
                }
                _ => self.at += 1,
            }
        }
    }
}

/// The character that an escape stands for, and the length of what stands behind its backslash (YAML 1.2, section 5.7).
fn escaped(rest: &[u8]) -> Option<(char, usize)> {
    let by_number = |digits: usize| {
        let digits = std::str::from_utf8(rest.get(1..=digits)?).ok()?;
        let number = digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(digits)?;
        Some((char::from_u32(u32::from_str_radix(number, 16).ok()?)?, 1 + digits.len()))
    };
    match rest.first()? {
        b'"' => Some(('"', 1)),
        b'\\' => Some(('\\', 1)),
        b'/' => Some(('/', 1)),
        b'n' => Some(('\n', 1)),
        b't' => Some(('\t', 1)),
        b'r' => Some(('\r', 1)),
        b'x' => by_number(2),
        b'u' => by_number(4),
        b'U' => by_number(8),
        _ => None,
    }
}
