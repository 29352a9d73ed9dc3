//! A server under test.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

/// Where and how a server is reached.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name in reports.
    pub name: String,
    /// Its version in reports.
    pub version: Option<String>,
    /// The base URL of each service, without a final `/`.
    pub services: BTreeMap<String, String>,
    /// Values that replace those of personas.
    pub personas: BTreeMap<String, Map<String, Value>>,
    /// Texts that must never appear in an output: what came out of the environment.
    pub secrets: Vec<String>,
    /// What it claims, or expressly doesn't claim.
    pub capabilities: BTreeMap<String, bool>,
    /// The folder of its accepted answers.
    pub snapshots: Option<PathBuf>,
    /// The file of its waivers.
    pub waivers: Option<PathBuf>,
    /// What is done once before the first trial.
    pub setup: Vec<SetupStep>,
    /// How it is named on the command line, for commands to run again.
    pub argument: Option<String>,
}

impl Target {
    /// What templates can know of it, in a trial of this service: its name, and the URL of the service.
    #[must_use]
    pub fn for_templates(&self, service: &str) -> Value {
        let url = self.services.get(service).map_or("", String::as_str);
        json!({ "name": self.name, "url": url })
    }
}

/// One thing to do before a run.
#[derive(Clone, Debug)]
pub enum SetupStep {
    /// Send a request.
    Request {
        /// The method.
        method: String,
        /// The whole URL.
        url: String,
        /// Headers.
        headers: Vec<(String, String)>,
        /// The body; the world's JSON, if so said.
        body: SetupBody,
    },
    /// Run a program with the world's JSON on its standard input.
    Command {
        /// The program and its arguments.
        words: Vec<String>,
        /// The folder to run it in: that of the target file.
        folder: PathBuf,
    },
}

/// What a set-up request carries.
#[derive(Clone, Debug, PartialEq)]
pub enum SetupBody {
    /// Nothing.
    None,
    /// The world as JSON.
    World,
    /// This JSON value.
    Json(Value),
}
