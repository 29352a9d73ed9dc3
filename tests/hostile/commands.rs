//! Every command that shows what a server sent, told the worst.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::binary::{Outcome, probity};
use crate::support::folder::folder;
use crate::whole::{loads_nothing, no_command, printable};
use crate::zoo::{Cage, Manner, with};

/// What steers a terminal, a job's log or a page, in a value and in a name.
const WORST: &str = r###"{"tea":"\u001b[2J\u001b]0;x\u0007\u009b31m\u202e\n::stop-commands::x\n  ::add-mask::e ##[add-mask]e\r</script><script>alert(1)</script>WORD","\u009b2J\n::error::x":{"##[group]x\u0000\u061c":1}}"###;

const CONTRACT: [(&str, &[u8]); 3] = [
    ("contract.yaml", b"contract: tea\nversion: 1.0.0\nservices: {shop: }\n"),
    (
        "requirements.yaml",
        b"- {id: TEA, level: must, source: {document: tea.md, section: Teas}, says: a tea is green}\n",
    ),
    (
        "suites/tea.yaml",
        b"suite: tea
service: shop
cases:
  - case: green
    requirements: [TEA]
    request: GET /tea
    expect: {status: 200, body: [{at: $.tea, equals: green}]}
  - case: kept
    requirements: [TEA]
    request: GET /tea
    expect: {status: 200, snapshot: true}
",
    ),
];

/// A server that says the worst, with another word at its end.
fn cage(word: &str) -> Cage {
    let headers = "content-type: application/json\r\nx-b: \u{9b}31m ::error::x ##[group]x\r\n";
    Cage::of(Manner::Keeps(with("200 \u{9b}31m##[group]x", headers, WORST.replace("WORD", word).as_bytes())))
}

/// A folder with the contract, and a target that is this server.
fn stage(server: &Cage) -> TempDir {
    let target = format!("target: shop\nurl: {}\nsnapshots: accepted\n", server.url());
    folder(CONTRACT.into_iter().chain([("target.yaml", target.as_bytes())]))
}

#[track_caller]
fn harmless(folder: &Path, arguments: &[&str], code: i32) -> Outcome {
    let outcome = probity(folder, arguments);
    assert_eq!(outcome.code, Some(code), "{arguments:?}: {outcome:?}");
    for text in [&outcome.stdout, &outcome.stderr] {
        assert_eq!(printable(text, false), Ok(()), "{arguments:?}: {text}");
        // JSON is data, in which every text stays what it is.
        let is_data = arguments.contains(&"--json");
        assert_eq!(no_command(if is_data { "" } else { text }), Ok(()), "{arguments:?}: {text}");
    }
    outcome
}

#[test]
fn no_command_lets_a_server_steer_what_shows_it() {
    let (server, other) = (cage("one"), cage("two"));
    let staged = stage(&server);
    let folder = staged.path();
    let (url, other_url) = (server.url(), other.url());
    let target = ["--target", "target.yaml"];
    let run = |report: &'static str| [&["run", "."], &target[..], &["--report", report]].concat();
    // Accepted once, so that the answer of the other server is a change that awaits a review.
    harmless(folder, &[&run("json=a.json")[..], &["--snapshots", "accept"]].concat(), 1);
    let changed = fs::read_to_string(folder.join("target.yaml")).expect("a file").replace(&url, &other_url);
    fs::write(folder.join("target.yaml"), changed).expect("a file");
    let colour = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a pattern");
    for verbosity in [&[][..], &["-v"], &["-vv"], &["--color", "always"]] {
        let told = probity(folder, &[&run("json=b.json")[..], &["--snapshots", "new"], verbosity].concat());
        assert_eq!(told.code, Some(1), "{told:?}");
        let plain = colour.replace_all(&told.stdout, "").into_owned();
        assert_eq!(printable(&plain, false).and_then(|()| no_command(&plain)), Ok(()), "{verbosity:?}: {plain}");
    }
    for (arguments, code) in [
        (&["review", ".", "--target", "target.yaml"][..], 1),
        (&["review", ".", "--target", "target.yaml", "--json"], 1),
        (&["review", ".", "--target", "target.yaml", "--html", "review.html"], 1),
        (&["report", "b.json"], 0),
        (&["report", "b.json", "-vv"], 0),
        (&["report", "b.json", "--to", "html=run.html", "--to", "markdown=-"], 0),
        (&["judge", "b.json", "--contract", ".", "-vv"], 1),
        (&["diff", "a.json", "b.json", "--answers", "values"], 1),
        (&["diff", "a.json", "b.json", "--answers", "values", "--json"], 1),
        (&["diff", &url, "b.json", ".", "--answers", "values", "--verbose"], 1),
        (&["matrix", "a.json", "b.json"], 0),
        (&["matrix", "a.json", "b.json", "--to", "html=matrix.html"], 0),
        (&["smoke", ".", "--target", &url], 0),
        (&["verify", ".", "--target", &url, "--repeat", "2"], 1),
        (&["verify", ".", "--target", &url, "--repeat", "2", "--json"], 1),
        (&["prove", ".", "--target", &url, "--report", "html=proof.html"], 1),
        (&["snapshots", "stabilise", ".", "--target", &url], 0),
        (&["explain", "tea/green", "."], 0),
        (&["list", "."], 0),
        (&["lint", "."], 0),
        (&["run", ".", "--target", &url, "--dry-run"], 0),
    ] {
        harmless(folder, arguments, code);
    }
    for page in ["review.html", "run.html", "matrix.html", "proof.html"] {
        let text = fs::read_to_string(folder.join(page)).expect("a page");
        assert_eq!(loads_nothing(&text), Ok(()), "{page}");
        // What has no script and asks for nothing needs no policy.
        let bare = !text.contains("<script");
        assert!(
            bare || text.contains("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "),
            "{page}"
        );
        assert!(!text.contains("<script>alert"), "{page}");
        assert_eq!(printable(&text, true), Ok(()), "{page}");
    }
    // A recorded answer that was damaged is shown where it is damaged.
    let accepted = folder.join("accepted/tea/kept.snap");
    let text = fs::read_to_string(&accepted).expect("an accepted answer");
    fs::write(&accepted, format!("{text}<<<<<<< \u{1b}[2J\u{9b}31m\u{202e} ##[group]x\n")).expect("a file");
    let told = probity(folder, &[&["run", "."], &target[..]].concat());
    assert_eq!(told.code, Some(2), "{told:?}");
    assert_eq!(printable(&told.stderr, false), Ok(()), "{}", told.stderr);
    // A report that somebody else wrote is no better than a server.
    let report = fs::read_to_string(folder.join("b.json")).expect("a report");
    let forged = report.replace("\"tea/green\"", "\"tea/\\u001b[2Jgreen\"").replace("\"shop\"", "\"sh\\u009b2Jop\"");
    fs::write(folder.join("b.json"), forged).expect("a file");
    for arguments in [&["report", "b.json", "-vv"][..], &["matrix", "a.json", "b.json"]] {
        let told = probity(folder, arguments);
        for text in [&told.stdout, &told.stderr] {
            assert_eq!(printable(text, false), Ok(()), "{arguments:?}: {text}");
        }
    }
}
