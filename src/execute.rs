//! One step to one exchange: the only module that speaks to a target.

mod budget;
mod client;
mod coding;
mod connection;
mod curl;
mod failed;
mod framing;
mod http1;
mod http2;
mod line;
mod message;
mod pace;
mod patience;
mod pool;
mod prepare;
mod raw;
mod retry_after;
mod socket;
mod stall;
mod tls;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use self::budget::Budget;
use self::client::Client;
use self::pace::Pace;
use self::stall::Stalls;
use crate::model::exchange::{Answer, Exchange, PreparedRequest, TransportError};
use crate::model::limits::Limits;
use crate::model::link::Link;
use crate::model::target::Target;

pub use self::curl::curl;
pub use self::line::Line;
pub use self::prepare::{Unprepared, prepare};
pub(crate) use self::retry_after::asked as asked_to_wait;

/// How long one exchange may take, unless anybody says it.
const USUAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Speaks to the services of a target, to each on its own way and at its own pace.
pub struct Clients {
    services: BTreeMap<String, Service>,
    usual: Service,
    budget: Budget,
    stalls: Stalls,
}

struct Service {
    client: Rc<Client>,
    pace: Pace,
    limits: Limits,
    /// The room for large bodies whose content coding is undone, which all services share.
    decoded: Budget,
}

impl Service {
    async fn send(&self, request: PreparedRequest) -> (Exchange, Option<Line>) {
        let (mut exchange, line) = self.client.send(request).await;
        if is_coded(&exchange) {
            exchange = Box::pin(self.decoded(exchange)).await;
        }
        (exchange, line)
    }

    /// The exchange with the content coding of its answer undone.
    async fn decoded(&self, exchange: Exchange) -> Exchange {
        match exchange.answer {
            Ok(answer) => {
                Exchange { answer: Ok(coding::decoded(answer, &self.decoded, &self.limits).await), ..exchange }
            }
            Err(_) => exchange,
        }
    }
}

/// Whether the answer names a content coding. Few do, and an exchange is large to be handed on.
fn is_coded(exchange: &Exchange) -> bool {
    exchange.answer.as_ref().is_ok_and(|answer| answer.header("content-encoding").next().is_some())
}

/// An exchange, and what came before it.
pub struct Patient {
    /// The last exchange.
    pub exchange: Exchange,
    /// The connection that it went over, held until nobody doubts the answer.
    pub line: Option<Line>,
    /// The exchanges whose answers asked to retry later.
    pub put_off: Vec<Exchange>,
    /// How long was waited because of these.
    pub waited: Duration,
    /// Why nothing more was waited for, if the last answer too asks to retry later.
    pub gave_up: Option<String>,
}

/// Services at one place share the connections to it.
struct Pools<'t> {
    timeout: Option<Duration>,
    budget: Budget,
    decoded: Budget,
    stalls: Stalls,
    known: Vec<(&'t str, &'t Link, Rc<Client>)>,
    put_off_since: Rc<Cell<Option<Instant>>>,
}

impl<'t> Pools<'t> {
    fn service(&mut self, base: &'t str, link: &'t Link) -> Result<Service, TransportError> {
        let known = self.known.iter().find(|(other, way, _)| *other == base && *way == link);
        let client = if let Some((.., client)) = known {
            Rc::clone(client)
        } else {
            let timeout = self.timeout.or(link.timeout).unwrap_or(USUAL_TIMEOUT);
            let client = Rc::new(Client::new(base, link, timeout, &self.budget, &self.stalls)?);
            self.known.push((base, link, Rc::clone(&client)));
            client
        };
        let (pace, decoded) = (Pace::new(link.rate, link.patience, &self.put_off_since), self.decoded.clone());
        Ok(Service { client, pace, limits: link.limits, decoded })
    }
}

impl Clients {
    /// Clients that give up on an exchange after `timeout`; without one, after what the target says.
    ///
    /// # Errors
    /// The certificates of a way can't be used.
    pub fn new(target: &Target, timeout: Option<Duration>) -> Result<Self, TransportError> {
        let (base, link) = &target.usual;
        let limits = || target.links.values().chain([link]).map(|link| link.limits);
        let budget = Budget::for_bodies_of(limits().map(|limits| limits.body).max().unwrap_or_default());
        let decoded = Budget::for_bodies_of(limits().map(|limits| limits.decoded).max().unwrap_or_default());
        let stalls = Stalls::default();
        let mut pools = Pools {
            timeout,
            budget: budget.clone(),
            decoded,
            stalls: stalls.clone(),
            known: Vec::new(),
            put_off_since: Rc::default(),
        };
        let usual = pools.service(base, link)?;
        let mut services = BTreeMap::new();
        for (name, url) in &target.services {
            let Some(link) = target.links.get(name) else { continue };
            services.insert(name.clone(), pools.service(url, link)?);
        }
        Ok(Self { services, usual, budget, stalls })
    }

    fn service(&self, name: &str) -> &Service {
        self.services.get(name).unwrap_or(&self.usual)
    }

    /// Sends a request to a service and reads the whole answer; what is no service is what stands beside them.
    pub async fn send(&self, service: &str, request: PreparedRequest) -> Exchange {
        let service = self.service(service);
        service.pace.turn().await;
        service.send(request).await.0
    }

    /// Takes note that something else took so long without a rest: exchanges that were under way have more time.
    pub fn held_up(&self, taken: Duration) {
        self.stalls.note(taken);
    }

    /// Whether answers with large bodies are on their way, or read and not let go of yet.
    #[must_use]
    pub fn hold_large_bodies(&self) -> bool {
        self.budget.is_taken_by_large_ones() || self.usual.decoded.is_taken_by_large_ones()
    }

    /// Whether a connection of the service said what nobody asked for, so that none is used twice.
    #[must_use]
    pub fn is_distrusted(&self, service: &str) -> bool {
        self.service(service).client.is_distrusted()
    }

    /// Sends a request over a connection that nothing went over before; what is no service is what stands beside them.
    pub async fn send_afresh(&self, service: &str, request: PreparedRequest) -> Exchange {
        let service = self.service(service);
        service.pace.turn().await;
        let exchange = Box::pin(service.client.send_afresh(request)).await;
        if is_coded(&exchange) { Box::pin(service.decoded(exchange)).await } else { exchange }
    }

    /// Sends a request until the answer asks no more to retry later, within the service's patience.
    ///
    /// `expects` says whether a status is what the request is about: then it is no reason to wait.
    pub async fn send_patiently(
        &self,
        service: &str,
        mut request: PreparedRequest,
        expects: impl Fn(&Answer) -> bool,
    ) -> Patient {
        let service = self.service(service);
        let mut put_off = Vec::new();
        let mut waited = Duration::ZERO;
        loop {
            service.pace.turn().await;
            let (exchange, line) = service.send(request).await;
            let asked = exchange.answer.as_ref().ok().map(|answer| (answer, retry_after::asked(answer)));
            let (status, wait) = match asked {
                Some((answer, Some(wait))) if !expects(answer) => (answer.status, wait),
                asked => {
                    // One that is expected to put off says nothing about the others.
                    if let Some((_, None)) = asked {
                        service.pace.answered();
                    }
                    return Patient { exchange, line, put_off, waited, gave_up: None };
                }
            };
            match service.pace.put_off(status, wait, waited) {
                Ok(wait) => waited += wait,
                Err(reason) => return Patient { exchange, line, put_off, waited, gave_up: Some(reason) },
            }
            request = exchange.request.clone();
            put_off.push(exchange);
        }
    }
}
