//! One block for one failed trial.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use super::attempts::told;
use super::text::{Tone, harmless, paint, wrapped};
use super::waivers::because;
use crate::diagnostic::{Style, snippet};
use crate::model::event::TrialResult;
use crate::model::requirement::{Requirement, RequirementId};
use crate::model::verdict::Finding;

/// How many findings are written out with their place.
const MOST_SNIPPETS: usize = 8;
/// Texts longer than this get a diff besides.
const WORTH_A_DIFF: usize = 24;

/// The block of a trial that violates something.
pub(super) fn block(
    result: &TrialResult,
    requirements: &BTreeMap<RequirementId, Requirement>,
    style: Style,
    brief: bool,
) -> String {
    let mut block = String::new();
    let mut blamed: Vec<&RequirementId> = result.findings.iter().map(|finding| &finding.requirement).collect();
    blamed.dedup();
    let names: Vec<String> = unique(&blamed)
        .iter()
        .map(|id| {
            let level = requirements.get::<RequirementId>(id).map_or("", |requirement| requirement.level.word());
            format!("{id} ({level})")
        })
        .collect();
    let (word, tone) = result.waived().map_or(("violates", Tone::Bad), |kind| (kind.word(), Tone::Doubtful));
    let _ = writeln!(
        block,
        "{} {}  {}{}",
        paint(&word.to_uppercase(), tone, style.colour),
        paint(&result.id, Tone::Strong, style.colour),
        names.join(", "),
        result.was.filter(|was| *was != result.verdict).map(|was| format!("  was: {was}")).unwrap_or_default()
    );
    let says = unique(&blamed).into_iter().filter_map(|id| requirements.get(id));
    for requirement in says.filter(|_| !brief) {
        for line in wrapped(&requirement.says, style.width.saturating_sub(2).max(20)) {
            let _ = writeln!(block, "  {line}");
        }
        let source = format!("  ({}, {})", requirement.document, requirement.section);
        let _ = writeln!(block, "{}", paint(&source, Tone::Quiet, style.colour));
    }
    let shown = if brief { 1 } else { MOST_SNIPPETS };
    let mut before: Option<&Finding> = None;
    for finding in result.findings.iter().take(shown) {
        block.push_str(&described(finding, before, style, brief));
        before = Some(finding);
    }
    if result.findings.len() > shown {
        let _ = writeln!(block, "  … and {} more findings", result.findings.len() - shown);
        for finding in result.findings.iter().skip(shown).take(if brief { 0 } else { 24 }) {
            let _ = writeln!(block, "    {}", harmless(&finding.message));
        }
    }
    if let Some(because) = because(result) {
        let _ = writeln!(block, "  {because}");
    }
    for note in &result.notes {
        let _ = writeln!(block, "  note: {}", harmless(note));
    }
    for attempt in told(result).iter().filter(|_| !brief) {
        let _ = writeln!(block, "  {attempt}");
    }
    if let Some(curl) = result.curl.as_ref().filter(|_| !brief) {
        let _ = writeln!(block, "  {} {}", paint("send: ", Tone::Quiet, style.colour), harmless(curl));
    }
    let _ = writeln!(block, "  {} {}", paint("again:", Tone::Quiet, style.colour), result.rerun);
    block
}

fn unique<'a>(ids: &[&'a RequirementId]) -> Vec<&'a RequirementId> {
    let mut seen: Vec<&RequirementId> = Vec::new();
    for id in ids {
        if !seen.contains(id) {
            seen.push(id);
        }
    }
    seen
}

fn described(finding: &Finding, before: Option<&Finding>, style: Style, brief: bool) -> String {
    let mut text = String::new();
    let message = harmless(&finding.message);
    let same_line = before.is_some_and(|other| other.place.to_string() == finding.place.to_string());
    if brief {
        let _ = writeln!(text, "  {message} ({})", finding.place);
    } else if same_line {
        let _ = writeln!(text, "  and {message}");
    } else {
        let _ = writeln!(text, "{}", snippet(&finding.place, &message, style));
    }
    text.push_str(&labelled("expected", &finding.expected));
    if same_line && before.is_some_and(|other| other.observed == finding.observed) {
        return text;
    }
    text.push_str(&labelled("observed", &finding.observed));
    if let Some(pointer) = finding.pointer.as_ref().filter(|pointer| !pointer.is_empty() && !brief) {
        text.push_str(&labelled("at", pointer));
    }
    let comparable = finding.expected.len() > WORTH_A_DIFF && finding.observed.len() > WORTH_A_DIFF;
    if let Some(diff) = (comparable && !brief).then(|| diff(&finding.expected, &finding.observed, style)).flatten() {
        let _ = writeln!(text, "  diff      {}", in_column(&diff));
    }
    text
}

/// A value with its label; what has several lines stays in its column.
fn labelled(label: &str, value: &str) -> String {
    format!("  {label:<8}  {}\n", in_column(&harmless(value)))
}

fn in_column(text: &str) -> String {
    text.replace('\n', "\n            ")
}

/// What was left out and what was put in, in one line; none where the two have little in common.
fn diff(expected: &str, observed: &str, style: Style) -> Option<String> {
    let diff = TextDiff::configure().algorithm(similar::Algorithm::Patience).diff_words(expected, observed);
    if diff.ratio() < 0.5 {
        return None;
    }
    let mut line = String::new();
    for change in diff.iter_all_changes() {
        let value = harmless(change.value());
        match change.tag() {
            ChangeTag::Equal => line.push_str(&value),
            ChangeTag::Delete => line.push_str(&paint(&format!("[-{value}-]"), Tone::Bad, style.colour)),
            ChangeTag::Insert => line.push_str(&paint(&format!("{{+{value}+}}"), Tone::Good, style.colour)),
        }
    }
    Some(line)
}
