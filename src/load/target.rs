//! Target files and target URLs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::fields::{Fields, Problems, boolean, entries, list, prose, text};
use super::header_rule::header_name;
use super::step::is_method;
use super::value::json;
use super::waivers;
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic, SourceFile};
use crate::model::contract::Contract;
use crate::model::target::{SetupBody, SetupStep, Target};

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
    let services = contract.services.iter().map(|service| (service.name.clone(), base.clone())).collect();
    Ok(Target {
        name: base,
        version: None,
        services,
        personas: BTreeMap::new(),
        secrets: Vec::new(),
        capabilities: BTreeMap::new(),
        snapshots: None,
        waivers: None,
        setup: Vec::new(),
        argument: Some(url.to_owned()),
    })
}

/// The URL without a final `/`, or what is wrong with it.
pub(super) fn base_url(url: &str) -> Result<String, &'static str> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err("has no scheme");
    };
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return Err("is neither http nor https");
    }
    let parsed = reqwest::Url::parse(url).map_err(|_| "is no URL")?;
    if parsed.host_str().is_none_or(str::is_empty) || rest.is_empty() {
        return Err("has no host");
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("has credentials in it; they belong into the headers of a persona");
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err("has a query or a fragment, which a base URL can't have");
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// A URL as it can be shown.
fn without_credentials(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rfind('@') {
        Some(at) => format!("{scheme}://[secret]{}", &rest[at..]),
        None => url.to_owned(),
    }
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
    let file = Arc::new(SourceFile { path: shown.clone(), text: content });
    let problems = Problems::default();
    let node = super::parse(&file, &problems);
    let target = node.and_then(|node| target(&node, path, contract, &problems));
    match target {
        Some(target) if problems.is_empty() => Ok(Target { argument: Some(shown), ..target }),
        _ => Err(problems.into_vec()),
    }
}

fn target(node: &Node, path: &Path, contract: &Contract, problems: &Problems) -> Option<Target> {
    let fields = Fields::of(node, "a target", problems)?;
    let name = fields.required("target").and_then(|node| prose(node, problems));
    let version = fields.optional("version").and_then(|node| text(node, problems));
    let url_node = fields.optional("url");
    let url = url_node.and_then(|node| url(node, problems));
    let named = fields.optional("services").map(|node| services(node, contract, problems)).unwrap_or_default();
    let mut secrets = Vec::new();
    let personas = fields.optional("personas").map(|node| personas(node, contract, &mut secrets, problems));
    let claims = fields.optional("capabilities").map(|node| capabilities(node, contract, problems)).unwrap_or_default();
    let snapshots = fields.optional("snapshots").and_then(|node| text(node, problems));
    let folder = path.parent().unwrap_or(Path::new(".")).to_path_buf();
    let snapshots = snapshots.map(|named| folder.join(named));
    let waivers = waivers::of_target(fields.optional("waivers"), &folder, problems);
    let base = url.clone().unwrap_or_default();
    let setup = fields
        .optional("setup")
        .map(|node| list(node, problems).iter().filter_map(|item| setup_step(item, &base, &folder, problems)).collect())
        .unwrap_or_default();
    fields.finish();
    let mut services = BTreeMap::new();
    for service in &contract.services {
        match named.get(&service.name).or(url.as_ref()) {
            Some(url) => {
                services.insert(service.name.clone(), url.clone());
            }
            // A URL that can't be used was reported where it stands.
            None if url_node.is_some() => {}
            None => problems.push(
                Diagnostic::at(Code::MissingKey, &node.place, format!("the service `{}` has no URL", service.name))
                    .help("add `url:` for all services, or name it under `services:`"),
            ),
        }
    }
    let personas = personas.unwrap_or_default();
    Some(Target {
        name: name?,
        version,
        services,
        personas,
        secrets,
        capabilities: claims,
        snapshots,
        waivers,
        setup,
        argument: None,
    })
}

fn url(node: &Node, problems: &Problems) -> Option<String> {
    let url = text(node, problems)?;
    match base_url(&url) {
        Ok(base) => Some(base),
        Err(message) => {
            problems.push(Diagnostic::at(
                Code::InvalidTarget,
                &node.place,
                format!("`{}` {message}", without_credentials(&url)),
            ));
            None
        }
    }
}

fn services(node: &Node, contract: &Contract, problems: &Problems) -> BTreeMap<String, String> {
    let mut services = BTreeMap::new();
    for (key, value) in entries(node, "a mapping from services to URLs", problems) {
        if !contract.services.iter().any(|service| service.name == key.text) {
            problems.push(
                Diagnostic::at(Code::UnknownService, &key.place, format!("the contract has no service `{}`", key.text))
                    .label("not declared")
                    .suggest(&key.text, contract.services.iter().map(|service| service.name.as_str())),
            );
        }
        services.extend(url(value, problems).map(|url| (key.text.clone(), url)));
    }
    services
}

fn capabilities(node: &Node, contract: &Contract, problems: &Problems) -> BTreeMap<String, bool> {
    let mut claims = BTreeMap::new();
    for (key, value) in entries(node, "a mapping from capabilities to true or false", problems) {
        if !contract.capabilities.iter().any(|capability| capability.name == key.text) {
            problems.push(
                Diagnostic::at(
                    Code::UnknownCapability,
                    &key.place,
                    format!("the contract has no capability `{}`", key.text),
                )
                .label("not declared")
                .suggest(&key.text, contract.capabilities.iter().map(|capability| capability.name.as_str())),
            );
        }
        claims.extend(boolean(value, problems).map(|claimed| (key.text.clone(), claimed)));
    }
    claims
}

fn personas(
    node: &Node,
    contract: &Contract,
    secrets: &mut Vec<String>,
    problems: &Problems,
) -> BTreeMap<String, Map<String, Value>> {
    let mut personas = BTreeMap::new();
    for (key, value) in entries(node, "a mapping from personas to their values", problems) {
        if !contract.personas.contains_key(&key.text) {
            problems.push(
                Diagnostic::at(Code::UnknownPersona, &key.place, format!("the contract has no persona `{}`", key.text))
                    .label("not declared")
                    .suggest(&key.text, contract.personas.keys().map(String::as_str)),
            );
        }
        let mut values = Map::new();
        for (name, value) in entries(value, "a mapping from names to values", problems) {
            values.extend(persona_value(value, secrets, problems).map(|value| (name.text.clone(), value)));
        }
        personas.insert(key.text.clone(), values);
    }
    personas
}

/// A value as written, or `{env: NAME}` for one out of the environment, which is a secret.
fn persona_value(node: &Node, secrets: &mut Vec<String>, problems: &Problems) -> Option<Value> {
    let from_env = matches!(&node.kind, Kind::Map(entries) if entries.iter().any(|(key, _)| key.text == "env"));
    if !from_env {
        return Some(json(node));
    }
    let fields = Fields::of(node, "a value from the environment", problems)?;
    let node = fields.required("env");
    fields.finish();
    let node = node?;
    let name = text(node, problems)?;
    if let Ok(value) = std::env::var(&name) {
        secrets.push(value.clone());
        Some(Value::String(value))
    } else {
        problems.push(
            Diagnostic::at(Code::MissingSecret, &node.place, format!("the environment variable `{name}` isn't set"))
                .label("needed here"),
        );
        None
    }
}

fn setup_step(node: &Node, base: &str, folder: &Path, problems: &Problems) -> Option<SetupStep> {
    let fields = Fields::of(node, "a set-up step", problems)?;
    let request = fields.optional("request");
    let command = fields.optional("command");
    fields.finish();
    match (request, command) {
        (Some(node), None) => setup_request(node, base, problems),
        (None, Some(node)) => {
            let words: Vec<String> = list(node, problems).iter().filter_map(|word| text(word, problems)).collect();
            if words.is_empty() {
                problems.push(Diagnostic::at(Code::InvalidValue, &node.place, "an empty command"));
                return None;
            }
            Some(SetupStep::Command { words, folder: folder.to_path_buf() })
        }
        _ => {
            problems.push(Diagnostic::at(
                Code::InvalidValue,
                &node.place,
                "a set-up step is either a `request` or a `command`",
            ));
            None
        }
    }
}

fn setup_request(node: &Node, base: &str, problems: &Problems) -> Option<SetupStep> {
    let fields = Fields::of(node, "a set-up request", problems)?;
    let method = fields.required("method").and_then(|node| {
        let method = text(node, problems)?;
        if !is_method(&method) {
            problems.push(Diagnostic::at(Code::InvalidValue, &node.place, format!("`{method}` is not a method")));
            return None;
        }
        Some(method)
    });
    let address = fields.required("url").and_then(|node| {
        let address = text(node, problems)?.replace("{{url}}", base);
        if base_url(address.split('?').next().unwrap_or_default()).is_err() {
            problems.push(Diagnostic::at(Code::InvalidTarget, &node.place, format!("`{address}` is no URL")));
            return None;
        }
        Some(address)
    });
    let headers = fields.optional("headers").map(|node| {
        entries(node, "a mapping from header names to values", problems)
            .iter()
            .filter_map(|(key, value)| Some((header_name(key, problems)?, text(value, problems)?)))
            .collect::<Vec<_>>()
    });
    let body = match fields.optional("body") {
        None => SetupBody::None,
        Some(node) if node.scalar().as_deref() == Some("world") => SetupBody::World,
        Some(node) => SetupBody::Json(json(node)),
    };
    fields.finish();
    Some(SetupStep::Request { method: method?, url: address?, headers: headers.unwrap_or_default(), body })
}
