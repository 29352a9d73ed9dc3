//! Suites, cases, steps and the rows that cases are filled in with.

use std::sync::Arc;

use super::expectation::{Expectation, Selector, StatusRule};
use super::mutant::Lawful;
use super::parameters::Parameters;
use super::requirement::{Level, RequirementId};
use super::template::{Template, ValueTemplate};
use crate::diagnostic::Place;

/// One suite file.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its unique name.
    pub name: String,
    /// What it is about.
    pub title: Option<String>,
    /// The service that it speaks to.
    pub service: String,
    /// What holds for every answer.
    pub invariants: Vec<Invariant>,
    /// What its answers may be otherwise: said by the contract, the service and the suite.
    pub lawful: Vec<Lawful>,
    /// Its cases and matrices, in file order.
    pub cases: Vec<Arc<Case>>,
    /// Where it is declared.
    pub place: Place,
}

/// What holds for every answer of a suite.
#[derive(Clone, Debug)]
pub struct Invariant {
    /// Its name.
    pub name: String,
    /// The clauses to blame, the first unless a rule names another.
    pub requirements: Vec<RequirementId>,
    /// Which answers it speaks of; all, if left out.
    pub when: Condition,
    /// What must hold.
    pub expect: Expectation,
    /// Where it is declared.
    pub place: Place,
}

/// Which answers an invariant speaks of.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// Only those with such a status.
    pub status: Option<StatusRule>,
    /// Only those to such a method.
    pub method: Option<String>,
    /// Only those with a body, or without.
    pub body: Option<bool>,
}

/// The smallest thing with a verdict, before its parameters are filled in.
#[derive(Clone, Debug)]
pub struct Case {
    /// Unique in its suite.
    pub name: Arc<str>,
    /// What it is about.
    pub title: Option<Arc<str>>,
    /// The clauses that it judges; the first is blamed unless a rule names another.
    pub requirements: Vec<RequirementId>,
    /// The level of its requirements.
    pub level: Level,
    /// Capabilities without which it is skipped.
    pub needs: Vec<String>,
    /// Resources that it reads.
    pub reads: Vec<String>,
    /// Resources that it changes.
    pub changes: Vec<String>,
    /// Steps that bring about what the case needs.
    pub setup: Vec<Step>,
    /// Steps that are judged; at least one.
    pub steps: Vec<Step>,
    /// Steps that undo what the case did.
    pub cleanup: Vec<Step>,
    /// What it is filled in with.
    pub rows: Rows,
    /// What its answers may be otherwise, besides what the suite says.
    pub lawful: Vec<Lawful>,
    /// Where it is declared.
    pub place: Place,
}

/// What a case is filled in with: one trial for each row.
#[derive(Clone, Debug)]
pub enum Rows {
    /// One trial without parameters.
    One,
    /// A list of rows.
    Each(Vec<Row>),
    /// Every combination of several axes.
    Cross(Vec<Axis>),
    /// Every combination of several axes, with an expectation for each.
    Matrix(Matrix),
}

/// A named set of parameters.
#[derive(Clone, Debug)]
pub struct Row {
    /// The part of the trial's id.
    pub name: String,
    /// Parameters for templates.
    pub parameters: Parameters,
    /// Where it is written.
    pub place: Place,
}

/// One dimension of a table.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Its name.
    pub name: String,
    /// Its values.
    pub rows: Vec<Row>,
}

/// A full table over named axes.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Its axes.
    pub axes: Vec<Axis>,
    /// One cell for each combination, in the order of the axes, the last varying fastest.
    pub cells: Vec<Cell>,
    /// The expectations that cells name.
    pub outcomes: Vec<(String, Expectation)>,
}

/// One entry of a matrix.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Index into [`Matrix::outcomes`].
    pub outcome: usize,
    /// The clauses that it judges, when not the matrix's.
    pub requirements: Option<Vec<RequirementId>>,
    /// For a denial, the cells that show what it withholds: its positive controls.
    pub controls: Vec<usize>,
    /// Where it is written.
    pub place: Place,
}

/// One request and what is expected of its answer.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name, for relations and messages.
    pub name: Option<String>,
    /// What is sent.
    pub request: Request,
    /// What must hold; in a matrix it is the cell's outcome that counts.
    pub expect: Expectation,
    /// The clause to blame, when not the case's first.
    pub requirement: Option<RequirementId>,
    /// What is kept for later templates.
    pub captures: Vec<Capture>,
    /// How often it is sent and judged.
    pub repeat: usize,
    /// Where it is written.
    pub place: Place,
}

/// A request before its templates are filled in.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path with its query, as written.
    pub path: Template,
    /// Further query parameters, to be percent-encoded.
    pub query: Vec<(String, Vec<Template>)>,
    /// Who it is sent as.
    pub persona: Template,
    /// Headers, names in lower case. No value: the header is not sent, even if the persona has it.
    pub headers: Vec<(String, Vec<Template>)>,
    /// The body.
    pub body: RequestBody,
    /// Whether it goes over a connection of its own, byte by byte.
    pub raw: bool,
    /// Where the request line is written.
    pub place: Place,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub enum RequestBody {
    /// No bytes.
    None,
    /// A JSON value.
    Json(ValueTemplate),
    /// A text, exactly.
    Text(Template),
    /// A form.
    Form(Vec<(String, Vec<Template>)>),
}

/// Something kept from an answer.
#[derive(Clone, Debug)]
pub struct Capture {
    /// Its name for templates.
    pub name: String,
    /// Where it is taken from.
    pub source: CaptureSource,
    /// Whether it must never be shown.
    pub secret: bool,
    /// Where it is written.
    pub place: Place,
}

/// Where a capture is taken from.
#[derive(Clone, Debug)]
pub enum CaptureSource {
    /// The first node that a `JSONPath` selects.
    Body(Selector),
    /// The first value of a header.
    Header(String),
}
