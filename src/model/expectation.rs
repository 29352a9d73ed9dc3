//! What must hold of an answer.

mod status;
mod templates;

use std::sync::Arc;

use regex::Regex;

use super::choice::Choice;
use super::framing::FramingFault;
use super::path::JsonPath;
use super::requirement::RequirementId;
use super::schema::Schema;
use super::snapshot::SnapshotRule;
use super::template::{Template, ValueTemplate};
use crate::diagnostic::Place;

pub use self::status::{StatusChoice, StatusRule};

/// Everything that one step expects.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Which status codes are right; any, if left out.
    pub status: Option<StatusRule>,
    /// Rules on headers, in file order.
    pub headers: Vec<HeaderRule>,
    /// Where `json: strict` stands.
    pub json: Option<Place>,
    /// The schema of the body.
    pub schema: Option<(Arc<Schema>, Place)>,
    /// Rules on the body.
    pub body: BodyRules,
    /// Texts that must occur in the body.
    pub contains: Option<Box<Canaries>>,
    /// Texts that must occur nowhere.
    pub lacks: Option<Box<Canaries>>,
    /// How the answer may not be framed.
    pub framing: Option<Box<FramingRule>>,
    /// How the answer relates to earlier ones.
    pub relations: Vec<Relation>,
    /// Alternatives, one of which must hold.
    pub any_of: Option<Box<Alternatives>>,
    /// That the answer is compared with the accepted one.
    pub snapshot: Option<Box<SnapshotRule>>,
    /// Where all this stands.
    pub place: Place,
}

impl Expectation {
    /// An expectation of nothing.
    #[must_use]
    pub fn nothing(place: &Place) -> Self {
        Self {
            status: None,
            headers: Vec::new(),
            json: None,
            schema: None,
            body: BodyRules::Unsaid,
            contains: None,
            lacks: None,
            relations: Vec::new(),
            any_of: None,
            snapshot: None,
            framing: None,
            place: place.clone(),
        }
    }

    /// Its alternatives.
    pub fn branches(&self) -> impl Iterator<Item = &Self> {
        self.any_of.iter().flat_map(|alternatives| &alternatives.branches)
    }

    /// Whether it could be broken by no answer at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.status.is_none() && self.speaks_of_the_status_alone()
    }

    /// Whether it names this status, and not just a class of them.
    #[must_use]
    pub fn names_status(&self, status: u16) -> bool {
        let named = self.status.iter().flat_map(|rule| &rule.choices).any(|one| *one == StatusChoice::Code(status));
        named || self.branches().any(|one| one.names_status(status))
    }

    /// Whether it says that something is withheld: texts that don't occur, or a status that refuses.
    #[must_use]
    pub fn withholds(&self) -> bool {
        let refuses = |rule: &StatusRule| {
            let refusal = |one: &StatusChoice| matches!(one, StatusChoice::Code(401 | 403));
            !rule.negated && rule.choices.iter().any(refusal)
        };
        self.lacks.is_some() || self.status.as_ref().is_some_and(refuses) || self.branches().any(Self::withholds)
    }

    /// Whether it says nothing of headers and body.
    #[must_use]
    pub fn speaks_of_the_status_alone(&self) -> bool {
        self.headers.is_empty()
            && self.json.is_none()
            && self.schema.is_none()
            && matches!(self.body, BodyRules::Unsaid)
            && self.contains.is_none()
            && self.lacks.is_none()
            && self.framing.is_none()
            && self.relations.is_empty()
            && self.any_of.is_none()
    }

    /// Whether it asks for the body as JSON.
    #[must_use]
    pub fn needs_json(&self) -> bool {
        let of_body = match &self.body {
            BodyRules::Rules(rules) => rules.iter().any(|rule| matches!(rule.subject, Subject::Nodes(_))),
            _ => false,
        };
        self.json.is_some() || self.schema.is_some() || of_body
    }
}

/// Faults of framing that an answer doesn't have.
#[derive(Clone, Debug)]
pub struct FramingRule {
    /// Which ones.
    pub without: Vec<FramingFault>,
    /// Where this stands.
    pub place: Place,
}

/// Alternatives, one of which must hold.
#[derive(Clone, Debug)]
pub struct Alternatives {
    /// The alternatives.
    pub branches: Vec<Expectation>,
    /// The choice that they are the branches of, if they have names.
    pub choice: Option<Arc<Choice>>,
    /// Where they stand.
    pub place: Place,
}

/// What must hold of one header.
#[derive(Clone, Debug)]
pub struct HeaderRule {
    /// Its name, in lower case.
    pub name: String,
    /// What must hold.
    pub tests: Vec<HeaderTest>,
    /// Whether a missing header is no finding.
    pub optional: bool,
    /// The clause to blame, when not the step's.
    pub requirement: Option<RequirementId>,
    /// Where it is written.
    pub place: Place,
}

/// One property of a header's value.
#[derive(Clone, Debug)]
pub enum HeaderTest {
    /// It is there.
    Present,
    /// It isn't there.
    Absent,
    /// It is this text.
    Equals(Template),
    /// It is one of these texts.
    OneOf(Vec<Template>),
    /// It matches.
    Pattern(Pattern),
    /// It has this type and subtype (lower case) and at least these parameters.
    MediaType(String, Vec<(String, String)>),
    /// Its charset parameter, if any, is this one.
    Charset(String),
    /// It is digits only, within these bounds.
    Unsigned(u64, u64),
    /// It is the length of the body.
    EqualsBodyLength,
    /// It is an HTTP date.
    Date,
    /// It is a list with this member.
    Contains(Template),
}

/// What must hold of the body.
#[derive(Clone, Debug)]
pub enum BodyRules {
    /// Nothing is said.
    Unsaid,
    /// It has no bytes.
    Empty(Place),
    /// It has bytes.
    Present(Place),
    /// It keeps all of these.
    Rules(Vec<BodyRule>),
}

/// One rule on the body.
#[derive(Clone, Debug)]
pub struct BodyRule {
    /// What it looks at.
    pub subject: Subject,
    /// What must hold.
    pub tests: Vec<BodyTest>,
    /// Whether it is no finding when nothing is selected.
    pub optional: bool,
    /// How texts are compared.
    pub compare: Comparison,
    /// Member names left out of expected values.
    pub without: Vec<String>,
    /// The clause to blame, when not the step's.
    pub requirement: Option<RequirementId>,
    /// Where it is written.
    pub place: Place,
}

/// What a body rule looks at.
#[derive(Clone, Debug)]
pub enum Subject {
    /// The nodes that a `JSONPath` selects.
    Nodes(Selector),
    /// The whole body as text.
    Text,
}

/// One property of the selected nodes, with the place where it is written.
#[derive(Clone, Debug)]
pub struct BodyTest {
    /// What must hold.
    pub kind: BodyTestKind,
    /// Where it is written.
    pub place: Place,
}

/// The properties of selected nodes.
#[derive(Clone, Debug)]
pub enum BodyTestKind {
    /// Every node equals the value.
    Equals(ValueTemplate),
    /// Every node equals one of the values.
    OneOf(ValueTemplate),
    /// Every node has the type.
    Type(JsonType),
    /// Every node, a text, has this part.
    Contains(Template),
    /// Every node, a text, matches.
    Pattern(Pattern),
    /// Every node has at least what the value has.
    Includes(ValueTemplate),
    /// Nothing is selected.
    Absent,
    /// So many nodes are selected.
    Count(usize, usize),
    /// No two nodes are equal.
    Unique,
    /// Every node is one of the values of a list.
    SubsetOf(ValueTemplate),
    /// The nodes are the values of a list, each as often.
    SameSetAs(ValueTemplate),
    /// Every node is a number within bounds.
    Range(Option<Bound>, Option<Bound>),
}

impl BodyTestKind {
    /// Whether the test means something when no node is selected.
    #[must_use]
    pub fn speaks_of_none(&self) -> bool {
        matches!(self, Self::Absent | Self::Count(..) | Self::Unique | Self::SubsetOf(_) | Self::SameSetAs(_))
    }
}

/// A bound of a range.
#[derive(Clone, Debug)]
pub enum Bound {
    /// A number.
    Number(serde_json::Number),
    /// How many nodes this selects in the same body.
    CountOf(Selector),
}

/// The types of JSON values; `integer` is a number without a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum JsonType {
    String,
    Number,
    Integer,
    Boolean,
    Object,
    Array,
    Null,
}

impl JsonType {
    /// Every type with its word in YAML.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::String, "string"),
        (Self::Number, "number"),
        (Self::Integer, "integer"),
        (Self::Boolean, "boolean"),
        (Self::Object, "object"),
        (Self::Array, "array"),
        (Self::Null, "null"),
    ];
}

/// How texts are compared: exactly, unless the member that holds them is named here.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// For the selected nodes themselves.
    pub nodes: TextComparison,
    /// For members, by name.
    pub members: Vec<(String, TextComparison)>,
}

impl Comparison {
    /// How the texts of members with this name are compared.
    #[must_use]
    pub fn of_member(&self, name: &str) -> TextComparison {
        self.members.iter().find(|(known, _)| known == name).map_or(TextComparison::Exact, |(_, how)| *how)
    }
}

/// How two texts are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextComparison {
    /// Character by character.
    #[default]
    Exact,
    /// Whatever the case.
    IgnoreCase,
    /// As points in time.
    Instant,
}

/// A regular expression, compiled at load unless it has templates in it.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// Ready to use.
    Fixed(Regex),
    /// To be filled in.
    Templated(Template),
}

/// A `JSONPath`, compiled at load unless it has templates in it.
#[derive(Clone, Debug)]
pub enum Selector {
    /// Ready to use.
    Fixed(JsonPath),
    /// To be filled in.
    Templated(Template),
}

/// Texts to be searched for in an answer.
#[derive(Clone, Debug)]
pub struct Canaries {
    /// Each gives a text or a list of texts.
    pub texts: Vec<ValueTemplate>,
    /// Where they are written.
    pub place: Place,
}

/// How an answer relates to an earlier step's.
#[derive(Clone, Debug)]
pub struct Relation {
    /// The earlier step.
    pub step: String,
    /// Whether the two must be the same, or must differ.
    pub same: bool,
    /// Whether arrays compare as sets.
    pub any_order: bool,
    /// Nodes left out of the comparison.
    pub ignoring: Vec<JsonPath>,
    /// Where it is written.
    pub place: Place,
}
