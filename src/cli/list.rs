//! `probity list`: the plan, without a request.

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::engine::SelectionArgs;
use super::{ContractArg, Exit, Failure, Output};
use crate::plan::plan;

#[derive(Args, Debug)]
pub(super) struct ListArgs {
    #[command(flatten)]
    contract: ContractArg,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Print JSON instead of lines.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct ListedTrial<'a> {
    id: &'a str,
    suite: &'a str,
    case: &'a str,
    title: Option<&'a str>,
    level: &'a str,
    requirements: Vec<&'a str>,
    file: &'a str,
    line: usize,
}

pub(super) fn list(arguments: &ListArgs) -> Result<Exit, Failure> {
    let contract = arguments.contract.load()?;
    let plan = plan(&contract, None, &arguments.selection.selection())?;
    let trials = plan.trials.iter().filter(|trial| !trial.auxiliary).map(|trial| ListedTrial {
        id: &trial.id,
        suite: &trial.suite,
        case: &trial.case.name,
        title: trial.case.title.as_deref(),
        level: trial.level.word(),
        requirements: trial.requirements.iter().map(|id| &*id.0).collect(),
        file: &trial.place.file.path,
        line: trial.place.line(),
    });
    let text = if arguments.json {
        let trials: Vec<_> = trials.collect();
        serde_json::to_string_pretty(&trials).map_err(std::io::Error::from)? + "\n"
    } else {
        trials.fold(String::new(), |mut text, trial| {
            let _ = writeln!(text, "{}  {}  {}", trial.id, trial.level, trial.requirements.join(" "));
            text
        })
    };
    Output::print(&text)?;
    Ok(Exit::Conforms)
}
