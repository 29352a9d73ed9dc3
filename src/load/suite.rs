//! Suite files.

use std::collections::HashMap;
use std::sync::Arc;

use super::case::{Shared, case, declared};
use super::expect::{condition, expectation, no_framing};
use super::fields::{Fields, Problems, list, prose, slug, slug_of, text};
use super::lawful::lawful;
use super::matrix::matrix;
use super::requirement::{Known, citations};
use super::snapshot::{no_snapshot, snapshot_defaults};
use super::step::defaults;
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic, Place as Written};
use crate::model::case::{Case, Invariant, Rows, Suite};
use crate::model::mutant::Lawful;
use crate::model::snapshot::SnapshotDefaults;

/// What the suites of a service have from it.
pub(super) struct Inherited {
    pub(super) service: String,
    pub(super) invariants: Vec<Invariant>,
    pub(super) lawful: Vec<Lawful>,
}

/// Where a suite is put that another contract takes in.
pub(super) struct Place<'s> {
    /// The service that it is about, instead of its own.
    pub(super) service: &'s str,
    /// What stands before its name.
    pub(super) prefix: String,
}

/// The suite of one file.
///
/// `inherited` is what the services say, which comes before what the suite says.
pub(super) fn suite(
    node: &Node,
    within: Option<&Place<'_>>,
    inherited: &[Inherited],
    known: &Known<'_>,
) -> Option<Suite> {
    let problems = known.problems;
    let fields = Fields::of(node, "a suite", problems)?;
    let name = fields.required("suite").and_then(|node| Some((suite_name(node, problems)?, node.place())));
    let title = fields.optional("title").and_then(|node| prose(node, problems));
    let service = fields.required("service").and_then(|node| match within {
        None => service(node, known),
        Some(within) => Some(within.service.to_owned()),
    });
    let shared = Shared {
        defaults: fields.optional("defaults").map(|node| defaults(node, known)).unwrap_or_default(),
        reads: names(&fields, "reads", &known.resources, Code::UnknownResource, problems),
        changes: names(&fields, "changes", &known.resources, Code::UnknownResource, problems),
        needs: names(&fields, "needs", &known.capabilities, Code::UnknownCapability, problems),
    };
    let of_service = inherited.iter().find(|one| service.as_ref() == Some(&one.service));
    let (mut all_invariants, mut allowed) =
        of_service.map_or_else(Default::default, |one| (one.invariants.clone(), one.lawful.clone()));
    all_invariants.extend(fields.optional("invariants").map(|node| invariants(node, known)).unwrap_or_default());
    allowed.extend(fields.optional("lawful").map(|node| lawful(node, None, problems)).unwrap_or_default());
    let snapshots = fields.optional("snapshots").map(|node| snapshot_defaults(node, problems)).unwrap_or_default();
    let case_nodes = fields.optional("cases").map(|node| list(node, problems)).unwrap_or_default();
    let matrix_nodes = fields.optional("matrices").map(|node| list(node, problems)).unwrap_or_default();
    fields.finish();
    let name =
        name.map(|(name, place)| (within.map_or_else(|| name.clone(), |within| within.prefix.clone() + &name), place));
    let is_read = |node: &&Node, key: &str| {
        let named = name.as_ref().zip(named(node, key));
        named.is_none_or(|((suite, _), name)| known.extent.has_case(suite, name))
    };
    let of_cases = case_nodes.iter().filter(|node| is_read(node, "case"));
    let of_matrices = matrix_nodes.iter().filter(|node| is_read(node, "matrix"));
    let mut cases: Vec<Case> = of_cases.filter_map(|node| case(node, &shared, known)).collect();
    cases.extend(of_matrices.filter_map(|node| matrix(node, &shared, known)));
    for case in &mut cases {
        inherit(case, &snapshots);
    }
    report_duplicates(&cases, problems);
    let (name, place) = name?;
    if case_nodes.is_empty() && matrix_nodes.is_empty() {
        problems.push(
            Diagnostic::at(Code::NoSuite, &place, format!("the suite `{name}` has no case"))
                .label("nothing to judge")
                .help("add `cases:` or `matrices:`"),
        );
    }
    let cases = cases.into_iter().map(Arc::new).collect();
    Some(Suite { name, title, service: service?, invariants: all_invariants, lawful: allowed, cases, place })
}

/// The name of a case or a matrix that isn't read yet.
fn named<'n>(node: &'n Node<'n>, key: &str) -> Option<&'n str> {
    let Kind::Map(entries) = &node.kind else { return None };
    entries.iter().find(|(known, _)| known.text == key).and_then(|(_, name)| name.scalar())
}

fn inherit(case: &mut Case, snapshots: &SnapshotDefaults) {
    let of_steps = case.steps.iter_mut().map(|step| &mut step.expect);
    let of_outcomes = match &mut case.rows {
        Rows::Matrix(matrix) => matrix.outcomes.iter_mut().map(|(_, expect)| expect).collect(),
        _ => Vec::new(),
    };
    for rule in of_steps.chain(of_outcomes).filter_map(|expect| expect.snapshot.as_mut()) {
        rule.inherit(snapshots);
    }
}

/// One or more slugs with `/` between them, so that `--only` can take a whole branch.
fn suite_name(node: &Node, problems: &Problems) -> Option<String> {
    let name = text(node, problems)?;
    for part in name.split('/') {
        slug_of(part, node.spot, "a suite", problems)?;
    }
    Some(name.to_owned())
}

fn names(fields: &Fields<'_>, key: &'static str, known: &[String], code: Code, problems: &Problems) -> Vec<String> {
    fields.optional(key).map(|node| declared(node, known, code, problems)).unwrap_or_default()
}

fn service(node: &Node, known: &Known<'_>) -> Option<String> {
    let name = text(node, known.problems)?;
    if !known.services.iter().any(|known| known == name) {
        known.problems.push(
            Diagnostic::at(Code::UnknownService, &node.place(), format!("`contract.yaml` has no service `{name}`"))
                .label("not declared")
                .suggest(name, known.services.iter().map(String::as_str)),
        );
        return None;
    }
    Some(name.to_owned())
}

fn report_duplicates(cases: &[Case], problems: &Problems) {
    let mut seen: HashMap<&str, &Written> = HashMap::new();
    for case in cases {
        if let Some(first) = seen.insert(&case.name, &case.place) {
            problems.push(
                Diagnostic::at(Code::DuplicateId, &case.place, format!("two cases have the name `{}`", case.name))
                    .label("again")
                    .related(first, "first here"),
            );
        }
    }
}

/// The invariants of a list.
pub(super) fn invariants(node: &Node, known: &Known<'_>) -> Vec<Invariant> {
    list(node, known.problems).iter().filter_map(|item| invariant(item, known)).collect()
}

fn invariant(node: &Node, known: &Known<'_>) -> Option<Invariant> {
    let problems = known.problems;
    let fields = Fields::of(node, "an invariant", problems)?;
    let name =
        fields.required("invariant").and_then(|node| Some((slug(node, "an invariant", problems)?, node.place())));
    let place = name.as_ref().map_or_else(|| node.place(), |(_, place)| place.clone());
    let cited = citations(fields.optional("requirements"), "the invariant", &place, known);
    let when = fields.optional("when").map(|node| condition(node, problems)).unwrap_or_default();
    let expect = fields.required("expect").and_then(|node| expectation(node, known));
    if let Some(expect) = &expect {
        no_snapshot(expect, "an invariant", problems);
        no_framing(expect, "an invariant", problems);
    }
    fields.finish();
    Some(Invariant { name: name?.0, requirements: cited?.0, when, expect: expect?, place })
}
