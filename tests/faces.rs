//! The trials as tests of `cargo test` and cargo-nextest: what they say to those who start them.
//!
//! This program is both sides: started with a URL in [`TARGET`], it is the tests of the kiosk's contract; otherwise it
//! starts itself as cargo-nextest would.

mod support {
    pub(crate) mod server;
}

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Output};

use libtest_mimic::{Arguments, Failed, Trial};
use probity::load::{Origin, contract};

use support::server::Server;

const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/kiosk");

/// The server that the tests of the kiosk ask.
const TARGET: &str = "PROBITY_FACES_TARGET";

fn main() -> ExitCode {
    if let Ok(url) = std::env::var(TARGET) {
        return probity::trial::main(contract(&Origin::Folder(PathBuf::from(CONTRACT))), &url);
    }
    let tests = vec![
        Trial::test("what_is_not_claimed_is_listed_as_ignored", || said(listed)),
        Trial::test("each_verdict_is_what_it_looks_like", || said(run_alone)),
        Trial::test("what_is_ignored_says_why", || said(run_together)),
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit_code()
}

fn said(check: fn(&Server) -> Result<(), String>) -> Result<(), Failed> {
    // It is open, and that is all that it knows.
    let server = Server::start(|request, stream| {
        let (status, body) = if request.starts_with("GET /open ") { (200, "{\"open\": true}") } else { (404, "") };
        write!(stream, "HTTP/1.1 {status} \r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    });
    check(&server).map_err(Failed::from)
}

/// Starts this program as the tests of the kiosk.
fn tests(server: &Server, nextest: bool, arguments: &[&str]) -> (Output, String) {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(arguments).env(TARGET, server.url()).env_remove("NEXTEST");
    if nextest {
        command.env("NEXTEST", "1");
    }
    let output = command.output().expect("this program starts");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output, text)
}

fn expect(what: &str, holds: bool, text: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{what}\n{text}")) }
}

fn listed(server: &Server) -> Result<(), String> {
    let (_, all) = tests(server, true, &["--list", "--format", "terse"]);
    expect("11 tests", all.lines().filter(|line| line.ends_with(": test")).count() == 11, &all)?;
    let (_, ignored) = tests(server, true, &["--list", "--format", "terse", "--ignored"]);
    expect("one is ignored", ignored.trim() == "goods/credit: test", &ignored)?;
    expect("nothing is sent for a list", server.requests() == 0, "")
}

fn run_alone(server: &Server) -> Result<(), String> {
    for (id, passes, words) in [
        ("goods/open", true, "test result: ok. 1 passed"),
        ("goods/price/ice", false, "KIOSK-PRICE (must)"),
        ("goods/stock", false, "inconclusive: set-up failed"),
        ("drawers/privacy/guest/closed", false, "KIOSK-PRIVACY (must)"),
    ] {
        let (output, text) = tests(server, true, &["--exact", id, "--nocapture"]);
        expect(id, output.status.success() == passes && text.contains(words), &text)?;
        expect("it runs alone", text.contains("running 1 test"), &text)?;
    }
    let (output, text) = tests(server, true, &["--exact", "goods/credit", "--nocapture", "--ignored"]);
    let words = "skipped: the target doesn't claim `credit`";
    expect("what is skipped is no pass", !output.status.success() && text.contains(words), &text)
}

fn run_together(server: &Server) -> Result<(), String> {
    let (output, text) = tests(server, false, &["--exact", "goods/credit"]);
    let words = "ignored (the target doesn't claim `credit`)";
    expect("why it is ignored", output.status.success() && text.contains(words), &text)
}
