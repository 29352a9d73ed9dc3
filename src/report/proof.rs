//! What a person sees of a proof: what is weak first, then each mutant that nobody noticed.

use std::fmt::Write as _;
use std::time::Duration;

use super::proof_json::{Proved, Unnoticed, Weakness};
use super::text::{Tone, duration, harmless, padded, paint, plural, wrapped};
use crate::diagnostic::Style;
use crate::model::event::{RunStarted, Summary};
use crate::model::proof::Proof;

/// So many weaknesses and survivors are shown, unless everything is wanted.
const MOST_WEAKNESSES: usize = 10;
const MOST_SURVIVORS: usize = 12;
/// So many cases of one weakness are named.
const MOST_CASES: usize = 3;

/// A proof and the run that it was made of.
pub struct Proven<'p> {
    /// The run.
    pub run: &'p RunStarted,
    /// What the run came to.
    pub summary: &'p Summary,
    /// The proof.
    pub proof: &'p Proof,
}

/// The whole text. `elapsed` is how long the mutants took, if that is known; `verbose` shows every weakness and survivor.
#[must_use]
pub fn text(proof: &Proved, elapsed: Option<Duration>, style: Style, verbose: bool) -> String {
    let mut text = String::new();
    let (contract, target) = (&proof.contract, harmless(&proof.target));
    let _ = writeln!(text, "{} {} against {target}\n", harmless(&contract.name), harmless(&contract.version));
    left_out(&mut text, proof.not_conforming);
    let weaknesses = if verbose { usize::MAX } else { MOST_WEAKNESSES };
    weak(&mut text, &proof.weaknesses, style, weaknesses);
    alarms(&mut text, proof, style);
    for stale in &proof.stale {
        let (head, place) = (paint("STALE", Tone::Bad, style.colour), harmless(&stale.place.to_string()));
        let _ = writeln!(text, "{head} {place}  {}", harmless(&stale.message));
    }
    if !proof.stale.is_empty() {
        text.push('\n');
    }
    let survivors = if verbose { usize::MAX } else { MOST_SURVIVORS };
    survived(&mut text, &proof.survivors, style, survivors);
    score(&mut text, proof, elapsed, style);
    text
}

fn left_out(text: &mut String, others: usize) {
    if others > 0 {
        let what = if others == 1 { "trial doesn't" } else { "trials don't" };
        let _ = writeln!(text, "note: {others} {what} conform and can prove nothing; `probity run` shows why\n");
    }
}

fn weak(text: &mut String, weaknesses: &[Weakness], style: Style, most: usize) {
    if weaknesses.is_empty() {
        return;
    }
    let head = format!("{} where a fault would go unnoticed, the worst first:", plural(weaknesses.len(), "place"));
    let _ = writeln!(text, "{}\n", paint(&head, Tone::Strong, style.colour));
    for weakness in weaknesses.iter().take(most) {
        let kind = paint(&padded(&harmless(&weakness.kind), 20), Tone::Bad, style.colour);
        let lines = wrapped(&harmless(&weakness.message), style.width.saturating_sub(24).max(30));
        let _ = writeln!(text, "  {kind}  {}", lines[0]);
        for line in &lines[1..] {
            let _ = writeln!(text, "{:24}{line}", "");
        }
        let named: Vec<&str> = weakness.cases.iter().take(MOST_CASES).map(String::as_str).collect();
        let more = weakness.cases.len().saturating_sub(MOST_CASES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let passed = plural(weakness.survived, "mutant");
        let _ = writeln!(
            text,
            "{:24}{}  {passed} passed in {}{more}",
            "",
            harmless(&weakness.place.to_string()),
            harmless(&named.join(", "))
        );
        if let Some(remedy) = &weakness.remedy {
            let _ = writeln!(text, "{:24}{} {}", "", paint("add:", Tone::Quiet, style.colour), harmless(remedy));
        }
    }
    if weaknesses.len() > most {
        let _ = writeln!(text, "  … and {} more; --verbose shows all", weaknesses.len() - most);
    }
    text.push('\n');
}

fn alarms(text: &mut String, proof: &Proved, style: Style) {
    for alarm in &proof.false_alarms {
        let head = paint("FALSE ALARM", Tone::Bad, style.colour);
        let _ = writeln!(text, "{head} {}  {}{}", harmless(&alarm.trial), harmless(&alarm.operator), times(alarm));
        changed(text, alarm);
        if let (Some(said), Some(why)) = (&alarm.said, &alarm.lawful) {
            let _ = writeln!(text, "  said     {}  ({})", harmless(said), harmless(&alarm.place.to_string()));
            let _ = writeln!(text, "  lawful   {}", harmless(why));
        }
        text.push('\n');
    }
}

fn survived(text: &mut String, survivors: &[Unnoticed], style: Style, most: usize) {
    for survivor in survivors.iter().take(most) {
        let head = paint("SURVIVED", Tone::Doubtful, style.colour);
        let _ =
            writeln!(text, "{head} {}  {}{}", harmless(&survivor.trial), harmless(&survivor.operator), times(survivor));
        changed(text, survivor);
        if let Some(remedy) = &survivor.remedy {
            let _ = writeln!(text, "  add      {}  ({})", harmless(remedy), harmless(&survivor.place.to_string()));
        }
        if let Some(allowance) = &survivor.allowance {
            let _ = writeln!(text, "  or       {}", harmless(allowance));
        }
        text.push('\n');
    }
    if survivors.len() > most {
        let _ = writeln!(text, "… and {} more kinds of survivor; --verbose shows all\n", survivors.len() - most);
    }
}

fn times(unnoticed: &Unnoticed) -> String {
    if unnoticed.count == 1 { String::new() } else { format!("  ({} times in this case)", unnoticed.count) }
}

fn changed(text: &mut String, unnoticed: &Unnoticed) {
    let _ = writeln!(text, "  answer   to {}, at {}", harmless(&unnoticed.request), harmless(&unnoticed.at));
    let _ = writeln!(text, "  was      {}", harmless(&unnoticed.before));
    let _ = writeln!(text, "  becomes  {}", harmless(&unnoticed.after));
}

fn score(text: &mut String, proof: &Proved, elapsed: Option<Duration>, style: Style) {
    let total = proof.summary.score;
    let tone = |count: usize, bad: Tone| if count == 0 { Tone::Quiet } else { bad };
    let numbers = [
        (total.killed, "killed", Tone::Good),
        (total.survived, "survived", tone(total.survived, Tone::Doubtful)),
        (total.accepted, "accepted", Tone::Quiet),
        (total.tolerated, "lawful and tolerated", Tone::Good),
        (total.false_alarms, "false alarms", tone(total.false_alarms, Tone::Bad)),
    ];
    let parts: Vec<String> =
        numbers.iter().map(|(count, word, tone)| paint(&format!("{count} {word}"), *tone, style.colour)).collect();
    let _ = writeln!(text, "mutants   {}", parts.join(" · "));
    let tested = proof.requirements.iter().filter(|one| one.tested).count();
    let shown = proof.requirements.iter().filter(|one| one.proven_by.is_some()).count();
    let _ = writeln!(text, "clauses   {shown} of {tested} seen to be judged");
    let weak = !proof.reasons.is_empty();
    let (word, tone) = if weak { ("WEAK", Tone::Bad) } else { ("PROVEN", Tone::Good) };
    let score = proof.summary.score_percent.map_or_else(|| "nothing".into(), |score| format!("{score:.1} %"));
    let mutants = proof.summary.mutants;
    let took = elapsed.map(|elapsed| {
        let seconds = elapsed.as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a rate is an estimate anyway")]
        let rate = mutants as f64 / seconds;
        format!(", in {} ({rate:.0}/s)", duration(elapsed))
    });
    let _ = writeln!(
        text,
        "{}  {score} of the unlawful mutants noticed; {} of {} possible, of {}, seed {}{}",
        paint(word, tone, style.colour),
        plural(mutants, "mutant"),
        proof.possible,
        plural(proof.answers, "answer"),
        proof.seed,
        took.unwrap_or_default(),
    );
    for reason in &proof.reasons {
        let _ = writeln!(text, "          {}", harmless(reason));
    }
}
