//! What makes the command line pleasant: selection, what failed last, dry runs, watching, exchanges, completions, help.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::fs;
use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use support::binary::{Outcome, command, finish, probity};
use support::folder::folder;
use support::server::Server;

const CONTRACT: &[u8] = b"contract: shop\nversion: 1.0.0\nservices: {api: }\n";
const REQUIREMENTS: &[u8] = b"- {id: TEA-POT, level: must, source: {document: d, section: s}, says: there is tea}
- {id: TEA-CUP, level: must, source: {document: d, section: s}, says: there are cups}
- {id: SUGAR, level: should, source: {document: d, section: s}, says: there is sugar}
";
const TEA: &[u8] = b"suite: tea
service: api
cases:
  - {case: pot, requirements: [TEA-POT], request: GET /pot, as: ann, expect: {status: 200}}
  - case: cup
    requirements: [TEA-CUP]
    setup: [{request: GET /pot, capture: {id: {header: x-id}}}]
    request: GET /cup/{{id}}
    expect: {status: 200}
";
const SUGAR: &[u8] = b"suite: sugar
service: api
cases:
  - {case: lump, requirements: [SUGAR], request: GET /sugar, expect: {status: 200}}
";
const PERSONAS: &[u8] =
    b"- {persona: ann, headers: {x-key: \"{{world.key}}\", authorization: \"Bearer {{world.key}}\"}}\n";

fn shop() -> TempDir {
    folder([
        ("shop/contract.yaml", &[CONTRACT, b"secrets: [$.key]\n"].concat()[..]),
        ("shop/requirements.yaml", REQUIREMENTS),
        ("shop/personas.yaml", PERSONAS),
        ("shop/world.yaml", b"key: hunter2-hunter2\n"),
        ("shop/suites/tea.yaml", TEA),
        ("shop/suites/sugar.yaml", SUGAR),
    ])
}

/// Answers 200, but 404 where a path begins with what `missing` says.
fn serves(missing: &Arc<Mutex<&'static str>>) -> Server {
    let missing = Arc::clone(missing);
    Server::start(move |request, stream| {
        let gone = *missing.lock().expect("no panic");
        let status =
            if !gone.is_empty() && request.contains(&format!("GET {gone}")) { "404 Not Found" } else { "200 OK" };
        write!(
            stream,
            "HTTP/1.1 {status}\r\nx-id: 17\r\nx-echo: hunter2-hunter2\r\ncontent-length: 3\r\nconnection: close\r\n\r\ntea"
        )
    })
}

fn always() -> Server {
    serves(&Arc::new(Mutex::new("")))
}

#[test]
fn trials_are_chosen_by_ids_requirements_levels_and_globs() {
    let place = shop();
    for (arguments, expected) in [
        (&["--only", "tea"][..], "tea/pot tea/cup"),
        (&["--only", "must"], "tea/pot tea/cup"),
        (&["--only", "should"], "sugar/lump"),
        (&["--only", "TEA-*"], "tea/pot tea/cup"),
        (&["--only", "TEA-?UP"], "tea/cup"),
        (&["--only", "SUGAR", "--only", "tea/p?t"], "tea/pot sugar/lump"),
        (&["--skip", "must"], "sugar/lump"),
        (&["--only", "**/cup"], "tea/cup"),
    ] {
        let all: Vec<&str> = ["list", "shop"].into_iter().chain(arguments.iter().copied()).collect();
        let Outcome { code, stdout, stderr } = probity(place.path(), &all);
        assert_eq!(code, Some(0), "{arguments:?}\n{stderr}");
        let mut found: Vec<&str> = stdout.lines().filter_map(|line| line.split(' ').next()).collect();
        let mut wanted: Vec<&str> = expected.split(' ').collect();
        found.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "{arguments:?}");
    }
    for (pattern, near) in [("TEA-POD", "TEA-POT"), ("tea/pott", "tea/pot"), ("shoud", "should")] {
        let outcome = probity(place.path(), &["list", "shop", "--only", pattern]);
        assert_eq!(outcome.code, Some(2));
        assert!(outcome.stderr.contains(&format!("did you mean `{near}`?")), "{}", outcome.stderr);
    }
}

#[test]
fn a_dry_run_shows_every_request_and_sends_none() {
    let (place, server) = (shop(), always());
    let run = probity(place.path(), &["run", "shop", "--target", &server.url(), "--dry-run"]);
    assert_eq!((run.code, run.stderr.as_str(), server.requests()), (Some(0), "", 0));
    insta::assert_snapshot!("dry_run", run.stdout.replace(&server.url(), "[URL]"));
    assert!(!run.stdout.contains("hunter2"), "{}", run.stdout);
    let other =
        probity(place.path(), &["run", "shop", "--target", &server.url(), "--dry-run", "--report", "json=r.json"]);
    assert_eq!(other.code, Some(2));
    assert!(!place.path().join("r.json").exists());
}

#[test]
fn what_failed_last_is_run_again() {
    let (place, cache) = (shop(), folder([]));
    let missing = Arc::new(Mutex::new("/cup"));
    let server = serves(&missing);
    let run = |more: &[&str]| {
        let url = server.url();
        let all: Vec<&str> = ["run", "shop", "--target", &url].into_iter().chain(more.iter().copied()).collect();
        finish(command(place.path(), &all).env("XDG_CACHE_HOME", cache.path()))
    };
    let nothing = run(&["--last-failed"]);
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("nothing is remembered"), "{}", nothing.stderr);
    assert_eq!(run(&[]).code, Some(1));
    // What isn't run is neither forgotten nor taken for mended.
    assert_eq!(run(&["--only", "tea/pot"]).code, Some(3));
    let before = server.requests();
    let again = run(&["--last-failed"]);
    assert_eq!((again.code, server.requests() - before), (Some(1), 2), "{}", again.stdout);
    assert!(again.stdout.contains(", 1 trial"), "{}", again.stdout);
    *missing.lock().expect("no panic") = "";
    assert_eq!(run(&["--last-failed"]).code, Some(3));
    let done = run(&["--last-failed"]);
    assert_eq!((done.code, done.stdout.as_str()), (Some(3), ""));
    assert!(done.stderr.contains("nothing to run: every trial conformed"), "{}", done.stderr);
    let files: Vec<_> = fs::read_dir(place.path().join("shop")).expect("a folder").collect();
    assert_eq!(files.len(), 5, "{files:?}");
    // Without a folder for caches nothing is written, and it is said.
    let bare = probity(place.path(), &["run", "shop", "--target", &server.url(), "--last-failed"]);
    assert_eq!(bare.code, Some(2));
    assert!(bare.stderr.contains("set XDG_CACHE_HOME"), "{}", bare.stderr);
}

#[test]
fn exchanges_are_shown_when_they_are_asked_for() {
    let missing = Arc::new(Mutex::new("/sugar"));
    let (place, server) = (shop(), serves(&missing));
    let url = server.url();
    let show = |flag: &str| probity(place.path(), &["run", "shop", "--target", &url, flag]).stdout;
    let lines = show("-v");
    assert!(lines.contains("CONFORMS tea/pot\n"), "{lines}");
    assert!(lines.contains(&format!("  GET {url}/pot as ann → 200 OK, 3 bytes, ")), "{lines}");
    assert!(lines.contains(&format!("  GET {url}/sugar as nobody → 404 Not Found, 3 bytes, ")), "{lines}");
    assert!(!lines.contains("x-id"), "{lines}");
    let wire = show("-vv");
    for line in ["  > x-key: [secret]\n", "  < x-id: 17\n", "  < x-echo: [secret]\n", "  <\n  < tea\n"] {
        assert!(wire.contains(line), "{line}\n{wire}");
    }
    assert!(!lines.contains("hunter2") && !wire.contains("hunter2"), "{wire}");
}

/// A run that goes on, and what it has written so far.
struct Watching {
    child: Child,
    written: Arc<Mutex<String>>,
}

impl Watching {
    fn start(place: &Path, url: &str) -> Self {
        let mut child =
            command(place, &["run", "shop", "--target", url, "--watch"]).spawn().expect("the binary starts");
        let written = Arc::new(Mutex::new(String::new()));
        let pipes: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().expect("a pipe")), Box::new(child.stderr.take().expect("a pipe"))];
        for mut pipe in pipes {
            let written = Arc::clone(&written);
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(length @ 1..) = pipe.read(&mut buffer) {
                    written.lock().expect("no panic").push_str(&String::from_utf8_lossy(&buffer[..length]));
                }
            });
        }
        Self { child, written }
    }

    /// What was written until it waits again.
    #[track_caller]
    fn next(&self) -> String {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(20) {
            let mut written = self.written.lock().expect("no panic");
            // Two pipes may be read in either order.
            let whole = ["request in ", "requests in ", "error["].iter().any(|part| written.contains(part));
            if whole && written.contains("Ctrl-C ends it\n") {
                return std::mem::take(&mut *written);
            }
            drop(written);
            thread::sleep(Duration::from_millis(10));
        }
        panic!("nothing came: {}", self.written.lock().expect("no panic"));
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Puts a new file in the stead of one, as editors do: a file that is being written may be seen when it is empty still.
fn put(place: &Path, file: &str, text: impl AsRef<[u8]>) {
    fs::write(place.join("new"), text).expect("a file");
    fs::rename(place.join("new"), place.join(file)).expect("a file");
}

#[test]
fn a_watched_contract_runs_again_when_it_changes() {
    let (place, server) = (shop(), always());
    let mut watching = Watching::start(place.path(), &server.url());
    let first = watching.next();
    assert!(first.contains(", 3 trials\n") && !first.contains('\u{1b}'), "{first}");
    let suite = "shop/suites/sugar.yaml";
    let good = String::from_utf8(SUGAR.to_vec()).expect("text");
    put(place.path(), suite, good.replace("status: 200", "status: 201"));
    let second = watching.next();
    assert!(second.contains(", 1 trial\n") && second.contains("VIOLATES sugar/lump"), "{second}");
    put(place.path(), suite, good.replace("status: 200", "statsu: 200"));
    let broken = watching.next();
    assert!(broken.contains("unknown key `statsu`"), "{broken}");
    put(place.path(), suite, &good);
    let mended = watching.next();
    assert!(mended.contains(", 1 trial\n") && mended.contains("1 conform"), "{mended}");
    // What all suites share concerns all of them.
    put(place.path(), "shop/world.yaml", "key: hunter3-hunter3\n");
    let whole = watching.next();
    assert!(whole.contains(", 3 trials\n"), "{whole}");
    let pid = watching.child.id().to_string();
    Command::new("kill").args(["-INT", &pid]).stdout(Stdio::null()).status().expect("a signal is sent");
    let status = watching.child.wait().expect("an end");
    assert_eq!(status.code(), Some(0));
}

/// Of the shipped contract no more is read than what is wanted; nobody shall see that.
#[test]
fn of_the_shipped_contract_a_part_is_told_of_like_the_whole() {
    let refuses = |_: &str, stream: &mut std::net::TcpStream| {
        let head = "HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close";
        write!(stream, "{head}\r\n\r\n{{}}")
    };
    let (place, cache, server) = (folder([]), folder([]), Server::start(refuses));
    let url = server.url();
    let run = |arguments: &[&str]| {
        let all = ["run", "--target", &url].iter().chain(arguments).copied().collect::<Vec<_>>();
        finish(command(place.path(), &all).env("XDG_CACHE_HOME", cache.path()).env("PROBITY_TODAY", "2026-11-22"))
    };
    let listed = |arguments: &[&str]| {
        let all = ["list"].iter().chain(arguments).copied().collect::<Vec<_>>();
        probity(place.path(), &all).stdout.lines().count()
    };
    let wanted = ["--only", "people/callers", "--only", "PROFILE-AUTH", "--skip", "people/callers/without-token"];
    let (whole, part) = (listed(&[]), listed(&wanted));
    assert!(part > 5 && part < whole / 10, "{part} of {whole}");
    let first = run(&[&wanted[..], &["--report", "json=first.json"]].concat());
    assert_eq!(first.code, Some(1), "{}{}", first.stdout, first.stderr);
    assert!(first.stdout.contains(&format!(": {part} trials, ")), "{}", first.stdout);
    assert!(first.stdout.contains(&format!("partial: {} trials left out", whole - part)), "{}", first.stdout);
    let report = fs::read_to_string(place.path().join("first.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let violating: Vec<_> =
        report["trials"].as_array().expect("trials").iter().filter(|one| one["verdict"] == "violates").collect();
    assert!(!violating.is_empty() && violating.len() < part, "{}", violating.len());
    // Those that failed, and nothing else of their suites.
    let again = run(&["--last-failed"]);
    assert!(again.stdout.contains(&format!(": {} trials, ", violating.len())), "{}", again.stdout);
    assert!(
        again.stdout.contains(&format!("partial: {} trials left out", whole - violating.len())),
        "{}",
        again.stdout
    );
    // A waiver counts what it covers of the whole.
    let covers = listed(&["--only", "must"]);
    let print = violating[0]["findings"][0]["fingerprint"].as_str().expect("a fingerprint");
    for (covers, says) in
        [(covers, "WAIVED ".to_owned()), (covers - 1, format!("`must` covers {covers} trials, not {}", covers - 1))]
    {
        let entry = format!(
            "waivers: [{{trials: must, finding: {print}, reason: r, owner: o, expires: 2027-01-01, covers: {covers}}}]\n"
        );
        fs::write(place.path().join("waivers.yaml"), entry).expect("written");
        let waived = run(&["--only", violating[0]["id"].as_str().expect("an id"), "--waivers", "waivers.yaml"]);
        assert!(waived.stdout.contains(&says), "{says}: {}{}", waived.stdout, waived.stderr);
    }
    // What is mistyped is told as if all was read.
    let mistyped = run(&["--only", "people/callers", "--skip", "people/totl"]);
    assert_eq!(mistyped.code, Some(2));
    assert!(mistyped.stderr.contains("did you mean `people/total`?"), "{}", mistyped.stderr);
}

#[test]
fn the_shipped_contract_is_not_watched() {
    let outcome = probity(shop().path(), &["run", "--watch"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("name the folder of a contract to watch"), "{}", outcome.stderr);
}

/// The words of a line, as a shell splits it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in line.chars() {
        match (character, quote) {
            (end, Some(open)) if end == open => quote = None,
            ('"' | '\'', None) => quote = Some(character),
            (' ', None) => words.push(String::new()),
            (other, _) => words.last_mut().expect("a word").push(other),
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let help = probity(Path::new("."), &["--help"]).stdout;
    let list = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a list");
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_has_examples_that_are_understood() {
    let mut seen = 0;
    for command in commands() {
        let help = probity(Path::new("."), &[&command, "--help"]).stdout;
        let examples = help.split("Examples:\n").nth(1).unwrap_or_else(|| panic!("{command} has no examples\n{help}"));
        for line in examples.lines().filter_map(|line| line.strip_prefix("  probity ")) {
            let mut arguments = words(line);
            assert_eq!(arguments.first(), Some(&command), "{line}");
            arguments.push("--help".into());
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let outcome = probity(Path::new("."), &arguments);
            assert_eq!(outcome.code, Some(0), "{line}\n{}", outcome.stderr);
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen}");
}

#[test]
fn shells_and_manuals_know_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let Outcome { code, stdout, stderr } = probity(Path::new("."), &["completions", shell]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{shell}");
        for word in commands().iter().map(String::as_str).chain(["last-failed", "dry-run"]) {
            assert!(stdout.contains(word), "{shell} knows nothing of {word}");
        }
    }
    let place = folder([]);
    assert_eq!(probity(place.path(), &["man", "pages"]).code, Some(0));
    for command in commands() {
        let page = fs::read_to_string(place.path().join(format!("pages/probity-{command}.1"))).expect("a page");
        assert!(page.starts_with(".ie") || page.starts_with(".TH"), "{page}");
        assert!(page.contains("Examples:"), "{page}");
    }
    let whole = fs::read_to_string(place.path().join("pages/probity.1")).expect("a page");
    assert_eq!(probity(place.path(), &["man"]).stdout, whole);
}

#[test]
fn whatever_has_a_name_is_explained() {
    for (name, part) in [
        ("matrix", "Every cell stands in it exactly once"),
        ("persona", "A named identity"),
        ("exit-codes", "3 incomplete"),
        ("conforms", "The exit code is 0"),
        ("unpinned", "No requirement speaks of what has changed"),
        ("lawful-change", "The contract declares"),
        ("junit", "a format of reports"),
        ("uuid", "a placeholder of redactions"),
        ("must", "Decides the verdict"),
        ("run", "Usage: probity run"),
    ] {
        let outcome = probity(Path::new("."), &["explain", name]);
        let found = outcome.stdout.contains(part);
        assert!(outcome.code == Some(0) && found, "{name}\n{}{}", outcome.stdout, outcome.stderr);
    }
    let outcome = probity(Path::new("."), &["explain", "matrx"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("did you mean `matrix`?"), "{}", outcome.stderr);
}
