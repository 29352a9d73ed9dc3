//! Everything that is loaded from one folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::case::Suite;
use super::choice::Choice;
use super::document::Document;
use super::mutant::Tolerance;
use super::outline::OutlinedCase;
use super::persona::Persona;
use super::requirement::{Requirement, RequirementId};
use super::secret::Secrets;
use crate::diagnostic::Place;

/// A contract that was loaded without a fault.
#[derive(Debug)]
pub struct Contract {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is about.
    pub title: Option<String>,
    /// `sha256:` and the digest of all its files.
    pub digest: String,
    /// The folder given on the command line; none for the shipped contract.
    pub folder: Option<String>,
    /// The parts of a target.
    pub services: Vec<Service>,
    /// State that cases share.
    pub resources: Vec<String>,
    /// Optional features.
    pub capabilities: Vec<Capability>,
    /// Capabilities that go together, by the name that a target claims them by.
    pub profiles: BTreeMap<String, Vec<String>>,
    /// Readings that are left to the target, by name.
    pub choices: Vec<Arc<Choice>>,
    /// What the clauses were drawn from; none, or all that they cite.
    pub documents: Vec<Document>,
    /// The clauses, in file order.
    pub requirements: Vec<Requirement>,
    /// The identities, by name.
    pub personas: Arc<BTreeMap<String, Persona>>,
    /// The state that a server is put into.
    pub world: Value,
    /// Texts that never appear in an output.
    pub secrets: Secrets,
    /// Where the contract names secrets that are too short to be masked.
    pub short_secrets: Vec<Place>,
    /// The suites, ordered by file.
    pub suites: Vec<Suite>,
    /// What is known of the cases that nobody wanted, so that they weren't read. There are none but in the shipped
    /// contract.
    pub unread: Vec<OutlinedCase<'static>>,
    /// Gaps of the suites that are known.
    pub survivors: Vec<Tolerance>,
}

/// A part of a target.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// The host that the contract's documents give it, if any.
    pub host: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

/// An optional feature of a target.
#[derive(Clone, Debug)]
pub struct Capability {
    /// Its name.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Whether a target that doesn't mention it is taken to have it.
    pub assumed: bool,
}

impl Contract {
    /// The requirement with this id.
    #[must_use]
    pub fn requirement(&self, id: &RequirementId) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| requirement.id == *id)
    }
}
