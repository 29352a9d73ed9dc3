//! `probity smoke`: what of a target can be reached, before anything is judged.

use clap::Args;

use super::engine::EngineArgs;
use super::{Exit, Failure, Output};
use crate::report::smoke::text;
use crate::run::Keep;

#[derive(Args, Debug)]
pub(super) struct SmokeArgs {
    #[command(flatten)]
    engine: EngineArgs,
}

pub(super) fn smoke(arguments: &SmokeArgs, output: &Output) -> Result<Exit, Failure> {
    let engine = arguments.engine.prepare(Keep::Small)?;
    let found = engine.smoke()?;
    Output::print(&text(&found, &engine.target, output.style()))?;
    Ok(if found.answers() { Exit::Conforms } else { Exit::Incomplete })
}
