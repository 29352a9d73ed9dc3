//! The contract that is run against the zoo, and what is wrong with how such a run went.

use std::collections::VecDeque;
use std::fs;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::binary::command;
use crate::support::folder::folder;
use crate::support::measured::{Measured, measured};
use crate::whole;
use crate::zoo::{Cage, Row, Said};

/// What mustn't be seen in anything that is written.
pub(crate) const SECRET: &str = "token-of-ann-5f1c";

/// The contract but for its suite.
const CONTRACT: [(&str, &[u8]); 4] = [
    ("contract.yaml", b"contract: tea\nversion: 1.0.0\nservices: {shop: }\n"),
    (
        "requirements.yaml",
        b"- {id: TEA, level: must, source: {document: tea.md, section: Teas}, says: a tea is green}
- {id: WATER, level: must, source: {document: tea.md, section: Water}, says: each gets the cup that was asked for}
",
    ),
    ("world.yaml", b"people: [{name: ann, token: token-of-ann-5f1c}]\n"),
    (
        "personas.yaml",
        b"- {persona: ann, is: \"$.people[?@.name == 'ann']\", headers: {authorization: \"{{ann.token}}\"}}\n",
    ),
];

/// How many trials the contract has.
const TRIALS: usize = 14;

/// Two cases that ask for tea, one over each transport, with cups of water before, between and behind them.
fn suite() -> String {
    let water = |name: &str, first: usize| {
        let cups: Vec<String> = (first..first + 4).map(|cup| format!("{{name: c{cup}, cup: \"{cup}\"}}")).collect();
        format!(
            "  - case: {name}\n    requirements: [WATER]\n    each: [{}]\n    request: GET /water?{{{{cup}}}}\n    \
             expect: {{status: 200, body: [{{at: $.water, equals: \"{{{{cup}}}}\"}}]}}\n",
            cups.join(", ")
        )
    };
    let tea = |name: &str, transport: &str| {
        format!(
            "  - case: {name}\n    requirements: [TEA]\n    request: GET /tea\n{transport}    expect:\n      \
             status: 200\n      headers: {{content-type: {{media-type: application/json}}, x-a: absent}}\n      \
             body: [{{at: $.tea, equals: green}}]\n      lacks: {SECRET}\n"
        )
    };
    [
        "suite: tea\nservice: shop\ndefaults: {as: ann}\ncases:\n",
        &water("before", 1),
        &tea("pooled", ""),
        &water("between", 5),
        &tea("raw", "    transport: raw\n"),
        &water("behind", 9),
    ]
    .concat()
}

/// How long an exchange may take: long enough for whoever is well-behaved, on a machine that has other things to do.
const TIMEOUT: &str = "5";
/// How long a run may take, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(40);
/// How much memory a run may have, in MiB.
const MEMORY: u64 = 256;

/// The folder of a contract, and of everything that a run against it wrote.
pub(crate) fn contract() -> TempDir {
    let suite = suite();
    folder(CONTRACT.into_iter().chain([("suites/tea.yaml", suite.as_bytes())]))
}

/// What is wrong with the runs against these servers, with one trial at a time and with many.
pub(crate) fn faults(rows: Vec<Row>) -> String {
    let rows = Mutex::new(VecDeque::from(rows));
    let faults = Mutex::new(Vec::new());
    let next = || rows.lock().expect("no thread panicked").pop_front();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(row) = next() {
                    // A run that hangs is told by the name of its thread.
                    let named = thread::Builder::new().name(row.what.clone());
                    let found = named.spawn_scoped(scope, || of_row(row)).expect("a thread").join();
                    let found = found.unwrap_or_else(|_| vec!["a run hung or panicked\n".into()]);
                    faults.lock().expect("no thread panicked").extend(found);
                }
            });
        }
    });
    faults.into_inner().expect("no thread panicked").concat()
}

fn of_row(row: Row) -> Vec<String> {
    let Row { what, manner, pooled, raw, neighbours } = row;
    let cage = Cage::of(manner);
    let mut faults = Vec::new();
    for jobs in ["1", "16"] {
        let folder = contract();
        let run = run(&folder, &cage.url(), jobs);
        let found = whole::faults(folder.path(), &run.outcome, TRIALS);
        let found = if found.is_empty() { verdicts(&folder, &run, pooled, raw, neighbours) } else { found };
        if !found.is_empty() {
            let Measured { outcome, took, peak } = run;
            faults.push(format!(
                "{what}, --jobs {jobs} ({took:?}, {peak:?} MiB): {}\n{}{}\n",
                found.join("\n  "),
                outcome.stdout.chars().take(1500).collect::<String>(),
                outcome.stderr
            ));
        }
    }
    faults
}

fn run(folder: &TempDir, url: &str, jobs: &str) -> Measured {
    let reports: Vec<String> = whole::FORMATS.iter().map(|format| format!("--report={format}={format}")).collect();
    let mut arguments = vec!["run", ".", "--target", url, "--timeout", TIMEOUT, "--jobs", jobs];
    arguments.extend(reports.iter().map(String::as_str));
    measured(&mut command(folder.path(), &arguments))
}

fn verdicts(folder: &TempDir, run: &Measured, pooled: Said, raw: Said, neighbours: Said) -> Vec<String> {
    let mut faults = Vec::new();
    let report = fs::read(folder.path().join("json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    let trials = report["trials"].as_array().expect("trials");
    for trial in trials {
        let id = trial["id"].as_str().unwrap_or_default();
        let said = match id {
            "tea/pooled" => pooled,
            "tea/raw" => raw,
            _ => neighbours,
        };
        let told = trial["notes"].to_string() + &trial["findings"].to_string();
        let verdict = trial["verdict"].as_str().unwrap_or_default();
        if !said.verdicts.contains(&verdict) || !told.contains(said.reason) {
            faults.push(format!("{id} {verdict}, expected {said:?}: {told}"));
        }
    }
    let any = |verdict: &str| trials.iter().any(|trial| trial["verdict"] == verdict);
    let code = if any("violates") {
        1
    } else if any("inconclusive") {
        3
    } else {
        0
    };
    if run.outcome.code != Some(code) {
        faults.push(format!("it ended with {:?} instead of {code}", run.outcome.code));
    }
    if run.took > PATIENCE {
        faults.push("it took too long".into());
    }
    if run.peak.is_some_and(|peak| peak > MEMORY) {
        faults.push("it took too much memory".into());
    }
    faults
}
