//! How much of a run's time slow trials took that fail it: a server that is slow and mostly wrong is judged for a while,
//! one that is slow and mostly right to the end.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::model::event::TrialResult;

/// A trial is slow whose requests took so long each.
const SLOW: Duration = Duration::from_millis(80);

/// The part of a slow trial's time that is waited for others.
const PAUSE: u32 = 40;

/// The time that slow trials took.
#[derive(Default)]
pub(super) struct SlowFailures {
    /// When such trials were under way that failed the run, from when to when, one after the other.
    spans: RefCell<Vec<(Instant, Instant)>>,
    /// How long in all.
    total: Cell<Duration>,
    /// How long the last slow trial took, whether it failed or not.
    last: Cell<Duration>,
    services: RefCell<BTreeMap<String, Taken>>,
}

/// What the trials of one service took, each for itself.
#[derive(Clone, Copy, Default)]
struct Taken {
    failing: Duration,
    others: Duration,
}

impl SlowFailures {
    /// Takes note of a slow trial of a service that ended just now and took so long. `fails` says whether it fails the
    /// run: what is only warned of, or waived, doesn't.
    pub(super) fn note(&self, service: &str, took: Duration, fails: bool, now: Instant) {
        self.last.set(took);
        let mut services = self.services.borrow_mut();
        let taken = services.entry(service.to_owned()).or_default();
        if fails {
            taken.failing += took;
            // Of trials that were under way at the same time, the time counts once. No other ended later.
            let mut began = now.checked_sub(took).unwrap_or(now);
            let mut spans = self.spans.borrow_mut();
            let mut total = self.total.get();
            while let Some((earlier, ended)) = spans.pop_if(|(_, ended)| *ended >= began) {
                began = began.min(earlier);
                total -= ended - earlier;
            }
            spans.push((began, now));
            self.total.set(total + (now - began));
        } else {
            taken.others += took;
        }
    }

    /// How long a trial waits before it begins, where it may be that no other does: of many answers that are due, the
    /// first mustn't begin what the others speak against. A small part of what slow trials take anyway.
    pub(super) fn pause(&self, limit: Duration) -> Duration {
        if self.total.get() > limit { self.last.get() / PAUSE } else { Duration::ZERO }
    }

    /// Whether such trials took more than this, and no less than half as long as the others of this service.
    pub(super) fn exceed(&self, service: &str, limit: Duration) -> bool {
        self.total.get() > limit
            && self.services.borrow().get(service).is_some_and(|taken| taken.failing * 2 > taken.others)
    }
}

/// How long a trial took, if it is slow. How long a server is waited for that doesn't answer at all is another matter.
pub(super) fn time_if_slow(result: &TrialResult) -> Option<Duration> {
    let took = (result.spent.connect + result.spent.wait).saturating_sub(result.spent.in_vain);
    let requests = u32::try_from(result.requests).unwrap_or(u32::MAX);
    (requests > 0 && took >= SLOW * requests).then_some(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn time_counts_once_of_trials_under_way_together_and_a_service_that_is_mostly_right_goes_on() {
        let began = Instant::now();
        let slow = SlowFailures::default();
        for second in 1..=20 {
            for _ in 0..8 {
                slow.note("people", SECOND, true, began + SECOND * second);
            }
            slow.note("profile", SECOND, false, began + SECOND * second);
        }
        slow.note("profile", SECOND, true, began + SECOND * 20);
        assert_eq!(slow.total.get(), LIMIT);
        assert!(!slow.exceed("people", LIMIT));
        slow.note("people", SECOND, true, began + SECOND * 40);
        assert_eq!(slow.total.get(), LIMIT + SECOND, "what lies between is no time of theirs");
        slow.note("people", SECOND * 22, true, began + SECOND * 41);
        assert_eq!(slow.total.get(), SECOND * 41, "one that was under way all the time");
        assert_eq!(["people", "profile", "presence"].map(|service| slow.exceed(service, LIMIT)), [true, false, false]);
    }
}
