//! The examples for continuous integration: what they call exists, and what can be run here is run.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod kiosk;
    pub(crate) mod server;
    pub(crate) mod yaml;
}

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use serde_json::Value;

use support::binary::probity;
use support::folder::folder;
use support::kiosk::{contract_in, kiosk};

const EXAMPLES: [&str; 4] = ["action.yml", "docs/ci/github.yml", "docs/ci/gitlab.yml", "docs/ci/gate.sh"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("a file")
}

/// The folder of the binary, to be looked for programs first.
fn path() -> std::ffi::OsString {
    let mut folders = vec![Path::new(env!("CARGO_BIN_EXE_probity")).parent().expect("a folder").to_owned()];
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    std::env::join_paths(folders).expect("folders")
}

#[test]
fn the_examples_are_yaml_and_call_what_there_is() {
    let call = Regex::new(r"(?m)(?:^|[\s-])probity ([a-z]+) ([^\n]*)").expect("a pattern");
    let spans = Regex::new(r"(?s)```sh\n(.*?)```").expect("a pattern");
    let option = Regex::new(r"--([a-z-]+)(?:[= ]+([a-z]+)=)?").expect("a pattern");
    let mut calls = 0;
    for path in EXAMPLES.iter().chain(&["docs/reports.md", "docs/gating.md", "README.md"]) {
        let text = read(path);
        let ending = Path::new(path).extension().and_then(|ending| ending.to_str());
        if ending == Some("yml") {
            let value: Value = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(value.is_object(), "{path}");
        }
        let code = if ending == Some("md") {
            spans.captures_iter(&text).map(|span| span[1].to_owned()).collect::<String>()
        } else {
            // What a description says is no command.
            let lines = text.lines().filter(|line| {
                !line.contains("description:") && !line.contains("echo ") && !line.trim_start().starts_with('#')
            });
            lines.map(|line| line.trim_start_matches([' ', '-']).to_owned() + "\n").collect()
        };
        for found in call.captures_iter(&code) {
            let help = probity(root(), &[&found[1], "--help"]);
            let usage = format!("Usage: probity {} ", &found[1]);
            let there = help.code == Some(0) && help.stdout.contains(&usage);
            assert!(there, "{path}: probity {}: {}", &found[1], help.stderr);
            let words = found[2].split('#').next().unwrap_or_default();
            for option in option.captures_iter(words) {
                assert!(
                    help.stdout.contains(&format!("--{}", &option[1])),
                    "{path}: probity {} --{}",
                    &found[1],
                    &option[1]
                );
                if let Some(format) = option.get(2) {
                    assert!(help.stdout.contains(format.as_str()), "{path}: {}", format.as_str());
                }
            }
            calls += 1;
        }
    }
    assert!(calls > 8, "only {calls} calls found");
}

#[test]
fn the_gate_opens_for_nobody_who_does_not_conform() {
    let server = kiosk();
    let url = server.url();
    let gate = root().join("docs/ci/gate.sh");
    let executable = fs::metadata(&gate).expect("a file").permissions().mode() & 0o111;
    assert_ne!(executable, 0, "it can't be started");
    let folder = folder([]);
    let contract = contract_in(folder.path());
    for (target, code, said) in [
        (url.as_str(), 1, "the server violates its contract"),
        ("http://127.0.0.1:9", 3, "could not be judged"),
        ("nowhere", 2, "probity could not run"),
    ] {
        let mut script = Command::new(&gate);
        script.args([target, contract]).current_dir(folder.path()).env_clear().env("PATH", path());
        let outcome = script.output().expect("a shell");
        let said_last = String::from_utf8_lossy(&outcome.stdout).lines().last().unwrap_or_default().to_owned();
        assert_eq!(outcome.status.code(), Some(code), "{target}: {said_last}");
        assert!(said_last.contains(said), "{target}: {said_last}");
    }
    assert!(folder.path().join("probity.xml").exists() && server.requests() > 0);
}

#[test]
fn the_action_runs_with_what_it_is_given() {
    let action: Value = serde_saphyr::from_str(&read("action.yml")).expect("YAML");
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let judge = steps[1]["run"].as_str().expect("a script");
    // Every variable of the script comes from an input that is declared.
    for (variable, value) in steps[1]["env"].as_object().expect("variables") {
        let input = value.as_str().and_then(|text| text.strip_prefix("${{ inputs.")?.strip_suffix(" }}"));
        assert!(input.is_some_and(|input| action["inputs"][input].is_object()), "{variable}");
    }
    let server = kiosk();
    let folder = folder([]);
    let contract = contract_in(folder.path());
    let mut script = Command::new("bash");
    script.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", judge]).current_dir(folder.path()).env_clear();
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_probity"));
    script.env("PATH", path()).env("BINARY", binary).env("TARGET", server.url()).env("CONTRACT", contract);
    script.env("REPORT", "probity.json").env("ARGUMENTS", "--report=tap=tap file\n\n--skip=goods/stock\n");
    script.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", "summary.md");
    let outcome = script.output().expect("a shell");
    let stdout = String::from_utf8_lossy(&outcome.stdout);
    assert_eq!(outcome.status.code(), Some(1), "{stdout}{}", String::from_utf8_lossy(&outcome.stderr));
    assert!(stdout.lines().any(|line| line.starts_with("::error file=kiosk/suites/")), "{stdout}");
    for file in ["probity.json", "tap file", "summary.md"] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
}
