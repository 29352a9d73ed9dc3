//! Requests that were sent once, and their answers, as a draft.

mod request;

use std::collections::BTreeMap;

use serde_json::Value;

pub(super) use self::request::escaped;
use self::request::{Address, Cleaned, clean};
use super::draft::{Case, Clause, Draft, Outcome, Persona, Suite, Url};
use super::emit::line;
use super::sample;
use super::secret::{Found, is_secret_name};
use super::slug::{Names, slug, variable};
use crate::load::accepts_everything;

/// A request, and its answer where that is known.
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    /// The media type and the text.
    pub(super) body: Option<(String, String)>,
    pub(super) answer: Option<Answered>,
    /// What keeps it from being sent again as it is.
    pub(super) missing: Vec<String>,
}

/// What is known of an answer.
pub(super) struct Answered {
    pub(super) status: u64,
    pub(super) media_type: Option<String>,
    pub(super) body: Option<Value>,
}

/// Exchanges with one request.
struct Group<'a> {
    cleaned: Cleaned,
    exchanges: Vec<&'a Exchange>,
}

/// The draft of a contract that asks for the same answers again.
pub(super) fn draft(document: &str, exchanges: &[Exchange], name: &str) -> Draft {
    let found = secrets(exchanges);
    let mut services: Vec<(String, Url)> = Vec::new();
    let mut origins: BTreeMap<String, String> = BTreeMap::new();
    let mut names = Names::default();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for exchange in exchanges {
        let Some(address) = Address::of(&exchange.url) else { continue };
        let service = origins.entry(address.origin.clone()).or_insert_with(|| {
            let service = names.unique(&slug(address.host(), "api"));
            services.push((service.clone(), Url::Known(address.origin.clone())));
            service
        });
        let cleaned = clean(exchange, &address, service, &found);
        match groups.iter_mut().find(|group| group.cleaned.is_same(&cleaned)) {
            Some(group) => group.exchanges.push(exchange),
            None => groups.push(Group { cleaned, exchanges: vec![exchange] }),
        }
    }
    let mut draft = Draft { name: slug(name, "recorded"), version: "0.1.0".into(), services, ..Draft::default() };
    let mut writer = Writer { document, ids: Names::default(), cases: BTreeMap::new(), schemas: Names::default() };
    for group in groups {
        writer.add(&mut draft, group);
    }
    draft
}

fn secrets(exchanges: &[Exchange]) -> Found {
    let mut found = Found::default();
    for exchange in exchanges {
        let named = exchange.headers.iter().filter(|(name, _)| is_secret_name(name));
        named.for_each(|(_, value)| found.add(value));
        if let Some(address) = Address::of(&exchange.url) {
            let fields = address.query.iter().filter(|(name, _)| is_secret_name(name));
            fields.for_each(|(_, value)| found.add(value));
        }
    }
    found
}

struct Writer<'a> {
    document: &'a str,
    ids: Names,
    /// The names of the cases of each suite.
    cases: BTreeMap<String, Names>,
    schemas: Names,
}

impl Writer<'_> {
    fn add(&mut self, draft: &mut Draft, group: Group<'_>) {
        let Group { cleaned, exchanges } = group;
        let line_of = format!("{} {}", cleaned.method, cleaned.path.split(['?', '{']).next().unwrap_or("/"));
        let section = line(&line_of, 120);
        let id = self.ids.unique(&slug(&line_of, "request").to_ascii_uppercase());
        let suite = suite(draft, &cleaned);
        let name = self.cases.entry(suite.clone()).or_default().unique(&id.to_ascii_lowercase());
        let (outcomes, recorded) = self.outcomes(draft, &name, &exchanges);
        let mut missing = cleaned.missing.clone();
        let mut doubts = Vec::new();
        let unsafe_method = !["GET", "HEAD", "OPTIONS"].contains(&cleaned.method.as_str());
        if recorded == 0 {
            doubts
                .push("say what is expected; nothing is known of the answer but that it isn't a server's fault".into());
        } else if unsafe_method {
            missing
                .push("it changes something; say in `setup` and `cleanup` what must be there before and after".into());
        }
        if outcomes.len() > 1 {
            doubts.push("the answers were not all of one status".into());
        }
        let statuses: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome.status.as_deref()).collect();
        let says = if recorded == 0 {
            format!("{section} is answered, and not with an error of the server")
        } else {
            format!("{section} answers {}", statuses.join(" or "))
        };
        let plural = if recorded == 1 { "answer" } else { "answers" };
        draft.clauses.push(Clause {
            id: id.clone(),
            says,
            document: self.document.to_owned(),
            section,
            reading: (recorded > 0).then(|| format!("made of {recorded} recorded {plural}: what they had is expected")),
            not_tested: (!missing.is_empty()).then(|| format!("TODO: {}", missing.join("; "))),
        });
        let persona = if missing.is_empty() { persona(draft, &cleaned) } else { None };
        let case = Case {
            name,
            clauses: vec![id],
            persona,
            changes: unsafe_method,
            method: cleaned.method,
            path: cleaned.path,
            headers: cleaned.headers,
            body: cleaned.body,
            outcomes,
            missing,
            doubts,
            ..Case::default()
        };
        if let Some(suite) = draft.suites.iter_mut().find(|one| one.name == suite) {
            suite.cases.push(case);
        }
    }

    /// One outcome for each status, and how many answers they are made of.
    fn outcomes(&mut self, draft: &mut Draft, case: &str, exchanges: &[&Exchange]) -> (Vec<Outcome>, usize) {
        let answers: Vec<&Answered> = exchanges.iter().filter_map(|exchange| exchange.answer.as_ref()).collect();
        if answers.is_empty() {
            return (vec![Outcome { status: Some("{not: 5xx}".into()), ..Outcome::default() }], 0);
        }
        let mut statuses: Vec<u64> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        statuses.dedup();
        let outcomes = statuses.iter().map(|status| {
            let same: Vec<&&Answered> = answers.iter().filter(|answer| answer.status == *status).collect();
            let mut outcome = Outcome { status: Some(status.to_string()), ..Outcome::default() };
            let first = same.first().and_then(|answer| answer.media_type.clone());
            outcome.media_type = first.filter(|name| same.iter().all(|one| one.media_type.as_ref() == Some(name)));
            let bodies: Vec<&Value> = same.iter().filter_map(|answer| answer.body.as_ref()).collect();
            let schema = sample::schema(&bodies);
            let bodiless = matches!(status, 204 | 304);
            if !bodiless && !accepts_everything(&schema) && bodies.len() == same.len() {
                let name = self.schemas.unique(&format!("{case}-{status}"));
                draft.schemas.push((name.clone(), schema));
                outcome.schema = Some(name);
            }
            outcome
        });
        (outcomes.collect(), answers.len())
    }
}

/// The suite of a request, by its service and the first part of its path.
fn suite(draft: &mut Draft, cleaned: &Cleaned) -> String {
    let first = cleaned.path.split(['/', '?', '{']).find(|part| !part.is_empty()).unwrap_or("start");
    let first = slug(first, "start");
    let name = if draft.services.len() > 1 { format!("{}-{first}", cleaned.service) } else { first };
    let name = if super::RESERVED.contains(&name.as_str()) { format!("{name}-suite") } else { name };
    if !draft.suites.iter().any(|suite| suite.name == name) {
        let suite = Suite { name: name.clone(), title: None, service: cleaned.service.clone(), cases: Vec::new() };
        draft.suites.push(suite);
    }
    name
}

/// The persona that has the secrets of a request.
fn persona(draft: &mut Draft, cleaned: &Cleaned) -> Option<String> {
    if cleaned.secrets.is_empty() || !cleaned.missing.is_empty() {
        return None;
    }
    let name = cleaned.persona();
    let headers =
        cleaned.secret_headers.iter().map(|(header, member)| (header.clone(), format!("{{{{{name}.{member}}}}}")));
    let secrets = cleaned.secrets.iter().map(|member| (member.clone(), variable(&draft.name, member)));
    let persona = Persona { headers: headers.collect(), secrets: secrets.collect(), name };
    let name = persona.name.clone();
    if !draft.personas.contains(&persona) {
        draft.personas.push(persona);
    }
    Some(name)
}
