//! `probity init --from`: what is made of other descriptions loads, runs and is proven, and guesses nothing.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::fs;
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use probity::load::{self, Origin};
use proptest::prelude::*;
use serde_json::{Value, json};

use support::binary::{Outcome, command, finish, probity};
use support::folder::folder;
use support::server::Server;

const SOURCES: [&str; 4] = ["petstore.yaml", "modern.yaml", "nasty.yaml", "shop.har"];

fn source(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sources").join(name).display().to_string()
}

fn files_below(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            let text = fs::read_to_string(&path).expect("text");
            files.push((path, text));
        }
    }
    files.sort();
    files
}

/// Imports into `contract`.
#[track_caller]
fn import(place: &Path, from: &str) -> String {
    let outcome = probity(place, &["init", "contract", "--from", from]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{from}\n{}", outcome.stdout);
    let lint = probity(place, &["lint", "contract"]);
    assert_eq!((lint.code, lint.stderr.as_str()), (Some(0), ""), "{from}");
    outcome.stdout
}

/// Followed on every way from one to another, these would never be written or read.
#[test]
fn schemas_of_a_document_may_refer_to_each_other_as_they_like() {
    let place = folder([]);
    let number = 30;
    let schema = |name: usize| {
        let others =
            (0..number).map(|other| (format!("to-{other}"), json!({"$ref": format!("#/components/schemas/s{other}")})));
        let mut members: serde_json::Map<String, Value> = others.collect();
        members.insert("id".into(), json!({"type": "string"}));
        (format!("s{name}"), json!({"type": "object", "required": ["id"], "properties": members}))
    };
    let operation = |name: usize| {
        let schema = json!({"$ref": format!("#/components/schemas/s{name}")});
        let answer = json!({"description": "it", "content": {"application/json": {"schema": schema}}});
        (format!("/s{name}"), json!({"get": {"responses": {"200": answer}}}))
    };
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "linked", "version": "1"},
        "servers": [{"url": "https://api.example.com/v1"}],
        "paths": (0..number).map(operation).collect::<serde_json::Map<_, _>>(),
        "components": {"schemas": (0..number).map(schema).collect::<serde_json::Map<_, _>>()},
    });
    fs::write(place.path().join("linked.json"), document.to_string()).expect("written");
    import(place.path(), "linked.json");
    assert_eq!(files_below(&place.path().join("contract/schemas")).len(), number);
    // Who has no server of the document's address is told how to name one.
    let bare = probity(place.path(), &["run", "contract"]);
    assert_eq!(bare.code, Some(2), "{bare:?}");
    let help =
        "help: name your server: `--target http://HOST:PORT`, or the one of a file: `--target contract/target.yaml`";
    assert!(bare.stderr.contains(help), "{}", bare.stderr);
}

#[test]
fn what_is_imported_has_no_problem_and_is_the_same_each_time() {
    for name in SOURCES {
        let (one, two) = (folder([]), folder([]));
        for place in [&one, &two] {
            import(place.path(), &source(name));
        }
        let texts = |place: &Path| -> Vec<String> { files_below(place).into_iter().map(|(_, text)| text).collect() };
        assert_eq!(texts(one.path()), texts(two.path()), "{name}");
    }
}

#[test]
fn what_is_made_of_openapi_reads_well() {
    let place = folder([]);
    let said = import(place.path(), &source("petstore.yaml"));
    assert!(
        said.contains("\n11 requirements, 6 cases, and 2 that lack something and are left out of runs\n"),
        "{said}"
    );
    assert!(said.contains("`TODO:`, where the source says nothing; nothing is guessed"), "{said}");
    let read = |path: &str| fs::read_to_string(place.path().join("contract").join(path)).expect("a file");
    insta::assert_snapshot!("import_suite", read("suites/pet.yaml"));
    insta::assert_snapshot!("import_unfinished", read("unfinished/store.yaml"));
    insta::assert_snapshot!("import_schema", read("schemas/new-pet.json"));
}

fn respond(stream: &mut TcpStream, status: &str, head: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\n{head}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

/// A server of pets that answers as its document says, or with a pet of this JSON.
fn pets(pet: &'static str) -> Server {
    const JSON: &str = "content-type: application/json\r\nx-total: 1\r\n";
    Server::start(move |request, stream| {
        let line = request.lines().next().unwrap_or_default();
        let known = request.contains("authorization: Bearer tok-4711") || line.contains("api_key=");
        match line.split(' ').take(2).collect::<Vec<_>>()[..] {
            ["GET", path] if path.starts_with("/pets?") || path == "/pets" => {
                respond(stream, "200 OK", JSON, &format!("[{pet}]"))
            }
            ["POST" | "DELETE", _] if !known => respond(stream, "401 Unauthorized", JSON, r#"{"message":"who?"}"#),
            ["POST", "/pets"] => respond(stream, "201 Created", JSON, pet),
            ["GET", "/pets/17"] => respond(stream, "200 OK", JSON, pet),
            ["GET", "/health"] => respond(stream, "200 OK", "content-type: text/plain\r\n", "well"),
            _ => respond(stream, "404 Not Found", "", ""),
        }
    })
}

/// Runs a command on `contract` with the target file, with `url` and the token put into it.
#[track_caller]
fn with_target(place: &Path, words: &[&str], url: &str) -> Outcome {
    let file = place.join("contract/target.yaml");
    let text = fs::read_to_string(&file).expect("a target file");
    let text: String = text
        .lines()
        .map(|line| if line.starts_with("url: ") { format!("url: {url}\n") } else { format!("{line}\n") })
        .collect();
    fs::write(&file, text).expect("a file");
    let arguments: Vec<&str> = words.iter().copied().chain(["contract", "--target", "contract/target.yaml"]).collect();
    finish(command(place, &arguments).env("PET_STORE_TOKEN", "tok-4711"))
}

#[test]
fn a_server_that_answers_as_described_conforms_and_another_does_not() {
    let place = folder([]);
    import(place.path(), &source("petstore.yaml"));
    let good =
        pets(r#"{"id":17,"name":"Rex","tag":null,"kind":null,"owner":null,"weight":0.5,"parent":{"id":1,"name":"A"}}"#);
    let run = with_target(place.path(), &["run"], &good.url());
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("must      10 conform\n"), "{}", run.stdout);
    // Without credentials, what needs them is skipped and said to be.
    let before = good.requests();
    let bare = probity(place.path(), &["run", "contract", "--target", &good.url()]);
    assert_eq!(good.requests() - before, 8);
    assert_eq!(bare.code, Some(0), "{}", bare.stdout);
    assert!(bare.stdout.contains("must      8 conform · 2 skipped\n"), "{}", bare.stdout);
    let proof = with_target(place.path(), &["prove"], &good.url());
    assert_eq!((proof.code, proof.stderr.as_str()), (Some(1), ""), "{}", proof.stdout);
    assert!(proof.stdout.contains(" 0 false alarms"), "{}", proof.stdout);
    for bad in [r#"{"id":"17","name":"Rex"}"#, r#"{"id":17}"#, r#"{"id":17,"name":"Rex","owner":{"name":"a","b":1}}"#] {
        let run = with_target(place.path(), &["run"], &pets(bad).url());
        assert_eq!(run.code, Some(1), "{bad}\n{}", run.stdout);
        assert!(run.stdout.contains("(petstore.yaml, listPets, GET /pets)"), "{}", run.stdout);
    }
}

#[test]
fn a_recording_is_asked_for_again_without_its_secrets() {
    let place = folder([]);
    let said = import(place.path(), &source("shop.har"));
    assert!(said.contains("note: 4 of 9 recorded requests are left out"), "{said}");
    assert!(said.contains("SHOP_ACCESS_TOKEN, SHOP_AUTHORIZATION, SHOP_COOKIE, SHOP_PATH_3"), "{said}");
    for (path, text) in files_below(place.path()) {
        for secret in ["hunter2", "correct-horse", "s3cr3t", "tok-4711", "eyJhb"] {
            assert!(!text.contains(secret), "{secret} in {}\n{text}", path.display());
        }
    }
    let suite = fs::read_to_string(place.path().join("contract/suites/v1.yaml")).expect("a suite");
    insta::assert_snapshot!("import_recorded", suite);
}

#[test]
fn a_command_of_curl_is_split_and_understood() {
    for (line, expected, notes) in [
        ("curl https://a.example/x", vec!["request: GET /x", "status: {not: 5xx}"], vec![]),
        (
            "curl -sSL -XPUT 'http://a.example/x?b=%20c' -H 'X-A: {{b}}' --data-raw $'it\\'s'",
            vec![
                "request: \"PUT /x?b=%20c\"",
                "x-a: \"{{{{b}}\"",
                "text: \"it's\"",
                "content-type: application/x-www-form-urlencoded",
            ],
            vec!["`--location`: redirects are not followed"],
        ),
        (
            "$ curl a.example --json '{\"a\": [1, \"{{x}}\"]}'",
            vec!["request: POST /", "json: {a: [1, \"{{{{x}}\"]}", "accept: application/json"],
            vec![],
        ),
        ("curl -G a.example/s -d q=a -d 'r=b c'", vec!["request: \"GET /s?q=a&r=b%20c\""], vec![]),
        ("curl -I a.example", vec!["request: HEAD /"], vec![]),
        ("curl a.example -d a=1 -d a=2 -d b=3", vec!["form: {a: [\"1\", \"2\"], b: \"3\"}"], vec![]),
        (
            "curl -u ann:hunter22 a.example -b 'sid=hunter22' --frob -Z",
            vec!["as: with_authorization_cookie"],
            vec!["`--frob` isn't known", "`-Z` isn't known", "A_EXAMPLE_AUTHORIZATION, A_EXAMPLE_COOKIE"],
        ),
        (
            "curl https://ann:hunter22@a.example/hunter22/x",
            vec!["{{with_authorization_path-1.path-1 | percent}}"],
            vec![],
        ),
        ("curl a.example -F f=@hunter22", vec!["# TODO: its body is multipart"], vec![]),
        ("curl a.example -d @file", vec!["# TODO: its body stands in a file"], vec![]),
        (
            "curl 'a.example/?token=hunter22' -d 'password=hunter22&user=ann'",
            vec![
                "token={{with_password_token.token | percent}}",
                "password: \"{{with_password_token.password}}\"",
                "user: ann",
            ],
            vec![],
        ),
    ] {
        let place = folder([]);
        let said = import(place.path(), line);
        let all: String = files_below(&place.path().join("contract"))
            .iter()
            .filter(|(path, _)| !path.to_string_lossy().contains(".probity"))
            .map(|(_, text)| text.as_str())
            .collect();
        for part in expected {
            assert!(all.contains(part), "{line}: {part}\n{all}");
        }
        for part in notes {
            assert!(said.contains(part), "{line}: {part}\n{said}");
        }
        assert!(!all.contains("hunter22") && !said.contains("hunter22"), "{line}\n{all}");
    }
}

#[test]
fn what_cannot_be_imported_is_said() {
    let place = folder([
        ("swagger.yaml", &b"swagger: '2.0'\npaths: {}\n"[..]),
        ("other.json", b"{\"a\": 1}"),
        ("broken.yaml", b"openapi: [\n"),
        ("twice.yaml", b"openapi: 3.0.0\npaths: {}\npaths: {}\n"),
        ("empty.yaml", b"openapi: 3.0.0\n"),
        ("latin.yaml", b"openapi: \xe9\n"),
        ("empty.har", b"{\"log\": {\"entries\": []}}"),
    ]);
    for (from, message) in [
        ("swagger.yaml", "swagger.yaml is of version 2.0, which isn't read"),
        ("other.json", "other.json is neither OpenAPI nor HAR"),
        ("broken.yaml", "not YAML"),
        ("twice.yaml", "the key `paths` stands here twice"),
        ("empty.yaml", "describes no operation"),
        ("latin.yaml", "isn't UTF-8"),
        ("empty.har", "none looks like a call of an API"),
        ("missing.yaml", "missing.yaml can't be read"),
        ("curl", "the command has no URL"),
        ("curl 'a", "a `'` is never closed"),
        ("curl ftp://a.example", "no URL of HTTP"),
    ] {
        let outcome = probity(place.path(), &["init", "contract", "--from", from]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{from}");
        assert!(outcome.stderr.contains(message), "{from}\n{}", outcome.stderr);
        assert!(!place.path().join("contract").exists(), "{from} left something behind");
    }
}

/// Any JSON, made of what documents are made of.
fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "",
        "a",
        "{{x}}",
        "../",
        "#/components/schemas/Pet",
        "#",
        "#/",
        "3",
        "object",
        "string",
        "default",
        "absent",
        "yes",
        "query",
        "path",
        "GET",
        "é\u{7f}\u{feff}",
        "a: b #",
        "- ",
        "*/*",
        "application/json",
        "text/plain",
        "<<",
        "~",
        "\n",
        "http://x",
        "(",
        "integer",
        "int32",
        "date",
        "example",
        "200",
        "{id}",
        "\u{1}",
    ];
    let keys = [
        "type",
        "$ref",
        "allOf",
        "properties",
        "items",
        "enum",
        "nullable",
        "example",
        "examples",
        "value",
        "schema",
        "200",
        "required",
        "name",
        "in",
        "content",
        "application/json",
        "additionalProperties",
        "{{x}}",
        "",
        "é",
        "not",
        "default",
        "security",
        "parameters",
        "pattern",
        "format",
        "const",
        "anyOf",
        "if",
        "patternProperties",
        "<<",
    ];
    let text = proptest::sample::select(words.to_vec());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        text.prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        let key = proptest::sample::select(keys.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((key, inner), 0..5).prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    })
}

/// The pointers to every value in a document.
fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Object(all) => all.iter().for_each(|(name, inner)| {
            pointers(inner, &format!("{here}/{}", name.replace('~', "~0").replace('/', "~1")), found);
        }),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(at, inner)| pointers(inner, &format!("{here}/{at}"), found));
        }
        _ => {}
    }
}

/// Whether what is made of a document is accepted; a document may be refused, with a reason.
fn is_sound(name: &str, text: &str) -> Result<(), String> {
    let imported = match probity::import::from_document(name, text.to_owned(), None) {
        Ok(imported) => imported,
        Err(problems) => return if problems.is_empty() { Err("no reason".into()) } else { Ok(()) },
    };
    let place = folder(imported.files.iter().map(|file| (file.path.as_str(), file.text.as_bytes())));
    let contract = load::contract(&Origin::Folder(place.path().to_path_buf())).map_err(|problems| {
        problems
            .iter()
            .map(|one| format!("{} {:?} {:?}", one.message, one.place, one.related))
            .collect::<Vec<_>>()
            .join("\n")
    })?;
    probity::plan::plan(&contract, None, &probity::plan::Selection::default())
        .map_err(|problems| format!("{problems:?}"))?;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_changed_in_a_document_what_is_made_of_it_loads(
        which in 0..SOURCES.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any_json()), 1..5),
    ) {
        let name = SOURCES[which];
        let text = fs::read_to_string(source(name)).expect("a source");
        let mut document = load::document(name, text).expect("a document");
        for (index, replacement) in changes {
            let mut all = Vec::new();
            pointers(&document, "", &mut all);
            if let Some(value) = document.pointer_mut(index.get::<String>(&all)) {
                *value = replacement;
            }
        }
        let text = document.to_string();
        if let Err(problems) = is_sound(name, &text) {
            prop_assert!(false, "{problems}\n{text}");
        }
    }

    #[test]
    fn whatever_is_pasted_as_a_command_ends(command in "curl( -?-?[A-Za-z]{0,3}| '?[ -~é{}$\\\\\"]{0,12}'?| https?://[a-z./?=&@:{}%]{0,20}){0,6}") {
        let _ = probity::import::from_curl(&command, None);
    }
}
