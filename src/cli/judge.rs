//! `probity judge`: the answers of a stored report, judged again by a newer contract.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use super::destination::{self, Wanted, wanted};
use super::engine::SelectionArgs;
use super::report::{named, stored, unreadable};
use super::reporters::Reporters;
use super::run::{exit, whole, with_job};
use super::{ContractArg, Exit, Failure, Output};
use crate::compare::Side;
use crate::load::{target_from_file, target_from_url};
use crate::model::contract::Contract;
use crate::model::event::RunStarted;
use crate::model::target::Target;
use crate::plan::plan;
use crate::run::judge::{Past, judge as again};

#[derive(Args, Debug)]
pub(super) struct JudgeArgs {
    /// A report that `--report json=FILE` wrote; `-` for standard input.
    file: PathBuf,
    /// Folder of the newer contract; the shipped one if left out.
    #[arg(long, value_name = "FOLDER")]
    contract: Option<PathBuf>,
    /// The target file of the stored run, where it has values of personas.
    #[arg(long, value_name = "FILE")]
    target: Option<PathBuf>,
    #[command(flatten)]
    selection: SelectionArgs,
    #[arg(long, value_name = "FORMAT=PATH", value_parser = wanted, help = destination::HELP, long_help = destination::help())]
    report: Vec<Wanted>,
    /// Write every block whole, and a line for every exchange; twice: all that was sent and received.
    #[arg(long, short, action = ArgAction::Count)]
    verbose: u8,
}

pub(super) fn judge(arguments: &JudgeArgs, output: &Output) -> Result<Exit, Failure> {
    let report = stored(&arguments.file)?;
    let started = report.started();
    if let Some(sharding) = &started.sharding {
        let file = named(&arguments.file);
        return Err(Failure::Wrong(format!("{file} is {}: judge what `probity merge` makes of all", sharding.shard)));
    }
    if let (None, Some(folder)) = (&arguments.contract, &started.folder) {
        return Err(Failure::Wrong(format!(
            "{} was judged by the contract in {folder}: name the newer one with --contract FOLDER",
            named(&arguments.file)
        )));
    }
    let contract = ContractArg { contract: arguments.contract.clone() }.load()?;
    let target = target(arguments, &contract, &started)?;
    // What the target claims isn't stored; the trials that were skipped tell.
    let claims_all = Target { capabilities: claimed(&contract), ..target };
    let plan = plan(&contract, Some(&claims_all), &arguments.selection.selection())?;
    let wanted = with_job(&arguments.report);
    whole(&wanted, plan.left_out)?;
    let mut side = Side::default();
    let replayed = report.replay(&mut |event| {
        side.add(event);
        true
    });
    replayed.map_err(|error| unreadable(&arguments.file, &error))?;
    let past = side.whole().ok_or_else(|| Failure::Wrong("the stored run never began".into()))?;
    let past = Past { name: named(&arguments.file), started: past.started, trials: past.trials, summary: past.summary };
    let mut reporters = Reporters::new(&wanted, &contract.requirements, arguments.verbose, output)?.of_the_past();
    let summary = again(&contract, &plan, &claims_all, &past, &mut |event| {
        reporters.event(&event);
    });
    reporters.result()?;
    Ok(exit(summary.conclusion))
}

/// The target of the stored run, as far as the report and its file tell.
fn target(arguments: &JudgeArgs, contract: &Contract, run: &RunStarted) -> Result<Target, Failure> {
    let file = arguments.target.as_deref().map(|file| target_from_file(file, contract)).transpose()?;
    let target = if let Some(target) = file {
        target
    } else {
        let mut urls: Vec<&String> = run.services.values().collect();
        urls.dedup();
        let url = urls.first().map_or("http://127.0.0.1", |url| url.as_str());
        let target = target_from_url(url, contract)?;
        // A command to run again can name one URL, but not one for each service.
        Target { argument: target.argument.clone().filter(|_| urls.len() == 1), ..target }
    };
    let mut services = target.services.clone();
    services.extend(run.services.iter().map(|(service, url)| (service.clone(), url.clone())));
    Ok(Target { name: run.target.clone(), version: run.target_version.clone(), services, ..target })
}

fn claimed(contract: &Contract) -> std::collections::BTreeMap<String, bool> {
    contract.capabilities.iter().map(|capability| (capability.name.clone(), true)).collect()
}
