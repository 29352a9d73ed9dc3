//! Servers that misbehave below the level of any contract: never a panic, never a hang, never a pass, and whole reports.

mod bodies;
mod commands;
mod framing;
mod kept;
mod slow;
#[path = "../support"]
mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod measured;
    pub(crate) mod server;
}
mod texts;
mod traps;
mod trial;
mod whole;
mod zoo;

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use support::binary::probity;
use support::folder::folder;
use support::server::Server;
use traps::Trap;
use trial::{contract, faults};
use zoo::Row;

#[track_caller]
fn all_as_said(rows: Vec<Row>) {
    let faults = faults(rows);
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn what_never_ends_is_ended() {
    all_as_said(slow::rows());
}

#[test]
fn what_ends_too_soon_is_no_answer() {
    all_as_said(framing::cut_short());
}

#[test]
fn what_cant_be_understood_is_no_pass() {
    all_as_said(framing::ambiguous());
}

#[test]
fn what_comes_unasked_is_taken_for_no_other_answer() {
    all_as_said(kept::rows());
}

#[test]
fn what_is_more_than_it_seems_fills_no_memory() {
    all_as_said(bodies::codings());
    all_as_said(bodies::json());
}

#[test]
fn what_would_break_a_report_is_a_text_in_it() {
    all_as_said(texts::rows());
}

#[test]
fn nobody_is_led_elsewhere_with_what_they_know() {
    let trap = Trap::set();
    all_as_said(trap.rows());
    assert_eq!(trap.caught(), 0, "somebody went where an answer pointed");
}

/// So many trials with so large answers would fill the memory if they all waited for the first one.
const MANY: usize = 2_000;
const LARGE: usize = 60 << 10;

#[test]
fn results_that_wait_for_a_slow_one_are_bounded() {
    let leaves = "x".repeat(LARGE);
    waits_within_bounds("", &format!("{{\"tea\":\"green\",\"leaves\":\"{leaves}\"}}"));
    waits_within_bounds(&format!("Leaves: {leaves}\r\n"), "{\"tea\":\"green\"}");
}

/// Runs many trials against a server whose answers have this field and this body, the first of them late.
#[track_caller]
fn waits_within_bounds(field: &str, body: &str) {
    let answered = Arc::new(AtomicUsize::new(0));
    let meanwhile = Arc::new(AtomicUsize::new(0));
    let (counter, seen) = (Arc::clone(&answered), Arc::clone(&meanwhile));
    let answer = format!("{field}Content-Length: {}\r\n\r\n{body}", body.len());
    let server = Server::start(move |request, stream| {
        if request.starts_with("GET /tea?cup=0 ") {
            thread::sleep(Duration::from_secs(4));
            seen.store(counter.load(Ordering::SeqCst), Ordering::SeqCst);
        }
        counter.fetch_add(1, Ordering::SeqCst);
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n";
        write!(stream, "{head}{answer}")
    });
    let cups: Vec<String> = (0..MANY).map(|cup| format!("      - {{name: c{cup}, cup: {cup}}}")).collect();
    let cups = cups.join("\n");
    let suite = format!(
        "suite: tea\nservice: shop\ncases:\n  - case: cups\n    requirements: [TEA]\n    each:\n{cups}\n\
         \x20   request: GET /tea?cup={{{{cup}}}}\n    expect: {{status: 200, body: [{{at: $.tea, equals: green}}]}}\n"
    );
    let contract = folder([
        ("contract.yaml", &b"contract: tea\nversion: 1.0.0\nservices: {shop: }\n"[..]),
        (
            "requirements.yaml",
            b"- {id: TEA, level: must, source: {document: tea.md, section: Teas}, says: a tea is green}\n",
        ),
        ("suites/tea.yaml", suite.as_bytes()),
    ]);
    let outcome = probity(contract.path(), &["run", ".", "--target", &server.url()]);
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    assert_eq!(server.requests(), MANY);
    let meanwhile = meanwhile.load(Ordering::SeqCst);
    assert!((16..MANY - 100).contains(&meanwhile), "{meanwhile} of {MANY} trials were over before the first one");
}

#[test]
fn out_of_reach_is_incomplete_with_the_whole_cause() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let refused = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let plain = Server::start(|_, stream| stream.write_all(&zoo::good()));
    let secure = plain.url().replace("http:", "https:");
    for (url, cause) in [
        (refused.as_str(), "Connection refused"),
        ("http://no-such-host.invalid", "failed to lookup address information"),
        (secure.as_str(), "tls handshake eof"),
    ] {
        let contract = contract();
        let outcome = probity(contract.path(), &["run", ".", "--target", url, "--timeout", "1"]);
        assert_eq!(outcome.code, Some(3), "{url}: {outcome:?}");
        assert!(outcome.stdout.contains(cause), "{url}: {}", outcome.stdout);
        assert!(outcome.stdout.contains("nothing was judged"), "{url}: {}", outcome.stdout);
    }
}
