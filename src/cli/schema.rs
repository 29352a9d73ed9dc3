//! `probity schema`: the JSON Schemas of our own files.

use clap::{Args, ValueEnum};

use super::{Exit, Failure, Output};

#[derive(Args, Debug)]
pub(super) struct SchemaArgs {
    /// Which file.
    #[arg(value_enum)]
    of: Described,
}

/// A file that has a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Described {
    Suite,
    Requirements,
    Target,
    Report,
    Contract,
    Personas,
    Survivors,
    Waivers,
    Proof,
    Events,
}

impl Described {
    /// Its word on the command line.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The JSON Schema.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Suite => include_str!("schema/suite.json"),
            Self::Requirements => include_str!("schema/requirements.json"),
            Self::Target => include_str!("schema/target.json"),
            Self::Report => include_str!("schema/report.json"),
            Self::Contract => include_str!("schema/contract.json"),
            Self::Personas => include_str!("schema/personas.json"),
            Self::Survivors => include_str!("schema/survivors.json"),
            Self::Waivers => include_str!("schema/waivers.json"),
            Self::Proof => include_str!("schema/proof.json"),
            Self::Events => include_str!("schema/events.json"),
        }
    }
}

pub(super) fn schema(arguments: &SchemaArgs) -> Result<Exit, Failure> {
    Output::print_json(arguments.of.text())?;
    Ok(Exit::Conforms)
}
