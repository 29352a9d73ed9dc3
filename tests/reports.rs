//! The reports of a run, as those who ask for them and those who read them meet them.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod kiosk;
    pub(crate) mod server;
    pub(crate) mod yaml;
}

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use regex::Regex;
use serde_json::{Value, json};
use tempfile::TempDir;

use support::binary::{Outcome, command, finish, probity};
use support::folder::folder;
use support::kiosk::{contract_in, kiosk};
use support::server::Server;

/// Every format that takes a path.
const FORMATS: [&str; 10] =
    ["json", "html", "junit", "github", "ndjson", "tap", "markdown", "sarif", "badge", "shields"];

/// Reports that were written in a folder, each in a file with the name of its format.
struct Written {
    folder: TempDir,
    outcome: Outcome,
}

impl Written {
    fn text(&self, format: &str) -> String {
        let path = self.folder.path().join(format);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{format}: {error}\n{:?}", self.outcome))
    }

    /// The same without what differs from run to run.
    fn masked(&self, format: &str) -> String {
        let masks = [
            (r"127\.0\.0\.1:\d+", "[HOST]"),
            (r#"("(duration|began|head)_ms"|duration_ms): ?\d+\.\d+"#, "$1: [TIME]"),
            (r#"time="\d+\.\d+""#, r#"time="[TIME]""#),
            (r"sha256:[0-9a-f]{64}", "[DIGEST]"),
        ];
        masks.iter().fold(self.text(format), |text, (pattern, mask)| {
            Regex::new(pattern).expect("a pattern").replace_all(&text, *mask).into_owned()
        })
    }
}

/// Runs the contract of the kiosk against this server, with every report.
fn run(server: &Server, formats: &[&str], options: &[&str]) -> Written {
    let folder = folder([]);
    let contract = contract_in(folder.path());
    let reports: Vec<String> = formats.iter().map(|format| format!("--report={format}={format}")).collect();
    let url = server.url();
    let mut arguments = vec!["run", contract, "--target", &url];
    arguments.extend(options);
    arguments.extend(reports.iter().map(String::as_str));
    let outcome = probity(folder.path(), &arguments);
    Written { folder, outcome }
}

#[test]
fn a_report_that_cannot_be_written_is_said_before_anything_is_sent() {
    let folder = folder([("there", &b""[..])]);
    for (reports, code, said) in [
        (&["jsn=report.json"][..], 2, "there is no format `jsn`; did you mean `json`?"),
        (&["banana=report.json"], 2, "there is no format `banana` [formats: json, html, junit, "),
        (&["json"], 2, "write json=PATH, or json=- for standard output"),
        (&["json="], 2, "a path is missing"),
        (&["json=a.json", "tap=./a.json"], 2, "two reports can't both be written to ./a.json"),
        (&["json=-", "tap=-"], 2, "two reports can't both be written to standard output"),
        (&["json=nowhere/a.json"], 2, "nowhere/a.json can't be written"),
        (&["json=there/a.json"], 2, "there/a.json can't be written"),
        (
            &["badge=badge.svg"],
            2,
            "a badge speaks of a whole run: leave out --only and --skip, or the report to badge.svg",
        ),
    ] {
        let options = reports.iter().flat_map(|report| ["--report", report]);
        let arguments: Vec<&str> = ["run", "--only", "profile"].into_iter().chain(options).collect();
        let outcome = probity(folder.path(), &arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(code), ""), "{reports:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(said), "{reports:?}: {}", outcome.stderr);
    }
}

#[test]
fn a_report_on_standard_output_has_it_for_itself() {
    let folder = folder([]);
    for (command, format) in [("run", "probity-report/1"), ("prove", "probity-proof/1")] {
        let arguments =
            [command, "--only", "profile/callers/any-caller", "--report", "json=-", "--report", "json=file.json"];
        let outcome = probity(folder.path(), &arguments);
        let report: Value = serde_json::from_str(&outcome.stdout).expect("nothing but JSON");
        assert_eq!(report["format"], format);
        assert!(outcome.stderr.contains("against the reference server"), "{}", outcome.stderr);
        assert_eq!(fs::read_to_string(folder.path().join("file.json")).expect("a file"), outcome.stdout);
    }
}

#[test]
fn the_help_names_every_format() {
    let folder = folder([]);
    let names = Regex::new(r"(?m)^ {12}([a-z]+)  ").expect("a pattern");
    for command in ["run", "report"] {
        let help = probity(folder.path(), &[command, "--help"]).stdout;
        let formats = help.split("several times.").nth(1).expect("a list of formats");
        let named: BTreeSet<&str> =
            names.captures_iter(formats).filter_map(|found| found.get(1)).map(|one| one.as_str()).collect();
        assert_eq!(named.into_iter().collect::<Vec<_>>(), {
            let mut formats = FORMATS;
            formats.sort_unstable();
            formats
        });
    }
}

#[test]
fn every_format_of_a_stored_report_is_that_of_the_run() {
    let server = kiosk();
    let written = run(&server, &FORMATS, &[]);
    assert_eq!(written.outcome.code, Some(1), "{:?}", written.outcome);
    let to: Vec<String> = FORMATS.iter().map(|format| format!("--to={format}={format}.again")).collect();
    let arguments: Vec<&str> = ["report", "json"].into_iter().chain(to.iter().map(String::as_str)).collect();
    let asked = server.requests();
    let outcome = probity(written.folder.path(), &arguments);
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (Some(0), "", ""));
    assert_eq!(server.requests(), asked, "a stored report needs no server");
    for format in FORMATS {
        assert_eq!(written.text(&format!("{format}.again")), written.text(format), "{format}");
    }
    // What people read is the same but for the time, and so is what comes by standard input.
    let shown = probity(written.folder.path(), &["report", "json"]);
    let timeless = Regex::new(r" in \d+(?:\.\d+)? m?s( ·|\n)").expect("a pattern");
    assert_eq!(shown.stdout, timeless.replace(&written.outcome.stdout, "$1"));
    let mut piped = command(written.folder.path(), &["report", "-", "--to", "tap=-"]);
    piped.stdin(fs::File::open(written.folder.path().join("json")).expect("a report"));
    assert_eq!(finish(&mut piped).stdout, written.text("tap"));
    let mut shell = Command::new("sh");
    let line = format!("cat json | {} report /dev/stdin --to tap=-", env!("CARGO_BIN_EXE_probity"));
    let through_a_pipe = shell.args(["-c", &line]).current_dir(written.folder.path()).output().expect("a shell");
    assert_eq!(String::from_utf8_lossy(&through_a_pipe.stdout), written.text("tap"));
}

#[test]
fn every_format_reads_well() {
    let server = kiosk();
    let written = run(&server, &FORMATS, &[]);
    for format in FORMATS.into_iter().filter(|format| !["json", "html"].contains(format)) {
        insta::assert_snapshot!(format!("kiosk_{format}"), written.masked(format));
    }
}

#[test]
fn junit_is_what_jenkins_takes() {
    let server = kiosk();
    let written = run(&server, &["junit"], &[]);
    valid_junit(written.folder.path());
    let text = written.text("junit");
    let names: Vec<&str> = text.split("<testcase ").skip(1).filter_map(|one| one.split("name=\"").nth(2)).collect();
    let distinct: BTreeSet<&str> = names.iter().map(|name| name.split('"').next().expect("a name")).collect();
    assert_eq!((names.len(), distinct.len()), (11, 11), "{text}");
    for (element, count) in [("<failure ", 5), ("<error ", 1), ("<skipped ", 1)] {
        assert_eq!(text.matches(element).count(), count, "{element}: {text}");
    }
}

/// Holds the file `junit` against the schema by which Jenkins reads such files.
#[track_caller]
fn valid_junit(folder: &Path) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/junit-10.xsd");
    let mut validator = Command::new("xmllint");
    validator.args(["--noout", "--schema"]).arg(schema).arg(folder.join("junit"));
    let judged =
        validator.output().expect("xmllint is there: Debian has it in libxml2-utils, and `./check` installs it");
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
}

#[test]
fn sarif_names_every_finding_once() {
    let server = kiosk();
    let [first, second] = [(); 2].map(|()| run(&server, &["sarif"], &[]));
    let [first, second]: [Value; 2] =
        [first, second].map(|written| serde_json::from_str(&written.text("sarif")).expect("JSON"));
    assert_eq!((&first["version"], &first["runs"][0]["tool"]["driver"]["name"]), (&"2.1.0".into(), &"probity".into()));
    let prints = |sarif: &Value| -> Vec<String> {
        let results = sarif["runs"][0]["results"].as_array().expect("results").clone();
        results.iter().map(|one| one["partialFingerprints"]["probityFinding/v1"].to_string()).collect()
    };
    assert_eq!(prints(&first), prints(&second));
    let distinct: BTreeSet<String> = prints(&first).into_iter().collect();
    assert_eq!(distinct.len(), prints(&first).len());
    // What pages of code scanning need of each result.
    for result in first["runs"][0]["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok());
        let rule = &first["runs"][0]["tool"]["driver"]["rules"][index.expect("an index")];
        assert_eq!(rule["id"], result["ruleId"]);
        let at = &result["locations"][0]["physicalLocation"];
        let uri = at["artifactLocation"]["uri"].as_str().expect("a place");
        assert!(uri.starts_with("kiosk/suites/"), "{uri}");
        assert!(at["region"]["startLine"].as_u64().is_some_and(|line| line > 0), "{at}");
    }
}

#[test]
fn no_format_is_broken_by_what_a_server_sends() {
    let server = kiosk();
    let written = run(&server, &FORMATS, &[]);
    for format in FORMATS {
        let text = written.text(format);
        // JSON may have what others mayn't.
        let is_json = ["json", "ndjson", "html"].contains(&format);
        let breaks = |c: char| match c {
            '\n' => false,
            '\u{ffff}' | '\u{202e}' | '\u{2028}' => !is_json,
            c => c.is_ascii_control() || c.is_control() && !is_json,
        };
        let control = text.chars().find(|c| breaks(*c));
        assert_eq!(control, None, "{format}");
        assert!(!text.contains("token-of-"), "{format}");
        for line in text.lines() {
            for beginning in ["::error::gone", "not ok 99", "...", "---", "::error::"] {
                assert!(!line.starts_with(beginning), "{format}: {line}");
            }
        }
    }
    assert!(written.text("github").lines().all(|line| line.starts_with("::")), "{}", written.text("github"));
    // Markdown, as those see it who show it.
    let text = written.text("markdown");
    for event in pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::ENABLE_TABLES) {
        match event {
            pulldown_cmark::Event::Html(html) | pulldown_cmark::Event::InlineHtml(html) => {
                assert!(!html.contains("onclick") && !html.contains("script"), "{html}");
            }
            pulldown_cmark::Event::Start(pulldown_cmark::Tag::Link { dest_url, .. }) => panic!("a link to {dest_url}"),
            pulldown_cmark::Event::Text(words) => assert_ne!(&*words, "#1"),
            _ => {}
        }
    }
    // A test point for each trial, and blocks that every reader of YAML reads.
    let text = written.text("tap");
    let points = Regex::new(r"(?m)^(not )?ok (\d+) - ").expect("a pattern");
    let numbers: Vec<usize> = points.captures_iter(&text).filter_map(|point| point[2].parse().ok()).collect();
    assert_eq!(numbers, (1..=11).collect::<Vec<_>>());
    let blocks: Vec<&str> = text.split("\n  ---\n").skip(1).filter_map(|rest| rest.split("\n  ...\n").next()).collect();
    assert_eq!(blocks.len(), 6);
    for block in blocks {
        let block: Value = serde_saphyr::from_str(block).unwrap_or_else(|error| panic!("{error}: {block}"));
        assert!(block["again"].as_str().is_some_and(|again| again.starts_with("probity run kiosk")), "{block}");
    }
    // Every line an event.
    let lines: Vec<Value> =
        written.text("ndjson").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((&lines[0]["event"], &lines[12]["event"], lines.len()), (&json!("started"), &json!("ended"), 13));
    let schema: Value =
        serde_json::from_str(&probity(written.folder.path(), &["schema", "events"]).stdout).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    for line in &lines {
        let errors: Vec<String> = schema.iter_errors(line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{line}\n{}", errors.join("\n"));
    }
}

#[test]
fn github_gets_annotations_and_a_summary_by_itself() {
    let server = kiosk();
    let folder = folder([("summary.md", &b"before\n"[..])]);
    let contract = contract_in(folder.path());
    let url = server.url();
    let arguments = ["run", contract, "--target", &url];
    let mut on_github = command(folder.path(), &arguments);
    let outcome = finish(on_github.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", "summary.md"));
    assert_eq!(outcome.code, Some(1));
    let annotations: Vec<&str> = outcome.stdout.lines().filter(|line| line.starts_with("::")).collect();
    assert!(annotations[0].starts_with("::error file=kiosk/suites/drawers.yaml,line="), "{annotations:?}");
    assert!(
        annotations.iter().any(|line| line.starts_with("::warning file=kiosk/suites/goods.yaml")),
        "{annotations:?}"
    );
    let summary = fs::read_to_string(folder.path().join("summary.md")).expect("a summary");
    assert!(summary.starts_with("before\n## kiosk 2.1.0 against"), "{summary}");
    assert!(summary.contains("❌ **Violates**"), "{summary}");
    // Elsewhere nothing of the kind.
    let elsewhere = probity(folder.path(), &arguments);
    assert!(!elsewhere.stdout.lines().any(|line| line.starts_with("::")), "{}", elsewhere.stdout);
}

#[test]
fn what_is_too_much_for_its_reader_is_counted() {
    let server = kiosk();
    let folder = folder([]);
    let url = server.url();
    let reports = ["--report=markdown=markdown", "--report=github=github", "--report=junit=junit"];
    let run = ["run", "--target", &url, "--only", "people"];
    let outcome = probity(folder.path(), &[&run[..], &reports[..]].concat());
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let written = Written { folder, outcome };
    let markdown = written.text("markdown");
    assert!((50_000..65_536).contains(&markdown.len()), "{} bytes", markdown.len());
    let more = Regex::new(r"… and (\d+) trials more that violate").expect("a pattern");
    let more: usize = more.captures(&markdown).and_then(|found| found[1].parse().ok()).expect("a number");
    let failures = written.text("junit").matches("<failure ").count();
    assert_eq!(markdown.matches("<details><summary><code>").count() + more, failures);
    let annotations = written.text("github");
    let errors: Vec<&str> = annotations.lines().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(errors.len(), 10);
    assert!(errors[9].starts_with("::error title=Probity::") && errors[9].contains(" more of a must"), "{}", errors[9]);
    // The files of the shipped contract are nowhere in a repository.
    assert!(errors[0].starts_with("::error title=PEOPLE-"), "{}", errors[0]);
}

#[test]
fn a_run_that_was_killed_leaves_reports_that_look_it() {
    let server = Server::start(|request, _| {
        if request.starts_with("GET /drawers") {
            return Err(std::io::ErrorKind::ConnectionReset.into());
        }
        std::thread::sleep(Duration::from_mins(1));
        Ok(())
    });
    let folder = folder([]);
    let contract = contract_in(folder.path());
    let url = server.url();
    let formats = ["json", "junit", "ndjson", "tap", "markdown", "sarif", "badge"];
    let reports: Vec<String> = formats.iter().map(|format| format!("--report={format}={format}")).collect();
    let mut arguments = vec!["run", contract, "--target", &url, "--timeout", "60"];
    arguments.extend(reports.iter().map(String::as_str));
    let mut child = command(folder.path(), &arguments).spawn().expect("the binary starts");
    let read = |format: &str| fs::read_to_string(folder.path().join(format)).unwrap_or_default();
    let begun = Instant::now();
    // They begin one after the other.
    while !read("tap").contains("1..11") || !read("markdown").starts_with("## kiosk") {
        assert!(begun.elapsed() < Duration::from_secs(20), "{} {}", read("tap"), read("markdown"));
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    for format in ["json", "sarif"] {
        assert!(serde_json::from_str::<Value>(&read(format)).is_err(), "{format}");
    }
    assert!(!read("junit").contains("</testsuites>"));
    assert!(!read("ndjson").contains("\"ended\""));
    assert!(!read("tap").contains("ok 11"));
    assert!(read("markdown").starts_with("## kiosk") && !read("markdown").contains("**"));
    assert_eq!(read("badge"), "");
    let outcome = probity(folder.path(), &["report", "json", "--to", "junit=again"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("json is cut short at line "), "{}", outcome.stderr);
    assert!(!folder.path().join("again").exists());
}

#[test]
fn a_run_that_ended_early_is_marked_in_every_format() {
    let server = kiosk();
    let folder = folder([]);
    let contract = contract_in(folder.path());
    let target = format!("target: shop\nurl: {}\nsetup: [{{command: [\"false\"]}}]\n", server.url());
    fs::write(folder.path().join("target.yaml"), target).expect("a file");
    let reports: Vec<String> = FORMATS.iter().map(|format| format!("--report={format}={format}")).collect();
    let arguments: Vec<&str> =
        ["run", contract, "--target", "target.yaml"].into_iter().chain(reports.iter().map(String::as_str)).collect();
    let outcome = probity(folder.path(), &arguments);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(outcome.stderr.contains("note: there is no badge: a badge speaks of a complete run"), "{}", outcome.stderr);
    let written = Written { folder, outcome };
    for (format, mark) in [
        ("json", "\"complete\": false"),
        ("junit", "<error type=\"incomplete\""),
        ("github", "::error title=Probity::the run is incomplete: the set-up of the target failed"),
        ("ndjson", "\"complete\":false"),
        ("tap", "\nBail out! the set-up of the target failed"),
        ("markdown", "⚠️ **Incomplete**"),
        ("sarif", "\"executionSuccessful\":false"),
    ] {
        assert!(written.text(format).contains(mark), "{format}: {}", written.text(format));
    }
    valid_junit(written.folder.path());
    assert!(!written.folder.path().join("badge").exists());
}

#[test]
fn what_is_no_report_is_said_with_its_place() {
    let server = kiosk();
    let written = run(&server, &["json"], &[]);
    let whole = written.text("json");
    let altered = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        whole.replacen(from, to, 1)
    };
    let half: String = whole.chars().take(whole.chars().count() / 2).collect();
    for (name, text, said) in [
        ("empty", String::new(), "is cut short at line 1"),
        ("half", half, "is cut short at line "),
        ("text", "no JSON at all".into(), "is no JSON at line 1, column 2"),
        ("list", "[1, 2]".into(), "is no report of a run: it has no format `probity-report/1`"),
        ("number", "17".into(), "is no report of a run"),
        ("foreign", "{\"trials\": 5}".into(), "is no report of a run: it has no format"),
        (
            "newer",
            altered("probity-report/1", "probity-report/2"),
            "is a report of another version, `probity-report/2`",
        ),
        ("proof", "{\"format\": \"probity-proof/1\"}".into(), "is a proof: a proof has no form as `tap`"),
        ("verdict", altered("\"verdict\":\"conforms\"", "\"verdict\":\"fine\""), "`fine` is no verdict of a trial"),
        ("line", altered("\"line\":5,", "\"line\":99999999999,"), "is no place in a suite"),
        ("without", altered("\"plan\"", "\"plans\""), "missing field `plan`"),
        ("twice", format!("{whole}{whole}"), "trailing characters"),
    ] {
        fs::write(written.folder.path().join(name), text).expect("a file");
        let outcome = probity(written.folder.path(), &["report", name, "--to", "tap=tap"]);
        assert_eq!(outcome.code, Some(2), "{name}: {outcome:?}");
        assert!(outcome.stderr.contains(&format!("error: {name} ")), "{name}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(said), "{name}: {}", outcome.stderr);
    }
    for missing in ["nowhere", "."] {
        let outcome = probity(written.folder.path(), &["report", missing]);
        assert_eq!(outcome.code, Some(2), "{missing}: {outcome:?}");
        assert!(outcome.stderr.contains("can't be read"), "{missing}: {}", outcome.stderr);
    }
    // What a later version adds is passed over.
    fs::write(written.folder.path().join("more"), altered("\"plan\"", "\"later\": [{}], \"plan\"")).expect("a file");
    let outcome = probity(written.folder.path(), &["report", "more", "--to", "json=again"]);
    assert_eq!((outcome.code, written.text("again")), (Some(0), whole), "{}", outcome.stderr);
}
