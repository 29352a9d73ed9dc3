//! Where a contract may reach: requests go to the target's own services, files are read from the contract's own folder,
//! and snapshots are written below theirs.
#![cfg(unix)]

mod support {
    pub(crate) mod binary;
    pub(crate) mod door;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::fs;
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use support::binary::probity;
use support::door::door;
use support::folder::folder;
use support::server::Server;

/// Puts something into a folder that leads to another one.
type Trap<'t> = &'t dyn Fn(&Path, &Path);

fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

/// Waits for tokens.
fn trap() -> Server {
    Server::start(|_, stream| answer(stream, "200 OK", "", "{\"open\": true}"))
}

const RUN: [&str; 6] = ["run", "door", "--target", "target.yaml", "--report", "json=report.json"];

#[test]
fn no_answer_leads_a_request_to_another_origin() {
    let trap = trap();
    let at = trap.address;
    for (next, is_followed) in [
        (format!("http://{at}/open"), false),
        (format!("@{at}/open"), false),
        (format!(".{at}/open"), false),
        (format!("9.invalid@{at}/open"), false),
        ("https://SELF/open".to_owned(), false),
        ("http://SELF.evil.invalid/open".to_owned(), false),
        ("http://SELF@evil.invalid/open".to_owned(), false),
        ("/open\r\nhost: evil.invalid\r\nx: ".to_owned(), false),
        ("open".to_owned(), false),
        ("http://SELF/open".to_owned(), true),
        ("/open".to_owned(), true),
        (format!("//{at}/open"), true),
    ] {
        let told = next.clone();
        let server = Server::start(move |request, stream| {
            let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
            let next = serde_json::Value::from(told.replace("SELF", host));
            answer(stream, "200 OK", "", &format!("{{\"open\": true, \"next\": {next}}}"))
        });
        let cases = "  - case: next\n    requirements: [DOOR-MUST]\n    steps:\n      \
                     - {request: GET /, capture: {next: $.next}, expect: {status: 200}}\n      \
                     - {request: \"GET {{next}}\", expect: {status: 200, body: [{at: $.open, equals: true}]}}\n";
        let folder = door(cases, &format!("url: {}\n", server.url()));
        let outcome = probity(folder.path(), &RUN);
        assert_eq!(outcome.code, Some(if is_followed { 0 } else { 3 }), "{next}: {outcome:?}");
        assert_eq!(outcome.stdout.contains("leads away from the service"), !is_followed, "{next}: {}", outcome.stdout);
        assert!(!is_followed || server.requests() >= 2, "{next}");
    }
    assert_eq!(trap.requests(), 0, "a request went to another origin");
}

#[test]
fn no_redirect_is_followed() {
    let trap = trap();
    let location = format!("location: {}/open\r\n", trap.url());
    let server = Server::start(move |_, stream| answer(stream, "307 Temporary Redirect", &location, ""));
    let (case, url) =
        ("  - {case: open, requirements: [DOOR-MUST], request: GET /, expect: {status: 200}}\n", server.url());
    for before in [
        String::new(),
        format!("ready: {{url: {url}/ready, within: 1s}}\n"),
        format!(
            "setup: [{{request: {{method: POST, url: {url}/seed, headers: {{authorization: a-token-of-the-owner}}, body: world}}}}]\n"
        ),
    ] {
        let folder = door(case, &format!("url: {url}\n{before}"));
        let outcome = probity(folder.path(), &RUN);
        assert_eq!(outcome.code, Some(if before.is_empty() { 1 } else { 3 }), "{before}: {outcome:?}");
    }
    assert_eq!(trap.requests(), 0, "a redirect was followed");
}

#[test]
fn a_contract_is_read_from_its_own_folder() {
    let trap = trap();
    let reference = format!("{{\"$ref\": \"{}/schema.json\"}}", trap.url());
    let case = "  - {case: open, requirements: [DOOR-MUST], request: GET /, expect: {status: 200}}\n";
    let links: [(&str, &str, Trap<'_>); 5] = [
        ("a link to a file", "leads out", &|outside, door| link(&outside.join("a.yaml"), &door.join("suites/a.yaml"))),
        ("a link to a folder", "leads out", &|outside, door| link(outside, &door.join("suites/more"))),
        ("a link at the top", "leads out", &|outside, door| {
            link(&outside.join("a.yaml"), &door.join("survivors.yaml"));
        }),
        ("a pipe", "neither a file", &|_, door| {
            assert!(Command::new("mkfifo").arg(door.join("suites/pipe.yaml")).status().expect("mkfifo").success());
        }),
        ("a schema of the network", "leads nowhere", &|_, door| {
            fs::create_dir(door.join("schemas")).expect("a folder");
            fs::write(door.join("schemas/far.json"), &reference).expect("a file");
        }),
    ];
    for (what, said, put) in links {
        let outside = folder([("a.yaml", &b"suite: a-secret-of-another-folder\n"[..])]);
        let folder = door(case, "url: http://127.0.0.1:9\n");
        put(outside.path(), &folder.path().join("door"));
        let outcome = probity(folder.path(), &["lint", "door"]);
        assert_eq!(outcome.code, Some(2), "{what}: {outcome:?}");
        assert!(outcome.stderr.contains(said) && !outcome.stderr.contains("a-secret-of"), "{what}: {}", outcome.stderr);
    }
    assert_eq!(trap.requests(), 0, "a schema was fetched");
    // A link to the folder itself, and one that stays inside, are nobody's trap.
    let folder = door(case, "url: http://127.0.0.1:9\n");
    fs::rename(folder.path().join("door"), folder.path().join("real")).expect("a folder");
    link(&folder.path().join("real"), &folder.path().join("door"));
    fs::rename(folder.path().join("real/suites"), folder.path().join("real/.kept")).expect("a folder");
    link(Path::new(".kept"), &folder.path().join("real/suites"));
    assert_eq!(probity(folder.path(), &["lint", "door"]).code, Some(0));
}

fn link(to: &Path, at: &Path) {
    symlink(to, at).expect("a link");
}

#[test]
fn no_snapshot_is_written_outside_of_its_folder() {
    let server = Server::start(|_, stream| answer(stream, "200 OK", "", "{}"));
    let case = "  - {case: open, requirements: [DOOR-MUST], request: GET /, expect: {status: 200, snapshot: true}}\n";
    let traps: [(&str, Trap<'_>); 3] = [
        ("the folder of a suite", &|outside, accepted| link(outside, &accepted.join("door"))),
        ("an accepted answer", &|outside, accepted| {
            fs::create_dir(accepted.join("door")).expect("a folder");
            link(&outside.join("kept"), &accepted.join("door/open.snap"));
        }),
        ("what isn't there yet", &|outside, accepted| {
            fs::create_dir(accepted.join("door")).expect("a folder");
            link(&outside.join("new"), &accepted.join("door/.open.snap.new.unfinished"));
        }),
    ];
    for (what, put) in traps {
        let outside = folder([("kept", &b"---\nsource: x\n---\nas it was\n"[..])]);
        let folder = door(case, &format!("url: {}\nsnapshots: accepted\n", server.url()));
        fs::create_dir(folder.path().join("accepted")).expect("a folder");
        put(outside.path(), &folder.path().join("accepted"));
        for mode in ["new", "accept"] {
            let outcome = probity(folder.path(), &[&RUN[..4], &["--snapshots", mode]].concat());
            assert!(matches!(outcome.code, Some(0..=3)), "{what}: {outcome:?}");
        }
        let names: Vec<_> =
            fs::read_dir(outside.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
        assert_eq!(names, ["kept"], "{what}");
        assert_eq!(
            fs::read_to_string(outside.path().join("kept")).expect("a file"),
            "---\nsource: x\n---\nas it was\n",
            "{what}"
        );
    }
}
