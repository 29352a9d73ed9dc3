//! `OpenAPI` 3.0 and 3.1.
//!
//! The document is read as JSON and not through one of the crates that model `OpenAPI`: `oas3` reads 3.1 only and
//! `openapiv3` 3.0 only, both refuse a whole document for one odd member, and both lose what they don't model, which in
//! schemas is most of JSON Schema 2020-12.

mod example;
mod operation;
mod parameter;
mod pointer;
mod response;
mod schema;
mod security;

use std::collections::BTreeMap;

use serde_json::Value;

use self::operation::Operation;
use self::pointer::Document;
use self::schema::Library;
use super::draft::{Draft, Suite, Url};
use super::emit::line;
use super::slug::{Names, slug};

/// The members of a path item that are operations.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The draft of what a document describes. `version` is that of `OpenAPI`.
pub(super) fn draft(name: &str, root: &Value, version: &str, called: Option<&str>) -> Result<Draft, String> {
    let document = Document { root, name, modern: !(version == "3" || version.starts_with("3.0")) };
    let text =
        |pointer: &str| root.pointer(pointer).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let title = text("/info/title").unwrap_or("api");
    let number =
        root.pointer("/info/version").map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let mut draft = Draft {
        name: slug(called.unwrap_or(title), "api"),
        version: number
            .map(|number| line(&number, 40))
            .filter(|number| !number.is_empty())
            .unwrap_or_else(|| "0".into()),
        title: Some(line(title, 100)).filter(|title| !title.is_empty()),
        services: vec![("api".to_owned(), server(root))],
        ..Draft::default()
    };
    let mut library = Library::new(&document);
    let mut ids = Names::default();
    let mut operations = Names::default();
    let mut suites = Suites::default();
    let paths = root.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten().filter(|(path, _)| !path.starts_with("x-")) {
        let Some(item) = document.resolved(item).filter(|item| item.is_object()) else {
            draft.remarks.push(format!("`{}` leads nowhere", line(path, 80)));
            continue;
        };
        for method in METHODS {
            if !item.get(method).is_some_and(Value::is_object) {
                continue;
            }
            let operation = Operation::new(&document, path, method, item, &mut operations);
            let mut suite = suites.of(&operation, &mut draft);
            operation.write(&mut library, &mut ids, &mut draft, &mut suite);
        }
    }
    if draft.clauses.is_empty() {
        return Err("describes no operation with a response under `paths`".into());
    }
    let of_callers = root.get("webhooks").and_then(Value::as_object).map_or(0, serde_json::Map::len);
    if of_callers > 0 {
        draft.remarks.push(format!("{of_callers} webhooks are left out: the server sends them"));
    }
    let (schemas, vacuous, mut remarks) = library.finish();
    draft.remarks.append(&mut remarks);
    draft.schemas = schemas;
    for outcome in draft.suites.iter_mut().flat_map(|suite| &mut suite.cases).flat_map(|case| &mut case.outcomes) {
        outcome.schema = outcome.schema.take().filter(|name| !vacuous.contains(name));
    }
    draft.suites.retain(|suite| !suite.cases.is_empty());
    Ok(draft)
}

/// The first server, with the usual values of its variables.
fn server(root: &Value) -> Url {
    let first = root.pointer("/servers/0");
    let mut url = first.and_then(|server| server.get("url")).and_then(Value::as_str).unwrap_or("/").trim().to_owned();
    let variables = first.and_then(|server| server.get("variables")).and_then(Value::as_object);
    for (name, variable) in variables.into_iter().flatten() {
        let usual = variable.get("default").and_then(Value::as_str).unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), usual);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]%@".contains(c);
    let absolute = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let host = absolute.and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let good_host = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:".contains(c));
    if good_host && crate::load::is_base_url(&url) {
        return Url::Known(url.trim_end_matches('/').to_owned());
    }
    let path: String = if url.starts_with('/') { url.chars().filter(|c| plain(*c)).collect() } else { String::new() };
    Url::Unknown(format!("http://127.0.0.1:8080{}", path.trim_end_matches('/')))
}

/// The suites by what the document calls their operations.
#[derive(Default)]
struct Suites {
    by_tag: BTreeMap<String, usize>,
    names: Option<Names>,
    cases: Vec<Names>,
}

/// A suite that cases are added to, and the names of its cases.
struct Open<'a> {
    index: usize,
    names: &'a mut Names,
}

impl Suites {
    fn of(&mut self, operation: &Operation<'_>, draft: &mut Draft) -> Open<'_> {
        let tag = operation.tag();
        let index = *self.by_tag.entry(tag.clone()).or_insert_with(|| {
            let names = self.names.get_or_insert_with(|| Names::without(&super::RESERVED));
            let name = names.unique(&slug(&tag, "api"));
            let title = Some(line(&tag, 100)).filter(|title| !title.is_empty());
            draft.suites.push(Suite { name, title, service: "api".into(), cases: Vec::new() });
            self.cases.push(Names::default());
            draft.suites.len() - 1
        });
        Open { index, names: &mut self.cases[index] }
    }
}
