//! The files of a new contract, as texts: a scaffold to start from, or what other descriptions of an API tell.
//!
//! Nothing is guessed. What a source doesn't say is left out, and a text that begins with `TODO:` says so.

mod curl;
mod draft;
mod emit;
mod har;
mod openapi;
mod recorded;
mod sample;
mod scaffold;
mod secret;
mod slug;

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic};
use crate::load;

pub use self::scaffold::scaffold;

/// What no suite may be called: a file of this name means something else.
const RESERVED: [&str; 5] = ["contract", "requirements", "personas", "world", "survivors"];

/// A file of a new contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Relative to the folder of the contract, with `/` between the parts.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// What it is for, in a few words.
    pub about: &'static str,
}

impl NewFile {
    fn new(path: impl Into<String>, text: impl Into<String>, about: &'static str) -> Self {
        Self { path: path.into(), text: text.into(), about }
    }
}

/// What was made of another description.
#[derive(Debug)]
pub struct Imported {
    /// The files of the contract.
    pub files: Vec<NewFile>,
    /// How many requirements it has.
    pub clauses: usize,
    /// How many cases can be run.
    pub cases: usize,
    /// How many cases lack something.
    pub unfinished: usize,
    /// How many places say `TODO:`.
    pub todos: usize,
    /// Environment variables that the target file asks for.
    pub variables: Vec<String>,
    /// What could not be taken over, or was not understood.
    pub remarks: Vec<String>,
}

/// A contract made of a document: `OpenAPI` 3.0 or 3.1 in YAML or JSON, or HAR 1.2.
///
/// `document` is the name of the file, by which requirements cite it; `name` that of the contract, instead of the one
/// that the document has.
///
/// # Errors
/// The text is neither YAML nor JSON, or nothing that is known here.
pub fn from_document(document: &str, text: String, name: Option<&str>) -> Result<Imported, Vec<Diagnostic>> {
    let value = load::document(document, text)?;
    let refused = |message: String| Diagnostic::bare(Code::InvalidValue, format!("{document} {message}"));
    if value.pointer("/log/entries").is_some_and(Value::is_array) {
        return Ok(har::draft(document, &value, name).map_err(|message| vec![refused(message)])?.write());
    }
    let version = |key: &str| match value.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    match (version("openapi"), version("swagger")) {
        (Some(number), _) if number.starts_with("3.") || number == "3" => {
            Ok(openapi::draft(document, &value, &number, name).map_err(|message| vec![refused(message)])?.write())
        }
        (Some(number), _) | (None, Some(number)) => {
            let help = "convert it to OpenAPI 3.0 or 3.1 first";
            Err(vec![refused(format!("is of version {number}, which isn't read")).help(help)])
        }
        (None, None) => {
            let help = "it has no `openapi: 3.…` at its top, as OpenAPI has, and no `log.entries`, as HAR has";
            Err(vec![refused("is neither OpenAPI nor HAR".into()).help(help)])
        }
    }
}

/// A contract made of one command line of curl.
///
/// # Errors
/// Quotes that aren't closed, or no URL.
pub fn from_curl(command: &str, name: Option<&str>) -> Result<Imported, Vec<Diagnostic>> {
    let refused = |message: String| vec![Diagnostic::bare(Code::InvalidValue, message)];
    Ok(curl::draft(command, name).map_err(refused)?.write())
}
