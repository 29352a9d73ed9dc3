//! Where two texts part, so that what differs is seen also in a long one.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::SHOWN;
use crate::check::shortened;
use crate::model::snapshot::{Change, ChangeKind};

/// Texts of more lines than this are compared as a whole.
const MOST_LINES: usize = 4096;
/// How many lines of one difference are shown.
const LINES_SHOWN: usize = 8;
/// How much of what two texts have in common stands before the place where they part, in characters.
const COMMON: usize = 40;

/// The two texts from shortly before where they part, cut where they get long.
pub(super) fn parting(before: &str, after: &str) -> (String, String) {
    let common = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
    let needed = before.chars().nth(SHOWN).is_some() || after.chars().nth(SHOWN).is_some();
    let skipped = if needed { common.saturating_sub(COMMON) } else { 0 };
    let from = |text: &str| match text.char_indices().nth(skipped) {
        Some((start, _)) if skipped > 0 => format!("…{}", shortened(&text[start..], SHOWN)),
        None if skipped > 0 => "…".into(),
        _ => shortened(text, SHOWN),
    };
    (from(before), from(after))
}

/// Every place where two bodies part that aren't JSON before and after.
pub(super) fn bodies(before: &str, after: &str) -> Vec<Change> {
    let change = |at: String, before: Option<String>, after: Option<String>| Change {
        kind: ChangeKind::Body,
        at,
        before,
        after,
    };
    let (was, is): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let whole = before.is_empty() || after.is_empty() || was.len().max(is.len()) > MOST_LINES;
    if whole {
        let (old, new) = parting(before, after);
        let some = |text: &str, shown: String| (!text.is_empty()).then_some(shown);
        return vec![change("the body".into(), some(before, old), some(after, new))];
    }
    let mut found = Vec::new();
    for operation in capture_diff_slices(Algorithm::Patience, &was, &is) {
        let (old, new) = match operation {
            DiffOp::Equal { .. } => continue,
            DiffOp::Delete { old_index, old_len, new_index } => (old_index..old_index + old_len, new_index..new_index),
            DiffOp::Insert { old_index, new_index, new_len } => (old_index..old_index, new_index..new_index + new_len),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                (old_index..old_index + old_len, new_index..new_index + new_len)
            }
        };
        let at = match (old.len(), new.len()) {
            _ if was.len() == 1 && is.len() == 1 => "the body".to_owned(),
            (_, 0) => lines(old.start, old.len()),
            (_, count) => lines(new.start, count),
        };
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for index in 0..old.len().max(new.len()).min(LINES_SHOWN) {
            match (old.clone().nth(index).map(|at| was[at]), new.clone().nth(index).map(|at| is[at])) {
                (Some(one), Some(other)) => {
                    let (one, other) = parting(one, other);
                    left.push(one);
                    right.push(other);
                }
                (Some(one), None) => left.push(shortened(one, SHOWN)),
                (None, other) => right.extend(other.map(|other| shortened(other, SHOWN))),
            }
        }
        let text = |mut shown: Vec<String>, count: usize| {
            if count > shown.len() {
                shown.push(format!("… and {} more lines", count - shown.len()));
            }
            (count > 0).then(|| shown.join("\n"))
        };
        found.push(change(at, text(left, old.len()), text(right, new.len())));
    }
    found
}

fn lines(start: usize, count: usize) -> String {
    match count {
        1 => format!("line {} of the body", start + 1),
        _ => format!("lines {} to {} of the body", start + 1, start + count),
    }
}
