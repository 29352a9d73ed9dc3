//! `probity lint`: every problem in the files of a contract.

use super::{ContractArg, Exit, Failure, Output};
use crate::plan::{Selection, plan};

pub(super) fn lint(argument: &ContractArg) -> Result<Exit, Failure> {
    let contract = argument.load()?;
    let plan = plan(&contract, None, &Selection::default())?;
    let untested = contract.requirements.iter().filter(|requirement| requirement.not_tested.is_some()).count();
    Output::print(&format!(
        "{} {}: {} requirements ({untested} of them not tested), {} suites, {} trials, no problem\n",
        contract.name,
        contract.version,
        contract.requirements.len(),
        contract.suites.len(),
        plan.trials.len()
    ))?;
    Ok(Exit::Conforms)
}
