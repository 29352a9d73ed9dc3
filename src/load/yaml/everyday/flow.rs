//! Lists in brackets and mappings in braces.

use super::super::{Key, Kind, Node};
use super::entries::taken;
use super::{LONGEST_KEY, Reader, Within, is_plain_start};

impl<'f> Reader<'f> {
    /// Goes to the next token of a flow collection; none where it stands too far left.
    fn flow_token(&mut self, least: usize) -> Option<u8> {
        self.skip_spaces();
        if let Some(next) = self.peek().filter(|next| !matches!(next, b'\n' | b'#')) {
            return Some(next);
        }
        let line = self.line;
        self.next_token()?;
        let next = self.peek()?;
        (self.line == line || self.column() >= least).then_some(next)
    }

    pub(super) fn flow_list(&mut self, least: usize, depth: usize) -> Option<Node<'f>> {
        let spot = self.spot(self.at, self.at + 1);
        self.at += 1;
        let first = self.items.len();
        while self.flow_token(least)? != b']' {
            let item = self.value(Within::Flow, least, depth + 1)?;
            self.items.push(item);
            self.end_flow_item(least, b']')?;
        }
        self.at += 1;
        Some(Node { kind: Kind::List(taken(&mut self.items, first)), spot })
    }

    pub(super) fn flow_map(&mut self, least: usize, depth: usize) -> Option<Node<'f>> {
        let spot = self.spot(self.at, self.at + 1);
        self.at += 1;
        let mut mapping = self.entries.begin();
        while self.flow_token(least)? != b'}' {
            let key = self.flow_key()?;
            let colon = self.at - 1;
            let value = if matches!(self.flow_token(least)?, b',' | b'}') {
                self.count(depth + 1)?;
                self.nothing(colon)
            } else {
                self.value(Within::Flow, least, depth + 1)?
            };
            self.entries.add(&mut mapping, key, value)?;
            self.end_flow_item(least, b'}')?;
        }
        self.at += 1;
        Some(Node { kind: Kind::Map(self.entries.end(mapping)), spot })
    }

    /// Goes over the comma after an item, or to the end of its collection.
    fn end_flow_item(&mut self, least: usize, end: u8) -> Option<()> {
        match self.flow_token(least)? {
            b',' => self.at += 1,
            next => (next == end).then_some(())?,
        }
        Some(())
    }

    /// The key of a flow mapping with its colon.
    fn flow_key(&mut self) -> Option<Key<'f>> {
        let start = self.at;
        let text = match self.peek()? {
            b'"' | b'\'' => self.quoted()?,
            first => {
                is_plain_start(first, self.bytes.get(start + 1).copied(), Within::Flow).then_some(())?;
                let rest = &self.bytes[start..];
                let colon =
                    rest.iter().position(|byte| is_flow_indicator(*byte) || matches!(byte, b':' | b'#' | b'\n'))?;
                let spaces = rest[..colon].iter().rev().take_while(|byte| **byte == b' ').count();
                self.at += colon - spaces;
                self.plain_key(start)?
            }
        };
        let spot = self.spot(start, self.at);
        self.skip_spaces();
        (self.is_indicator(b':') && self.at - start <= LONGEST_KEY).then_some(())?;
        self.at += 1;
        Some(Key { text, spot })
    }
}

pub(super) fn is_flow_indicator(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}
