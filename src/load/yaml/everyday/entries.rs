//! The entries of mappings, each key once.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Key, Node};

/// The entries of all mappings that are being read, those of inner ones above those of outer ones: however many there
/// are, each mapping takes no more room than it needs.
#[derive(Default)]
pub(super) struct Entries<'f>(Vec<(Key<'f>, Node<'f>)>);

/// A mapping that is being read.
pub(super) struct Mapping<'f> {
    /// Where its entries begin.
    first: usize,
    /// Its keys, where there are many.
    known: HashSet<Cow<'f, str>>,
}

/// So few keys are compared one by one.
const FEW: usize = 12;

/// So many items are worth more than a copy.
const MANY: usize = 1024;

/// The items above the first so many. Of a long list the memory goes along, instead of being touched twice.
pub(super) fn taken<T>(stack: &mut Vec<T>, first: usize) -> Vec<T> {
    if stack.len() < MANY || first > stack.len() / 8 {
        return stack.split_off(first);
    }
    let below = stack.drain(..first).collect();
    std::mem::replace(stack, below)
}

impl<'f> Entries<'f> {
    pub(super) fn begin(&self) -> Mapping<'f> {
        Mapping { first: self.0.len(), known: HashSet::new() }
    }

    /// None where the key stands there already.
    pub(super) fn add(&mut self, mapping: &mut Mapping<'f>, key: Key<'f>, node: Node<'f>) -> Option<()> {
        let kept = &self.0[mapping.first..];
        if kept.len() < FEW {
            if kept.iter().any(|(known, _)| known.text == key.text) {
                return None;
            }
        } else {
            if mapping.known.is_empty() {
                mapping.known.extend(kept.iter().map(|(known, _)| known.text.clone()));
            }
            mapping.known.insert(key.text.clone()).then_some(())?;
        }
        self.0.push((key, node));
        Some(())
    }

    #[expect(clippy::needless_pass_by_value, reason = "it was read")]
    pub(super) fn end(&mut self, mapping: Mapping<'f>) -> Vec<(Key<'f>, Node<'f>)> {
        taken(&mut self.0, mapping.first)
    }
}
