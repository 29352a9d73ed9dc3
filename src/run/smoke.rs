//! Which services of a target answer, and how; nothing is judged and nothing changed.

use std::time::{Duration, SystemTime};

use serde_json::Map;

use super::setup;
use crate::check::{Moment, expectations};
use crate::execute::{Clients, prepare};
use crate::model::contract::Contract;
use crate::model::exchange::{Answer, PreparedRequest, TransportError};
use crate::model::persona::NOBODY;
use crate::model::target::Target;
use crate::plan::{Plan, Trial};

/// Methods that change nothing (RFC 9110, section 9.2.1).
const SAFE: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// What was found out.
#[derive(Debug)]
pub struct Smoke {
    /// Why the target isn't ready, if it says when it is and isn't.
    pub unready: Option<String>,
    /// The services, in the contract's order.
    pub services: Vec<Reached>,
}

impl Smoke {
    /// Whether the target is ready and every service answers.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.unready.is_none() && self.services.iter().all(|service| service.plain.is_ok())
    }
}

/// A service, and how it answers.
#[derive(Debug)]
pub struct Reached {
    /// The service.
    pub service: String,
    /// Its base URL.
    pub url: String,
    /// What it says to a request for `/` below its URL, by nobody; or why it can't be reached.
    pub plain: Result<Heard, String>,
    /// The first request of a case that changes nothing, and what it says to that.
    pub case: Option<Asked>,
}

/// An answer, in short.
#[derive(Debug)]
pub struct Heard {
    /// The status.
    pub status: u16,
    /// How long it took.
    pub duration: Duration,
    /// By how many seconds the server's clock is ahead of ours, if it tells the time.
    pub ahead: Option<i64>,
}

/// A request of a case.
#[derive(Debug)]
pub struct Asked {
    /// The trial.
    pub trial: String,
    /// Who asks.
    pub persona: String,
    /// Method and path, without secrets.
    pub line: String,
    /// The status that the case expects, as it is written.
    pub expected: Option<String>,
    /// What came.
    pub heard: Result<Heard, String>,
    /// Whether the status is the expected one.
    pub as_expected: bool,
}

/// Asks every service.
///
/// # Errors
/// The certificates of a way can't be used.
pub async fn smoke(
    contract: &Contract,
    plan: &Plan,
    target: &Target,
    timeout: Option<Duration>,
) -> Result<Smoke, TransportError> {
    let clients = Clients::new(target, timeout)?;
    let mut unready = None;
    if let Some(readiness) = &target.ready {
        unready = setup::ready(readiness, &clients).await.err();
    }
    let mut services = Vec::new();
    for service in &contract.services {
        let url = target.services.get(&service.name).cloned().unwrap_or_default();
        let request = PreparedRequest {
            method: "GET".into(),
            url: format!("{url}/"),
            headers: Vec::new(),
            body: None,
            persona: NOBODY.into(),
            raw: false,
        };
        let plain = heard(&clients, &service.name, request).await.map(|(_, heard)| heard);
        let mut case = None;
        if plain.is_ok()
            && let Some(trial) = plan.trials.iter().find(|trial| *trial.service == *service.name && is_plain(trial))
        {
            case = asked(contract, plan, target, &clients, trial).await;
        }
        services.push(Reached { service: service.name.clone(), url, plain, case });
    }
    Ok(Smoke { unready, services })
}

/// Whether a trial is one request that changes nothing and is answered.
fn is_plain(trial: &Trial) -> bool {
    let [step] = trial.case.steps.as_slice() else { return false };
    let succeeds = expectations(trial, 0)
        .iter()
        .any(|(expect, _)| expect.status.as_ref().is_some_and(|rule| !rule.negated && rule.accepts(200)));
    trial.unclaimed.is_none()
        && trial.case.setup.is_empty()
        && trial.case.changes.is_empty()
        && SAFE.contains(&step.request.method.as_str())
        && succeeds
}

async fn asked(contract: &Contract, plan: &Plan, target: &Target, clients: &Clients, trial: &Trial) -> Option<Asked> {
    let step = trial.case.steps.first()?;
    let for_templates = target.for_templates(&trial.service);
    let captures = Map::new();
    let moment = Moment {
        trial,
        personas: &plan.personas,
        world: &contract.world,
        target: &for_templates,
        captures: &captures,
        earlier: &[],
    };
    let base = target.services.get(&*trial.service).map_or("", String::as_str);
    let request = prepare(&step.request, base, &plan.personas, &moment.scope()).ok()?;
    let path = request.url.strip_prefix(base).unwrap_or(&request.url);
    let mut secrets = contract.secrets.clone();
    secrets.extend(target.secrets.iter().cloned());
    let line = secrets.mask(&format!("{} {path}", request.method)).into_owned();
    let persona = request.persona.clone();
    let rules: Vec<_> = expectations(trial, 0).into_iter().filter_map(|(expect, _)| expect.status.as_ref()).collect();
    let came = heard(clients, &trial.service, request).await;
    let as_expected = came.as_ref().is_ok_and(|(answer, _)| rules.iter().all(|rule| rule.accepts(answer.status)));
    Some(Asked {
        trial: trial.id.clone(),
        persona,
        line,
        expected: rules.first().map(ToString::to_string),
        heard: came.map(|(_, heard)| heard),
        as_expected,
    })
}

async fn heard(clients: &Clients, service: &str, request: PreparedRequest) -> Result<(Answer, Heard), String> {
    let exchange = clients.send(service, request).await;
    let answer = exchange.answer.map_err(|error| error.to_string())?;
    let told = answer.header("date").next().and_then(|date| std::str::from_utf8(date).ok());
    let ahead = told.and_then(|date| httpdate::parse_http_date(date).ok()).map(ahead);
    let heard = Heard { status: answer.status, duration: exchange.duration, ahead };
    Ok((answer, heard))
}

/// By how many seconds a time is ahead of ours.
fn ahead(time: SystemTime) -> i64 {
    let whole = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    let now = SystemTime::now();
    time.duration_since(now).map_or_else(|error| -whole(error.duration()), whole)
}
