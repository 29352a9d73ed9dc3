//! What a source told, before it is written down.

mod write;

use serde_json::Value;

/// A contract in the making.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) title: Option<String>,
    /// Names and base URLs.
    pub(super) services: Vec<(String, Url)>,
    pub(super) clauses: Vec<Clause>,
    pub(super) personas: Vec<Persona>,
    pub(super) suites: Vec<Suite>,
    /// Schemas by name.
    pub(super) schemas: Vec<(String, Value)>,
    /// What the source has that a contract can't say, or that was not understood.
    pub(super) remarks: Vec<String>,
}

/// Where a service stands.
pub(super) enum Url {
    Known(String),
    /// What stands in its stead, for somebody to put right.
    Unknown(String),
}

/// A requirement in the making.
pub(super) struct Clause {
    pub(super) id: String,
    pub(super) says: String,
    pub(super) document: String,
    pub(super) section: String,
    pub(super) reading: Option<String>,
    /// Why no case judges it.
    pub(super) not_tested: Option<String>,
}

/// A persona whose secrets come out of the environment.
#[derive(Clone, PartialEq)]
pub(super) struct Persona {
    pub(super) name: String,
    /// Names and templates.
    pub(super) headers: Vec<(String, String)>,
    /// Members, and the variable that each comes from.
    pub(super) secrets: Vec<(String, String)>,
}

/// A suite in the making.
pub(super) struct Suite {
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) service: String,
    pub(super) cases: Vec<Case>,
}

/// A case in the making.
#[derive(Clone, Default)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) clauses: Vec<String>,
    pub(super) persona: Option<String>,
    pub(super) changes: bool,
    pub(super) rows: Vec<Row>,
    pub(super) method: String,
    /// A template.
    pub(super) path: String,
    /// Names and templates.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Body>,
    /// One of these is met.
    pub(super) outcomes: Vec<Outcome>,
    /// What is missing before it can be run; with any of these it is left out.
    pub(super) missing: Vec<String>,
    /// What somebody should look at, though it can be run.
    pub(super) doubts: Vec<String>,
}

/// What one trial of a case is filled in with.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) parameters: Vec<(String, Value)>,
}

/// The body of a request; its texts are templates.
#[derive(Clone)]
pub(super) enum Body {
    Json(Value),
    Form(Value),
    Text(String),
}

/// An answer that is met.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Outcome {
    /// As it stands in YAML.
    pub(super) status: Option<String>,
    pub(super) media_type: Option<String>,
    /// Headers that are there.
    pub(super) headers: Vec<String>,
    pub(super) json: bool,
    pub(super) schema: Option<String>,
}

impl Case {
    pub(super) fn is_finished(&self) -> bool {
        self.missing.is_empty()
    }
}

impl Outcome {
    /// Whether no answer could fail to meet it.
    pub(super) fn says_nothing(&self) -> bool {
        *self == Self::default()
    }
}
