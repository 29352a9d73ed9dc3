//! Which services can be reached, as far as the exchanges with them tell.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use crate::model::exchange::{Exchange, TransportFailure};
use crate::model::link::Link;

/// After so many failures and no success, a service counts as out of reach, and so does what stands where nobody could
/// connect.
const HOPELESS: usize = 3;

/// After so many exchanges in a row that took long and brought no whole answer, a service is tried only now and then.
const EXHAUSTING: usize = 48;

/// One of so many is.
const NOW_AND_THEN: usize = 16;

/// What takes less can be asked as often as there are trials.
const LONG: Duration = Duration::from_millis(50);

/// What was heard of the services of a run.
pub(super) struct Reach {
    services: RefCell<BTreeMap<String, Heard>>,
    requests: Cell<usize>,
    troubles: Cell<usize>,
}

/// What was heard of one.
#[derive(Default)]
struct Heard {
    place: Rc<Place>,
    answered: bool,
    failures: usize,
    /// How many exchanges in a row took long and brought no whole answer.
    in_vain: usize,
    /// How often nothing was sent because of that.
    spared: usize,
    cause: String,
}

/// Where services stand, several perhaps, that are reached in the same way.
#[derive(Default)]
struct Place {
    connected: Cell<bool>,
    /// How often nobody could connect.
    failures: Cell<usize>,
    cause: RefCell<String>,
}

impl Reach {
    /// Nothing was heard yet of services, of which each has a name, a base URL and the way to it.
    pub(super) fn of<'t>(known: impl IntoIterator<Item = (&'t String, &'t String, &'t Link)>) -> Self {
        let mut places: Vec<(&str, &Link, Rc<Place>)> = Vec::new();
        let mut services = BTreeMap::new();
        for (name, url, link) in known {
            let known = places.iter().find(|place| (place.0, place.1) == (origin(url), link));
            let place = known.map_or_else(Rc::default, |(_, _, place)| Rc::clone(place));
            services.insert(name.clone(), Heard { place: Rc::clone(&place), ..Heard::default() });
            places.push((origin(url), link, place));
        }
        Self { services: RefCell::new(services), requests: Cell::new(0), troubles: Cell::new(0) }
    }

    /// How many requests were sent.
    pub(super) fn requests(&self) -> usize {
        self.requests.get()
    }

    /// How many of these were refused, perhaps for being too many.
    pub(super) fn troubles(&self) -> usize {
        self.troubles.get()
    }

    /// Why it is no use to try a service, if so.
    pub(super) fn why_not(&self, service: &str) -> Option<String> {
        let mut services = self.services.borrow_mut();
        let heard = services.get_mut(service)?;
        if !heard.place.connected.get() && heard.place.failures.get() >= HOPELESS {
            return Some(heard.place.cause.borrow().clone());
        }
        if !heard.answered && heard.failures >= HOPELESS {
            return Some(heard.cause.clone());
        }
        if heard.in_vain < EXHAUSTING {
            return None;
        }
        heard.spared += 1;
        let cause = &heard.cause;
        (heard.spared % NOW_AND_THEN != 0).then(|| {
            format!(
                "not tried: {EXHAUSTING} exchanges in a row with `{service}` brought no whole answer, the last: {cause}"
            )
        })
    }

    /// Whether the service ever answered.
    pub(super) fn has_answered(&self, service: &str) -> bool {
        self.services.borrow().get(service).is_some_and(|heard| heard.answered)
    }

    /// Takes note of what an exchange with a service tells.
    pub(super) fn note(&self, service: &str, exchange: &Exchange) {
        self.requests.set(self.requests.get() + 1);
        self.tell(service, |heard| heard.place.note(exchange));
        match &exchange.answer {
            Ok(answer) => {
                let is_refusal = matches!(answer.status, 429 | 503);
                self.troubles.set(self.troubles.get() + usize::from(is_refusal));
                let cut = answer.unknown_body();
                self.tell(service, |heard| {
                    heard.answered = true;
                    match cut {
                        None => heard.in_vain = 0,
                        Some(cause) if exchange.duration >= LONG => heard.in_vain(cause),
                        Some(_) => {}
                    }
                });
            }
            Err(error) if matches!(error.kind, TransportFailure::Connect | TransportFailure::Timeout) => {
                // Who hangs isn't helped by being asked less.
                let is_refusal = error.kind == TransportFailure::Connect;
                self.troubles.set(self.troubles.get() + usize::from(is_refusal));
                self.tell(service, |heard| {
                    heard.failures += 1;
                    heard.in_vain(&error.to_string());
                });
            }
            Err(error) if error.kind == TransportFailure::TooLarge && exchange.duration >= LONG => {
                self.tell(service, |heard| heard.in_vain(&error.to_string()));
            }
            Err(_) => {}
        }
    }

    fn tell(&self, service: &str, told: impl FnOnce(&mut Heard)) {
        if let Some(heard) = self.services.borrow_mut().get_mut(service) {
            told(heard);
        }
    }
}

/// Scheme, host and port of a base URL.
fn origin(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + "://".len());
    url[authority..].find('/').map_or(url, |length| &url[..authority + length])
}

impl Heard {
    fn in_vain(&mut self, cause: &str) {
        self.in_vain += 1;
        cause.clone_into(&mut self.cause);
    }
}

impl Place {
    fn note(&self, exchange: &Exchange) {
        match &exchange.answer {
            Err(error) if error.kind == TransportFailure::Connect => {
                self.failures.set(self.failures.get() + 1);
                *self.cause.borrow_mut() = error.to_string();
            }
            Err(error) if error.kind == TransportFailure::Request => {}
            _ => self.connected.set(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::exchange::{PreparedRequest, TransportError};

    /// A target with two services at one address, and one elsewhere.
    fn reach() -> Reach {
        let services = [("tea", "http://h/tea"), ("cups", "http://h/cups"), ("milk", "http://m")];
        let services = services.map(|(name, url)| (name.to_owned(), url.to_owned()));
        let link = Link::default();
        Reach::of(services.iter().map(|(name, url)| (name, url, &link)))
    }

    fn failed(kind: TransportFailure, milliseconds: u64) -> Exchange {
        Exchange {
            request: PreparedRequest::by_nobody("GET", "http://h/".into()),
            answer: Err(TransportError { kind, cause: "why".into() }),
            began: std::time::Instant::now(),
            connected: None,
            to_head: None,
            duration: Duration::from_millis(milliseconds),
        }
    }

    #[test]
    fn services_at_one_address_are_out_of_reach_together() {
        let reach = reach();
        for _ in 0..HOPELESS {
            assert_eq!(reach.why_not("cups"), None);
            reach.note("tea", &failed(TransportFailure::Connect, 1));
        }
        assert_eq!(["tea", "cups", "milk"].map(|service| reach.why_not(service).is_some()), [true, true, false]);
        reach.note("cups", &failed(TransportFailure::Closed, 1));
        assert_eq!(reach.why_not("cups"), None, "somebody is there");
    }

    #[test]
    fn heads_without_end_are_read_now_and_then_where_that_takes_long() {
        for (milliseconds, tried) in [(1, 4 * EXHAUSTING), (100, EXHAUSTING + 3 * EXHAUSTING / NOW_AND_THEN)] {
            let reach = reach();
            let mut sent = 0;
            for _ in 0..4 * EXHAUSTING {
                if reach.why_not("tea").is_none() {
                    sent += 1;
                    reach.note("tea", &failed(TransportFailure::TooLarge, milliseconds));
                }
            }
            assert_eq!(sent, tried);
        }
    }
}
