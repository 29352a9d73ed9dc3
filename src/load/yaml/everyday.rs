//! The YAML that people write every day, read at a third of the cost of a parser.
//!
//! Block and flow collections, scalars on one line with or without quotes, comments. Whatever is more than that, or looks
//! wrong (tags, anchors, texts over several lines, odd numbers, tabs, several documents), is left to the whole reader,
//! whose word counts. Measured: 5 µs a case of 300 bytes; with the events of a parser 18, with its values 55.

#[cfg(test)]
mod agreement;
mod entries;
mod flow;
mod quoted;
mod scalar;

use std::borrow::Cow;
use std::sync::Arc;

use self::entries::{Entries, taken};
use self::flow::is_flow_indicator;
use self::scalar::plain;
use super::spot::Spot;
use super::{Key, Kind, Node};
use crate::diagnostic::SourceFile;

/// Deeper files are read by the whole reader, which says what it thinks of them.
const DEEPEST: usize = 60;

/// So are those with more nodes.
const MOST_NODES: usize = 1_000_000;

/// A key that is longer can't stand before its colon (YAML 1.2, section 7.4.2: 1024 characters).
const LONGEST_KEY: usize = 1_000;

/// The tree of a file; none where the whole reader has to say what it is.
pub(super) fn read(file: &Arc<SourceFile>) -> Option<Node<'_>> {
    if !is_of_every_day(&file.text) {
        return None;
    }
    let mut reader = Reader {
        file,
        bytes: file.text.as_bytes(),
        at: 0,
        line: 0,
        nodes: 0,
        items: Vec::new(),
        entries: Entries::default(),
    };
    reader.next_token()?;
    let root = reader.block(None, 0)?;
    reader.is_at_end().then_some(root)
}

/// Whether each character is.
fn is_of_every_day(text: &str) -> bool {
    // Without a branch for each byte; few lines have others.
    let is_plain = |line: &str| {
        line.bytes().fold(true, |plain, byte| plain & (byte == b'\n' || byte.wrapping_sub(b' ') <= b'~' - b' '))
    };
    is_plain(text) || text.split_inclusive('\n').all(|line| is_plain(line) || line.chars().all(is_everyday))
}

/// Whether no reader could see more in a character than itself.
fn is_everyday(c: char) -> bool {
    matches!(c, '\n' | ' '..='~')
        || c >= '\u{a0}' && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

struct Reader<'f> {
    file: &'f Arc<SourceFile>,
    bytes: &'f [u8],
    /// What is read next.
    at: usize,
    /// Where its line begins.
    line: usize,
    nodes: usize,
    /// The items of all lists that are being read, those of inner ones above those of outer ones.
    items: Vec<Node<'f>>,
    entries: Entries<'f>,
}

/// Whether a value ends with its line, or also with what ends it in a flow collection.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Block,
    Flow,
}

/// What begins in a block.
enum Begun<'f> {
    /// A mapping, with this key, whose colon was read.
    Key(Key<'f>),
    /// Something else, of which nothing was read.
    Other,
}

impl<'f> Reader<'f> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    fn column(&self) -> usize {
        self.at - self.line
    }

    fn spot(&self, start: usize, end: usize) -> Spot<'f> {
        Spot::new(self.file, start, end)
    }

    fn text(&self, start: usize, end: usize) -> Option<&'f str> {
        self.file.text.get(start..end)
    }

    /// A node that begins at `start` and ends here.
    fn scalar(&self, kind: Kind<'f>, start: usize) -> Node<'f> {
        Node { kind, spot: self.spot(start, self.at) }
    }

    /// Nothing, where something could stand.
    fn nothing(&self, at: usize) -> Node<'f> {
        Node { kind: Kind::Null, spot: self.spot(at, at) }
    }

    /// Counts a node; none where there are too many, or they are too deep.
    fn count(&mut self, depth: usize) -> Option<()> {
        self.nodes += 1;
        (depth <= DEEPEST && self.nodes <= MOST_NODES).then_some(())
    }

    /// Whether this is a byte that ends an indicator or a key.
    fn ends_token(byte: Option<u8>) -> bool {
        matches!(byte, None | Some(b' ' | b'\n'))
    }

    fn skip_spaces(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Goes over spaces and a comment; whether the line ends there.
    fn ends_line(&mut self) -> bool {
        let before = self.at;
        self.skip_spaces();
        if self.peek() == Some(b'#') && (self.at > before || self.at == self.line || self.bytes[self.at - 1] == b' ') {
            let rest = &self.bytes[self.at..];
            self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        }
        matches!(self.peek(), None | Some(b'\n'))
    }

    /// Goes to the next token, which stands on this line or a later one; none where a document ends or begins.
    fn next_token(&mut self) -> Option<()> {
        while self.ends_line() && self.peek().is_some() {
            self.at += 1;
            self.line = self.at;
            let rest = &self.bytes[self.at..];
            if rest.starts_with(b"---") || rest.starts_with(b"...") {
                return None;
            }
        }
        (self.line > 0 || !self.bytes.starts_with(b"---") && !self.bytes.starts_with(b"...")).then_some(())
    }

    /// Ends the line of a value, and goes to the next token, which must not stand deeper than what the value stands in:
    /// it would belong to the value.
    fn end_value(&mut self, outer: Option<usize>) -> Option<()> {
        if !self.ends_line() {
            return None;
        }
        self.next_token()?;
        (self.is_at_end() || outer.is_some_and(|outer| self.column() <= outer)).then_some(())
    }

    /// What stands in a block, deeper than `outer`, and begins here.
    fn block(&mut self, outer: Option<usize>, depth: usize) -> Option<Node<'f>> {
        let column = self.column();
        if self.is_dash() {
            return self.list(self.at, depth);
        }
        if let Begun::Key(key) = self.key()? {
            return self.map(key, column, depth);
        }
        let node = self.value(Within::Block, outer.map_or(0, |outer| outer + 1), depth)?;
        self.end_value(outer)?;
        Some(node)
    }

    /// Whether this indicator stands here, and not the beginning or the inside of a text.
    fn is_indicator(&self, indicator: u8) -> bool {
        self.peek() == Some(indicator) && Self::ends_token(self.bytes.get(self.at + 1).copied())
    }

    fn is_dash(&self) -> bool {
        self.is_indicator(b'-')
    }

    /// A list whose place is `start`, and whose first hyphen stands here.
    fn list(&mut self, start: usize, depth: usize) -> Option<Node<'f>> {
        self.count(depth)?;
        let column = self.column();
        let first = self.items.len();
        while !self.is_at_end() && self.column() == column && self.is_dash() {
            self.at += 1;
            self.skip_spaces();
            let (after_dash, comment) = (self.at, self.peek() == Some(b'#'));
            let nothing_on_line = self.ends_line();
            if nothing_on_line {
                self.next_token()?;
            }
            let item = if nothing_on_line && (self.is_at_end() || self.column() <= column) {
                self.count(depth + 1)?;
                (!comment).then(|| self.nothing(after_dash))?
            } else {
                self.block(Some(column), depth + 1)?
            };
            self.items.push(item);
        }
        Some(Node { kind: Kind::List(taken(&mut self.items, first)), spot: self.spot(start, start) })
    }

    /// A mapping whose first key was read, and stands at this column.
    fn map(&mut self, first: Key<'f>, column: usize, depth: usize) -> Option<Node<'f>> {
        self.count(depth)?;
        let spot = self.spot(first.spot.start(), first.spot.start());
        let mut mapping = self.entries.begin();
        let mut key = first;
        loop {
            let colon = self.at - 1;
            let value = if self.ends_line() {
                self.next_token()?;
                let at_column = !self.is_at_end() && self.column() == column;
                if at_column && self.is_dash() {
                    let first = self.bytes[self.at + 1..].iter().position(|byte| *byte != b' ')?;
                    // Its place is that of its first item: no hyphen opens a list that isn't indented.
                    let start = self.at + 1 + first;
                    (!matches!(self.bytes[start], b'\n' | b'#')).then_some(())?;
                    self.list(start, depth + 1)?
                } else if self.is_at_end() || self.column() <= column {
                    self.count(depth + 1)?;
                    self.nothing(colon)
                } else {
                    self.block(Some(column), depth + 1)?
                }
            } else {
                let value = self.value(Within::Block, column + 1, depth + 1)?;
                self.end_value(Some(column))?;
                value
            };
            self.entries.add(&mut mapping, key, value)?;
            if self.is_at_end() || self.column() < column {
                return Some(Node { kind: Kind::Map(self.entries.end(mapping)), spot });
            }
            // What stands deeper belongs to nothing.
            if self.column() > column || self.is_dash() {
                return None;
            }
            let Begun::Key(next) = self.key()? else { return None };
            key = next;
        }
    }

    /// The key of a block mapping with its colon, if one stands here; otherwise, nothing is read.
    fn key(&mut self) -> Option<Begun<'f>> {
        let start = self.at;
        let text = match self.peek()? {
            b'"' | b'\'' => self.quoted()?,
            // A flow collection; as a key, it is nothing for every day.
            b'[' | b'{' => return Some(Begun::Other),
            first => {
                is_plain_start(first, self.bytes.get(start + 1).copied(), Within::Block).then_some(())?;
                let rest = &self.bytes[start..];
                let mut length = 0;
                loop {
                    match rest.get(length) {
                        Some(b':') if Self::ends_token(rest.get(length + 1).copied()) => break,
                        Some(b'#') if rest[length - 1] == b' ' => return Some(Begun::Other),
                        None | Some(b'\n') => return Some(Begun::Other),
                        Some(_) => length += 1,
                    }
                }
                while rest[length - 1] == b' ' {
                    length -= 1;
                }
                self.at += length;
                self.plain_key(start)?
            }
        };
        let spot = self.spot(start, self.at);
        self.skip_spaces();
        if !self.is_indicator(b':') {
            self.at = start;
            return Some(Begun::Other);
        }
        (self.at - start <= LONGEST_KEY).then_some(())?;
        self.at += 1;
        Some(Begun::Key(Key { text, spot }))
    }

    /// The text from `start` to here as a key; none where it is no text, or a merge.
    fn plain_key(&self, start: usize) -> Option<Cow<'f, str>> {
        match plain(self.text(start, self.at)?)? {
            Kind::Text(text) if text != "<<" => Some(text),
            _ => None,
        }
    }

    /// A scalar or a flow collection; the lines of the latter must stand at `least` or further right.
    fn value(&mut self, within: Within, least: usize, depth: usize) -> Option<Node<'f>> {
        self.count(depth)?;
        let start = self.at;
        match self.peek()? {
            b'[' => self.flow_list(least, depth),
            b'{' => self.flow_map(least, depth),
            b'"' | b'\'' => {
                let text = self.quoted()?;
                Some(self.scalar(Kind::Text(text), start))
            }
            first => {
                is_plain_start(first, self.bytes.get(start + 1).copied(), within).then_some(())?;
                self.plain_end(within)?;
                let kind = plain(self.text(start, self.at)?)?;
                Some(self.scalar(kind, start))
            }
        }
    }

    /// Goes to the end of a scalar without quotes; none where it would be a key.
    fn plain_end(&mut self, within: Within) -> Option<()> {
        let rest = &self.bytes[self.at..];
        let mut length = 0;
        while let Some(&byte) = rest.get(length) {
            match byte {
                b'\n' => break,
                b'#' if rest[length - 1] == b' ' => break,
                b':' if Self::ends_token(rest.get(length + 1).copied()) => return None,
                b':' if within == Within::Flow && rest.get(length + 1).is_some_and(|next| is_flow_indicator(*next)) => {
                    return None;
                }
                b',' | b']' | b'}' if within == Within::Flow => break,
                b'[' | b'{' if within == Within::Flow => return None,
                _ => length += 1,
            }
        }
        while length > 0 && rest[length - 1] == b' ' {
            length -= 1;
        }
        self.at += length;
        (length > 0).then_some(())
    }
}

/// Whether a scalar without quotes can begin so; there are others, which aren't for every day.
fn is_plain_start(first: u8, next: Option<u8>, within: Within) -> bool {
    match first {
        b'-' => next
            .is_some_and(|next| !matches!(next, b' ' | b'\n') && (within == Within::Block || !is_flow_indicator(next))),
        b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
        | b'%' | b'@' | b'`' | b' ' | b'\n' => false,
        _ => true,
    }
}
