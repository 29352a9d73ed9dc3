//! What one thread has for another, handed over many at a time: to wake a thread for each costs more than most of what
//! it does then (a tenth of the CPU of a run of short exchanges).

use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many wait at most to be taken.
const MOST: usize = 96;
/// So many are taken at once without waiting for more.
const ENOUGH: usize = MOST / 2;
/// How long fewer are waited for.
const PAUSE: Duration = Duration::from_millis(5);

/// A bounded queue with one thread at each end.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    emptied: Condvar,
}

struct State<T> {
    waiting: Vec<T>,
    /// Those that were taken and are done with, for whoever made them: its allocator has their memory at hand.
    done: Vec<T>,
    /// For how many whoever takes is waiting; none while it is busy.
    awaited: Option<usize>,
    closed: bool,
}

/// One end of a queue. Without it nothing more is given; what was given can still be taken.
pub(super) struct End<'q, T>(&'q Queue<T>);

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        let state =
            Mutex::new(State { waiting: Vec::with_capacity(MOST), done: Vec::new(), awaited: None, closed: false });
        Self { state, filled: Condvar::new(), emptied: Condvar::new() }
    }

    /// One of its two ends.
    pub(super) fn end(&self) -> End<'_, T> {
        End(self)
    }

    /// Nobody panics who holds it.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is one.
    fn await_any<'s>(&self, mut state: MutexGuard<'s, State<T>>) -> MutexGuard<'s, State<T>> {
        state.awaited = Some(1);
        let none = |state: &mut State<T>| state.waiting.is_empty() && !state.closed;
        self.filled.wait_while(state, none).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there are enough, for a while.
    fn await_enough<'s>(&self, mut state: MutexGuard<'s, State<T>>) -> MutexGuard<'s, State<T>> {
        state.awaited = Some(ENOUGH);
        let few = |state: &mut State<T>| state.waiting.len() < ENOUGH && !state.closed;
        let waited = self.filled.wait_timeout_while(state, PAUSE, few).unwrap_or_else(PoisonError::into_inner);
        let mut state = waited.0;
        state.awaited = None;
        state
    }
}

impl<T> End<'_, T> {
    /// Gives one, as soon as there is room; false when nobody takes it any more.
    pub(super) fn give(&self, one: T) -> bool {
        let full = |state: &mut State<T>| state.waiting.len() >= MOST && !state.closed;
        let waited = self.0.emptied.wait_while(self.0.state(), full);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return false;
        }
        state.waiting.push(one);
        let done = mem::take(&mut state.done);
        let is_awaited = state.awaited.is_some_and(|awaited| state.waiting.len() >= awaited);
        if is_awaited {
            state.awaited = None;
        }
        drop(state);
        if is_awaited {
            self.0.filled.notify_one();
        }
        drop(done);
        true
    }

    /// Takes what is there, in order, in place of what `taken` holds, which is given back to be dropped; false when
    /// nothing will come any more.
    pub(super) fn take(&self, taken: &mut Vec<T>) -> bool {
        // While they come often, whoever gives them wakes nobody for the first one.
        let mut state = self.0.await_enough(self.0.state());
        if state.waiting.is_empty() && !state.closed {
            state = self.0.await_enough(self.0.await_any(state));
        }
        let was_full = state.waiting.len() >= MOST;
        let waiting = mem::replace(&mut state.waiting, Vec::with_capacity(MOST));
        // Whoever gives is slow where some of them are still there; it isn't to have ever more.
        state.done.clear();
        state.done = mem::replace(taken, waiting);
        drop(state);
        // To tell a condition to nobody is a call of the kernel all the same.
        if was_full {
            self.0.emptied.notify_one();
        }
        !taken.is_empty()
    }
}

impl<T> Drop for End<'_, T> {
    fn drop(&mut self) {
        self.0.state().closed = true;
        self.0.filled.notify_one();
        self.0.emptied.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn everything_comes_in_order() {
        let queue = Queue::new();
        let (giver, taker) = (queue.end(), queue.end());
        thread::scope(|scope| {
            scope.spawn(move || (0..1_000).for_each(|one| assert!(giver.give(one))));
            let (mut all, mut taken) = (Vec::new(), Vec::new());
            while taker.take(&mut taken) {
                assert!(taken.len() <= MOST);
                all.append(&mut taken);
            }
            assert_eq!(all, (0..1_000).collect::<Vec<_>>());
        });
    }

    #[test]
    fn nobody_waits_for_who_is_gone() {
        let queue = Queue::new();
        let (giver, taker) = (queue.end(), queue.end());
        let given = thread::scope(|scope| {
            let giving = scope.spawn(move || (0..1_000).take_while(|one| giver.give(*one)).count());
            drop(taker);
            giving.join().expect("no panic")
        });
        assert!(given <= MOST);
    }
}
