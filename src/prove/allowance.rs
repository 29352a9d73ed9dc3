//! Which alterations of an answer the contract allows.

use std::collections::HashSet;

use fnv::FnvHashSet;

use super::anatomy::{Anatomy, Site};
use super::replay::Scene;
use crate::check;
use crate::model::mutant::{Lawful, Operator};

/// Why a mutant is lawful.
#[derive(Clone, Copy)]
pub(super) enum Allowance<'t> {
    /// An RFC says that the alteration means nothing.
    Meaningless(Operator),
    /// The contract declares it.
    Declared(&'t Lawful),
}

impl std::fmt::Display for Allowance<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Meaningless(operator) => formatter.write_str(operator.explanation()),
            Self::Declared(lawful) => write!(formatter, "{} ({})", lawful.because, lawful.place),
        }
    }
}

/// The declarations that speak of one answer.
pub(super) struct Allowances<'t> {
    speaking: Vec<Speaking<'t>>,
}

struct Speaking<'t> {
    lawful: &'t Lawful,
    /// The positions of the nodes that it speaks of; all, if none.
    nodes: Option<FnvHashSet<usize>>,
}

impl<'t> Allowances<'t> {
    pub(super) fn of(scene: &Scene<'t>, anatomy: &Anatomy<'_>) -> Self {
        let moment = scene.moment();
        let step = scene.evidence().step;
        let subject = moment.subject(step, &scene.evidence().answer);
        let declared = check::lawful(scene.trial, step, &subject).into_iter();
        let speaking = declared.map(|lawful| Speaking { lawful, nodes: nodes(lawful, anatomy) }).collect();
        Self { speaking }
    }

    /// Why an alteration is lawful, if it is.
    pub(super) fn allow(&self, anatomy: &Anatomy<'_>, site: Site) -> Option<Allowance<'t>> {
        if site.operator.means_nothing() {
            return Some(Allowance::Meaningless(site.operator));
        }
        let declared = self.speaking.iter().find(|one| one.allows(anatomy, site));
        declared.map(|one| Allowance::Declared(one.lawful))
    }
}

impl Speaking<'_> {
    fn allows(&self, anatomy: &Anatomy<'_>, site: Site) -> bool {
        let lawful = self.lawful;
        if !lawful.changes.contains(&site.operator) {
            return false;
        }
        match site.operator {
            Operator::SameClassStatus | Operator::OtherClassStatus => {
                lawful.status.as_ref().is_none_or(|rule| rule.accepts(site.variant))
            }
            operator if operator.alters_a_header() => {
                let name = &anatomy.answer.headers[site.index as usize].0;
                lawful.headers.as_ref().is_none_or(|names| names.include(name))
            }
            operator if operator.alters_a_value() || operator == Operator::DuplicateName => {
                self.nodes.as_ref().is_none_or(|nodes| nodes.contains(&(site.index as usize)))
            }
            _ => true,
        }
    }
}

fn nodes(lawful: &Lawful, anatomy: &Anatomy<'_>) -> Option<FnvHashSet<usize>> {
    if lawful.at.is_empty() {
        return None;
    }
    let Some(json) = &anatomy.json else { return Some(FnvHashSet::default()) };
    let pointers: HashSet<String> =
        lawful.at.iter().flat_map(|path| path.located(json)).map(|(pointer, _)| pointer).collect();
    let nodes = anatomy.nodes.iter().enumerate().filter(|(_, node)| pointers.contains(&node.pointer));
    Some(nodes.map(|(index, _)| index).collect())
}
