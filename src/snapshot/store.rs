//! The folder of accepted answers, and what becomes of them in a run.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use super::file;
use super::inside::inside;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::snapshot::{
    ClassedChange, Matches, Recorded, Redaction, RedactionUse, SnapshotCounts, SnapshotRule, UseState,
};

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
    accepted: HashMap<String, Accepted>,
    /// Those that were accepted in this run: a step that is repeated is compared with its first answer.
    now: Mutex<HashMap<String, Digest>>,
    pending: BTreeSet<String>,
    counts: Mutex<SnapshotCounts>,
    /// The answers that were looked at.
    seen: Mutex<HashSet<String>>,
    redactions: Mutex<HashMap<WrittenAt, Needed>>,
    /// What came, by the path in the folder, where that is all that is wanted.
    gathered: Option<Mutex<BTreeMap<String, Vec<String>>>>,
}

type Digest = [u8; 32];

/// An accepted answer.
#[derive(Debug)]
enum Accepted {
    /// Of files only the digest stays in memory: mostly the answer is the same.
    InFile(Digest),
    /// The text of a file that came with the program; most of them nobody asks for.
    Shipped(&'static str),
}

/// Which redaction: where its file is in memory, and where it begins in that.
type WrittenAt = (usize, usize);

fn written_at(redaction: &Redaction) -> WrittenAt {
    (Arc::as_ptr(&redaction.place.file).addr(), redaction.place.start())
}

/// A redaction that must match somewhere.
#[derive(Debug)]
struct Needed {
    place: Place,
    part: String,
    matched: bool,
}

/// How an answer compares with the accepted one.
pub(super) enum Standing {
    /// It is the same.
    Same,
    /// This one was accepted.
    Other(String),
    /// None was ever accepted.
    Missing,
}

impl Store {
    fn new(folder: Option<PathBuf>, mode: Mode) -> Self {
        let (accepted, now, pending, counts, seen, redactions, gathered) = Default::default();
        Self { folder, mode, accepted, now, pending, counts, seen, redactions, gathered }
    }

    /// Compares nothing, and gathers every answer as it would be kept.
    #[must_use]
    pub fn gathering() -> Self {
        Self { gathered: Some(Mutex::default()), ..Self::new(None, Mode::Check) }
    }

    /// What was gathered, in the order in which it came.
    #[must_use]
    pub fn gathered(&self) -> BTreeMap<String, Vec<String>> {
        self.gathered.as_ref().map(|gathered| lock(gathered).clone()).unwrap_or_default()
    }

    /// Gathers an answer; false if answers aren't gathered but compared.
    pub(super) fn gather(&self, name: &str, contents: &str) -> bool {
        let Some(gathered) = &self.gathered else { return false };
        lock(gathered).entry(name.to_owned()).or_default().push(contents.to_owned());
        true
    }

    /// Reads all accepted answers of a folder, which need not be there.
    ///
    /// # Errors
    /// Every file that can't be read or was damaged.
    pub fn open(folder: &Path, mode: Mode) -> Result<Self, Vec<Diagnostic>> {
        let mut store = Self::new(Some(folder.to_owned()), mode);
        let mut problems = Vec::new();
        for name in files(folder).map_err(|error| vec![unreadable(&folder.display().to_string(), &error)])? {
            if name.ends_with(&format!(".{}", file::PENDING)) {
                store.pending.insert(name);
                continue;
            }
            let path = inside(folder, &name).map_err(|error| Box::new(unreadable(&name, &error)));
            match path.and_then(|path| read(&path)) {
                Ok(contents) => drop(store.accepted.insert(name, Accepted::InFile(digest(&contents)))),
                Err(problem) => problems.push(*problem),
            }
        }
        if problems.is_empty() { Ok(store) } else { Err(problems) }
    }

    /// The answers that came with the program, by path and text. Nothing is ever written to them.
    pub fn shipped(files: impl IntoIterator<Item = (String, &'static str)>) -> Self {
        let accepted = files.into_iter().filter(|(name, _)| name.ends_with(&format!(".{}", file::ACCEPTED)));
        let accepted = accepted.map(|(name, text)| (name, Accepted::Shipped(text))).collect();
        Self { accepted, ..Self::new(None, Mode::Check) }
    }

    /// Compares an answer with the accepted one.
    ///
    /// # Errors
    /// The accepted answer was another one, and its file can't be read any more; or one that came with the program was
    /// damaged.
    pub(super) fn standing(&self, name: &str, contents: &str) -> Result<Standing, Box<Diagnostic>> {
        let now = lock(&self.now).get(name).copied().map(Accepted::InFile);
        match now.as_ref().or_else(|| self.accepted.get(name)) {
            None => Ok(Standing::Missing),
            Some(Accepted::Shipped(text)) => {
                let accepted = file::contents(name, text)?;
                Ok(if accepted == contents { Standing::Same } else { Standing::Other(accepted) })
            }
            Some(Accepted::InFile(accepted)) if *accepted == digest(contents) => Ok(Standing::Same),
            Some(Accepted::InFile(_)) => {
                let folder = self.folder.as_deref().unwrap_or_else(|| Path::new(""));
                read(&folder.join(name)).map(Standing::Other)
            }
        }
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
    pub(super) fn settle(
        &self,
        name: &str,
        recorded: &Recorded,
        standing: &Standing,
        changes: &[ClassedChange],
    ) -> io::Result<Settled> {
        let mut counts = lock(&self.counts);
        if matches!(standing, Standing::Same) {
            counts.same += 1;
            if let Some(folder) = self.folder.as_ref().filter(|_| self.mode != Mode::Check) {
                let pending = file::pending_of(Path::new(name));
                if self.pending.contains(&*pending.to_string_lossy()) {
                    forget(&folder.join(pending))?;
                }
            }
            return Ok(Settled::Same);
        }
        let unlike = if matches!(standing, Standing::Other(_)) { &mut counts.changed } else { &mut counts.missing };
        let writes = self.mode != Mode::Check && !lock(&self.now).contains_key(name);
        let Some(folder) = self.folder.as_ref().filter(|_| writes) else {
            *unlike += 1;
            return Ok(Settled::Reported);
        };
        let accepted = inside(folder, name)?;
        let pending = inside(folder, &file::pending_of(Path::new(name)).to_string_lossy())?;
        file::write(&pending, file::pending(recorded, changes).as_bytes())?;
        if self.mode == Mode::New {
            *unlike += 1;
            counts.pending += 1;
            return Ok(Settled::Pending);
        }
        file::accept(&pending, &accepted)?;
        counts.accepted.push(self.shown(name));
        lock(&self.now).insert(name.to_owned(), digest(&recorded.contents));
        Ok(Settled::Accepted)
    }

    /// Notes of an answer which redactions matched, of those that must match somewhere.
    pub(super) fn note(&self, name: &str, redactions: &[(&Redaction, bool)]) {
        lock(&self.seen).insert(name.to_owned());
        let mut known = lock(&self.redactions);
        for (redaction, matched) in redactions {
            let needed = known.entry(written_at(redaction)).or_insert_with(|| Needed {
                place: redaction.place.clone(),
                part: redaction.part.to_string(),
                matched: false,
            });
            needed.matched |= matched;
        }
    }

    /// What became of the answers so far: nothing of what only all of them can tell.
    pub(super) fn counts(&self) -> SnapshotCounts {
        let mut counts = lock(&self.counts).clone();
        counts.accepted.sort();
        counts
    }

    /// What became of the redactions that must match in one at least of the snapshots in `all`, in the order of the
    /// files.
    pub(super) fn redactions(&self, all: &BTreeMap<String, &SnapshotRule>) -> Vec<RedactionUse> {
        let (seen, known) = (lock(&self.seen), lock(&self.redactions));
        let unseen = all.iter().filter(|(name, _)| !seen.contains(*name));
        let undecided: HashMap<WrittenAt, &Redaction> = unseen
            .flat_map(|(_, rule)| &rule.redactions)
            .filter(|redaction| redaction.matches == Matches::Once)
            .map(|redaction| (written_at(redaction), redaction))
            .collect();
        let of = |place: &Place, part: &str, state| RedactionUse {
            file: place.file.path.clone(),
            line: place.line(),
            column: place.column(),
            part: part.to_owned(),
            state,
        };
        let mut found: Vec<RedactionUse> = Vec::new();
        for (at, needed) in known.iter() {
            let state = match needed.matched {
                true => UseState::Matched,
                false if undecided.contains_key(at) => UseState::Undecided,
                false => UseState::Unmatched,
            };
            found.push(of(&needed.place, &needed.part, state));
        }
        let unnoted = undecided.iter().filter(|(at, _)| !known.contains_key(*at));
        found.extend(unnoted.map(|(_, one)| of(&one.place, &one.part.to_string(), UseState::Undecided)));
        found.sort();
        found
    }

    /// The files that belong to none of the snapshots in `owned`.
    pub(super) fn strays(&self, owned: &BTreeMap<String, &SnapshotRule>) -> Vec<String> {
        self.orphans(owned).iter().map(|name| self.shown(name)).collect()
    }

    /// The snapshots that no case has.
    fn orphans(&self, owned: &BTreeMap<String, &SnapshotRule>) -> BTreeSet<String> {
        let pending = self.pending.iter().map(|name| name.trim_end_matches(".new").to_owned());
        let all = self.accepted.keys().cloned().chain(pending);
        all.filter(|name| !owned.contains_key(name)).collect()
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

/// Nothing is left half done by whoever panicked with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn digest(contents: &str) -> Digest {
    Sha256::digest(contents).into()
}

/// What an accepted file keeps.
fn read(path: &Path) -> Result<String, Box<Diagnostic>> {
    let shown = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| Box::new(unreadable(&shown, &error)))?;
    file::contents(&shown, &text)
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
    let is_snapshot = |name: &str| {
        let ends = |ending: &&str| name.ends_with(&format!(".{ending}"));
        !name.starts_with('.') && [file::ACCEPTED, file::PENDING].iter().any(ends)
    };
    files_below(folder, &is_snapshot)
}

/// The files that somebody began to write and didn't live to finish.
pub(super) fn unfinished(folder: &Path) -> io::Result<BTreeSet<String>> {
    files_below(folder, &file::is_unfinished)
}

/// The files with such names in a folder and below it, by their path with `/`, sorted.
fn files_below(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> io::Result<BTreeSet<String>> {
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
            // A link to a folder may lead back here; the type of an entry doesn't follow links.
            if entry.file_type()?.is_dir() {
                if !name.starts_with('.') {
                    folders.push((entry.path(), path + "/"));
                }
            } else if wanted(&name) {
                found.insert(path);
            }
        }
    }
    Ok(found)
}
