//! Deliberate, named faults. With one of them switched on, the server breaks one clause of one
//! contract, and a conformance suite that doesn't notice is not worth its name.
//!
//! The services themselves know nothing of this. A defect stands in front of its service: it may
//! change the request before the service sees it, what the service knows, or what it answers. So
//! honest behaviour can't be broken by a defect that is switched off.

mod alter;
mod ask;
mod console;
mod people;
mod presence;
mod profile;

use std::collections::{HashMap, HashSet};

use super::{call::Call, reply::Reply, route, route::Service, world::World};

/// A deliberate fault of the server.
#[derive(Debug)]
pub struct Defect {
    /// Its name on the command line, beginning with the service.
    pub name: &'static str,
    /// What the server does, in one sentence.
    pub says: &'static str,
    /// The id of the requirement that it breaks.
    pub breaks: &'static str,
    /// Ids of requirements that rightly fall with it.
    pub also: &'static [&'static str],
    pub(super) service: Service,
    bend: Bend,
}

/// What a defect does with a request instead of handing it on and returning the answer.
type Bend = fn(&mut Turn<'_>) -> Reply;

/// Every defect, service by service.
pub fn defects() -> impl Iterator<Item = &'static Defect> {
    [profile::DEFECTS, people::DEFECTS, presence::DEFECTS, console::DEFECTS].into_iter().flatten().copied().flatten()
}

/// One request on its way to its service.
pub(super) struct Turn<'a> {
    pub(super) world: &'a mut World,
    pub(super) call: Call,
    pub(super) memory: &'a mut Memory,
    rest: &'a [&'static Defect],
}

/// What defects remember from request to request.
#[derive(Debug, Default)]
pub(super) struct Memory {
    seen: HashSet<String>,
    replies: HashMap<String, Reply>,
    /// At each place: what was noted there last, and how often in a row.
    noted: HashMap<String, (String, usize)>,
}

impl Memory {
    /// Whether this key is seen for the first time.
    pub(super) fn is_first(&mut self, key: String) -> bool {
        self.seen.insert(key)
    }

    /// The first reply that was given under this key.
    pub(super) fn first_reply(&mut self, key: String, reply: Reply) -> Reply {
        self.replies.entry(key).or_insert(reply).clone()
    }

    /// Notes something at a place, and says how often in a row it has now been noted there.
    pub(super) fn note(&mut self, place: &str, what: &str) -> usize {
        let (last, times) = self.noted.entry(place.to_owned()).or_default();
        *times = if last == what { *times + 1 } else { 1 };
        what.clone_into(last);
        *times
    }

    /// What was noted last at a place, and how often in a row.
    pub(super) fn last(&self, place: &str) -> Option<(&str, usize)> {
        self.noted.get(place).map(|(last, times)| (last.as_str(), *times))
    }
}

impl<'a> Turn<'a> {
    pub(super) fn new(
        world: &'a mut World,
        call: Call,
        memory: &'a mut Memory,
        defects: &'a [&'static Defect],
    ) -> Turn<'a> {
        Turn { world, call, memory, rest: defects }
    }

    /// What the server answers to the call as it is now: the next defect's answer, or the service's.
    pub(super) fn proceed(&mut self) -> Reply {
        let Some((next, rest)) = self.rest.split_first() else {
            return route::honest(self.world, &self.call);
        };
        let whole = std::mem::replace(&mut self.rest, rest);
        let reply = (next.bend)(self);
        self.rest = whole;
        reply
    }
}
