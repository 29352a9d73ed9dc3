//! `probity run`: runs the trials and judges the answers.

use clap::Args;

use super::destination::{self, Wanted, wanted};
use super::engine::EngineArgs;
use super::reporters::Reporters;
use super::snapshots::Snapshots;
use super::{Exit, Failure, Output};
use crate::model::verdict::Conclusion;
use crate::run::Keep;

#[derive(Args, Debug)]
pub(super) struct RunArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// What is done with answers that aren't as accepted.
    #[arg(long, value_enum, value_name = "MODE")]
    snapshots: Option<Snapshots>,
    #[arg(long, value_name = "FORMAT=PATH", value_parser = wanted, help = destination::HELP, long_help = destination::help())]
    report: Vec<Wanted>,
    /// Write every block whole, also where one requirement fails many times.
    #[arg(long, short)]
    verbose: bool,
}

pub(super) fn run(arguments: &RunArgs, output: &Output) -> Result<Exit, Failure> {
    let mut engine = arguments.engine.prepare(Keep::Small)?;
    engine.compare(arguments.snapshots)?;
    let mut reporters = Reporters::new(&arguments.report, &engine.contract.requirements, arguments.verbose, output)?;
    let summary = engine.run(&mut |event| reporters.event(&event))?;
    reporters.result()?;
    Ok(exit(summary.conclusion))
}

/// The exit code of a run.
pub(super) fn exit(conclusion: Conclusion) -> Exit {
    match conclusion {
        Conclusion::Conforms => Exit::Conforms,
        Conclusion::Violates => Exit::Violates,
        Conclusion::Incomplete => Exit::Incomplete,
    }
}
