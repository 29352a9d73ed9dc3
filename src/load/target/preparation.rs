//! What is done before and after a run: `ready`, `setup`, `cleanup`.

use percent_encoding::percent_decode_str;

use super::super::fields::{Fields, entries, list, text, unsigned};
use super::super::header_rule::header_name;
use super::super::step::is_method;
use super::super::value::json;
use super::super::yaml::Node;
use super::link::duration;
use super::source::{Sources, words};
use super::url::base_url;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::secret::names_a_secret;
use crate::model::target::{Readiness, SetupBody, SetupStep};

/// Reads what is done, for a target whose own URL is `base`.
pub(super) struct Preparation<'a, 'b> {
    pub(super) base: &'a str,
    pub(super) sources: &'a mut Sources<'b>,
}

impl Preparation<'_, '_> {
    pub(super) fn steps(&mut self, node: &Node, what: &'static str) -> Vec<SetupStep> {
        list(node, self.sources.problems).iter().filter_map(|item| self.step(item, what)).collect()
    }

    fn step(&mut self, node: &Node, what: &'static str) -> Option<SetupStep> {
        let problems = self.sources.problems;
        let fields = Fields::of(node, what, problems)?;
        let request = fields.optional("request");
        let command = fields.optional("command");
        fields.finish();
        match (request, command) {
            (Some(node), None) => self.request(node),
            (None, Some(node)) => {
                Some(SetupStep::Command { words: words(node, problems)?, folder: self.sources.folder.to_path_buf() })
            }
            _ => {
                let message = format!("{what} is either a `request` or a `command`");
                problems.push(Diagnostic::at(Code::InvalidValue, &node.place(), message));
                None
            }
        }
    }

    fn request(&mut self, node: &Node) -> Option<SetupStep> {
        let problems = self.sources.problems;
        let fields = Fields::of(node, "a set-up request", problems)?;
        let method = fields.required("method").and_then(|node| {
            let method = text(node, problems)?;
            if !is_method(method) {
                problems.push(Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{method}` is not a method")));
                return None;
            }
            Some(method.to_owned())
        });
        let address = fields.required("url").and_then(|node| self.address(node));
        let headers = fields.optional("headers").map(|node| {
            let mut headers = Vec::new();
            for (key, value) in entries(node, "a mapping from header names to values", problems) {
                let value = self.sources.text(value);
                // Its name says that it is a secret, wherever it stands.
                self.sources.secrets.extend(value.clone().filter(|_| names_a_secret(&key.text)));
                headers.extend(header_name(key, problems).zip(value));
            }
            headers
        });
        let body = match fields.optional("body") {
            None => SetupBody::None,
            Some(node) if node.scalar() == Some("world") => SetupBody::World,
            Some(node) => SetupBody::Json(json(node)),
        };
        fields.finish();
        Some(SetupStep::Request { method: method?, url: address?, headers: headers.unwrap_or_default(), body })
    }

    fn address(&mut self, node: &Node) -> Option<String> {
        let problems = self.sources.problems;
        let address = text(node, problems)?.replace("{{url}}", self.base);
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let secret = pairs.filter(|(name, _)| names_a_secret(name)).map(|(_, value)| value);
        let decoded = secret.map(|value| percent_decode_str(value).decode_utf8_lossy().into_owned());
        self.sources.secrets.extend(decoded.filter(|value| !value.is_empty()));
        if base_url(address.split('?').next().unwrap_or_default()).is_err() {
            problems.push(Diagnostic::at(Code::InvalidTarget, &node.place(), format!("`{address}` is no URL")));
            return None;
        }
        Some(address)
    }

    pub(super) fn ready(&mut self, node: &Node) -> Option<Readiness> {
        let problems = self.sources.problems;
        let fields = Fields::of(node, "readiness", problems)?;
        let url = fields.required("url").and_then(|node| self.address(node));
        let status = fields.optional("status").and_then(|node| {
            let status = unsigned(node, problems)?;
            let known = u16::try_from(status).ok().filter(|status| (200..=599).contains(status));
            if known.is_none() {
                problems.push(Diagnostic::at(
                    Code::InvalidValue,
                    &node.place(),
                    format!("`{status}` is no final status"),
                ));
            }
            known
        });
        let within = fields.optional("within").and_then(|node| duration(node, self.sources));
        fields.finish();
        Some(Readiness { url: url?, status, within: within.unwrap_or(Readiness::USUAL) })
    }
}
