//! `probity world`: the state that a server must be put into before a run.

use super::{ContractArg, Exit, Failure, Output};

pub(super) fn world(argument: &ContractArg) -> Result<Exit, Failure> {
    let contract = argument.load()?;
    let text = serde_json::to_string_pretty(&contract.world).map_err(std::io::Error::from)?;
    Output::print_json(&format!("{text}\n"))?;
    Ok(Exit::Conforms)
}
