//! How many trials are under way: those that wait for what others change aren't.

use std::cell::Cell;

use tokio::sync::Notify;

/// So many trials at most wait for what others change, besides those that are under way.
const MOST_BLOCKED: usize = 256;

/// Who may be under way.
#[derive(Default)]
pub(super) struct Slots {
    limit: Cell<usize>,
    taken: Cell<usize>,
    blocked: Cell<usize>,
    freed: Notify,
}

/// Held while a trial is under way.
pub(super) struct Slot<'s>(&'s Slots);

impl Slots {
    /// Lets so many be under way from now on; those beyond are finished.
    pub(super) fn set_limit(&self, limit: usize) {
        if limit > self.limit.replace(limit) {
            self.freed.notify_waiters();
        }
    }

    /// For how many trials there is work: one that is blocked leaves its place to another.
    pub(super) fn wanted(&self) -> usize {
        self.limit.get() + self.blocked.get().min(MOST_BLOCKED)
    }

    /// Waits for what others have, in place of nobody.
    pub(super) async fn unless_blocked<T>(&self, wait: impl Future<Output = T>) -> T {
        let _blocked = Counted::one(&self.blocked);
        wait.await
    }

    /// Waits until there is a place.
    pub(super) async fn enter(&self) -> Slot<'_> {
        while self.taken.get() >= self.limit.get() {
            self.freed.notified().await;
        }
        self.taken.set(self.taken.get() + 1);
        Slot(self)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.taken.set(self.0.taken.get() - 1);
        self.0.freed.notify_one();
    }
}

/// Counts for as long as it lives.
struct Counted<'c>(&'c Cell<usize>);

impl<'c> Counted<'c> {
    fn one(count: &'c Cell<usize>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_more_are_under_way_than_may_be_and_who_is_blocked_is_not() {
        let slots = Slots::default();
        slots.set_limit(2);
        let (now, most, blocked) = (Cell::new(0), Cell::new(0), tokio::sync::Semaphore::new(0));
        let trial = async |waits: bool| {
            if waits {
                let _ = slots.unless_blocked(blocked.acquire()).await.expect("open");
            }
            let _slot = slots.enter().await;
            let _under_way = Counted::one(&now);
            most.set(now.get().max(most.get()));
            tokio::task::yield_now().await;
        };
        let others = async {
            tokio::task::yield_now().await;
            assert_eq!(slots.wanted(), 4, "two wait for what they need");
            futures_util::future::join_all((0..9).map(|_| trial(false))).await;
            assert_eq!((most.get(), now.get()), (2, 0));
            slots.set_limit(3);
            blocked.add_permits(2);
        };
        tokio::join!(trial(true), trial(true), others);
        assert_eq!((slots.wanted(), slots.taken.get()), (3, 0));
    }
}
