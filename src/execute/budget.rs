//! Room for large bodies: how many bytes of them may be in memory at once, and who waits until there is room again.

use std::cell::Cell;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::stall::Stalls;
use crate::model::exchange::{LARGE, SMALL};
use crate::model::limits::{Limit, Limits};
use crate::model::quantity::in_bytes;

/// The room for large bodies, in bytes; a limit that lets larger ones in makes it larger.
const USUAL: usize = 32 << 20;

/// The room for bodies that are neither small nor large, in bytes.
const MEDIUM: usize = 32 << 20;

/// Bytes that are counted as one.
const UNIT: usize = 1 << 10;

/// How long a body waits for room. Who holds it needs mostly less than this; who never gives it back must not stop a run.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often somebody whose time ran out asks whether the wait for room is over, which doesn't count.
const RECHECK: Duration = Duration::from_millis(5);

/// Bytes that bodies may take at once.
///
/// Who has room for a medium body may wait for that of a large one, and never the other way round, so that nobody waits
/// in a circle.
#[derive(Clone)]
pub(super) struct Budget {
    medium: Room,
    large: Room,
}

#[derive(Clone)]
struct Room {
    free: Arc<Semaphore>,
    units: usize,
}

/// A part of a budget; it is given back where it is dropped.
struct Share(OwnedSemaphorePermit);

impl Budget {
    /// Room for bodies of which the largest has this many bytes.
    pub(super) fn for_bodies_of(largest: usize) -> Self {
        Self { medium: Room::of(MEDIUM), large: Room::of(largest.max(USUAL)) }
    }

    /// Whether large bodies are there, or on their way.
    pub(super) fn is_taken_by_large_ones(&self) -> bool {
        self.large.free.available_permits() < self.large.units
    }
}

impl Room {
    fn of(bytes: usize) -> Self {
        let units = units(bytes).min(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(units)), units }
    }

    async fn share(&self, bytes: usize, waits: &Waits) -> Result<Share, String> {
        let wanted = u32::try_from(units(bytes).min(self.units)).unwrap_or(u32::MAX);
        let free = Arc::clone(&self.free);
        let waited = waits.during(tokio::time::timeout(PATIENCE, free.acquire_many_owned(wanted))).await;
        let crowded = || format!("no room for a body of more than {}: others filled it", in_bytes(SMALL));
        waited.ok().and_then(Result::ok).map(Share).ok_or_else(crowded)
    }
}

fn units(bytes: usize) -> usize {
    bytes.div_ceil(UNIT)
}

impl Share {
    /// Gives back what isn't needed for this many bytes.
    fn shrink_to(&mut self, bytes: usize) {
        let surplus = self.0.num_permits().saturating_sub(units(bytes));
        drop(self.0.split(surplus));
    }
}

/// How long an exchange waited for room, and for others that let nobody read: no server can be blamed for that time.
#[derive(Default)]
pub(super) struct Waits {
    over: Cell<Duration>,
    since: Cell<Option<Instant>>,
    stalls: Stalls,
    /// What was stalled before the exchange began.
    earlier: Duration,
}

impl Waits {
    /// None yet, of an exchange that begins now.
    pub(super) fn besides(stalls: &Stalls) -> Self {
        Self { stalls: stalls.clone(), earlier: stalls.time(), ..Self::default() }
    }

    async fn during<T>(&self, wait: impl Future<Output = T>) -> T {
        self.since.set(Some(Instant::now()));
        let done = wait.await;
        self.over.set(self.for_room());
        self.since.set(None);
        done
    }

    fn for_room(&self) -> Duration {
        self.over.get() + self.since.get().map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// The time that was waited so far.
    pub(super) fn time(&self) -> Duration {
        self.for_room() + self.stalls.time().saturating_sub(self.earlier)
    }

    /// Works for as long as `allowed`, to which such time isn't added; none if that isn't enough.
    pub(super) async fn within<T>(&self, allowed: Duration, work: impl Future<Output = T>) -> Option<T> {
        let began = Instant::now();
        let before = self.time();
        let mut work = pin!(work);
        let mut wait = allowed;
        loop {
            if let Ok(done) = tokio::time::timeout(wait, work.as_mut()).await {
                return Some(done);
            }
            let left = (allowed + self.time().saturating_sub(before)).saturating_sub(began.elapsed());
            if left.is_zero() && self.since.get().is_none() {
                return None;
            }
            wait = left.max(RECHECK);
        }
    }
}

/// A body as it comes in, piece by piece, within a limit and within the budget.
pub(super) struct Body<'b> {
    budget: &'b Budget,
    waits: &'b Waits,
    limits: &'b Limits,
    limit: Limit,
    most: usize,
    /// How long the whole is said to be: room that is made at once needn't be moved as it fills.
    announced: Option<usize>,
    /// Most bodies come in one piece, which needs no copy.
    only: Bytes,
    joined: Vec<u8>,
    share: Option<Share>,
    is_large: bool,
}

/// What keeps its part of the budget for as long as anybody has the bytes.
struct Kept {
    bytes: Vec<u8>,
    _share: Option<Share>,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl<'b> Body<'b> {
    /// No bytes yet, and at most as many as `limits` say.
    pub(super) fn new(budget: &'b Budget, waits: &'b Waits, limits: &'b Limits, announced: Option<usize>) -> Self {
        let (only, joined, share) = (Bytes::new(), Vec::new(), None);
        let (limit, most) = (Limit::Body, limits.body);
        Self { budget, waits, limits, limit, most, announced, only, joined, share, is_large: false }
    }

    /// The same for what a content coding gives.
    pub(super) fn decoded(budget: &'b Budget, waits: &'b Waits, limits: &'b Limits) -> Self {
        let (limit, most) = (Limit::Decoded, limits.decoded);
        Self { limit, most, ..Self::new(budget, waits, limits, None) }
    }

    /// Takes a piece in, when there is room for it.
    ///
    /// # Errors
    /// The body is larger than its limit, or there was no room for long: why the rest of it isn't read.
    pub(super) async fn add(&mut self, piece: Bytes) -> Result<(), String> {
        if self.length() == 0 && piece.len() <= SMALL.min(self.most) {
            self.only = piece;
            return Ok(());
        }
        self.copy(&piece).await
    }

    /// The same for bytes that belong to somebody else.
    ///
    /// # Errors
    /// As for [`Body::add`].
    pub(super) async fn copy(&mut self, piece: &[u8]) -> Result<(), String> {
        // What came within the limit is kept.
        let fits = &piece[..piece.len().min(self.most - self.length())];
        self.make_room(self.length() + fits.len()).await?;
        self.join(fits);
        if fits.len() < piece.len() { Err(self.limits.reached(self.limit)) } else { Ok(()) }
    }

    async fn make_room(&mut self, length: usize) -> Result<(), String> {
        let limit = self.most;
        // What is announced to be too large isn't read to the limit.
        if length > LARGE && self.announced.is_some_and(|announced| announced > limit) {
            return Err(self.limits.reached(self.limit));
        }
        if length > LARGE && !self.is_large {
            // All at once: two that each have a part and wait for more would wait for each other.
            let whole = self.announced.map_or(limit, |announced| announced.clamp(length, limit));
            self.share = Some(self.budget.large.share(whole, self.waits).await?);
            self.is_large = true;
        } else if length > SMALL && self.share.is_none() {
            let whole = self.announced.map_or(LARGE, |announced| announced.clamp(length, LARGE));
            self.share = Some(self.budget.medium.share(whole, self.waits).await?);
        }
        Ok(())
    }

    fn join(&mut self, piece: &[u8]) {
        let length = self.length() + piece.len();
        if length > self.joined.capacity() {
            // Twice as much as before, and never more than the limit lets in.
            let announced = self.announced.filter(|announced| *announced <= SMALL || self.share.is_some());
            let room = announced.unwrap_or(0).max(self.joined.capacity() * 2).max(length).min(self.most);
            self.joined.reserve_exact(room - self.joined.len());
        }
        if !self.only.is_empty() {
            self.joined.extend_from_slice(&std::mem::take(&mut self.only));
        }
        self.joined.extend_from_slice(piece);
    }

    /// How many bytes there are.
    pub(super) fn length(&self) -> usize {
        self.only.len() + self.joined.len()
    }

    /// All that came; it holds its part of the budget until the last of its copies is dropped.
    pub(super) fn whole(self) -> Bytes {
        if self.joined.is_empty() {
            return self.only;
        }
        let mut share = self.share;
        if let Some(share) = &mut share {
            share.shrink_to(self.joined.len());
        }
        Bytes::from_owner(Kept { bytes: self.joined, _share: share })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(body: usize) -> Limits {
        Limits { body, ..Limits::default() }
    }

    async fn filled(budget: &Budget, waits: &Waits, length: usize, announced: Option<usize>) -> Bytes {
        let limits = limits(USUAL);
        let mut body = Body::new(budget, waits, &limits, announced);
        let piece = Bytes::from(vec![b'x'; 64 << 10]);
        for _ in 0..length / piece.len() {
            body.add(piece.clone()).await.expect("room");
        }
        body.whole()
    }

    #[tokio::test]
    async fn a_body_has_its_room_for_as_long_as_anybody_has_its_bytes() {
        let budget = Budget::for_bodies_of(USUAL);
        let waits = Waits::default();
        let small = filled(&budget, &waits, SMALL, None).await;
        let free = || [&budget.medium, &budget.large].map(|room| room.units - room.free.available_permits());
        assert_eq!((small.len(), free()), (SMALL, [0, 0]));
        let medium = filled(&budget, &waits, 4 * SMALL, None).await;
        assert_eq!(free(), [256, 0]);
        let large = filled(&budget, &waits, 4 << 20, None).await;
        assert_eq!(free(), [256, 4 << 10]);
        let copy = large.slice(1..);
        drop((medium, large));
        assert_eq!(free(), [0, 4 << 10]);
        drop(copy);
        assert_eq!(free(), [0, 0]);
    }

    #[tokio::test]
    async fn who_waits_for_room_loses_no_time() {
        let budget = Budget::for_bodies_of(USUAL);
        let held = filled(&budget, &Waits::default(), USUAL, Some(USUAL)).await;
        let waits = Waits::default();
        let give_back = async {
            tokio::time::sleep(Duration::from_millis(120)).await;
            drop(held);
        };
        let wait = waits.within(Duration::from_millis(40), filled(&budget, &waits, 2 << 20, Some(2 << 20)));
        let (done, ()) = tokio::join!(wait, give_back);
        assert_eq!(done.expect("the wait doesn't count").len(), 2 << 20);
        assert!(waits.time() >= Duration::from_millis(80), "{:?}", waits.time());
        let late = waits.within(Duration::from_millis(20), tokio::time::sleep(Duration::from_secs(5))).await;
        assert_eq!(late, None);
    }

    #[tokio::test]
    async fn who_is_held_up_by_others_loses_no_time() {
        let stalls = Stalls::default();
        stalls.note(Duration::from_secs(9));
        let busy = async {
            std::thread::sleep(Duration::from_millis(60));
            stalls.note(Duration::from_millis(60));
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let waits = Waits::besides(&stalls);
        assert!(waits.within(Duration::from_millis(40), busy).await.is_some());
        assert_eq!(waits.time(), Duration::from_millis(60));
        let late = waits.within(Duration::from_millis(20), tokio::time::sleep(Duration::from_secs(5))).await;
        assert_eq!(late, None);
    }

    #[tokio::test]
    async fn a_body_larger_than_its_limit_is_refused_with_the_option_that_raises_it() {
        let budget = Budget::for_bodies_of(USUAL);
        let (waits, limits) = (Waits::default(), limits(1000));
        let mut body = Body::new(&budget, &waits, &limits, Some(usize::MAX));
        body.copy(&[b'x'; 999]).await.expect("room");
        body.add(Bytes::from_static(b"x")).await.expect("room");
        let error = body.add(Bytes::from_static(b"x")).await.expect_err("a limit");
        assert!(error.contains("`--limit body="), "{error}");
        assert_eq!((body.length(), body.whole().len()), (1000, 1000));
    }
}
