//! `include:` of `contract.yaml`: contracts inside the program that others take in.

use super::extent::Extent;
use super::fields::{Problems, texts};
use super::parse;
use super::requirement::{Known, requirements};
use super::source::{self, FileKind, Files, Origin, includable};
use super::suite::{Place as Within, suite};
use super::yaml::Node;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::case::Suite;
use crate::model::requirement::Requirement;

/// A contract that is taken in.
pub(super) struct Included {
    name: String,
    pub(super) files: Files,
}

/// The contracts that are named, each once.
pub(super) fn included(node: &Node, extent: &Extent, problems: &Problems) -> Vec<Included> {
    let mut all: Vec<Included> = Vec::new();
    for (node, name) in texts(node, problems) {
        if !includable().any(|known| known == name) {
            let message = format!("there is no contract `{name}` to take in");
            problems.push(
                Diagnostic::at(Code::InvalidValue, &node.place(), message)
                    .label(format!("there are: {}", includable().collect::<Vec<_>>().join(", ")))
                    .suggest(name, includable()),
            );
        } else if all.iter().any(|known| known.name == name) {
            problems.push(
                Diagnostic::at(Code::DuplicateId, &node.place(), format!("the contract `{name}` is taken in twice"))
                    .label("again"),
            );
        } else {
            let mut diagnostics = Vec::new();
            let files = source::read(&Origin::Includable(name.to_owned()), extent, &mut diagnostics);
            problems.extend(diagnostics);
            all.push(Included { name: name.to_owned(), files });
        }
    }
    all
}

impl Included {
    /// Its clauses.
    pub(super) fn requirements(&self, problems: &Problems) -> Vec<Requirement> {
        let nodes = self.files.of(FileKind::Requirements).filter_map(|file| parse(file, problems));
        nodes.flat_map(|node| requirements(&node, problems)).map(|(requirement, _)| requirement).collect()
    }

    /// Its suites, once for every service: what services say of their own answers isn't said of these.
    pub(super) fn suites(&self, extent: &Extent, known: &Known<'_>) -> Vec<Suite> {
        let mut suites = Vec::new();
        for file in self.files.of(FileKind::Suite) {
            let Some(node) = parse(file, known.problems) else { continue };
            for service in &known.services {
                let several = if known.services.len() > 1 { format!("{service}/") } else { String::new() };
                let within = Within { service, prefix: format!("{}/{several}", self.name) };
                let suite = suite(&node, Some(&within), &[], known);
                suites.extend(suite.filter(|suite| extent.has_suite(&suite.name)));
            }
        }
        suites
    }
}
