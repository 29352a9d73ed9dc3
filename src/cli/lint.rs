//! `probity lint`: every problem in the files of a contract, and what changed in the documents that it was drawn from.

mod documents;

use std::mem;
use std::path::PathBuf;

use clap::Args;

use super::{ContractArg, Exit, Failure, Output};
use crate::diagnostic::Place;
use crate::model::secret::SHORTEST;
use crate::plan::{Selection, plan};

#[derive(Args, Debug)]
pub(super) struct LintArgs {
    #[command(flatten)]
    contract: ContractArg,
    /// Folder of the contract's documents: show which of them changed since the requirements were written, and the
    /// requirements to look at again.
    #[arg(long, value_name = "FOLDER")]
    documents: Option<PathBuf>,
}

/// A secret that can't be kept is no fault of the files, but whoever wrote them should know.
fn too_short(place: &Place) -> String {
    format!(
        "warning: {place}: `{}` selects a text of fewer than {SHORTEST} bytes, which isn't masked in reports\n\
         help: it would be found in innocent places; give the test account a longer one\n",
        place.text()
    )
}

pub(super) fn lint(arguments: &LintArgs) -> Result<Exit, Failure> {
    arguments.contract.tell_if_shipped()?;
    let contract = arguments.contract.load()?;
    let plan = plan(&contract, None, &Selection::default())?;
    let compared = arguments.documents.as_deref().map(|folder| documents::compare(&contract, folder)).transpose()?;
    for place in &contract.short_secrets {
        Output::error(&too_short(place))?;
    }
    let untested = contract.requirements.iter().filter(|requirement| requirement.not_tested.is_some()).count();
    Output::print(&format!(
        "{} {}: {} requirements ({untested} of them not tested), {} suites, {} trials, no problem\n{}",
        contract.name,
        contract.version,
        contract.requirements.len(),
        contract.suites.len(),
        plan.trials.len(),
        compared.unwrap_or_default()
    ))?;
    // Left to the end of the process, which is near.
    mem::forget((contract, plan));
    Ok(Exit::Conforms)
}
