//! An answer laid open: every part of it that can be altered.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::Value;

use crate::check;
use crate::model::exchange::{Answer, Evidence};
use crate::model::framing::FramingFault;
use crate::model::mutant::Operator;
use crate::model::path::Key;

/// Fields that speak of the connection or of the server itself, and not of the answer (RFC 9110, sections 6.6, 7.6 and
/// 10.2.4; RFC 9111, section 5.1). No contract of an API is about them, so they are left alone.
const NOT_OF_THE_ANSWER: [&str; 9] =
    ["age", "connection", "date", "keep-alive", "server", "trailer", "transfer-encoding", "upgrade", "via"];

/// An answer and all that can be put into it.
pub(super) struct Anatomy<'e> {
    pub(super) answer: &'e Answer,
    /// The body, if it is JSON.
    pub(super) json: Option<Value>,
    /// Every value of the body, parents before their children.
    pub(super) nodes: Vec<Node>,
    /// Headers that must not be there.
    pub(super) forbidden: Vec<String>,
    /// Texts that must not be shown here.
    pub(super) canaries: Vec<String>,
    /// Faults of framing that must not be there.
    pub(super) misframings: Vec<FramingFault>,
    /// Answers that were given to somebody else or tell of somebody else.
    pub(super) others: Vec<&'e Answer>,
}

/// A value of a body.
pub(super) struct Node {
    /// JSON Pointer.
    pub(super) pointer: String,
    /// The same with `*` for every index.
    pub(super) general: String,
    /// What the parent knows it by.
    pub(super) step: Step,
    pub(super) parent: Option<usize>,
}

/// What a value is known by in its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Root,
    Name(String),
    Index(usize),
}

/// One way of altering one part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) operator: Operator,
    /// Which header, node, canary or other answer.
    pub(super) index: u32,
    /// Which of several ways.
    pub(super) variant: u16,
}

/// Which part of an answer a site is about.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    /// Exactly: a JSON Pointer, or the same as `general`.
    pub(super) exact: Cow<'a, str>,
    /// A JSON Pointer with `*` for any index, a header, or a word.
    pub(super) general: Cow<'a, str>,
}

impl<'a> Part<'a> {
    fn word(word: &'a str) -> Self {
        Self { exact: word.into(), general: word.into() }
    }
}

/// The headers that can be altered, with their positions.
pub(super) fn fields(answer: &Answer) -> impl Iterator<Item = (usize, &(String, Bytes))> {
    let of_the_answer = |name: &str| !NOT_OF_THE_ANSWER.iter().any(|other| name.eq_ignore_ascii_case(other));
    answer.headers.iter().enumerate().filter(move |(_, (name, _))| of_the_answer(name))
}

impl<'e> Anatomy<'e> {
    pub(super) fn of(
        evidence: &'e Evidence,
        forbidden: Vec<String>,
        canaries: Vec<String>,
        misframings: Vec<FramingFault>,
        others: Vec<&'e Answer>,
    ) -> Self {
        let answer = &evidence.answer;
        let json = serde_json::from_slice(&answer.body).ok();
        let mut nodes = Vec::new();
        if let Some(json) = &json {
            collect(json, Step::Root, None, &mut nodes);
        }
        Self { answer, json, nodes, forbidden, canaries, misframings, others }
    }

    /// The value of a node.
    pub(super) fn value(&self, node: usize) -> Option<&Value> {
        self.json.as_ref()?.pointer(&self.nodes[node].pointer)
    }

    /// The value of each node, in their order.
    pub(super) fn values(&self) -> Vec<&Value> {
        let mut values = Vec::with_capacity(self.nodes.len());
        if let Some(json) = &self.json {
            gather(json, &mut values);
        }
        values
    }

    /// What leads to a node.
    pub(super) fn way(&self, node: usize) -> Vec<Key<'_>> {
        let mut way = Vec::new();
        let mut at = Some(node);
        while let Some(node) = at.map(|at| &self.nodes[at]) {
            match &node.step {
                Step::Root => {}
                Step::Name(name) => way.push(Key::Name(name.into())),
                Step::Index(index) => way.push(Key::Index(*index)),
            }
            at = node.parent;
        }
        way.reverse();
        way
    }

    /// Whether the answer may have a body at all (RFC 9110, section 6.4.1).
    pub(super) fn may_have_a_body(&self) -> bool {
        !matches!(self.answer.status, 204 | 304)
    }

    /// Every way of altering it.
    pub(super) fn sites(&self, method: &str) -> Vec<Site> {
        let mut sites = Vec::new();
        super::alter::sites(self, method, &mut |operator, index, variant| {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            sites.push(Site { operator, index, variant });
        });
        sites
    }

    /// The part that a site is about.
    pub(super) fn part(&self, site: Site) -> Part<'_> {
        use Operator as Op;
        let index = site.index as usize;
        match site.operator {
            Op::OtherClassStatus | Op::SameClassStatus => Part::word("the status"),
            operator if operator.alters_a_header() => {
                let name = self.answer.headers[index].0.to_lowercase();
                Part { exact: name.clone().into(), general: name.into() }
            }
            operator if operator.alters_a_value() || operator == Op::DuplicateName => {
                let node = &self.nodes[index];
                if node.pointer.is_empty() {
                    return Part::word("the body");
                }
                Part { exact: node.pointer.as_str().into(), general: node.general.as_str().into() }
            }
            Op::ForbiddenHeader => Part::word(&self.forbidden[index]),
            Op::InsertCanary => Part::word(super::alter::leak::place(site.variant)),
            Op::AddHeader | Op::RecaseHeader | Op::ReorderHeaders => Part::word("the headers"),
            Op::Misframe => Part::word(self.misframings[index].slug()),
            Op::OtherAnswer => Part::word("the answer"),
            _ => Part::word("the body"),
        }
    }
}

fn gather<'v>(value: &'v Value, values: &mut Vec<&'v Value>) {
    values.push(value);
    match value {
        Value::Object(members) => members.values().for_each(|member| gather(member, values)),
        Value::Array(items) => items.iter().for_each(|item| gather(item, values)),
        _ => {}
    }
}

fn collect(value: &Value, step: Step, parent: Option<usize>, nodes: &mut Vec<Node>) {
    let (pointer, general) = match (&step, parent.map(|parent| &nodes[parent])) {
        (Step::Name(name), Some(above)) => {
            (check::pointer_below(&above.pointer, name), check::pointer_below(&above.general, name))
        }
        (Step::Index(index), Some(above)) => (format!("{}/{index}", above.pointer), format!("{}/*", above.general)),
        _ => Default::default(),
    };
    let here = nodes.len();
    nodes.push(Node { pointer, general, step, parent });
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                collect(member, Step::Name(name.clone()), Some(here), nodes);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, Step::Index(index), Some(here), nodes);
            }
        }
        _ => {}
    }
}
