//! What answers may take, seen through the binary: limits, content codings and framing, by servers that overdo it.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use support::binary::{Outcome, probity};
use support::folder::folder;
use support::server::Server;

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

const GREEN: &str = "{\"tea\":\"green\"}";
const BLACK: &str = "{\"tea\":\"black\"}";

fn whole(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn says(answer: Vec<u8>) -> Server {
    Server::start(move |_, stream| stream.write_all(&answer))
}

/// A server that takes its time.
fn says_after(pause: Duration, body: &'static str) -> Server {
    Server::start(move |_, stream| {
        thread::sleep(pause);
        stream.write_all(&whole("200 OK", "", body.as_bytes()))
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("an end")
}

/// Runs the contract with these options besides, and gives back what the JSON report says too.
fn run(url: &str, options: &[&str]) -> (Outcome, Value) {
    run_in(folder(CONTRACT).path(), url, options)
}

fn run_in(contract: &Path, url: &str, options: &[&str]) -> (Outcome, Value) {
    let arguments = ["run", ".", "--target", url, "--timeout", "5", "--report", "json=report.json"];
    let outcome = probity(contract, &[&arguments[..], options].concat());
    let report = fs::read(contract.join("report.json")).unwrap_or_default();
    (outcome, serde_json::from_slice(&report).unwrap_or_default())
}

/// What is said of a trial besides its verdict.
fn words(trial: &Value) -> String {
    format!("{}{}", trial["notes"], trial["findings"])
}

#[test]
fn what_reaches_a_limit_is_inconclusive_over_either_transport_and_says_which_one() {
    let many = (0..90).map(|field| format!("x-{field}: y\r\n")).collect::<Vec<_>>().concat();
    let json = format!("{{\"tea\":\"green\",\"cups\":[{}0]}}", "0,".repeat(5000));
    for (answer, limit, said) in [
        (whole("200 OK", "", json.as_bytes()), "body=1KiB", "the body has more than 1 KiB"),
        (whole("200 OK", "", json.as_bytes()), "nodes=1000", "the JSON has more than 1,000 values"),
        (whole("200 OK", "", b"{\"tea\":[[[]]]}"), "depth=3", "the JSON is nested deeper than 3 levels"),
        (whole("200 OK", &many, GREEN.as_bytes()), "headers=50", "the head has more than 50 fields"),
        (whole("200 OK", &many, GREEN.as_bytes()), "head=512", "the head has more than 512 bytes"),
        (
            whole("200 OK", "Content-Encoding: gzip\r\n", &gzip(&vec![b' '; 1 << 20])),
            "ratio=9",
            "the body grows to more than 9 times its size",
        ),
        (
            whole("200 OK", "Content-Encoding: gzip\r\n", &gzip(json.as_bytes())),
            "decoded=9KiB",
            "the decoded body has more than 9 KiB",
        ),
    ] {
        let server = says(answer);
        let (name, _) = limit.split_once('=').expect("a limit");
        let (outcome, report) = run(&server.url(), &["--limit", limit]);
        for trial in report["trials"].as_array().expect("trials") {
            // The head over the pool is bounded there.
            if name.starts_with("head") && trial["case"] == "pooled" {
                continue;
            }
            let words = words(trial);
            assert_eq!(trial["verdict"], "inconclusive", "{limit}: {words}");
            assert!(words.contains(said) && words.contains(&format!("`--limit {name}=")), "{limit}: {words}");
            assert!(trial["rerun"].as_str().is_some_and(|rerun| rerun.contains(&format!("--limit={limit}"))));
        }
        assert!(matches!(outcome.code, Some(3)) || name.starts_with("head"), "{limit}: {outcome:?}");
        if name != "headers" && name != "head" {
            let (outcome, _) = run(&server.url(), &[]);
            // What grows as much grows too much for the usual limit too, and such a depth is no green tea.
            let code = if said.contains("grows") { 3 } else { i32::from(said.contains("nested")) };
            assert_eq!(outcome.code, Some(code), "{limit}: {}", outcome.stdout);
        }
    }
}

#[test]
fn what_is_plainly_broken_is_a_violation_though_a_limit_was_reached() {
    let long = "x".repeat(9999);
    for (answer, said) in [
        (whole("500 No", "", long.as_bytes()), "the status is 500"),
        (whole("200 OK", "X-Debug: token-of-ann\r\n", long.as_bytes()), "leaks in the header"),
        (whole("200 OK", "", format!("token-of-ann {long}").as_bytes()), "leaks in the body"),
    ] {
        let server = says(answer);
        let (outcome, report) = run(&server.url(), &["--limit", "body=1KiB"]);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stdout);
        for trial in report["trials"].as_array().expect("trials") {
            assert!(words(trial).contains(said), "{trial}");
        }
    }
}

#[test]
fn times_are_limits_too() {
    let late = says_after(Duration::from_secs(2), GREEN);
    let (_, report) = run(&late.url(), &["--only", "tea/raw", "--limit", "head-time=300ms"]);
    assert!(words(&report["trials"][0]).contains("no head of an answer within 300ms"), "{report}");
    let pausing = Server::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")?;
        thread::sleep(Duration::from_secs(3));
        stream.write_all(GREEN.as_bytes())
    });
    let (outcome, report) = run(&pausing.url(), &["--limit", "idle=200ms"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stdout);
    for trial in report["trials"].as_array().expect("trials") {
        assert!(words(trial).contains("the body paused for more than 200ms"), "{trial}");
    }
}

#[test]
fn a_run_that_takes_too_long_begins_no_more_trials() {
    let slow = says_after(Duration::from_millis(300), GREEN);
    let (outcome, report) = run(&slow.url(), &["--jobs", "1", "--limit", "run-time=100ms"]);
    let verdicts: Vec<&Value> =
        report["trials"].as_array().expect("trials").iter().map(|trial| &trial["verdict"]).collect();
    assert_eq!(verdicts, ["conforms", "inconclusive"], "what has begun is finished");
    let words = words(&report["trials"][1]);
    assert!(
        words.contains("not begun: the run has taken more than 100ms; another limit: `--limit run-time=TIME`"),
        "{words}"
    );
    assert_eq!((outcome.code, &report["trials"][1]["requests"]), (Some(3), &json!(0)), "{}", outcome.stdout);
}

#[test]
fn a_server_that_is_slow_and_wrong_is_judged_for_a_while_and_one_that_is_right_to_the_end() {
    let late = Duration::from_millis(90);
    let (black, green) = (says_after(late, BLACK), says_after(late, GREEN));
    let quick = says(whole("200 OK", "", BLACK.as_bytes()));
    let waiver = |print: &str| {
        format!(
            "waivers:\n  - trials: \"**\"\n    finding: {print}\n    reason: black it is\n    owner: teahouse\n    expires: 2999-01-01\n"
        )
    };
    let print = {
        let (_, report) = run(&quick.url(), &[]);
        report["trials"][0]["findings"][0]["fingerprint"].as_str().expect("a fingerprint").to_owned()
    };
    let must = CONTRACT[1].1;
    let should = String::from_utf8_lossy(must).replace("must", "should").into_bytes();
    let options = ["--jobs", "1", "--limit", "slow-failures=50ms"];
    for (what, url, clause, waivers, more, code, verdicts) in [
        ("wrong", black.url(), must, None, &[][..], 1, ["violates", "inconclusive"]),
        ("right", green.url(), must, None, &[], 0, ["conforms"; 2]),
        ("quick", quick.url(), must, None, &[], 1, ["violates"; 2]),
        ("waived", black.url(), must, Some(waiver(&print)), &["--waivers", "waivers.yaml"], 0, ["violates"; 2]),
        ("a should", black.url(), &should, None, &[], 0, ["violates"; 2]),
        ("strict", black.url(), &should, None, &["--strict"], 1, ["violates", "inconclusive"]),
        ("longer", black.url(), must, None, &["--limit", "slow-failures=1m"], 1, ["violates"; 2]),
    ] {
        let contract = folder([CONTRACT[0], (CONTRACT[1].0, clause), CONTRACT[2]]);
        if let Some(waivers) = waivers {
            fs::write(contract.path().join("waivers.yaml"), waivers).expect("written");
        }
        let (outcome, report) = run_in(contract.path(), &url, &[&options[..], more].concat());
        assert_eq!(outcome.code, Some(code), "{what}: {}{}", outcome.stdout, outcome.stderr);
        assert_eq!([0, 1].map(|trial| report["trials"][trial]["verdict"].clone()), verdicts, "{what}");
        if verdicts[1] == "inconclusive" {
            let words = words(&report["trials"][1]);
            assert!(words.contains("took more than 50ms; another limit: `--limit slow-failures=TIME`"), "{words}");
        }
    }
}

#[test]
fn a_trial_under_way_takes_no_further_step_at_a_server_that_is_slow_and_often_wrong() {
    let suite = b"suite: tea
service: shop
cases:
  - case: one
    requirements: [TEA]
    request: GET /tea
    expect: {body: [{at: $.tea, equals: green}]}
  - case: several
    requirements: [TEA]
    steps:
      - {request: GET /slow, expect: {body: [{at: $.tea, equals: green}]}}
      - {request: GET /second, expect: {status: 200}}
    cleanup:
      - {request: DELETE /tea}
  - case: set-up
    requirements: [TEA]
    setup:
      - {request: GET /slower, expect: {status: 200}}
      - {request: GET /second, expect: {status: 200}}
    request: GET /third
    expect: {status: 200}
";
    let contract = folder([CONTRACT[0], CONTRACT[1], ("suites/tea.yaml", suite)]);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let server = Server::start(move |request, stream| {
        let line = request.lines().next().unwrap_or_default().to_owned();
        let takes = [("/slower", 700), ("/slow", 500)].iter().find(|(path, _)| line.contains(path));
        thread::sleep(Duration::from_millis(takes.map_or(90, |(_, milliseconds)| *milliseconds)));
        seen.lock().expect("nobody failed").push(line);
        stream.write_all(&whole("200 OK", "", BLACK.as_bytes()))
    });
    let (outcome, report) = run_in(contract.path(), &server.url(), &["--limit", "slow-failures=50ms"]);
    assert_eq!(outcome.code, Some(1), "{}{}", outcome.stdout, outcome.stderr);
    assert_eq!(report["trials"][1]["verdict"], "violates");
    assert_eq!(report["trials"][2]["verdict"], "inconclusive");
    for trial in [1, 2] {
        let words = words(&report["trials"][trial]);
        assert!(words.contains("not judged to the end: slow trials that fail the run"), "{words}");
    }
    let mut asked = asked.lock().expect("nobody failed").clone();
    asked.sort();
    assert_eq!(asked.join("; "), "DELETE /tea HTTP/1.1; GET /slow HTTP/1.1; GET /slower HTTP/1.1; GET /tea HTTP/1.1");
}

#[test]
fn codings_that_nobody_asked_for_are_undone_and_lengths_judged_as_sent() {
    let suite = b"suite: tea
service: shop
cases:
  - case: green
    requirements: [TEA]
    request: GET /tea
    expect:
      status: 200
      headers:
        content-encoding: {equals: gzip}
        content-length: {equals-body-length: true}
      json: strict
      body: [{at: $.tea, equals: green}]
";
    let contract = folder([CONTRACT[0], CONTRACT[1], ("suites/tea.yaml", suite)]);
    for (body, code, said) in [
        (gzip(GREEN.as_bytes()), 0, "conforms"),
        (gzip(b"{\"tea\":\"black\"}"), 1, "`/tea` is not as expected"),
        (GREEN.as_bytes().to_vec(), 1, "the body isn't gzip as Content-Encoding says"),
        (gzip(GREEN.as_bytes())[..12].to_vec(), 1, "the body isn't gzip as Content-Encoding says: it ends too soon"),
    ] {
        let server = says(whole("200 OK", "Content-Encoding: gzip\r\n", &body));
        let outcome = probity(contract.path(), &["run", ".", "--target", &server.url()]);
        assert_eq!(outcome.code, Some(code), "{}", outcome.stdout);
        assert!(outcome.stdout.contains(said) || code == 0, "{said}: {}", outcome.stdout);
    }
}

#[test]
fn many_findings_are_counted_and_each_broken_clause_keeps_one() {
    let rules =
        (0..40).map(|at| format!("        - {{at: \"$.list[{at}]\", equals: x}}\n")).collect::<Vec<_>>().concat();
    let suite = format!(
        "suite: tea\nservice: shop\ncases:\n  - case: list\n    requirements: [TEA, CUP]\n    request: GET /tea\n    \
         expect:\n      body:\n{rules}        - {{at: $.cup, equals: x, requirement: CUP}}\n"
    );
    let requirements = b"- {id: TEA, level: must, source: {document: tea.md, section: Teas}, says: a tea is green}
- {id: CUP, level: must, source: {document: tea.md, section: Cups}, says: a cup is whole}\n";
    let contract =
        folder([CONTRACT[0], ("requirements.yaml", &requirements[..]), ("suites/tea.yaml", suite.as_bytes())]);
    let body = format!("{{\"cup\":0,\"list\":[{}0]}}", "0,".repeat(39));
    let server = says(whole("200 OK", "", body.as_bytes()));
    let arguments = ["run", ".", "--target", &server.url(), "--limit", "findings=10", "--report", "json=r.json"];
    let outcome = probity(contract.path(), &arguments);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stdout);
    let report: Value =
        serde_json::from_slice(&fs::read(contract.path().join("r.json")).expect("a report")).expect("JSON");
    let findings = report["trials"][0]["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 12);
    assert_eq!(findings[10]["requirement"], "CUP");
    assert!(
        findings[11]["message"].as_str().is_some_and(|text| text.starts_with("and 30 more findings")),
        "{findings:?}"
    );
}

#[test]
fn a_report_beyond_its_size_goes_on_without_details_and_is_whole() {
    let cups = (0..200).map(|cup| format!("      - {{name: c{cup}, cup: {cup}}}\n")).collect::<Vec<_>>().concat();
    let suite = format!(
        "suite: tea\nservice: shop\ncases:\n  - case: cups\n    requirements: [TEA]\n    each:\n{cups}    \
         request: GET /tea?cup={{{{cup}}}}\n    expect: {{status: 200, body: [{{at: $.tea, equals: green}}]}}\n"
    );
    let contract = folder([CONTRACT[0], CONTRACT[1], ("suites/tea.yaml", suite.as_bytes())]);
    let body = format!("{{\"tea\":\"{}\"}}", "x".repeat(8000));
    let server = says(whole("200 OK", "", body.as_bytes()));
    let url = server.url();
    let formats = ["json=r.json", "html=r.html", "junit=r.xml", "ndjson=r.ndjson", "sarif=r.sarif", "tap=r.tap"];
    let reports = formats.iter().flat_map(|format| ["--report", format]);
    let arguments: Vec<&str> = ["run", ".", "--target", &url].into_iter().chain(reports).collect();
    let read = |name: &str| fs::read_to_string(contract.path().join(name)).expect("a report");
    let names = ["r.json", "r.html", "r.xml", "r.ndjson", "r.sarif", "r.tap"];
    assert_eq!(probity(contract.path(), &arguments).code, Some(1));
    let before = names.map(|name| read(name).len());
    assert_eq!(probity(contract.path(), &[&arguments[..], &["--limit", "report=20KiB"]].concat()).code, Some(1));
    for (name, before) in names.iter().zip(before) {
        let text = read(name);
        // The notes of a violation stand in neither of these.
        let says_so = text.contains("told without details: the report has more than 20 KiB");
        assert!(says_so || ["r.xml", "r.sarif"].contains(name), "{name}");
        assert!(text.len() < before, "{name}: {} of {before} bytes", text.len());
        assert!(text.contains("c199"), "{name} lacks the last trial");
    }
    let report: Value = serde_json::from_str(&read("r.json")).expect("JSON");
    assert_eq!((&report["complete"], report["trials"].as_array().map(Vec::len)), (&Value::Bool(true), Some(200)));
    assert!(read("r.json").len() < 600_000, "{}", read("r.json").len());
    for again in ["junit", "html"] {
        let to = format!("{again}=again");
        assert_eq!(probity(contract.path(), &["report", "r.json", "--to", &to]).code, Some(0), "{again}");
    }
}

#[test]
fn a_wrong_limit_is_told_before_anything_is_sent() {
    let server = says(whole("200 OK", "", GREEN.as_bytes()));
    for (limit, said) in [
        ("boddy=1MiB", "there is no limit `boddy`; did you mean `body`?"),
        ("body", "write NAME=VALUE"),
        ("body=1MB", "write a number of bytes and its unit"),
        ("depth=500", "write a number from 1 to 127"),
        ("idle=2", "write a number and its unit, such as `500ms`"),
    ] {
        let (outcome, _) = run(&server.url(), &["--limit", limit]);
        assert_eq!(outcome.code, Some(2), "{limit}");
        assert!(outcome.stderr.contains(said), "{limit}: {}", outcome.stderr);
    }
    for (limits, said) in [
        ("limits: {boddy: 1MiB}", "did you mean `body`?"),
        ("limits: {body: 1MB}", "`1MB` is no value of the limit `body`"),
        ("services: {shop: {limits: {nodes: many}}}", "write a number from 1 to"),
    ] {
        let target = format!("target: t\nurl: {}\n{limits}\n", server.url());
        let contract = folder([CONTRACT[0], CONTRACT[1], CONTRACT[2], ("target.yaml", target.as_bytes())]);
        let outcome = probity(contract.path(), &["run", ".", "--target", "target.yaml"]);
        assert_eq!(outcome.code, Some(2), "{limits}");
        assert!(outcome.stderr.contains(said), "{limits}: {}", outcome.stderr);
    }
    assert_eq!(server.requests(), 0);
}

#[test]
fn limits_of_the_target_file_count_unless_the_option_says_otherwise() {
    let server = says(whole("200 OK", "", format!("{GREEN}{}", " ".repeat(2000)).as_bytes()));
    for (limits, option, code) in [
        ("limits: {body: 1KiB}", None, 3),
        ("limits: {body: 1KiB}", Some("body=1MiB"), 0),
        ("limits: {body: 1KiB}\nservices: {shop: {limits: {body: 4KiB}}}", None, 0),
        ("services: {shop: {limits: {body: 1KiB}}}", None, 3),
        ("limits: {body: 4KiB}", Some("body=1KiB"), 3),
    ] {
        let target = format!("target: t\nurl: {}\n{limits}\n", server.url());
        let contract = folder([CONTRACT[0], CONTRACT[1], CONTRACT[2], ("target.yaml", target.as_bytes())]);
        let mut arguments = vec!["run", ".", "--target", "target.yaml"];
        arguments.extend(option.iter().flat_map(|option| ["--limit", option]));
        let outcome = probity(contract.path(), &arguments);
        assert_eq!(outcome.code, Some(code), "{limits} {option:?}: {}", outcome.stdout);
    }
}

/// An answer that breaks one framing rule, and the clauses of the shipped contract that it breaks.
#[test]
fn the_contract_of_http_judges_any_server_and_each_fault_breaks_its_clause() {
    let sound = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno";
    let contract = folder([]);
    for (answer, broken) in [
        (sound, &[][..]),
        ("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", &[]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", &[]),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi", &["HTTP-ONE-LENGTH"]),
        ("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nhi", &["HTTP-LENGTH-NUMBER"]),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
            &["HTTP-LENGTH-OR-CODING"],
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", &["HTTP-LENGTH-KEPT"]),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nhi", &["HTTP-NOTHING-AFTER"]),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", &["HTTP-204-WITHOUT-LENGTH"]),
        ("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", &["HTTP-204-WITHOUT-CODING"]),
        ("HTTP/1.1 304 Not Modified\r\n\r\nhi", &["HTTP-HEAD-WITHOUT-CONTENT", "HTTP-EMPTY-ANSWERS"]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", &["HTTP-CHUNKED-ONCE"]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\nhi\r\n0\r\n\r\n", &["HTTP-CHUNKS"]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi!\r\n0\r\n\r\n", &["HTTP-CHUNKS"]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", &["HTTP-LAST-CHUNK"]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 0\r\n\r\n", &["HTTP-TRAILERS"]),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", &["HTTP-STATUS-LINE"]),
        ("HTTP/1.1 200 OK\nContent-Length: 0\n\n", &["HTTP-LINE-ENDS"]),
        ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n", &["HTTP-FIELD-IN-ONE-LINE"]),
        ("HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 0\r\n\r\n", &["HTTP-COLON"]),
        ("HTTP/1.1 200 OK\r\nA b\r\nContent-Length: 0\r\n\r\n", &["HTTP-FIELDS"]),
    ] {
        let server = Server::start(move |request, stream| {
            let hosts = request.lines().filter(|line| line.starts_with("host:")).count();
            let has_body = !answer.ends_with("\r\n\r\n") || answer.contains("chunked");
            if hosts != 1 {
                stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            } else if request.starts_with("HEAD ") && has_body && !answer.contains(" 304 ") {
                stream.write_all(&answer.as_bytes()[..answer.find("\r\n\r\n").map_or(answer.len(), |at| at + 4)])
            } else {
                stream.write_all(answer.as_bytes())
            }
        });
        let arguments = ["run", "http", "--target", &server.url(), "--report", "json=r.json"];
        let outcome = probity(contract.path(), &arguments);
        let report = fs::read(contract.path().join("r.json")).expect("a report");
        let report: Value = serde_json::from_slice(&report).expect("JSON");
        let clauses = report["requirements"].as_array().expect("clauses");
        let violated: Vec<&str> =
            clauses.iter().filter(|one| one["state"] == "violated").filter_map(|one| one["id"].as_str()).collect();
        assert_eq!(violated, broken, "{answer}\n{}", outcome.stdout);
        if broken.is_empty() {
            assert_eq!(outcome.code, Some(0), "{}", outcome.stdout);
            assert!(clauses.iter().all(|one| one["state"] == "verified"), "{clauses:#?}");
        }
    }
}

#[test]
fn a_contract_takes_the_framing_rules_in_by_one_line() {
    let manifest = b"contract: tea\nversion: 1.0.0\nservices: {shop: , cellar: }\ninclude: http\n";
    let contract = folder([("contract.yaml", &manifest[..]), CONTRACT[1], CONTRACT[2]]);
    let server = Server::start(|request, stream| {
        let status = if request.contains("\r\nhost:") { "200 OK" } else { "400 Bad Request" };
        stream.write_all(&whole(status, "Content-Length: 3\r\n", GREEN.as_bytes()))
    });
    let outcome = probity(contract.path(), &["run", ".", "--target", &server.url(), "--report", "tap=-"]);
    assert_eq!(outcome.code, Some(1), "{}{}", outcome.stdout, outcome.stderr);
    for wanted in ["not ok", "http/shop/framing/one-length", "http/cellar/framing/one-length", "http/shop/host/missing"]
    {
        assert!(outcome.stdout.contains(wanted), "{wanted}: {}", outcome.stdout);
    }
    let wrong = folder([
        ("contract.yaml", &b"contract: tea\nversion: 1.0.0\nservices: {shop: }\ninclude: htp\n"[..]),
        CONTRACT[1],
        CONTRACT[2],
    ]);
    let outcome = probity(wrong.path(), &["lint", "."]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.stdout);
    assert!((outcome.stdout + &outcome.stderr).contains("did you mean `http`?"));
}

#[test]
fn every_clause_of_the_framing_rules_can_fail() {
    let server = Server::start(|request, stream| {
        let hosts = request.lines().filter(|line| line.starts_with("host:")).count();
        let status = if hosts == 1 { "200 OK" } else { "400 Bad Request" };
        let body: &[u8] = if request.starts_with("HEAD ") { b"" } else { b"hi" };
        stream.write_all(&whole(status, "", body))
    });
    let contract = folder([]);
    let outcome = probity(contract.path(), &["prove", "http", "--target", &server.url()]);
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
}

#[test]
fn an_answer_that_leaves_a_doubt_is_explained_by_the_rule_that_it_breaks() {
    for (answer, said) in [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 15\r\nContent-Length: 16\r\n\r\n{\"tea\":\"green\"}",
            "the head is not HTTP/1.1: Content-Length: 15 and 16 differ (RFC 9112, section 6.3)",
        ),
        (
            "HTTP/1.1 200 OK\r\nA : b\r\n\r\n{}",
            "the head is not HTTP/1.1: invalid header name; a blank stands before the colon of `A : b` (RFC 9112, section 5.1)",
        ),
    ] {
        let server = says(answer.as_bytes().to_vec());
        let (outcome, report) = run(&server.url(), &["--only", "tea/pooled"]);
        assert_eq!(outcome.code, Some(3), "{}", outcome.stdout);
        assert!(words(&report["trials"][0]).contains(said), "{report:#}");
        assert!(outcome.stdout.contains(said), "{}", outcome.stdout);
        assert_eq!((server.requests(), &report["trials"][0]["requests"]), (1, &json!(1)));
    }
}

#[test]
fn the_page_on_limits_names_each_with_its_default() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/limits.md")).expect("the page");
    let limits = probity::model::limits::Limits::default();
    for limit in probity::model::limits::Limit::ALL {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{}` |", limit.slug())));
        let row = row.unwrap_or_else(|| panic!("no row for {}", limit.slug()));
        assert!(row.contains(&format!("| {} |", limits.value(*limit))), "{row}");
    }
}
