//! `probity run`: runs the trials and judges the answers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{ArgAction, Args, ValueEnum};

use super::destination::{self, Destination, Wanted, wanted};
use super::engine::{Engine, EngineArgs};
use super::gate::GateArgs;
use super::memory::Memory;
use super::reporters::Reporters;
use super::snapshots::Snapshots;
use super::{Exit, Failure, Output, dry_run, watch};
use crate::load::WAIVERS;
use crate::model::shard::Shard;
use crate::model::verdict::Conclusion;
use crate::report::format::Format;
use crate::report::timings::{Stages, Timings};
use crate::run::{Flaky, Keep};

#[expect(clippy::struct_excessive_bools, reason = "each is an option that is there or not")]
#[derive(Args, Debug)]
pub(super) struct RunArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// What is done with answers that aren't as accepted.
    #[arg(long, value_enum, value_name = "MODE")]
    snapshots: Option<Snapshots>,
    #[arg(long, value_name = "FORMAT=PATH", value_parser = wanted, help = destination::HELP, long_help = destination::help())]
    report: Vec<Wanted>,
    #[command(flatten)]
    gate: GateArgs,
    /// Only the trials that didn't conform, and weren't waived, when they were judged last by this user.
    #[arg(long)]
    last_failed: bool,
    /// Only part I of the plan split into N: the same trials on every machine. `probity merge` gives the verdict of the
    /// whole.
    #[arg(long, value_name = "I/N", conflicts_with_all = ["last_failed", "watch"])]
    shard: Option<Shard>,
    /// Try a trial that doesn't conform again, up to so often; never one that changes state or in which something is withheld.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=100))]
    retries: u16,
    /// What a trial counts as that conforms only after it violated.
    #[arg(long, value_enum, default_value_t = FlakyArg::Fail, value_name = "AS")]
    flaky: FlakyArg,
    /// Show the plan and the requests that would be sent, without secrets, and send none.
    #[arg(long, conflicts_with_all = ["report", "snapshots", "watch"])]
    dry_run: bool,
    /// Run again what a change of the contract's files touches, until Ctrl-C.
    #[arg(long, conflicts_with = "report")]
    watch: bool,
    /// Say on standard error where the time went: by stage, by service, and the slowest trials.
    #[arg(long)]
    timings: bool,
    /// Write every block whole, and a line for every exchange; twice: all that was sent and received.
    #[arg(long, short, action = ArgAction::Count)]
    verbose: u8,
}

/// What a flaky trial counts as.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FlakyArg {
    /// As one that conforms, marked as flaky.
    Pass,
    /// As one that violates: what is broken once is broken.
    Fail,
}

pub(super) fn run(arguments: &RunArgs, output: &Output) -> Result<Exit, Failure> {
    if !arguments.watch {
        return once(arguments, None, output);
    }
    let Some(folder) = arguments.engine.folder() else {
        return Err(Failure::Wrong(
            "the shipped contract doesn't change: name the folder of a contract to watch".into(),
        ));
    };
    let mut besides: Vec<PathBuf> = arguments.engine.target_file().map(Path::to_path_buf).into_iter().collect();
    besides.extend(arguments.engine.target_file().map(|file| file.with_file_name(WAIVERS)));
    besides.extend(arguments.gate.file().map(Path::to_path_buf));
    watch::watch(folder, &besides, output, &mut |suites| once(arguments, suites, output))
}

/// Runs, of the files in `suites` only where these are named.
fn once(arguments: &RunArgs, suites: Option<&BTreeSet<String>>, output: &Output) -> Result<Exit, Failure> {
    let began = Instant::now();
    let mut memory = Memory::of(arguments.engine.folder(), arguments.engine.target());
    let failed = arguments.last_failed.then(|| memory.failed().cloned());
    // The parts of a plan follow from all of a contract.
    let mut engine = if arguments.shard.is_some() {
        arguments.engine.prepare(Keep::Small)?
    } else {
        let may = |id: &str| !matches!(&failed, Some(Ok(failed)) if !failed.contains(id));
        arguments.engine.prepare_selected(Keep::Small, may)?
    };
    if let Some(failed) = failed.transpose()? {
        engine.keep(|trial| failed.contains(&*trial.id));
    }
    if let Some(suites) = suites {
        engine.keep(|trial| suites.contains(&trial.place.file.path));
    }
    if is_empty(&engine) && (arguments.last_failed || suites.is_some()) {
        let reason = if suites.is_some() {
            "no wanted trial stands in what changed"
        } else {
            "every trial conformed when it was judged last"
        };
        Output::error(&format!("nothing to run: {reason}\n"))?;
        return Ok(Exit::Incomplete);
    }
    if let Some(shard) = arguments.shard {
        engine.shard(shard);
    }
    if arguments.dry_run {
        Output::print(&dry_run::requests(&engine))?;
        return Ok(Exit::Conforms);
    }
    engine.compare(arguments.snapshots)?;
    let flaky = match arguments.flaky {
        FlakyArg::Pass => Flaky::Pass,
        FlakyArg::Fail => Flaky::Fail,
    };
    engine.retry(usize::from(arguments.retries), flaky);
    let waivers = arguments.gate.apply(&mut engine)?;
    let wanted = with_job(&arguments.report);
    if arguments.shard.is_some() {
        entire(&wanted)?;
    }
    whole(&wanted, engine.plan.left_out)?;
    if arguments.verbose > 0 || wanted.iter().any(|one| one.format.shows_exchanges()) {
        engine.show_exchanges();
    }
    let mut reporters = Reporters::new(&wanted, &engine.contract.requirements, arguments.verbose, output)?
        .within(engine.target.usual.1.limits.report);
    reporters.suggest(arguments.gate.suggest_waivers);
    let mut stages = Stages { load: began.elapsed(), ..Stages::default() };
    let services = engine.contract.suites.iter().map(|suite| (suite.name.clone(), suite.service.clone()));
    let mut timings = arguments.timings.then(|| Timings::new(services));
    let began = Instant::now();
    let (summary, taken) = reporters.during(engine.plan.trials.len(), |listens| {
        engine.run(&mut |event| {
            memory.event(&event);
            if let Some(timings) = &mut timings {
                timings.event(&event);
            }
            listens(event)
        })
    });
    let summary = summary?;
    (stages.run, stages.report) = (began.elapsed(), taken);
    memory.keep();
    reporters.result()?;
    if let Some(timings) = timings {
        Output::error(&timings.told(stages))?;
    }
    if let Some(waivers) = waivers {
        waivers.shrink(&summary)?;
    }
    if !arguments.watch {
        engine.leave();
    }
    Ok(exit(summary.conclusion))
}

fn is_empty(engine: &Engine) -> bool {
    engine.plan.trials.iter().all(|trial| trial.auxiliary)
}

/// The reports that are asked for, and on GitHub what GitHub shows.
pub(super) fn with_job(asked: &[Wanted]) -> Vec<Wanted> {
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

/// Refuses what can't come of one part of a run, before anything is sent.
pub(super) fn entire(wanted: &[Wanted]) -> Result<(), Failure> {
    match wanted.iter().find(|one| one.format.needs_everything()) {
        Some(one) => Err(Failure::Wrong(format!(
            "a {} speaks of a whole run: leave out --shard, or have `probity merge` write it to {}",
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
        Conclusion::StaleWaivers => Exit::StaleWaivers,
    }
}
