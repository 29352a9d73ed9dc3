//! Which trials didn't conform the last time, for `--last-failed`.
//!
//! It is kept in the user's folder for caches, one file for each contract and target, so that it never gets into a
//! repository and never into a report.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::Failure;
use crate::model::event::Event;
use crate::model::verdict::Verdict;

/// The first line of such a file.
const FORMAT: &str = "probity-failed/1";

/// The trials that didn't conform when they were judged last.
pub(super) struct Memory {
    file: Option<PathBuf>,
    /// What stands in the file.
    written: Option<String>,
    failed: Option<BTreeSet<String>>,
}

impl Memory {
    /// What is remembered of the contract in a folder, or of the shipped one, and of a target, or of the reference server.
    pub(super) fn of(contract: Option<&Path>, target: Option<&str>) -> Self {
        let file = folder().map(|folder| folder.join(name(contract, target)));
        let written = file.as_ref().and_then(|file| fs::read_to_string(file).ok());
        let failed = written.as_ref().and_then(|text| {
            let mut lines = text.lines();
            (lines.next() == Some(FORMAT)).then(|| lines.map(str::to_owned).collect())
        });
        Self { file, written, failed }
    }

    /// The trials that didn't conform.
    pub(super) fn failed(&self) -> Result<&BTreeSet<String>, Failure> {
        self.failed.as_ref().ok_or_else(|| {
            let message = "nothing is remembered of this contract and target";
            let help = if self.file.is_some() {
                "run it once without --last-failed"
            } else {
                "there is no folder to remember it in; set XDG_CACHE_HOME, and run it once without --last-failed"
            };
            Failure::Wrong(format!("{message}\nhelp: {help}"))
        })
    }

    /// Takes note of a verdict. A trial that wasn't judged is not forgotten.
    pub(super) fn event(&mut self, event: &Event) {
        let Event::Finished(result) = event else { return };
        let failed = self.failed.get_or_insert_default();
        match result.verdict {
            // What is waived is known, and nobody has to look at it again.
            Verdict::Violates if result.waived().is_some() => {
                failed.remove(&*result.id);
            }
            Verdict::Violates | Verdict::Inconclusive => {
                failed.insert(result.id.to_string());
            }
            Verdict::Conforms => {
                failed.remove(&*result.id);
            }
            Verdict::Skipped => {}
        }
    }

    /// Writes it down. That it can't be written is no reason to fail a run.
    pub(super) fn keep(&self) {
        let (Some(file), Some(failed)) = (&self.file, &self.failed) else { return };
        let text = failed.iter().fold(format!("{FORMAT}\n"), |text, id| text + id + "\n");
        if self.written.as_ref() == Some(&text) {
            return;
        }
        let folder = file.parent().unwrap_or(Path::new("."));
        if fs::create_dir_all(folder).is_ok() {
            // A file that was cut short would name too few, and a run of these alone would conform too easily.
            let unfinished = file.with_extension(std::process::id().to_string());
            let written = fs::write(&unfinished, text).and_then(|()| fs::rename(&unfinished, file));
            let _ = written.inspect_err(|_| drop(fs::remove_file(&unfinished)));
        }
    }
}

/// The user's folder for caches (XDG Base Directory, 0.8).
fn folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = variable("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let cache = cache.or_else(|| variable("HOME").map(|home| home.join(".cache"))).or_else(|| variable("LOCALAPPDATA"));
    cache.map(|folder| folder.join("probity"))
}

fn name(contract: Option<&Path>, target: Option<&str>) -> String {
    let mut digest = Sha256::new();
    let folder = contract.map(|folder| fs::canonicalize(folder).unwrap_or_else(|_| folder.into()));
    digest.update(folder.map_or_else(|| "shipped".into(), |folder| folder.display().to_string()));
    digest.update([0]);
    digest.update(target.unwrap_or("reference"));
    digest.finalize().iter().take(16).fold(String::new(), |name, byte| name + &format!("{byte:02x}"))
}
