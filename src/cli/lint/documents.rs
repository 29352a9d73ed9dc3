//! The documents of a contract, compared with what they were when its requirements were written.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::cli::Failure;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::contract::Contract;
use crate::model::document::{Document, Pin};

/// What is to be said of documents that are as they were, and of files that are none of them.
///
/// # Errors
/// Every document that changed, with the requirements to look at again, and every one that isn't there.
pub(super) fn compare(contract: &Contract, folder: &Path) -> Result<String, Failure> {
    if contract.documents.is_empty() {
        let message = format!("{} {} declares no documents to compare", contract.name, contract.version);
        let help = "write `documents:` into contract.yaml: the name of each with its `sha256`";
        return Err(vec![Diagnostic::bare(Code::MissingDocument, message).help(help)].into());
    }
    let present = files(folder).map_err(|error| {
        let message = format!("the folder of documents, {}, can't be read: {error}", folder.display());
        vec![Diagnostic::bare(Code::UnreadableFile, message)]
    })?;
    let problems: Vec<Diagnostic> =
        contract.documents.iter().filter_map(|document| problem(contract, document, folder)).collect();
    let declared = |name: &&String| !contract.documents.iter().any(|document| document.name == **name);
    let notes = present.iter().filter(declared).fold(String::new(), |mut text, name| {
        let _ = writeln!(text, "note: {name} is no document of the contract");
        text
    });
    if !problems.is_empty() {
        super::Output::error(&notes)?;
        return Err(problems.into());
    }
    let pinned = contract.documents.iter().filter(|document| matches!(document.pin, Pin::Sha256(..))).count();
    let others = contract.documents.len() - pinned;
    let unpinned = if others > 0 { format!(" ({others} more not pinned)") } else { String::new() };
    Ok(format!("documents: {pinned} as they were{unpinned}\n{notes}"))
}

fn problem(contract: &Contract, document: &Document, folder: &Path) -> Option<Diagnostic> {
    let Pin::Sha256(pinned, place) = &document.pin else { return None };
    let name = &document.name;
    let path = folder.join(name);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message = format!("the document {name} isn't in {}", folder.display());
            return Some(Diagnostic::at(Code::MissingDocument, &document.place, message).label("declared here"));
        }
        Err(error) => {
            let message = format!("the document {} can't be read: {error}", path.display());
            return Some(Diagnostic::at(Code::UnreadableFile, &document.place, message).label("declared here"));
        }
    };
    let digest = Sha256::digest(&bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    if digest == *pinned {
        return None;
    }
    let mut help = String::from("look at its requirements again, then write the digest that it has now");
    let cited: Vec<_> = contract.requirements.iter().filter(|requirement| requirement.document == *name).collect();
    let width = cited.iter().map(|requirement| requirement.id.0.len()).max().unwrap_or(0);
    for requirement in &cited {
        let (file, line) = (&requirement.place.file.path, requirement.place.line());
        let _ = write!(help, "\n  {:width$}  {file}:{line}  {}", requirement.id.0, requirement.section);
    }
    if cited.is_empty() {
        help = String::from("no requirement cites it; write the digest that it has now");
    }
    let label = format!("it is {digest} now");
    let message = format!("the document {name} changed since its requirements were written");
    Some(Diagnostic::at(Code::ChangedDocument, place, message).label(label).help(help))
}

/// The files in a folder and below it, by their path with `/`; those whose names begin with a dot are passed over.
fn files(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.starts_with('.') {
                continue;
            }
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), path + "/"));
            } else {
                found.insert(path);
            }
        }
    }
    Ok(found)
}
