//! The attempts at a trial that was tried again, a line each.

use super::text::single_line;
use crate::model::event::TrialResult;
use crate::model::verdict::{Finding, Verdict};

/// What each attempt came to, in order; nothing of a trial that was tried once.
pub(super) fn told(result: &TrialResult) -> Vec<String> {
    if result.attempts.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<String> = result
        .attempts
        .iter()
        .map(|attempt| line(attempt.number, attempt.verdict, &attempt.findings, &attempt.notes))
        .collect();
    let others: Vec<usize> = result.attempts.iter().map(|attempt| attempt.number).collect();
    let number = (1..=others.len() + 1).find(|number| !others.contains(number)).unwrap_or(1);
    let own = line(number, result.verdict, &result.findings, &result.notes);
    lines.insert((number - 1).min(lines.len()), own + ", which counts");
    lines
}

/// The same as further lines of a text.
pub(super) fn further_lines(result: &TrialResult) -> String {
    told(result).into_iter().fold(String::new(), |text, line| text + "\n" + &line)
}

fn line(number: usize, verdict: Verdict, findings: &[Finding], notes: &[String]) -> String {
    let because = |reason: &str| format!("attempt {number} {}: {}", word(verdict), single_line(reason));
    match (findings.first(), notes.first()) {
        (Some(finding), _) => because(&format!("{}: {}", finding.requirement, finding.message)),
        (None, Some(note)) if verdict != Verdict::Conforms => because(note),
        _ => format!("attempt {number} {}", word(verdict)),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Inconclusive => "was inconclusive",
        Verdict::Skipped => "was skipped",
        Verdict::Conforms | Verdict::Violates => verdict.word(),
    }
}
