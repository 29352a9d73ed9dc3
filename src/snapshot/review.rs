//! Answers that await a review: what they are, and what becomes of them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::inside::inside;
use super::{change, file, store};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::snapshot::{Change, ChangeClass, ChangeKind, ClassedChange};

/// An answer that isn't as accepted, or never was.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The trial that got it; the path of the file where it doesn't say.
    pub trial: String,
    /// The clauses that the trial judges.
    pub requirements: Vec<String>,
    /// The suite's file and line.
    pub source: String,
    /// Where the accepted answer is, or would be.
    pub file: PathBuf,
    /// The accepted answer as text; none if none ever was.
    pub accepted: Option<String>,
    /// Where it parts from the accepted one; of a new answer, that it breaks the contract, if so.
    pub changes: Vec<ClassedChange>,
    /// The whole answer as text.
    pub contents: String,
}

impl Pending {
    /// The class of its weightiest change; none of a new answer that no check fails on.
    #[must_use]
    pub fn class(&self) -> Option<ChangeClass> {
        let position = |class: &ChangeClass| ChangeClass::ALL.iter().position(|one| one == class);
        self.changes.iter().map(|one| one.class).min_by_key(position)
    }

    /// Makes it the accepted one.
    ///
    /// # Errors
    /// The file was damaged, or can't be written; then everything is as before.
    pub fn accept(&self) -> io::Result<()> {
        file::accept(&file::pending_of(&self.file), &self.file)
    }

    /// Forgets it.
    ///
    /// # Errors
    /// The file can't be removed.
    pub fn reject(&self) -> io::Result<()> {
        fs::remove_file(file::pending_of(&self.file))
    }
}

/// All answers in a folder that await a review, by their path.
///
/// # Errors
/// Every file that can't be read or was damaged.
pub fn pending(folder: &Path) -> Result<Vec<Pending>, Vec<Diagnostic>> {
    let unreadable = |path: &Path, error: &io::Error| {
        Box::new(Diagnostic::bare(Code::UnreadableFile, format!("{} can't be read: {error}", path.display())))
    };
    let files = store::files(folder).map_err(|error| vec![*unreadable(folder, &error)])?;
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for name in files.iter().filter(|name| name.ends_with(file::PENDING)) {
        let path = folder.join(name.trim_end_matches(".new"));
        let read = |path: &Path| {
            let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
            file::contents(&path.display().to_string(), &text).map(|contents| (text, contents))
        };
        let inside = |name: &str| inside(folder, name).map_err(|error| unreadable(&folder.join(name), &error));
        let new = inside(name).and_then(|path| read(&path));
        let accepted = if files.contains(name.trim_end_matches(".new")) {
            inside(name.trim_end_matches(".new")).and_then(|path| read(&path)).map(Some)
        } else {
            Ok(None)
        };
        match (new, accepted) {
            (Ok((text, contents)), Ok(accepted)) => {
                found.push(one(path, name, &text, contents, accepted.map(|(_, contents)| contents)));
            }
            (new, accepted) => problems.extend(new.err().into_iter().chain(accepted.err()).map(|problem| *problem)),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

fn one(path: PathBuf, name: &str, text: &str, contents: String, accepted: Option<String>) -> Pending {
    let head = file::head(text);
    let changes = match &accepted {
        Some(accepted) => change::between(accepted, &contents),
        None => head.classes.iter().take(1).map(|known| new_answer(&known.at)).collect(),
    };
    let changes = changes
        .into_iter()
        .map(|change| {
            // Who wrote the file without saying what it means didn't know.
            let known = head.classes.iter().find(|one| one.at == change.at && one.kind == change.kind.slug());
            let (class, because) = known.map_or((ChangeClass::Unpinned, None), |one| (one.class, one.because.clone()));
            ClassedChange { change, class, because }
        })
        .collect();
    Pending {
        trial: if head.trial.is_empty() { name.to_owned() } else { head.trial },
        requirements: head.requirements,
        source: head.source,
        file: path,
        accepted,
        changes,
        contents,
    }
}

fn new_answer(at: &str) -> Change {
    Change { kind: ChangeKind::Added, at: at.to_owned(), before: None, after: None }
}

/// Writes a file so that it is either there as a whole or as it was before.
///
/// # Errors
/// It can't be written.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    file::write(path, bytes)
}

/// Removes the files in a folder that belong to none of these snapshots, and what was never finished; names them.
///
/// # Errors
/// The folder can't be read, or a file can't be removed.
pub fn prune(folder: &Path, owned: &BTreeSet<String>) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let orphans = store::files(folder)?.into_iter().filter(|name| !owned.contains(name.trim_end_matches(".new")));
    for name in orphans.chain(store::unfinished(folder)?) {
        let path = folder.join(&name);
        fs::remove_file(&path)?;
        found.push(path);
    }
    Ok(found)
}
