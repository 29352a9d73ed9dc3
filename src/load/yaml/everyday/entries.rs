//! The entries of a mapping, each key once.

use std::collections::HashSet;

use super::{Key, Node};

/// The entries of a mapping, each key once.
#[derive(Default)]
pub(super) struct Entries {
    kept: Vec<(Key, Node)>,
    /// Where there are many.
    known: HashSet<String>,
}

/// So few keys are compared one by one.
const FEW: usize = 12;

impl Entries {
    /// None where the key stands there already.
    pub(super) fn add(&mut self, key: Key, node: Node) -> Option<()> {
        if self.kept.len() < FEW {
            if self.kept.iter().any(|(known, _)| known.text == key.text) {
                return None;
            }
        } else {
            if self.known.is_empty() {
                self.known.extend(self.kept.iter().map(|(known, _)| known.text.clone()));
            }
            self.known.insert(key.text.clone()).then_some(())?;
        }
        self.kept.push((key, node));
        Some(())
    }

    pub(super) fn into_vec(mut self) -> Vec<(Key, Node)> {
        self.kept.shrink_to_fit();
        self.kept
    }
}
