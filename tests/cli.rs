//! The command line from outside: every command, its exit codes, and what it must never print.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod served;
    pub(crate) mod server;
    pub(crate) mod yaml;
}

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use serde_json::{Value, json};

use support::binary::{Outcome, command, finish, probity};
use support::folder::folder;
use support::served::serve;
use support::server::Server;
use support::yaml::yaml_below;

/// Where nothing of a test's own is needed.
fn nowhere() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Standard output of a command that does what it should.
#[track_caller]
fn shown(arguments: &[&str]) -> String {
    let Outcome { code, stdout, stderr } = probity(nowhere(), arguments);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}\n{stdout}");
    stdout
}

fn json_of(arguments: &[&str]) -> Value {
    serde_json::from_str(&shown(arguments)).expect("the output is JSON")
}

/// Times, ports and counts that grow with the contract, taken out of a text.
fn masked(text: &str) -> String {
    let masks = [
        (r"\b\d+(\.\d+)? m?s\b", "[TIME]"),
        (r"127\.0\.0\.1:\d+", "[HOST]"),
        ("\"(began|head|duration)_ms\":[0-9.]+", "\"${1}_ms\":0"),
        (r#"\["date","[^"]*"\]"#, r#"["date","[DATE]"]"#),
    ];
    masks.iter().fold(text.to_owned(), |text, (pattern, mask)| {
        Regex::new(pattern).expect("a pattern").replace_all(&text, *mask).into_owned()
    })
}

#[test]
fn without_arguments_the_reference_server_conforms() {
    let stdout = shown(&[]);
    let last = masked(stdout.lines().last().expect("a last line"));
    assert!(last.starts_with("CONFORMS  the reference server: "), "{stdout}");
    assert!(!stdout.contains("INCONCLUSIVE") && !stdout.contains("skipped"), "{stdout}");
}

#[test]
fn a_list_names_every_trial_without_a_request() {
    let lines = shown(&["list"]);
    let trials = json_of(&["list", "--json"]);
    let trials = trials.as_array().expect("a list");
    let ids: Vec<&str> = trials.iter().filter_map(|trial| trial["id"].as_str()).collect();
    let listed: Vec<&str> = lines.lines().filter_map(|line| line.split("  ").next()).collect();
    assert_eq!(ids, listed);
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "an id stands there twice");
    for trial in trials {
        let known = ["must", "should", "may"].contains(&trial["level"].as_str().unwrap_or_default());
        assert!(known && trial["requirements"][0].is_string() && trial["line"].is_u64(), "{trial}");
    }
    let chosen = shown(&["list", "--only", "presence/*", "--skip", "presence/privacy"]);
    assert!(chosen.lines().all(|line| line.starts_with("presence/") && !line.starts_with("presence/privacy")));
    assert!(chosen.lines().count() > 0);
}

#[test]
fn the_shipped_contract_has_no_problem() {
    let counted = Regex::new(r"\d+ ").expect("a pattern").replace_all(&shown(&["lint"]), "[N] ").into_owned();
    insta::assert_snapshot!(counted, @"xboxlive 1.0.0: [N] requirements ([N] of them not tested), [N] suites, [N] trials, no problem");
}

#[test]
fn the_world_has_the_shape_that_servers_are_seeded_with() {
    let xuid = json!({"type": "string", "pattern": "^[0-9]+$"});
    let shape = json!({
        "type": "object",
        "required": ["users", "credentials", "console"],
        "properties": {
            "users": {"type": "array", "minItems": 2, "items": {
                "type": "object",
                "required": ["persona", "xuid", "gamertag", "authorization", "settings", "privacy", "friends", "presence"],
                "properties": {
                    "persona": {"type": "string"},
                    "xuid": xuid,
                    "gamertag": {"type": "string"},
                    "authorization": {"type": "string", "pattern": "^XBL3.0 x="},
                    "settings": {"type": "object", "additionalProperties": {"type": "string"}},
                    "privacy": {"enum": ["everyone", "friends-only", "blocked"]},
                    "friends": {"type": "array", "items": {
                        "type": "object",
                        "required": ["xuid", "isFavorite", "isFollowingCaller"],
                        "properties": {
                            "xuid": xuid,
                            "isFavorite": {"type": "boolean"},
                            "isFollowingCaller": {"type": "boolean"},
                            "socialNetworks": {"type": "array", "items": {"type": "string"}}
                        }
                    }},
                    "presence": {"type": ["object", "null"]}
                }
            }},
            "credentials": {"type": "object", "additionalProperties": {"type": "string"}},
            "console": {"type": "object", "required": ["users", "accounts"], "properties": {
                "users": {"type": "array", "minItems": 1, "items": {"type": "object"}},
                "accounts": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["Password"]}}
            }}
        }
    });
    keeps("the world", &shape, &json_of(&["world"]));
}

/// Fails when the value breaks the schema.
#[track_caller]
fn keeps(what: &str, schema: &Value, value: &Value) {
    let validator = jsonschema::validator_for(schema).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(errors.is_empty(), "{what}:\n{}", errors.join("\n"));
}

#[test]
fn whatever_has_a_name_can_be_explained() {
    for name in ["unknown-key", "status", "same-as", "insert-canary", "blind-denial"] {
        insta::assert_snapshot!(format!("explain_{name}"), shown(&["explain", name]));
    }
    let trial = json_of(&["list", "--json"])[0].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (id, requirement) = (text(&trial["id"]), text(&trial["requirements"][0]));
    let explained = shown(&["explain", &id]);
    assert!(explained.contains(&requirement) && explained.contains(&text(&trial["file"])), "{explained}");
    assert!(shown(&["explain", "lawful change"]).starts_with("lawful-change: "));
    let explained = shown(&["explain", &requirement.to_lowercase()]);
    assert!(explained.starts_with(&format!("{requirement} (must)\n")), "{explained}");
    assert!(explained.contains("\nsource: ") && explained.contains(&id), "{explained}");
    let branch = id.rsplit_once('/').map(|(branch, _)| branch.to_owned()).unwrap_or_default();
    assert!(shown(&["explain", &branch]).contains(&id));
}

#[test]
fn every_defect_is_listed_and_explained() {
    let lines = shown(&["list", "--defects"]);
    let defects = json_of(&["list", "--defects", "--json"]);
    let defects = defects.as_array().expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |one: &Value| format!("{}  {}  {}", text(&one["name"]), text(&one["breaks"]), text(&one["says"]));
    let expected: Vec<String> = defects.iter().map(line).collect();
    assert_eq!(expected, lines.lines().collect::<Vec<_>>());
    assert!(defects.len() > 100 && defects.iter().all(|one| one["also"].is_array()), "{lines}");
    insta::assert_snapshot!("explain_a_defect", shown(&["explain", "profile-downgrades-pictures"]));
    let explained = shown(&["explain", "PROFILE-FR-PICTURE"]);
    assert!(explained.contains("\n  profile-downgrades-pictures: The address of a picture"), "{explained}");
    for arguments in [&["list", "--defects", "--only", "profile"][..], &["list", "--defects", "suites"]] {
        assert_eq!(probity(nowhere(), arguments).code, Some(2), "{arguments:?}");
    }
    // Another contract has nothing to do with them.
    let contract = folder(LITTLE);
    assert_eq!(probity(contract.path(), &["explain", "profile-downgrades-pictures", "."]).code, Some(2));
    assert!(!shown(&["explain", "TEA", &contract.path().display().to_string()]).contains("defect"));
}

#[test]
fn a_name_that_is_nearly_right_is_put_right() {
    for (arguments, near) in [
        (&["explain", "profile-downgrade-pictures"][..], "did you mean `profile-downgrades-pictures`?"),
        (&["explain", "PROFILE-JASON"], "did you mean `PROFILE-JSON`?"),
        (&["serve", "--defect", "profile-downgrade-pictures"], "did you mean `profile-downgrades-pictures`?"),
        (&["serve", "--defect", "none-of-them"], "`probity list --defects` shows all"),
    ] {
        let outcome = probity(nowhere(), arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?}");
        assert!(outcome.stderr.contains(near), "{arguments:?}\n{}", outcome.stderr);
    }
}

const DESCRIBED: [&str; 10] =
    ["suite", "requirements", "target", "report", "contract", "personas", "survivors", "waivers", "proof", "events"];

#[test]
fn schemas_describe_the_shipped_files() {
    let schemas: BTreeMap<&str, Value> = DESCRIBED.iter().map(|name| (*name, json_of(&["schema", name]))).collect();
    for (name, schema) in &schemas {
        assert!(jsonschema::meta::is_valid(schema), "{name} is no JSON Schema");
    }
    let mut seen = 0;
    for path in yaml_below(&nowhere().join("suites")) {
        let kind = match path.file_stem().and_then(|stem| stem.to_str()) {
            Some("world") => continue,
            Some(name @ ("contract" | "personas" | "requirements" | "survivors")) => name.to_owned(),
            _ if path.parent().is_some_and(|folder| folder.ends_with("requirements")) => "requirements".to_owned(),
            _ => "suite".to_owned(),
        };
        let text = fs::read_to_string(&path).expect("a file");
        let value = serde_saphyr::from_str(&text).expect("YAML");
        keeps(&path.display().to_string(), &schemas[kind.as_str()], &value);
        seen += 1;
    }
    assert!(seen > 10, "only {seen} files");
    for (name, wrong) in [
        ("suite", json!({"suite": "a", "service": "s", "casse": []})),
        ("requirements", json!([{"id": "A", "level": "must", "source": {"document": "a", "section": "b"}}])),
        ("contract", json!({"contract": "a", "version": "1", "services": []})),
        ("personas", json!([{"person": "a"}])),
        ("target", json!({"target": "a", "uri": "http://h"})),
        ("report", json!({"format": "probity-report/2"})),
        ("survivors", json!([{"trials": "a", "change": "null-value"}])),
        ("waivers", json!({"waivers": [{"trials": "a", "finding": "0a1b2c3d", "reason": "b", "owner": "c"}]})),
        ("proof", json!({"format": "probity-proof/1"})),
        ("events", json!({"event": "started", "format": "probity-events/1"})),
    ] {
        assert!(!jsonschema::is_valid(&schemas[name], &wrong), "{name} accepts {wrong}");
    }
}

#[test]
fn the_output_is_the_same_whatever_the_concurrency() {
    let server = echo();
    let run = |jobs: &str, target: &[&str]| {
        let folder = folder([]);
        let report = ["--report", "json=report.json", "--jobs", jobs, "--only", "profile", "--verbose"];
        let outcome = probity(folder.path(), &[&report, target].concat());
        let report = fs::read_to_string(folder.path().join("report.json")).expect("a report");
        let schema = json_of(&["schema", "report"]);
        keeps("the report", &schema, &serde_json::from_str(&report).expect("the report is JSON"));
        (outcome.code, masked(&outcome.stdout), masked(&report))
    };
    for (target, code) in [(vec![], 3), (vec!["--target", &server.url()], 1)] {
        let alone = run("1", &target);
        assert_eq!(alone.0, Some(code), "{}", alone.1);
        let together = run("16", &target);
        assert!(alone == together, "{}\n\n{}", alone.1, together.1);
    }
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let server = echo();
    let run = |more: &[&str], variable: Option<(&str, &str)>| {
        let url = server.url();
        let arguments = [&["run", "--target", &url, "--only", "profile/settings"], more].concat();
        finish(command(nowhere(), &arguments).envs(variable)).stdout
    };
    for (more, variable, coloured) in [
        (&[][..], None, false),
        (&["--color", "always"], None, true),
        (&["--color", "always"], Some(("NO_COLOR", "1")), true),
        (&["--color", "never"], None, false),
        (&["--color", "auto"], Some(("CLICOLOR_FORCE", "1")), false),
    ] {
        assert_eq!(run(more, variable).contains('\x1b'), coloured, "{more:?} {variable:?}");
    }
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let server = echo();
    let url = server.url();
    let partial = ["run", "--only", "profile/settings"];
    let violates = ["run", "--only", "profile/settings", "--target", &url];
    for (arguments, codes) in [
        (&["list"][..], &[0][..]),
        (&["world"], &[0]),
        (&["schema", "suite"], &[0]),
        (&partial, &[3]),
        // What was violated before the pipe was closed counts; what comes after it is not waited for.
        (&violates, &[1, 3]),
    ] {
        let mut child = command(nowhere(), arguments).spawn().expect("the binary starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::with_capacity(16, stdout).read_line(&mut line).expect("a line");
        let mut stderr = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
        let code = child.wait().expect("an end").code();
        assert_eq!(stderr, "", "{arguments:?}");
        assert!(code.is_some_and(|code| codes.contains(&code)), "{arguments:?} {code:?}");
    }
}

#[test]
fn what_is_served_gives_the_same_verdicts_each_time() {
    let (_served, url) = serve(&[]);
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let run = || {
        let outcome = probity(nowhere(), &["run", "--target", &url, "--only", "console/*", "--only", "people/methods"]);
        assert_eq!(outcome.code, Some(3), "{}", outcome.stdout);
        masked(&outcome.stdout)
    };
    let verdicts = run();
    assert!(verdicts.contains("PARTIAL"), "{verdicts}");
    assert_eq!(verdicts, run());
}

#[test]
fn a_server_can_have_several_defects() {
    let (_served, url) = serve(&["--defect", "profile-takes-put-for-post", "--defect", "profile-calls-utf-8-latin-1"]);
    let folder = folder([]);
    let arguments = ["run", "--target", &url, "--only", "profile/*", "--report", "json=report.json"];
    assert_eq!(probity(folder.path(), &arguments).code, Some(1));
    let report = fs::read_to_string(folder.path().join("report.json")).expect("a report");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let requirements = report["requirements"].as_array().expect("requirements");
    let violated = requirements.iter().filter(|one| one["state"] == "violated").filter_map(|one| one["id"].as_str());
    assert_eq!(violated.collect::<Vec<_>>(), ["PROFILE-ONLY-URL", "PROFILE-RESPONSE-TYPE"]);
}

/// A little contract whose target needs everything that a target file can say.
const LITTLE: [(&str, &[u8]); 5] = [
    (
        "contract.yaml",
        b"contract: tea\nversion: 1.0.0\nservices: {shop: , cups: }\ncapabilities: {samovar: {title: keeps water hot}, tap: {title: water, assumed: true}}\n",
    ),
    (
        "requirements.yaml",
        b"- {id: TEA, level: must, source: {document: tea.md, section: Teas}, says: there is tea}
- {id: WARM, level: should, source: {document: tea.md, section: Cups}, says: cups are warm}
",
    ),
    ("world.yaml", b"ann: {token: token-of-the-world}\n"),
    ("personas.yaml", b"- {persona: ann, is: $.ann, headers: {authorization: '{{ann.token}}'}}\n"),
    (
        "suites/tea.yaml",
        b"suite: tea
service: shop
cases:
  - {case: tea, requirements: [TEA], as: ann, request: GET /tea, expect: {status: 200}}
  - {case: tap, requirements: [TEA], needs: tap, request: GET /tap, expect: {status: 200}}
  - {case: hot, requirements: [WARM], needs: [samovar], request: GET /hot, expect: {status: 200}}
",
    ),
];

#[test]
fn a_target_file_says_how_a_server_is_reached_and_prepared() {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    let server = Server::start(move |request, stream| {
        seen.lock().expect("no panic").push(request.to_owned());
        respond(stream, "200 OK", "{}")
    });
    let contract = folder(LITTLE);
    let run = |capabilities: &str, setup: &str| {
        requests.lock().expect("no panic").clear();
        let target = format!(
            "target: a-shop\nversion: 1.4.0\nurl: http://127.0.0.1:9\nservices: {{shop: {url}}}
personas: {{ann: {{token: {{env: TOKEN_OF_ANN}}}}}}\ncapabilities: {capabilities}\nsetup: {setup}\n",
            url = server.url()
        );
        fs::write(contract.path().join("target.yaml"), target).expect("a file");
        let arguments = ["run", ".", "--target", "target.yaml", "--report", "json=report.json"];
        let outcome = finish(command(contract.path(), &arguments).env("TOKEN_OF_ANN", "token-of-the-environment"));
        let report = fs::read_to_string(contract.path().join("report.json")).expect("a report");
        (outcome, serde_json::from_str::<Value>(&report).expect("JSON"), requests.lock().expect("no panic").clone())
    };
    let setup = format!(
        "[{{request: {{method: POST, url: {}/seed, headers: {{x-seed: yes}}, body: world}}}}, {{command: [sh, -c, 'cat > seeded.json']}}]",
        server.url()
    );

    let (outcome, report, requests) = run("{samovar: true}", &setup);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!((&report["target"]["name"], &report["target"]["version"]), (&json!("a-shop"), &json!("1.4.0")));
    let seed = requests.first().expect("a request");
    assert!(seed.starts_with("POST /seed HTTP/1.1\r\n") && seed.contains("x-seed: yes\r\n"), "{seed}");
    let world = json!({"ann": {"token": "token-of-the-world"}});
    let body = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    assert_eq!(body(seed.rsplit("\r\n").next().unwrap_or_default()), world);
    assert_eq!(body(&fs::read_to_string(contract.path().join("seeded.json")).expect("a file")), world);
    let tea = requests.iter().find(|request| request.starts_with("GET /tea ")).expect("a request");
    assert!(tea.contains("authorization: token-of-the-environment\r\n"), "{tea}");

    let (outcome, report, _) = run("{samovar: false}", "[]");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.contains("SKIPPED 1 trial: the target doesn't claim `samovar`"), "{}", outcome.stdout);
    assert_eq!(report["trials"][2]["verdict"], "skipped");
    assert_eq!(report["requirements"][1]["state"], "unverified");

    for (setup, cause) in [
        ("[{command: [sh, -c, 'echo no tea >&2; exit 7']}]".to_owned(), "no tea"),
        ("[{command: [no-such-command]}]".to_owned(), "`no-such-command` can't be started"),
        ("[{request: {method: GET, url: 'http://127.0.0.1:9'}}]".to_owned(), "Connection refused"),
    ] {
        let (outcome, report, requests) = run("{}", &setup);
        assert_eq!((outcome.code, requests.len()), (Some(3), 0), "{outcome:?}");
        assert!(outcome.stdout.contains("the set-up of the target failed") && outcome.stdout.contains(cause));
        assert_eq!((&report["verdict"], &report["complete"]), (&json!("incomplete"), &json!(false)));
    }
}

fn respond(stream: &mut TcpStream, status: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

#[test]
fn a_violation_reads_like_an_error_of_a_compiler() {
    let server = Server::start(|request, stream| match request.split(' ').nth(1) {
        Some("/tap") => respond(stream, "503 Out of Water", "{\"code\": 7}"),
        _ => respond(stream, "200 OK", "{}"),
    });
    let contract = folder(LITTLE);
    let outcome = probity(contract.path(), &["run", ".", "--target", &server.url()]);
    assert_eq!(outcome.code, Some(1));
    insta::assert_snapshot!(masked(&outcome.stdout));
}

/// A server that says back whatever it was told, in every way that it can, and each time a little later in its answer.
fn echo() -> Server {
    Server::start(|request, stream| {
        let (head, body) = request.split_once("\r\n\r\n").unwrap_or((request, ""));
        let mut told: Vec<String> =
            head.lines().filter_map(|line| line.split_once(": ")).map(|(_, value)| value.to_owned()).collect();
        told.extend(body.split('"').filter(|text| text.len() > 7).map(str::to_owned));
        let named: serde_json::Map<String, Value> = told.iter().map(|text| (text.clone(), json!(text))).collect();
        let coded: Vec<String> = told.iter().map(|text| STANDARD.encode(text)).collect();
        let percent = percent(request, |_| false);
        let mut members = vec![
            ("whole", json!(request)),
            ("named", json!(named)),
            ("coded", json!(coded)),
            ("base64", json!(STANDARD.encode(request))),
            ("percent", json!(percent)),
        ];
        // What is shown of an answer is its beginning, so each request is answered with another one.
        members.rotate_left(request.len() % 5);
        members.insert(0, ("pad", json!("x".repeat(request.len() * 7 % 230))));
        let text: serde_json::Map<String, Value> =
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let name = told.iter().find(|text| text.starts_with("XBL3.0")).map_or("nobody", String::as_str);
        respond(stream, &format!("200 {name}"), &json!(text).to_string())
    })
}

#[test]
fn no_secret_is_ever_shown() {
    let server = echo();
    let world = json_of(&["world"]);
    let mut secrets: Vec<String> = Vec::new();
    let users = world["users"].as_array().expect("users");
    secrets.extend(users.iter().filter_map(|user| user["authorization"].as_str()).map(str::to_owned));
    let accounts = world["console"]["accounts"].as_array().expect("accounts");
    secrets.extend(accounts.iter().filter_map(|account| account["Password"].as_str()).map(str::to_owned));
    let credentials = world["credentials"].as_object().expect("credentials");
    secrets.extend(credentials.values().filter_map(Value::as_str).map(str::to_owned));
    let folder = folder([]);
    let url = server.url();
    let arguments =
        ["run", "--target", &url, "--verbose", "--report", "json=report.json", "--only", "console/accounts"];
    let more = ["--only", "profile/settings", "--only", "presence/callers", "--only", "people/callers"];
    let outcome = probity(folder.path(), &[&arguments[..], &more].concat());
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let report = fs::read_to_string(folder.path().join("report.json")).expect("a report");
    for (place, text) in [("stdout", &outcome.stdout), ("stderr", &outcome.stderr), ("the report", &report)] {
        for secret in &secrets {
            for (form, shown) in forms(secret) {
                if let Some(at) = text.find(&shown) {
                    let around: String =
                        text[..at].chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect();
                    panic!("{secret} in {place}, {form}, after {around}");
                }
            }
        }
    }
    assert!(report.contains("[secret]"));
}

#[test]
fn what_comes_out_of_the_environment_is_a_secret() {
    let server = echo();
    let contract = folder(LITTLE);
    let url = server.url();
    let target = format!(
        "target: a\nurl: {url}\npersonas: {{ann: {{token: {{env: TOKEN_OF_ANN}}}}}}
setup: [{{command: [sh, -c, 'echo $TOKEN_OF_ANN >&2; test $GOOD = yes']}}]\n"
    );
    fs::write(contract.path().join("target.yaml"), target).expect("a file");
    let suite = "suite: tea\nservice: shop\ncases:
  - {case: tea, requirements: [TEA], as: ann, request: GET /tea, expect: {body: [{at: $.named, type: string}]}}
  - {case: hot, requirements: [WARM], request: GET /, expect: {status: 200}}\n";
    fs::write(contract.path().join("suites/tea.yaml"), suite).expect("a file");
    for (good, code) in [("yes", 1), ("no", 3)] {
        let arguments = ["run", ".", "--target", "target.yaml", "--report", "json=report.json"];
        let environment = [("TOKEN_OF_ANN", "token-of-the-environment"), ("GOOD", good)];
        let outcome = finish(command(contract.path(), &arguments).envs(environment));
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        let report = fs::read_to_string(contract.path().join("report.json")).expect("a report");
        for text in [&outcome.stdout, &outcome.stderr, &report] {
            assert!(!text.contains("token-of-the-environment"), "{text}");
        }
        assert!(report.contains("[secret]"), "{report}");
    }
}

/// The text with every byte percent-encoded that isn't kept.
fn percent(text: &str, keep: fn(u8) -> bool) -> String {
    text.bytes().fold(String::new(), |mut coded, byte| {
        if keep(byte) {
            coded.push(char::from(byte));
        } else {
            let _ = write!(coded, "%{byte:02X}");
        }
        coded
    })
}

/// A secret in every form that it might be shown in; also the greater part of it.
fn forms(secret: &str) -> Vec<(&'static str, String)> {
    // What stands before a text moves its base64 by up to two characters; the first and last groups depend on more.
    let base64 = |before: &str| {
        let coded = STANDARD.encode(format!("{before}{secret}"));
        coded[4..coded.len() - 4].to_owned()
    };
    vec![
        ("plain", secret.to_owned()),
        ("cut short", secret[..secret.len() * 3 / 4].to_owned()),
        ("percent-encoded", percent(secret, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))),
        ("percent-encoded throughout", percent(secret, |_| false)),
        ("base64", base64("")),
        ("base64 after one more", base64(" ")),
        ("base64 after two more", base64("  ")),
    ]
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_run_and_the_report() {
    let server = Server::start(|_, stream| {
        thread::sleep(Duration::from_millis(100));
        respond(stream, "200 OK", "{}")
    });
    let folder = folder([]);
    let url = server.url();
    let mut run = command(folder.path(), &["run", "--target", &url, "--jobs", "2", "--report", "json=report.json"]);
    let child = run.spawn().expect("the binary starts");
    let started = Instant::now();
    while server.requests() == 0 && started.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    let output = child.wait_with_output().expect("an end");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let report = fs::read_to_string(folder.path().join("report.json")).expect("a report");
    let report: Value = serde_json::from_str(&report).expect("the report is whole JSON");
    assert_eq!(report["complete"], false);
    assert!(stdout.contains("the run was interrupted"), "{stdout}");
    // What was violated before counts; a run that is cut short is never a pass.
    assert!(matches!(output.status.code(), Some(1 | 3)), "{:?}", output.status);
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn help_names_every_command_and_exit_code() {
    let help = shown(&["--help"]);
    for command in ["run", "list", "lint", "world", "serve", "explain", "schema"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}\n{help}");
        assert!(shown(&[command, "--help"]).contains("Usage: probity"));
    }
    assert!(help.contains("0 conforms, 1 violates, 2 wrong input, 3 incomplete"), "{help}");
    assert_eq!(shown(&["--version"]), format!("probity {}\n", env!("CARGO_PKG_VERSION")));
}
