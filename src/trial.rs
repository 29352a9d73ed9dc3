//! The libtest-mimic face: every trial of a contract as a test of `cargo test` and `cargo nextest`.
//!
//! A server's own crate needs a test target with `harness = false` and three lines:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     probity::trial::against("http://127.0.0.1:8080")
//! }
//! ```
//!
//! Trials run ahead in one engine, with its locks and its concurrency; each test waits for its own. An inconclusive
//! trial fails, and what the target doesn't claim is ignored: neither looks like a pass. cargo-nextest, which runs each
//! test in a process of its own, lists what is ignored beforehand and shows it as skipped; asked to run it all the same,
//! it sees it fail, since it knows only of passing and failing.

use std::collections::{HashMap, HashSet};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Completion, Failed, Trial as Test};

use crate::diagnostic::{Diagnostic, Style, render_all};
use crate::load::{self, Origin};
use crate::model::contract::Contract;
use crate::model::event::{Event, TrialResult};
use crate::model::target::Target;
use crate::model::verdict::Verdict;
use crate::plan::{Plan, Selection, plan};
use crate::report::terminal::failure_block;
use crate::run::{Jobs, Settings, run};

/// What cargo-nextest sets for the tests that it runs (<https://nexte.st/docs/configuration/env-vars/>).
const NEXTEST: &str = "NEXTEST";

/// Runs the shipped contract against the server at a URL, as the tests of this process's command line ask for.
#[must_use]
pub fn against(url: &str) -> ExitCode {
    main(load::contract(&Origin::Shipped), url)
}

/// Runs a contract, as [`load::contract`] gives it, against the server at a URL.
#[must_use]
pub fn main(contract: Result<Contract, Vec<Diagnostic>>, url: &str) -> ExitCode {
    let arguments = Arguments::from_args();
    match contract.and_then(|contract| prepared(contract, url)) {
        Ok(prepared) => conclude(&arguments, prepared),
        Err(diagnostics) => {
            // What can't be loaded is one failing test, so that a listing doesn't look empty.
            let text = render_all(&diagnostics, Style::PLAIN);
            let test = Test::test("contract-loads", move || Err(Failed::from(text)));
            libtest_mimic::run(&arguments, vec![test]).exit_code()
        }
    }
}

struct Prepared {
    contract: Contract,
    target: Target,
    plan: Plan,
}

fn prepared(contract: Contract, url: &str) -> Result<Prepared, Vec<Diagnostic>> {
    let target = load::target_from_url(url, &contract)?;
    let plan = plan(&contract, Some(&target), &Selection::default())?;
    Ok(Prepared { contract, target, plan })
}

fn conclude(arguments: &Arguments, mut prepared: Prepared) -> ExitCode {
    let mut waiting: HashMap<String, Sender<Arc<TrialResult>>> = HashMap::new();
    // Otherwise it runs, to say why it is ignored.
    let ignores = arguments.list || arguments.ignored || arguments.include_ignored;
    let blocks = Arc::new(prepared.contract.requirements.clone());
    let tests: Vec<Test> = prepared
        .plan
        .trials
        .iter()
        .map(|trial| {
            let (sender, receiver) = channel();
            waiting.insert(trial.id.to_string(), sender);
            let (blocks, receiver) = (Arc::clone(&blocks), Mutex::new(receiver));
            Test::ignorable_test(trial.id.to_string(), move || outcome(&receiver, &blocks))
                .with_ignored_flag(ignores && trial.unclaimed.is_some())
        })
        .collect();
    if arguments.list {
        return libtest_mimic::run(arguments, tests).exit_code();
    }
    let wanted: HashSet<String> =
        tests.iter().filter(|test| !arguments.is_filtered_out(test)).map(|test| test.name().to_owned()).collect();
    prepared.plan = prepared.plan.keep(|trial| wanted.contains(&*trial.id));
    let jobs = arguments.test_threads.map_or(Jobs::Adaptive, Jobs::Fixed);
    let engine = std::thread::spawn(move || {
        let settings = Settings { jobs, ..Settings::default() };
        let mut emit = |event: Event| {
            if let Event::Finished(result) = event
                && let Some(sender) = waiting.remove(&*result.id)
            {
                // The test may have been given up on; then nobody listens.
                let _ = sender.send(result);
            }
        };
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let never = AtomicBool::new(false);
        let work = run(&prepared.contract, &prepared.plan, &prepared.target, &settings, &never, &mut emit);
        // Senders that are left are dropped with the engine, and their tests fail.
        let _ = runtime.block_on(work);
    });
    let exit = libtest_mimic::run(arguments, tests).exit_code();
    let _ = engine.join();
    exit
}

/// The outcome of a trial as that of a test.
fn outcome(
    receiver: &Mutex<Receiver<Arc<TrialResult>>>,
    requirements: &[crate::model::requirement::Requirement],
) -> Result<Completion, Failed> {
    let received = receiver.lock().ok().and_then(|receiver| receiver.recv().ok());
    let Some(result) = received else { return Err("the run ended before this trial".into()) };
    match result.verdict {
        Verdict::Conforms => Ok(Completion::Completed),
        Verdict::Skipped if std::env::var_os(NEXTEST).is_some() => {
            Err(format!("skipped: {}", result.notes.join("; ")).into())
        }
        Verdict::Skipped => Ok(Completion::ignored_with(result.notes.join("; "))),
        Verdict::Violates => Err(failure_block(&result, requirements, Style::PLAIN).into()),
        Verdict::Inconclusive => Err(format!("inconclusive: {}", result.notes.join("; ")).into()),
    }
}
