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
use support::kiosk::{contract_in, kiosk, serve};

const EXAMPLES: [&str; 8] = [
    "action.yml",
    "docs/ci/github.yml",
    "docs/ci/gitlab.yml",
    "docs/ci/gate.sh",
    "docs/ci/shards.yml",
    "docs/ci/nextest.yml",
    KUBERNETES[0],
    KUBERNETES[1],
];

/// What is applied to a cluster: the parts, then their verdict.
const KUBERNETES: [&str; 2] = ["docs/ci/kubernetes-parts.yaml", "docs/ci/kubernetes-verdict.yaml"];

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
    let documents = ["docs/reports.md", "docs/many-machines.md", "docs/gating.md", "docs/targets.md", "README.md"];
    for path in EXAMPLES.iter().chain(&documents) {
        let text = read(path);
        let ending = Path::new(path).extension().and_then(|ending| ending.to_str());
        if matches!(ending, Some("yml" | "yaml")) {
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

/// The container of a manifest.
fn container(manifest: &Value) -> &Value {
    &manifest["spec"]["template"]["spec"]["containers"][0]
}

/// Runs what the container of a manifest runs, with these variables in the stead of its own.
fn pod(manifest: &Value, folder: &Path, variables: &[(&str, &str)]) -> Option<i32> {
    let container = container(manifest);
    let words = |key: &str| -> Vec<&str> {
        container[key].as_array().into_iter().flatten().map(|word| word.as_str().expect("a text")).collect()
    };
    let (command, arguments) = (words("command"), words("args"));
    let mut process = Command::new(command[0]);
    process.args(&command[1..]).args(arguments).current_dir(folder).env_clear().env("PATH", path());
    for variable in container["env"].as_array().expect("variables") {
        process.env(variable["name"].as_str().expect("a name"), variable["value"].as_str().expect("a value"));
    }
    process.envs(variables.iter().copied()).output().expect("a shell").status.code()
}

#[test]
fn a_cluster_takes_the_manifests_and_their_pods_give_a_verdict() {
    let schema: Value = serde_json::from_str(&read("tests/formats/job-batch-v1.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let [parts, verdict] = KUBERNETES.map(|path| serde_saphyr::from_str::<Value>(&read(path)).expect("YAML"));
    for (path, manifest) in KUBERNETES.iter().zip([&parts, &verdict]) {
        let faults: Vec<String> = schema.iter_errors(manifest).map(|error| format!("{path}: {error}")).collect();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        let pod = &manifest["spec"]["template"]["spec"];
        let volumes: Vec<&Value> = pod["volumes"].as_array().expect("volumes").iter().map(|one| &one["name"]).collect();
        for mount in container(manifest)["volumeMounts"].as_array().expect("mounts") {
            assert!(volumes.contains(&&mount["name"]), "{path}: {mount}");
        }
    }
    let of = |manifest: &Value, name: &str| {
        let variables = container(manifest)["env"].as_array().expect("variables").iter();
        variables.filter(|one| one["name"] == name).map(|one| one["value"].clone()).next()
    };
    assert_eq!(of(&parts, "PARTS"), parts["spec"]["completions"].as_u64().map(|count| count.to_string().into()));
    assert_eq!(of(&parts, "RUN"), of(&verdict, "RUN"));
    let mut broken = parts.clone();
    broken["spec"].as_object_mut().expect("an object").remove("completions");
    assert!(!schema.is_valid(&broken), "an Indexed Job needs completions");

    let server = serve("cheap", "green");
    let folder = folder([]);
    let contract = contract_in(folder.path());
    fs::write(folder.path().join("t.yaml"), format!("target: kiosk\nurl: {}\n", server.url())).expect("a file");
    let variables = [("CONTRACT", contract), ("TARGET", "t.yaml"), ("REPORTS", "reports"), ("RUN", "1")];
    for index in ["0", "1", "2"] {
        let code = pod(&parts, folder.path(), &[&variables[..], &[("JOB_COMPLETION_INDEX", index)]].concat());
        assert_eq!(code, Some(0), "a part that violates must not end the others");
    }
    assert_eq!(pod(&verdict, folder.path(), &variables), Some(1), "the whole violates");
    assert!(folder.path().join("reports/1/report.html").exists());
    fs::remove_file(folder.path().join("reports/1/part-3.json")).expect("a file");
    let code = pod(&verdict, folder.path(), &variables);
    assert!(matches!(code, Some(1 | 3)), "{code:?} without a part");
    // What is wrong with the input is nothing that a verdict could mend.
    let wrong = [&variables[..1], &[("TARGET", "nowhere.yaml"), ("REPORTS", "reports"), ("RUN", "2")]].concat();
    let code = pod(&parts, folder.path(), &[&wrong[..], &[("JOB_COMPLETION_INDEX", "0")]].concat());
    assert_eq!(code, Some(2));
    assert_eq!(pod(&verdict, folder.path(), &wrong), Some(2), "nothing to merge is no pass");
}

#[test]
fn the_steps_of_a_workflow_in_parts_give_a_verdict() {
    let workflow: Value = serde_saphyr::from_str(&read("docs/ci/shards.yml")).expect("YAML");
    let script = |job: &str, name: &str| -> String {
        let steps = workflow["jobs"][job]["steps"].as_array().expect("steps");
        let step = steps.iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("no step {name}"));
        step["run"].as_str().expect("a script").to_owned()
    };
    let (part, whole) = (script("part", "Judge a part"), script("verdict", "Give the verdict of the whole"));
    assert_eq!(workflow["jobs"]["verdict"]["if"], "always()", "a machine that was lost is no pass");
    let server = serve("cheap", "green");
    let folder = folder([]);
    contract_in(folder.path());
    fs::rename(folder.path().join("kiosk"), folder.path().join("contract")).expect("a folder");
    fs::write(folder.path().join("target.yaml"), format!("target: kiosk\nurl: {}\n", server.url())).expect("a file");
    let bash = |script: &str, part: &str| {
        let mut shell = Command::new("bash");
        shell.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(folder.path()).env_clear();
        shell.env("PATH", path()).env("PART", part).env("PARTS", "3").output().expect("a shell").status.code()
    };
    for index in ["1", "2", "3"] {
        assert_eq!(bash(&part, index), Some(0));
    }
    assert_eq!(bash(&part, "4"), Some(1), "wrong input ends a part");
    assert_eq!(bash(&whole, ""), Some(1), "the whole violates");
    assert!(folder.path().join("report.xml").exists());
}
