//! The files: insta's format, so that people keep the tools that they have. The only module that speaks to insta.
//!
//! A pending file holds besides what each change means for the contract, as a comment in its head: whoever accepts the
//! file leaves it behind.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use insta::Snapshot;
use serde_json::{Value, json};

use crate::diagnostic::{Code, Diagnostic, Place, SourceFile};
use crate::model::requirement::RequirementId;
use crate::model::snapshot::{ChangeClass, ClassedChange, Recorded};

/// What an accepted answer's file ends with, and a proposed one's.
pub(super) const ACCEPTED: &str = "snap";
pub(super) const PENDING: &str = "snap.new";

const FENCE: &str = "---";
const NOTE: &str = "# probity: ";

/// The text of a file without its head.
///
/// # Errors
/// The file was damaged: it has no head, an older form, or the marks of a merge that failed.
pub(super) fn contents(path: &str, text: &str) -> Result<String, Box<Diagnostic>> {
    let text = text.replace("\r\n", "\n");
    let file = Arc::new(SourceFile::new(path.to_owned(), text.clone()));
    let damaged = |start: usize, message: &str, help: &str| {
        let end = start + text[start..].find('\n').unwrap_or(text.len() - start);
        Err(Box::new(Diagnostic::at(Code::DamagedSnapshot, &Place::new(&file, start, end), message).help(help)))
    };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if ["<<<<<<< ", ">>>>>>> ", "||||||| "].iter().any(|marker| line.starts_with(marker)) {
            let help = "take one side, or delete the file and accept the answer anew";
            return damaged(start, "the marks of a merge stand in a snapshot", help);
        }
        start += line.len();
    }
    let again = "delete the file and accept the answer anew";
    let Some(rest) = text.strip_prefix("---\n") else {
        let older = text.starts_with("Created:") || text.starts_with("Source:");
        let message = if older { "the snapshot has an older form" } else { "the snapshot has no head" };
        return damaged(0, message, again);
    };
    let head_ends = if rest.starts_with("---\n") { Some(0) } else { rest.find("\n---\n").map(|at| at + 1) };
    match head_ends {
        Some(end) => Ok(rest[end + FENCE.len() + 1..].trim_end().to_owned()),
        None => damaged(0, "the head of the snapshot never ends", again),
    }
}

/// What a pending file says of a change.
#[derive(Debug, PartialEq)]
pub(super) struct Known {
    pub(super) kind: String,
    pub(super) at: String,
    pub(super) class: ChangeClass,
    pub(super) because: Option<String>,
}

/// What the head of a file says.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) trial: String,
    pub(super) requirements: Vec<String>,
    pub(super) source: String,
    /// Where each change is and what it means; only pending files say it.
    pub(super) classes: Vec<Known>,
}

/// Reads the head of a file that [`contents`] found whole.
pub(super) fn head(text: &str) -> Head {
    let mut head = Head::default();
    let text_of = |value: &str| serde_json::from_str::<String>(value).unwrap_or_else(|_| value.to_owned());
    let mut in_requirements = false;
    for line in text.lines().skip(1).take_while(|line| *line != FENCE) {
        if let Some(note) = line.strip_prefix(NOTE) {
            let changes = serde_json::from_str::<Value>(note).unwrap_or_default();
            head.classes = changes.as_array().into_iter().flatten().filter_map(known).collect();
        }
        let line = line.trim_start();
        if let Some(item) = line.strip_prefix("- ").filter(|_| in_requirements) {
            head.requirements.push(text_of(item.trim()));
            continue;
        }
        in_requirements = line.starts_with("requirements:");
        match line.split_once(": ") {
            Some(("source", value)) => head.source = text_of(value.trim()),
            Some(("trial", value)) => head.trial = text_of(value.trim()),
            _ => {}
        }
    }
    head
}

fn known(value: &Value) -> Option<Known> {
    let class = ChangeClass::ALL.iter().find(|class| value["class"] == class.slug())?;
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    Some(Known { kind: text("kind")?, at: text("at")?, class: *class, because: text("because") })
}

/// The text of a pending file.
pub(super) fn pending(recorded: &Recorded, changes: &[ClassedChange]) -> String {
    let text = |text: &str| Value::from(text).to_string();
    let mut lines = vec![FENCE.to_owned()];
    if !changes.is_empty() {
        let classes: Vec<Value> = changes
            .iter()
            .map(|ClassedChange { change, class, because }| {
                json!({"kind": change.kind.slug(), "at": change.at, "class": class.slug(), "because": because})
            })
            .collect();
        lines.push(format!("{NOTE}{}", Value::from(classes)));
    }
    lines.push(format!("source: {}", text(&recorded.source)));
    lines.push("info:".into());
    lines.push(format!("  trial: {}", text(&recorded.trial)));
    lines.push("  requirements:".into());
    lines.extend(recorded.requirements.iter().map(|RequirementId(id)| format!("    - {}", text(id))));
    lines.push(FENCE.into());
    lines.push(recorded.contents.clone());
    lines.join("\n") + "\n"
}

/// Writes a file so that it is either there as a whole or as it was before.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = unfinished(path);
    // What stands there was never finished, or is a link to somewhere else.
    let _ = fs::remove_file(&unfinished);
    let mut file = File::create_new(&unfinished)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.and_then(|()| fs::rename(&unfinished, path)).inspect_err(|_| drop(fs::remove_file(&unfinished)))
}

/// Makes a pending file the accepted one: the same bytes that insta's own tool would write.
pub(super) fn accept(pending: &Path, accepted: &Path) -> io::Result<()> {
    let failed = |error: Box<dyn std::error::Error>| io::Error::other(error.to_string());
    let snapshot = Snapshot::from_file(pending).map_err(failed)?;
    let unfinished = unfinished(accepted);
    let _ = fs::remove_file(&unfinished);
    let saved = snapshot.save(&unfinished).map_err(failed).and_then(|()| File::open(&unfinished)?.sync_all());
    saved.and_then(|()| fs::rename(&unfinished, accepted)).inspect_err(|_| drop(fs::remove_file(&unfinished)))?;
    fs::remove_file(pending)
}

/// The pending file of an accepted one.
pub(super) fn pending_of(accepted: &Path) -> PathBuf {
    accepted.with_extension(PENDING)
}

/// What the name of a file ends with that was never finished.
const UNFINISHED: &str = ".unfinished";

/// Where a file is written before it takes its name; nobody takes it for a snapshot.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(UNFINISHED);
    path.with_file_name(name)
}

/// Whether a file of this name was never finished.
pub(super) fn is_unfinished(name: &str) -> bool {
    [ACCEPTED, PENDING].iter().any(|ending| name.ends_with(&format!(".{ending}{UNFINISHED}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::{Change, ChangeKind};

    fn recorded() -> Recorded {
        Recorded {
            trial: "a/b".into(),
            requirements: vec![RequirementId("X-1".into()), RequirementId("X-2".into())],
            source: "suites/a.yaml:3".into(),
            contents: "200\na: \"b\"\n\n{\n  \"---\": 1\n}".into(),
        }
    }

    #[test]
    fn what_is_written_is_read_again_also_when_it_was_accepted() {
        let change = Change { kind: ChangeKind::Value, at: "/a".into(), before: None, after: None };
        let because = Some("X-1: \"no\"\n---".to_owned());
        let changes = [ClassedChange { change, class: ChangeClass::Breaks, because: because.clone() }];
        let folder = tempfile::tempdir().expect("a folder");
        let accepted = folder.path().join("sub").join("a.snap");
        let new = pending_of(&accepted);
        write(&new, pending(&recorded(), &changes).as_bytes()).expect("written");
        let text = fs::read_to_string(&new).expect("a file");
        assert_eq!(contents("a.snap.new", &text).expect("whole"), recorded().contents);
        let known = Known { kind: "value".into(), at: "/a".into(), class: ChangeClass::Breaks, because };
        assert_eq!(head(&text).classes, [known]);
        accept(&new, &accepted).expect("accepted");
        assert!(!new.exists());
        let text = fs::read_to_string(&accepted).expect("a file");
        assert_eq!(contents("a.snap", &text).expect("whole"), recorded().contents);
        let head = head(&text);
        assert_eq!((head.trial.as_str(), head.source.as_str()), ("a/b", "suites/a.yaml:3"));
        assert_eq!(head.requirements, ["X-1", "X-2"]);
        assert_eq!(head.classes, []);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn damage_is_named() {
        for (text, message) in [
            ("", "no head"),
            ("200\n", "no head"),
            ("Created: 2018\n\n200\n", "older form"),
            ("---\nsource: a\n200\n", "never ends"),
            ("---\n---\n<<<<<<< HEAD\n200\n=======\n404\n>>>>>>> b\n", "merge"),
            ("<<<<<<< HEAD\n---\n", "merge"),
        ] {
            let diagnostic = contents("a.snap", text).expect_err(text);
            assert!(diagnostic.message.contains(message), "{text}: {}", diagnostic.message);
        }
    }
}
