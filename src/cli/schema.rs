//! `probity schema`: the JSON Schemas of our own files.

use clap::{Args, ValueEnum};

use super::{Exit, Failure, Output};

#[derive(Args, Debug)]
pub(super) struct SchemaArgs {
    /// Which file.
    #[arg(value_enum)]
    of: Described,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Described {
    Suite,
    Requirements,
    Target,
    Report,
    Contract,
    Personas,
    Survivors,
    Proof,
    Events,
}

pub(super) fn schema(arguments: &SchemaArgs) -> Result<Exit, Failure> {
    Output::print(match arguments.of {
        Described::Suite => include_str!("schema/suite.json"),
        Described::Requirements => include_str!("schema/requirements.json"),
        Described::Target => include_str!("schema/target.json"),
        Described::Report => include_str!("schema/report.json"),
        Described::Contract => include_str!("schema/contract.json"),
        Described::Personas => include_str!("schema/personas.json"),
        Described::Survivors => include_str!("schema/survivors.json"),
        Described::Proof => include_str!("schema/proof.json"),
        Described::Events => include_str!("schema/events.json"),
    })?;
    Ok(Exit::Conforms)
}
