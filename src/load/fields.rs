//! Reading the members of a mapping: what is asked for is known, the rest is a mistake.

use std::cell::{Cell, RefCell};

use super::compiled::Compiled;
use super::yaml::{Key, Kind, Node, Spot};
use crate::diagnostic::{Code, Diagnostic, Place};

/// Where diagnostics are gathered.
#[derive(Default)]
pub(super) struct Problems {
    list: RefCell<Vec<Diagnostic>>,
    /// What was found to be no problem.
    pub(super) compiled: Compiled,
}

impl Problems {
    pub(super) fn push(&self, diagnostic: Diagnostic) {
        self.list.borrow_mut().push(diagnostic);
    }

    pub(super) fn extend(&self, diagnostics: Vec<Diagnostic>) {
        self.list.borrow_mut().extend(diagnostics);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.borrow().is_empty()
    }

    /// Whether a diagnostic of one of these kinds was reported.
    pub(super) fn speak_of(&self, codes: &[Code]) -> bool {
        self.list.borrow().iter().any(|diagnostic| codes.contains(&diagnostic.code))
    }

    pub(super) fn len(&self) -> usize {
        self.list.borrow().len()
    }

    pub(super) fn into_vec(self) -> Vec<Diagnostic> {
        self.list.into_inner()
    }

    /// Reports a node that isn't `wanted`.
    pub(super) fn wrong_type(&self, node: &Node, wanted: &str) {
        self.push(
            Diagnostic::at(Code::WrongType, &node.place(), format!("expected {wanted}, found {}", node.type_word()))
                .label(format!("expected {wanted}")),
        );
    }
}

/// The keys of a mapping, so that most of those that are asked for in vain are known by a look.
struct Index {
    /// A bit for what the length of each key and its first byte are together.
    signatures: u64,
    /// A bit for each that was found; of a larger mapping it isn't known.
    found: Cell<u16>,
}

/// Larger mappings have none.
const INDEXED: usize = u16::BITS as usize;

impl Index {
    fn of(entries: &[(Key, Node)]) -> Self {
        let signatures = entries.iter().fold(0, |signatures, (key, _)| signatures | Self::signature(&key.text));
        Self { signatures, found: Cell::default() }
    }

    /// One bit, the same one for few of the keys that stand in one mapping.
    #[inline]
    fn signature(key: &str) -> u64 {
        let first = key.bytes().next().unwrap_or_default();
        1 << ((usize::from(first) + 5 * key.len()) % 64)
    }

    #[inline]
    fn find<'a>(&self, entries: &'a [(Key<'a>, Node<'a>)], key: &str) -> Option<&'a (Key<'a>, Node<'a>)> {
        if self.signatures & Self::signature(key) == 0 {
            return None;
        }
        let at = entries.iter().position(|(known, _)| known.text == key)?;
        if at < INDEXED {
            self.found.set(self.found.get() | 1 << at);
        }
        Some(&entries[at])
    }

    /// Whether each of them was asked for; not known of a large mapping.
    fn all_found(&self, entries: &[(Key, Node)]) -> bool {
        entries.len() <= INDEXED && self.found.get().count_ones() as usize == entries.len()
    }
}

/// So many keys nothing has that is written often.
const MOST_KEYS: usize = 24;

/// The members of one mapping. Every key that nobody asked for is reported by [`Fields::finish`].
pub(super) struct Fields<'a> {
    what: &'static str,
    spot: Spot<'a>,
    entries: &'a [(Key<'a>, Node<'a>)],
    index: Index,
    asked: RefCell<Vec<&'static str>>,
    problems: &'a Problems,
}

impl<'a> Fields<'a> {
    /// The members of `node`, which describes a `what`.
    pub(super) fn of(node: &'a Node<'a>, what: &'static str, problems: &'a Problems) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            problems.wrong_type(node, &format!("a mapping that describes {what}"));
            return None;
        };
        let index = Index::of(entries);
        let asked = RefCell::new(Vec::with_capacity(MOST_KEYS));
        Some(Self { what, spot: node.spot, entries, index, asked, problems })
    }

    /// The member with this key.
    pub(super) fn optional(&self, key: &'static str) -> Option<&'a Node<'a>> {
        self.asked.borrow_mut().push(key);
        self.index.find(self.entries, key).map(|(_, node)| node)
    }

    /// The member with this key; reports its absence.
    pub(super) fn required(&self, key: &'static str) -> Option<&'a Node<'a>> {
        let found = self.optional(key);
        if found.is_none() {
            self.problems.push(
                Diagnostic::at(Code::MissingKey, &self.spot.place(), format!("{} needs `{key}`", self.what))
                    .label(format!("no `{key}` here")),
            );
        }
        found
    }

    /// The place of a key, for rules that concern the key itself.
    pub(super) fn key_place(&self, key: &str) -> Option<Place> {
        self.entries.iter().find(|(known, _)| known.text == key).map(|(known, _)| known.place())
    }

    /// Reports every key that wasn't asked for.
    pub(super) fn finish(self) {
        if self.index.all_found(self.entries) {
            return;
        }
        let asked = self.asked.into_inner();
        for (key, _) in self.entries.iter().filter(|(key, _)| !asked.contains(&&*key.text)) {
            self.problems.push(
                Diagnostic::at(Code::UnknownKey, &key.place(), format!("unknown key `{}` in {}", key.text, self.what))
                    .label("means nothing here")
                    .suggest(&key.text, asked.iter().copied()),
            );
        }
    }
}

/// The text of a scalar, as written.
pub(super) fn text<'a>(node: &'a Node<'a>, problems: &Problems) -> Option<&'a str> {
    let text = node.scalar();
    if text.is_none() {
        problems.wrong_type(node, "a text");
    }
    text
}

/// The same to be kept.
pub(super) fn string(node: &Node, problems: &Problems) -> Option<String> {
    text(node, problems).map(str::to_owned)
}

/// A text that isn't blank.
pub(super) fn prose(node: &Node, problems: &Problems) -> Option<String> {
    let text = text(node, problems)?;
    if text.trim().is_empty() {
        problems.push(Diagnostic::at(Code::InvalidValue, &node.place(), "this text is empty").label("say something"));
        return None;
    }
    Some(text.trim().to_owned())
}

/// A boolean.
pub(super) fn boolean(node: &Node, problems: &Problems) -> Option<bool> {
    if let Kind::Bool(value) = node.kind {
        Some(value)
    } else {
        problems.wrong_type(node, "true or false");
        None
    }
}

/// An integer that isn't negative.
pub(super) fn unsigned(node: &Node, problems: &Problems) -> Option<u64> {
    match &node.kind {
        Kind::Number(number, _) if number.as_u64().is_some() => number.as_u64(),
        _ => {
            problems.wrong_type(node, "an integer that isn't negative");
            None
        }
    }
}

/// A list.
pub(super) fn list<'a>(node: &'a Node<'a>, problems: &Problems) -> &'a [Node<'a>] {
    if let Kind::List(items) = &node.kind {
        items
    } else {
        problems.wrong_type(node, "a list");
        &[]
    }
}

/// A list that isn't empty.
pub(super) fn some_list<'a>(node: &'a Node<'a>, what: &str, problems: &Problems) -> &'a [Node<'a>] {
    let items = list(node, problems);
    if items.is_empty() && matches!(node.kind, Kind::List(_)) {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), format!("an empty list of {what}"))
                .label("nothing in it"),
        );
    }
    items
}

/// The entries of a mapping whose keys are names of the author's choice.
pub(super) fn entries<'a>(node: &'a Node<'a>, what: &str, problems: &Problems) -> &'a [(Key<'a>, Node<'a>)] {
    if let Kind::Map(entries) = &node.kind {
        entries
    } else {
        problems.wrong_type(node, what);
        &[]
    }
}

/// One scalar or a list of scalars, as texts with their nodes.
pub(super) fn texts<'a>(node: &'a Node<'a>, problems: &Problems) -> Vec<(&'a Node<'a>, &'a str)> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items.iter().filter_map(|item| Some((item, text(item, problems)?))).collect()
}

/// The longest part of a trial's id, in bytes.
const LONGEST_NAME: usize = 150;

/// A name that becomes part of a trial's id.
pub(super) fn slug(node: &Node, what: &str, problems: &Problems) -> Option<String> {
    slug_of(text(node, problems)?, node.spot, what, problems)
}

/// Whether a text can be such a name.
pub(super) fn is_slug(text: &str) -> bool {
    has_form(text) && text.len() <= LONGEST_NAME
}

/// A name becomes the name of a file or folder too.
fn has_form(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('.') && text.bytes().all(stands_in_slug)
}

fn stands_in_slug(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._".contains(&byte)
}

/// A text that stands somewhere as such a name.
pub(super) fn slug_of(text: &str, spot: Spot<'_>, what: &str, problems: &Problems) -> Option<String> {
    if !has_form(text) {
        let proposal: String = text
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii() && stands_in_slug(c as u8) { c } else { '-' })
            .collect();
        problems.push(
            Diagnostic::at(Code::InvalidValue, &spot.place(), format!("`{text}` can't be the name of {what}"))
                .label("only a-z, 0-9, `-`, `_`, and `.` but at the beginning")
                .help(format!("write `{}`", proposal.trim_matches(['-', '.']))),
        );
        return None;
    }
    if text.len() > LONGEST_NAME {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &spot.place(), format!("the name of {what} has {} bytes", text.len()))
                .label(format!("at most {LONGEST_NAME}: it becomes the name of a file too"))
                .help("give it a shorter name, and say the rest in `title`"),
        );
        return None;
    }
    Some(text.to_owned())
}

/// One of a fixed set of words.
pub(super) fn word<T: Copy>(node: &Node, words: &[(T, &str)], problems: &Problems) -> Option<T> {
    let text = text(node, problems)?;
    let found = words.iter().find(|(_, word)| *word == text).map(|(value, _)| *value);
    if found.is_none() {
        problems.push(
            Diagnostic::at(
                Code::InvalidValue,
                &node.place(),
                format!("`{text}` is none of the words that can stand here"),
            )
            .suggest(text, words.iter().map(|(_, word)| *word)),
        );
    }
    found
}
