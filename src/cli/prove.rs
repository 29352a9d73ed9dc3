//! `probity prove`: which faults the cases would catch, and which they would miss.

use std::io::Write;
use std::sync::Arc;
use std::thread;

use clap::Args;

use super::destination::{Destination, Wanted, distinct, wanted_of_proof};
use super::engine::EngineArgs;
use super::run::exit;
use super::{Exit, Failure, Output};
use crate::model::event::{Event, TrialResult};
use crate::model::proof::Proof;
use crate::model::verdict::Conclusion;
use crate::prove::{Settings, prove as prove_contract};
use crate::report::Reporter as _;
use crate::report::progress::{Judging, Progress};
use crate::report::proof::{Proven, text};
use crate::report::proof_json::Proved;
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
    /// Write the proof: json=PATH, or html=PATH for a page with the kill matrix; `-` for standard output. Can be given
    /// several times.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = wanted_of_proof)]
    report: Vec<Wanted>,
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
    let mut reports = ProofReports::open(&arguments.report)?;
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
    let proved = Proved::of(&Proven { run: &run, summary: &summary, proof: &proof });
    if reports.have_stdout() {
        Output::error(&text(&proved, Some(elapsed), output.error_style(), arguments.verbose))?;
    } else {
        Output::print(&text(&proved, Some(elapsed), output.style(), arguments.verbose))?;
    }
    reports.write(&proved)?;
    Ok(conclusion(summary.conclusion, &proof))
}

/// The files that a proof is written to, opened before it is known.
pub(super) struct ProofReports<'w>(Vec<(&'w Wanted, Box<dyn Write + Send>)>);

impl<'w> ProofReports<'w> {
    pub(super) fn open(wanted: &'w [Wanted]) -> Result<Self, Failure> {
        distinct(wanted.iter().map(|one| &one.destination))?;
        let open = |one: &'w Wanted| Ok((one, one.destination.create()?));
        Ok(Self(wanted.iter().map(open).collect::<Result<_, Failure>>()?))
    }

    fn have_stdout(&self) -> bool {
        self.0.iter().any(|(one, _)| one.destination == Destination::Stdout)
    }

    pub(super) fn write(&mut self, proof: &Proved) -> Result<(), Failure> {
        for (one, output) in &mut self.0 {
            one.destination.settled(one.format.write_proof(proof, output))?;
        }
        Ok(())
    }
}

/// What can't be run can't be proven; what is weak fails like a violation.
fn conclusion(run: Conclusion, proof: &Proof) -> Exit {
    match run {
        Conclusion::Conforms if !proof.reasons.is_empty() => Exit::Violates,
        other => exit(other),
    }
}
