//! How much of a run's time slow trials took that fail it: a server that is slow and often wrong is judged for a while,
//! one that is slow and mostly right to the end.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::model::event::TrialResult;

/// A trial is slow whose requests took so long each.
const SLOW: Duration = Duration::from_millis(80);

/// The part of a slow trial's time that is waited for others.
const PAUSE: u32 = 40;

/// So many trials of a service begin without knowing how it does, once others took too long.
const TRIED: usize = 16;

/// The time that slow trials took.
#[derive(Default)]
pub(super) struct SlowFailures {
    /// When such trials were under way that failed the run, from when to when, one after the other.
    spans: RefCell<Vec<(Instant, Instant)>>,
    /// How long in all.
    total: Cell<Duration>,
    /// How long the last trial took, if it was slow.
    last: Cell<Duration>,
    services: RefCell<BTreeMap<String, Taken>>,
}

/// What the trials of one service took, each for itself.
#[derive(Clone, Copy, Default)]
struct Taken {
    failing: Duration,
    others: Duration,
    under_way: usize,
}

/// Held while a trial is under way.
pub(super) struct UnderWay<'s>(&'s SlowFailures, &'s str);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.of(self.1, |taken| taken.under_way -= 1);
    }
}

impl SlowFailures {
    /// Takes note of a slow trial of a service that ended just now and took so long. `fails` says whether it fails the
    /// run: what is only warned of, or waived, doesn't.
    pub(super) fn note(&self, service: &str, took: Duration, fails: bool, now: Instant) {
        self.last.set(took);
        if fails {
            self.of(service, |taken| taken.failing += took);
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
            self.of(service, |taken| taken.others += took);
        }
    }

    /// Takes note of a trial that ended and wasn't slow.
    pub(super) fn note_quick(&self) {
        self.last.set(Duration::ZERO);
    }

    /// A trial of a service begins.
    pub(super) fn begun<'s>(&'s self, service: &'s str) -> UnderWay<'s> {
        self.of(service, |taken| taken.under_way += 1);
        UnderWay(self, service)
    }

    /// Does something with what is known of a service.
    fn of<T>(&self, service: &str, with: impl FnOnce(&mut Taken) -> T) -> T {
        let mut services = self.services.borrow_mut();
        match services.get_mut(service) {
            Some(taken) => with(taken),
            None => with(services.entry(service.to_owned()).or_default()),
        }
    }

    /// How long slow trials that failed the run were under way, in all.
    pub(super) fn total(&self) -> Duration {
        self.total.get()
    }

    /// How long a trial waits before it begins or goes on, where it may be that none does: of many answers that are due,
    /// the first mustn't begin what the others speak against. A small part of what slow trials take anyway.
    pub(super) fn pause(&self) -> Duration {
        self.last.get() / PAUSE
    }

    /// Whether so many trials of a service are under way, of which none has ended that was slow, that its others had
    /// better wait for them.
    pub(super) fn is_tried(&self, service: &str) -> bool {
        self.of(service, |taken| taken.under_way >= TRIED && taken.failing + taken.others == Duration::ZERO)
    }

    /// Whether slow trials of a service that failed the run took more than half as long as its other slow ones.
    pub(super) fn are_many(&self, service: &str) -> bool {
        self.of(service, |taken| taken.failing * 2 > taken.others)
    }
}

/// How long a trial took that sent something, if it is slow. How long a server is waited for that doesn't answer at all
/// is another matter.
pub(super) fn time_if_slow(result: &TrialResult) -> Option<Duration> {
    let took = (result.spent.connect + result.spent.wait).saturating_sub(result.spent.in_vain);
    let requests = u32::try_from(result.requests).unwrap_or(u32::MAX);
    (took >= SLOW * requests).then_some(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn time_counts_once_of_trials_under_way_together() {
        let began = Instant::now();
        let slow = SlowFailures::default();
        for (took, ended, total) in
            [(1, 1, 1), (1, 1, 1), (1, 2, 2), (2, 3, 3), (1, 6, 4), (4, 7, 7), (9, 9, 9), (1, 20, 10)]
        {
            slow.note("people", SECOND * took, true, began + SECOND * 10 + SECOND * ended);
            assert_eq!(slow.total(), SECOND * total, "after one of {took} s that ended at {ended} s");
        }
        slow.note("people", SECOND, false, began + SECOND * 40);
        assert_eq!(slow.total(), SECOND * 10, "one that is right");
    }

    #[test]
    fn a_service_is_given_up_where_more_than_a_third_of_its_time_failed() {
        let slow = SlowFailures::default();
        let now = Instant::now();
        slow.note("profile", SECOND * 4, false, now);
        for (fails, many) in [(true, false), (true, false), (true, true), (false, true), (false, false), (true, true)] {
            slow.note("profile", SECOND, fails, now);
            assert_eq!(slow.are_many("profile"), many);
        }
        assert!(!slow.are_many("presence"), "of which nothing is known");
    }

    #[test]
    fn a_service_of_which_nothing_is_known_is_tried_with_a_few() {
        let slow = SlowFailures::default();
        let mut under_way: Vec<UnderWay<'_>> = (0..TRIED).map(|_| slow.begun("presence")).collect();
        assert!(slow.is_tried("presence") && !slow.is_tried("people"));
        drop(under_way.pop());
        assert!(!slow.is_tried("presence"), "one was quick");
        under_way.push(slow.begun("presence"));
        slow.note("presence", SECOND, false, Instant::now());
        assert!(!slow.is_tried("presence"), "one was right");
    }
}
