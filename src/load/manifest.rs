//! `contract.yaml`: the name of a contract, its services, and what cases share.

use std::collections::BTreeMap;

use super::document::documents;
use super::extent::Extent;
use super::fields::{Fields, Problems, boolean, entries, list, prose, text, texts};
use super::include::{Included, included};
use super::lawful::lawful;
use super::value::path;
use super::yaml::Node;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::contract::{Capability, Service};
use crate::model::document::Document;
use crate::model::mutant::Lawful;
use crate::model::path::JsonPath;

/// What `contract.yaml` says.
#[derive(Default)]
pub(super) struct Manifest<'n> {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) title: Option<String>,
    pub(super) services: Vec<Service>,
    /// What the services say of every answer, to be read when the requirements are known.
    pub(super) spoken: Vec<Spoken<'n>>,
    /// What every answer may be otherwise.
    pub(super) lawful: Vec<Lawful>,
    pub(super) resources: Vec<String>,
    pub(super) capabilities: Vec<Capability>,
    pub(super) documents: Vec<Document>,
    /// Capabilities that go together, to be read when the capabilities are known.
    pub(super) profiles: Option<&'n Node<'n>>,
    /// What is left to servers, to be read when the requirements are known.
    pub(super) choices: Option<&'n Node<'n>>,
    pub(super) secrets: Vec<(JsonPath, Place)>,
    /// The contracts that are taken in.
    pub(super) included: Vec<Included>,
}

pub(super) fn manifest<'n>(node: &'n Node<'n>, extent: &Extent, problems: &'n Problems) -> Manifest<'n> {
    let Some(fields) = Fields::of(node, "a contract", problems) else { return Manifest::default() };
    let text_of = |key| fields.required(key).and_then(|node| prose(node, problems)).unwrap_or_default();
    let services = fields.required("services").map(|node| services(node, problems));
    let (services, spoken) = services.unwrap_or_default();
    let manifest = Manifest {
        name: text_of("contract"),
        version: text_of("version"),
        title: fields.optional("title").and_then(|node| prose(node, problems)),
        services,
        spoken,
        lawful: fields.optional("lawful").map(|node| lawful(node, None, problems)).unwrap_or_default(),
        resources: fields
            .optional("resources")
            .map(|node| texts(node, problems).into_iter().map(|(_, name)| name.to_owned()).collect())
            .unwrap_or_default(),
        capabilities: fields.optional("capabilities").map(|node| capabilities(node, problems)).unwrap_or_default(),
        documents: fields.optional("documents").map(|node| documents(node, problems)).unwrap_or_default(),
        included: fields.optional("include").map(|node| included(node, extent, problems)).unwrap_or_default(),
        profiles: fields.optional("profiles"),
        choices: fields.optional("choices"),
        secrets: fields
            .optional("secrets")
            .map(|node| {
                list(node, problems).iter().filter_map(|item| Some((path(item, problems)?, item.place()))).collect()
            })
            .unwrap_or_default(),
    };
    fields.finish();
    manifest
}

/// Capabilities that go together, by the name that a target claims them by.
pub(super) fn profiles(node: &Node, known: &[Capability], problems: &Problems) -> BTreeMap<String, Vec<String>> {
    let mut profiles = BTreeMap::new();
    for (key, value) in entries(node, "a mapping from profiles to lists of capabilities", problems) {
        let mut names = Vec::new();
        for (node, name) in texts(value, problems) {
            if !known.iter().any(|capability| capability.name == name) {
                let message = format!("the contract has no capability `{name}`");
                problems.push(
                    Diagnostic::at(Code::UnknownCapability, &node.place(), message)
                        .label("not declared")
                        .suggest(name, known.iter().map(|capability| capability.name.as_str())),
                );
            }
            names.push(name.to_owned());
        }
        profiles.insert(key.text.to_string(), names);
    }
    profiles
}

/// What a service says of every answer.
pub(super) struct Spoken<'n> {
    pub(super) service: String,
    pub(super) invariants: Option<&'n Node<'n>>,
    pub(super) lawful: Vec<Lawful>,
}

/// The services, and what they say of every answer.
fn services<'n>(node: &'n Node<'n>, problems: &'n Problems) -> (Vec<Service>, Vec<Spoken<'n>>) {
    let (mut services, mut spoken) = (Vec::new(), Vec::new());
    for (key, value) in entries(node, "a mapping from services to what is known of them", problems) {
        let mut host = None;
        if !matches!(value.kind, super::yaml::Kind::Null)
            && let Some(fields) = Fields::of(value, "a service", problems)
        {
            host = fields.optional("host").and_then(|node| text(node, problems)).map(str::to_owned);
            spoken.push(Spoken {
                service: key.text.to_string(),
                invariants: fields.optional("invariants"),
                lawful: fields.optional("lawful").map(|node| lawful(node, None, problems)).unwrap_or_default(),
            });
            fields.finish();
        }
        services.push(Service { name: key.text.to_string(), host, place: key.place() });
    }
    if services.is_empty() {
        problems.push(Diagnostic::at(Code::InvalidValue, &node.place(), "a contract has at least one service"));
    }
    (services, spoken)
}

fn capabilities(node: &Node, problems: &Problems) -> Vec<Capability> {
    entries(node, "a mapping from capabilities to what they are", problems)
        .iter()
        .filter_map(|(key, value)| {
            let fields = Fields::of(value, "a capability", problems)?;
            let title = fields.required("title").and_then(|node| prose(node, problems));
            let assumed = fields.optional("assumed").is_some_and(|node| boolean(node, problems) == Some(true));
            fields.finish();
            Some(Capability { name: key.text.to_string(), title: title?, assumed })
        })
        .collect()
}
