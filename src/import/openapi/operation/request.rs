//! The requests of an operation, put together from its examples.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::super::example::examples;
use super::super::parameter::{Parameter, filled, parameters};
use super::super::pointer::Document;
use super::super::response::{Response, bare, is_json};
use crate::import::draft::{Body, Row};
use crate::import::emit::{literal, literal_value};
use crate::import::slug::{Names, slug};

/// So many rows are made of the examples of one operation.
const MOST_ROWS: usize = 40;

/// A request, or what is missing of it.
pub(super) struct Composed {
    pub(super) path: String,
    pub(super) rows: Vec<Row>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Body>,
    pub(super) missing: Vec<String>,
}

/// One way of filling in the parameters: the number of the example of each, or none where it is left out.
type Choice = Vec<Option<usize>>;

/// Puts a request together.
pub(super) fn compose<'a>(
    document: &Document<'a>,
    item: &'a Value,
    operation: &'a Value,
    path: &str,
    method: &str,
    responses: &[Response<'a>],
) -> Composed {
    let all = parameters(document, item, operation);
    let mut composed =
        Composed { path: String::new(), rows: Vec::new(), headers: Vec::new(), body: None, missing: Vec::new() };
    for parameter in all.iter().filter(|one| one.required && one.examples.is_empty()) {
        composed.missing.push(format!("the {} parameter `{}` has no example", parameter.place, parameter.name));
    }
    composed.headers(&all, responses);
    let bodies = composed.bodies(document, operation, method);
    let base: Choice = all.iter().map(|one| (one.required && !one.examples.is_empty()).then_some(0)).collect();
    let plain = path_of(path, &all, &base).unwrap_or_else(|name| {
        if !all.iter().any(|one| one.place == "path" && one.name == name) {
            composed.missing.push(format!("nothing describes the part `{name}` of the path"));
        }
        // Shown as it stands in the document, for somebody to fill in.
        filled(path, &|name| Some(format!("TODO-{}", slug(name, "part")))).unwrap_or_else(|_| "/".into())
    });
    let mut paths = vec![("plain".to_owned(), plain.clone())];
    if composed.missing.is_empty() {
        paths.extend(variations(path, &all, &base));
        paths.truncate(MOST_ROWS);
    }
    composed.fill(&plain, &paths, &bodies);
    composed
}

/// The base with one parameter otherwise, for each further example.
fn variations(path: &str, all: &[Parameter], base: &Choice) -> Vec<(String, String)> {
    let mut variations = Vec::new();
    for (index, parameter) in all.iter().enumerate().filter(|(_, one)| ["path", "query"].contains(&one.place.as_str()))
    {
        let first = usize::from(base[index].is_some());
        for (number, (name, sent)) in parameter.examples.iter().enumerate().skip(first) {
            let mut choice = base.clone();
            choice[index] = Some(number);
            let value = sent.rsplit_once('=').map_or(sent.as_str(), |(_, value)| value);
            let value = percent_decode_str(value).decode_utf8_lossy();
            let said = if name == "example" { &value } else { name.as_str() };
            variations
                .extend(path_of(path, all, &choice).ok().map(|path| (format!("{} {said}", parameter.name), path)));
        }
    }
    variations
}

fn path_of(path: &str, all: &[Parameter], choice: &Choice) -> Result<String, String> {
    let chosen = |place: &'static str| {
        let both = all.iter().zip(choice).filter(move |(one, _)| one.place == place);
        both.filter_map(|(one, number)| Some((one.name.as_str(), one.examples.get((*number)?)?.1.as_str())))
    };
    let part = |name: &str| chosen("path").find(|(known, _)| *known == name).map(|(_, sent)| sent.to_owned());
    let mut filled = filled(path, &part)?;
    for (_, sent) in chosen("query") {
        filled.push(if filled.contains('?') { '&' } else { '?' });
        filled.push_str(sent);
    }
    Ok(filled)
}

impl Composed {
    fn headers(&mut self, all: &[Parameter], responses: &[Response<'_>]) {
        let accept = responses.iter().find(|one| one.begins('2')).or(responses.first()).and_then(Response::accept);
        self.headers.extend(accept.map(|name| ("accept".to_owned(), name)));
        let mut cookies = Vec::new();
        for parameter in all.iter().filter(|one| one.required) {
            let Some((_, sent)) = parameter.examples.first() else { continue };
            let name = parameter.name.to_ascii_lowercase();
            match parameter.place.as_str() {
                "header" if http::HeaderName::from_bytes(name.as_bytes()).is_err() => {
                    self.missing.push(format!("`{}` can't be the name of a header", parameter.name));
                }
                "header" if !self.headers.iter().any(|(known, _)| *known == name) => {
                    self.headers.push((name, literal(sent)));
                }
                "cookie" => cookies.push(format!("{}={}", parameter.name, literal(sent))),
                _ => {}
            }
        }
        if !cookies.is_empty() {
            self.headers.push(("cookie".into(), cookies.join("; ")));
        }
    }

    /// The bodies that can be sent, each with its name; the first is the usual one.
    fn bodies<'a>(&mut self, document: &Document<'a>, operation: &'a Value, method: &str) -> Vec<(String, Body)> {
        let Some(described) = document.member(operation, "requestBody") else { return Vec::new() };
        let required = described.get("required").and_then(Value::as_bool) == Some(true);
        let types: Vec<(&String, &Value)> =
            described.get("content").and_then(Value::as_object).into_iter().flatten().collect();
        let mut ranked: Vec<(String, &Value)> =
            types.iter().filter_map(|(name, media)| Some((bare(name)?, *media))).collect();
        ranked.sort_by_key(|(name, _)| (!is_json(name), name != "application/x-www-form-urlencoded"));
        for (media_type, media) in ranked {
            let found = examples(document, media);
            let bodies: Vec<(String, Body)> =
                found.iter().filter_map(|(name, value)| Some((name.clone(), body(&media_type, value)?))).collect();
            if bodies.is_empty() {
                continue;
            }
            if !matches!(bodies[0].1, Body::Form(_)) && media_type != "application/json" {
                self.headers.push(("content-type".into(), media_type));
            }
            return bodies;
        }
        // Who updates or creates something without a body says nothing, even where the document allows it.
        if required || ["POST", "PUT", "PATCH"].contains(&method) {
            self.missing.push("the body of the request has no example".into());
        }
        Vec::new()
    }

    /// Rows, where there is more than one request.
    fn fill(&mut self, plain: &str, paths: &[(String, String)], bodies: &[(String, Body)]) {
        self.body = bodies.first().map(|(_, body)| body.clone());
        let json: Vec<(&String, &Value)> = bodies
            .iter()
            .filter_map(|(name, body)| if let Body::Json(value) = body { Some((name, value)) } else { None })
            .collect();
        let several_bodies = json.len() > 1 && json.len() == bodies.len();
        let several_paths = paths.len() > 1;
        plain.clone_into(&mut self.path);
        if !several_bodies && !several_paths {
            return;
        }
        let row = |name: &str, path: &str, body: Option<&Value>| {
            let path = several_paths.then(|| ("path".to_owned(), Value::String(path.to_owned())));
            let body = body.filter(|_| several_bodies).map(|body| ("body".to_owned(), body.clone()));
            Row { name: slug(name, "row"), parameters: path.into_iter().chain(body).collect() }
        };
        let first = json.first().map(|(_, value)| *value);
        self.rows = paths.iter().map(|(name, path)| row(name, path, first)).collect();
        if several_bodies {
            if let Some(usual) = self.rows.first_mut() {
                usual.name = slug(json[0].0, "plain");
            }
            self.rows.extend(json.iter().skip(1).take(MOST_ROWS).map(|(name, body)| row(name, plain, Some(body))));
            self.body = Some(Body::Json(Value::String("{{body}}".into())));
        }
        if several_paths {
            self.path = "{{path}}".into();
        }
        let mut names = Names::default();
        self.rows.iter_mut().for_each(|row| row.name = names.unique(&row.name));
    }
}

/// An example as it is sent with this media type; none if it can't be.
fn body(media_type: &str, value: &Value) -> Option<Body> {
    if is_json(media_type) {
        return Some(Body::Json(literal_value(value)));
    }
    if media_type == "application/x-www-form-urlencoded" {
        let mut form = Map::new();
        for (name, value) in value.as_object()? {
            let sent = match value {
                Value::String(text) => Value::String(literal(text)),
                Value::Number(_) | Value::Bool(_) => Value::String(value.to_string()),
                Value::Array(items) if items.iter().all(Value::is_string) => literal_value(value),
                _ => return None,
            };
            form.insert(name.clone(), sent);
        }
        return Some(Body::Form(Value::Object(form)));
    }
    let textual = media_type.starts_with("text/") || media_type.ends_with("xml");
    value.as_str().filter(|_| textual).map(|text| Body::Text(literal(text)))
}
