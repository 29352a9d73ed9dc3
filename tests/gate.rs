//! What a gate lives on: every situation that a run can be in, the exit code that a careful person expects of it, and
//! the line that says why.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use support::binary::{Outcome, command, finish, probity};
use support::folder::folder;
use support::server::Server;

/// The day on which everything here happens.
const TODAY: &str = "2026-11-22";

/// What a server answers at paths that begin so, in the stead of what it should: the beginning, a status, a body.
type Fault = (&'static str, u16, &'static str);

/// A server, what is known of it, and what is asked.
#[derive(Clone, Copy)]
struct Situation {
    what: &'static str,
    faults: &'static [Fault],
    /// The items of waivers.yaml, which stands beside the target file; none, there is no such file.
    waivers: Option<&'static str>,
    arguments: &'static [&'static str],
    code: i32,
    /// What one line of the output says.
    says: &'static str,
}

/// A server without fault, of which everything is asked.
const GOOD: Situation = Situation { what: "", faults: &[], waivers: None, arguments: &[], code: 0, says: "CONFORMS" };

/// The price of ice is a text.
const ICE: Fault = ("/price/ice", 200, "{\"price\": \"two\"}");
const ICE_GONE: Fault = ("/price/ice", 404, "{}");
const TEA: Fault = ("/price/tea", 200, "{\"price\": \"three\"}");
const COLOUR: Fault = ("/colour", 404, "{}");
const TASTE: Fault = ("/taste", 404, "{}");
const SHELF: Fault = ("/shelf", 500, "{}");
/// No answer ever comes.
const SILENT: u16 = 0;
const OPEN_SILENT: Fault = ("/open", SILENT, "");

/// The fingerprints of these faults. They are written down by people: they never change.
const TEXT: &str = "fdd2b7cc";
const GONE: &str = "254210d3";
const OFF_COLOUR: &str = "9ab22049";
const EMPTY_SHELF: &str = "0bee6780";

const SITUATIONS: &[Situation] = &[
    Situation { what: "nothing is wrong", ..GOOD },
    Situation { what: "a must is broken", faults: &[ICE], code: 1, says: "VIOLATES stall/price/ice", ..GOOD },
    // Levels.
    Situation { what: "a should warns", faults: &[COLOUR], says: "· 1 warning", ..GOOD },
    Situation { what: "a may informs", faults: &[TASTE], says: "may       0 conform · 1 violate", ..GOOD },
    Situation {
        what: "a should counts in a strict run",
        faults: &[COLOUR],
        arguments: &["--strict"],
        code: 1,
        says: "1 trial breaks a should, which counts: the run is strict",
        ..GOOD
    },
    Situation { what: "a may counts never", faults: &[TASTE], arguments: &["--strict"], ..GOOD },
    Situation {
        what: "a should that can't be judged",
        faults: &[("/colour", SILENT, "")],
        arguments: &["--timeout", "0.5"],
        ..GOOD
    },
    Situation {
        what: "a should that can't be judged counts in a strict run",
        faults: &[("/colour", SILENT, "")],
        arguments: &["--timeout", "0.5", "--strict"],
        code: 3,
        says: "1 trial of a should could not be judged",
        ..GOOD
    },
    // Waivers that hold.
    Situation { what: "no waiver is needed", waivers: Some("[]"), ..GOOD },
    Situation {
        what: "a violation is waived",
        faults: &[ICE],
        waivers: Some("\n- {trials: stall/price/ice, finding: TEXT, OURS}"),
        says: "WAIVED stall/price/ice: known",
        ..GOOD
    },
    Situation {
        what: "a violation is disputed",
        faults: &[ICE],
        waivers: Some("\n- {trials: stall/price/ice, finding: TEXT, OURS, kind: disputed, link: https://a.invalid/1}"),
        says: "DISPUTED stall/price/ice: known",
        ..GOOD
    },
    Situation {
        what: "a glob waives all that it means",
        faults: &[ICE, TEA],
        waivers: Some("\n- {trials: stall/price/*, finding: TEXT, OURS}"),
        says: "WAIVED 2 trials: known",
        ..GOOD
    },
    Situation {
        what: "several patterns",
        faults: &[ICE, TEA],
        waivers: Some("\n- {trials: [stall/price/ice, stall/price/tea], finding: TEXT, OURS, covers: 2}"),
        says: "WAIVED 2 trials: known",
        ..GOOD
    },
    Situation {
        what: "a requirement is a pattern too",
        faults: &[ICE, TEA],
        waivers: Some("\n- {trials: STALL-PRICE, finding: TEXT, OURS}"),
        says: "· 2 waived",
        ..GOOD
    },
    Situation {
        what: "a waiver holds to the end of its day",
        faults: &[ICE],
        waivers: Some("\n- {trials: stall/price/ice, finding: TEXT, reason: a, owner: b, expires: 2026-11-22}"),
        says: "until 2026-11-22 by b",
        ..GOOD
    },
    Situation {
        what: "a waived should warns no more, and doesn't count in a strict run",
        faults: &[COLOUR],
        waivers: Some("\n- {trials: stall/colour, finding: OFF_COLOUR, OURS}"),
        arguments: &["--strict"],
        says: "should    0 conform · 1 waived",
        ..GOOD
    },
    Situation {
        what: "one is waived and another isn't",
        faults: &[ICE, TEA],
        waivers: Some("\n- {trials: stall/price/ice, finding: TEXT, OURS}"),
        code: 1,
        says: "VIOLATES stall/price/tea",
        ..GOOD
    },
    Situation {
        what: "many are waived, and the waiver says how many",
        faults: &[SHELF],
        waivers: Some("\n- {trials: stall/shelf, finding: EMPTY_SHELF, OURS, covers: 24}"),
        says: "WAIVED 24 trials: known",
        ..GOOD
    },
    // Waivers that are stale.
    Situation {
        what: "a waived trial conforms",
        waivers: Some("\n- {trials: stall/price/ice, finding: TEXT, OURS}"),
        code: 4,
        says: "waivers.yaml:2: stall/price/ice conforms; remove the entry",
        ..GOOD
    },
    Situation {
        what: "one of many waived trials conforms",
        faults: &[ICE],
        waivers: Some("\n- {trials: stall/price, finding: TEXT, OURS}"),
        code: 4,
        says: "waivers.yaml:2: stall/price/tea conforms; let `trials` mean the others only",
        ..GOOD
    },
    Situation {
        what: "one of several patterns matches nothing",
        faults: &[ICE],
        waivers: Some(
            "\n- trials:\n    - stall/price/ice\n    - stall/prise/ice\n  finding: TEXT\n  reason: a\n  owner: b\n  expires: 2027-01-31",
        ),
        code: 4,
        says: "waivers.yaml:4: `stall/prise/ice` matches no trial (did you mean `stall/price/ice`?); mend it, or remove it",
        ..GOOD
    },
    Situation {
        what: "a waiver matches nothing",
        waivers: Some("\n- {trials: stall/prise, finding: TEXT, OURS}"),
        code: 4,
        says: "waivers.yaml:2: `stall/prise` matches no trial (did you mean `stall/price`?)",
        ..GOOD
    },
    Situation {
        what: "a waiver has expired",
        faults: &[ICE],
        waivers: Some("\n- trials: stall/price/ice\n  finding: TEXT\n  reason: a\n  owner: b\n  expires: 2026-11-21"),
        code: 4,
        says: "waivers.yaml:6: expired after 2026-11-21; mend the server, or put the day off",
        ..GOOD
    },
    Situation {
        what: "a waiver covers more than 20 trials and doesn't say so",
        faults: &[SHELF],
        waivers: Some("\n- {trials: stall/shelf, finding: EMPTY_SHELF, OURS}"),
        code: 4,
        says: "waivers.yaml:2: `stall/shelf` covers 24 trials, more than 20; look at them, and write `covers: 24`",
        ..GOOD
    },
    Situation {
        what: "a waiver covers another number of trials than it says",
        faults: &[SHELF],
        waivers: Some("\n- {trials: stall/shelf, finding: EMPTY_SHELF, OURS, covers: 23}"),
        code: 4,
        says: "`stall/shelf` covers 24 trials, not 23",
        ..GOOD
    },
    Situation {
        what: "a waived trial fails in another way",
        faults: &[ICE_GONE],
        waivers: Some("\n- {trials: stall/price/ice, finding: TEXT, OURS}"),
        code: 1,
        says: "waivers.yaml:2: stall/price/ice violates in another way, GONE: mend the server, or look at it anew",
        ..GOOD
    },
    Situation {
        what: "a stale waiver beside a broken must",
        faults: &[TEA],
        waivers: Some("\n- {trials: stall/price/ice, finding: TEXT, OURS}"),
        code: 1,
        says: "1 waiver is stale",
        ..GOOD
    },
    Situation {
        what: "a stale waiver in an incomplete run",
        faults: &[OPEN_SILENT],
        waivers: Some("\n- {trials: stall/price/ice, finding: TEXT, OURS}"),
        arguments: &["--timeout", "0.5"],
        code: 3,
        says: "1 waiver is stale",
    },
    // Waivers of what wasn't judged.
    Situation {
        what: "a waived trial can't be judged",
        faults: &[OPEN_SILENT],
        waivers: Some("\n- {trials: stall/open, finding: GONE, OURS}"),
        arguments: &["--timeout", "0.5"],
        code: 3,
        says: "note: waivers.yaml:2: stall/open is inconclusive, which says nothing of the waiver",
    },
    Situation {
        what: "a waived trial is skipped",
        waivers: Some("\n- {trials: stall/credit, finding: GONE, OURS}"),
        says: "note: waivers.yaml:2: stall/credit is skipped, which says nothing of the waiver",
        ..GOOD
    },
    Situation {
        what: "waivers of trials that a filter leaves out",
        faults: &[COLOUR],
        waivers: Some(
            "\n- {trials: stall/price/ice, finding: TEXT, OURS}\n- {trials: stall/prise, finding: TEXT, OURS}\n\
             - {trials: stall/open, finding: TEXT, reason: a, owner: b, expires: 2020-01-01}",
        ),
        arguments: &["--only", "stall/colour"],
        says: "· 1 warning",
        ..GOOD
    },
    Situation {
        what: "a stale waiver of a trial that a filter asks for",
        waivers: Some("\n- {trials: stall/taste, finding: TEXT, OURS}"),
        arguments: &["--only", "stall/taste"],
        code: 4,
        says: "stall/taste conforms; remove the entry",
        ..GOOD
    },
    // What is refused.
    Situation {
        what: "an entry without its reason",
        faults: &[ICE],
        waivers: Some("\n- trials: stall/price/ice\n  finding: TEXT\n  reason:\n  owner: b\n  expires: 2027-01-31"),
        code: 2,
        says: "expected a text, found nothing",
        ..GOOD
    },
    Situation {
        what: "waivers are updated under a filter",
        waivers: Some("\n- {trials: stall/price/ice, finding: TEXT, OURS}"),
        arguments: &["--update-waivers", "--only", "stall/price"],
        code: 2,
        says: "--update-waivers needs a whole run",
        ..GOOD
    },
    Situation {
        what: "waivers are updated by an incomplete run",
        faults: &[OPEN_SILENT],
        waivers: Some("\n- {trials: stall/price/ice, finding: TEXT, OURS}"),
        arguments: &["--update-waivers", "--timeout", "0.5"],
        code: 3,
        says: "the file of waivers is left as it is: the run is incomplete",
    },
    Situation {
        what: "waivers are updated, and nothing else is wrong",
        waivers: Some("\n- {trials: stall/price/ice, finding: TEXT, OURS}"),
        arguments: &["--update-waivers"],
        says: "waivers.yaml: 1 entry removed",
        ..GOOD
    },
];

/// A contract with a trial of each level, and many of one case.
fn contract() -> String {
    let shelves: Vec<String> = (1..=24).map(|number| format!("{{name: s{number}, of: s{number}}}")).collect();
    format!(
        "suite: stall
service: shop
cases:
  - {{case: open, requirements: [STALL-OPEN], request: GET /open, expect: {{status: 200}}}}
  - case: price
    requirements: [STALL-PRICE]
    each: [{{name: ice, of: ice}}, {{name: tea, of: tea}}]
    request: GET /price/{{{{of}}}}
    expect: {{status: 200, body: [{{at: $.price, type: integer}}]}}
  - {{case: colour, requirements: [STALL-COLOUR], request: GET /colour, expect: {{status: 200}}}}
  - {{case: taste, requirements: [STALL-TASTE], request: GET /taste, expect: {{status: 200}}}}
  - case: shelf
    requirements: [STALL-SHELF]
    each: [{}]
    request: GET /shelf/{{{{of}}}}
    expect: {{status: 200}}
  - {{case: credit, requirements: [STALL-CREDIT], needs: credit, request: GET /credit, expect: {{status: 200}}}}
",
        shelves.join(", ")
    )
}

fn requirements() -> String {
    let clauses = [("OPEN", "must"), ("PRICE", "must"), ("COLOUR", "should"), ("TASTE", "may"), ("SHELF", "must")];
    clauses.iter().chain(&[("CREDIT", "may")]).fold(String::new(), |text, (name, level)| {
        text + &format!(
            "- {{id: STALL-{name}, level: {level}, source: {{document: stall.md, section: all}}, says: a}}\n"
        )
    })
}

fn server(faults: &'static [Fault]) -> Server {
    Server::start(move |request, stream| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        let fault = faults.iter().find(|(beginning, ..)| path.starts_with(beginning));
        let (status, body) = fault.map_or((200, "{\"price\": 2}"), |(_, status, body)| (*status, *body));
        if status == SILENT {
            std::thread::sleep(std::time::Duration::from_secs(5));
            return Ok(());
        }
        write!(
            stream,
            "HTTP/1.1 {status} \r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    })
}

/// A folder with the contract, a target file, and waivers beside it.
fn stage(server: &Server, waivers: Option<&str>) -> TempDir {
    let target = format!("target: stall\nurl: {}\n", server.url());
    let manifest =
        "contract: stall\nversion: 1.0.0\nservices: {shop: }\ncapabilities: {credit: {title: sells on credit}}\n";
    let (requirements, suite) = (requirements(), contract());
    let waivers = waivers.map(|items| format!("waivers: {}\n", filled(items)));
    let mut files = vec![
        ("stall/contract.yaml", manifest.as_bytes()),
        ("stall/requirements.yaml", requirements.as_bytes()),
        ("stall/suites/stall.yaml", suite.as_bytes()),
        ("target.yaml", target.as_bytes()),
    ];
    files.extend(waivers.as_ref().map(|text| ("waivers.yaml", text.as_bytes())));
    folder(files)
}

/// The text with the fingerprints and members that its words stand for.
fn filled(text: &str) -> String {
    let ours = "reason: known, owner: us, expires: 2027-01-31";
    let prints =
        [("OFF_COLOUR", OFF_COLOUR), ("EMPTY_SHELF", EMPTY_SHELF), ("TEXT", TEXT), ("GONE", GONE), ("CLOSED", CLOSED)];
    [("OURS", ours)].iter().chain(&prints).fold(text.to_owned(), |text, (word, meaning)| text.replace(word, meaning))
}

fn run(folder: &Path, arguments: &[&str]) -> Outcome {
    let all = [&["run", "stall", "--target", "target.yaml"], arguments].concat();
    finish(command(folder, &all).env("PROBITY_TODAY", TODAY))
}

#[test]
fn every_situation_has_its_exit_code_and_the_line_that_says_why() {
    let mut wrong = Vec::new();
    for Situation { what, faults, waivers, arguments, code, says } in SITUATIONS {
        let server = server(faults);
        let folder = stage(&server, *waivers);
        let outcome = run(folder.path(), arguments);
        let said = outcome.stdout.lines().chain(outcome.stderr.lines()).any(|line| line.contains(&filled(says)));
        // What is refused is refused before anything is sent.
        let sent = *code == 2 && server.requests() > 0;
        if outcome.code != Some(*code) || !said || sent {
            wrong.push(format!("{what}: expected {code} and `{}`\n{outcome:#?}", filled(says)).replace("\\n", "\n"));
        }
    }
    assert!(wrong.is_empty(), "{} situations\n{}", wrong.len(), wrong.join("\n\n"));
}

/// One waived trial, one disputed, one stale waiver.
const KNOWN: &str = "\n- {trials: stall/price/ice, finding: TEXT, OURS}\n\
                     - {trials: stall/open, finding: CLOSED, OURS, kind: disputed, link: https://a.invalid/1}\n\
                     - {trials: stall/taste, finding: TEXT, OURS}";
const CLOSED: &str = "e7c7602e";

#[test]
fn every_report_tells_what_is_waived_apart() {
    let server = server(&[ICE, ("/open", 404, "{}"), COLOUR]);
    let folder = stage(&server, Some(KNOWN));
    let formats = ["json", "ndjson", "html", "junit", "tap", "markdown", "sarif", "github", "badge", "shields"];
    let reports: Vec<String> = formats.iter().map(|format| format!("--report={format}={format}")).collect();
    let outcome = run(folder.path(), &reports.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a report");
    for (format, said) in [
        ("json", "\"waived\":2,\"disputed\":1,\"warnings\":1,\"strict\":false"),
        ("json", "\"verdict\": \"stale-waivers\""),
        ("json", "\"waiver\":{\"kind\":\"waived\",\"reason\":\"known\",\"owner\":\"us\",\"expires\":\"2027-01-31\""),
        ("json", "\"level\":\"must\",\"state\":\"violated\",\"waived\":true"),
        ("json", "\"faults\":[{\"line\":4,\"text\":\"stall/taste conforms; remove the entry\"}]"),
        ("ndjson", "\"faults\":[{\"line\":4,"),
        ("html", "\"waived\":\"disputed\""),
        ("junit", "<skipped type=\"waived\" message=\"waived until 2027-01-31 by us: known\""),
        ("junit", "<skipped type=\"disputed\""),
        ("junit", "<error type=\"stale-waivers\""),
        ("tap", "stall/price/ice # TODO waived until 2027-01-31 by us: known"),
        ("tap", "# TODO disputed until 2027-01-31 by us: known (https://a.invalid/1)"),
        ("tap", "\nBail out! "),
        ("markdown", "⚠️ **Stale waivers**: 30 trials · 1 warning · 1 waived · 1 disputed"),
        ("markdown", "### Disputed"),
        (
            "sarif",
            "\"suppressions\":[{\"kind\":\"external\",\"status\":\"accepted\",\"justification\":\"known (until 2027-01-31 by us)\"}]",
        ),
        ("sarif", "\"status\":\"underReview\""),
        ("github", "::error file=waivers.yaml,line=4,title=Probity%3A stale waiver::stall/taste conforms"),
        ("github", "::notice file=waivers.yaml,line=3,title=Probity%3A disputed::stall/open, until 2027-01-31 by us"),
        ("badge", "must 1/1 · 2 waived"),
        ("shields", "must 1/1 · 2 waived"),
    ] {
        assert!(read(format).contains(said), "{format} lacks {said}\n{}", read(format));
    }
    assert!(!read("github").contains("::error file=stall") && !read("junit").contains("price/ice\"><failure"));
    let schema: Value = serde_json::from_str(&probity(folder.path(), &["schema", "report"]).stdout).expect("JSON");
    let report = serde_json::from_str(&read("json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    // A stored report gives every other one.
    for format in formats {
        let outcome = probity(folder.path(), &["report", "json", "--to", &format!("{format}=again")]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{format}");
        assert_eq!(read("again"), read(format), "{format}");
    }
    let shown = probity(folder.path(), &["report", "json"]).stdout;
    let same = |text: &str| {
        text.lines().filter(|line| !line.starts_with("STALE-WAIVERS")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(same(&shown), same(&outcome.stdout));
}

#[test]
fn an_update_takes_out_what_is_not_needed_and_nothing_else() {
    let server = server(&[ICE]);
    let kept = "# Ours.\nwaivers: # all of them\n  # of ice\n  - trials: stall/price/ice # cold\n    finding: TEXT\n    reason: >-\n      known\n\n      since long\n    owner: us\n    expires: 2020-01-01\n";
    let gone = "  - {trials: stall/open, finding: TEXT, OURS}\n  - trials: stall/nowhere\n    finding: TEXT\n    reason: known\n    owner: us\n    expires: 2027-01-31\n";
    let end = "\n  # the end\n";
    let folder = stage(&server, Some("[]"));
    let file = folder.path().join("waivers.yaml");
    fs::write(&file, filled(&format!("{kept}{gone}{end}"))).expect("a file");
    let outcome = run(folder.path(), &["--update-waivers", "--report=json=json"]);
    // The day that is over is for people to put off.
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    assert!(outcome.stdout.contains("waivers.yaml:11: expired after 2020-01-01"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("REMOVED waivers.yaml:12: stall/open conforms"), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("waivers.yaml: 2 entries removed\n"), "{}", outcome.stderr);
    assert_eq!(fs::read_to_string(&file).expect("a file"), filled(&format!("{kept}{end}")));
    let again = run(folder.path(), &["--update-waivers"]);
    assert!(again.stderr.contains("waivers.yaml: nothing to remove\n"), "{}", again.stderr);
    assert_eq!((again.code, fs::read_to_string(&file).expect("a file")), (Some(4), filled(&format!("{kept}{end}"))));
    let beside: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(!beside.iter().any(|name| name.to_string_lossy().ends_with(".tmp")), "{beside:?}");
}

#[test]
fn what_is_suggested_is_pasted_filled_in_and_holds_at_any_other_address() {
    const FAULTS: &[Fault] = &[ICE, TEA, COLOUR, SHELF, ("/open", 404, "{}")];
    let (first, second) = (server(FAULTS), server(FAULTS));
    let folder = stage(&first, None);
    let outcome = run(folder.path(), &["--suggest-waivers"]);
    assert_eq!(outcome.code, Some(1));
    let entries = outcome.stdout.split_once("waivers.yaml beside the target file:\n").expect("entries").1;
    let entries = entries.split_once("\n\n").expect("an end").0;
    assert!(
        entries.contains("  - trials: stall/price/*\n    finding: TEXT\n".replace("TEXT", TEXT).as_str()),
        "{entries}"
    );
    assert_eq!(entries.matches("- trials: ").count(), 4, "{entries}");
    fs::write(folder.path().join("known.yaml"), format!("{entries}\n")).expect("a file");
    let url = second.url();
    let waivers = ["run", "stall", "--target", &url, "--waivers", "known.yaml", "--strict"];
    let empty = probity(folder.path(), &waivers);
    assert_eq!((empty.code, empty.stderr.matches("expected a text, found nothing").count()), (Some(2), 12));
    let full = entries
        .replace("reason:", "reason: a")
        .replace("owner:", "owner: b")
        .replace("expires:", "expires: 9999-12-31");
    fs::write(folder.path().join("known.yaml"), full + "\n").expect("a file");
    let outcome = probity(folder.path(), &waivers);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    assert!(outcome.stdout.contains("WAIVED 24 trials: a\n  until 9999-12-31 by b, known.yaml:"), "{}", outcome.stdout);
    // What a stored report shows has the same entries.
    assert_eq!(run(folder.path(), &["--report", "json=json"]).code, Some(1));
    let shown = probity(folder.path(), &["report", "json", "--suggest-waivers"]).stdout;
    assert!(shown.contains(entries), "{shown}");
    // The command to run one of them again has what made it judge so.
    let report = probity(folder.path(), &[&waivers[..], &["--report", "json=-"]].concat()).stdout;
    assert!(report.contains(" --strict --waivers=known.yaml --only stall/price/ice\""), "{report}");
}

#[test]
fn a_target_file_names_its_waivers() {
    let server = server(&[ICE]);
    let folder = stage(&server, Some("\n- {trials: stall/nowhere, finding: TEXT, OURS}"));
    assert_eq!(run(folder.path(), &[]).code, Some(1));
    let known = filled("waivers:\n- {trials: stall/price/ice, finding: TEXT, OURS}\n");
    fs::create_dir(folder.path().join("known")).expect("a folder");
    fs::write(folder.path().join("known/stage.yaml"), known).expect("a file");
    assert_eq!(run(folder.path(), &["--waivers", "known/stage.yaml"]).code, Some(0));
    let target = fs::read_to_string(folder.path().join("target.yaml")).expect("a file");
    fs::write(folder.path().join("target.yaml"), target + "waivers: known/stage.yaml\n").expect("a file");
    let outcome = run(folder.path(), &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    assert!(outcome.stdout.contains("known/stage.yaml:2"), "{}", outcome.stdout);
    let wrong =
        finish(command(folder.path(), &["run", "stall", "--target", "target.yaml"]).env("PROBITY_TODAY", "today"));
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("`today` in PROBITY_TODAY is no date"), "{}", wrong.stderr);
}
