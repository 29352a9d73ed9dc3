//! Which services of a target answer, and how; nothing is judged and nothing changed.

use std::time::{Duration, SystemTime};

use super::{plain, setup};
use crate::execute::Clients;
use crate::model::contract::Contract;
use crate::model::exchange::{Answer, PreparedRequest, TransportError};
use crate::model::target::Target;
use crate::plan::{Plan, Trial};

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
    let masked = |text: String| plan.secrets.mask(&text).into_owned();
    let mut unready = None;
    if let Some(readiness) = &target.ready {
        unready = setup::ready(readiness, &clients).await.err().map(masked);
    }
    let mut services = Vec::new();
    for service in &contract.services {
        let request = PreparedRequest::by_nobody("GET", format!("{}/", target.url(&service.name)));
        let plain = heard(&clients, &service.name, request).await.map(|(_, heard)| heard).map_err(masked);
        let mut case = None;
        if plain.is_ok()
            && let Some(trial) = plan
                .trials
                .iter()
                .find(|trial| *trial.service == *service.name && trial.unclaimed.is_none() && plain::is_plain(trial))
        {
            case = asked(contract, plan, target, &clients, trial).await;
        }
        services.push(Reached {
            service: service.name.clone(),
            url: target.url(&service.name).to_owned(),
            plain,
            case,
        });
    }
    Ok(Smoke { unready, services })
}

async fn asked(contract: &Contract, plan: &Plan, target: &Target, clients: &Clients, trial: &Trial) -> Option<Asked> {
    let request = plain::request(contract, plan, target, trial)?;
    let base = target.url(&trial.service);
    let path = request.url.strip_prefix(base).unwrap_or(&request.url);
    let line = plan.secrets.mask(&format!("{} {path}", request.method)).into_owned();
    let persona = request.persona.clone();
    let came = heard(clients, &trial.service, request).await;
    let as_expected = came.as_ref().is_ok_and(|(answer, _)| plain::accepts(trial, answer.status));
    Some(Asked {
        trial: trial.id.to_string(),
        persona,
        line,
        expected: plain::expected(trial),
        heard: came.map(|(_, heard)| heard).map_err(|error| plan.secrets.mask(&error).into_owned()),
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
