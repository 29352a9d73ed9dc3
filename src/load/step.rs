//! Steps: requests and what is kept of their answers.

use super::expect::{expectation, framing_rule};
use super::fields::{Fields, Problems, boolean, entries, slug, text, unsigned, word};
use super::header_rule::header_name;
use super::requirement::{Known, cited};
use super::snapshot::no_snapshot;
use super::value::{parse_template, selector, template, value_template};
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::case::{Capture, CaptureSource, Request, RequestBody, Step};
use crate::model::expectation::{Expectation, StatusChoice, StatusRule};
use crate::model::persona::NOBODY;
use crate::model::template::Template;

/// What a suite says for all of its steps.
#[derive(Clone, Default)]
pub(super) struct Defaults {
    persona: Option<Template>,
    headers: Vec<(String, Vec<Template>)>,
}

/// Whether a step is judged, or only brings something about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Judged,
    /// Its outcome is expected under `sees`, so that it may expect nothing itself.
    Matrix,
    /// Set-up or clean-up.
    Preparation,
}

pub(super) fn defaults(node: &Node, known: &Known<'_>) -> Defaults {
    let problems = known.problems;
    let Some(fields) = Fields::of(node, "the defaults of a suite", problems) else { return Defaults::default() };
    let defaults = Defaults {
        persona: fields.optional("as").and_then(|node| template(node, problems)),
        headers: fields.optional("headers").map(|node| headers(node, problems)).unwrap_or_default(),
    };
    fields.finish();
    defaults
}

/// A list of steps.
pub(super) fn steps(node: &Node, role: Role, defaults: &Defaults, known: &Known<'_>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for item in super::fields::some_list(node, "steps", known.problems) {
        let Some(fields) = Fields::of(item, "a step", known.problems) else { continue };
        let read = step(&fields, &item.place(), role, defaults, known);
        fields.finish();
        let Some(step) = read else { continue };
        if let Some(first) = steps.iter().find(|other| other.name.is_some() && other.name == step.name) {
            known.problems.push(
                Diagnostic::at(Code::DuplicateId, &step.place, "two steps of one case have the same name")
                    .related(&first.place, "first here"),
            );
        }
        steps.push(step);
    }
    steps.shrink_to_fit();
    steps
}

/// The keys of a step, which for a case with one request are keys of the case.
pub(super) fn step(
    fields: &Fields<'_>,
    place: &Place,
    role: Role,
    defaults: &Defaults,
    known: &Known<'_>,
) -> Option<Step> {
    let problems = known.problems;
    let name = fields.optional("step").and_then(|node| slug(node, "a step", problems));
    let mut request = request(fields, defaults, problems);
    let requirement = fields.optional("requirement").and_then(|node| cited(node, known));
    let repeat = fields.optional("repeat").and_then(|node| repeat(node, problems)).unwrap_or(1);
    let captures = fields.optional("capture").map(|node| captures(node, problems)).unwrap_or_default();
    let expect = match fields.optional("expect") {
        Some(node) => expectation(node, known)?,
        None => unsaid(role, place, problems),
    };
    if role == Role::Preparation {
        no_snapshot(&expect, "a step that isn't judged", problems);
    }
    if let (Some(rule), Some(request)) = (framing_rule(&expect), &mut request) {
        if fields.optional("transport").is_some() && !request.raw {
            problems.push(
                Diagnostic::at(
                    Code::Contradiction,
                    &rule.place,
                    "the pooled transport doesn't show how answers are framed",
                )
                .help("leave `transport` out: the step goes over the raw transport then"),
            );
        }
        request.raw = true;
    }
    Some(Step { name, request: request?, expect, requirement, captures, repeat, place: place.clone() })
}

fn unsaid(role: Role, place: &Place, problems: &Problems) -> Expectation {
    let mut expect = Expectation::nothing(place);
    match role {
        Role::Matrix => {}
        Role::Preparation => {
            let choices = vec![StatusChoice::Class(2)];
            expect.status = Some(StatusRule { choices, negated: false, place: place.clone() });
        }
        Role::Judged => problems.push(
            Diagnostic::at(Code::EmptyExpectation, place, "a step that expects nothing")
                .label("no answer could break it")
                .help("add `expect: {status: 200}`, or make it a step of `setup`"),
        ),
    }
    expect
}

fn request(fields: &Fields<'_>, defaults: &Defaults, problems: &Problems) -> Option<Request> {
    let line_node = fields.required("request");
    let persona = fields.optional("as").and_then(|node| template(node, problems));
    let query = fields.optional("query").map(|node| multi(node, problems)).unwrap_or_default();
    let own = fields.optional("headers").map(|node| headers(node, problems)).unwrap_or_default();
    let (body, body_type) = body(fields, problems);
    let raw = fields.optional("transport").and_then(|node| word(node, &[(true, "raw"), (false, "pooled")], problems));
    let line_node = line_node?;
    let (method, path) = request_line(line_node, problems)?;
    let mut headers = own;
    let inherited = defaults.headers.iter().filter(|(name, _)| !(name == "content-type" && body_type.is_some()));
    for (name, values) in inherited {
        if !headers.iter().any(|(known, _)| known == name) {
            headers.push((name.clone(), values.clone()));
        }
    }
    if let Some(media_type) = body_type.filter(|_| !headers.iter().any(|(name, _)| name == "content-type")) {
        headers.push(("content-type".to_owned(), vec![Template::literal(media_type)]));
    }
    let persona = persona.or_else(|| defaults.persona.clone()).unwrap_or_else(|| Template::literal(NOBODY));
    let raw = raw.unwrap_or(false);
    Some(Request { method, path, query, persona, headers, body, raw, place: line_node.place() })
}

fn request_line(node: &Node, problems: &Problems) -> Option<(String, Template)> {
    let line = text(node, problems)?;
    let malformed = |message: String| {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), message).label("METHOD and path, as in `GET /users/17`"),
        );
    };
    let Some((method, path)) = line.trim().split_once(' ') else {
        malformed(format!("`{line}` is not a request"));
        return None;
    };
    if !is_method(method) {
        malformed(format!("`{method}` is not a method"));
        return None;
    }
    let path = path.trim();
    if !path.starts_with('/') && !path.starts_with("{{") {
        malformed(format!("the path `{path}` doesn't begin with `/`"));
        return None;
    }
    Some((method.to_owned(), parse_template(path, node, problems)?))
}

/// Whether it is a method, in upper case as all registered ones are.
pub(super) fn is_method(text: &str) -> bool {
    http::Method::from_bytes(text.as_bytes()).is_ok() && !text.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn body(fields: &Fields<'_>, problems: &Problems) -> (RequestBody, Option<&'static str>) {
    let json = fields.optional("json");
    let plain = fields.optional("text");
    let form = fields.optional("form");
    if [json, plain, form].iter().flatten().count() > 1 {
        let place = fields.key_place("text").or(fields.key_place("form"));
        if let Some(place) = place {
            problems.push(Diagnostic::at(Code::Contradiction, &place, "a request has one body").label("a second body"));
        }
    }
    match (json, plain, form) {
        (Some(node), _, _) => {
            (value_template(node, problems).map_or(RequestBody::None, RequestBody::Json), Some("application/json"))
        }
        (_, Some(node), _) => (template(node, problems).map_or(RequestBody::None, RequestBody::Text), None),
        (_, _, Some(node)) => (RequestBody::Form(multi(node, problems)), Some("application/x-www-form-urlencoded")),
        _ => (RequestBody::None, None),
    }
}

/// A mapping whose values are a scalar or a list of scalars.
fn multi(node: &Node, problems: &Problems) -> Vec<(String, Vec<Template>)> {
    entries(node, "a mapping from names to values", problems)
        .iter()
        .map(|(key, value)| (key.text.to_string(), templates(value, problems)))
        .collect()
}

fn templates(node: &Node, problems: &Problems) -> Vec<Template> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items.iter().filter_map(|item| template(item, problems)).collect()
}

/// The headers of a request. `absent` stands for no value.
fn headers(node: &Node, problems: &Problems) -> Vec<(String, Vec<Template>)> {
    let mut headers: Vec<(String, Vec<Template>)> = Vec::new();
    for (key, value) in entries(node, "a mapping from header names to values", problems) {
        let Some(name) = header_name(key, problems) else { continue };
        if headers.iter().any(|(known, _)| *known == name) {
            problems.push(
                Diagnostic::at(Code::DuplicateKey, &key.place(), format!("the header `{name}` stands here twice"))
                    .label("again; names compare without case")
                    .help("give a list of values to send it several times"),
            );
        }
        let values = match &value.kind {
            Kind::Text(word) if word == "absent" => Vec::new(),
            _ => templates(value, problems),
        };
        headers.push((name, values));
    }
    headers
}

fn repeat(node: &Node, problems: &Problems) -> Option<usize> {
    let times = unsigned(node, problems)?;
    if !(1..=1000).contains(&times) {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), format!("can't be repeated {times} times"))
                .label("from 1 to 1000"),
        );
        return None;
    }
    usize::try_from(times).ok()
}

fn captures(node: &Node, problems: &Problems) -> Vec<Capture> {
    let mut captures = Vec::new();
    for (key, value) in entries(node, "a mapping from names to JSONPaths", problems) {
        let (source, secret) = if let Kind::Map(_) = value.kind {
            let Some(fields) = Fields::of(value, "a capture", problems) else { continue };
            let source = captured_from(&fields, value, problems);
            let secret = fields.optional("secret").and_then(|node| boolean(node, problems)).unwrap_or(false);
            fields.finish();
            (source, secret)
        } else {
            (selector(value, problems).map(CaptureSource::Body), false)
        };
        let place = key.place();
        captures.extend(source.map(|source| Capture { name: key.text.to_string(), source, secret, place }));
    }
    captures
}

fn captured_from(fields: &Fields<'_>, node: &Node, problems: &Problems) -> Option<CaptureSource> {
    match (fields.optional("body"), fields.optional("header")) {
        (Some(node), None) => selector(node, problems).map(CaptureSource::Body),
        (None, Some(node)) => text(node, problems).map(|name| CaptureSource::Header(name.to_ascii_lowercase())),
        (_, found) => {
            let (code, message) = match found {
                None => (Code::MissingKey, "a capture needs `body` or `header`"),
                Some(_) => (Code::Contradiction, "a capture is taken from one place: `body` or `header`"),
            };
            problems.push(
                Diagnostic::at(code, &node.place(), message)
                    .help("write `{body: $.token, secret: true}` or `{header: location}`"),
            );
            None
        }
    }
}
