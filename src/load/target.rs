//! Target files and target URLs.

mod link;
mod preparation;
mod source;
mod url;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use self::link::link;
use self::preparation::Preparation;
use self::source::Sources;
pub(super) use self::url::base_url;
use self::url::{has_host_name, without_credentials};
use super::conceal::concealed;
use super::fields::{Fields, Problems, boolean, entries, prose, string, text};
use super::waivers;
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic, SourceFile};
use crate::model::contract::Contract;
use crate::model::link::Link;
use crate::model::target::Target;

/// The target at a URL: every service stands there, nothing is claimed expressly.
///
/// # Errors
/// No scheme, no host, or something after the path.
pub fn from_url(url: &str, contract: &Contract) -> Result<Target, Vec<Diagnostic>> {
    let base = base_url(url).map_err(|message| {
        let diagnostic = Diagnostic::bare(Code::InvalidTarget, format!("`{}` {message}", without_credentials(url)));
        vec![if url.contains("://") {
            diagnostic
        } else if Path::new(url).extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            diagnostic.help("there is no such file either")
        } else {
            diagnostic.help(format!("did you mean `http://{url}`?"))
        }]
    })?;
    let each = || contract.services.iter().map(|service| service.name.clone());
    let services = each().map(|service| (service, base.clone())).collect();
    Ok(Target {
        name: base.clone(),
        version: None,
        services,
        links: each().map(|service| (service, Link::default())).collect(),
        usual: (base, Link::default()),
        personas: BTreeMap::new(),
        secrets: Vec::new(),
        capabilities: BTreeMap::new(),
        snapshots: None,
        ready: None,
        waivers: None,
        setup: Vec::new(),
        cleanup: Vec::new(),
        argument: Some(url.to_owned()),
    })
}

/// The target that a file describes.
///
/// # Errors
/// Every problem of the file.
pub fn from_file(path: &Path, contract: &Contract) -> Result<Target, Vec<Diagnostic>> {
    let shown = path.display().to_string();
    let content = fs::read(path)
        .map_err(|error| vec![Diagnostic::bare(Code::UnreadableFile, format!("{shown} can't be read: {error}"))])?;
    let content = String::from_utf8(content)
        .map_err(|_| vec![Diagnostic::bare(Code::UnreadableFile, format!("{shown} isn't UTF-8 text"))])?;
    let file = Arc::new(SourceFile::new(shown.clone(), content));
    let problems = Problems::default();
    let node = super::parse(&file, &problems);
    let mut found = Vec::new();
    let target = node.and_then(|node| target(&node, path, contract, &problems, &mut found));
    match target {
        Some(target) if problems.is_empty() => Ok(Target { argument: Some(shown), secrets: found, ..target }),
        _ => Err(concealed(problems.into_vec(), &found)),
    }
}

/// What the file says; the secrets that it leads to are added to `found`, whatever is wrong with the rest.
fn target(
    node: &Node,
    path: &Path,
    contract: &Contract,
    problems: &Problems,
    found: &mut Vec<String>,
) -> Option<Target> {
    let fields = Fields::of(node, "a target", problems)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut sources = Sources { folder, secrets: Vec::new(), problems };
    let name = fields.required("target").and_then(|node| prose(node, problems));
    let version = fields.optional("version").and_then(|node| string(node, problems));
    let url_node = fields.optional("url");
    let url = url_node.and_then(|node| url(node, problems));
    let usual = link(&fields, &Link::default(), &mut sources);
    let ways = Ways { url: url.clone(), usual, base_is_wrong: url_node.is_some() && url.is_none() };
    let (services, links) = ways.of(fields.optional("services"), node, contract, &mut sources);
    let personas = fields.optional("personas").map(|node| personas(node, contract, &mut sources)).unwrap_or_default();
    let mut claims = fields.optional("profile").map(|node| profile(node, contract, problems)).unwrap_or_default();
    claims
        .extend(fields.optional("capabilities").map(|node| capabilities(node, contract, problems)).unwrap_or_default());
    let snapshots = fields.optional("snapshots").and_then(|node| string(node, problems));
    let mut preparation = Preparation { base: url.as_deref().unwrap_or_default(), sources: &mut sources };
    let ready = fields.optional("ready").and_then(|node| preparation.ready(node));
    let setup = fields.optional("setup").map(|node| preparation.steps(node, "a set-up step")).unwrap_or_default();
    let cleanup = fields.optional("cleanup").map(|node| preparation.steps(node, "a clean-up step")).unwrap_or_default();
    let waivers = waivers::of_target(fields.optional("waivers"), folder, problems);
    fields.finish();
    found.append(&mut sources.secrets);
    Some(Target {
        name: name?,
        version,
        services,
        links,
        usual: (ways.url.unwrap_or_default(), ways.usual),
        personas,
        secrets: Vec::new(),
        capabilities: claims,
        snapshots: snapshots.map(|named| folder.join(named)),
        ready,
        waivers,
        setup,
        cleanup,
        argument: None,
    })
}

/// How services are reached unless they say it themselves.
struct Ways {
    url: Option<String>,
    usual: Link,
    /// Whether there is a URL that can't be used, which is reported already.
    base_is_wrong: bool,
}

impl Ways {
    /// The URL of each service of the contract, and the way to it.
    fn of(
        &self,
        named: Option<&Node>,
        target: &Node,
        contract: &Contract,
        sources: &mut Sources<'_>,
    ) -> (BTreeMap<String, String>, BTreeMap<String, Link>) {
        let problems = sources.problems;
        let (mut urls, mut links) = (BTreeMap::new(), BTreeMap::new());
        let mut spoken_of = Vec::new();
        for (key, value) in named.map_or(&[][..], |node| entries(node, "a mapping from services to URLs", problems)) {
            if !contract.services.iter().any(|service| service.name == key.text) {
                let message = format!("the contract has no service `{}`", key.text);
                problems.push(
                    Diagnostic::at(Code::UnknownService, &key.place(), message)
                        .label("not declared")
                        .suggest(&key.text, contract.services.iter().map(|service| service.name.as_str())),
                );
            }
            let (url, link, said) = self.one(value, sources);
            if let Some(url) = &url {
                check_connect(url, &link, value, problems);
            }
            // A URL that can't be used was reported where it stands.
            if url.is_some() || said {
                spoken_of.push(key.text.to_string());
            }
            urls.extend(url.map(|url| (key.text.to_string(), url)));
            links.insert(key.text.to_string(), link);
        }
        if let Some(url) = &self.url {
            check_connect(url, &self.usual, target, problems);
        }
        for service in contract.services.iter().filter(|service| !spoken_of.contains(&service.name)) {
            if let Some(url) = &self.url {
                urls.insert(service.name.clone(), url.clone());
            } else if !self.base_is_wrong {
                let message = format!("the service `{}` has no URL", service.name);
                problems.push(
                    Diagnostic::at(Code::MissingKey, &target.place(), message)
                        .help("add `url:` for all services, or name it under `services:`"),
                );
            }
            links.entry(service.name.clone()).or_insert_with(|| self.usual.clone());
        }
        (urls, links)
    }

    /// One service: its URL, the way to it, and whether it says a URL of its own.
    fn one(&self, node: &Node, sources: &mut Sources<'_>) -> (Option<String>, Link, bool) {
        // Another URL is another place, to which the usual way needn't lead.
        let elsewhere = Link { connect: None, ..self.usual.clone() };
        if !matches!(node.kind, Kind::Map(_)) {
            return (url(node, sources.problems), elsewhere, true);
        }
        let Some(fields) = Fields::of(node, "a service", sources.problems) else { return (None, elsewhere, true) };
        let own = fields.optional("url");
        let usual = if own.is_some() { &elsewhere } else { &self.usual };
        let link = link(&fields, usual, sources);
        let url = own.map_or_else(|| self.url.clone(), |node| url(node, sources.problems));
        fields.finish();
        (url, link, own.is_some())
    }
}

/// A name is resolved to another place; an address is where it is.
fn check_connect(url: &str, link: &Link, node: &Node, problems: &Problems) {
    if link.connect.is_some() && !has_host_name(url) {
        problems.push(
            Diagnostic::at(
                Code::InvalidTarget,
                &node.place(),
                format!("`{url}` names an address, so `connect` has no use"),
            )
            .help("write in `url` what is spoken to, such as `https://profile.example.com`"),
        );
    }
}

fn url(node: &Node, problems: &Problems) -> Option<String> {
    let url = text(node, problems)?;
    match base_url(url) {
        Ok(base) => Some(base),
        Err(message) => {
            problems.push(Diagnostic::at(
                Code::InvalidTarget,
                &node.place(),
                format!("`{}` {message}", without_credentials(url)),
            ));
            None
        }
    }
}

/// What a target of this profile claims: the capabilities of the profile and no others.
fn profile(node: &Node, contract: &Contract, problems: &Problems) -> BTreeMap<String, bool> {
    let Some(name) = text(node, problems) else { return BTreeMap::new() };
    let Some(claimed) = contract.profiles.get(name) else {
        let message = format!("the contract has no profile `{name}`");
        problems.push(
            Diagnostic::at(Code::UnknownCapability, &node.place(), message)
                .label("not declared")
                .suggest(name, contract.profiles.keys().map(String::as_str)),
        );
        return BTreeMap::new();
    };
    let all = contract.capabilities.iter().map(|capability| &capability.name);
    all.map(|capability| (capability.clone(), claimed.contains(capability))).collect()
}

fn capabilities(node: &Node, contract: &Contract, problems: &Problems) -> BTreeMap<String, bool> {
    let mut claims = BTreeMap::new();
    for (key, value) in entries(node, "a mapping from capabilities to true or false", problems) {
        if !contract.capabilities.iter().any(|capability| capability.name == key.text) {
            problems.push(
                Diagnostic::at(
                    Code::UnknownCapability,
                    &key.place(),
                    format!("the contract has no capability `{}`", key.text),
                )
                .label("not declared")
                .suggest(&key.text, contract.capabilities.iter().map(|capability| capability.name.as_str())),
            );
        }
        claims.extend(boolean(value, problems).map(|claimed| (key.text.to_string(), claimed)));
    }
    claims
}

fn personas(node: &Node, contract: &Contract, sources: &mut Sources<'_>) -> BTreeMap<String, Map<String, Value>> {
    let problems = sources.problems;
    let mut personas = BTreeMap::new();
    for (key, value) in entries(node, "a mapping from personas to their values", problems) {
        if !contract.personas.contains_key(&*key.text) {
            problems.push(
                Diagnostic::at(
                    Code::UnknownPersona,
                    &key.place(),
                    format!("the contract has no persona `{}`", key.text),
                )
                .label("not declared")
                .suggest(&key.text, contract.personas.keys().map(String::as_str)),
            );
        }
        let mut values = Map::new();
        for (name, value) in entries(value, "a mapping from names to values", problems) {
            values.extend(sources.value(value).map(|value| (name.text.to_string(), value)));
        }
        personas.insert(key.text.to_string(), values);
    }
    personas
}
