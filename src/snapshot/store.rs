//! The folder of accepted answers, and what becomes of them in a run.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::file;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::snapshot::{ClassedChange, Recorded, SnapshotCounts};

/// What a run does with an answer that isn't as accepted, or never was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Reports it. Nothing is written.
    Check,
    /// Reports it, and writes it beside the accepted one for a review.
    New,
    /// Accepts it.
    Accept,
}

/// Accepted answers, and what a run does with others.
#[derive(Debug)]
pub struct Store {
    /// Where the files are; those that came with the program are nowhere.
    folder: Option<PathBuf>,
    mode: Mode,
    /// By their path in the folder.
    accepted: HashMap<String, Arc<str>>,
    /// Those that were accepted in this run: a step that is repeated is compared with its first answer.
    now: Mutex<HashMap<String, Arc<str>>>,
    pending: BTreeSet<String>,
    counts: Mutex<SnapshotCounts>,
}

impl Store {
    /// Reads all accepted answers of a folder, which need not be there.
    ///
    /// # Errors
    /// Every file that can't be read or was damaged.
    pub fn open(folder: &Path, mode: Mode) -> Result<Self, Vec<Diagnostic>> {
        let (mut accepted, mut pending, mut problems) = (HashMap::new(), BTreeSet::new(), Vec::new());
        for name in files(folder).map_err(|error| vec![unreadable(&folder.display().to_string(), &error)])? {
            let shown = folder.join(&name).display().to_string();
            if name.ends_with(&format!(".{}", file::PENDING)) {
                pending.insert(name);
                continue;
            }
            let read = fs::read_to_string(folder.join(&name)).map_err(|error| Box::new(unreadable(&shown, &error)));
            match read.and_then(|text| file::contents(&shown, &text)) {
                Ok(contents) => drop(accepted.insert(name, contents.into())),
                Err(problem) => problems.push(*problem),
            }
        }
        let folder = Some(folder.to_owned());
        if problems.is_empty() {
            Ok(Self { folder, mode, accepted, pending, now: Mutex::default(), counts: Mutex::default() })
        } else {
            Err(problems)
        }
    }

    /// The answers that came with the program, by path and text. Nothing is ever written to them.
    ///
    /// # Errors
    /// Every file that was damaged.
    pub fn shipped(files: impl IntoIterator<Item = (String, &'static str)>) -> Result<Self, Vec<Diagnostic>> {
        let (mut accepted, mut problems) = (HashMap::new(), Vec::new());
        for (name, text) in files.into_iter().filter(|(name, _)| name.ends_with(&format!(".{}", file::ACCEPTED))) {
            match file::contents(&name, text) {
                Ok(contents) => drop(accepted.insert(name, contents.into())),
                Err(problem) => problems.push(*problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let (pending, now, counts) = Default::default();
        Ok(Self { folder: None, mode: Mode::Check, accepted, now, pending, counts })
    }

    /// The accepted answer.
    pub(super) fn accepted(&self, name: &str) -> Option<Arc<str>> {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        now.or_else(|| self.accepted.get(name).cloned())
    }

    /// The path of a snapshot as it can be shown.
    pub(super) fn shown(&self, name: &str) -> String {
        self.folder
            .as_ref()
            .map_or_else(|| format!("snapshots/{name}"), |folder| folder.join(name).display().to_string())
    }

    /// Does with an answer what the mode says.
    ///
    /// # Errors
    /// A file can't be written or removed.
    pub(super) fn settle(&self, name: &str, recorded: &Recorded, changes: &[ClassedChange]) -> io::Result<Settled> {
        let was = self.accepted(name);
        let mut counts = self.counting();
        if was.as_deref() == Some(recorded.contents.as_str()) {
            counts.same += 1;
            if let Some(folder) = self.folder.as_ref().filter(|_| self.mode != Mode::Check) {
                let pending = file::pending_of(Path::new(name));
                if self.pending.contains(&*pending.to_string_lossy()) {
                    forget(&folder.join(pending))?;
                }
            }
            return Ok(Settled::Same);
        }
        let unlike = if was.is_some() { &mut counts.changed } else { &mut counts.missing };
        let accepted_now = self.now.lock().unwrap_or_else(PoisonError::into_inner).contains_key(name);
        let writes = self.mode != Mode::Check && !accepted_now;
        let Some(folder) = self.folder.as_ref().filter(|_| writes) else {
            *unlike += 1;
            return Ok(Settled::Reported);
        };
        let accepted = folder.join(name);
        let pending = file::pending_of(&accepted);
        file::write(&pending, file::pending(recorded, changes).as_bytes())?;
        if self.mode == Mode::New {
            *unlike += 1;
            counts.pending += 1;
            return Ok(Settled::Pending);
        }
        file::accept(&pending, &accepted)?;
        counts.accepted.push(self.shown(name));
        let contents = Arc::from(recorded.contents.as_str());
        self.now.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), contents);
        Ok(Settled::Accepted)
    }

    fn counting(&self) -> MutexGuard<'_, SnapshotCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What became of the answers so far. `owned` are the snapshots that the contract has, if all of them are known.
    pub(crate) fn counts(&self, owned: Option<&BTreeSet<String>>) -> SnapshotCounts {
        let mut counts = self.counting().clone();
        if let Some(owned) = owned {
            counts.orphans = self.orphans(owned).iter().map(|name| self.shown(name)).collect();
        }
        counts
    }

    /// The snapshots that no case has.
    fn orphans(&self, owned: &BTreeSet<String>) -> BTreeSet<String> {
        let pending = self.pending.iter().map(|name| name.trim_end_matches(".new").to_owned());
        let all = self.accepted.keys().cloned().chain(pending);
        all.filter(|name| !owned.contains(name)).collect()
    }
}

/// What was done with an answer.
pub(super) enum Settled {
    /// It is as accepted.
    Same,
    /// It isn't, and nothing was written.
    Reported,
    /// It isn't, and awaits a review.
    Pending,
    /// It is now the accepted one.
    Accepted,
}

/// Removes a pending file, which the same answer to an earlier repetition of the step may have done already.
fn forget(pending: &Path) -> io::Result<()> {
    match fs::remove_file(pending) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn unreadable(shown: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::bare(Code::UnreadableFile, format!("{shown} can't be read: {error}"))
}

/// The snapshots in a folder and below it, by their path with `/`, sorted.
pub(super) fn files(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = format!("{prefix}{name}");
            if name.starts_with('.') {
                continue;
            }
            // A link to a folder may lead back here; the type of an entry doesn't follow links.
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), path + "/"));
            } else if [file::ACCEPTED, file::PENDING].iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
                found.insert(path);
            }
        }
    }
    Ok(found)
}
