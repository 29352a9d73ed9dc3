//! One answer at a time, and a key for what becomes of it.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use console::{Key, Term};

use super::settle;
use crate::cli::{Failure, Output};
use crate::model::requirement::Requirement;
use crate::model::snapshot::{ChangeClass, ChangeKind};
use crate::report::review::block;
use crate::snapshot::review::Pending;

const KEYS: &str = "a accept · r reject · s skip · A accept all of this kind · o open the suite · q quit ";

/// Asks about each answer; gives back those that were left. `suites` is what the suites' paths are relative to.
pub(super) fn review<'p>(
    all: &[&'p Pending],
    suites: &Path,
    requirements: &[Requirement],
    output: &Output,
) -> Result<Vec<&'p Pending>, Failure> {
    let terminal = Term::stdout();
    let mut left: Vec<&Pending> = Vec::new();
    let mut kinds: Vec<Vec<(ChangeKind, ChangeClass)>> = Vec::new();
    let mut rest = all.iter().enumerate();
    while let Some((index, one)) = rest.next() {
        if kinds.contains(&kind(one)) {
            settle(one, "accepted", Pending::accept)?;
            continue;
        }
        Output::print(&block(one, (index + 1, all.len()), requirements, output.style()))?;
        loop {
            Output::print(KEYS)?;
            let key = match terminal.read_key() {
                // Whoever interrupts, or takes the terminal away, has decided nothing more.
                Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::UnexpectedEof) => Key::CtrlC,
                key => key?,
            };
            Output::print("\n")?;
            match key {
                Key::Char('a') => settle(one, "accepted", Pending::accept)?,
                Key::Char('r') => settle(one, "rejected", Pending::reject)?,
                Key::Char('A') => {
                    kinds.push(kind(one));
                    settle(one, "accepted", Pending::accept)?;
                }
                Key::Char('s' | ' ') | Key::Enter => left.push(one),
                Key::Char('o') => {
                    open(suites, &one.source)?;
                    continue;
                }
                Key::Char('q') | Key::Escape | Key::CtrlC => {
                    left.push(one);
                    left.extend(rest.map(|(_, one)| *one));
                    return Ok(left);
                }
                _ => continue,
            }
            break;
        }
    }
    Ok(left)
}

/// What changed and what it means, whatever the values. New answers are all alike.
fn kind(one: &Pending) -> Vec<(ChangeKind, ChangeClass)> {
    let mut kinds: Vec<(ChangeKind, ChangeClass)> =
        one.changes.iter().map(|one| (one.change.kind, one.class)).collect();
    kinds.dedup();
    kinds
}

/// Opens the suite in the editor that the environment names, at its line where the editor is known to take one so.
fn open(suites: &Path, source: &str) -> Result<(), Failure> {
    let named = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let Some(editor) = named else { return Ok(Output::print(&format!("{source}; set EDITOR to open it\n"))?) };
    let (file, line) = source.rsplit_once(':').unwrap_or((source, "1"));
    let mut words = editor.split_whitespace();
    let Some(program) = words.next() else { return Ok(()) };
    let status = Command::new(program).args(words).arg(format!("+{line}")).arg(suites.join(file)).status();
    match status {
        Ok(_) => Ok(()),
        Err(error) => Ok(Output::print(&format!("{program} can't be started: {error}\n"))?),
    }
}
