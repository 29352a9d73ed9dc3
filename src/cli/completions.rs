//! `probity completions` and `probity man`: what shells and manuals know of the command line.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, Exit, Failure, Output};

#[derive(Args, Debug)]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Args, Debug)]
pub(super) struct ManArgs {
    /// Where the pages of all commands are written to; the page of `probity` is printed if left out.
    folder: Option<PathBuf>,
}

pub(super) fn completions(arguments: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "probity", &mut script);
    Output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Conforms)
}

pub(super) fn man(arguments: &ManArgs) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = &arguments.folder else {
        Output::print(&page(command)?)?;
        return Ok(Exit::Conforms);
    };
    let failure = |path: &Path, error| Failure::Wrong(format!("{} can't be written: {error}", path.display()));
    fs::create_dir_all(folder).map_err(|error| failure(folder, error))?;
    let mut names = Vec::new();
    let inner: Vec<clap::Command> = command.get_subcommands().filter(|one| one.get_name() != "help").cloned().collect();
    for command in [command].into_iter().chain(inner) {
        // What `clap` displays is `probity-run` for `probity run`.
        let name = format!("{}.1", command.get_display_name().unwrap_or_else(|| command.get_name()));
        let path = folder.join(&name);
        fs::write(&path, page(command)?).map_err(|error| failure(&path, error))?;
        names.push(name);
    }
    Output::print(&format!("wrote {} pages into {}: {}\n", names.len(), folder.display(), names.join(", ")))?;
    Ok(Exit::Conforms)
}

fn page(command: clap::Command) -> Result<String, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
