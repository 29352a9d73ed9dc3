//! How fast a service may be spoken to: by the target file, and by its own answers.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
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
    given_up: Cell<usize>,
}

impl Pace {
    pub(super) fn new(rate: Option<Rate>, patience: Duration) -> Self {
        Self {
            rate,
            patience,
            sent: RefCell::default(),
            until: Cell::new(None),
            since: Cell::new(None),
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
    }

    /// An answer with this status asks to wait so long, after `waited` for the same request: how long is waited, or
    /// why not.
    pub(super) fn put_off(&self, status: u16, wait: Duration, waited: Duration) -> Result<Duration, String> {
        let now = Instant::now();
        let since = self.since.get().unwrap_or(now);
        self.since.set(Some(since));
        let wait = wait.max(SHORTEST);
        let all = waited.max(now - since) + wait;
        if all > self.patience || self.given_up.get() >= HOPELESS {
            self.given_up.set(self.given_up.get() + 1);
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
        let pace = Pace::new(None, Duration::from_mins(1));
        let wait = |seconds, waited| pace.put_off(429, Duration::from_secs(seconds), Duration::from_secs(waited));
        assert_eq!(wait(5, 0), Ok(Duration::from_secs(5)));
        assert_eq!(wait(0, 5), Ok(SHORTEST));
        assert!(wait(56, 5).unwrap_err().contains("retry after 56 s"));
        assert!(wait(3600, 0).is_err() && wait(61, 0).is_err());
        assert!(wait(1, 0).is_err(), "a service that put three requests off for too long isn't waited for");
    }
}
