//! Servers that misbehave below the level of any contract: never a panic, never a hang, never a pass.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use support::binary::{Outcome, probity};
use support::folder::folder;
use support::server::Server;

/// Two cases of one clause, one for each transport.
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
  - case: pooled
    requirements: [TEA]
    request: GET /tea
    expect: &green {status: 200, body: [{at: $.tea, equals: green}], lacks: token-of-ann}
  - case: raw
    requirements: [TEA]
    request: GET /tea
    transport: raw
    expect: *green
",
    ),
];

/// So many trials with so large answers would fill the memory if they all waited for the first one.
const MANY: usize = 2_000;
const LARGE: usize = 60 << 10;

#[test]
fn results_that_wait_for_a_slow_one_are_bounded() {
    let answered = Arc::new(AtomicUsize::new(0));
    let meanwhile = Arc::new(AtomicUsize::new(0));
    let (counter, seen) = (Arc::clone(&answered), Arc::clone(&meanwhile));
    let body = format!("{{\"tea\":\"green\",\"leaves\":\"{}\"}}", "x".repeat(LARGE));
    let server = Server::start(move |request, stream| {
        if request.starts_with("GET /tea?cup=0 ") {
            thread::sleep(Duration::from_secs(4));
            seen.store(counter.load(Ordering::SeqCst), Ordering::SeqCst);
        }
        counter.fetch_add(1, Ordering::SeqCst);
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n";
        write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len())
    });
    let cups: Vec<String> = (0..MANY).map(|cup| format!("      - {{name: c{cup}, cup: {cup}}}")).collect();
    let cups = cups.join("\n");
    let suite = format!(
        "suite: tea\nservice: shop\ncases:\n  - case: cups\n    requirements: [TEA]\n    each:\n{cups}\n\
         \x20   request: GET /tea?cup={{{{cup}}}}\n    expect: {{status: 200, body: [{{at: $.tea, equals: green}}]}}\n"
    );
    let contract = folder([CONTRACT[0], CONTRACT[1], ("suites/tea.yaml", suite.as_bytes())]);
    let outcome = probity(contract.path(), &["run", ".", "--target", &server.url()]);
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    assert_eq!(answered.load(Ordering::SeqCst), MANY);
    let meanwhile = meanwhile.load(Ordering::SeqCst);
    assert!((16..MANY - 100).contains(&meanwhile), "{meanwhile} of {MANY} trials were over before the first one");
}

/// How long an exchange may take; a run may take this for each of its two, and a little.
const TIMEOUT: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(5);

/// What a server does with a connection.
enum Manner {
    /// Writes this and closes the connection.
    Says(Vec<u8>),
    /// Writes this and then nothing, with the connection open.
    Stops(Vec<u8>),
    /// Writes this and then that for ever.
    Goes(Vec<u8>, Vec<u8>),
    /// Writes this one byte after the other, slowly.
    Drips(Vec<u8>),
}

use Manner::{Drips, Goes, Says, Stops};

impl Manner {
    fn act(&self, stream: &mut TcpStream) -> io::Result<()> {
        match self {
            Says(bytes) => stream.write_all(bytes),
            Stops(bytes) => {
                stream.write_all(bytes)?;
                thread::sleep(PATIENCE);
                Ok(())
            }
            Goes(head, again) => {
                stream.write_all(head)?;
                loop {
                    stream.write_all(again)?;
                }
            }
            Drips(bytes) => bytes.iter().try_for_each(|byte| {
                stream.write_all(&[*byte])?;
                thread::sleep(TIMEOUT / 20);
                Ok(())
            }),
        }
    }
}

/// The verdict of a trial, and what is said of it.
type Said = (&'static str, &'static str);

const CONFORMS: Said = ("conforms", "");
const SILENT: Said = ("inconclusive", "timeout: no answer within 1s");
const CUT_SHORT: Said = ("inconclusive", "the connection ended before the end of the body");
/// Too large or too late, whichever comes first.
const TOO_LARGE: Said = ("inconclusive", "");

/// A whole answer with this body.
fn whole(body: &[u8]) -> Vec<u8> {
    with("200 OK", "", body)
}

fn with(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

const GREEN: &[u8] = b"{\"tea\":\"green\"}";

/// A server's manner, and what is said of the trial over the pooled connection and of the one over its own.
type Row = (&'static str, Manner, Said, Said);

/// An answer with these headers and whatever follows.
fn head(headers: &str, rest: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\n{headers}\r\n").as_bytes(), rest].concat()
}

fn both(what: &'static str, manner: Manner, said: Said) -> Row {
    (what, manner, said, said)
}

/// Answers that can't be read, or not to their end.
fn broken_manners() -> Vec<Row> {
    let chunked = |body: &[u8]| head("transfer-encoding: chunked\r\n", body);
    let broken = |what, manner, pooled, raw| (what, manner, ("inconclusive", pooled), ("inconclusive", raw));
    let no_version = ("broken answer: invalid HTTP version parsed", "the head is not HTTP/1.1: invalid HTTP version");
    let no_length = "broken answer: invalid content-length parsed";
    vec![
        broken(
            "nothing",
            Says(Vec::new()),
            "connection closed before message completed",
            "the connection ended without an answer",
        ),
        broken(
            "half a head",
            Says(b"HTTP/1.1 200 OK\r\ncontent-".to_vec()),
            "connection closed before message completed",
            "the head was cut short",
        ),
        broken("garbage", Says(b"\x16\x03\x01\x00\x02\x02\x28 teapot\r\n\r\n".to_vec()), no_version.0, no_version.1),
        broken("another protocol", Says(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), no_version.0, no_version.1),
        broken("a body without a head", Says(GREEN.to_vec()), no_version.0, no_version.1),
        broken(
            "a status that is none",
            Says(b"HTTP/1.1 2x0 OK\r\n\r\n".to_vec()),
            "invalid HTTP status-code",
            "invalid response status",
        ),
        broken(
            "a reason that steers a terminal",
            Says(with("200 \x1b]0;x\x07", "", GREEN)),
            "invalid HTTP status-code",
            "invalid response status",
        ),
        broken(
            "headers without end",
            Goes(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-a: b\r\n".repeat(99)),
            "message head is too large",
            "too many headers",
        ),
        broken(
            "a header without end",
            Goes(b"HTTP/1.1 200 OK\r\nx-a: ".to_vec(), vec![b'a'; 999]),
            "message head is too large",
            "a head of more than 262144 bytes",
        ),
        both("silence", Stops(Vec::new()), SILENT),
        both("half a head and silence", Stops(b"HTTP/1.1 200 OK\r\ncontent-".to_vec()), SILENT),
        both("a head drop by drop", Drips(whole(GREEN)), SILENT),
        both("a body drop by drop", Drips(head("content-length: 99\r\n", &[b' '; 99])), SILENT),
        both("chunks without end", Goes(chunked(b""), b"1\r\n \r\n".repeat(999)), SILENT),
        both("a body without end", Goes(head("", b""), vec![b' '; 1 << 20]), TOO_LARGE),
        both("a body of 130 MB", Says(whole(&vec![b' '; 130 << 20])), TOO_LARGE),
        both("a length that is too long", Says(head("content-length: 99\r\n", GREEN)), CUT_SHORT),
        both("a length that is too long, and silence", Stops(head("content-length: 99\r\n", GREEN)), CUT_SHORT),
        // Over a connection of its own an answer with such a length can be read, so that rules on headers can judge it.
        (
            "two lengths",
            Says(head("content-length: 15\r\ncontent-length: 16\r\n", GREEN)),
            ("inconclusive", no_length),
            CONFORMS,
        ),
        ("a negative length", Says(head("content-length: -1\r\n", GREEN)), ("inconclusive", no_length), CONFORMS),
        (
            "a length beyond all bounds",
            Says(head("content-length: 18446744073709551616\r\n", GREEN)),
            ("inconclusive", no_length),
            CONFORMS,
        ),
    ]
}

/// Answers that can be read to their end, and judged.
fn odd_manners() -> Vec<Row> {
    let violates = |what, manner, said| both(what, manner, ("violates", said));
    vec![
        both("a good answer", Says(whole(GREEN)), CONFORMS),
        both(
            "a good answer after interim ones",
            Says([b"HTTP/1.1 100 Continue\r\n\r\n".repeat(99), whole(GREEN)].concat()),
            CONFORMS,
        ),
        both(
            "both a length and chunks",
            Says(head("content-length: 3\r\ntransfer-encoding: chunked\r\n", b"f\r\n{\"tea\":\"green\"}\r\n0\r\n\r\n")),
            CONFORMS,
        ),
        violates(
            "a protocol to be switched to",
            Says(b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: tea\r\n\r\n".to_vec()),
            "the status is 101",
        ),
        violates("a redirect", Says(with("302 Found", "location: /green\r\n", b"")), "the status is 302"),
        violates("a 204 with a body", Says(with("204 No Content", "", GREEN)), "the status is 204"),
        violates(
            "a coding that nobody asked for",
            Says(with("200 OK", "content-encoding: gzip\r\n", b"\x1f\x8b\x08\0\0\0\0\0\0\x03")),
            "isn't UTF-8",
        ),
        violates("no UTF-8", Says(whole(b"{\"tea\":\"gr\xfcn\"}")), "isn't UTF-8 from byte 10"),
        violates("arrays 10,000 deep", Says(whole("[".repeat(10_000).as_bytes())), "recursion limit exceeded"),
        violates("objects 10,000 deep", Says(whole("{\"a\":".repeat(10_000).as_bytes())), "recursion limit exceeded"),
        violates(
            "a script",
            Says(whole(b"{\"tea\":\"</script><script>alert(1)</script>\"}")),
            "`/tea` is not as expected",
        ),
        violates("a body that steers a terminal", Says(whole("\x1b[2J\u{9b}31m\x07\r\x08".as_bytes())), "not JSON"),
        violates(
            "texts that steer a terminal",
            Says(whole(b"{\"tea\":\"\\u001b[2J\\u009b31m\\u0007\"}")),
            "`/tea` is not as expected",
        ),
        violates(
            "names that steer a terminal",
            Says(whole("{\"\\u001b[2J\u{9b}31m\": 1, \"\\u001b[2J\u{9b}31m\": 1}".as_bytes())),
            "stands twice",
        ),
        violates(
            "headers that steer a terminal",
            Says(with("200 OK", "x-a: token-of-ann \u{9b}31m \u{85}\r\n", GREEN)),
            "leaks in the header `x-a`",
        ),
    ]
}

fn run(target: &str) -> (Outcome, Value) {
    let contract = folder(CONTRACT);
    let timeout = TIMEOUT.as_secs().to_string();
    let arguments = ["run", ".", "--target", target, "--timeout", &timeout, "--report", "json=report.json"];
    let outcome = probity(contract.path(), &arguments);
    let report = fs::read(contract.path().join("report.json")).expect("a report");
    (outcome, serde_json::from_slice(&report).expect("the report is JSON"))
}

/// What is wrong with how a run went, if anything.
fn fault(what: &str, url: &str, expected: [Said; 2]) -> Option<String> {
    let started = Instant::now();
    let (outcome, report) = run(url);
    let verdicts = expected.map(|(verdict, _)| verdict);
    let code = match verdicts {
        _ if verdicts.contains(&"violates") => 1,
        _ if verdicts.contains(&"inconclusive") => 3,
        _ => 0,
    };
    let trials = expected.iter().enumerate().all(|(index, (verdict, said))| {
        let trial = &report["trials"][index];
        trial["verdict"] == *verdict && (trial["notes"].to_string() + &trial["findings"].to_string()).contains(said)
    });
    let harmless = !outcome.stdout.contains(|c: char| c.is_control() && c != '\n');
    let in_time = started.elapsed() < PATIENCE;
    let right = outcome.code == Some(code) && trials && harmless && in_time && outcome.stderr.is_empty();
    (!right).then(|| {
        let trials = serde_json::to_string_pretty(&report["trials"]).unwrap_or_default();
        format!("{what} ({:?}): expected {expected:?}\n{outcome:?}\n{trials}\n", started.elapsed())
    })
}

#[test]
fn bad_manners_are_named_and_never_hang() {
    let faults: Vec<String> = thread::scope(|scope| {
        let probe = |(what, manner, pooled, raw): Row| {
            scope.spawn(move || {
                let server = Server::start(move |_, stream| manner.act(stream));
                let fault = fault(what, &server.url(), [pooled, raw]);
                // Redirects are not followed. Only a connection that ends without an answer is tried again, and then a
                // request shows that nothing there speaks HTTP.
                let wanted = if ["nothing", "half a head"].contains(&what) { 6 } else { 2 };
                let twice = (server.requests() != wanted).then(|| format!("{what}: {} requests\n", server.requests()));
                fault.or(twice)
            })
        };
        let probes: Vec<_> = broken_manners().into_iter().chain(odd_manners()).map(probe).collect();
        probes.into_iter().filter_map(|probe| probe.join().expect("a probe ends")).collect()
    });
    assert!(faults.is_empty(), "{}", faults.concat());
}

#[test]
fn out_of_reach_is_incomplete_with_the_whole_cause() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let refused = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let plain = Server::start(|_, stream| stream.write_all(&whole(GREEN)));
    let secure = plain.url().replace("http:", "https:");
    for (url, cause) in [
        (refused.as_str(), "Connection refused"),
        ("http://no-such-host.invalid", "failed to lookup address information"),
        (secure.as_str(), "tls handshake eof"),
    ] {
        let unreachable = ("inconclusive", cause);
        let fault = fault(url, url, [unreachable, unreachable]);
        assert_eq!(fault, None);
    }
}
