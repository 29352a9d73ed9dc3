//! A draft as the files of a contract.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::{Body, Case, Clause, Draft, Outcome, Suite, Url};
use crate::import::emit::{after_key, flow, line, scalar};
use crate::import::{Imported, NewFile};

/// What a target must claim before anything is sent as a persona.
const CREDENTIALS: &str = "credentials";
/// What no target claims.
const UNFINISHED: &str = "unfinished";
/// Where suites and schemas stand that can't be run yet.
const APART: &str = "unfinished";
/// What cases of a draft share.
const STATE: &str = "data";

impl Draft {
    /// The files, in an order to be read in, and what is left to be done.
    pub(in crate::import) fn write(mut self) -> Imported {
        self.finish_one();
        let mut files = vec![
            NewFile::new("contract.yaml", self.contract(), "its name and services"),
            NewFile::new("requirements.yaml", requirements(&self.clauses), "the clauses"),
        ];
        if !self.personas.is_empty() {
            files.push(NewFile::new("personas.yaml", self.personas(), "who sends requests"));
        }
        for suite in &self.suites {
            let finished = suite.cases.iter().any(Case::is_finished);
            let (folder, about) = if finished { ("suites", "cases") } else { (APART, "cases that lack something") };
            files.push(NewFile::new(format!("{folder}/{}.yaml", suite.name), written_suite(suite, finished), about));
        }
        let needed = self.needed_schemas();
        for (name, schema) in &self.schemas {
            let folder = if needed.contains(name.as_str()) { "" } else { "unfinished/" };
            let text = serde_json::to_string_pretty(schema).unwrap_or_default() + "\n";
            files.push(NewFile::new(format!("{folder}schemas/{name}.json"), text, "the shape of a body"));
        }
        files.push(NewFile::new("target.yaml", self.target(), "a server under test"));
        let todos = files.iter().map(|file| file.text.matches("TODO:").count()).sum();
        let all = self.suites.iter().flat_map(|suite| &suite.cases);
        Imported {
            cases: all.clone().filter(|case| case.is_finished()).count(),
            unfinished: all.filter(|case| !case.is_finished()).count(),
            clauses: self.clauses.len(),
            variables: self.personas.iter().flat_map(|one| &one.secrets).map(|(_, name)| name.clone()).collect(),
            todos,
            remarks: self.remarks,
            files,
        }
    }

    /// A contract has a case. Where none can be run, one stands there that no target claims to be ready for.
    fn finish_one(&mut self) {
        if self.suites.iter().flat_map(|suite| &suite.cases).any(Case::is_finished) {
            return;
        }
        let Some(clause) = self.clauses.first_mut() else { return };
        let service = self.services.first().map(|(name, _)| name.clone()).unwrap_or_default();
        clause.not_tested = None;
        let case = Case {
            name: UNFINISHED.into(),
            clauses: vec![clause.id.clone()],
            method: "GET".into(),
            path: "/".into(),
            outcomes: vec![Outcome { status: Some("200".into()), ..Outcome::default() }],
            doubts: vec![format!("no request could be made without guessing; complete a suite in {APART}/")],
            ..Case::default()
        };
        let names: BTreeSet<&str> = self.suites.iter().map(|suite| suite.name.as_str()).collect();
        let mut name = UNFINISHED.to_owned();
        while names.contains(name.as_str()) {
            name.push('-');
        }
        self.suites.push(Suite { name, title: None, service, cases: vec![case] });
    }

    fn placeholder(&self) -> bool {
        self.suites.iter().flat_map(|suite| &suite.cases).any(|case| case.name == UNFINISHED)
    }

    fn contract(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "contract: {}\nversion: {}", scalar(&self.name), scalar(&self.version));
        if let Some(title) = &self.title {
            let _ = writeln!(text, "title: {}", scalar(&line(title, 120)));
        }
        text.push_str("services:\n");
        for (name, _) in &self.services {
            let _ = writeln!(text, "  {}:", scalar(name));
        }
        let _ = writeln!(text, "resources: [{STATE}]");
        let mut capabilities = String::new();
        if !self.personas.is_empty() {
            let _ =
                writeln!(capabilities, "  {CREDENTIALS}: {{title: the target file has credentials for the personas}}");
        }
        if self.placeholder() {
            let _ = writeln!(capabilities, "  {UNFINISHED}: {{title: nothing is ready to be run yet}}");
        }
        if !capabilities.is_empty() {
            let _ = write!(text, "capabilities:\n{capabilities}");
        }
        text
    }

    fn personas(&self) -> String {
        self.personas.iter().fold(String::new(), |mut text, persona| {
            let _ = writeln!(text, "- persona: {}", scalar(&persona.name));
            if !persona.headers.is_empty() {
                let headers: Vec<String> = persona
                    .headers
                    .iter()
                    .map(|(name, value)| format!("{}: {}", scalar(name), scalar(value)))
                    .collect();
                let _ = writeln!(text, "  headers: {{{}}}", headers.join(", "));
            }
            let values: Vec<String> = persona.secrets.iter().map(|(name, _)| format!("{name}: not-set")).collect();
            let _ =
                writeln!(text, "  values: {{{}}}   # the target file has them from the environment", values.join(", "));
            text
        })
    }

    fn target(&self) -> String {
        let mut text = format!("target: {}\n", scalar(&self.name));
        let url = |text: &mut String, indent: &str, key: &str, url: &Url| {
            let _ = match url {
                Url::Known(url) => writeln!(text, "{indent}{key}: {}", scalar(url)),
                Url::Unknown(url) => writeln!(text, "{indent}{key}: {}   # TODO: where it stands", scalar(url)),
            };
        };
        if let [(_, only)] = self.services.as_slice() {
            url(&mut text, "", "url", only);
        } else {
            text.push_str("services:\n");
            for (name, place) in &self.services {
                url(&mut text, "  ", &scalar(name), place);
            }
        }
        if !self.personas.is_empty() {
            let _ = writeln!(text, "capabilities: {{{CREDENTIALS}: true}}\npersonas:");
            for persona in &self.personas {
                let secrets: Vec<String> =
                    persona.secrets.iter().map(|(member, name)| format!("{member}: {{env: {name}}}")).collect();
                let _ = writeln!(text, "  {}: {{{}}}", scalar(&persona.name), secrets.join(", "));
            }
        }
        text
    }

    /// The schemas that cases which can be run lead to.
    fn needed_schemas(&self) -> BTreeSet<String> {
        let by_name: BTreeMap<&str, &Value> =
            self.schemas.iter().map(|(name, schema)| (name.as_str(), schema)).collect();
        let ready = self.suites.iter().flat_map(|suite| &suite.cases).filter(|case| case.is_finished());
        let mut pending: Vec<String> =
            ready.flat_map(|case| &case.outcomes).filter_map(|outcome| outcome.schema.clone()).collect();
        let mut needed = BTreeSet::new();
        while let Some(name) = pending.pop() {
            if let Some(schema) = by_name.get(name.as_str()).filter(|_| !needed.contains(&name)) {
                references(schema, &mut pending);
                needed.insert(name);
            }
        }
        needed
    }
}

fn written_suite(suite: &Suite, finished: bool) -> String {
    let mut text = String::new();
    if !finished {
        let _ = writeln!(text, "# TODO: this suite is not run. Complete it, and move it to suites/.");
    }
    let _ = writeln!(text, "suite: {}", scalar(&suite.name));
    if let Some(title) = &suite.title {
        let _ = writeln!(text, "title: {}", scalar(&line(title, 120)));
    }
    let _ = writeln!(text, "service: {}\nreads: [{STATE}]\ncases:", scalar(&suite.service));
    let (ready, rest): (Vec<&Case>, Vec<&Case>) = suite.cases.iter().partition(|case| case.is_finished() || !finished);
    for case in ready {
        text.push_str(&written_case(case));
        text.push('\n');
    }
    for case in rest {
        for one in written_case(case).lines() {
            let one = one.strip_prefix("  ").unwrap_or(one);
            let _ = writeln!(text, "  # {}", one.strip_prefix("# ").unwrap_or(one));
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// A case as YAML.
fn written_case(case: &Case) -> String {
    let mut text = String::new();
    for todo in case.missing.iter().chain(&case.doubts) {
        let _ = writeln!(text, "  # TODO: {}", line(todo, 200));
    }
    let _ = writeln!(text, "  - case: {}", scalar(&case.name));
    if let Some(title) = case.title.as_deref().map(|title| line(title, 100)).filter(|title| !title.is_empty()) {
        let _ = writeln!(text, "    title: {}", scalar(&title));
    }
    let _ = writeln!(text, "    requirements: [{}]", case.clauses.join(", "));
    if case.name == UNFINISHED {
        let _ = writeln!(text, "    needs: [{UNFINISHED}]");
    } else if case.persona.is_some() {
        let _ = writeln!(text, "    needs: [{CREDENTIALS}]");
    }
    if case.changes {
        let _ = writeln!(text, "    changes: [{STATE}]");
    }
    if !case.rows.is_empty() {
        text.push_str("    each:\n");
    }
    for row in &case.rows {
        let _ = write!(text, "      - {{name: {}", scalar(&row.name));
        for (name, value) in &row.parameters {
            let _ = write!(text, ", {}: {}", scalar(name), flow(value));
        }
        text.push_str("}\n");
    }
    let _ = writeln!(text, "    request: {}", scalar(&format!("{} {}", case.method, case.path)));
    if let Some(persona) = &case.persona {
        let _ = writeln!(text, "    as: {}", scalar(persona));
    }
    if !case.headers.is_empty() {
        let headers = by_name(&case.headers);
        let _ = write!(text, "    headers:{}", after_key(&headers, 6));
    }
    let _ = match &case.body {
        None => Ok(()),
        Some(Body::Json(value)) => write!(text, "    json:{}", after_key(value, 6)),
        Some(Body::Form(value)) => write!(text, "    form:{}", after_key(value, 6)),
        Some(Body::Text(body)) => writeln!(text, "    text: {}", scalar(body)),
    };
    text.push_str(&expect(&case.outcomes));
    text
}

/// The names of the files that a schema leads to.
pub(in crate::import) fn references(schema: &Value, names: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str().filter(|_| name == "$ref").and_then(|text| text.strip_suffix(".json")) {
                    Some(other) => names.push(other.to_owned()),
                    None => references(member, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        _ => {}
    }
}

/// Headers as a mapping; one that is sent several times has a list, and so has one whose value means something else.
fn by_name(headers: &[(String, String)]) -> Value {
    let mut all = serde_json::Map::new();
    for (name, _) in headers {
        let values: Vec<Value> =
            headers.iter().filter(|(other, _)| other == name).map(|(_, value)| Value::String(value.clone())).collect();
        let plain = values.len() == 1 && values[0] != "absent";
        let value = values.first().filter(|_| plain).cloned();
        all.insert(name.clone(), value.unwrap_or(Value::Array(values)));
    }
    Value::Object(all)
}

fn requirements(clauses: &[Clause]) -> String {
    clauses.iter().fold(String::new(), |mut text, clause| {
        let _ = writeln!(text, "- id: {}\n  level: must", clause.id);
        let (document, section) = (line(&clause.document, 200), line(&clause.section, 200));
        let _ = writeln!(text, "  source: {{document: {}, section: {}}}", scalar(&document), scalar(&section));
        let _ = writeln!(text, "  says: {}", scalar(&line(&clause.says, 300)));
        if let Some(reading) = &clause.reading {
            let _ = writeln!(text, "  reading: {}", scalar(&line(reading, 300)));
        }
        if let Some(reason) = &clause.not_tested {
            let _ = writeln!(text, "  not-tested: {}", scalar(&line(reason, 300)));
        }
        text
    })
}

fn expect(outcomes: &[Outcome]) -> String {
    match outcomes {
        [] => "    expect: {}\n".into(),
        [only] => {
            let mut text = String::from("    expect:\n");
            for (key, value) in parts(only) {
                let _ = writeln!(text, "      {key}: {value}");
            }
            text
        }
        several => several.iter().fold(String::from("    expect:\n      any-of:\n"), |mut text, one| {
            let parts: Vec<String> = parts(one).iter().map(|(key, value)| format!("{key}: {value}")).collect();
            let _ = writeln!(text, "        - {{{}}}", parts.join(", "));
            text
        }),
    }
}

fn parts(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let mut parts = Vec::new();
    parts.extend(outcome.status.as_ref().map(|status| ("status", status.clone())));
    let media_type = outcome.media_type.iter().map(|name| format!("content-type: {{media-type: {}}}", scalar(name)));
    let present = outcome.headers.iter().map(|name| format!("{}: present", scalar(name)));
    let headers: Vec<String> = media_type.chain(present).collect();
    if !headers.is_empty() {
        parts.push(("headers", format!("{{{}}}", headers.join(", "))));
    }
    if outcome.json && outcome.schema.is_none() {
        parts.push(("json", "strict".into()));
    }
    parts.extend(outcome.schema.as_ref().map(|name| ("schema", scalar(name))));
    parts
}
