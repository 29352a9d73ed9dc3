//! Trials to events: concurrency, order, locks, cancellation. The only place that joins execute and check.

mod attempts;
mod beginning;
pub mod bug;
mod burst;
mod concurrency;
pub mod judge;
mod lock;
pub mod merge;
mod offered;
mod order;
mod outcome;
mod plain;
mod proposal;
mod queue;
mod reach;
mod schedule;
mod setup;
mod shown;
mod slots;
mod slow_failures;
pub mod smoke;
mod tally;
mod trial;
mod waiving;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use self::beginning::started;
use self::bug::{caught, caught_in};
use self::lock::Locks;
use self::order::Order;
use self::outcome::Rerun;
use self::reach::Reach;
use self::slots::Slots;
use self::slow_failures::SlowFailures;
use self::tally::{Tally, UNCLEANED};
use self::waiving::Waiving;
use crate::check::Recent;
use crate::execute::Clients;
use crate::model::choice::untaken;
use crate::model::contract::Contract;
use crate::model::event::{Event, Summary};
use crate::model::exchange::{PreparedRequest, TransportError};
use crate::model::limits::{Limit, Limits};
use crate::model::requirement::Level;
use crate::model::secret::Secrets;
use crate::model::target::Target;
use crate::plan::{Plan, Trial};
use crate::prove::coverage::Coverage;
use crate::snapshot::{self, Store};

pub use self::concurrency::Jobs;
pub use self::waiving::Waivers;

/// How a run is done.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many trials run at the same time.
    pub jobs: Jobs,
    /// How long one exchange may take; none leaves it to the target.
    pub timeout: Option<Duration>,
    /// How often a trial that doesn't conform is tried again, where that means the same as the first time.
    pub retries: usize,
    /// What a trial counts as that conforms after it violated.
    pub flaky: Flaky,
    /// Begins the trials in an order that follows from this seed, instead of that of the plan.
    pub shuffle: Option<u64>,
    /// Which answers are kept with the results.
    pub evidence: Keep,
    /// Whether results say what was sent and received: to mask it costs more than to judge it.
    pub exchanges: bool,
    /// The accepted answers that others are compared with, if they are.
    pub snapshots: Option<Arc<Store>>,
    /// The waivers of the target, if it has a file of them.
    pub waivers: Option<Waivers>,
    /// Whether a should counts like a must.
    pub strict: bool,
    /// The options, besides target and selection, that make another run judge the same.
    pub options: Vec<String>,
}

/// What a trial counts as that conforms after it violated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaky {
    /// As one that conforms.
    Pass,
    /// As one that violates: a clause that is broken once is broken.
    Fail,
}

/// Which answers a run keeps with the results of trials that conform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Those with bodies of a usual size, so that results that wait for their turn don't fill the memory.
    Small,
    /// All of them.
    All,
}

/// The largest body that is kept if only small ones are, in bytes.
const SMALL: usize = 64 << 10;

impl Keep {
    fn keeps(self, length: usize) -> bool {
        self == Self::All || length <= SMALL
    }
}

impl Settings {
    /// Whether a trial that violates a clause of this level fails the run, and doesn't only warn, nor may be waived.
    fn is_failed_by(&self, trial: &Trial, level: Level) -> bool {
        level.decides(self.strict) && !self.waivers.as_ref().is_some_and(|waivers| waivers.cover(trial))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            jobs: Jobs::Adaptive,
            timeout: None,
            retries: 0,
            flaky: Flaky::Fail,
            shuffle: None,
            evidence: Keep::Small,
            exchanges: false,
            snapshots: None,
            waivers: None,
            strict: false,
            options: Vec::new(),
        }
    }
}

/// What all trials of a run share.
struct Shared<'a> {
    contract: &'a Contract,
    plan: &'a Plan,
    target: &'a Target,
    /// What templates can know of it, by service.
    of_services: BTreeMap<String, Value>,
    /// Those that are known, and those that answers told.
    secrets: RefCell<Secrets>,
    clients: Clients,
    retries: usize,
    flaky: Flaky,
    evidence: Keep,
    exchanges: bool,
    snapshots: Option<&'a Store>,
    rerun: Rerun,
    locks: Locks,
    slots: Slots,
    reach: Reach,
    slow_failures: SlowFailures,
    recent: Recent,
    /// When it began.
    began: Instant,
    /// How many requests were put off by answers that ask to retry later.
    put_off: Cell<usize>,
}

impl Shared<'_> {
    /// Why no trial of a service begins any more, if so.
    fn why_not(&self, service: &str) -> Option<String> {
        let overtime = || {
            let limits = self.target.link(service).limits;
            (self.began.elapsed() > limits.run_time).then(|| limits.reached(Limit::RunTime))
        };
        self.reach.why_not(service).or_else(overtime).or_else(|| self.too_slow(service))
    }

    /// Why trials of a service aren't judged to the end any more, if so.
    fn too_slow(&self, service: &str) -> Option<String> {
        self.reached_slow_failures(service)
            .filter(|_| self.slow_failures.are_many(service))
            .map(|limits| limits.reached(Limit::SlowFailures))
    }

    /// Whether a trial of a service had better wait for those that are under way.
    fn is_tried(&self, service: &str) -> bool {
        self.reached_slow_failures(service).is_some() && self.slow_failures.is_tried(service)
    }

    /// Waits for what others are about to say of a service, where it may be that its trials aren't judged to the end.
    async fn hear_others(&self, service: &str) {
        if self.reached_slow_failures(service).is_some() && !self.slow_failures.are_many(service) {
            tokio::time::sleep(self.slow_failures.pause()).await;
        }
    }

    /// The limits of a service, where slow trials that fail the run took more than they say.
    fn reached_slow_failures(&self, service: &str) -> Option<Limits> {
        let total = self.slow_failures.total();
        let limits = (!total.is_zero()).then(|| self.target.link(service).limits);
        limits.filter(|limits| total > limits.slow_failures)
    }

    /// Whether anything at the service's address answers as a server does, so that silence is the fault of a request.
    async fn speaks_http(&self, service: &str) -> bool {
        if self.reach.has_answered(service) {
            return true;
        }
        let request = PreparedRequest::by_nobody("GET", format!("{}/", self.target.url(service)));
        let exchange = self.clients.send_afresh(service, request).await;
        self.reach.note(service, &exchange);
        exchange.answer.is_ok()
    }
}

/// Runs the trials of a plan and says what happens, in plan order.
///
/// `cancelled` ends the run early: trials that have begun finish, their clean-up included.
///
/// # Errors
/// The client can't be set up at all. Everything that goes wrong later is an event.
pub async fn run(
    contract: &Contract,
    plan: &Plan,
    target: &Target,
    settings: &Settings,
    cancelled: &AtomicBool,
    emit: &mut dyn FnMut(Event),
) -> Result<Summary, TransportError> {
    emit(Event::Started(started(contract, plan, target)));
    let began = Instant::now();
    let shared = Shared {
        contract,
        plan,
        target,
        of_services: target.services.keys().map(|name| (name.clone(), target.for_templates(name))).collect(),
        secrets: RefCell::new(plan.secrets.clone()),
        clients: Clients::new(target, settings.timeout)?,
        retries: settings.retries,
        flaky: settings.flaky,
        evidence: settings.evidence,
        exchanges: settings.exchanges,
        snapshots: settings.snapshots.as_deref(),
        rerun: Rerun::new(contract, target, &settings.options),
        locks: Locks::new(&contract.resources),
        slots: Slots::default(),
        reach: Reach::of(target.services.iter().map(|(name, url)| (name, url, target.link(name)))),
        slow_failures: SlowFailures::default(),
        recent: Recent::default(),
        began,
        put_off: Cell::new(0),
    };
    let mut tally = Tally::new(
        &contract.requirements,
        untaken(&contract.choices),
        plan.left_out,
        plan.left_out_musts,
        settings.strict,
    );
    if let Some(sharding) = &plan.sharding {
        tally.is_part(sharding.shard, plan.reported().count());
    }
    let mut waiving = Waiving::new(settings.waivers.as_ref(), contract);
    let mut coverage = Coverage::new(contract, plan, target);
    let prepared = until(cancelled, async {
        if let Some(readiness) = &target.ready {
            setup::ready(readiness, &shared.clients).await?;
        }
        let prepared = setup::prepare(contract, target, &shared.clients).await;
        prepared.map_err(|reason| format!("the set-up of the target failed: {reason}"))
    });
    let prepared = caught_in(prepared).await.unwrap_or_else(|bug| Some(Err(bug.to_string())));
    if let Some(Err(reason)) = &prepared {
        tally.stopped(&shared.secrets.borrow().mask(reason));
    }
    if let Some(Ok(())) = prepared {
        for note in offered::unclaimed(&shared).await {
            tally.weighs(note);
        }
        let mut order = Order::new(plan);
        let mut finished = |index, result| {
            for (index, mut result) in order.add(index, result) {
                // Nobody else has it yet.
                waiving.consider(&plan.trials[index], Arc::make_mut(&mut result));
                let considered = caught(|| coverage.consider(&plan.trials[index], &result));
                considered
                    .unwrap_or_else(|bug| tally.weighs(shared.secrets.borrow().mask(&bug.to_string()).into_owned()));
                tally.add(&result);
                emit(Event::Finished(result));
            }
            order.horizon()
        };
        schedule::all(&shared, settings, cancelled, &mut finished).await;
    }
    if cancelled.load(Ordering::Relaxed) {
        tally.stopped("the run was interrupted");
    }
    if shared.put_off.get() > 0 {
        let plural = if shared.put_off.get() == 1 { "request was" } else { "requests were" };
        tally.weighs(format!(
            "{} {plural} put off by 429 or 503 with Retry-After, and sent again",
            shared.put_off.get()
        ));
    }
    for service in contract.services.iter().filter(|service| shared.clients.is_distrusted(&service.name)) {
        tally.weighs(format!(
            "`{}` said more on a connection than it was asked; from then on no connection to it was used twice",
            service.name
        ));
    }
    // Whatever came before: what was set up in part is to be cleaned up too.
    if let Err(reason) = setup::clean_up(contract, target, &shared.clients).await {
        tally.weighs(format!("{UNCLEANED}: {}", shared.secrets.borrow().mask(&reason)));
    }
    let counts = settings.snapshots.as_deref().map(|store| {
        let whole = plan.left_out == 0 && !cancelled.load(Ordering::Relaxed);
        snapshot::counts(store, plan, whole)
    });
    tally.waived(waiving, plan);
    let summary = tally.summary(&|id| coverage.killer(id).cloned(), counts);
    emit(Event::Ended(summary.clone()));
    Ok(summary)
}

/// How long a trial that may not begin yet waits before it asks again.
const PATIENCE: Duration = Duration::from_millis(5);

/// Works until it is done, or the run is cancelled.
async fn until<T>(cancelled: &AtomicBool, work: impl Future<Output = T>) -> Option<T> {
    let cancellation = async {
        while !cancelled.load(Ordering::Relaxed) {
            tokio::time::sleep(PATIENCE).await;
        }
    };
    tokio::select! {
        biased;
        done = work => Some(done),
        () = cancellation => None,
    }
}
