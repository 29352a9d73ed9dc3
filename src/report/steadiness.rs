//! Which trials don't come to the same in every run, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json as value};

use super::text::{Tone, harmless, paint, plural};
use crate::compare::rounds::{Cause, Outcome, Rounds, Unsteady};
use crate::diagnostic::Style;
use crate::model::event::Summary;
use crate::model::shell::word;

/// So many trials are written out, and so many rounds of one outcome.
const MOST_TRIALS: usize = 40;
const MOST_ROUNDS: usize = 8;

/// Several runs and what came of them.
pub struct Steadiness<'s> {
    /// What trials came to.
    pub rounds: &'s Rounds,
    /// The seed of each round's order; none is that of the plan.
    pub orders: &'s [Option<u64>],
    /// Why trials waver.
    pub causes: &'s BTreeMap<String, Cause>,
    /// What the worst of the runs came to.
    pub worst: &'s Summary,
}

/// The text for people.
#[must_use]
pub fn text(steadiness: &Steadiness<'_>, style: Style) -> String {
    let mut text = String::new();
    let unsteady = steadiness.rounds.unsteady();
    for one in unsteady.iter().take(MOST_TRIALS) {
        let (head, tone) = match steadiness.causes.get(one.id) {
            Some(Cause::Order { .. }) => ("DEPENDS ON ORDER", Tone::Bad),
            Some(Cause::Chance) | None => ("UNSTEADY", Tone::Bad),
        };
        let _ = writeln!(text, "{} {}", paint(head, tone, style.colour), paint(one.id, Tone::Strong, style.colour));
        for (outcome, rounds) in &one.outcomes {
            let _ = writeln!(text, "  {}, {}", told(outcome), when(rounds, steadiness.orders));
        }
        if let Some(again) = again(one, steadiness) {
            let _ = writeln!(text, "  {} {again}", paint("again:", Tone::Quiet, style.colour));
        }
        text.push('\n');
    }
    if unsteady.len() > MOST_TRIALS {
        let _ = writeln!(text, "… and {}\n", plural(unsteady.len() - MOST_TRIALS, "more trial"));
    }
    let (head, tone) = if unsteady.is_empty() { ("STEADY", Tone::Good) } else { ("UNSTEADY", Tone::Bad) };
    let shuffled = steadiness.orders.iter().filter(|order| order.is_some()).count();
    let orders = if shuffled > 0 { format!(", {shuffled} of them in other orders") } else { String::new() };
    let _ = writeln!(
        text,
        "{}  {} of {} came to different things in {}{orders}",
        paint(head, tone, style.colour),
        unsteady.len(),
        plural(steadiness.rounds.trials(), "trial"),
        plural(steadiness.rounds.rounds(), "run")
    );
    let _ = writeln!(text, "          the worst run {}", steadiness.worst.conclusion.word());
    for reason in &steadiness.worst.reasons {
        let _ = writeln!(text, "          {}", harmless(reason));
    }
    text
}

fn told(outcome: &Outcome) -> String {
    let because = if outcome.because.is_empty() { String::new() } else { format!(" {}", outcome.because.join(", ")) };
    format!("{}{because}", outcome.verdict.word())
}

fn when(rounds: &[usize], orders: &[Option<u64>]) -> String {
    let name = |round: &usize| match orders.get(*round).copied().flatten() {
        Some(seed) => format!("seed {seed}"),
        None if orders.iter().any(Option::is_some) => "the order of the plan".to_owned(),
        None => format!("run {}", round + 1),
    };
    let named: Vec<String> = rounds.iter().take(MOST_ROUNDS).map(name).collect();
    let more = if rounds.len() > MOST_ROUNDS { ", …" } else { "" };
    format!("{}: {}{more}", plural(rounds.len(), "time"), named.join(", "))
}

/// The command that shows it again. It runs everything: a trial alone has no order.
fn again(one: &Unsteady<'_>, steadiness: &Steadiness<'_>) -> Option<String> {
    match steadiness.causes.get(one.id)? {
        Cause::Order { seed } => Some(format!("the same command with --repeat 1 --shuffle --seed {seed}")),
        Cause::Chance => Some(format!("the same command with --only {}", word(one.id))),
    }
}

/// The same as one JSON object.
#[must_use]
pub fn json(steadiness: &Steadiness<'_>) -> String {
    let unsteady = steadiness.rounds.unsteady();
    let outcome = |(outcome, rounds): &(&Outcome, Vec<usize>)| {
        let seeds: Vec<Value> = rounds.iter().map(|round| value!(steadiness.orders.get(*round))).collect();
        value!({"verdict": outcome.verdict.word(), "because": outcome.because, "rounds": rounds, "seeds": seeds})
    };
    let trial = |one: &Unsteady<'_>| {
        let outcomes: Vec<Value> = one.outcomes.iter().map(outcome).collect();
        let (cause, seed) = match steadiness.causes.get(one.id) {
            Some(Cause::Order { seed }) => ("order", Some(*seed)),
            Some(Cause::Chance) | None => ("chance", None),
        };
        value!({"id": one.id, "cause": cause, "seed": seed, "outcomes": outcomes})
    };
    let all = value!({
        "rounds": steadiness.rounds.rounds(),
        "trials": steadiness.rounds.trials(),
        "worst": steadiness.worst.conclusion.word(),
        "reasons": steadiness.worst.reasons,
        "unsteady": unsteady.iter().map(trial).collect::<Vec<_>>(),
    });
    format!("{all:#}\n")
}
