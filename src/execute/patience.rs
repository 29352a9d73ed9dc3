//! How long a service is waited for: the whole timeout at first, and less and less when that was in vain.
//!
//! A run has thousands of exchanges. A server that hangs in some of them must not take the timeout for each.

use std::cell::Cell;
use std::time::Duration;

use crate::model::exchange::TransportFailure;

/// So many exchanges may take their whole timeout.
const FREE: u32 = 3;

/// The least that is waited, as a part of the timeout: at first, and after as many timeouts as the second number says.
const LEAST: (u32, u32) = (200, 1_000);

/// So many timeouts in all are spent on waiting as long as good answers took; after that, only the least is waited.
const GENEROUS: u32 = 10;

/// What was waited for a service in vain.
pub(super) struct Patience {
    timeout: Duration,
    lost: Cell<u32>,
    wasted: Cell<Duration>,
    /// The longest that an answer took that came.
    slowest: Cell<Duration>,
}

impl Patience {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { timeout, lost: Cell::new(0), wasted: Cell::default(), slowest: Cell::default() }
    }

    /// How long the next exchange may take.
    pub(super) fn allowed(&self) -> Duration {
        let lost = self.lost.get();
        if lost < FREE {
            return self.timeout;
        }
        let least = self.timeout / lost.clamp(LEAST.0, LEAST.1);
        let generous = self.wasted.get() < self.timeout * GENEROUS;
        let usual = if generous { least.max(self.slowest.get() * 2) } else { least };
        let shrinking = self.timeout * FREE.pow(3) / lost.saturating_add(1).saturating_pow(3);
        shrinking.max(usual).min(self.timeout)
    }

    /// An exchange took so long, and its answer came.
    pub(super) fn answered(&self, duration: Duration) {
        self.slowest.set(self.slowest.get().max(duration));
    }

    /// An exchange took so long, and that was too long.
    pub(super) fn lost(&self, duration: Duration) {
        self.lost.set(self.lost.get().saturating_add(1));
        self.wasted.set(self.wasted.get().saturating_add(duration));
    }

    /// Why an exchange is over that was to take no longer than this.
    pub(super) fn spent(&self, failure: TransportFailure, allowed: Duration) -> String {
        let nothing = match failure {
            TransportFailure::Connect => "no connection was made",
            _ => "no answer",
        };
        if allowed >= self.timeout {
            return format!("{nothing} within {allowed:?}");
        }
        let allowed = Duration::from_millis(u64::try_from(allowed.as_millis()).unwrap_or(u64::MAX));
        format!("{nothing} within {allowed:?}, which is less than usual: {} exchanges took too long", self.lost.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(10);

    #[test]
    fn a_service_that_hangs_is_waited_for_less_and_less() {
        let patience = Patience::new(TIMEOUT);
        let (mut all, mut last) = (Duration::ZERO, TIMEOUT);
        for lost in 0..4_000 {
            let allowed = patience.allowed();
            assert!(allowed <= last && allowed >= TIMEOUT / LEAST.1, "{lost}: {allowed:?}");
            assert_eq!(allowed == TIMEOUT, lost < FREE, "{lost}: {allowed:?}");
            patience.lost(allowed);
            (all, last) = (all + allowed, allowed);
        }
        // Four at once.
        assert!(all / 4 < Duration::from_secs(50), "{all:?}");
        assert!(
            patience.spent(TransportFailure::Timeout, last).contains("4000 exchanges took too long"),
            "{}",
            patience.spent(TransportFailure::Timeout, last)
        );
        assert_eq!(patience.spent(TransportFailure::Timeout, TIMEOUT), "no answer within 10s");
        assert_eq!(patience.spent(TransportFailure::Connect, TIMEOUT), "no connection was made within 10s");
    }

    #[test]
    fn as_long_as_good_answers_take_is_waited_for_a_while() {
        let patience = Patience::new(TIMEOUT);
        patience.answered(Duration::from_secs(2));
        let mut generous = 0;
        for _ in 0..1_000 {
            let allowed = patience.allowed();
            generous += u32::from(allowed >= Duration::from_secs(4));
            patience.lost(allowed);
        }
        assert!((GENEROUS..4 * GENEROUS).contains(&generous), "{generous}");
    }
}
