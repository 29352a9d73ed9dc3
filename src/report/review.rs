//! An answer that awaits a review, as a block.

mod overview;

use std::fmt::Write as _;

use super::text::{Tone, harmless, paint, wrapped};
use crate::diagnostic::Style;
use crate::model::requirement::Requirement;
use crate::model::snapshot::{ChangeClass, ChangeKind, ClassedChange};
use crate::snapshot::review::Pending;

pub use self::overview::overview;

/// How much of an answer that was never accepted is shown, in lines.
const MOST_LINES: usize = 40;

/// What changed in one answer, and what it means. `position` is which of how many it is, `requirements` are the clauses
/// of the contract, where it is known.
#[must_use]
pub fn block(pending: &Pending, position: (usize, usize), requirements: &[Requirement], style: Style) -> String {
    let colour = style.colour;
    let mut block = String::new();
    let class = pending.class().map(|class| paint(class.slug(), tone(class), colour));
    let _ = writeln!(
        block,
        "{} {}  {}",
        paint(&format!("{} of {}", position.0, position.1), Tone::Quiet, colour),
        paint(&harmless(&pending.trial), Tone::Strong, colour),
        class.unwrap_or_else(|| paint("new", Tone::Doubtful, colour))
    );
    let place = format!("{} · {}", harmless(&pending.source), harmless(&pending.file.display().to_string()));
    let _ = writeln!(block, "  {}", paint(&place, Tone::Quiet, colour));
    for id in &pending.requirements {
        let known = requirements.iter().find(|requirement| *requirement.id.0 == **id);
        let says = known.map_or_else(
            || harmless(id),
            |known| format!("{id}: {} ({}, {})", known.says, known.document, known.section),
        );
        for line in wrapped(&says, style.width.saturating_sub(2).max(20)) {
            let _ = writeln!(block, "  {line}");
        }
    }
    if pending.accepted.is_none() {
        let _ = writeln!(block, "  {}", paint("no answer was ever accepted here:", Tone::Doubtful, colour));
        for line in pending.contents.lines().take(MOST_LINES) {
            let _ = writeln!(block, "  {} {}", paint("+", Tone::Good, colour), harmless(line));
        }
        let more = pending.contents.lines().count().saturating_sub(MOST_LINES);
        if more > 0 {
            let _ = writeln!(block, "  … and {more} more lines");
        }
    }
    for one in &pending.changes {
        block.push_str(&change(one, colour));
    }
    block
}

/// How a kind of change is said.
fn said(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Type => "of another type",
        ChangeKind::Reordered => "in another order",
        ChangeKind::Status | ChangeKind::Header | ChangeKind::Value | ChangeKind::Body => "another value",
    }
}

/// Where a change is.
fn place(kind: ChangeKind, at: &str) -> String {
    match (kind, at) {
        (ChangeKind::Header, name) => format!("header {name}"),
        (_, "") => "the body".to_owned(),
        (_, at) => at.to_owned(),
    }
}

fn tone(class: ChangeClass) -> Tone {
    match class {
        ChangeClass::Breaks => Tone::Bad,
        ChangeClass::Unpinned => Tone::Doubtful,
        ChangeClass::Lawful => Tone::Good,
    }
}

fn change(one: &ClassedChange, colour: bool) -> String {
    let (mark, mark_tone) = match one.change.kind {
        ChangeKind::Added => ('+', Tone::Good),
        ChangeKind::Removed => ('-', Tone::Bad),
        ChangeKind::Type => ('!', Tone::Bad),
        ChangeKind::Reordered => ('%', Tone::Doubtful),
        ChangeKind::Status | ChangeKind::Header | ChangeKind::Value | ChangeKind::Body => ('~', Tone::Doubtful),
    };
    let (what, at) = (said(one.change.kind), place(one.change.kind, &one.change.at));
    let mut text = format!(
        "  {} {}  {what}  {}\n",
        paint(&mark.to_string(), mark_tone, colour),
        paint(&harmless(&at), Tone::Strong, colour),
        paint(one.class.slug(), tone(one.class), colour)
    );
    for (value, mark, tone) in [(&one.change.before, '-', Tone::Bad), (&one.change.after, '+', Tone::Good)] {
        for line in value.iter().flat_map(|value| value.lines()) {
            let _ = writeln!(text, "      {}", paint(&format!("{mark} {}", harmless(line)), tone, colour));
        }
    }
    let unpinned =
        (one.class == ChangeClass::Unpinned).then_some("no check fails on it, and nothing says that it may differ");
    if let Some(because) = one.because.as_deref().or(unpinned) {
        let _ = writeln!(text, "      {}", paint(&harmless(because), Tone::Quiet, colour));
    }
    text
}
