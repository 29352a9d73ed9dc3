//! What is said of waivers, in words that several formats have in common, and entries to be pasted.

use std::fmt::Write as _;

use super::text::{Tone, harmless, paint, plural, single_line};
use crate::diagnostic::Style;
use crate::model::event::{State, Summary, TrialResult};
use crate::model::waiver::{MOST_COVERED, Proposal, Waiver, WaiverKind, WaiverOutcome, WaiverState};

/// So many trials of one waiver are named.
const MOST_NAMED: usize = 4;
/// So many entries are proposed where nobody asked for them.
const MOST_UNASKED: usize = 6;
/// So wide is a line of a list of patterns, in columns.
const WIDEST: usize = 100;
/// So much of a message stands beside an entry, in characters.
const LONGEST_MESSAGE: usize = 88;

/// Why a trial is waived, in one line: `waived until 2027-01-31 by team-presence: reason`.
pub(super) fn because(result: &TrialResult) -> Option<String> {
    let reasons: Vec<String> = result.waivers.iter().map(|waiver| ground(waiver)).collect();
    Some(reasons.join("; ")).filter(|reasons| !reasons.is_empty())
}

fn ground(waiver: &Waiver) -> String {
    let link = waiver.link.as_ref().map(|link| format!(" ({link})")).unwrap_or_default();
    let (word, expires, owner) = (waiver.kind.word(), waiver.expires, &waiver.owner);
    single_line(&format!("{word} until {expires} by {owner}: {}{link}", waiver.reason))
}

/// Where a waiver is written.
pub(super) fn place(waiver: &Waiver) -> String {
    format!("{}:{}", harmless(&waiver.place.file.path), waiver.place.line())
}

/// The numbers of the verdict line besides those of trials and requests.
pub(super) fn numbers(summary: &Summary) -> String {
    let total = summary.total();
    let waived = total.waived - total.disputed;
    let warnings = Some(plural(summary.warnings, "warning")).filter(|_| summary.warnings > 0);
    let waived = Some(format!("{waived} waived")).filter(|_| waived > 0);
    let disputed = Some(format!("{} disputed", total.disputed)).filter(|_| total.disputed > 0);
    [warnings, waived, disputed].into_iter().flatten().fold(String::new(), |text, number| text + " · " + &number)
}

/// How many clauses are in which state, those of which every violation is waived apart.
pub(super) fn clauses(summary: &Summary) -> Vec<(usize, &'static str)> {
    let waived = summary.requirements.iter().filter(|one| one.waived).count();
    let mut counts = Vec::new();
    for state in State::ALL {
        let count = summary.requirements.iter().filter(|one| one.state == state && !one.waived).count();
        if count > 0 || state == State::Verified {
            counts.push((count, state.word()));
        }
        if state == State::Violated && waived > 0 {
            counts.push((waived, WaiverKind::Waived.word()));
        }
    }
    counts
}

/// What is waived and why, waiver by waiver; what is disputed comes last.
pub(super) fn told(outcomes: &[WaiverOutcome], colour: bool) -> String {
    let mut text = String::new();
    for kind in WaiverKind::ALL {
        for outcome in outcomes.iter().filter(|outcome| outcome.waiver.kind == kind) {
            text.push_str(&of_one(outcome, colour));
        }
    }
    text
}

fn of_one(outcome: &WaiverOutcome, colour: bool) -> String {
    let waiver = &outcome.waiver;
    let mut text = String::new();
    let mut say = |word: &str, tone: Tone, what: &str| {
        let _ = writeln!(text, "{} {what}", paint(&word.to_uppercase(), tone, colour));
    };
    if !outcome.waived.is_empty() {
        let what = match &outcome.waived[..] {
            [one] => one.clone(),
            several => plural(several.len(), "trial"),
        };
        say(waiver.kind.word(), Tone::Doubtful, &format!("{what}: {}", single_line(&waiver.reason)));
        let link = waiver.link.as_ref().map(|link| format!(", {}", harmless(link))).unwrap_or_default();
        let (expires, owner, at) = (waiver.expires, single_line(&waiver.owner), place(waiver));
        let _ = writeln!(text, "  until {expires} by {owner}, {at}{link}");
        if outcome.waived.len() > 1 {
            let more = if outcome.waived.len() > MOST_NAMED { ", …" } else { "" };
            let named = outcome.waived[..outcome.waived.len().min(MOST_NAMED)].join(", ");
            let _ = writeln!(text, "  {named}{more}");
        }
    } else if outcome.state == WaiverState::Removed {
        let why = outcome.faults.first().map_or("", |fault| fault.text.as_str());
        say("removed", Tone::Quiet, &format!("{}: {}", place(waiver), harmless(why)));
    }
    for note in &outcome.notes {
        let _ = writeln!(text, "note: {}: {}", place(waiver), harmless(note));
    }
    text
}

/// The entries for what isn't waived, as they can be pasted; those of nobody's asking are few.
pub(super) fn proposed(summary: &Summary, asked: bool, style: Style) -> String {
    let proposals = &summary.proposals;
    if proposals.is_empty() {
        return String::new();
    }
    if !asked && summary.waivers.is_none() {
        let hint = "known violations can be waived: `--suggest-waivers` shows the entries for waivers.yaml";
        return format!("{}\n\n", paint(hint, Tone::Quiet, style.colour));
    }
    let shown = if asked { proposals.len() } else { proposals.len().min(MOST_UNASKED) };
    let mut text = match summary.waivers.as_ref().and_then(|all| all.first()) {
        Some(known) => format!("what isn't waived, as entries for {}:\n", harmless(&known.waiver.place.file.path)),
        None => "what isn't waived, as a file waivers.yaml beside the target file:\n".into(),
    };
    if summary.waivers.as_ref().is_none_or(Vec::is_empty) {
        text.push_str("waivers:\n");
    }
    proposals[..shown].iter().for_each(|proposal| text.push_str(&entry(proposal)));
    let more = proposals.len() - shown;
    if more > 0 {
        let _ = writeln!(text, "  # and {more} more: --suggest-waivers shows them");
    }
    text + "\n"
}

/// An entry that waits for its reason, its owner and its day: without them it is refused.
fn entry(proposal: &Proposal) -> String {
    let said: String = single_line(&proposal.message).chars().take(LONGEST_MESSAGE).collect();
    let mut text = format!("  # {} ({}): {said}\n", proposal.requirement, proposal.level);
    let _ = writeln!(text, "  - trials: {}", patterns(&proposal.trials));
    let _ = writeln!(text, "    finding: {}", scalar(&proposal.finding));
    if proposal.covers > MOST_COVERED {
        let _ = writeln!(text, "    covers: {}", proposal.covers);
    }
    text + "    reason:\n    owner:\n    expires:\n"
}

/// One pattern, or a list of them in lines that fit most screens.
fn patterns(patterns: &[String]) -> String {
    if let [one] = patterns {
        return scalar(one);
    }
    let mut lines = vec![String::new()];
    for pattern in patterns {
        let pattern = scalar(pattern) + ",";
        let room = lines.last().is_some_and(|line| line.is_empty() || line.len() + 1 + pattern.len() <= WIDEST);
        if !room {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            let blank = if line.is_empty() { "" } else { " " };
            line.push_str(blank);
            line.push_str(&pattern);
        }
    }
    let list = lines.join("\n      ");
    format!("[\n      {list}\n    ]")
}

/// A text as a scalar of YAML that no reader takes for anything else.
fn scalar(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.*".contains(c));
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if plain && begins && text.parse::<f64>().is_err() {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::scalar;

    #[test]
    fn a_scalar_is_quoted_where_it_would_be_something_else() {
        for (text, expected) in [
            ("a/b/*", "a/b/*"),
            ("*/b", "'*/b'"),
            ("0a1b2c3d", "0a1b2c3d"),
            ("12345678", "'12345678'"),
            ("1234e567", "'1234e567'"),
            ("it's", "'it''s'"),
        ] {
            assert_eq!(scalar(text), expected);
        }
    }
}
