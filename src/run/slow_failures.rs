//! How much of a run's time slow trials took that fail it: a server that is slow and mostly wrong is judged for a while,
//! one that is slow and mostly right to the end.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::model::event::TrialResult;

/// A trial is slow whose requests took so long each.
const SLOW: Duration = Duration::from_millis(80);

/// The time that slow trials took.
pub(super) struct SlowFailures {
    /// Up to when the time is counted in which trials were under way that failed the run.
    counted: Cell<Instant>,
    total: Cell<Duration>,
    services: RefCell<BTreeMap<String, Taken>>,
}

/// What the trials of one service took, each for itself.
#[derive(Clone, Copy, Default)]
struct Taken {
    failing: Duration,
    others: Duration,
}

impl SlowFailures {
    /// Nothing is counted before the run began.
    pub(super) fn since(began: Instant) -> Self {
        Self { counted: Cell::new(began), total: Cell::default(), services: RefCell::default() }
    }

    /// Takes note of a slow trial of a service that ended just now and took so long. `fails` says whether it fails the
    /// run: what is only warned of, or waived, doesn't.
    pub(super) fn note(&self, service: &str, took: Duration, fails: bool, now: Instant) {
        let mut services = self.services.borrow_mut();
        let taken = services.entry(service.to_owned()).or_default();
        if fails {
            taken.failing += took;
            // Of trials that were under way at the same time, the time counts once.
            let since_counted = now.saturating_duration_since(self.counted.replace(now));
            self.total.set(self.total.get() + took.min(since_counted));
        } else {
            taken.others += took;
        }
    }

    /// Whether such trials took more than this, and those of this service more than its others.
    pub(super) fn exceed(&self, service: &str, limit: Duration) -> bool {
        self.total.get() > limit
            && self.services.borrow().get(service).is_some_and(|taken| taken.failing > taken.others)
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
        let slow = SlowFailures::since(began);
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
        assert_eq!(["people", "profile", "presence"].map(|service| slow.exceed(service, LIMIT)), [true, false, false]);
    }
}
