//! Stored answers judged again by a newer contract, and contracts whose documents changed.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use support::binary::{Outcome, probity};
use support::folder::folder;
use support::server::Server;

const CONTRACT: &str = "contract: harbour
version: 1.0.0
services: {api: }
capabilities: {tide: {title: tells the tide}}
secrets: ['$.people[*].token']
";

const REQUIREMENTS: &str =
    "- {id: SHIPS, level: must, source: {document: harbour.md, section: Ships}, says: ships are listed}
- {id: CARGO, level: must, source: {document: harbour.md, section: Cargo}, says: cargo is its owner's}
- {id: BERTH, level: must, source: {document: harbour.md, section: Berths}, says: a berth can be booked}
- {id: LOG, level: must, source: {document: harbour.md, section: Log}, says: the log is long}
- {id: TIDE, level: must, source: {document: harbour.md, section: Tide}, says: the tide is told}
- {id: QUIET, level: must, source: {document: harbour.md, section: Ships}, says: no answer names the server}
";

const PERSONAS: &str = "- {persona: ann, is: '$.people[0]', headers: {x-token: '{{ann.token}}'}}
- {persona: bob, is: '$.people[1]', headers: {x-token: '{{bob.token}}'}}
";

const WORLD: &str = "people: [{token: token-of-ann-17}, {token: token-of-bob-42}]\n";

const SUITE: &str = "suite: quay
service: api
invariants:
  - {invariant: quiet, requirements: [QUIET], expect: {headers: {server: absent}}}
cases:
  - case: ships
    requirements: [SHIPS]
    each: [{name: tug, ship: tug}, {name: ferry, ship: ferry}]
    request: GET /ships/{{ship}}?full=1
    as: ann
    expect: {status: 200, headers: {x-flag: green}, body: [{at: $.name, equals: '{{ship}}'}]}
  - case: berth
    requirements: [BERTH]
    setup: [{request: POST /berths, json: {ship: tug}, capture: {berth: $.berth}}]
    steps:
      - {step: booked, request: 'GET /berths/{{berth}}', expect: {status: 200, body: [{at: $.berth, equals: '{{berth}}'}]}, capture: {key: $.key}}
      - {step: opened, request: 'GET /keys/{{key}}', expect: {status: 200, same-as: booked}}
  - case: whoami
    requirements: [SHIPS]
    request: GET /whoami
    as: ann
    expect: {status: 200, body: [{at: $.name, equals: ann}]}
  - case: log
    requirements: [LOG]
    request: GET /log
    expect: {status: 200}
  - case: tide
    requirements: [TIDE]
    needs: tide
    request: GET /tide
    expect: {status: 200}
matrices:
  - matrix: cargo
    requirements: [CARGO]
    axes: {reader: [ann, bob]}
    as: '{{reader}}'
    request: GET /cargo
    cells:
      - {reader: ann, sees: tea}
      - {reader: bob, sees: nothing}
    sees:
      tea: {status: 200, contains: Darjeeling}
      nothing: {status: 403, lacks: Darjeeling}
";

const FILES: [(&str, &str); 5] = [
    ("contract.yaml", CONTRACT),
    ("requirements.yaml", REQUIREMENTS),
    ("personas.yaml", PERSONAS),
    ("world.yaml", WORLD),
    ("suites/quay.yaml", SUITE),
];

/// A harbour that keeps its contract, tells a secret back, and has a log that is too long to be stored.
fn harbour() -> Server {
    Server::start(|request, stream| {
        let mut words = request.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let ann = request.contains("token-of-ann-17");
        let (status, body) = match (method, path) {
            (_, "/ships/tug?full=1") => (200, "{\"name\": \"tug\"}".to_owned()),
            (_, "/ships/ferry?full=1") => (200, "{\"name\": \"ferry\"}".to_owned()),
            ("POST", "/berths") => (201, "{\"berth\": 7}".to_owned()),
            (_, "/berths/7" | "/keys/k-7") => (200, "{\"berth\": 7, \"key\": \"k-7\"}".to_owned()),
            (_, "/whoami") => (200, "{\"name\": \"ann\", \"token\": \"token-of-ann-17\"}".to_owned()),
            (_, "/log") => (200, format!("\"{}\"", "calm ".repeat(8000))),
            (_, "/cargo") if ann => (200, "\"Darjeeling\"".to_owned()),
            (_, "/cargo") => (403, "\"no\"".to_owned()),
            _ => (404, String::new()),
        };
        write!(
            stream,
            "HTTP/1.1 {status} \r\nx-flag: green\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    })
}

fn contract(folder: &Path, name: &str, edits: &[(&str, &str, &str)]) {
    for (path, text) in FILES {
        let mut text = text.to_owned();
        for (_, from, to) in edits.iter().filter(|(file, _, _)| *file == path) {
            assert!(text.contains(from), "{path} has no {from}");
            text = text.replacen(from, to, 1);
        }
        let file = folder.join(name).join(path);
        fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        fs::write(file, text).expect("a file");
    }
}

/// A folder with the contract `old`, and `report.json` of a harbour that conforms.
fn judged() -> (TempDir, Server) {
    let (folder, server) = (folder([]), harbour());
    contract(folder.path(), "old", &[]);
    let url = server.url();
    let outcome = probity(folder.path(), &["run", "old", "--target", &url, "--report", "json=report.json"]);
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    (folder, server)
}

fn judge(folder: &Path, contract: &str) -> (Outcome, BTreeMap<String, (String, String)>) {
    let outcome = probity(folder, &["judge", "report.json", "--contract", contract, "--report", "json=again.json"]);
    let text = fs::read_to_string(folder.join("again.json")).unwrap_or_default();
    let report: Value = serde_json::from_str(&text).unwrap_or_default();
    let trials = report["trials"].as_array().into_iter().flatten().map(|one| {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let said = one["findings"][0]["message"].as_str().or(one["notes"][0].as_str()).unwrap_or_default();
        (text("id"), (text("verdict"), said.to_owned()))
    });
    (outcome, trials.collect())
}

#[test]
fn the_same_contract_says_the_same() {
    let (folder, server) = judged();
    let asked = server.requests();
    let (outcome, trials) = judge(folder.path(), "old");
    assert_eq!(server.requests(), asked, "nothing is sent");
    let verdicts: Vec<(&str, &str)> = trials.iter().map(|(id, (verdict, _))| (id.as_str(), verdict.as_str())).collect();
    // What no check looks at may be masked or cut.
    let conforms = |id: &'static str| (id, "conforms");
    assert_eq!(
        verdicts,
        [
            conforms("quay/berth"),
            conforms("quay/cargo/ann"),
            conforms("quay/cargo/bob"),
            conforms("quay/log"),
            conforms("quay/ships/ferry"),
            conforms("quay/ships/tug"),
            ("quay/tide", "skipped"),
            ("quay/whoami", "inconclusive"),
        ]
    );
    assert_eq!(outcome.code, Some(3), "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stdout.contains("changed   quay/whoami  inconclusive (was conforms)"), "{}", outcome.stdout);
}

const SUITE_FILE: &str = "suites/quay.yaml";

/// A change of a file of the contract: what is written there, and what then.
type Edit<'e> = (&'e str, &'e str, &'e str);

/// Without it a trial needs a text that is masked.
const WHOAMI: Edit = (SUITE_FILE, "body: [{at: $.name, equals: ann}]", "headers: {x-flag: green}");

/// What is newer in a contract; the exit code then, and what is said of which trial.
type Newer<'e> = (&'e str, Edit<'e>, i32, &'e str, &'e str, &'e str);

const NEWER: &[Newer] = &[
    ("nothing new", WHOAMI, 0, "quay/whoami", "conforms", ""),
    (
        "a stricter check",
        (SUITE_FILE, "x-flag: green}, body", "x-flag: red}, body"),
        1,
        "quay/ships/tug",
        "violates",
        "x-flag",
    ),
    ("another path", (SUITE_FILE, "?full=1", "?full=2"), 3, "quay/ships/tug", "inconclusive", "the request changed: "),
    (
        "another persona",
        (SUITE_FILE, "as: ann", "as: bob"),
        3,
        "quay/ships/tug",
        "inconclusive",
        "the request changed: ",
    ),
    (
        "another header",
        (SUITE_FILE, "as: ann", "as: ann\n    headers: {accept: text/plain}"),
        3,
        "quay/ships/tug",
        "inconclusive",
        "the request changed: the header `accept` is another",
    ),
    (
        "another body",
        (SUITE_FILE, "{ship: tug}, cap", "{ship: ferry}, cap"),
        3,
        "quay/berth",
        "inconclusive",
        "set-up failed: the request changed: its body is another",
    ),
    (
        "a new row",
        (SUITE_FILE, "ship: ferry}]", "ship: ferry}, {name: raft, ship: raft}]"),
        3,
        "quay/ships/raft",
        "inconclusive",
        "no exchange of it is stored",
    ),
    (
        "a new step",
        (SUITE_FILE, "same-as: booked}}", "same-as: booked}}\n      - {request: GET /berths, expect: {status: 200}}"),
        3,
        "quay/berth",
        "inconclusive",
        "the requests changed: 4 would be sent, and 3 were",
    ),
    (
        "a capture that changes a later request",
        (SUITE_FILE, "{key: $.key}", "{key: $.berth}"),
        3,
        "quay/berth",
        "inconclusive",
        "the request changed: GET /keys/7 would be sent, and GET /keys/k-7 was",
    ),
    ("a relation", (SUITE_FILE, "same-as: booked", "different-from: booked"), 1, "quay/berth", "violates", ""),
    (
        "a check on a body that was cut",
        (SUITE_FILE, "GET /log\n    expect: {status: 200}", "GET /log\n    expect: {status: 200, json: strict}"),
        3,
        "quay/log",
        "inconclusive",
        "the stored answer is masked or cut, and the body can't be judged without the rest",
    ),
    (
        "a status where the body was cut",
        (SUITE_FILE, "GET /log\n    expect: {status: 200}", "GET /log\n    expect: {status: 204, json: strict}"),
        1,
        "quay/log",
        "violates",
        "the status is 200, expected 204",
    ),
    (
        "canaries in an answer that is masked",
        (SUITE_FILE, "server: absent}}", "server: absent}, lacks: ['{{ann.token}}']}"),
        3,
        "quay/whoami",
        "inconclusive",
        "everything that the answer says can't be judged without the rest",
    ),
    ("an invariant", (SUITE_FILE, "{server: absent}", "{x-flag: absent}"), 1, "quay/cargo/bob", "violates", "x-flag"),
    (
        "a control that doesn't show it",
        (SUITE_FILE, "tea: {status: 200,", "tea: {status: 201,"),
        1,
        "quay/cargo/bob",
        "inconclusive",
        "no positive control conformed",
    ),
    (
        "a need that is no more",
        (SUITE_FILE, "    needs: tide\n", ""),
        3,
        "quay/tide",
        "inconclusive",
        "no exchange of it",
    ),
];

#[test]
fn a_newer_contract_is_applied_to_what_was_stored() {
    let (folder, server) = judged();
    let asked = server.requests();
    for (what, edit, code, id, verdict, said) in NEWER {
        let edits: &[Edit] = if *edit == WHOAMI { &[*edit] } else { &[WHOAMI, *edit] };
        contract(folder.path(), "new", edits);
        let (outcome, trials) = judge(folder.path(), "new");
        let (found, message) = trials.get(*id).cloned().unwrap_or_default();
        assert_eq!(
            (outcome.code, found.as_str()),
            (Some(*code), *verdict),
            "{what}: {message}\n{}{}",
            outcome.stdout,
            outcome.stderr
        );
        assert!(message.contains(said), "{what}: {message}");
        if *verdict != "conforms" && !["quay/tide", "quay/ships/raft"].contains(id) {
            let changed = format!("changed   {id}  {verdict} (was conforms)");
            assert!(outcome.stdout.contains(&changed), "{what}\n{}", outcome.stdout);
        }
        fs::remove_dir_all(folder.path().join("new")).expect("a folder");
    }
    assert_eq!(server.requests(), asked, "nothing is sent");
}

#[test]
fn what_cannot_be_judged_again_is_refused() {
    let (folder, server) = judged();
    contract(folder.path(), "new", &[("contract.yaml", "1.0.0", "1.1.0")]);
    let part = ["run", "old", "--target", &server.url(), "--shard", "1/2", "--report", "json=part.json"];
    probity(folder.path(), &part);
    for (arguments, said) in [
        (&["judge", "report.json"][..], "name the newer one with --contract FOLDER"),
        (&["judge", "nowhere.json", "--contract", "new"], "nowhere.json can't be read"),
        (&["judge", "report.json", "--contract", "nwe"], "nwe"),
        (&["judge", "part.json", "--contract", "new"], "part.json is part 1 of 2: judge what `probity merge` makes"),
        (&["judge", "old/contract.yaml", "--contract", "new"], "old/contract.yaml is no JSON"),
    ] {
        let outcome = probity(folder.path(), arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(said), "{arguments:?}: {}", outcome.stderr);
    }
    let said = probity(folder.path(), &["judge", "report.json", "--contract", "new"]).stdout;
    assert!(said.contains("note: stored answers of report.json are judged again, first judged by harbour 1.0.0"));
}

#[test]
fn a_changed_document_names_what_to_look_at_again() {
    let pages = [("pages/harbour.md", &b"# Ships\n"[..]), ("pages/other.md", b"")];
    let folder = folder(pages);
    let documents = |digest: &str| format!("{CONTRACT}documents: {{harbour.md: {{sha256: {digest}}}}}\n");
    let digest = "95aa5c13e7e4ba0e46ba72b4c97ba94c0e3a0ed4ed8bd8ac6a1a3bbaa1a6c4b4";
    let lint = |contract_yaml: &str, folder_of_documents: &str| {
        contract(folder.path(), "old", &[("contract.yaml", CONTRACT, contract_yaml)]);
        probity(folder.path(), &["lint", "old", "--documents", folder_of_documents])
    };
    let changed = lint(&documents(digest), "pages");
    assert_eq!((changed.code, changed.stdout.as_str()), (Some(2), ""), "{}", changed.stderr);
    insta::assert_snapshot!(changed.stderr, @r"
    note: other.md is no document of the contract
    error[changed-document]: the document harbour.md changed since its requirements were written
     --> contract.yaml:6:34
      |
    6 | documents: {harbour.md: {sha256: 95aa5c13e7e4ba0e46ba72b4c97ba94c0e3a0ed4ed8bd8ac6a1a3bbaa1a6c4b4}}
      |                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it is ab2ae2cdb6e0e09a1c2b57e453c346df76a25cd422af323b33f307efa58a23d2 now
      |
      = help: look at its requirements again, then write the digest that it has now
                SHIPS  requirements.yaml:1  Ships
                CARGO  requirements.yaml:2  Cargo
                BERTH  requirements.yaml:3  Berths
                LOG    requirements.yaml:4  Log
                TIDE   requirements.yaml:5  Tide
                QUIET  requirements.yaml:6  Ships

    1 error; `probity explain CODE` says more about each
    ");
    let now = changed.stderr.split("it is ").nth(1).and_then(|rest| rest.split([' ', '\n']).next()).expect("a digest");
    let same = lint(&documents(now), "pages");
    assert_eq!((same.code, same.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(same.stdout, @r"
    harbour 1.0.0: 6 requirements (0 of them not tested), 1 suites, 8 trials, no problem
    documents: 1 as they were
    note: other.md is no document of the contract
    ");
    for (contract_yaml, pages, said) in [
        (CONTRACT.to_owned(), "pages", "error[missing-document]: harbour 1.0.0 declares no documents to compare"),
        (documents(digest), "old", "error[missing-document]: the document harbour.md isn't in old"),
        (documents(digest), "nowhere", "error[unreadable-file]: the folder of documents, nowhere, can't be read"),
        (
            format!("{CONTRACT}documents: {{harbor.md: {{not-pinned: it is spoken}}}}\n"),
            "pages",
            "error[unknown-document]: `contract.yaml` declares no document `harbour.md`",
        ),
    ] {
        let outcome = lint(&contract_yaml, pages);
        assert_eq!(outcome.code, Some(2), "{said}\n{}", outcome.stdout);
        assert!(outcome.stderr.contains(said), "{said}\n{}", outcome.stderr);
    }
}
