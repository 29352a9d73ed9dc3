//! The checker against the official suites for JSON Schema and JSONPath, as users meet it: each test is a case of a
//! contract, and its instance the answer of a server.
//!
//! `./check` fetches the suites (`tests/compliance/`). What Probity does otherwise stands in a snapshot, by reason.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;

use support::binary::{Outcome, command, finish, probity};
use support::folder::folder;
use support::server::Server;

const SCHEMAS: &str = "json-schema/tests";
const PATHS: &str = "node_modules/jsonpath-rfc9535/src/__tests__/jsonpath-compliance-test-suite/cts.json";

/// A file or folder of the suites.
fn official(path: &str) -> PathBuf {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compliance").join(path);
    assert!(found.exists(), "{} isn't there: `./check` fetches it", found.display());
    found
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
}

/// A request's number is the last part of its path, and answers with the body of that number.
fn serving(bodies: Vec<String>) -> Server {
    let bodies = Arc::new(bodies);
    Server::start(move |request, stream| {
        let number = request.split(' ').nth(1).and_then(|path| path.rsplit('/').next()?.parse::<usize>().ok());
        let body = number.and_then(|number| bodies.get(number)).map_or("", String::as_str);
        let length = body.len();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
        write!(stream, "{head}content-length: {length}\r\n\r\n{body}")
    })
}

/// A JSON value as a text in YAML, in ASCII and without references.
fn yaml(value: &Value) -> String {
    let mut text = String::new();
    for character in value.to_string().replace("{{", "{{{{").chars() {
        if character.is_ascii_graphic() || character == ' ' {
            text.push(character);
        } else {
            let _ = write!(text, "\\U{:08x}", u32::from(character));
        }
    }
    text
}

/// A contract with these cases, and further files.
fn contract(cases: &str, files: &[(String, String)]) -> TempDir {
    let suite = format!("suite: official\nservice: it\ncases:\n{cases}");
    let fixed = [
        ("contract.yaml", "contract: official\nversion: 1.0.0\nservices: {it: }\n"),
        ("requirements.yaml", "- {id: X, level: must, source: {document: suite, section: all}, says: it is so}\n"),
        ("suites/official.yaml", &suite),
    ];
    let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    folder(fixed.into_iter().chain(files).map(|(path, text)| (path, text.as_bytes())))
}

/// The verdicts of the cases, by name.
fn verdicts(contract: &TempDir, server: &Server) -> BTreeMap<String, String> {
    let words = ["run", ".", "--target", &server.url(), "--report", "json=report.json", "--timeout", "20"];
    let Outcome { code, stdout, stderr } = probity(contract.path(), &words);
    assert!(matches!(code, Some(0 | 1)), "{stdout}{stderr}");
    let report = read(&contract.path().join("report.json"));
    let trials = report["trials"].as_array().expect("trials");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    assert_eq!(server.requests(), trials.len());
    trials.iter().map(|trial| (text(&trial["case"]), text(&trial["verdict"]))).collect()
}

fn lint(contract: &TempDir) -> String {
    let outcome = finish(&mut command(contract.path(), &["lint", "."]));
    assert!(matches!(outcome.code, Some(0 | 2)), "{outcome:?}");
    outcome.stderr
}

/// The names of files and the codes of the problems in them, of a text such as `error[code]: …\n  --> file:1:1`.
fn problems(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut code = "";
    for line in text.lines() {
        if let Some((word, _)) = line.strip_prefix("error[").and_then(|rest| rest.split_once(']')) {
            code = word;
        }
        if let Some((file, _)) = line.trim_start().strip_prefix("--> ").and_then(|place| place.split_once(':')) {
            found.push((file.to_owned(), code.to_owned()));
        }
    }
    found
}

/// One schema with its tests.
struct Group {
    name: String,
    schema: Value,
    tests: Vec<Value>,
}

/// The groups of a draft, in the order of the files.
fn groups(draft: &str) -> Vec<Group> {
    let top = official(SCHEMAS).join(draft);
    let mut files = Vec::new();
    for folder in [top.clone(), top.join("optional/format")] {
        let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path());
        files.extend(entries.filter(|path| path.extension().is_some_and(|ending| ending == "json")));
    }
    files.sort();
    let mut groups = Vec::new();
    for file in files {
        let path = file.strip_prefix(&top).expect("below").with_extension("").display().to_string();
        for group in read(&file).as_array().expect("groups") {
            let mut schema = group["schema"].clone();
            if let Some(members) = schema.as_object_mut().filter(|members| !members.contains_key("$schema")) {
                members.insert("$schema".into(), dialect(draft).into());
            }
            let name = format!("{path}: {}", group["description"].as_str().expect("a description"));
            groups.push(Group { name, schema, tests: group["tests"].as_array().expect("tests").clone() });
        }
    }
    assert!(groups.len() > 100, "{draft} has only {} groups", groups.len());
    groups
}

fn dialect(draft: &str) -> String {
    match draft.strip_prefix("draft20") {
        Some(date) => format!("https://json-schema.org/draft/20{date}/schema"),
        None => format!("http://json-schema.org/{}/schema#", draft.replace("draft", "draft-0")),
    }
}

/// Why Probity refuses a schema with a problem of this code.
fn reason(code: &str) -> &'static str {
    match code {
        "vacuous-schema" => "refused, since it accepts every value and so judges nothing",
        "invalid-schema" => "refused, since it names a format that can't be judged here and would be passed over",
        "unresolved-reference" => "refused, since a contract's schemas refer to its own files alone",
        _ => panic!("no reason is known for {code}"),
    }
}

/// Why Probity judges an answer otherwise than the suite.
fn why(group: &str, description: &str) -> &'static str {
    if description.ends_with("is only an annotation by default") {
        return "judged otherwise, since a contract that names a format asks for it";
    }
    match group {
        "recursiveRef: $recursiveRef with nesting" => {
            "judged otherwise by a fault of the crate, in a keyword that no later draft has"
        }
        _ => panic!("{group}: {description} is judged otherwise, and no reason is known"),
    }
}

/// Runs the tests of a draft, and tells what is otherwise than the suite says.
fn told(draft: &str) -> String {
    let groups = groups(draft);
    let mut refused: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    // Two groups of one `$id` can't stand in one contract, and what has a host is none of the contract's files.
    let elsewhere = |group: &Group| group.schema.to_string().contains("localhost:1234");
    let mut left: BTreeSet<usize> = (0..groups.len()).collect();
    for index in left.clone().into_iter().filter(|index| elsewhere(&groups[*index])) {
        refused
            .entry("left out, since it names another host: schemas never come from a network")
            .or_default()
            .insert(index);
        left.remove(&index);
    }
    let bodies = groups.iter().flat_map(|group| &group.tests).map(|test| test["data"].to_string()).collect();
    let made = |left: &BTreeSet<usize>| {
        let (mut cases, mut files, mut number) = (String::new(), Vec::new(), 0);
        for (index, group) in groups.iter().enumerate() {
            for test in 0..group.tests.len() {
                if left.contains(&index) {
                    let _ = writeln!(
                        cases,
                        "  - {{case: g{index}-{test}, requirements: [X], request: GET /{number}, expect: {{status: 200, schema: g{index}}}}}"
                    );
                }
                number += 1;
            }
            if left.contains(&index) {
                files.push((format!("schemas/g{index}.json"), group.schema.to_string()));
            }
        }
        contract(&cases, &files)
    };
    let mut rounds = 0;
    let sound = loop {
        let contract = made(&left);
        let text = lint(&contract);
        let found: Vec<(usize, String)> = problems(&text)
            .into_iter()
            .filter_map(|(file, code)| {
                Some((file.strip_prefix("schemas/g")?.strip_suffix(".json")?.parse().ok()?, code))
            })
            .collect();
        if text.is_empty() {
            break contract;
        }
        rounds += 1;
        assert!(!found.is_empty() && rounds < 40, "{text}");
        for (index, code) in found {
            left.remove(&index);
            refused.entry(reason(&code)).or_default().insert(index);
        }
    };
    let verdicts = verdicts(&sound, &serving(bodies));
    let (mut wrong, mut judged): (BTreeMap<&str, Vec<String>>, usize) = Default::default();
    for index in &left {
        let group = &groups[*index].name;
        for (test, spoken) in groups[*index].tests.iter().enumerate() {
            judged += 1;
            let wanted = if spoken["valid"] == true { "conforms" } else { "violates" };
            let verdict = &verdicts[&format!("g{index}-{test}")];
            if verdict != wanted {
                let description = spoken["description"].as_str().unwrap_or_default();
                let line = format!("  {group}: {description}: {verdict}, not {wanted}\n");
                wrong.entry(why(group, description)).or_default().push(line);
            }
        }
    }
    let mut text = format!("{judged} tests of {} schemas judged\n", left.len());
    for (reason, lines) in wrong {
        let _ = write!(text, "\n{reason}\n{}", lines.concat());
    }
    for (reason, indexes) in refused {
        let names: Vec<String> = indexes.iter().map(|index| format!("  {}", groups[*index].name)).collect();
        let _ = write!(text, "\n{reason}\n{}\n", names.join("\n"));
    }
    text
}

#[test]
fn schemas_of_draft_2020_12_are_judged_as_the_official_suite_says() {
    insta::assert_snapshot!("schema_draft2020-12", told("draft2020-12"));
}

#[test]
fn schemas_of_draft_2019_09_are_judged_as_the_official_suite_says() {
    insta::assert_snapshot!("schema_draft2019-09", told("draft2019-09"));
}

#[test]
fn schemas_of_older_drafts_are_judged_as_the_official_suite_says() {
    for draft in ["draft7", "draft6", "draft4"] {
        insta::assert_snapshot!(format!("schema_{draft}"), told(draft));
    }
}

/// The rule that the nodes of a selector are these.
fn nodes(selector: &Value, wanted: &Value) -> String {
    let none = wanted.as_array().is_some_and(Vec::is_empty);
    let test = if none { "absent: true".to_owned() } else { format!("same-set-as: {}", yaml(wanted)) };
    format!("{{at: {}, {test}}}", yaml(selector))
}

/// So many problems of one contract are looked at at once.
const MOST_PROBLEMS: usize = 100;

#[test]
fn paths_select_what_the_compliance_suite_says_and_no_other_path_is_taken() {
    let suite = read(&official(PATHS));
    let tests = suite["tests"].as_array().expect("tests");
    let (invalid, valid): (Vec<&Value>, Vec<&Value>) = tests.iter().partition(|test| test["invalid_selector"] == true);
    assert!(invalid.len() > 200 && valid.len() > 400, "{} and {}", invalid.len(), valid.len());
    let case = |name: &str, number: usize, body: &str| {
        format!(
            "  - {{case: {name}, requirements: [X], request: GET /{number}, expect: {{status: 200, body: [{body}]}}}}\n"
        )
    };
    let mut otherwise = String::new();

    // Each line of the suite is one case; of a file with very many problems not all are shown.
    let before = 3;
    for (part, tests) in invalid.chunks(MOST_PROBLEMS).enumerate() {
        let cases: String = tests
            .iter()
            .enumerate()
            .map(|(index, test)| case(&format!("c{index}"), 0, &nodes(&test["selector"], &json!([]))))
            .collect();
        let text = lint(&contract(&cases, &[]));
        let lines: BTreeSet<usize> = text
            .split("error[invalid-jsonpath]")
            .skip(1)
            .filter_map(|one| one.split("--> suites/official.yaml:").nth(1)?.split(':').next()?.parse().ok())
            .collect();
        for (index, test) in tests.iter().enumerate().filter(|(index, _)| !lines.contains(&(index + before + 1))) {
            let index = part * MOST_PROBLEMS + index;
            let _ = writeln!(otherwise, "taken, and must not be: {index} {}: {}", test["name"], test["selector"]);
        }
    }

    // What is right, and for each selector one node too many and one of another value.
    let (mut cases, mut bodies, mut expected) = (String::new(), Vec::new(), BTreeMap::new());
    for (index, test) in valid.iter().enumerate() {
        let results: Vec<Value> = match (&test["result"], &test["results"]) {
            (Value::Null, several) => several.as_array().cloned().unwrap_or_default(),
            (one, _) => vec![one.clone()],
        };
        let wanted = results[0].as_array().expect("a list");
        let more: Vec<Value> = wanted.iter().cloned().chain([json!("not in any document")]).collect();
        let mut other = wanted.clone();
        other.pop();
        other.push(json!({"not in any": "document"}));
        for (kind, nodes_of, verdict) in
            [("right", wanted, "conforms"), ("more", &more, "violates"), ("other", &other, "violates")]
        {
            let name = format!("c{index}-{kind}");
            cases.push_str(&case(&name, index, &nodes(&test["selector"], &json!(nodes_of))));
            expected.insert(name, (verdict, test));
        }
        bodies.push(test["document"].to_string());
    }
    let sound = contract(&cases, &[]);
    let text = lint(&sound);
    let lines: BTreeSet<usize> =
        text.split("--> suites/official.yaml:").skip(1).filter_map(|one| one.split(':').next()?.parse().ok()).collect();
    let kept: Vec<&str> = cases
        .lines()
        .enumerate()
        .filter(|(index, _)| !lines.contains(&(index + before + 1)))
        .map(|(_, line)| line)
        .collect();
    for line in &lines {
        let _ = writeln!(
            otherwise,
            "refused, and must not be: {}",
            cases.lines().nth(line - before - 1).unwrap_or_default()
        );
    }
    let verdicts = verdicts(&contract(&(kept.join("\n") + "\n"), &[]), &serving(bodies));
    assert_eq!(verdicts.len(), kept.len());
    for (name, verdict) in &verdicts {
        let (wanted, test) = &expected[name];
        if verdict != wanted {
            let _ = writeln!(otherwise, "{verdict}, not {wanted}: {} {}", test["name"], test["selector"]);
        }
    }
    insta::assert_snapshot!("paths", format!("{} paths, {} that are none\n\n{otherwise}", valid.len(), invalid.len()));
}
