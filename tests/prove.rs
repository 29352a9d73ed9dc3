//! `probity prove` finds what a suite doesn't look at, and tolerates what a contract allows.

mod support {
    pub(crate) mod binary;
    pub(crate) mod diary;
    pub(crate) mod folder;
    pub(crate) mod notebook;
    pub(crate) mod server;
}

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use support::binary::{Outcome, probity};
use support::diary::diary;
use support::folder::folder;
use support::notebook::Notebook;
use support::server::Server;

const CONTRACTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts");

/// Proves a contract against a server; the report is null when there is none.
fn prove(contract: &Path, url: &str, more: &[&str]) -> (Outcome, Value) {
    let work = folder([]);
    let contract = contract.display().to_string();
    let arguments = ["prove", &contract, "--target", url, "--report", "json=proof.json"];
    let outcome = probity(work.path(), &[&arguments, more].concat());
    let report = fs::read_to_string(work.path().join("proof.json")).unwrap_or_default();
    (outcome, serde_json::from_str(&report).unwrap_or_default())
}

fn count(report: &Value, what: &str) -> u64 {
    report["summary"][what].as_u64().unwrap_or_default()
}

/// The contract of the diary, to be changed.
fn copy_of_the_diary() -> TempDir {
    let copy = folder([]);
    for path in [
        "contract.yaml",
        "requirements.yaml",
        "world.yaml",
        "personas.yaml",
        "suites/entries.yaml",
        "schemas/entry.json",
    ] {
        let to = copy.path().join(path);
        fs::create_dir_all(to.parent().expect("a parent")).expect("a folder");
        fs::copy(PathBuf::from(CONTRACTS).join("diary").join(path), to).expect("a file");
    }
    copy
}

#[test]
fn a_weak_suite_is_found_out_in_the_first_screen() {
    let server = diary();
    let (outcome, report) = prove(&PathBuf::from(CONTRACTS).join("diary"), &server.url(), &[]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let screen: Vec<&str> = outcome.stdout.lines().take(24).collect();
    let screen = screen.join("\n");
    for planted in [
        "blind-denial          entries/privacy (outcome `nothing`) doesn't look for what it must not show",
        "suites/entries.yaml:36:16",
        "status-only           entries/cover judges only the status",
        "suites/entries.yaml:17:11",
        "open-member           `/title` is left open by the schema `entry`",
    ] {
        assert!(screen.contains(planted), "no {planted} in\n{screen}");
    }
    assert!(count(&report, "survived") > 0 && count(&report, "killed") > 0, "{report}");
    assert_eq!(count(&report, "false_alarms"), 0, "{}", report["false_alarms"]);
    let cases = report["cases"].as_array().expect("a list");
    let cover = cases.iter().find(|case| case["id"] == "entries/cover").expect("the case");
    assert!(cover["survived"].as_u64() > cover["killed"].as_u64(), "{cover}");
    // What it would take to notice is said in words that can be pasted.
    assert!(outcome.stdout.contains("body: [{at: $.title, type: string}]"), "{}", outcome.stdout);
}

/// The outcomes of a score, or of a cell, which leaves out what is zero.
fn outcomes(score: &Value) -> [u64; 5] {
    let names = ["killed", "survived", "accepted", "tolerated", "false_alarms"];
    names.map(|name| score[name].as_u64().unwrap_or_default())
}

fn sum<'v>(scores: impl Iterator<Item = &'v Value>) -> [u64; 5] {
    scores.map(outcomes).fold([0; 5], |sum, one| std::array::from_fn(|at| sum[at] + one[at]))
}

#[test]
fn the_cells_of_the_kill_matrix_add_up() {
    let server = diary();
    let (_, report) = prove(&PathBuf::from(CONTRACTS).join("diary"), &server.url(), &[]);
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let clauses = list(&report["requirements"]);
    assert_eq!(clauses.len(), 3);
    for clause in &clauses {
        let cells = list(&clause["operators"]);
        assert_eq!(sum(cells.iter()), outcomes(clause), "{clause}");
        // There is one suite.
        let [suite] = &list(&clause["suites"])[..] else { panic!("{clause}") };
        assert_eq!((&suite["suite"], list(&suite["operators"])), (&"entries".into(), cells.clone()));
        for cell in cells.iter().filter(|cell| cell["survived"].is_u64()) {
            let told = list(&report["survivors"]).into_iter().filter(|one| {
                one["operator"] == cell["operator"] && list(&one["requirements"]).contains(&clause["id"])
            });
            assert_eq!(told.filter_map(|one| one["count"].as_u64()).sum::<u64>(), outcomes(cell)[1], "{cell}");
        }
    }
    assert!(clauses.iter().any(|clause| outcomes(clause)[1] > 0), "{clauses:?}");
    // A clause is said to be blind where its row is: who asks the diary for its cover looks at nothing but the status.
    let cover = clauses.iter().find(|clause| clause["id"] == "DIARY-COVER").expect("the clause");
    let cell = |operator: &str| list(&cover["operators"]).into_iter().find(|cell| cell["operator"] == operator);
    assert_eq!(outcomes(&cell("drop-member").expect("a cell"))[..2], [0, 2]);
    assert_eq!(outcomes(&cell("other-class-status").expect("a cell"))[1], 0);
}

#[test]
fn a_stored_proof_gives_the_same_bytes_again() {
    let server = diary();
    let place = folder([]);
    let contract = PathBuf::from(CONTRACTS).join("diary").display().to_string();
    let reports = ["--report", "json=proof.json", "--report", "html=proof.html"];
    let url = server.url();
    let arguments = [&["prove", &contract, "--target", &url][..], &reports].concat();
    let proved = probity(place.path(), &arguments);
    assert_eq!(proved.code, Some(1), "{proved:?}");
    let again = probity(place.path(), &["report", "proof.json", "--to", "json=again.json", "--to", "html=again.html"]);
    assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (Some(0), "", ""));
    let read = |name: &str| fs::read(place.path().join(name)).expect("a file");
    assert!(read("proof.json") == read("again.json") && read("proof.html") == read("again.html"));
    // What is printed is the same but for the time that it took.
    let told = probity(place.path(), &["report", "proof.json"]);
    let untimed = |text: &str| {
        text.lines().map(|line| line.split(", in ").next().unwrap_or_default().to_owned() + "\n").collect::<String>()
    };
    assert_eq!((told.code, told.stdout.clone()), (Some(0), untimed(&proved.stdout)));
    for (arguments, said) in [
        (
            &["report", "proof.json", "--to", "junit=x"][..],
            "proof.json is a proof: a proof has no form as `junit`, which is for runs [formats: json, html]",
        ),
        (&["report", "cut.json", "--to", "html=x"], "cut.json is cut short at line "),
        (&["report", "less.json"], "less.json is no report of this version at line "),
        (&["prove", "--report", "sarif=x"], "a proof has no form as `sarif`, which is for runs [formats: json, html]"),
        (&["prove", "--report", "htlm=x"], "there is no format `htlm`; did you mean `html`? [formats: json, html]"),
        (&["prove", "--report", "html"], "a path is missing: write html=PATH"),
        (&["prove", "--report", "html=x", "--report", "json=x"], "two reports can't both be written to x"),
        (&["diff", "proof.json", "proof.json"], "its format is `probity-proof/1`"),
    ] {
        let whole = String::from_utf8(read("proof.json")).expect("text");
        fs::write(place.path().join("cut.json"), &whole[..whole.len() / 2]).expect("written");
        fs::write(place.path().join("less.json"), whole.replace("\"weaknesses\"", "\"strengths\"")).expect("written");
        let outcome = probity(place.path(), arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?} {outcome:?}");
        assert!(outcome.stderr.contains(said), "{arguments:?}: {}", outcome.stderr);
        assert!(!place.path().join("x").exists(), "{arguments:?}");
    }
}

#[test]
fn the_same_seed_makes_the_same_mutants() {
    let (one, other) = (diary(), diary());
    let contract = PathBuf::from(CONTRACTS).join("diary");
    let proof = |server: &Server, more: &[&str]| {
        let (outcome, mut report) = prove(&contract, &server.url(), more);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        report["target"] = Value::Null;
        report
    };
    let budget = ["--budget", "60", "--seed", "7"];
    let first = proof(&one, &budget);
    assert_eq!(count(&first, "mutants"), 60);
    assert_eq!(first, proof(&other, &budget));
    assert_ne!(first["survivors"], proof(&one, &["--budget", "60", "--seed", "8"])["survivors"]);
    let asked = one.requests();
    proof(&one, &["--budget", "all"]);
    assert_eq!(one.requests() - asked, 6, "a mutant sends no request");
}

#[test]
fn what_the_contract_allows_is_tolerated_and_what_it_declares_is_held_to_it() {
    let server = diary();
    let copy = copy_of_the_diary();
    let manifest = copy.path().join("contract.yaml");
    let declare = |text: &str| {
        let plain = "contract: diary\nversion: 0.1.0\nservices: {diary: }\n";
        fs::write(&manifest, format!("{plain}{text}")).expect("a file");
        prove(copy.path(), &server.url(), &[])
    };
    let (_, before) = declare("");
    let (_, open) = declare("lawful: [{change: [retype-value, null-value], at: $.title, because: titles are free}]\n");
    assert!(count(&open, "tolerated") > count(&before, "tolerated"));
    assert!(count(&open, "survived") < count(&before, "survived"));
    assert_eq!(count(&open, "false_alarms"), 0);
    // The suite insists on what the contract leaves open.
    let (outcome, wrong) = declare("lawful: [{change: change-value, at: $.day, because: days are free}]\n");
    assert_eq!(outcome.code, Some(1));
    assert!(count(&wrong, "false_alarms") > 0, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("FALSE ALARM entries/shape  change-value"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("lawful   days are free (contract.yaml:4:"), "{}", outcome.stdout);
    // Nothing has such a member.
    let (outcome, idle) = declare("lawful: [{change: change-value, at: $.weather, because: nobody knows it}]\n");
    assert_eq!(idle["stale"].as_array().map(Vec::len), Some(1), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("STALE contract.yaml:4:"), "{}", outcome.stdout);
}

#[test]
fn a_known_gap_has_a_reason_and_fails_when_it_is_none() {
    let server = diary();
    let copy = copy_of_the_diary();
    let gaps = copy.path().join("survivors.yaml");
    let with = |text: &str| {
        fs::write(&gaps, text).expect("a file");
        prove(copy.path(), &server.url(), &["--fail-under", "0"])
    };
    let (_, before) = with("[]\n");
    let (outcome, known) = with("- {trials: entries/cover, change: any-json, because: the cover is decoration}\n");
    let (accepted, survived) = (count(&known, "accepted"), count(&known, "survived"));
    assert!(accepted > 0 && survived + accepted == count(&before, "survived"), "{}", outcome.stdout);
    let (outcome, stale) = with("- {trials: entries/shape, change: null-value, at: /day, because: it was open once}\n");
    assert_eq!(outcome.code, Some(1), "{}", outcome.stdout);
    assert_eq!(stale["stale"][0]["file"], "survivors.yaml");
}

#[test]
fn what_can_not_be_run_can_not_be_proven() {
    let contract = PathBuf::from(CONTRACTS).join("diary");
    let (outcome, report) = prove(&contract, "http://127.0.0.1:9", &[]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert_eq!(report["run"], "incomplete");
    for (arguments, message) in [
        (&["--budget", "0"][..], "a number above 0, or `all`"),
        (&["--fail-under", "101"], "a number from 0 to 100"),
        (&["--only", "entris"], "did you mean `entries`?"),
    ] {
        let (outcome, _) = prove(&contract, "http://127.0.0.1:9", arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?}");
        assert!(outcome.stderr.contains(message), "{arguments:?}: {}", outcome.stderr);
    }
}

#[test]
fn an_unrelated_contract_raises_no_false_alarm() {
    let contract = PathBuf::from(CONTRACTS).join("notebook");
    let world = probity(&contract, &["world", "."]);
    let notebook = Notebook::start(&serde_json::from_str(&world.stdout).expect("a world"), None);
    let (outcome, report) = prove(&contract, &notebook.url, &[]);
    assert_eq!((report["run"].as_str(), count(&report, "false_alarms")), (Some("conforms"), 0), "{}", outcome.stdout);
    assert!(count(&report, "killed") > 1000, "{}", outcome.stdout);
    let schema = probity(&contract, &["schema", "proof"]);
    let schema: Value = serde_json::from_str(&schema.stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    // Tokens are not shown, wherever they were put.
    for token in tokens_of(&world.stdout) {
        assert!(!outcome.stdout.contains(&token) && !report.to_string().contains(&token), "{token} is shown");
    }
}

/// The tokens of a world.
fn tokens_of(world: &str) -> Vec<String> {
    let world: Value = serde_json::from_str(world).expect("JSON");
    let writers = world["writers"].as_array().into_iter().flatten();
    writers.filter_map(|writer| writer["token"].as_str().map(str::to_owned)).collect()
}
