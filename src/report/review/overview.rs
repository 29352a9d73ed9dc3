//! What changed in all answers together: the same change in many answers is told once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::diagnostic::Style;
use crate::model::snapshot::{ChangeClass, ChangeKind};
use crate::report::text::{for_any_index, harmless, paint, plural};
use crate::snapshot::review::Pending;

/// How many changes are told; the rest is counted.
const MOST: usize = 40;

/// What a change means, its kind, and where it is.
type Changed = (ChangeClass, ChangeKind, String);

/// How many answers there are of each class, and each change with the number of answers that have it, the weightiest
/// first.
#[must_use]
pub fn overview(pending: &[&Pending], style: Style) -> String {
    let mut text = format!("{} to review", plural(pending.len(), "answer"));
    let mut joint = ": ";
    for class in ChangeClass::ALL {
        let count = pending.iter().filter(|one| one.class() == Some(*class)).count();
        if count > 0 {
            let word = paint(class.slug(), super::tone(*class), style.colour);
            let _ = write!(text, "{joint}{count} {word}");
            joint = " · ";
        }
    }
    let new = pending.iter().filter(|one| one.accepted.is_none()).count();
    if new > 0 {
        let _ = write!(text, "{joint}{new} never accepted");
    }
    text.push('\n');
    let mut changes: BTreeMap<Changed, usize> = BTreeMap::new();
    for one in pending.iter().filter(|one| one.accepted.is_some()) {
        let own: BTreeSet<Changed> = one
            .changes
            .iter()
            .map(|one| (one.class, one.change.kind, wherever(one.change.kind, &one.change.at)))
            .collect();
        for change in own {
            *changes.entry(change).or_default() += 1;
        }
    }
    let mut changes: Vec<(Changed, usize)> = changes.into_iter().collect();
    changes.sort_by(|((a, ..), few), ((b, ..), many)| a.cmp(b).then(many.cmp(few)));
    for ((class, kind, at), count) in changes.iter().take(MOST) {
        let word = paint(class.slug(), super::tone(*class), style.colour);
        let _ = writeln!(text, "  {word}  {}  {} in {}", harmless(at), super::said(*kind), plural(*count, "answer"));
    }
    if changes.len() > MOST {
        let _ = writeln!(text, "  … and {} more changes", changes.len() - MOST);
    }
    text
}

/// Where a change is, for all items of a list alike.
fn wherever(kind: ChangeKind, at: &str) -> String {
    if at.starts_with('/') { for_any_index(at) } else { super::place(kind, at) }
}
