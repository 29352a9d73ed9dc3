//! Trials to events: concurrency, order, locks, cancellation. The only place that joins execute and check.

mod lock;
mod order;
mod proposal;
mod setup;
mod shown;
mod tally;
mod trial;
mod waiving;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use self::lock::Locks;
use self::order::Order;
use self::tally::Tally;
use self::waiving::Waiving;
use crate::execute::Client;
use crate::model::case::{Axis, Rows};
use crate::model::contract::Contract;
use crate::model::event::{Event, MatrixShape, RunStarted, Summary, TrialResult};
use crate::model::exchange::{PreparedRequest, TransportError};
use crate::model::persona::NOBODY;
use crate::model::secret::Secrets;
use crate::model::target::Target;
use crate::plan::Plan;
use crate::prove::coverage::Coverage;
use crate::snapshot::{self, Store};

pub use self::waiving::Waivers;

/// How a run is done.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many trials run at the same time.
    pub jobs: usize,
    /// How long one exchange may take.
    pub timeout: Duration,
    /// Which answers are kept with the results.
    pub evidence: Keep,
    /// The accepted answers that others are compared with, if they are.
    pub snapshots: Option<Arc<Store>>,
    /// The waivers of the target, if it has a file of them.
    pub waivers: Option<Waivers>,
    /// Whether a should counts like a must.
    pub strict: bool,
    /// The options, besides target and selection, that make another run judge the same.
    pub options: Vec<String>,
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

impl Default for Settings {
    fn default() -> Self {
        Self {
            jobs: 16,
            timeout: Duration::from_secs(10),
            evidence: Keep::Small,
            snapshots: None,
            waivers: None,
            strict: false,
            options: Vec::new(),
        }
    }
}

/// After so many failures to connect and no success, a service counts as out of reach.
const HOPELESS: usize = 3;

/// What all trials of a run share.
struct Shared<'a> {
    contract: &'a Contract,
    plan: &'a Plan,
    target: &'a Target,
    /// Those of the contract and of the target.
    secrets: Secrets,
    client: Client,
    evidence: Keep,
    snapshots: Option<&'a Store>,
    options: &'a [String],
    locks: Locks,
    /// For each service: whether it ever answered, and the failures before that.
    reach: RefCell<HashMap<String, Reach>>,
}

#[derive(Default)]
struct Reach {
    answered: bool,
    failures: usize,
    cause: String,
}

impl Shared<'_> {
    /// Why it is no use to try the service, if so.
    fn out_of_reach(&self, service: &str) -> Option<String> {
        let reach = self.reach.borrow();
        reach
            .get(service)
            .filter(|reach| !reach.answered && reach.failures >= HOPELESS)
            .map(|reach| reach.cause.clone())
    }

    /// Whether anything at the service's address answers as a server does, so that silence is the fault of a request.
    async fn speaks_http(&self, service: &str) -> bool {
        if self.reach.borrow().get(service).is_some_and(|reach| reach.answered) {
            return true;
        }
        let base = self.target.services.get(service).map_or("", String::as_str);
        let request = PreparedRequest {
            method: "GET".into(),
            url: format!("{base}/"),
            headers: Vec::new(),
            body: None,
            persona: NOBODY.into(),
            raw: true,
        };
        let answers = self.client.send(request).await.answer.is_ok();
        if answers {
            self.note(service, None);
        }
        answers
    }

    fn note(&self, service: &str, failure: Option<&TransportError>) {
        let mut reach = self.reach.borrow_mut();
        let reach = reach.entry(service.to_owned()).or_default();
        match failure {
            None => reach.answered = true,
            Some(error) => {
                reach.failures += 1;
                reach.cause = error.to_string();
            }
        }
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
    let mut secrets = contract.secrets.clone();
    secrets.extend(target.secrets.iter().cloned());
    let shared = Shared {
        contract,
        plan,
        target,
        secrets,
        client: Client::new(settings.timeout)?,
        evidence: settings.evidence,
        snapshots: settings.snapshots.as_deref(),
        options: &settings.options,
        locks: Locks::new(&contract.resources),
        reach: RefCell::default(),
    };
    let mut tally = Tally::new(contract, plan.left_out, settings.strict);
    let mut waiving = Waiving::new(settings.waivers.as_ref(), contract);
    let mut coverage = Coverage::new(contract, plan, target);
    if let Err(reason) = setup::prepare(contract, target, &shared.client).await {
        tally.failed_setup(&shared.secrets.mask(&reason));
    } else {
        let mut order = Order::new(plan);
        let mut finished = |index, result| {
            for (index, mut result) in order.add(index, result) {
                // Nobody else has it yet.
                waiving.consider(&plan.trials[index], Arc::make_mut(&mut result));
                coverage.consider(&plan.trials[index], &result);
                tally.add(&result);
                emit(Event::Finished(result));
            }
            order.horizon()
        };
        all(&shared, settings.jobs, cancelled, &mut finished).await;
        if cancelled.load(Ordering::Relaxed) {
            tally.interrupted();
        }
    }
    let counts = settings.snapshots.as_deref().map(|store| {
        let whole = plan.left_out == 0 && !cancelled.load(Ordering::Relaxed);
        snapshot::counts(store, whole.then_some(plan))
    });
    tally.waived(waiving, plan);
    let summary = tally.summary(&coverage, counts);
    emit(Event::Ended(summary.clone()));
    Ok(summary)
}

fn started(contract: &Contract, plan: &Plan, target: &Target) -> RunStarted {
    RunStarted {
        contract: contract.name.clone(),
        contract_version: contract.version.clone(),
        digest: contract.digest.clone(),
        folder: contract.folder.clone(),
        target: target.name.clone(),
        target_version: target.version.clone(),
        services: target.services.clone(),
        trials: plan.trials.iter().filter(|trial| !trial.auxiliary).count(),
        left_out: plan.left_out,
        notes: Vec::new(),
        requirements: Arc::new(contract.requirements.clone()),
        matrices: Arc::new(matrices(plan)),
    }
}

/// The matrices of which a plan has cells.
fn matrices(plan: &Plan) -> Vec<MatrixShape> {
    let mut shapes: Vec<MatrixShape> = Vec::new();
    for trial in plan.trials.iter().filter(|trial| !trial.auxiliary) {
        let Rows::Matrix(matrix) = &trial.case.rows else { continue };
        // The cells of a matrix stand together in a plan.
        if shapes.last().is_some_and(|last| last.suite == *trial.suite && last.case == trial.case.name) {
            continue;
        }
        let values = |axis: &Axis| axis.rows.iter().map(|row| row.name.clone()).collect();
        shapes.push(MatrixShape {
            suite: trial.suite.to_string(),
            case: trial.case.name.clone(),
            title: trial.case.title.clone(),
            axes: matrix.axes.iter().map(|axis| (axis.name.clone(), values(axis))).collect(),
        });
    }
    shapes
}

/// How long a trial that may not begin yet waits before it asks again.
const PATIENCE: Duration = Duration::from_millis(5);

/// Runs every trial; those that change a resource one after the other in plan order, the rest side by side.
///
/// `finished` takes each result, and says up to which trial others may begin.
async fn all(
    shared: &Shared<'_>,
    jobs: usize,
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
    let (next, horizon) = (Cell::new(0), Cell::new(usize::MAX));
    let results = RefCell::new(Vec::new());
    let one = async |index: usize| {
        let result = trial::run(shared, &shared.plan.trials[index]).await;
        results.borrow_mut().push((index, result));
    };
    let worker = async || {
        while !cancelled.load(Ordering::Relaxed) {
            let at = next.get();
            next.set(at + 1);
            let Some(index) = free.get(at) else { break };
            // Trials begin in plan order, so what the others wait for has begun, or is this one.
            while *index > horizon.get() && !cancelled.load(Ordering::Relaxed) {
                tokio::time::sleep(PATIENCE).await;
            }
            if cancelled.load(Ordering::Relaxed) {
                break;
            }
            one(*index).await;
            tokio::task::yield_now().await;
        }
    };
    let lane = async |indexes: Vec<usize>| {
        for index in indexes {
            if cancelled.load(Ordering::Relaxed) {
                break;
            }
            one(index).await;
            tokio::task::yield_now().await;
        }
    };
    let mut work = FuturesUnordered::new();
    for indexes in changing.into_values() {
        work.push(futures_util::future::Either::Left(lane(indexes)));
    }
    for _ in 0..jobs.max(1).min(free.len()) {
        work.push(futures_util::future::Either::Right(worker()));
    }
    let drain = |finished: &mut dyn FnMut(usize, TrialResult) -> usize| {
        for (index, result) in results.borrow_mut().drain(..) {
            horizon.set(finished(index, result));
        }
    };
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            ended = work.next() => if ended.is_none() { break },
            _ = tick.tick() => {}
        }
        drain(finished);
    }
    drain(finished);
}
