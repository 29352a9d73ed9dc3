//! Every case has been seen to fail: the whole contract is run against each defect of the reference server.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};
use std::thread;

use probity::load::{Origin, contract, target_from_url};
use probity::model::contract::Contract;
use probity::model::event::{Event, State};
use probity::model::requirement::Level;
use probity::model::verdict::Verdict;
use probity::plan::{Pattern, Selection, plan};
use probity::reference::{Defect, Server, World, defects};
use probity::run::{Jobs, Settings, run};

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| contract(&Origin::Shipped).expect("a contract without faults"));

/// What the contract found with each defect, by the defect's name.
static FOUND: LazyLock<BTreeMap<&str, Found>> = LazyLock::new(|| {
    let all: Vec<&Defect> = defects().collect();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(defect) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = judge(defect);
                    found.lock().expect("no panic").insert(defect.name, one);
                }
            });
        }
    });
    found.into_inner().expect("no panic")
});

/// What a run against a server with a defect came to.
struct Found {
    violated: BTreeSet<String>,
    /// The cases, as `suite/case`, of which a trial violates something.
    cases: BTreeSet<String>,
}

/// What a defect with a memory breaks besides can hang on who asks first. So where it isn't what is expected, it is
/// asked once more, one request after the other.
fn judge(defect: &'static Defect) -> Found {
    let named: BTreeSet<&str> = defect.also.iter().copied().chain([defect.breaks]).collect();
    let found = judge_by(defect, &Settings::default());
    if found.violated.iter().map(String::as_str).eq(named) {
        return found;
    }
    judge_by(defect, &Settings { jobs: Jobs::Fixed(1), ..Settings::default() })
}

fn judge_by(defect: &'static Defect, settings: &Settings) -> Found {
    let world = World::from_json(&CONTRACT.world).expect("the world fits");
    let server = Server::start(world, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &[defect]).expect("a free port");
    let target = target_from_url(&server.url(), &CONTRACT).expect("a URL");
    // A defect stands in front of one service; the others can't hear of it.
    let service = defect.name.split('-').next().unwrap_or_default();
    let selection = Selection { only: vec![Pattern::new(service)], skip: Vec::new() };
    let plan = plan(&CONTRACT, Some(&target), &selection).expect("a plan");
    let mut cases = BTreeSet::new();
    let mut emit = |event: Event| {
        if let Event::Finished(result) = event
            && result.verdict == Verdict::Violates
        {
            cases.insert(format!("{}/{}", result.suite, result.case));
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let never = AtomicBool::new(false);
    let run = run(&CONTRACT, &plan, &target, settings, &never, &mut emit);
    let summary = runtime.block_on(run).expect("a client");
    let violated = summary.requirements.iter().filter(|one| one.state == State::Violated);
    Found { violated: violated.map(|one| one.id.to_string()).collect(), cases }
}

#[track_caller]
fn none(what: &str, faults: &str) {
    assert!(faults.is_empty(), "{what}:\n{faults}");
}

#[test]
fn each_defect_has_a_name_of_its_own_and_breaks_a_requirement_of_its_service() {
    let mut names = BTreeSet::new();
    let mut faults = String::new();
    for defect in defects() {
        let service = defect.name.split('-').next().unwrap_or_default();
        if !names.insert(defect.name) {
            let _ = writeln!(faults, "  {}: there are two of this name", defect.name);
        }
        for id in defect.also.iter().chain([&defect.breaks]) {
            let known = CONTRACT.requirements.iter().any(|one| *one.id.0 == **id);
            if !known || !id.to_lowercase().starts_with(&format!("{service}-")) {
                let _ = writeln!(faults, "  {}: {id} is no requirement of {service}", defect.name);
            }
        }
        if !defect.says.ends_with('.') {
            let _ = writeln!(faults, "  {}: what it says is no sentence", defect.name);
        }
    }
    none("defects that can't be right", &faults);
}

#[test]
fn each_defect_violates_the_requirement_that_it_names() {
    let mut faults = String::new();
    for defect in defects() {
        let found = &FOUND[defect.name];
        if !found.violated.contains(defect.breaks) {
            let _ =
                writeln!(faults, "  {}: {} survives; violated are {:?}", defect.name, defect.breaks, found.violated);
        }
    }
    none("defects that go unnoticed", &faults);
}

#[test]
fn no_defect_violates_a_requirement_that_it_does_not_touch() {
    let mut faults = String::new();
    for defect in defects() {
        let named: BTreeSet<&str> = defect.also.iter().copied().chain([defect.breaks]).collect();
        for id in FOUND[defect.name].violated.iter().filter(|id| !named.contains(id.as_str())) {
            let _ = writeln!(faults, "  {}: {id} falls too", defect.name);
        }
        for id in named.iter().filter(|id| !FOUND[defect.name].violated.contains(**id)) {
            let _ = writeln!(faults, "  {}: {id} is named, but doesn't fall", defect.name);
        }
    }
    none("collateral damage", &faults);
}

#[test]
fn every_case_of_a_must_kills_a_defect() {
    let killers: BTreeSet<&String> = FOUND.values().flat_map(|found| &found.cases).collect();
    let mut faults = String::new();
    for suite in &CONTRACT.suites {
        for case in suite.cases.iter().filter(|case| case.level == Level::Must) {
            let id = format!("{}/{}", suite.name, case.name);
            if !killers.contains(&id) {
                let _ = writeln!(
                    faults,
                    "  {id}  {}",
                    case.requirements.iter().map(|id| &*id.0).collect::<Vec<_>>().join(" ")
                );
            }
        }
    }
    none("cases that have never been seen to fail", &faults);
}
