//! How many trials run at the same time: a number that was asked for, or as many as the target is the faster for.
//!
//! It begins low and doubles as long as that brings more answers in the same time. Where it doesn't, or where the
//! target refuses, it goes back.

use std::time::{Duration, Instant};

/// How many trials run at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jobs {
    /// So many.
    Fixed(usize),
    /// As many as the target is the faster for, within bounds.
    Adaptive,
}

/// Where an adaptive run begins.
const FIRST: usize = 4;

/// Further it doesn't go by itself.
const MOST: usize = 256;

/// So many at most where large bodies come: each that is on its way takes some of the memory, besides the room that all
/// of them share.
const HEAVY: usize = 16;

/// So much more has to come back when twice as many are on their way, in hundredths; less isn't worth the trouble that
/// it makes to the target.
const WORTH: u32 = 150;

/// Where answers come so soon, the target isn't what a run waits for.
const SOON: Duration = Duration::from_millis(2);

/// Up to so many at once are the cheaper then for leaving together (`run/burst.rs`), whether they bring more or not.
const SOME: usize = 16;

/// What has to come back there when twice as many are on their way, in hundredths: they only must not bring much less.
const WORTH_SOON: u32 = 75;

/// The shortest time from which anything is concluded.
const SHORTEST: Duration = Duration::from_millis(20);

/// The same on the way up where answers come [`SOON`]: in twice 20 ms such a target answers half of what a run of 5,000
/// cases asks.
const SHORTEST_SOON: Duration = Duration::from_millis(3);

/// How often it is worth a look whether anything can be concluded: not much more rarely than anything can be.
pub(super) const LOOK: Duration = Duration::from_millis(4);

/// So long a time tells enough with one answer for each that is on its way; from a shorter one, three are wanted.
const LONG: Duration = Duration::from_millis(500);

/// After so many times in which nothing was changed, more is tried again.
const SETTLED: u32 = 8;

/// Finds out how many trials should run at the same time.
pub(super) struct Concurrency {
    limit: usize,
    most: usize,
    /// What came back in a second with half as many, if that was tried.
    before: Option<f64>,
    /// When the present time began, and how many answers came since.
    began: Instant,
    answers: usize,
    troubles: usize,
    /// For how many times to come nothing is tried.
    rests: u32,
}

impl Concurrency {
    pub(super) fn new(jobs: Jobs, now: Instant) -> Self {
        let (limit, most) = match jobs {
            Jobs::Fixed(jobs) => (jobs.max(1), jobs.max(1)),
            Jobs::Adaptive => (FIRST, MOST),
        };
        let fixed = if matches!(jobs, Jobs::Fixed(_)) { u32::MAX } else { 0 };
        Self { limit, most, before: None, began: now, answers: 0, troubles: 0, rests: fixed }
    }

    /// How many trials may run at the same time.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// So many answers came; `troubles` counts requests that were refused, perhaps for being too many, and `heavy` says
    /// that large bodies are on their way.
    pub(super) fn note(&mut self, answers: usize, troubles: usize, heavy: bool, now: Instant) {
        if self.rests == u32::MAX {
            return;
        }
        if heavy {
            self.limit = self.limit.min(HEAVY);
            self.most = HEAVY;
        }
        self.answers += answers;
        self.troubles += troubles;
        let time = now.saturating_duration_since(self.began);
        if self.troubles > 0 {
            // At once: the target says that it is too much.
            self.limit = (self.limit / 2).max(1);
            self.rests = SETTLED;
            self.begin(now, None);
        } else {
            let wanted = if time >= LONG { self.limit } else { 3 * self.limit };
            if self.answers >= wanted && time >= self.shortest(time) {
                self.conclude(time, now);
            }
        }
    }

    /// From how short a time something is concluded.
    fn shortest(&self, time: Duration) -> Duration {
        if self.rests == 0 && self.comes_soon(self.speed(time)) { SHORTEST_SOON } else { SHORTEST }
    }

    /// How many answers came in a second.
    #[expect(clippy::cast_precision_loss, reason = "nobody gets so many answers in so short a time")]
    fn speed(&self, time: Duration) -> f64 {
        self.answers as f64 / time.as_secs_f64()
    }

    /// Whether the target isn't what a run waits for that has few trials under way.
    #[expect(clippy::cast_precision_loss, reason = "a few hundred at the most")]
    fn comes_soon(&self, speed: f64) -> bool {
        self.limit <= SOME && self.limit as f64 <= speed * SOON.as_secs_f64()
    }

    fn conclude(&mut self, time: Duration, now: Instant) {
        let speed = self.speed(time);
        if self.rests > 0 {
            self.rests -= 1;
            return self.begin(now, None);
        }
        let worth = if self.comes_soon(speed) { WORTH_SOON } else { WORTH };
        let gained = self.before.is_none_or(|before| speed * 100.0 >= before * f64::from(worth));
        if gained && self.limit < self.most {
            self.limit = (self.limit * 2).min(self.most);
            return self.begin(now, Some(speed));
        }
        if !gained {
            self.limit = (self.limit / 2).max(1);
        }
        self.rests = SETTLED;
        self.begin(now, None);
    }

    fn begin(&mut self, now: Instant, before: Option<f64>) {
        (self.began, self.answers, self.troubles, self.before) = (now, 0, 0, before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where it comes to be after a while with a target that gives so many answers in a second to so many at once.
    fn settled(speed: impl Fn(usize) -> f64) -> (usize, usize) {
        let mut now = Instant::now();
        let mut concurrency = Concurrency::new(Jobs::Adaptive, now);
        let (mut highest, mut sum) = (0, 0);
        for _ in 0..2_000 {
            let at_once = concurrency.limit();
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let round = Duration::from_secs_f64(at_once as f64 / speed(at_once));
            now += round;
            concurrency.note(at_once, 0, false, now);
            highest = highest.max(concurrency.limit());
            sum += concurrency.limit();
        }
        (highest, sum / 2_000)
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn it_finds_the_knee_and_stays_there() {
        // Twenty milliseconds away: the more at once, the more come back.
        let (highest, usual) = settled(|at_once| at_once as f64 / 0.02);
        assert!(highest == MOST && usual > MOST * 9 / 10, "{highest}, mostly {usual}");
        // Eight are served at once, the others wait.
        let (highest, usual) = settled(|at_once| at_once.min(8) as f64 / 0.02);
        assert!(highest <= 16 && (4..=9).contains(&usual), "{highest}, mostly {usual}");
        // Faster than we are: some leave together, and no more.
        let (highest, usual) = settled(|_| 20_000.0);
        assert!(highest <= 2 * SOME && (SOME - 2..=SOME + 2).contains(&usual), "{highest}, mostly {usual}");
        // One at a time.
        let (highest, usual) = settled(|_| 50.0);
        assert!(highest <= 8 && usual <= 4, "{highest}, mostly {usual}");
    }

    #[test]
    fn where_answers_come_soon_it_rises_soon() {
        let doublings = (SOME / FIRST).ilog2();
        for (latency, step) in [(SOON / 10, SHORTEST_SOON), (5 * SOON, SHORTEST)] {
            let began = Instant::now();
            let (mut now, mut concurrency) = (began, Concurrency::new(Jobs::Adaptive, began));
            let most = doublings * (step + 2 * latency);
            while concurrency.limit() < SOME && now - began <= most {
                now += latency;
                concurrency.note(concurrency.limit(), 0, false, now);
            }
            assert!((doublings * step..=most).contains(&(now - began)), "{latency:?}: {:?}", now - began);
        }
    }

    #[test]
    fn trouble_halves_it_at_once() {
        let mut now = Instant::now();
        let mut concurrency = Concurrency::new(Jobs::Adaptive, now);
        for limit in [2, 1, 1] {
            now += Duration::from_millis(1);
            concurrency.note(1, 1, false, now);
            assert_eq!(concurrency.limit(), limit);
        }
    }

    #[test]
    fn large_bodies_leave_it_low() {
        let mut now = Instant::now();
        let mut concurrency = Concurrency::new(Jobs::Adaptive, now);
        for round in 0..100 {
            now += Duration::from_millis(50);
            concurrency.note(3 * concurrency.limit(), 0, round == 4, now);
        }
        assert_eq!(concurrency.limit(), HEAVY);
    }

    #[test]
    fn what_was_asked_for_stays() {
        let now = Instant::now();
        let mut concurrency = Concurrency::new(Jobs::Fixed(7), now);
        concurrency.note(1_000, 1_000, true, now + Duration::from_secs(1));
        assert_eq!((concurrency.limit(), concurrency.most), (7, 7));
    }
}
