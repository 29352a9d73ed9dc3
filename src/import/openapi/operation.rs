//! One operation: its clauses, and the cases for those of its responses that can be brought about without guessing.

mod request;

use std::collections::BTreeMap;

use serde_json::Value;

use self::request::{Composed, compose};
use super::Open;
use super::pointer::Document;
use super::response::{Response, responses};
use super::schema::Library;
use super::security::{Callers, callers};
use crate::import::draft::{Case, Clause, Draft, Outcome};
use crate::import::emit::line;
use crate::import::slug::{Names, slug};

/// An operation of a document.
pub(super) struct Operation<'a> {
    document: &'a Document<'a>,
    path: &'a str,
    method: String,
    item: &'a Value,
    described: &'a Value,
    /// Unique among operations.
    slug: String,
}

/// What is known of an operation before its cases are made.
struct Known<'k, 'a> {
    responses: &'k [Response<'a>],
    /// The id of the clause for each response.
    clauses: &'k BTreeMap<&'a str, String>,
    composed: &'k Composed,
    callers: &'k Callers,
}

impl<'a> Operation<'a> {
    pub(super) fn new(
        document: &'a Document<'a>,
        path: &'a str,
        method: &str,
        item: &'a Value,
        names: &mut Names,
    ) -> Self {
        let described = item.get(method).unwrap_or(&Value::Null);
        let id = described.get("operationId").and_then(Value::as_str);
        let method = method.to_ascii_uppercase();
        let otherwise = slug(&format!("{} {path}", method.to_ascii_lowercase()), "operation");
        let slug = names.unique(&id.map_or(otherwise.clone(), |id| slug(id, &otherwise)));
        Self { document, path, method, item, described, slug }
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.described.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// What its suite is named after: its first tag, or else the first part of its path.
    pub(super) fn tag(&self) -> String {
        let tag = self.described.get("tags").and_then(|tags| tags.get(0)).and_then(Value::as_str);
        let first = || self.path.split('/').find(|part| !part.is_empty() && !part.starts_with('{'));
        tag.filter(|tag| !tag.trim().is_empty()).or_else(first).unwrap_or("api").to_owned()
    }

    /// Adds its clauses and cases to the draft.
    pub(super) fn write(&self, library: &mut Library<'a>, ids: &mut Names, draft: &mut Draft, suite: &mut Open<'_>) {
        let responses = responses(self.document, self.described);
        let callers = callers(self.document, self.described, &draft.name);
        let composed = compose(self.document, self.item, self.described, self.path, &self.method, &responses);
        let clauses: BTreeMap<&'a str, String> = responses
            .iter()
            .map(|one| (one.key, ids.unique(&format!("{}-{}", self.slug, one.key).to_ascii_uppercase())))
            .collect();
        let mut judged: Vec<&str> = Vec::new();
        let mut cases: Vec<Case> = Vec::new();
        let known = Known { responses: &responses, clauses: &clauses, composed: &composed, callers: &callers };
        if let Some(case) = self.success(library, &known, &mut judged) {
            cases.push(case);
        }
        if let Some(case) = self.anonymous(library, &known) {
            judged.push("401");
            cases.push(case);
        }
        let lacks = cases.first().filter(|case| !case.is_finished()).map(|case| case.missing.join("; "));
        for response in &responses {
            draft.clauses.push(self.clause(response, &clauses[response.key], &judged, lacks.as_deref()));
        }
        for mut case in cases {
            case.name = suite.names.unique(&case.name);
            if let Callers::Somebody(persona, _) = &callers
                && case.is_finished()
                && case.persona.as_ref() == Some(&persona.name)
                && !draft.personas.contains(persona)
            {
                draft.personas.push(persona.clone());
            }
            draft.suites[suite.index].cases.push(case);
        }
    }

    fn clause(&self, response: &Response<'_>, id: &str, judged: &[&str], lacks: Option<&str>) -> Clause {
        let operation = self.text("operationId").map(|id| format!("{id}, ")).unwrap_or_default();
        let what = if response.key == "default" { "in all other cases".to_owned() } else { response.key.to_owned() };
        let description = line(response.description, 200);
        let colon = if description.is_empty() { "" } else { ": " };
        let reason = if response.begins('5') {
            "a fault of the server can't be brought about from outside".to_owned()
        } else if let Some(lacks) = lacks.filter(|_| response.begins('2') || response.begins('3')) {
            format!("TODO: {lacks}")
        } else {
            "TODO: write a case with a request that brings it about".to_owned()
        };
        Clause {
            id: id.to_owned(),
            says: format!("{} {} answers {what}{colon}{description}", self.method, line(self.path, 120)),
            document: self.document.name.to_owned(),
            section: format!("{operation}{} {}", self.method, line(self.path, 120)),
            reading: None,
            not_tested: (!judged.contains(&response.key)).then_some(reason),
        }
    }

    /// The case of the answers that mean success.
    fn success(&self, library: &mut Library<'a>, known: &Known<'_, 'a>, judged: &mut Vec<&'a str>) -> Option<Case> {
        let Known { responses, clauses, composed, callers } = *known;
        // 304 is the answer to who has it already.
        let mut met: Vec<&Response<'a>> =
            responses.iter().filter(|one| one.begins('2') || one.begins('3') && one.key != "304").collect();
        if met.iter().all(|one| one.begins('3')) && responses.iter().any(|one| one.key == "default") {
            met.extend(responses.iter().filter(|one| one.key == "default"));
        }
        if met.is_empty() {
            return None;
        }
        let head = self.method == "HEAD";
        let outcomes: Vec<Outcome> = met.iter().flat_map(|one| one.outcomes(library, &self.slug, head)).collect();
        let mut case = self.case(composed, &self.slug, outcomes);
        case.clauses = met.iter().map(|one| clauses[one.key].clone()).collect();
        case.missing.extend(composed.missing.iter().cloned());
        if case.outcomes.iter().any(Outcome::says_nothing) {
            case.missing.push("the document says nothing of the answer".into());
        }
        if self.method == "DELETE" {
            case.missing.push("it deletes what the next run needs; create it in `setup`".into());
        }
        if self.method == "POST" && responses.iter().any(|one| one.key == "409") {
            case.missing.push("it may be there already, which answers 409; delete it in `setup`".into());
        }
        match callers {
            Callers::Anybody => {}
            Callers::Unlike(reason) => case.missing.push(reason.clone()),
            Callers::Somebody(persona, query) => {
                case.persona = Some(persona.name.clone());
                if let Some(field) = query {
                    case.add_to_query(field);
                }
                if case.headers.iter().any(|(name, _)| persona.headers.iter().any(|(other, _)| other == name)) {
                    case.missing.push("a header of the request is one of the caller too".into());
                }
            }
        }
        if case.is_finished() {
            judged.extend(met.iter().map(|one| one.key));
            if self.method == "POST" {
                case.doubts.push("say in `cleanup` how to undo it, if it leaves something behind".into());
            }
        }
        Some(case)
    }

    /// The case of who proves nothing where callers must.
    fn anonymous(&self, library: &mut Library<'a>, known: &Known<'_, 'a>) -> Option<Case> {
        let Known { responses, clauses, composed, callers } = *known;
        let refused = responses.iter().find(|one| one.key == "401")?;
        if matches!(callers, Callers::Anybody) || !composed.missing.is_empty() {
            return None;
        }
        let outcomes = refused.outcomes(library, &self.slug, self.method == "HEAD");
        let mut case = self.case(composed, &format!("{}-anonymous", self.slug), outcomes);
        case.clauses = vec![clauses["401"].clone()];
        case.rows.truncate(1);
        Some(case)
    }

    fn case(&self, composed: &Composed, name: &str, outcomes: Vec<Outcome>) -> Case {
        Case {
            name: name.to_owned(),
            title: self.text("summary").map(str::to_owned),
            changes: !["GET", "HEAD", "OPTIONS", "TRACE"].contains(&self.method.as_str()),
            method: self.method.clone(),
            path: composed.path.clone(),
            rows: composed.rows.clone(),
            headers: composed.headers.clone(),
            body: composed.body.clone(),
            outcomes,
            ..Case::default()
        }
    }
}

impl Case {
    /// Adds a field to the query of each row.
    fn add_to_query(&mut self, field: &str) {
        let with = |path: &str| format!("{path}{}{field}", if path.contains('?') { '&' } else { '?' });
        let mut in_rows = false;
        for (_, value) in self.rows.iter_mut().flat_map(|row| &mut row.parameters).filter(|(name, _)| name == "path") {
            in_rows = true;
            *value = Value::String(with(value.as_str().unwrap_or_default()));
        }
        if !in_rows {
            self.path = with(&self.path);
        }
    }
}
