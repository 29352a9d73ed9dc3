//! A plan in parts: what each machine runs, and what all of them come to together.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod kiosk;
    pub(crate) mod server;
    pub(crate) mod yaml;
}

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

use support::binary::{Outcome, probity};
use support::folder::folder;
use support::kiosk::{contract_in, kiosk};
use support::server::Server;

fn ids(options: &[&str]) -> Vec<String> {
    let arguments: Vec<&str> = ["list"].iter().chain(options).copied().collect();
    let outcome = probity(Path::new("."), &arguments);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{options:?}");
    outcome.stdout.lines().map(|line| line.split("  ").next().expect("an id").to_owned()).collect()
}

#[test]
fn all_parts_together_are_the_plan() {
    for (selection, counts) in [(&[][..], &[1, 3][..]), (&["--only", "presence/privacy", "--skip", "should"], &[2, 7])]
    {
        let whole = ids(selection);
        for count in counts {
            let mut gathered = Vec::new();
            for index in 1..=*count {
                let shard = format!("{index}/{count}");
                let part = ids(&[selection, &["--shard", &shard]].concat());
                assert!(part.len() > whole.len() / count / 2, "{shard} has {} of {}", part.len(), whole.len());
                // In the order of the whole.
                let mut rest = whole.iter();
                assert!(part.iter().all(|id| rest.any(|other| other == id)), "{shard}");
                // One machine knows nothing of the locks of another.
                for resource in ["console/", "people/"] {
                    let touching = |ids: &[String]| ids.iter().filter(|id| id.starts_with(resource)).count();
                    let (here, all) = (touching(&part), touching(&whole));
                    assert!(here == 0 || here == all, "{shard} has {here} of {all} {resource}");
                }
                gathered.extend(part);
            }
            assert_eq!(gathered.len(), whole.len(), "{count}");
            assert_eq!(gathered.into_iter().collect::<BTreeSet<_>>(), whole.iter().cloned().collect(), "{count}");
        }
    }
}

const TARGET: &str = "target: kiosk\nversion: 7.1.0\nurl: ";

/// A folder with the contract of the kiosk, and two target files for one server.
fn place(server: &Server) -> TempDir {
    let folder = folder([]);
    contract_in(folder.path());
    fs::write(folder.path().join("t.yaml"), format!("{TARGET}{}\n", server.url())).expect("a file");
    folder
}

fn run(folder: &Path, options: &[&str]) -> Outcome {
    let arguments: Vec<&str> = ["run", "kiosk", "--target", "t.yaml"].iter().chain(options).copied().collect();
    probity(folder, &arguments)
}

/// Runs a part into `part-INDEX.json`.
fn part(folder: &Path, index: usize, count: usize, options: &[&str]) -> Outcome {
    let (shard, report) = (format!("{index}/{count}"), format!("json=part-{index}.json"));
    run(folder, &[&["--shard", &shard, "--report", &report], options].concat())
}

fn timeless(folder: &Path, file: &str) -> String {
    let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let times = Regex::new(r#"("(duration|began|head)_ms"): ?\d+\.\d+"#).expect("a pattern");
    times.replace_all(&text, "$1:0").into_owned()
}

#[test]
fn the_merged_report_is_that_of_one_run_but_for_times() {
    let server = kiosk();
    let folder = place(&server);
    let whole = run(folder.path(), &["--report", "json=whole.json"]);
    assert_eq!(whole.code, Some(1), "{}{}", whole.stdout, whole.stderr);
    for index in 1..=3 {
        let outcome = part(folder.path(), index, 3, &[]);
        let said = format!("part {index} of 3 ");
        let hint = "; `probity merge` gives the verdict of the whole";
        assert!(outcome.stdout.contains(&said) && outcome.stdout.contains(hint), "{}", outcome.stdout);
    }
    let asked = server.requests();
    for (order, name) in [([1, 2, 3], "merged.json"), ([3, 1, 2], "again.json")] {
        let files = order.map(|index| format!("part-{index}.json"));
        let report = format!("json={name}");
        let mut arguments = vec!["merge"];
        arguments.extend(files.iter().map(String::as_str));
        arguments.extend(["--report", &report]);
        let outcome = probity(folder.path(), &arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""), "{}", outcome.stdout);
        assert_eq!(timeless(folder.path(), name), timeless(folder.path(), "whole.json"));
        assert_eq!(outcome.stdout, probity(folder.path(), &["report", "whole.json"]).stdout);
    }
    let [merged, again] = ["merged.json", "again.json"].map(|name| fs::read(folder.path().join(name)).expect("a file"));
    assert!(merged == again, "the order of the parts changes the bytes");
    assert_eq!(server.requests(), asked, "nothing is sent");
}

const SHOP: [(&str, &[u8]); 3] = [
    ("kiosk/contract.yaml", b"contract: shop\nversion: 1.0.0\nservices: {api: }\nresources: [till]\n"),
    ("kiosk/requirements.yaml", b"- {id: TEA, level: must, source: {document: d, section: s}, says: there is tea}\n"),
    (
        "kiosk/suites/tea.yaml",
        b"suite: tea
service: api
snapshots: {redact: [{at: $.when, as: timestamp}, {at: $.never, as: uuid}]}
cases:
  - case: cup
    requirements: [TEA]
    each: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f}]
    request: GET /cup
    expect: {status: 200, snapshot: true}
  - case: pot
    requirements: [TEA]
    request: GET /pot
    expect: {status: 200, body: [{at: $.when, type: string}], snapshot: true}
",
    ),
];

#[test]
fn what_no_part_can_tell_of_accepted_answers_the_whole_tells() {
    let server = Server::start(|request, stream| {
        let pot = request.starts_with("GET /pot");
        let body = if pot { "{\"when\": \"2026-01-02T03:04:05Z\"}" } else { "{\"cup\": 3}" };
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    });
    let folder = folder(SHOP);
    let target = format!("{TARGET}{}\nsnapshots: accepted\n", server.url());
    fs::write(folder.path().join("t.yaml"), target).expect("a file");
    run(folder.path(), &["--snapshots", "accept"]);
    let accepted = folder.path().join("accepted/tea");
    fs::copy(accepted.join("pot.snap"), accepted.join("jug.snap")).expect("a copy");
    let text = fs::read_to_string(accepted.join("cup__c.snap")).expect("a file");
    fs::write(accepted.join("cup__c.snap"), text.replace("\"cup\": 3", "\"cup\": 4")).expect("a file");
    let whole = run(folder.path(), &["--snapshots", "check", "--report", "json=whole.json"]);
    assert!(whole.stdout.contains("matched nothing to redact in any answer"), "{}{}", whole.stdout, whole.stderr);
    for index in 1..=3 {
        let outcome = part(folder.path(), index, 3, &["--snapshots", "check"]);
        assert!(!outcome.stdout.contains("matched nothing"), "{}", outcome.stdout);
    }
    let files = ["merge", "part-1.json", "part-2.json", "part-3.json", "--report", "json=merged.json"];
    let merged = probity(folder.path(), &files);
    assert_eq!(merged.code, Some(1), "{}{}", merged.stdout, merged.stderr);
    assert_eq!(timeless(folder.path(), "merged.json"), timeless(folder.path(), "whole.json"));
    let report: Value = serde_json::from_str(&timeless(folder.path(), "merged.json")).expect("JSON");
    let counts = &report["summary"]["snapshots"];
    assert_eq!(counts["orphans"], serde_json::json!(["accepted/tea/jug.snap"]));
    assert_eq!((counts["same"].as_u64(), counts["changed"].as_u64()), (Some(6), Some(1)));
    assert_eq!(counts["unused"].as_array().map(Vec::len), Some(1), "{counts}");
    // A part that wasn't compared is none of the same whole.
    part(folder.path(), 2, 3, &["--snapshots", "off"]);
    let refused = probity(folder.path(), &files[..4]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("these parts treat accepted answers differently"), "{}", refused.stderr);
}

const QUAY: [(&str, &[u8]); 4] = [
    ("kiosk/contract.yaml", b"contract: quay\nversion: 1.0.0\nservices: {api: }\n"),
    (
        "kiosk/requirements.yaml",
        b"- {id: SHIPS, level: must, source: {document: d, section: s}, says: there are ships}
- {id: CARGO, level: must, source: {document: d, section: s}, says: cargo is its owner's}
- {id: FLAGS, level: should, source: {document: d, section: s}, says: ships have flags}
",
    ),
    ("kiosk/personas.yaml", b"- {persona: ann, headers: {x-name: ann}}\n- {persona: bob, headers: {x-name: bob}}\n"),
    (
        "kiosk/suites/quay.yaml",
        b"suite: quay
service: api
cases:
  - case: ship
    requirements: [SHIPS]
    each: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f}]
    request: GET /ship
    expect: {status: 200, body: [{at: $.name, equals: tug}]}
  - case: flag
    requirements: [FLAGS]
    request: GET /flag
    expect: {status: 200}
matrices:
  - matrix: cargo
    requirements: [CARGO]
    axes: {reader: [ann, bob]}
    as: '{{reader}}'
    request: GET /cargo
    cells: [{reader: ann, sees: tea}, {reader: bob, sees: nothing}]
    sees:
      tea: {status: 200, contains: Darjeeling}
      nothing: {status: 403, lacks: Darjeeling}
",
    ),
];

/// How many trials that contract has.
const TRIALS: usize = 9;

/// A folder with that contract, and a server that keeps all of it that must be kept.
fn quay() -> (TempDir, Server) {
    let server = Server::start(|request, stream| {
        let (status, body) = match request.split(' ').nth(1).unwrap_or_default() {
            "/ship" => (200, "{\"name\": \"tug\"}"),
            "/cargo" if request.contains("x-name: ann") => (200, "\"Darjeeling\""),
            "/cargo" => (403, ""),
            _ => (404, ""),
        };
        write!(stream, "HTTP/1.1 {status} \r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    });
    let folder = folder(QUAY);
    fs::write(folder.path().join("t.yaml"), format!("{TARGET}{}\n", server.url())).expect("a file");
    (folder, server)
}

fn edited(folder: &Path, from: &str, to: &str, edit: impl Fn(String) -> String) {
    let text = fs::read_to_string(folder.join(from)).expect("a file");
    fs::write(folder.join(to), edit(text)).expect("a file");
}

#[test]
fn the_gate_of_a_run_in_parts() {
    let (folder, server) = quay();
    let here = folder.path();
    for index in 1..=3 {
        let outcome = part(here, index, 3, &[]);
        assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    }
    let text = |name: &str| fs::read_to_string(here.join(name)).expect("a file");
    let trial = Regex::new(r#"(?m)^    \{"id":"quay/ship/a",.*\n"#).expect("a pattern");
    let names = [1, 2, 3].map(|index| format!("part-{index}.json"));
    let full = names.iter().find(|name| trial.is_match(&text(name))).expect("a part with that trial").as_str();
    let others: Vec<&str> = names.iter().map(String::as_str).filter(|name| *name != full).collect();
    edited(here, full, "lost.json", |text| {
        trial.replace(&text, "").replace("},\n  ],\n  \"verdict\"", "}\n  ],\n  \"verdict\"")
    });
    let violates = Regex::new(r#""verdict":"conforms"(.*?)"findings":\[\]"#).expect("a pattern");
    let finding = r#""verdict":"violates"$1"findings":[{"requirement":"SHIPS","rule":"status","message":"m","expected":"e","observed":"o","pointer":null,"file":"f","line":1,"column":1,"text":"","length":0}]"#;
    edited(here, full, "broken.json", |text| {
        let found = trial.find(&text).expect("the trial").as_str();
        text.replace(found, &violates.replace(found, finding))
    });
    edited(here, "part-1.json", "digest.json", |text| text.replace("\"digest\":\"sha256:", "\"digest\":\"sha256:0"));
    edited(here, "part-1.json", "version.json", |text| text.replace("7.1.0", "7.1.1"));
    edited(here, "part-1.json", "elsewhere.json", |text| text.replace("http://127.0.0.1", "http://10.0.0.1"));
    edited(here, "part-1.json", "stopped.json", |text| text.replace("\"complete\": true", "\"complete\": false"));
    edited(here, "part-1.json", "half.json", |text| text[..text.len() / 2].to_owned());
    edited(here, "part-1.json", "index.json", |text| text.replace("\"index\":1,", "\"index\":4,"));
    fs::write(here.join("empty.json"), "").expect("a file");
    fs::write(here.join("text.json"), "no report\n").expect("a file");
    run(here, &["--report", "json=whole.json"]);
    let url = server.url();
    probity(here, &["run", "kiosk", "--target", &url, "--shard", "1/3", "--report", "json=unnamed.json"]);
    run(here, &["--only", "quay/ship", "--shard", "1/3", "--report", "json=other.json"]);
    run(here, &["--shard", "1/2", "--report", "json=of-two.json"]);
    run(here, &["--shard", "1/1", "--report", "json=of-one.json"]);
    let (a, b) = (others[0], others[1]);
    probity(here, &["merge", full, a, b, "--report=json=merged.json"]);
    for (files, code, said) in [
        (&["part-1.json", "part-2.json", "part-3.json"][..], 0, "CONFORMS"),
        (&["part-3.json", "part-1.json", "part-2.json"], 0, "CONFORMS"),
        (&["of-one.json"], 0, "CONFORMS"),
        (&["elsewhere.json", "part-2.json", "part-3.json"], 0, "was run elsewhere: api at http://"),
        (&["broken.json", a, b], 1, "VIOLATES  kiosk"),
        (&["broken.json", a], 1, "is missing"),
        (&["part-1.json", "part-3.json"], 3, "part 2 of 3 is missing"),
        (&["part-1.json"], 3, "2 of 3 parts are missing: 2, 3"),
        (&["part-1.json", "part-2.json", "part-3.json", "part-2.json"], 3, "part 2 of 3 is there more than once: "),
        (&["stopped.json", "part-2.json", "part-3.json"], 3, "part 1 of 3 isn't complete"),
        (&["half.json", "part-2.json", "part-3.json"], 3, "half.json is cut short at line "),
        (&["half.json", "part-2.json", "part-3.json"], 3, "part 1 of 3 is missing"),
        (&["empty.json", "part-1.json", "part-2.json", "part-3.json"], 3, "empty.json is cut short at line 1"),
        (&["half.json"], 3, "half.json is cut short at line "),
        (&["lost.json", a, b], 3, "1 of 9 trials was judged by no part: trial "),
        (&["lost.json", a, b], 3, " of its "),
        (&["digest.json", "part-2.json", "part-3.json"], 2, "these parts are of different contracts"),
        (&["version.json", "part-2.json", "part-3.json"], 2, "these parts are of different targets"),
        (&["unnamed.json", "part-2.json", "part-3.json"], 2, "give the server a name in a target file"),
        (&["other.json", "part-2.json", "part-3.json"], 2, "these parts have different selections"),
        (&["of-two.json", "part-2.json", "part-3.json"], 2, "different numbers of parts"),
        (&["index.json", "part-2.json", "part-3.json"], 2, "there is no part 4 of 3"),
        (&["whole.json"], 2, "whole.json is the report of a whole run, not of a part"),
        (&["merged.json", "part-1.json"], 2, "merged.json is the report of a whole run, not of a part"),
        (&["text.json", "part-1.json"], 2, "text.json is no JSON"),
        (&["nowhere.json"], 2, "nowhere.json can't be read"),
        (
            &["part-1.json", "--report", "json=./part-1.json"],
            2,
            "part-1.json is a part: write the json report elsewhere",
        ),
    ] {
        let arguments: Vec<&str> = ["merge"].iter().chain(files).copied().collect();
        let outcome = probity(here, &arguments);
        let told = format!("{}{}", outcome.stdout, outcome.stderr);
        assert_eq!(outcome.code, Some(code), "{files:?}\n{told}");
        assert!(told.contains(said), "{files:?} doesn't say {said}\n{told}");
    }
}

#[test]
fn one_part_says_that_it_is_one() {
    let (folder, _server) = quay();
    let here = folder.path();
    let formats = ["junit", "tap", "markdown", "html", "sarif"];
    let reports: Vec<String> = formats.iter().map(|format| format!("--report={format}={format}")).collect();
    let options: Vec<&str> = reports.iter().map(String::as_str).collect();
    let mut empty = 0;
    for index in 1..=12 {
        let outcome = part(here, index, 12, &options);
        assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
        let shard = format!("{index}/12");
        let none = probity(here, &["list", "kiosk", "--shard", &shard]).stdout.is_empty();
        let word = if none { "has no trial" } else { "conforms" };
        let said = format!("part {index} of 12 {word}; `probity merge` gives the verdict of the whole");
        assert!(outcome.stdout.contains(&said), "{}", outcome.stdout);
        for format in formats.iter().filter(|format| **format != "junit" || !none) {
            let text = fs::read_to_string(here.join(format)).expect("a file");
            assert!(text.contains(&format!("part {index} of 12")), "{format}\n{text}");
        }
        empty += usize::from(none);
    }
    assert!(empty >= 12 - TRIALS, "{empty}");
    let parts: Vec<String> = (1..=12).map(|index| format!("part-{index}.json")).collect();
    let arguments: Vec<&str> = ["merge"].into_iter().chain(parts.iter().map(String::as_str)).collect();
    let merged = probity(here, &arguments);
    assert_eq!(merged.code, Some(0), "{}{}", merged.stdout, merged.stderr);
    for (options, said) in [
        (&["--shard", "0/3"][..], "parts are counted from 1"),
        (&["--shard", "4/3"], "there is no part 4 of 3"),
        (&["--shard", "1/0"], "N is at least 1"),
        (&["--shard", "3"], "write I/N, such as 2/3"),
        (&["--shard", "1/2", "--report", "badge=b.svg"], "a badge speaks of a whole run: leave out --shard"),
        (&["--shard", "1/2", "--last-failed"], "cannot be used with"),
        (&["--shard", "1/2", "--only", "nothing"], "matches no trial"),
    ] {
        let outcome = run(here, options);
        assert_eq!(outcome.code, Some(2), "{options:?}");
        assert!(outcome.stderr.contains(said), "{options:?}: {}", outcome.stderr);
    }
    let badge = probity(here, &["report", "part-1.json", "--to", "badge=b.svg"]);
    assert_eq!(badge.code, Some(2), "{}", badge.stderr);
    let dry = run(here, &["--dry-run", "--shard", "1/3"]).stdout;
    assert!(dry.contains("part 1 of 3, which has 9 trials in all"), "{dry}");
    // What a selection leaves out is missing of the whole too.
    for index in 1..=2 {
        part(here, index, 2, &["--only", "quay/ship"]);
    }
    let partial = probity(here, &["merge", "part-1.json", "part-2.json"]);
    assert_eq!(partial.code, Some(3), "{}", partial.stdout);
    assert!(partial.stdout.contains("2 trials of a must were left out"), "{}", partial.stdout);
}

#[test]
fn the_beginning_of_a_report_is_no_report() {
    let (folder, _server) = quay();
    let here = folder.path();
    run(here, &["--report", "json=whole.json"]);
    for index in 1..=3 {
        part(here, index, 3, &[]);
    }
    let whole = fs::read(here.join("whole.json")).expect("a file");
    let part = fs::read(here.join("part-1.json")).expect("a file");
    let lengths = |all: usize| (0..all - 2).step_by(all / 24).chain([1, all - 20, all - 3, all - 2]);
    let never = |arguments: &[&str], code: i32, length: usize| {
        let outcome = probity(here, arguments);
        let told = format!("{}{}", outcome.stdout, outcome.stderr);
        assert_eq!(outcome.code, Some(code), "{arguments:?} after {length} bytes\n{told}");
        assert!(told.contains("half.json is cut short at line "), "{arguments:?} after {length} bytes\n{told}");
    };
    for length in lengths(whole.len()) {
        fs::write(here.join("half.json"), &whole[..length]).expect("a file");
        never(&["report", "half.json"], 2, length);
        never(&["report", "half.json", "--to", "junit=x.xml"], 2, length);
        never(&["matrix", "half.json"], 2, length);
        never(&["judge", "half.json", "--contract", "kiosk"], 2, length);
        // A file of which nothing is there to see can't be told from a target file.
        if length > 0 {
            never(&["diff", "whole.json", "half.json"], 2, length);
        }
    }
    for length in lengths(part.len()) {
        fs::write(here.join("half.json"), &part[..length]).expect("a file");
        never(&["merge", "half.json", "part-2.json", "part-3.json"], 3, length);
    }
    // Whole, but with a trial less than it says.
    let text = String::from_utf8(whole).expect("UTF-8").replace("\"plan\": {\"trials\":9", "\"plan\": {\"trials\":10");
    fs::write(here.join("less.json"), text).expect("a file");
    for arguments in [
        &["report", "less.json"][..],
        &["matrix", "less.json"],
        &["judge", "less.json", "--contract", "kiosk"],
        &["diff", "less.json", "whole.json"],
    ] {
        let outcome = probity(here, arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?}");
        assert!(outcome.stderr.contains("less.json isn't whole: it has 9 of its 10 trials"), "{}", outcome.stderr);
    }
}
