//! The last check of a contract: every case is filled in with every row, without sending anything.
//!
//! What templates speak of must exist, what they become must fit its place, and what is declared must be used.

mod fill;
mod fit;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Map, Value};

use self::fit::Becomes;
use super::fields::Problems;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::case::{Case, Rows};
use crate::model::contract::Contract;
use crate::model::expectation::Expectation;
use crate::model::parameters::Parameters;
use crate::model::persona::Persona;
use crate::model::rows::resolve_parameters;
use crate::model::template::{Scope, Unresolved, ValueTemplate};

/// Checks the contract and works out the positive controls of its matrices.
///
/// Of a part of a contract the latter alone: it was checked as a whole.
pub(super) fn resolve(contract: &mut Contract, problems: &Problems) {
    let mut resolver = Resolver {
        personas: &contract.personas,
        world: &contract.world,
        problems,
        checks: contract.unread.is_empty(),
        again: false,
        used: BTreeSet::new(),
        reported: HashSet::new(),
    };
    let whole = resolver.checks;
    if whole {
        resolver.personas_themselves();
    }
    let mut controls: Vec<(usize, usize, Vec<Vec<usize>>)> = Vec::new();
    for (suite_index, suite) in contract.suites.iter().enumerate() {
        for invariant in suite.invariants.iter().filter(|_| whole) {
            let parameters = Parameters::default();
            let mut captures = Captures::default();
            resolver.expectation(&invariant.expect, &parameters, &mut captures);
            let (mut contains, mut lacks) = (Vec::new(), Vec::new());
            resolver.canaries(&invariant.expect, &parameters, &mut captures, &mut contains, &mut lacks);
            resolver.relations_of(&invariant.expect, &[]);
        }
        let counts = |case: &Case| whole || matches!(case.rows, Rows::Matrix(_));
        for (case_index, case) in suite.cases.iter().enumerate().filter(|(_, case)| counts(case)) {
            resolver.relations(case);
            if let Some(found) = resolver.case(case) {
                controls.push((suite_index, case_index, found));
            }
        }
    }
    if whole {
        resolver.report_unused_personas();
    }
    for (suite, case, found) in controls {
        let case = std::sync::Arc::make_mut(&mut contract.suites[suite].cases[case]);
        if let Rows::Matrix(matrix) = &mut case.rows {
            for (cell, controls) in matrix.cells.iter_mut().zip(found) {
                cell.controls = controls;
            }
        }
    }
}

struct Resolver<'a> {
    personas: &'a BTreeMap<String, Persona>,
    world: &'a Value,
    problems: &'a Problems,
    /// Whether everything is filled in; otherwise only what controls are found by.
    checks: bool,
    /// Whether the case was filled in with an earlier row: a request without references is the same with all of them.
    again: bool,
    /// Personas that something uses.
    used: BTreeSet<String>,
    /// Messages that were reported, so that a hundred rows with one mistake make one diagnostic.
    reported: HashSet<(String, usize, String)>,
}

/// Where a place begins: its file and the byte in it.
fn spot(place: &Place) -> (&str, usize) {
    (&place.file.path, place.start())
}

/// The captures made so far in a case, and those that were used.
#[derive(Default)]
struct Captures {
    made: Map<String, Value>,
    used: BTreeSet<String>,
}

impl Resolver<'_> {
    fn personas_themselves(&mut self) {
        // Personas of one entry have the same headers, and so the same faults.
        let mut faulty = HashSet::new();
        for persona in self.personas.values() {
            let (Some(place), parameters) = (&persona.place, Parameters::default()) else { continue };
            if faulty.contains(&spot(place)) {
                continue;
            }
            let before = self.problems.len();
            for (_, template) in &persona.headers {
                let value = ValueTemplate::Text(template.clone());
                self.value(&value, place, &parameters, &mut Captures::default(), Becomes::Anything);
            }
            if self.problems.len() > before {
                faulty.insert(spot(place));
            }
        }
        // Speaking of itself in its own headers is no use of a persona.
        self.used.clear();
    }

    fn report_unused_personas(&mut self) {
        // One entry may make a persona of everybody in the world; that isn't to say that all of them do something.
        let mut entries: BTreeMap<(&str, usize), Vec<&Persona>> = BTreeMap::new();
        for persona in self.personas.values() {
            if let Some(place) = &persona.place {
                entries.entry(spot(place)).or_default().push(persona);
            }
        }
        for personas in entries.into_values() {
            if personas.iter().any(|persona| self.used.contains(&persona.name)) {
                continue;
            }
            let (message, label) = match personas.as_slice() {
                [only] => (
                    format!("nothing uses the persona `{}`", only.name),
                    "no request is sent as it, no template speaks of it",
                ),
                several => (
                    format!("nothing uses any of these {} personas", several.len()),
                    "no request is sent as one of them, no template speaks of one",
                ),
            };
            let Some(place) = personas.first().and_then(|persona| persona.place.as_ref()) else { continue };
            self.problems.push(Diagnostic::at(Code::UnusedPersona, place, message).label(label));
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        let (path, start) = diagnostic.place.as_ref().map_or(("", 0), spot);
        if self.reported.insert((path.to_owned(), start, diagnostic.message.clone())) {
            self.problems.push(diagnostic);
        }
    }

    /// Checks that relations go backwards only.
    fn relations(&mut self, case: &Case) {
        for (index, step) in case.steps.iter().enumerate() {
            let earlier: Vec<&str> = case.steps[..index].iter().filter_map(|step| step.name.as_deref()).collect();
            self.relations_of(&step.expect, &earlier);
            if let (Rows::Matrix(matrix), true) = (&case.rows, index + 1 == case.steps.len()) {
                for (_, outcome) in &matrix.outcomes {
                    self.relations_of(outcome, &earlier);
                }
            }
        }
        for step in case.setup.iter().chain(&case.cleanup) {
            self.relations_of(&step.expect, &[]);
        }
    }

    fn relations_of(&mut self, expect: &Expectation, earlier: &[&str]) {
        for relation in expect.relations.iter().filter(|relation| !earlier.contains(&relation.step.as_str())) {
            self.report(
                Diagnostic::at(
                    Code::UnknownStep,
                    &relation.place,
                    format!("no earlier step is named `{}`", relation.step),
                )
                .label("must come before this step")
                .suggest(&relation.step, earlier.iter().copied()),
            );
        }
        for branch in expect.branches() {
            self.relations_of(branch, earlier);
        }
    }

    /// Fills in a case with each of its rows; for a matrix, the positive controls of each cell.
    fn case(&mut self, case: &Case) -> Option<Vec<Vec<usize>>> {
        let mut shown: Vec<Vec<String>> = Vec::new();
        let mut withheld: Vec<Vec<String>> = Vec::new();
        let mut captures_used = BTreeSet::new();
        self.again = false;
        for index in 0..case.rows.len() {
            let filled = case.rows.filled(index);
            let Some(parameters) = self.parameters(filled.parameters, case, index) else { continue };
            let mut captures = Captures::default();
            let (mut contains, mut lacks) = (Vec::new(), Vec::new());
            for step in case.setup.iter().chain(&case.steps) {
                self.step(step, &parameters, &mut captures);
                self.canaries(&step.expect, &parameters, &mut captures, &mut contains, &mut lacks);
            }
            if let (Rows::Matrix(matrix), Some(cell)) = (&case.rows, filled.cell) {
                let outcome = &matrix.outcomes[cell.outcome].1;
                self.expectation(outcome, &parameters, &mut captures);
                self.canaries(outcome, &parameters, &mut captures, &mut contains, &mut lacks);
            }
            for step in &case.cleanup {
                self.step(step, &parameters, &mut captures);
            }
            self.again = true;
            captures_used.append(&mut captures.used);
            if filled.cell.is_some() {
                shown.push(contains);
                withheld.push(lacks);
            }
        }
        for capture in case.setup.iter().chain(&case.steps).chain(&case.cleanup).flat_map(|step| &step.captures) {
            if self.checks && !captures_used.contains(&capture.name) {
                self.report(
                    Diagnostic::at(
                        Code::UnusedCapture,
                        &capture.place,
                        format!("nothing uses the capture `{}`", capture.name),
                    )
                    .label("never used"),
                );
            }
        }
        let Rows::Matrix(matrix) = &case.rows else { return None };
        if shown.len() != matrix.cells.len() {
            return None;
        }
        let controls = withheld.iter().map(|lacks| {
            let shows = |contains: &&Vec<String>| contains.iter().any(|text| lacks.contains(text));
            shown.iter().enumerate().filter(|(_, contains)| shows(contains)).map(|(index, _)| index).collect::<Vec<_>>()
        });
        let controls: Vec<Vec<usize>> = controls.collect();
        for ((cell, lacks), found) in matrix.cells.iter().zip(&withheld).zip(&controls) {
            if !lacks.is_empty() && found.is_empty() {
                self.report(
                    Diagnostic::at(Code::NoPositiveControl, &cell.place, "this denial has no positive control")
                        .label("something is withheld here that no cell shows")
                        .help("add a cell that `contains` some of the same texts"),
                );
            }
        }
        Some(controls)
    }

    fn parameters(&mut self, written: Parameters, case: &Case, index: usize) -> Option<Parameters> {
        let place = match &case.rows {
            Rows::Each(rows) => &rows[index].place,
            _ => &case.place,
        };
        if let Some(name) =
            written.names().find(|name| self.personas.contains_key(*name) || ["world", "target"].contains(name))
        {
            self.report(Diagnostic::at(
                Code::DuplicateId,
                place,
                format!("the parameter `{name}` has the name of something else in templates"),
            ));
        }
        let scope = Scope {
            parameters: &Parameters::default(),
            captures: &Map::new(),
            personas: self.personas,
            world: self.world,
            target: &Value::Null,
        };
        match resolve_parameters(written, &scope) {
            Ok(parameters) => {
                // A persona that a parameter names counts as used where a template asks for one of its members.
                Some(parameters)
            }
            Err(unresolved) => {
                self.unresolved(&unresolved, place);
                None
            }
        }
    }

    fn unresolved(&mut self, unresolved: &Unresolved, place: &Place) {
        let diagnostic = Diagnostic::at(
            Code::UnknownName,
            place,
            format!("`{{{{{}}}}}` leads nowhere: there is no `{}`", unresolved.reference, unresolved.missing),
        )
        .label("in a template here")
        .suggest(&unresolved.missing, unresolved.known.iter().map(String::as_str));
        self.report(diagnostic);
    }
}
