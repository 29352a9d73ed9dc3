//! Values that don't stand in a file: out of the environment, another file, or what a command prints. All are secrets.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use serde_json::Value;

use super::super::fields::{Fields, Problems, list, string, text};
use super::super::value::json;
use super::super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic};

/// The keys of which one says where a value comes from.
const SOURCES: [&str; 3] = ["env", "file", "command"];

/// The longest value, in bytes.
const LONGEST: u64 = 64 << 10;

/// How long a command may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where values are looked for, and what came of it.
pub(super) struct Sources<'a> {
    /// The folder of the target file, in which commands run and to which paths are relative.
    pub(super) folder: &'a Path,
    /// Every value that was found.
    pub(super) secrets: Vec<String>,
    pub(super) problems: &'a Problems,
}

impl Sources<'_> {
    /// A value as written, or one that stands elsewhere.
    pub(super) fn value(&mut self, node: &Node) -> Option<Value> {
        if names_a_source(node) { self.elsewhere(node).map(Value::String) } else { Some(json(node)) }
    }

    /// A text as written, or one that stands elsewhere.
    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        if names_a_source(node) { self.elsewhere(node) } else { string(node, self.problems) }
    }

    fn elsewhere(&mut self, node: &Node) -> Option<String> {
        let fields = Fields::of(node, "a value that stands elsewhere", self.problems)?;
        let [variable, file, command] = SOURCES.map(|key| fields.optional(key));
        fields.finish();
        let found = match (variable, file, command) {
            (Some(node), None, None) => self.variable(node),
            (None, Some(node), None) => self.file(node),
            (None, None, Some(node)) => self.command(node),
            _ => {
                let message = "a value comes from one place: `env`, `file` or `command`";
                self.problems.push(Diagnostic::at(Code::InvalidValue, &node.place(), message));
                None
            }
        }?;
        // An empty text would be found everywhere; and a request without a credential is another request.
        if found.is_empty() {
            self.missing(node, "the value that is found here is empty");
            return None;
        }
        self.secrets.push(found.clone());
        Some(found)
    }

    fn missing(&self, node: &Node, message: impl Into<String>) {
        self.problems.push(Diagnostic::at(Code::MissingSecret, &node.place(), message).label("needed here"));
    }

    fn variable(&self, node: &Node) -> Option<String> {
        let name = text(node, self.problems)?;
        match env::var(name) {
            Ok(value) => Some(value),
            Err(env::VarError::NotPresent) => {
                self.missing(node, format!("the environment variable `{name}` isn't set"));
                None
            }
            Err(env::VarError::NotUnicode(_)) => {
                self.missing(node, format!("the environment variable `{name}` isn't UTF-8 text"));
                None
            }
        }
    }

    fn file(&self, node: &Node) -> Option<String> {
        let name = text(node, self.problems)?;
        match fs::read(self.folder.join(name)) {
            Ok(bytes) if bytes.len() as u64 > LONGEST => {
                self.missing(node, format!("`{name}` holds more than {LONGEST} bytes"));
                None
            }
            Ok(bytes) => self.printed(node, bytes, &format!("`{name}`")),
            Err(error) => {
                self.missing(node, format!("`{name}` can't be read: {error}"));
                None
            }
        }
    }

    fn command(&self, node: &Node) -> Option<String> {
        let words = words(node, self.problems)?;
        match output(&words, self.folder) {
            Ok(bytes) => self.printed(node, bytes, &format!("what `{}` prints", words[0])),
            Err(reason) => {
                self.missing(node, format!("`{}` {reason}", words[0]));
                None
            }
        }
    }

    /// What a person means by the content of a file: without the end of its line.
    fn printed(&self, node: &Node, bytes: Vec<u8>, what: &str) -> Option<String> {
        if let Ok(text) = String::from_utf8(bytes) {
            Some(text.trim_end_matches(['\r', '\n']).to_owned())
        } else {
            self.missing(node, format!("{what} isn't UTF-8 text"));
            None
        }
    }
}

fn names_a_source(node: &Node) -> bool {
    let Kind::Map(entries) = &node.kind else { return false };
    entries.iter().any(|(key, _)| SOURCES.contains(&&*key.text))
}

/// A program and its arguments.
pub(super) fn words(node: &Node, problems: &Problems) -> Option<Vec<String>> {
    let words: Vec<String> = list(node, problems).iter().filter_map(|word| string(word, problems)).collect();
    if words.is_empty() {
        problems.push(Diagnostic::at(Code::InvalidValue, &node.place(), "an empty command"));
        return None;
    }
    Some(words)
}

/// What a command prints on standard output. Its standard error is the caller's: there people are asked for passwords.
fn output(words: &[String], folder: &Path) -> Result<Vec<u8>, String> {
    let mut command = Command::new(&words[0]);
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    let mut child = command
        .args(&words[1..])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("can't be started: {error}"))?;
    let pipe = child.stdout.take();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.map_or(Ok(0), |pipe| pipe.take(LONGEST + 1).read_to_end(&mut bytes)).map(|_| bytes)
    });
    let begin = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if begin.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(5)),
            outcome => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(match outcome {
                    Err(error) => format!("can't be waited for: {error}"),
                    Ok(_) => format!("didn't end within {} seconds", PATIENCE.as_secs()),
                });
            }
        }
    };
    if !status.success() {
        return Err(format!("ended with {status}"));
    }
    // A process that it left behind may hold the pipe; what it might still print isn't waited for without end.
    while !reader.is_finished() {
        if begin.elapsed() > PATIENCE {
            return Err("left its output open".into());
        }
        thread::sleep(Duration::from_millis(1));
    }
    match reader.join() {
        Ok(Ok(bytes)) if bytes.len() as u64 > LONGEST => Err(format!("prints more than {LONGEST} bytes")),
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(format!("can't be read: {error}")),
        Err(_) => Err("can't be read".into()),
    }
}
