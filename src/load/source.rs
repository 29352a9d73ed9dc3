//! The files of a contract, read from a folder or from the binary.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::{self, Utf8Error};
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use sha2::{Digest as _, Sha256};

use super::digest;
use super::extent::Extent;
use crate::diagnostic::{Code, Diagnostic, SourceFile, nearest};

static SUITES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/suites");
static SCHEMAS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/schemas");

static SNAPSHOTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/snapshots");

/// Contracts that others can take in, by name.
static INCLUDABLE: [(&str, Dir<'_>); 1] = [("http", include_dir!("$CARGO_MANIFEST_DIR/contracts/http"))];

/// The names of the contracts that others can take in, and that can be run by themselves.
pub fn includable() -> impl Iterator<Item = &'static str> {
    INCLUDABLE.iter().map(|(name, _)| *name)
}

/// The files of the reference server's answers that were accepted for the shipped contract: path and text.
#[must_use]
pub fn shipped_snapshots() -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let mut folders = vec![&SNAPSHOTS];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        let texts = folder.files().map(|file| (file.path(), file.contents_utf8().unwrap_or_default()));
        found.extend(texts.map(|(path, text)| (path.to_string_lossy().replace('\\', "/"), text)));
    }
    found
}

/// The digest of the shipped contract, worked out when the program was built.
const SHIPPED_DIGEST: &str = env!("PROBITY_SHIPPED_DIGEST");

/// The largest file that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// Where a contract comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The contract inside the binary.
    Shipped,
    /// One of those inside the binary that others can take in, by its name.
    Includable(String),
    /// A folder.
    Folder(PathBuf),
}

/// What a file is for, told by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Contract,
    Requirements,
    Personas,
    World,
    Survivors,
    Suite,
    Schema,
}

/// All files of a contract, ordered by path.
pub(super) struct Files {
    pub(super) files: Vec<(FileKind, Arc<SourceFile>)>,
    pub(super) digest: String,
}

impl Files {
    /// Adds what is taken in: what it says counts as part of this.
    pub(super) fn take_in(&mut self, other: &Self) {
        let both = Sha256::digest(format!("{}\n{}", self.digest, other.digest));
        self.digest = format!("sha256:{both:x}");
    }

    pub(super) fn of(&self, kind: FileKind) -> impl Iterator<Item = &Arc<SourceFile>> {
        self.files.iter().filter(move |(known, _)| *known == kind).map(|(_, file)| file)
    }
}

/// Reads the files of a contract. What can't be read is a diagnostic; the rest is given back all the same.
pub(super) fn read(origin: &Origin, extent: &Extent, diagnostics: &mut Vec<Diagnostic>) -> Files {
    let (mut contents, within) = match origin {
        Origin::Shipped => (shipped(), None),
        Origin::Includable(name) => (included(name), Some(name.as_str())),
        Origin::Folder(folder) => (from_folder(folder, diagnostics), None),
    };
    contents.sort();
    let digest = match (origin, extent) {
        (Origin::Shipped, Extent::Part(_)) => SHIPPED_DIGEST.to_owned(),
        _ => digest::of(&contents),
    };
    Files { files: sources(contents, within, extent, diagnostics), digest }
}

/// A path within the contract, and what the file holds.
type Content = (String, Cow<'static, [u8]>);

/// `within` is what stands before the paths in what is told of the files.
fn sources(
    contents: Vec<Content>,
    within: Option<&str>,
    extent: &Extent,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(FileKind, Arc<SourceFile>)> {
    let mut files = Vec::new();
    for (path, bytes) in contents {
        let Some(kind) = kind(&path, diagnostics) else { continue };
        let path = within.map_or_else(|| path.clone(), |within| format!("{within}/{path}"));
        if !extent.has_file(kind, &path) {
            continue;
        }
        match text(bytes) {
            Ok(text) => files.push((kind, Arc::new(SourceFile::of(path, text)))),
            Err(error) => {
                let at = error.valid_up_to();
                diagnostics.push(
                    Diagnostic::bare(Code::UnreadableFile, format!("{path} isn't UTF-8 text"))
                        .help(format!("the first byte that can't be read is number {at}")),
                );
            }
        }
    }
    files
}

/// The text of a file, which isn't copied.
fn text(bytes: Cow<'static, [u8]>) -> Result<Cow<'static, str>, Utf8Error> {
    match bytes {
        Cow::Borrowed(bytes) => str::from_utf8(bytes).map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|error| error.utf8_error()),
    }
}

fn included(name: &str) -> Vec<Content> {
    let mut contents = Vec::new();
    if let Some((_, folder)) = INCLUDABLE.iter().find(|(known, _)| *known == name) {
        collect("", folder, &mut contents);
    }
    contents
}

fn shipped() -> Vec<Content> {
    let mut contents = Vec::new();
    for (top, dir) in [("suites", &SUITES), ("schemas", &SCHEMAS)] {
        collect(top, dir, &mut contents);
    }
    contents
}

fn collect(top: &str, dir: &Dir<'static>, contents: &mut Vec<Content>) {
    for file in dir.files().filter(|file| !is_passed_over(file.path())) {
        let path = slashed(file.path());
        let path = if top.is_empty() { path } else { format!("{top}/{path}") };
        contents.push((path, Cow::Borrowed(file.contents())));
    }
    for inner in dir.dirs().filter(|inner| !is_passed_over(inner.path())) {
        collect(top, inner, contents);
    }
}

fn is_passed_over(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(digest::is_passed_over)
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

const TOP_FILES: [&str; 5] = ["contract", "requirements", "personas", "world", "survivors"];

fn from_folder(folder: &Path, diagnostics: &mut Vec<Diagnostic>) -> Vec<Content> {
    let mut contents = Vec::new();
    if !folder.is_dir() {
        let what = if folder.exists() { "is not a folder" } else { "doesn't exist" };
        diagnostics.push(
            Diagnostic::bare(Code::UnreadableFile, format!("{} {what}", folder.display()))
                .help("a contract is a folder with `contract.yaml`, `requirements.yaml` and `suites/*.yaml`"),
        );
        return contents;
    }
    let top = match folder.canonicalize() {
        Ok(real) => Top { folder, real },
        Err(error) => {
            diagnostics.push(unreadable(folder, &error));
            return contents;
        }
    };
    for name in TOP_FILES {
        for ending in ["yaml", "yml"] {
            let file = folder.join(format!("{name}.{ending}"));
            if file.exists() {
                read_file(&top, &file, &mut contents, diagnostics);
            }
        }
    }
    for name in ["requirements", "suites", "schemas"] {
        let inner = folder.join(name);
        if inner.exists() {
            read_folder(&top, &inner, &mut Vec::new(), &mut contents, diagnostics);
        }
    }
    warn_of_typos(folder, diagnostics);
    contents
}

/// The folder of a contract. A contract may come from anywhere, so nothing outside of its folder is read for it.
struct Top<'a> {
    folder: &'a Path,
    /// The folder itself, where its path has links in it.
    real: PathBuf,
}

impl Top<'_> {
    /// Whether a path leads out of the folder, which is said then.
    fn is_left_by(&self, path: &Path, diagnostics: &mut Vec<Diagnostic>) -> bool {
        // What can't be found is said where it is read.
        let leaves = path.canonicalize().is_ok_and(|real| !real.starts_with(&self.real));
        if leaves {
            let message = format!("{} is a link that leads out of the contract's folder", path.display());
            let help = "put a copy of the file there: a contract is read from its own folder alone";
            diagnostics.push(Diagnostic::bare(Code::UnreadableFile, message).help(help));
        }
        leaves
    }
}

/// A mistyped `suites` or `requirements.yaml` at the top would be passed over in silence.
fn warn_of_typos(folder: &Path, diagnostics: &mut Vec<Diagnostic>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.sort();
    for name in names {
        let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
        let (word, known): (&str, &[&str]) = match stem {
            Some(stem) => (stem, &TOP_FILES),
            None if folder.join(&name).is_dir() => (&name, &["suites", "schemas", "requirements"]),
            None => continue,
        };
        if let Some(near) = nearest(word, known).filter(|near| *near != word) {
            diagnostics.push(
                Diagnostic::bare(Code::UnknownFile, format!("`{name}` looks like a mistyped `{near}`"))
                    .help("rename it: it would be passed over"),
            );
        }
    }
}

/// Reads a folder and all below it. `above` are the folders that lead there, so that links can't lead in a circle.
fn read_folder(
    top: &Top<'_>,
    folder: &Path,
    above: &mut Vec<PathBuf>,
    contents: &mut Vec<Content>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if top.is_left_by(folder, diagnostics) {
        return;
    }
    let (entries, real) = match fs::read_dir(folder).and_then(|entries| Ok((entries, folder.canonicalize()?))) {
        Ok(read) => read,
        Err(error) => {
            diagnostics.push(unreadable(folder, &error));
            return;
        }
    };
    if above.contains(&real) {
        let message = format!("{} is a link to a folder that it stands in", folder.display());
        diagnostics.push(Diagnostic::bare(Code::UnreadableFile, message).help("remove the link"));
        return;
    }
    above.push(real);
    for entry in entries {
        let path = match entry {
            Ok(entry) => entry.path(),
            Err(error) => {
                diagnostics.push(unreadable(folder, &error));
                continue;
            }
        };
        if is_passed_over(&path) {
            continue;
        }
        if path.is_dir() {
            read_folder(top, &path, above, contents, diagnostics);
        } else {
            read_file(top, &path, contents, diagnostics);
        }
    }
    above.pop();
}

fn read_file(top: &Top<'_>, path: &Path, contents: &mut Vec<Content>, diagnostics: &mut Vec<Diagnostic>) {
    if top.is_left_by(path, diagnostics) {
        return;
    }
    match fs::metadata(path) {
        // To read a pipe would wait for whoever writes to it.
        Ok(metadata) if !metadata.is_file() => {
            let message = format!("{} is neither a file nor a folder", path.display());
            diagnostics.push(Diagnostic::bare(Code::UnreadableFile, message).help("remove it"));
            return;
        }
        Ok(metadata) if metadata.len() > LARGEST => {
            let length = metadata.len();
            diagnostics.push(
                Diagnostic::bare(Code::TooLarge, format!("{} has {length} bytes", path.display()))
                    .help(format!("the limit is {LARGEST}; split the file")),
            );
            return;
        }
        Ok(_) => {}
        Err(error) => {
            diagnostics.push(unreadable(path, &error));
            return;
        }
    }
    match fs::read(path) {
        Ok(bytes) => contents.push((slashed(path.strip_prefix(top.folder).unwrap_or(path)), Cow::Owned(bytes))),
        Err(error) => diagnostics.push(unreadable(path, &error)),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::bare(Code::UnreadableFile, format!("{} can't be read: {error}", path.display()))
}

/// What a file is for, by its path relative to the contract's folder.
fn kind(path: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<FileKind> {
    if let Some(rest) = path.strip_prefix("schemas/") {
        if Path::new(rest).extension().is_some_and(|ending| ending == "json") {
            return Some(FileKind::Schema);
        }
        diagnostics.push(
            Diagnostic::bare(Code::UnknownFile, format!("{path} is not a schema")).help("schemas end in `.json`"),
        );
        return None;
    }
    let inner = path.strip_prefix("suites/").unwrap_or(path);
    let Some(stem) = inner.strip_suffix(".yaml").or_else(|| inner.strip_suffix(".yml")) else {
        diagnostics.push(
            Diagnostic::bare(Code::UnknownFile, format!("{path} is not a file of a contract"))
                .help("suites and requirements end in `.yaml`; begin the name with a dot to have it passed over"),
        );
        return None;
    };
    Some(match stem {
        "contract" => FileKind::Contract,
        "personas" => FileKind::Personas,
        "world" => FileKind::World,
        "survivors" => FileKind::Survivors,
        "requirements" => FileKind::Requirements,
        _ if stem.starts_with("requirements/") => FileKind::Requirements,
        _ => FileKind::Suite,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_in_the_program_is_that_of_the_shipped_contract() {
        let files = read(&Origin::Shipped, &Extent::Whole, &mut Vec::new());
        assert_eq!(files.digest, SHIPPED_DIGEST);
    }
}
