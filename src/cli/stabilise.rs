//! `probity snapshots stabilise`: finds what differs from run to run, and proposes redactions for it.

use std::thread;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::engine::EngineArgs;
use super::{Exit, Failure, Output};
use crate::report::wavering::told;
use crate::run::Keep;
use crate::snapshot::{self, proposal};

#[derive(Args, Debug)]
pub(super) struct SnapshotsArgs {
    #[command(subcommand)]
    command: SnapshotsCommand,
}

#[derive(Debug, Subcommand)]
enum SnapshotsCommand {
    /// Run several times, find what differs from run to run, and propose redactions for it as a patch of the suites.
    #[command(after_help = "The patch goes to standard output, what it is about to standard error. Apply it with \
                            `patch -p1` in the folder of the contract.\n\
                            Exit codes: 0 nothing differs, 1 something does, 2 wrong input, 3 no answer to compare.")]
    Stabilise(StabiliseArgs),
}

#[derive(Args, Debug)]
struct StabiliseArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// How many times.
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1000))]
    runs: u16,
    /// How long to wait between two runs, in seconds: what tells the time in seconds differs only then.
    #[arg(long, default_value_t = 1.1, value_name = "SECONDS", value_parser = pause)]
    pause: f64,
}

fn pause(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds from 0 to 3600".into()),
    }
}

pub(super) fn snapshots(arguments: &SnapshotsArgs, output: &Output) -> Result<Exit, Failure> {
    let SnapshotsCommand::Stabilise(arguments) = &arguments.command;
    let mut engine = arguments.engine.prepare(Keep::Small)?;
    engine.plan.left_out_musts = 0;
    if snapshot::all(&engine.plan).is_empty() {
        return Err(Failure::Wrong("no answer of these trials is compared: no case says `snapshot:`".into()));
    }
    let store = engine.gather();
    for round in 0..arguments.runs {
        if round > 0 {
            thread::sleep(Duration::from_secs_f64(arguments.pause));
        }
        let summary = engine.run(&mut |_| true)?;
        // What never came is told by nobody else; what broke a clause can differ all the same.
        if !summary.complete || store.gathered().is_empty() {
            let reasons = summary.reasons.join("; ");
            Output::error(&format!("run {} came to nothing: {reasons}\n", round + 1))?;
            return Ok(Exit::Incomplete);
        }
    }
    let gathered = store.gathered();
    let found = snapshot::wavering(&engine.plan, &gathered);
    Output::error(&told(&found, arguments.runs, gathered.len(), output.error_style()))?;
    Output::print(&proposal::patch(&found))?;
    Ok(if found.is_empty() { Exit::Conforms } else { Exit::Violates })
}
