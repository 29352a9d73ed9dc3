//! Requests leave together: whoever wants to begin a trial waits until all answers that are there have been judged.
//!
//! A server that is faster than we are falls asleep between two requests that come one by one, and to wake it costs the
//! sender more than to send (a sixth of the CPU of a run of short exchanges over loopback). What follows an answer runs
//! in one go besides, and so does what precedes a request.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::Stream;

/// Those that wait to begin.
#[derive(Default)]
pub(super) struct Burst {
    waiting: RefCell<Vec<Waker>>,
    /// How often all that waited were let go.
    gone: Cell<u64>,
}

impl Burst {
    /// Waits until nothing else is left to do for those who wait in [`Burst::next`].
    pub(super) async fn turn(&self) {
        let before = self.gone.get();
        poll_fn(|context| {
            if self.gone.get() > before {
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// The next of the work that ends; those that wait begin as soon as the rest of it can't go on.
    pub(super) async fn next<S: Stream + Unpin>(&self, work: &mut S) -> Option<S::Item> {
        poll_fn(|context| self.poll(Pin::new(work), context)).await
    }

    fn poll<S: Stream>(&self, mut work: Pin<&mut S>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        loop {
            let polled = work.as_mut().poll_next(context);
            if polled.is_ready() || self.waiting.borrow().is_empty() {
                return polled;
            }
            self.gone.set(self.gone.get() + 1);
            self.waiting.borrow_mut().drain(..).for_each(Waker::wake);
        }
    }
}
