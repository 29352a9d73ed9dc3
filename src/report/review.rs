//! An answer that awaits a review, as a block.

use std::fmt::Write as _;

use super::text::{Tone, harmless, paint, wrapped};
use crate::diagnostic::Style;
use crate::model::requirement::Requirement;
use crate::model::snapshot::{ChangeClass, ChangeKind, ClassedChange};
use crate::snapshot::review::Pending;

/// How much of an answer that was never accepted is shown, in lines.
const MOST_LINES: usize = 40;

/// What changed in one answer, and what it means. `position` is which of how many it is, `requirements` are the clauses
/// of the contract, where it is known.
#[must_use]
pub fn block(pending: &Pending, position: (usize, usize), requirements: &[Requirement], style: Style) -> String {
    let colour = style.colour;
    let mut block = String::new();
    let _ = writeln!(
        block,
        "{} {}  {}",
        paint(&format!("{} of {}", position.0, position.1), Tone::Quiet, colour),
        paint(&harmless(&pending.trial), Tone::Strong, colour),
        pending.requirements.iter().map(|id| harmless(id)).collect::<Vec<_>>().join(", ")
    );
    let place = format!("{} · {}", harmless(&pending.source), harmless(&pending.file.display().to_string()));
    let _ = writeln!(block, "  {}", paint(&place, Tone::Quiet, colour));
    let judged = |requirement: &&Requirement| pending.requirements.iter().any(|id| **id == *requirement.id.0);
    for requirement in requirements.iter().filter(judged) {
        let says = format!("{} ({}, {})", requirement.says, requirement.document, requirement.section);
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

fn change(one: &ClassedChange, colour: bool) -> String {
    let (mark, tone, what) = match one.change.kind {
        ChangeKind::Added => ('+', Tone::Good, "added"),
        ChangeKind::Removed => ('-', Tone::Bad, "removed"),
        ChangeKind::Type => ('!', Tone::Bad, "of another type"),
        ChangeKind::Reordered => ('%', Tone::Doubtful, "in another order"),
        ChangeKind::Status | ChangeKind::Header | ChangeKind::Value | ChangeKind::Body => {
            ('~', Tone::Doubtful, "another value")
        }
    };
    let at = match (one.change.kind, one.change.at.as_str()) {
        (ChangeKind::Header, name) => format!("header {name}"),
        (_, "") => "the body".to_owned(),
        (_, at) => at.to_owned(),
    };
    let class_tone = match one.class {
        ChangeClass::Breaks => Tone::Bad,
        ChangeClass::Unpinned => Tone::Doubtful,
        ChangeClass::Lawful => Tone::Good,
    };
    let mut text = format!(
        "  {} {}  {what}  {}\n",
        paint(&mark.to_string(), tone, colour),
        paint(&harmless(&at), Tone::Strong, colour),
        paint(one.class.slug(), class_tone, colour)
    );
    for (value, mark, tone) in [(&one.change.before, '-', Tone::Bad), (&one.change.after, '+', Tone::Good)] {
        for line in value.iter().flat_map(|value| value.lines()) {
            let _ = writeln!(text, "      {}", paint(&format!("{mark} {}", harmless(line)), tone, colour));
        }
    }
    if let Some(because) = &one.because {
        let _ = writeln!(text, "      {}", paint(&harmless(because), Tone::Quiet, colour));
    }
    text
}
