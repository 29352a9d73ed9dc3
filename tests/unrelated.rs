//! A second contract for an API that has nothing to do with the shipped one: the harness needs no change for it.
//!
//! The server is written here; it conforms, and each of its faults is blamed on the clause that it breaks.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod notebook;
    pub(crate) mod yaml;
}

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;

use regex::Regex;
use serde_json::Value;

use support::binary::{Outcome, probity};
use support::folder::folder;
use support::notebook::{Fault, Notebook};
use support::yaml::yaml_below;

const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/notebook");

/// Every fault and the clauses that it breaks.
const FAULTS: [(Fault, &[&str]); 17] = [
    (Fault::OpensToAnybody, &["NOTES-AUTH"]),
    (Fault::ListsEverything, &["NOTES-LIST"]),
    (Fault::ListsTwice, &["NOTES-LIST"]),
    (Fault::TakesOneTag, &["NOTES-TAGS"]),
    (Fault::CountsNoWords, &["NOTES-READ"]),
    // Sharing is seen by who may read then.
    (Fault::HidesFromReaders, &["NOTES-PRIVACY", "NOTES-SHARE"]),
    (Fault::ShowsToEverybody, &["NOTES-PRIVACY-OTHERS"]),
    (Fault::NamesWhatItHides, &["NOTES-PRIVACY-OTHERS"]),
    (Fault::KeepsTheTag, &["NOTES-ETAG"]),
    (Fault::SendsAgain, &["NOTES-304"]),
    (Fault::LeadsElsewhere, &["NOTES-CREATE"]),
    (Fault::TakesAnything, &["NOTES-INVALID"]),
    (Fault::ForgetsToDelete, &["NOTES-DELETE"]),
    (Fault::SharesWithOne, &["NOTES-SHARE"]),
    (Fault::WritesLatin1, &["NOTES-TEXT"]),
    (Fault::NamesTwice, &["NOTES-JSON"]),
    (Fault::CountsOneSide, &["PAPER-SIDES"]),
];

/// Runs the contract against a notebook with this fault.
fn run(fault: Option<Fault>) -> (Outcome, Value) {
    let world = probity(Path::new(CONTRACT), &["world", "."]);
    let notebook = Notebook::start(&serde_json::from_str(&world.stdout).expect("a world"), fault);
    let folder = folder([]);
    let arguments = ["run", CONTRACT, "--target", &notebook.url, "--report", "json=report.json"];
    let outcome = probity(folder.path(), &arguments);
    let report = fs::read_to_string(folder.path().join("report.json")).unwrap_or_default();
    (outcome, serde_json::from_str(&report).unwrap_or_default())
}

fn violated(report: &Value) -> Vec<&str> {
    let requirements = report["requirements"].as_array().into_iter().flatten();
    requirements.filter(|one| one["state"] == "violated").filter_map(|one| one["id"].as_str()).collect()
}

#[test]
fn a_server_that_keeps_the_contract_conforms() {
    let (outcome, report) = run(None);
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    let text = [(r"127\.0\.0\.1:\d+", "[HOST]"), (r"\d+(\.\d+)? m?s\b", "[TIME]")]
        .iter()
        .fold(outcome.stdout, |text, (pattern, mask)| {
            Regex::new(pattern).expect("a pattern").replace_all(&text, *mask).into_owned()
        });
    insta::assert_snapshot!(text);
    assert_eq!(report["summary"]["skipped"], 1);
}

#[test]
fn each_fault_is_blamed_on_the_clause_that_it_breaks() {
    let faults: Vec<String> = thread::scope(|scope| {
        let probe = |(fault, clauses): &'static (Fault, &[&str])| {
            scope.spawn(move || {
                let (outcome, report) = run(Some(*fault));
                let found = violated(&report);
                let right = outcome.code == Some(1) && found == *clauses;
                (!right).then(|| format!("{fault:?}: {clauses:?} expected, {found:?} found\n{}\n", outcome.stdout))
            })
        };
        let probes: Vec<_> = FAULTS.iter().map(probe).collect();
        probes.into_iter().filter_map(|probe| probe.join().expect("a probe ends")).collect()
    });
    assert!(faults.is_empty(), "{}", faults.concat());
}

#[test]
fn what_only_should_be_is_shown_but_breaks_nothing() {
    for (fault, clause) in [(Fault::MovesForNow, "NOTES-MOVED"), (Fault::SaysPublic, "NOTES-CACHE")] {
        let (outcome, report) = run(Some(fault));
        assert_eq!((outcome.code, violated(&report)), (Some(0), vec![clause]), "{}", outcome.stdout);
    }
}

#[test]
fn the_notebook_uses_everything_that_a_contract_can_say() {
    let mut text = String::new();
    for path in yaml_below(Path::new(CONTRACT)) {
        text.push_str(&fs::read_to_string(path).expect("a file"));
    }
    let mut unused = Vec::new();
    for described in ["contract", "requirements", "personas", "suite"] {
        let schema = probity(Path::new(CONTRACT), &["schema", described]).stdout;
        let mut keys = BTreeSet::new();
        collect_keys(&serde_json::from_str(&schema).expect("JSON"), &mut keys);
        for key in keys {
            let used = Regex::new(&format!(r"(?m)(^|[ {{-]){}: ?", regex::escape(&key))).expect("a pattern");
            // The rules on framing are those of another contract, and the server of this one isn't held to all of them.
            if !used.is_match(&text) && key != "include" {
                unused.push(format!("{described}: {key}"));
            }
        }
    }
    assert!(unused.is_empty(), "never used: {unused:?}");
}

/// The names of all members that a schema describes.
fn collect_keys(schema: &Value, keys: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                if let (true, Some(properties)) = (name == "properties", member.as_object()) {
                    keys.extend(properties.keys().cloned());
                }
                collect_keys(member, keys);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, keys)),
        _ => {}
    }
}
