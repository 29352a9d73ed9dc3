//! Panics of Probity itself, provoked: they cost one trial or one report, are told shortly and without secrets, and are
//! never a verdict.

mod support {
    pub(crate) mod binary;
    pub(crate) mod door;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tempfile::TempDir;

use support::binary::{Outcome, command, finish, probity};
use support::door::{door, with_manifest};
use support::server::Server;

const MANIFEST: &str = "resources: [lock]\nsecrets: [\"$.people[*].token\"]\n";

/// Two trials that change the same thing, one that reads it, and one that breaks a clause.
const CASES: &str = "  - case: first
    requirements: [DOOR-MUST]
    changes: [lock]
    steps:
      - {request: PUT /lock, expect: {status: 200}}
      - {request: GET /lock, expect: {status: 200}}
    cleanup: [{request: DELETE /lock}]
  - {case: second, requirements: [DOOR-MUST], changes: [lock], request: PUT /lock, expect: {status: 200}}
  - {case: third, requirements: [DOOR-MUST], reads: [lock], request: GET /lock, expect: {status: 200}}
  - {case: wrong, requirements: [DOOR-SHOULD], request: GET /wrong, expect: {status: 404}}
";

struct Scene {
    folder: TempDir,
    asked: Arc<Mutex<Vec<String>>>,
    server: Server,
}

/// A door that gives back the token that it is asked with, and notes what it is asked.
fn scene() -> Scene {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = Arc::clone(&asked);
    let server = Server::start(move |request, stream| {
        let line = request.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1");
        notes.lock().expect("no panic").push(line.to_owned());
        let token = request.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap_or_default();
        let body = format!("you are {token}");
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    });
    let folder = with_manifest(MANIFEST, CASES, &format!("url: {}\n", server.url()));
    Scene { folder, asked, server }
}

impl Scene {
    fn run(&self, place: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
        let base = ["run", "door", "--target", "target.yaml"];
        let arguments: Vec<&str> = base.iter().chain(arguments).copied().collect();
        let mut command = command(self.folder.path(), &arguments);
        command.env("PROBITY_PANICS_AT", place).envs(environment.iter().copied());
        finish(&mut command)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[test]
fn a_panic_costs_one_trial() {
    let scene = scene();
    let formats = ["json", "junit", "html", "ndjson", "tap", "sarif", "markdown"];
    let reports: Vec<String> = formats.iter().map(|format| format!("--report={format}={format}")).collect();
    let reports: Vec<&str> = reports.iter().map(String::as_str).collect();
    let outcome = scene.run("door/first", &reports, &[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(3), ""), "{}", outcome.stdout);
    let says = "this is a bug in Probity and says nothing of the server: it panicked with provoked over you are [secret] at src/";
    assert!(outcome.stdout.contains(says), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("please report it"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("must      2 conform · 1 inconclusive"), "{}", outcome.stdout);
    // What it had begun was undone, and nobody waited for it in vain.
    let asked = scene.asked.lock().expect("no panic").join("\n");
    assert!(asked.contains("PUT /lock\nDELETE /lock"), "{asked}");
    assert_eq!(asked.matches("PUT /lock").count(), 2, "{asked}");
    assert_eq!(scene.server.requests(), 5, "{asked}");
    for format in formats {
        let report = fs::read_to_string(scene.path(format)).expect("a report");
        assert!(report.contains("this is a bug in Probity"), "{format}: {report}");
        assert!(!report.contains("a-token-of-the-world"), "{format}: {report}");
    }
    let report: Value = serde_json::from_str(&fs::read_to_string(scene.path("json")).expect("a report")).expect("JSON");
    let verdicts: Vec<&Value> =
        report["trials"].as_array().expect("trials").iter().map(|one| &one["verdict"]).collect();
    assert_eq!(verdicts, ["inconclusive", "conforms", "conforms", "violates"]);
    assert_eq!((&report["complete"], &report["verdict"]), (&Value::Bool(true), &Value::from("incomplete")));
}

#[test]
fn what_was_broken_before_a_panic_stays_broken() {
    let scene = scene();
    let outcome = scene.run("door/first", &["--strict"], &[]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("this is a bug in Probity"), "{}", outcome.stdout);
}

#[test]
fn a_backtrace_is_shown_to_whoever_asks_for_one() {
    let outcome = scene().run("door/first", &[], &[("RUST_BACKTRACE", "1")]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("probity::"), "{}", outcome.stderr);
    assert!(!(outcome.stderr + &outcome.stdout).contains("a-token-of-the-world"));
    let outcome = scene().run("door/first", &[], &[("RUST_BACKTRACE", "0")]);
    assert_eq!(outcome.stderr, "");
}

#[test]
fn a_report_that_fails_leaves_the_others_whole() {
    let scene = scene();
    let outcome = scene.run("bad.xml", &["--report=junit=bad.xml", "--report=json=good.json"], &[]);
    assert_eq!(outcome.code, Some(3), "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stdout.contains("must      3 conform"), "{}", outcome.stdout);
    assert!(outcome.stderr.starts_with("error: this is a bug in Probity"), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    let report: Value =
        serde_json::from_str(&fs::read_to_string(scene.path("good.json")).expect("a report")).expect("JSON");
    assert_eq!(report["trials"].as_array().map(Vec::len), Some(4));
    let outcome = scene.run("terminal", &["--report=json=good.json"], &[]);
    assert_eq!(outcome.code, Some(3), "{}{}", outcome.stdout, outcome.stderr);
    assert!(fs::read_to_string(scene.path("good.json")).expect("a report").contains("\"complete\": true"));
}

#[test]
fn a_command_that_panics_has_judged_nothing() {
    let open = "  - {case: open, requirements: [DOOR-MUST], request: GET /, expect: {status: 200}}\n";
    let folder = door(open, "url: http://127.0.0.1:9\n");
    for arguments in [&["lint", "door"][..], &["run", "door", "--target", "target.yaml"], &["list", "door"]] {
        let mut command = command(folder.path(), arguments);
        let outcome = finish(command.env("PROBITY_PANICS_AT", "command"));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(3), ""));
        // What it says may quote anything, and here nobody knows what is secret.
        let Outcome { stderr, .. } = outcome;
        let says = "error: this is a bug in Probity and says nothing of the server: it panicked at src/";
        assert!(stderr.starts_with(says), "{stderr}");
        assert!(!stderr.contains("what a server sent") && stderr.lines().count() == 1, "{stderr}");
    }
}

#[test]
fn stored_answers_are_judged_again_one_by_one_too() {
    let scene = scene();
    let run = probity(scene.folder.path(), &["run", "door", "--target", "target.yaml", "--report=json=it.json"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    let arguments = ["judge", "it.json", "--contract", "door", "--target", "target.yaml", "-v"];
    let mut command = command(scene.folder.path(), &arguments);
    let outcome = finish(command.env("PROBITY_PANICS_AT", "door/wrong"));
    assert!(outcome.stdout.contains("this is a bug in Probity"), "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stdout.contains("should    0 conform · 1 inconclusive"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("a-token-of-the-world"), "{}", outcome.stdout);
}
