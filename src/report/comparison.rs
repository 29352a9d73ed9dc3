//! Where two runs part, for people and for programs.

mod repeated;

use std::fmt::Write as _;

use serde_json::{Value, json};

use self::repeated::Repeated;
use super::text::{Tone, harmless, paint, plural, single_line, wrapped};
use crate::compare::{AnswerParting, Comparison, Parting, Whole};
use crate::diagnostic::Style;
use crate::model::event::State;
use crate::model::shown::Part;
use crate::model::snapshot::Change;
use crate::model::verdict::{Finding, Verdict};

/// So many trials are written out, and so many findings and changes of one, unless everything is wanted.
const MOST_TRIALS: usize = 40;
const MOST_LINES: usize = 8;

/// How the two runs are named.
const SIDES: [&str; 2] = ["A", "B"];

/// Two runs and where they part.
pub struct Compared<'c> {
    /// The runs.
    pub runs: [&'c Whole; 2],
    /// Where they part.
    pub comparison: &'c Comparison,
}

/// The text for people: what is the same in many trials once, then the rest trial by trial. `verbose` writes out every
/// trial with all that it has.
#[must_use]
pub fn text(compared: &Compared<'_>, style: Style, verbose: bool) -> String {
    let (runs, comparison) = (compared.runs, compared.comparison);
    let mut text = String::new();
    for (side, run) in SIDES.iter().zip(runs) {
        let started = &run.started;
        let version = started.target_version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
        let total = run.summary.total();
        let head = format!("{}{version}", single_line(&started.target));
        let left_out = match run.summary.left_out {
            0 => String::new(),
            left_out => format!(", {left_out} left out"),
        };
        let part = started.sharding.as_ref().map(|sharding| format!(", {}", sharding.shard)).unwrap_or_default();
        let _ = writeln!(
            text,
            "{} {head}: {}, {}{left_out}{part}",
            paint(side, Tone::Strong, style.colour),
            run.summary.conclusion.word(),
            plural(total.total(), "trial"),
        );
    }
    text.push('\n');
    let repeated = if verbose { Repeated::none() } else { Repeated::of(comparison) };
    text.push_str(&repeated.text(style));
    let left: Vec<&Parting> = comparison.trials.iter().filter(|parting| !repeated.covers(parting)).collect();
    let shown = if verbose { usize::MAX } else { MOST_TRIALS };
    for parting in left.iter().take(shown) {
        trial(&mut text, parting, &repeated, style, if verbose { usize::MAX } else { MOST_LINES });
    }
    let covered = comparison.trials.len() - left.len();
    if covered > 0 {
        let _ = writeln!(text, "{} in nothing else; --verbose shows each\n", parts(covered));
    }
    let more = left.len().saturating_sub(shown);
    if more > 0 {
        let _ = writeln!(text, "… and {} more; --verbose shows all\n", plural(more, "trial"));
    }
    let width = comparison.clauses.iter().map(|(id, ..)| id.0.len()).max().unwrap_or(0);
    for (id, before, after) in &comparison.clauses {
        let word = |state: &Option<State>| state.map_or("not there", State::word);
        let _ = writeln!(text, "clause  {:width$}  {} → {}", id.0, word(before), word(after));
    }
    if !comparison.clauses.is_empty() {
        text.push('\n');
    }
    let verdict = if comparison.trials.is_empty() {
        paint("SAME", Tone::Good, style.colour)
    } else {
        paint("DIFFERENT", Tone::Bad, style.colour)
    };
    let count = |differs: fn(&Parting) -> bool| comparison.trials.iter().filter(|one| differs(one)).count();
    let parts: Vec<String> = [
        (count(|one| one.verdicts[0] != one.verdicts[1]), "by verdict"),
        (count(|one| !one.findings.iter().all(Vec::is_empty)), "by findings"),
        (count(|one| !one.answers.is_empty()), "by answers"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    let parted = match comparison.trials.len() {
        0 => String::new(),
        number => format!(", {number} part: {}", parts.join(" · ")),
    };
    let _ = writeln!(text, "{verdict}  {} the same{parted}", plural(comparison.same, "trial"));
    if comparison.unjudged {
        let _ = writeln!(text, "{}  at least one of the runs judged nothing or was stopped", " ".repeat(9));
    }
    text
}

fn parts(trials: usize) -> String {
    format!("{} {}", plural(trials, "trial"), if trials == 1 { "parts" } else { "part" })
}

/// A trial without what many have.
fn trial(text: &mut String, parting: &Parting, repeated: &Repeated<'_>, style: Style, most: usize) {
    let id = paint(&parting.id, Tone::Strong, style.colour);
    let [one, other] = parting.verdicts.map(|verdict| verdict.map_or("not run", Verdict::word));
    let said = if one == other { one.to_owned() } else { format!("{one} → {other}") };
    let _ = writeln!(text, "{id}  {said}");
    for (side, findings) in parting.findings.iter().enumerate() {
        let findings: Vec<&Finding> = findings.iter().filter(|one| !repeated.has_finding(side, one)).collect();
        let side = SIDES[side];
        for one in findings.iter().take(most) {
            finding(text, side, one, style);
        }
        if findings.len() > most {
            let _ = writeln!(text, "  {side} … and {} more", plural(findings.len() - most, "finding"));
        }
    }
    for answer in &parting.answers {
        let changes: Vec<&Change> = answer.changes.iter().filter(|one| !repeated.has_change(one)).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  {}{}", step(answer), harmless(&single_line(&answer.request)));
        for one in changes.iter().take(most) {
            change(text, one, style);
        }
        if changes.len() > most {
            let _ = writeln!(text, "    … and {} more", plural(changes.len() - most, "difference"));
        }
    }
    text.push('\n');
}

fn finding(text: &mut String, side: &str, finding: &Finding, style: Style) {
    let pointer = finding.pointer.as_deref().filter(|pointer| !pointer.is_empty());
    let at = pointer.map(|pointer| format!(" at {pointer}")).unwrap_or_default();
    let whole = single_line(&format!("{}: {}{at} ({})", finding.requirement, finding.message, finding.place));
    let lines = wrapped(&whole, style.width.saturating_sub(4).max(20));
    for (index, line) in lines.iter().enumerate() {
        let mark = if index == 0 { side } else { " " };
        let _ = writeln!(text, "  {mark} {line}");
    }
}

fn step(answer: &AnswerParting) -> String {
    match answer.part {
        Part::Step if answer.step == 0 => String::new(),
        Part::Step => format!("step {}: ", answer.step + 1),
        Part::Setup | Part::Cleanup => format!("{} {}: ", answer.part.word(), answer.step + 1),
    }
}

fn change(text: &mut String, change: &Change, style: Style) {
    let at = if change.at.is_empty() { "the whole body" } else { &change.at };
    let _ = writeln!(text, "    ~ {} ({})", single_line(at), change.kind.slug());
    let room = style.width.saturating_sub(8).max(20);
    for (mark, tone, value) in [("A", Tone::Bad, &change.before), ("B", Tone::Good, &change.after)] {
        let value = value.as_deref().map_or_else(|| "nothing".into(), single_line);
        let short: String =
            if value.chars().count() > room { value.chars().take(room - 1).chain(['…']).collect() } else { value };
        let _ = writeln!(text, "      {} {short}", paint(mark, tone, style.colour));
    }
}

/// The same as JSON, version 1 of its format; everything is in it.
#[must_use]
pub fn json(compared: &Compared<'_>) -> Value {
    let side = |run: &Whole| {
        json!({
            "name": run.started.target,
            "version": run.started.target_version,
            "digest": run.started.digest,
            "verdict": run.summary.conclusion.word(),
            "complete": run.summary.complete,
            "trials": run.summary.total().total(),
            "left_out": run.summary.left_out,
        })
    };
    let comparison = compared.comparison;
    let state = |state: Option<State>| state.map(State::word);
    let clauses: Vec<Value> = comparison
        .clauses
        .iter()
        .map(|(id, before, after)| json!({ "id": &*id.0, "a": state(*before), "b": state(*after) }))
        .collect();
    json!({
        "format": "probity-diff/1",
        "a": side(compared.runs[0]),
        "b": side(compared.runs[1]),
        "same": comparison.same,
        "different": comparison.trials.len(),
        "trials": comparison.trials.iter().map(json_of_trial).collect::<Vec<_>>(),
        "clauses": clauses,
    })
}

fn json_of_trial(parting: &Parting) -> Value {
    let findings = |findings: &[Finding]| -> Vec<Value> {
        let one = |finding: &Finding| {
            json!({
                "requirement": &*finding.requirement.0,
                "rule": finding.rule.slug(),
                "message": finding.message,
                "expected": finding.expected,
                "observed": finding.observed,
                "pointer": finding.pointer,
                "file": finding.place.file.path,
                "line": finding.place.line(),
                "column": finding.place.column(),
            })
        };
        findings.iter().map(one).collect()
    };
    let change =
        |change: &Change| json!({ "kind": change.kind.slug(), "at": change.at, "a": change.before, "b": change.after });
    let answer = |answer: &AnswerParting| {
        json!({
            "part": answer.part.word(),
            "step": answer.step,
            "request": answer.request,
            "changes": answer.changes.iter().map(change).collect::<Vec<_>>(),
        })
    };
    let [one, other] = parting.verdicts.map(|verdict| verdict.map(Verdict::word));
    json!({
        "id": parting.id,
        "a": { "verdict": one, "findings": findings(&parting.findings[0]) },
        "b": { "verdict": other, "findings": findings(&parting.findings[1]) },
        "answers": parting.answers.iter().map(answer).collect::<Vec<_>>(),
    })
}
