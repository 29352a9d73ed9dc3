//! Requirements files, and citations of requirements.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::extent::Extent;
use super::fields::{Fields, Problems, prose, some_list, text, word};
use super::schema::SchemaFiles;
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::choice::Choice;
use crate::model::expectation::Expectation;
use crate::model::requirement::{Level, Requirement, RequirementId};

/// What suites may speak of.
pub(super) struct Known<'a> {
    pub(super) problems: &'a Problems,
    pub(super) requirements: &'a BTreeMap<RequirementId, Requirement>,
    /// The requirements that something judges.
    pub(super) cited: RefCell<BTreeSet<RequirementId>>,
    pub(super) services: Vec<String>,
    pub(super) resources: Vec<String>,
    pub(super) capabilities: Vec<String>,
    /// The choices that are declared, with their branches.
    pub(super) choices: BTreeMap<String, (Arc<Choice>, Vec<Expectation>)>,
    /// The choices that something expects.
    pub(super) chosen: RefCell<BTreeSet<String>>,
    pub(super) schemas: &'a SchemaFiles,
    /// How much of the contract is read.
    pub(super) extent: &'a Extent,
}

/// The requirements of one file, each with the place where its document is named.
pub(super) fn requirements(node: &Node, problems: &Problems) -> Vec<(Requirement, Place)> {
    let Kind::List(items) = &node.kind else {
        problems.wrong_type(node, "a list of requirements");
        return Vec::new();
    };
    items.iter().filter_map(|item| requirement(item, problems)).collect()
}

fn requirement(node: &Node, problems: &Problems) -> Option<(Requirement, Place)> {
    let fields = Fields::of(node, "a requirement", problems)?;
    let id = fields.required("id").and_then(|node| Some((node, requirement_id(node, problems)?)));
    let levels: Vec<(Level, &str)> = Level::ALL.iter().map(|level| (*level, level.word())).collect();
    let level = fields.required("level").and_then(|node| word(node, &levels, problems));
    let source = fields.required("source").and_then(|node| source(node, problems));
    let says = fields.required("says").and_then(|node| prose(node, problems));
    let reading = fields.optional("reading").and_then(|node| prose(node, problems));
    let not_tested = fields.optional("not-tested").and_then(|node| prose(node, problems));
    fields.finish();
    let (id_node, id) = id?;
    let Source { document, section, place } = source?;
    let requirement =
        Requirement { id, level: level?, document, section, says: says?, reading, not_tested, place: id_node.place() };
    Some((requirement, place))
}

fn requirement_id(node: &Node, problems: &Problems) -> Option<RequirementId> {
    let id = text(node, problems)?;
    let good = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    if id.is_empty() || !id.bytes().all(good) {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{id}` can't be the id of a requirement"))
                .label("upper case, digits and hyphens"),
        );
        return None;
    }
    Some(RequirementId(Arc::from(id)))
}

/// Where a requirement comes from.
struct Source {
    document: String,
    section: String,
    /// Where the document is named.
    place: Place,
}

fn source(node: &Node, problems: &Problems) -> Option<Source> {
    let fields = Fields::of(node, "a source", problems)?;
    let document = fields.required("document").and_then(|node| Some((prose(node, problems)?, node.place())));
    let section = fields.required("section").and_then(|node| prose(node, problems));
    fields.finish();
    let (document, place) = document?;
    Some(Source { document, section: section?, place })
}

/// The requirement that a text cites, if it exists.
pub(super) fn cited(node: &Node, known: &Known<'_>) -> Option<RequirementId> {
    let id = text(node, known.problems)?;
    let Some((id, requirement)) = known.requirements.get_key_value(id) else {
        known.problems.push(
            Diagnostic::at(Code::UnknownRequirement, &node.place(), format!("no requirement has the id `{id}`"))
                .label("not declared")
                .suggest(id, known.requirements.keys().map(|id| &*id.0)),
        );
        return None;
    };
    if requirement.not_tested.is_some() && known.cited.borrow_mut().insert(id.clone()) {
        known.problems.push(
            Diagnostic::at(Code::RequirementNotTested, &node.place(), format!("`{id}` says that it isn't tested"))
                .label("cited here")
                .related(&requirement.place, "declared here with `not-tested`")
                .help("remove `not-tested` there, now that a case judges it"),
        );
    }
    known.cited.borrow_mut().insert(id.clone());
    Some(id.clone())
}

/// The requirements under `requirements:`, and their common level.
pub(super) fn citations(
    node: Option<&Node>,
    what: &str,
    place: &Place,
    known: &Known<'_>,
) -> Option<(Vec<RequirementId>, Level)> {
    let problems = known.problems;
    let Some(node) = node else {
        problems.push(
            Diagnostic::at(Code::WithoutRequirement, place, format!("{what} cites no requirement"))
                .label("which clause does it judge?")
                .help("add `requirements: [ID]`"),
        );
        return None;
    };
    let items = some_list(node, "requirements", problems);
    let mut ids: Vec<RequirementId> = items.iter().filter_map(|item| cited(item, known)).collect();
    ids.shrink_to_fit();
    let levels: BTreeSet<Level> = ids.iter().filter_map(|id| known.requirements.get(id)).map(|r| r.level).collect();
    if levels.len() > 1 {
        problems.push(
            Diagnostic::at(Code::MixedLevels, &node.place(), format!("{what} cites requirements of different levels"))
                .label("one level for one case")
                .help("split the case, so that it is clear what its verdict counts for"),
        );
    }
    Some((ids, levels.first().copied()?))
}
