//! What `run` and `prove` have in common: a contract is run against a target.

use std::mem;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Args, ValueEnum as _};

use super::snapshots::{self, Snapshots};
use super::stop::Stop;
use super::{ContractArg, Failure, limit, serve};
use crate::diagnostic::{Code, Diagnostic};
use crate::load::{Origin, contract, target_from_file, target_from_url};
use crate::model::contract::Contract;
use crate::model::event::{Event, Summary};
use crate::model::shard::Shard;
use crate::model::shell::word;
use crate::model::target::Target;
use crate::plan::{Pattern, Plan, Selection, Trial, plan};
use crate::reference::Server;
use crate::run::smoke::{Smoke, smoke};
use crate::run::{Flaky, Jobs, Keep, Settings, Waivers, run};
use crate::snapshot::{self, Store};

#[derive(Args, Debug)]
pub(super) struct EngineArgs {
    #[command(flatten)]
    contract: ContractArg,
    /// A URL, or a target file; the embedded reference server if left out.
    #[arg(long, value_name = "URL|FILE")]
    target: Option<String>,
    #[command(flatten)]
    course: CourseArgs,
}

/// Which trials run, and how.
#[derive(Args, Debug)]
pub(super) struct CourseArgs {
    #[command(flatten)]
    selection: SelectionArgs,
    /// How many trials run at the same time [default: from 4 to 256, as many as the target is the faster for].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    jobs: Option<u16>,
    /// How long one exchange may take, in seconds [default: what the target file says, else 10].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<f64>,
    #[arg(long, value_name = "NAME=VALUE", value_parser = limit::limit, help = limit::HELP, long_help = limit::help())]
    limit: Vec<limit::Said>,
}

/// Which trials.
#[derive(Args, Clone, Debug)]
pub(super) struct SelectionArgs {
    /// Only these trials: an id, a beginning of ids, a requirement or a level; `*` stands for one part, `**` for any.
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,
    /// Without these trials.
    #[arg(long, value_name = "PATTERN")]
    skip: Vec<String>,
}

impl SelectionArgs {
    pub(super) fn selection(&self) -> Selection {
        let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
        Selection { only: patterns(&self.only), skip: patterns(&self.skip) }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 3600.0 => Ok(seconds),
        _ => Err("a number of seconds above 0 and up to 3600".into()),
    }
}

/// All that a run needs.
pub(super) struct Engine {
    pub(super) contract: Contract,
    pub(super) plan: Plan,
    pub(super) target: Target,
    settings: Settings,
    /// Lives as long as it is spoken to.
    embedded: Option<Server>,
}

impl EngineArgs {
    pub(super) fn prepare(&self, evidence: Keep) -> Result<Engine, Failure> {
        self.contract.tell_if_shipped()?;
        self.course.prepare(self.contract.load()?, self.target.as_deref(), evidence)
    }

    /// Reads no more of the contract than what the selection wants, and has ids that `may` be wanted, where that is known
    /// beforehand.
    pub(super) fn prepare_selected(&self, evidence: Keep, may: impl Fn(&str) -> bool) -> Result<Engine, Failure> {
        self.contract.tell_if_shipped()?;
        let contract = self.contract.load_for(&self.course.selection.selection(), may)?;
        self.course.prepare(contract, self.target.as_deref(), evidence)
    }
}

impl CourseArgs {
    pub(super) fn prepare(&self, contract: Contract, target: Option<&str>, evidence: Keep) -> Result<Engine, Failure> {
        let mut embedded = None;
        let mut target = of_target(target, &contract, &mut embedded)?;
        let options = limit::apply(&self.limit, &mut target);
        let plan = plan(&contract, Some(&target), &self.selection.selection())?;
        let timeout = self.timeout.map(Duration::from_secs_f64);
        let jobs = self.jobs.map_or(Jobs::Adaptive, |jobs| Jobs::Fixed(usize::from(jobs)));
        let settings = Settings { jobs, timeout, evidence, options, ..Settings::default() };
        Ok(Engine { contract, plan, target, settings, embedded })
    }
}

/// The target that is named; without any, the reference server, which lives as long as `embedded`.
fn of_target(named: Option<&str>, contract: &Contract, embedded: &mut Option<Server>) -> Result<Target, Failure> {
    let Some(named) = named else {
        if contract.folder.is_some() {
            let help = match named_in(contract) {
                Some(file) => {
                    format!("name your server: `--target http://HOST:PORT`, or the one of a file: `--target {file}`")
                }
                None => "name the server: `--target http://HOST:PORT`".into(),
            };
            let message = "the reference server speaks the shipped contract only";
            return Err(vec![Diagnostic::bare(Code::InvalidTarget, message).help(help)].into());
        }
        let server = embedded.insert(serve::start(contract, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &[])?);
        let target = target_from_url(&server.url(), contract)?;
        return Ok(Target { name: "the reference server".into(), argument: None, ..target });
    };
    let path = PathBuf::from(named);
    if path.is_file() { Ok(target_from_file(&path, contract)?) } else { Ok(target_from_url(named, contract)?) }
}

/// The target file that stands in the folder of a contract, as `probity init` writes one.
fn named_in(contract: &Contract) -> Option<String> {
    let file = Path::new(contract.folder.as_deref()?).join("target.yaml");
    file.is_file().then(|| word(&file.display().to_string()))
}

impl EngineArgs {
    /// The folder of the contract; none for the shipped one.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.contract.contract.as_deref()
    }

    /// The target as it is named; none for the reference server.
    pub(super) fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// The target file, if one is named.
    pub(super) fn target_file(&self) -> Option<&Path> {
        self.target.as_deref().map(Path::new).filter(|path| path.is_file())
    }
}

impl Engine {
    /// Leaves what it has to the end of the process, which is near: to give back each piece of it takes 3 of the 200 ms of
    /// 5,000 cases.
    pub(super) fn leave(self) {
        let Self { contract, plan, target: _, settings: _, embedded } = self;
        drop(embedded);
        mem::forget((contract, plan));
    }

    /// Leaves out the trials that aren't wanted, but for the controls that the others need.
    pub(super) fn keep(&mut self, wants: impl Fn(&Trial) -> bool) {
        self.plan = mem::take(&mut self.plan).keep(wants);
    }

    /// The plan of which nothing is left out.
    pub(super) fn whole_plan(&self) -> Result<Plan, Failure> {
        let whole = if self.contract.unread.is_empty() { None } else { Some(contract(&Origin::Shipped)?) };
        Ok(plan(whole.as_ref().unwrap_or(&self.contract), Some(&self.target), &Selection::default())?)
    }

    /// Leaves the other parts of the plan to other machines. The whole contract must have been read.
    pub(super) fn shard(&mut self, shard: Shard) {
        self.plan = mem::take(&mut self.plan).shard(&self.contract, shard);
    }

    /// Has answers compared with those that were accepted.
    pub(super) fn compare(&mut self, asked: Option<Snapshots>) -> Result<(), Failure> {
        let reference = self.embedded.is_some();
        let store = snapshots::store(asked, &self.contract, &self.target, reference)?;
        let clashes = store.as_ref().map(|_| snapshot::clashes(&self.plan)).unwrap_or_default();
        if !clashes.is_empty() {
            return Err(clashes.into());
        }
        self.settings.snapshots = store.map(Arc::new);
        let mode = asked.filter(|mode| *mode != Snapshots::Accept).and_then(|mode| mode.to_possible_value());
        self.settings.options.extend(mode.map(|mode| format!("--snapshots={}", mode.get_name())));
        Ok(())
    }

    /// Has trials tried again.
    pub(super) fn retry(&mut self, retries: usize, flaky: Flaky) {
        (self.settings.retries, self.settings.flaky) = (retries, flaky);
    }

    /// Has trials begin in an order that follows from a seed, or in that of the plan.
    pub(super) fn shuffle(&mut self, seed: Option<u64>) {
        self.settings.shuffle = seed;
    }

    /// Has results say what was sent and received.
    pub(super) fn show_exchanges(&mut self) {
        self.settings.exchanges = true;
    }

    /// Has violations waived; `named` is the file of waivers, if the command line names it.
    pub(super) fn waive(&mut self, waivers: Waivers, named: Option<&Path>) {
        self.settings.waivers = Some(waivers);
        self.settings.options.extend(named.map(|path| format!("--waivers={}", path.display())));
    }

    /// Has a should count like a must.
    pub(super) fn be_strict(&mut self) {
        self.settings.strict = true;
        self.settings.options.push("--strict".into());
    }

    /// Has answers gathered instead, as they would be kept.
    pub(super) fn gather(&mut self) -> Arc<Store> {
        let store = Arc::new(Store::gathering());
        self.settings.snapshots = Some(Arc::clone(&store));
        store
    }

    /// Finds out which services answer.
    pub(super) fn smoke(&self) -> Result<Smoke, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let found = runtime.block_on(smoke(&self.contract, &self.plan, &self.target, self.settings.timeout));
        found.map_err(|error| Failure::Wrong(error.to_string()))
    }

    /// Runs the plan. `listens` takes each event and says whether anybody still wants more; nobody does after Ctrl-C.
    pub(super) fn run(&self, listens: &mut dyn FnMut(Event) -> bool) -> Result<Summary, Failure> {
        let cancelled = AtomicBool::new(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let summary = runtime.block_on(async {
            let mut emit = |event: Event| {
                if !listens(event) {
                    cancelled.store(true, Ordering::Relaxed);
                }
            };
            let work = run(&self.contract, &self.plan, &self.target, &self.settings, &cancelled, &mut emit);
            // Once: what has begun is finished, and cleaned up. Twice: now, and reports stay without their end.
            let mut stop = Stop::expected();
            let interrupt = async {
                stop.asked().await;
                cancelled.store(true, Ordering::Relaxed);
                stop.asked().await;
            };
            tokio::select! {
                summary = work => Some(summary),
                () = interrupt => None,
            }
        });
        match summary {
            Some(summary) => summary.map_err(|error| Failure::Wrong(error.to_string())),
            None => Err(Failure::Interrupted),
        }
    }
}
