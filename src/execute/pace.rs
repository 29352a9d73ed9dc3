//! How fast a service may be spoken to: by the target file, and by its own answers.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::model::link::Rate;

/// The shortest wait, so that an answer that asks for none isn't asked for without end.
const SHORTEST: Duration = Duration::from_millis(100);

/// After so many requests that were put off for too long, a service isn't waited for any more.
const HOPELESS: usize = 3;

/// The pace of one service.
pub(super) struct Pace {
    rate: Option<Rate>,
    patience: Duration,
    /// When the last requests were sent, as many as the rate speaks of.
    sent: RefCell<VecDeque<Instant>>,
    /// Until when nothing is sent, because an answer asked for it.
    until: Cell<Option<Instant>>,
    /// Since when every answer asks to retry later.
    since: Cell<Option<Instant>>,
    /// The same of all services together: who is put off by one of them isn't by the next as long once more.
    all_since: Rc<Cell<Option<Instant>>>,
    given_up: Cell<usize>,
}

impl Pace {
    /// `all_since` is what the services of a run share: since when every answer of any of them asks to retry later.
    pub(super) fn new(rate: Option<Rate>, patience: Duration, all_since: &Rc<Cell<Option<Instant>>>) -> Self {
        Self {
            rate,
            patience,
            sent: RefCell::default(),
            until: Cell::new(None),
            since: Cell::new(None),
            all_since: Rc::clone(all_since),
            given_up: Cell::new(0),
        }
    }

    /// Waits until a request may be sent, and counts it as sent.
    pub(super) async fn turn(&self) {
        loop {
            let now = Instant::now();
            let next = self.rate.and_then(|rate| rate.next(&self.sent.borrow()));
            let Some(at) = next.max(self.until.get()).filter(|at| *at > now) else {
                if let Some(rate) = self.rate {
                    let mut sent = self.sent.borrow_mut();
                    sent.push_back(now);
                    let surplus = sent.len().saturating_sub(rate.requests);
                    sent.drain(..surplus);
                }
                return;
            };
            tokio::time::sleep_until(at.into()).await;
        }
    }

    /// An answer came that asks for nothing.
    pub(super) fn answered(&self) {
        self.since.set(None);
        self.all_since.set(None);
    }

    /// An answer with this status asks to wait so long, after `waited` for the same request: how long is waited, or
    /// why not.
    pub(super) fn put_off(&self, status: u16, wait: Duration, waited: Duration) -> Result<Duration, String> {
        let now = Instant::now();
        let since = |begun: &Cell<Option<Instant>>| {
            let since = begun.get().unwrap_or(now);
            begun.set(Some(since));
            now - since
        };
        let (own, of_all) = (since(&self.since), since(&self.all_since));
        let wait = wait.max(SHORTEST);
        let is_given_up = waited.max(own) + wait > self.patience || self.given_up.get() >= HOPELESS;
        self.given_up.set(self.given_up.get() + usize::from(is_given_up));
        if is_given_up || of_all + wait > self.patience {
            return Err(format!(
                "the service answers {status} and asks to retry after {}; it is waited for up to {} s in all \
                 (`patience` in the target file)",
                seconds(wait),
                self.patience.as_secs_f64()
            ));
        }
        let until = now + wait;
        self.until.set(self.until.get().max(Some(until)));
        Ok(wait)
    }
}

fn seconds(wait: Duration) -> String {
    format!("{} s", wait.as_secs().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends() {
        let pace = Pace::new(None, Duration::from_mins(1), &Rc::default());
        let wait = |seconds, waited| pace.put_off(429, Duration::from_secs(seconds), Duration::from_secs(waited));
        assert_eq!(wait(5, 0), Ok(Duration::from_secs(5)));
        assert_eq!(wait(0, 5), Ok(SHORTEST));
        assert!(wait(56, 5).unwrap_err().contains("retry after 56 s"));
        assert!(wait(3600, 0).is_err() && wait(61, 0).is_err());
        assert!(wait(1, 0).is_err(), "a service that put three requests off for too long isn't waited for");
    }

    #[test]
    fn services_that_put_off_together_are_waited_for_together() {
        let begun = Instant::now().checked_sub(Duration::from_secs(9)).expect("a machine that runs for longer");
        let all = Rc::new(Cell::new(Some(begun)));
        let [first, second] = [(); 2].map(|()| Pace::new(None, Duration::from_secs(10), &all));
        let wait = |pace: &Pace, seconds| pace.put_off(503, Duration::from_secs(seconds), Duration::ZERO);
        assert!(wait(&first, 5).is_err() && wait(&second, 5).is_err());
        second.answered();
        for _ in 0..=HOPELESS {
            assert_eq!(wait(&first, 5), Ok(Duration::from_secs(5)), "no patience with it alone was lost");
        }
    }
}
