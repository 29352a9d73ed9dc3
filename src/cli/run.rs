//! `probity run`: runs the trials and judges the answers.

use clap::Args;

use super::destination::{self, Destination, Wanted, wanted};
use super::engine::EngineArgs;
use super::reporters::Reporters;
use super::snapshots::Snapshots;
use super::{Exit, Failure, Output};
use crate::model::verdict::Conclusion;
use crate::report::format::Format;
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
    let wanted = with_job(&arguments.report);
    whole(&wanted, engine.plan.left_out)?;
    let mut reporters = Reporters::new(&wanted, &engine.contract.requirements, arguments.verbose, output)?;
    let summary = engine.run(&mut |event| reporters.event(&event))?;
    reporters.result()?;
    Ok(exit(summary.conclusion))
}

/// The reports that are asked for, and on GitHub what GitHub shows.
fn with_job(asked: &[Wanted]) -> Vec<Wanted> {
    let mut wanted = asked.to_vec();
    let on_github = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    if on_github && !wanted.iter().any(|one| one.format == Format::Github) {
        wanted.push(Wanted { format: Format::Github, destination: Destination::Job });
    }
    wanted
}

/// Refuses what can't come of a run that leaves trials out, before anything is sent.
pub(super) fn whole(wanted: &[Wanted], left_out: usize) -> Result<(), Failure> {
    match wanted.iter().find(|one| left_out > 0 && one.format.needs_everything()) {
        Some(one) => Err(Failure::Wrong(format!(
            "a {} speaks of a whole run: leave out --only and --skip, or the report to {}",
            one.format.slug(),
            one.destination
        ))),
        None => Ok(()),
    }
}

/// The exit code of a run.
pub(super) fn exit(conclusion: Conclusion) -> Exit {
    match conclusion {
        Conclusion::Conforms => Exit::Conforms,
        Conclusion::Violates => Exit::Violates,
        Conclusion::Incomplete => Exit::Incomplete,
    }
}
