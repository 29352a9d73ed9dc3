//! Which trial begins when: side by side, or one after the other where they change the same.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::Either;
use futures_util::stream::FuturesUnordered;

use super::burst::Burst;
use super::concurrency::Concurrency;
use super::lock::Guard;
use super::slots::Slot;
use super::slow_failures::time_if_slow;
use super::{PATIENCE, Settings, Shared, trial};
use crate::model::event::TrialResult;
use crate::model::verdict::Verdict;
use crate::plan::Trial;
use crate::prove::sample::key;

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
    if let Some(seed) = settings.shuffle {
        let place = |index: &usize| key(seed, &[&shared.plan.trials[*index].id]);
        free.sort_by_key(place);
        for indexes in changing.values_mut() {
            indexes.sort_by_key(place);
        }
    }
    let (next, horizon) = (Cell::new(0), Cell::new(usize::MAX));
    let finished = RefCell::new(finished);
    let burst = Burst::default();
    let one = async |index: usize| {
        burst.turn().await;
        let trial = &shared.plan.trials[index];
        let _turn = turn(shared, trial).await;
        // Whoever waited until now hasn't begun.
        if cancelled.load(Ordering::Relaxed) {
            return;
        }
        let result = trial::run(shared, trial).await;
        if let Some(took) = time_if_slow(&result) {
            let level = result.weightiest(|id| shared.contract.requirement(id).map(|clause| clause.level));
            let fails = matches!(result.verdict, Verdict::Violates | Verdict::Inconclusive)
                && settings.is_failed_by(trial, level);
            shared.slow_failures.note(&trial.service, took, fails, Instant::now());
        }
        let began = Instant::now();
        horizon.set((finished.borrow_mut())(index, result));
        shared.clients.held_up(began.elapsed());
    };
    let active = Cell::new(0);
    let worker = async || {
        while !cancelled.load(Ordering::Relaxed) && active.get() <= shared.slots.wanted() {
            let at = next.get();
            next.set(at + 1);
            let Some(index) = free.get(at) else { break };
            // Where trials begin in plan order, what the others wait for has begun, or is this one.
            while settings.shuffle.is_none() && *index > horizon.get() && !cancelled.load(Ordering::Relaxed) {
                tokio::time::sleep(PATIENCE).await;
            }
            if cancelled.load(Ordering::Relaxed) {
                break;
            }
            one(*index).await;
            tokio::task::coop::consume_budget().await;
        }
        active.set(active.get() - 1);
    };
    let lane = async |indexes: Vec<usize>| {
        for index in indexes {
            if cancelled.load(Ordering::Relaxed) {
                break;
            }
            one(index).await;
            tokio::task::coop::consume_budget().await;
        }
    };
    let mut work = FuturesUnordered::new();
    for indexes in changing.into_values() {
        work.push(Either::Left(lane(indexes)));
    }
    let mut concurrency = Concurrency::new(settings.jobs, Instant::now());
    let mut told = (0, 0);
    // How many may run is looked at again from time to time.
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        shared.slots.set_limit(concurrency.limit());
        while active.get() < shared.slots.wanted() && next.get() < free.len() && !cancelled.load(Ordering::Relaxed) {
            active.set(active.get() + 1);
            work.push(Either::Right(worker()));
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

/// Waits until nobody changes what a trial needs, and there is room for it. One that is only skipped needs neither.
async fn turn<'s>(shared: &'s Shared<'_>, trial: &Trial) -> Option<(Slot<'s>, Vec<Guard<'s>>)> {
    if trial.unclaimed.is_some() {
        return None;
    }
    let locks = shared.locks.acquire(&trial.case.reads, &trial.case.changes);
    let guards = shared.slots.unless_blocked(locks).await;
    Some((shared.slots.enter().await, guards))
}
