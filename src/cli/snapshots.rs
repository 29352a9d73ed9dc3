//! Which accepted answers a run is compared with.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::Failure;
use crate::load;
use crate::model::contract::Contract;
use crate::model::target::Target;
use crate::snapshot::{Mode, Store};

/// What is done with answers that aren't as accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Snapshots {
    /// Compare nothing.
    Off,
    /// Report them; write nothing. The default with CI set.
    Check,
    /// Report them, and write them beside the accepted ones for `probity review`. The default otherwise.
    New,
    /// Accept them.
    Accept,
}

/// Where accepted answers are, when neither the target nor the contract says it.
const USUAL: &str = "snapshots";

/// The store of a run, if there is anything to compare with.
///
/// Accepted answers are a target's: a target file names their folder; those of the reference server came with the
/// program. A server at a bare URL has none, unless the command line asks for it.
pub(super) fn store(
    asked: Option<Snapshots>,
    contract: &Contract,
    target: &Target,
    reference: bool,
) -> Result<Option<Store>, Failure> {
    let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0");
    let mode = match asked {
        Some(Snapshots::Off) => return Ok(None),
        Some(Snapshots::Check) => Mode::Check,
        // With CI set nothing is ever proposed; to accept is to ask for it.
        Some(Snapshots::New) | None => {
            if in_ci {
                Mode::Check
            } else {
                Mode::New
            }
        }
        Some(Snapshots::Accept) if in_ci => {
            let message = "with CI set no answer is accepted; accept it where somebody looks at it, or unset CI";
            return Err(Failure::Wrong(message.into()));
        }
        Some(Snapshots::Accept) => Mode::Accept,
    };
    let store = match &target.snapshots {
        Some(folder) => Store::open(folder, mode)?,
        None if asked.is_some() => Store::open(&usual(contract.folder.as_deref()), mode)?,
        None if reference => Store::shipped(load::shipped_snapshots()),
        None => return Ok(None),
    };
    Ok(Some(store))
}

/// The folder beside the suites of a contract.
pub(super) fn usual(contract: Option<&str>) -> PathBuf {
    let beside = |folder: &str| Path::new(folder).join(USUAL);
    contract.filter(|folder| *folder != ".").map_or_else(|| PathBuf::from(USUAL), beside)
}
