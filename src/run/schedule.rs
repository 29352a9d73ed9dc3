//! Which trial begins when: side by side, or one after the other where they change the same.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::Either;
use futures_util::stream::FuturesUnordered;

use super::burst::Burst;
use super::concurrency::{Concurrency, LOOK};
use super::lock::Guard;
use super::queue::{Next, Queue};
use super::slots::Slot;
use super::slow_failures::time_if_slow;
use super::{PATIENCE, Settings, Shared, trial};
use crate::model::event::TrialResult;
use crate::model::verdict::Verdict;
use crate::plan::Trial;
use crate::prove::sample::key;

/// So long it takes until many that were asked for are under way: they don't meet the target all at once, and their
/// answers don't come all at once either (64 and 512 of them, 20 ms away: 1 and 3 % less time).
const RISE: Duration = Duration::from_millis(10);

/// More than so many are many.
const MANY: usize = 16;

/// Runs every trial; those that change a resource one after the other in plan order, the rest side by side.
///
/// `finished` takes each result, and says up to which trial others may begin.
pub(super) async fn all(
    shared: &Shared<'_>,
    settings: &Settings,
    cancelled: &AtomicBool,
    finished: &mut dyn FnMut(usize, TrialResult) -> usize,
) {
    let (mut changing, mut free): (BTreeMap<Vec<String>, Vec<usize>>, Vec<usize>) = Default::default();
    for (index, trial) in shared.plan.trials.iter().enumerate() {
        if trial.case.changes.is_empty() {
            free.push(index);
        } else {
            changing.entry(trial.case.changes.clone()).or_default().push(index);
        }
    }
    let place = |index: usize| match settings.shuffle {
        None => index as u64,
        Some(seed) => key(seed, &[&shared.plan.trials[index].id]),
    };
    if settings.shuffle.is_some() {
        for indexes in changing.values_mut().chain([&mut free]) {
            indexes.sort_by_key(|index| place(*index));
        }
    }
    let free = free.into_iter().map(|index| (index, &shared.plan.trials[index].case.reads[..]));
    let (free, horizon) = (RefCell::new(Queue::new(free)), Cell::new(usize::MAX));
    let finished = RefCell::new(finished);
    let burst = Burst::default();
    let one = async |index: usize| {
        let trial = &shared.plan.trials[index];
        let _turn = turn(shared, trial).await;
        shared.hear_others(&trial.service).await;
        // Last, so that no more pass at once than may.
        while shared.is_tried(&trial.service) && !cancelled.load(Ordering::Relaxed) {
            tokio::time::sleep(PATIENCE).await;
        }
        // Whoever waited until now hasn't begun.
        if cancelled.load(Ordering::Relaxed) {
            return;
        }
        let result = trial::run(shared, trial).await;
        note_time(shared, settings, trial, &result);
        let began = Instant::now();
        horizon.set((finished.borrow_mut())(index, result));
        shared.clients.held_up(began.elapsed());
    };
    let active = Cell::new(0);
    let worker = async |pause: Duration| {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        while !cancelled.load(Ordering::Relaxed) && active.get() <= shared.slots.wanted() {
            burst.turn().await;
            // Where trials begin in plan order, what the others wait for has begun, or is among those that may.
            let last = settings.shuffle.map_or(horizon.get() as u64, |_| u64::MAX);
            let next = free.borrow_mut().next(place, last, |reads| shared.locks.are_open(reads));
            match next {
                Next::Trial(index) => one(index).await,
                Next::Later => tokio::time::sleep(PATIENCE).await,
                Next::Nothing => break,
            }
            tokio::task::coop::consume_budget().await;
        }
        active.set(active.get() - 1);
    };
    let lane = async |indexes: Vec<usize>| {
        for index in indexes {
            if cancelled.load(Ordering::Relaxed) {
                break;
            }
            burst.turn().await;
            one(index).await;
            tokio::task::coop::consume_budget().await;
        }
    };
    let mut work = FuturesUnordered::new();
    for indexes in changing.into_values() {
        work.push(Either::Left(lane(indexes)));
    }
    let mut concurrency = Concurrency::new(settings.jobs, Instant::now());
    let (first, mut begun) = (concurrency.limit(), 0);
    let mut told = (0, 0);
    // How many may run is looked at again from time to time.
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        shared.slots.set_limit(concurrency.limit());
        while active.get() < shared.slots.wanted() && !free.borrow().is_empty() && !cancelled.load(Ordering::Relaxed) {
            active.set(active.get() + 1);
            work.push(Either::Right(worker(rise(begun, first))));
            begun += 1;
        }
        tokio::select! {
            biased;
            ended = burst.next(&mut work) => if ended.is_none() { break },
            _ = tick.tick() => {}
        }
        let now = (shared.reach.requests(), shared.reach.troubles());
        let heavy = shared.clients.hold_large_bodies();
        concurrency.note(now.0 - told.0, now.1 - told.1, heavy, Instant::now());
        told = now;
    }
}

/// Takes note of how long a trial took that has ended, if it is slow.
fn note_time(shared: &Shared<'_>, settings: &Settings, trial: &Trial, result: &TrialResult) {
    if result.requests == 0 {
        return;
    }
    let Some(took) = time_if_slow(result) else { return shared.slow_failures.note_quick() };
    let level = result.weightiest(|id| shared.contract.requirement(id).map(|clause| clause.level));
    let fails =
        matches!(result.verdict, Verdict::Violates | Verdict::Inconclusive) && settings.is_failed_by(trial, level);
    shared.slow_failures.note(&trial.service, took, fails, Instant::now());
}

/// How long the one that many others precede waits in the beginning, where so many are to be under way.
fn rise(others: usize, all: usize) -> Duration {
    match u32::try_from(others) {
        Ok(before) if all > MANY && others < all => RISE * before / u32::try_from(all).unwrap_or(u32::MAX),
        _ => Duration::ZERO,
    }
}

/// Waits until nobody changes what a trial needs, and there is room for it. One that is only skipped needs neither.
async fn turn<'s>(shared: &'s Shared<'_>, trial: &Trial) -> Option<(Slot<'s>, Vec<Guard<'s>>)> {
    if trial.unclaimed.is_some() {
        return None;
    }
    let locks = shared.locks.acquire(&trial.case.reads, &trial.case.changes);
    let guards = shared.slots.unless_blocked(locks).await;
    Some((shared.slots.enter().await, guards))
}
