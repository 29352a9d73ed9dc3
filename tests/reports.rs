//! The reports of a run, as those who ask for them and those who read them meet them.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
}

use std::fs;

use serde_json::Value;

use support::binary::probity;
use support::folder::folder;

#[test]
fn a_report_that_cannot_be_written_is_said_before_anything_is_sent() {
    let folder = folder([("there", &b""[..])]);
    for (reports, code, said) in [
        (&["jsn=report.json"][..], 2, "there is no format `jsn`; did you mean `json`?"),
        (&["banana=report.json"], 2, "there is no format `banana` [formats: json"),
        (&["json"], 2, "write json=PATH, or json=- for standard output"),
        (&["json="], 2, "a path is missing"),
        (&["json=a.json", "json=./a.json"], 2, "two reports can't both be written to ./a.json"),
        (&["json=-", "json=-"], 2, "two reports can't both be written to standard output"),
        (&["json=nowhere/a.json"], 2, "nowhere/a.json can't be written"),
        (&["json=there/a.json"], 2, "there/a.json can't be written"),
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
    let help = probity(folder.path(), &["run", "--help"]).stdout;
    for format in ["json", "html", "junit"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{format} "))), "{format}: {help}");
    }
}
