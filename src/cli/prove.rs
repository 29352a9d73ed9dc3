//! `probity prove`: which faults the cases would catch, and which they would miss.

use std::io::Write as _;
use std::sync::Arc;
use std::thread;

use clap::Args;

use super::destination::{Destination, distinct, proof as proof_destination};
use super::engine::EngineArgs;
use super::run::exit;
use super::{Exit, Failure, Output};
use crate::model::event::{Event, TrialResult};
use crate::model::proof::Proof;
use crate::model::verdict::Conclusion;
use crate::prove::{Settings, prove as prove_contract};
use crate::report::progress::{Judging, Progress};
use crate::report::proof::{Proven, text};
use crate::report::{Reporter as _, proof_json};
use crate::run::Keep;

#[derive(Args, Debug)]
pub(super) struct ProveArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// How many mutants are made at most; `all` makes every one.
    #[arg(long, default_value = "100000", value_name = "N|all", value_parser = budget)]
    budget: Budget,
    /// What the choice of mutants follows from: the same seed makes the same mutants.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Fail when less than this part of the unlawful mutants is noticed, in percent.
    #[arg(long, default_value_t = 95.0, value_name = "PERCENT", value_parser = percent)]
    fail_under: f64,
    /// Write the proof: json=PATH, or json=- for standard output. Can be given several times.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = proof_destination)]
    report: Vec<Destination>,
    /// Show every survivor.
    #[arg(long, short)]
    verbose: bool,
}

#[derive(Clone, Copy, Debug)]
struct Budget(Option<usize>);

fn budget(text: &str) -> Result<Budget, String> {
    match (text, text.parse()) {
        ("all", _) => Ok(Budget(None)),
        (_, Ok(number)) if number > 0 => Ok(Budget(Some(number))),
        _ => Err("a number above 0, or `all`".into()),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("a number from 0 to 100".into()),
    }
}

pub(super) fn prove(arguments: &ProveArgs, output: &Output) -> Result<Exit, Failure> {
    let mut engine = arguments.engine.prepare(Keep::All)?;
    // A proof speaks of the cases that were chosen.
    engine.plan.left_out_musts = 0;
    distinct(arguments.report.iter())?;
    let reports: Vec<_> = arguments.report.iter().map(Destination::create).collect::<Result<_, _>>()?;
    let mut progress = Output::is_watched().then(Progress::new);
    let mut results: Vec<Arc<TrialResult>> = Vec::new();
    let mut started = None;
    let summary = engine.run(&mut |event| {
        if let Some(progress) = &mut progress {
            let _ = progress.event(&event);
        }
        match event {
            Event::Started(run) => started = Some(run),
            Event::Finished(result) => results.push(result),
            Event::Ended(_) => {}
        }
        true
    })?;
    let settings = Settings {
        budget: arguments.budget.0,
        seed: arguments.seed,
        threads: thread::available_parallelism().map_or(1, usize::from),
        fail_under: arguments.fail_under,
    };
    let judging = Output::is_watched().then(Judging::new);
    let show = |done, all| judging.as_ref().into_iter().for_each(|bar| bar.show(done, all));
    let clock = std::time::Instant::now();
    let proof = prove_contract(&engine.contract, &engine.plan, &engine.target, &results, &settings, &show);
    let elapsed = clock.elapsed();
    drop(judging);
    let Some(run) = started else { return Err(Failure::Wrong("the run never began".into())) };
    let proven = Proven { run: &run, summary: &summary, proof: &proof, elapsed };
    if arguments.report.contains(&Destination::Stdout) {
        Output::error(&text(&proven, output.error_style(), arguments.verbose))?;
    } else {
        Output::print(&text(&proven, output.style(), arguments.verbose))?;
    }
    for (destination, mut written) in arguments.report.iter().zip(reports) {
        let failure = |error| destination.unwritten(&error);
        proof_json::write(&proven, &mut written).and_then(|()| written.flush()).map_err(failure)?;
    }
    Ok(conclusion(summary.conclusion, &proof))
}

/// What can't be run can't be proven; what is weak fails like a violation.
fn conclusion(run: Conclusion, proof: &Proof) -> Exit {
    match run {
        Conclusion::Conforms if !proof.reasons.is_empty() => Exit::Violates,
        other => exit(other),
    }
}
