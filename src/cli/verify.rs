//! `probity verify`: whether trials come to the same every time, in whatever order they run.

use std::collections::BTreeMap;

use clap::Args;

use super::engine::{Engine, EngineArgs};
use super::run::exit;
use super::{Exit, Failure, Output};
use crate::compare::rounds::{Cause, Rounds};
use crate::model::event::{Event, Summary};
use crate::report::Reporter as _;
use crate::report::progress::Progress;
use crate::report::steadiness::{Steadiness, json, text};
use crate::run::Keep;

/// So many seeds are run again, to find out whether the order is the cause.
const MOST_SEEDS: usize = 3;

#[derive(Args, Debug)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// How many times.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    repeat: u16,
    /// Each time in another order, after once in the order of the plan.
    #[arg(long)]
    shuffle: bool,
    /// The seed of the first order; each further one is that of the next number.
    #[arg(long, default_value_t = 1, value_name = "N", requires = "shuffle")]
    seed: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn verify(arguments: &VerifyArgs, output: &Output) -> Result<Exit, Failure> {
    let mut engine = arguments.engine.prepare(Keep::Small)?;
    // What is verified is the trials that were chosen.
    engine.plan.left_out_musts = 0;
    let repeat = u64::from(arguments.repeat);
    let orders: Vec<Option<u64>> = if arguments.shuffle {
        std::iter::once(None).chain((0..repeat).map(|round| Some(arguments.seed.wrapping_add(round)))).collect()
    } else {
        (0..repeat).map(|_| None).collect()
    };
    let mut rounds = Rounds::default();
    let mut worst: Option<Summary> = None;
    for order in &orders {
        let summary = round(&mut engine, *order, &mut rounds)?;
        let complete = summary.complete;
        if worst.as_ref().is_none_or(|known| rank(exit(summary.conclusion)) > rank(exit(known.conclusion))) {
            worst = Some(summary);
        }
        if !complete {
            break;
        }
    }
    let Some(worst) = worst else { return Err(Failure::Wrong("nothing was run".into())) };
    let causes = if worst.complete { causes(&mut engine, &orders, &mut rounds)? } else { BTreeMap::new() };
    let steadiness = Steadiness { rounds: &rounds, orders: &orders, causes: &causes, worst: &worst };
    if arguments.json {
        Output::print_json(&json(&steadiness))?;
    } else {
        Output::print(&text(&steadiness, output.style()))?;
    }
    Ok(if causes.is_empty() { exit(worst.conclusion) } else { Exit::Violates })
}

/// By which of two outcomes weighs more.
fn rank(exit: Exit) -> u8 {
    match exit {
        Exit::Conforms => 0,
        Exit::Incomplete => 1,
        _ => 2,
    }
}

fn round(engine: &mut Engine, order: Option<u64>, rounds: &mut Rounds) -> Result<Summary, Failure> {
    engine.shuffle(order);
    rounds.begin();
    let mut progress = Output::is_watched().then(Progress::new);
    engine.run(&mut |event| {
        if let Some(progress) = &mut progress {
            let _ = progress.event(&event);
        }
        if let Event::Finished(result) = event {
            rounds.add(&result);
        }
        true
    })
}

/// Why trials waver: the order of the plan and the first order that led to something else are run once more.
fn causes(
    engine: &mut Engine,
    orders: &[Option<u64>],
    rounds: &mut Rounds,
) -> Result<BTreeMap<String, Cause>, Failure> {
    let suspects: Vec<(String, Option<u64>, usize)> = rounds
        .unsteady()
        .iter()
        .map(|one| {
            let parts = |round: &usize| rounds.outcome(one.id, *round) != rounds.outcome(one.id, 0);
            let round = (1..orders.len()).find(parts).unwrap_or_default();
            (one.id.to_owned(), orders[round], round)
        })
        .collect();
    let mut seeds: Vec<u64> = suspects.iter().filter_map(|(_, seed, _)| *seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    seeds.truncate(MOST_SEEDS);
    let mut again: BTreeMap<Option<u64>, Rounds> = BTreeMap::new();
    if !seeds.is_empty() {
        for order in std::iter::once(None).chain(seeds.into_iter().map(Some)) {
            round(engine, order, again.entry(order).or_default())?;
        }
    }
    let cause = |(id, seed, first): (String, Option<u64>, usize)| {
        let same = |order: Option<u64>, before: usize| {
            let now = again.get(&order).and_then(|round| round.outcome(&id, 0));
            now.is_some() && now == rounds.outcome(&id, before)
        };
        let cause = match seed {
            Some(seed) if same(None, 0) && same(Some(seed), first) => Cause::Order { seed },
            _ => Cause::Chance,
        };
        (id, cause)
    };
    Ok(suspects.into_iter().map(cause).collect())
}
