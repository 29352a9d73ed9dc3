//! Trials that don't come to the same every time: attempts, orders, choices; and runs that leave something out.

mod support {
    pub(crate) mod binary;
    pub(crate) mod door;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use support::binary::{Outcome, probity};
use support::door::{door, with_manifest};
use support::server::Server;

fn run(folder: &Path, more: &[&str]) -> Outcome {
    probity(folder, &[&["run", "door", "--target", "target.yaml"], more].concat())
}

fn answer(stream: &mut impl Write, status: &str) -> io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn path_of(request: &str) -> String {
    request.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// A server that answers the first requests of each path with a status of their own.
fn warming_up(first: &'static [&'static str], then: &'static str) -> Server {
    let seen: Mutex<HashMap<String, usize>> = Mutex::default();
    Server::start(move |request, stream| {
        let mut seen = seen.lock().expect("it works");
        let count = seen.entry(path_of(request)).or_insert(0);
        *count += 1;
        answer(stream, first.get(*count - 1).copied().unwrap_or(then))
    })
}

fn report(folder: &TempDir) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.path().join("report.json")).expect("it works")).expect("it works")
}

const ONE: &str = "  - {case: open, requirements: [DOOR-MUST], request: GET /open, expect: {status: 200}}\n";

#[test]
fn attempts_are_kept_in_every_report_and_one_that_failed_counts() {
    // The first answers, then 200; the options; the exit code; what stands in the terminal; the verdicts of all attempts.
    type Row = (&'static [&'static str], &'static [&'static str], i32, &'static str, &'static [&'static str]);
    let rows: [Row; 6] = [
        (&["500 No"], &[], 1, "VIOLATES door/open", &["violates"]),
        (&["500 No"], &["--retries", "2"], 1, "1 trial is flaky", &["violates", "conforms"]),
        (&["500 No"], &["--retries", "2", "--flaky", "pass"], 0, "FLAKY door/open", &["violates", "conforms"]),
        (
            &["500 No", "501 No"],
            &["--retries", "1", "--flaky", "pass"],
            1,
            "attempt 2 violates",
            &["violates", "violates"],
        ),
        (
            &["500 No", "501 No"],
            &["--retries", "2", "--flaky", "pass"],
            0,
            "attempt 3 conforms",
            &["violates", "violates", "conforms"],
        ),
        (&[], &["--retries", "5"], 0, "CONFORMS", &["conforms"]),
    ];
    for (first, options, code, shown, verdicts) in rows {
        let server = warming_up(first, "200 OK");
        let folder = door(ONE, &format!("url: {}\n", server.url()));
        let formats = ["json=report.json", "junit=junit.xml", "tap=report.tap", "sarif=s", "github=g", "markdown=m"];
        let reports: Vec<&str> = formats.iter().flat_map(|format| ["--report", format]).collect();
        let outcome = run(folder.path(), &[options, &reports[..]].concat());
        assert_eq!(outcome.code, Some(code), "{options:?}: {outcome:?}");
        assert!(outcome.stdout.contains(shown), "{options:?}: {}", outcome.stdout);
        assert_eq!(server.requests(), verdicts.len(), "{options:?}");
        let trial = &report(&folder)["trials"][0];
        let mut found: Vec<(u64, String)> = Vec::new();
        let others = trial["attempts"].as_array().cloned().unwrap_or_default();
        for other in &others {
            found.push((other["attempt"].as_u64().unwrap(), other["verdict"].as_str().unwrap().to_owned()));
            assert_eq!(other["exchanges"].as_array().unwrap().len(), 1);
        }
        let own = (1..=9).find(|number| !found.iter().any(|(other, _)| other == number)).unwrap();
        found.push((own, trial["verdict"].as_str().unwrap().to_owned()));
        found.sort();
        assert_eq!(found.iter().map(|(_, verdict)| verdict.as_str()).collect::<Vec<_>>(), verdicts, "{options:?}");
        let flaky = verdicts.contains(&"violates") && verdicts.contains(&"conforms");
        assert_eq!(trial["flaky"].as_bool().unwrap_or(false), flaky);
        let junit = fs::read_to_string(folder.path().join("junit.xml")).unwrap();
        let passed = verdicts.last() == Some(&"conforms") && code == 0;
        assert_eq!(junit.matches("<flakyFailure").count(), if passed { verdicts.len() - 1 } else { 0 }, "{junit}");
        assert_eq!(junit.contains("<failure"), code == 1, "{junit}");
        let tap = fs::read_to_string(folder.path().join("report.tap")).unwrap();
        assert_eq!(tap.contains("attempts:"), verdicts.len() > 1, "{tap}");
        for format in ["s", "g", "m"] {
            let text = fs::read_to_string(folder.path().join(format)).unwrap();
            assert_eq!(text.contains("attempt 1 violates"), verdicts.len() > 1, "{format}: {text}");
        }
        // A stored report says the same in every other format.
        let to =
            ["report", "report.json", "--to", "junit=again.xml", "--to", "tap=again.tap", "--to", "json=again.json"];
        let again = probity(folder.path(), &to);
        assert_eq!(again.code, Some(0), "{again:?}");
        for (one, other) in [("junit.xml", "again.xml"), ("report.tap", "again.tap"), ("report.json", "again.json")] {
            let [one, other] = [one, other].map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
            assert_eq!(one, other);
        }
    }
}

#[test]
fn what_withholds_or_changes_is_never_tried_again() {
    const REFUSES: &str =
        "  - {case: refused, requirements: [DOOR-MUST], request: GET /closed, expect: {status: [401, 403]}}\n";
    const LACKS: &str =
        "  - {case: lacks, requirements: [DOOR-MUST], request: GET /closed, expect: {status: 200, lacks: [letter]}}\n";
    const CHANGES: &str =
        "  - {case: lock, requirements: [DOOR-MUST], changes: [door], request: PUT /lock, expect: {status: 200}}\n";
    for (cases, first, then) in
        [(REFUSES, "200 OK", "403 No"), (LACKS, "404 No", "200 OK"), (CHANGES, "500 No", "200 OK")]
    {
        let first: &'static [&'static str] = Box::leak(vec![first].into_boxed_slice());
        let server = warming_up(first, then);
        let folder = with_manifest("resources: [door]\n", cases, &format!("url: {}\n", server.url()));
        let outcome = run(folder.path(), &["--retries", "3", "--flaky", "pass"]);
        assert_eq!((outcome.code, server.requests()), (Some(1), 1), "{cases}: {outcome:?}");
    }
}

const TWO: &str = "  - {case: first, requirements: [DOOR-MUST], request: GET /first, expect: {status: 200}}
  - {case: second, requirements: [DOOR-MUST], request: GET /second, expect: {status: 200}}
";

fn verify(folder: &TempDir, more: &[&str]) -> Outcome {
    let fixed = ["verify", "door", "--target", "target.yaml", "--jobs", "1"];
    probity(folder.path(), &[&fixed, more].concat())
}

#[test]
fn what_depends_on_the_order_is_told_with_the_seed_that_shows_it() {
    // The second door opens once the first one was opened, until everything begins anew.
    let opened = Mutex::new(Vec::new());
    let server = Server::start(move |request, stream| {
        let mut opened = opened.lock().unwrap();
        let path = path_of(request);
        let answered = if path == "/second" && opened.is_empty() { "500 No" } else { "200 OK" };
        opened.push(path);
        if opened.len() == 2 {
            opened.clear();
        }
        answer(stream, answered)
    });
    let folder = door(TWO, &format!("url: {}\n", server.url()));
    let outcome = verify(&folder, &["--repeat", "6", "--shuffle"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stdout.contains("DEPENDS ON ORDER door/second"), "{}", outcome.stdout);
    let seed =
        outcome.stdout.split("--shuffle --seed ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
    let again = verify(&folder, &["--repeat", "1", "--shuffle", "--seed", seed, "--json"]);
    let found: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!((again.code, &found["unsteady"][0]["id"]), (Some(1), &Value::from("door/second")), "{again:?}");
    assert_eq!(found["unsteady"][0]["cause"], "order");
}

#[test]
fn what_comes_out_differently_by_chance_is_told_and_what_is_steady_too() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_, stream| {
        answer(stream, if count.fetch_add(1, Ordering::SeqCst) % 3 == 1 { "500 No" } else { "200 OK" })
    });
    let folder = door(ONE, &format!("url: {}\n", server.url()));
    let outcome = verify(&folder, &["--repeat", "4"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.stdout.contains("UNSTEADY door/open\n  conforms, 3 times: run 1, run 3, run 4"),
        "{}",
        outcome.stdout
    );
    let server = warming_up(&[], "200 OK");
    let folder = door(TWO, &format!("url: {}\n", server.url()));
    let outcome = verify(&folder, &["--repeat", "3", "--shuffle"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.contains("0 of 2 trials came to different things in 4 runs"), "{}", outcome.stdout);
    // Steadily wrong is steady, and wrong.
    let server = warming_up(&[], "500 No");
    let outcome = verify(&door(TWO, &format!("url: {}\n", server.url())), &["--repeat", "2"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stdout.contains("STEADY  0 of 2 trials"), "{}", outcome.stdout);
}

#[test]
fn a_target_takes_one_branch_of_a_choice_everywhere() {
    const MANIFEST: &str = "choices:
  refusal:
    title: how a stranger is refused
    requirement: DOOR-MUST
    branches: {unauthorized: {status: 401}, forbidden: {status: 403}}
";
    const CASES: &str = "  - {case: front, requirements: [DOOR-MUST], request: GET /front, expect: {choice: refusal}}
  - {case: back, requirements: [DOOR-MUST], request: GET /back, expect: {choice: refusal}}
";
    let rows = [
        ("401 No", "401 No", 0, "choices   refusal: unauthorized"),
        ("403 No", "403 No", 0, "choices   refusal: forbidden"),
        (
            "401 No",
            "403 No",
            1,
            "takes several branches of the choice `refusal`: unauthorized in 1 trial (door/front), forbidden in 1 trial (door/back)",
        ),
        ("404 No", "403 No", 1, "in the closest of 2 alternatives"),
    ];
    for (front, back, code, message) in rows {
        let server = Server::start(move |request, stream| {
            answer(stream, if path_of(request) == "/front" { front } else { back })
        });
        let folder = with_manifest(MANIFEST, CASES, &format!("url: {}\n", server.url()));
        let outcome = run(folder.path(), &["--report", "json=report.json", "--report", "junit=junit.xml"]);
        assert_eq!(outcome.code, Some(code), "{front} {back}: {outcome:?}");
        assert!(outcome.stdout.contains(message), "{front} {back}: {}", outcome.stdout);
        let torn = front != back && front != "404 No";
        assert_eq!(report(&folder)["choices"][0]["torn"], torn);
        if torn {
            assert_eq!(report(&folder)["requirements"][0]["state"], "violated");
        }
        // What no single trial tells of must not look like a pass.
        let junit = fs::read_to_string(folder.path().join("junit.xml")).unwrap();
        assert_eq!(junit.contains("<failure"), code == 1, "{junit}");
    }
    let rows = [
        ("choice: refusl", "the contract has no choice `refusl`"),
        ("choice: refusal, any-of: [{status: 401}, {status: 403}]", "a choice is one of alternatives already"),
        ("status: 200", "no case leaves the choice `refusal` to the server"),
    ];
    for (expect, message) in rows {
        let cases = ONE.replace("status: 200", expect);
        let outcome = run(with_manifest(MANIFEST, &cases, "url: http://door.test\n").path(), &[]);
        assert_eq!(outcome.code, Some(2), "{expect}: {outcome:?}");
        assert!(outcome.stderr.contains(message), "{expect}: {}", outcome.stderr);
    }
}

#[test]
fn a_run_that_leaves_out_a_must_is_never_green() {
    const CASES: &str = "  - {case: front, requirements: [DOOR-MUST], request: GET /front, expect: {status: 200}}
  - {case: back, requirements: [DOOR-MUST], request: GET /back, expect: {status: 200}}
  - {case: bell, requirements: [DOOR-SHOULD], request: GET /bell, expect: {status: 200}}
";
    let server = warming_up(&[], "200 OK");
    let folder = door(CASES, &format!("url: {}\n", server.url()));
    let rows: [(&[&str], i32, &str); 5] = [
        (&[], 0, "CONFORMS"),
        (&["--only", "door/front"], 3, "PARTIAL"),
        (&["--skip", "must"], 3, "2 trials of a must were left out"),
        (&["--only", "must"], 0, "partial: 1 trial left out"),
        (&["--skip", "door/bell"], 0, "partial: 1 trial left out"),
    ];
    for (options, code, message) in rows {
        let outcome = run(folder.path(), options);
        assert_eq!(outcome.code, Some(code), "{options:?}: {outcome:?}");
        assert!(outcome.stdout.contains(message), "{options:?}: {}", outcome.stdout);
    }
    let wrong = Server::start(|_, stream| answer(stream, "500 No"));
    let folder = door(CASES, &format!("url: {}\n", wrong.url()));
    assert_eq!(run(folder.path(), &["--only", "door/front"]).code, Some(1), "a violation weighs more");
}
