//! A server under test.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::link::Link;

/// Where and how a server is reached.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name in reports.
    pub name: String,
    /// Its version in reports.
    pub version: Option<String>,
    /// The base URL of each service, without a final `/`.
    pub services: BTreeMap<String, String>,
    /// The way to each service.
    pub links: BTreeMap<String, Link>,
    /// The base URL, empty if each service has its own, and the way of what isn't sent to one service: readiness,
    /// set-up, clean-up.
    pub usual: (String, Link),
    /// Values that replace those of personas.
    pub personas: BTreeMap<String, Map<String, Value>>,
    /// Texts that must never appear in an output: what came out of the environment, other files and commands.
    pub secrets: Vec<String>,
    /// What it claims, or expressly doesn't claim.
    pub capabilities: BTreeMap<String, bool>,
    /// The folder of its accepted answers.
    pub snapshots: Option<PathBuf>,
    /// What is waited for before anything else.
    pub ready: Option<Readiness>,
    /// The file of its waivers.
    pub waivers: Option<PathBuf>,
    /// What is done once before the first trial.
    pub setup: Vec<SetupStep>,
    /// What is done once after the last trial, whatever came before.
    pub cleanup: Vec<SetupStep>,
    /// How it is named on the command line, for commands to run again.
    pub argument: Option<String>,
}

impl Target {
    /// The way to a service.
    #[must_use]
    pub fn link(&self, service: &str) -> &Link {
        self.links.get(service).unwrap_or(&self.usual.1)
    }

    /// The base URL of a service; empty for one that there is none of.
    #[must_use]
    pub fn url(&self, service: &str) -> &str {
        self.services.get(service).map_or("", String::as_str)
    }

    /// What templates can know of it, in a trial of this service: its name, and the URL of the service.
    #[must_use]
    pub fn for_templates(&self, service: &str) -> Value {
        json!({ "name": self.name, "url": self.url(service) })
    }
}

/// When a server is ready to be judged.
#[derive(Clone, Debug)]
pub struct Readiness {
    /// What is asked for by GET, again and again.
    pub url: String,
    /// The status that says so; any of success, if none is named.
    pub status: Option<u16>,
    /// How long it may take.
    pub within: Duration,
}

impl Readiness {
    /// How long it may take, unless the target file says it.
    pub const USUAL: Duration = Duration::from_secs(30);
}

/// One thing to do before or after a run.
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
