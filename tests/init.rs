//! `probity init`: what it writes loads, runs and is found by editors, and nothing is overwritten.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod server;
    pub(crate) mod yaml;
}

use std::fs;
use std::io::Write as _;

use support::binary::probity;
use support::folder::folder;
use support::server::Server;
use support::yaml::yaml_below;

/// A server that knows nothing of any contract.
fn any_server() -> Server {
    Server::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\nconnection: close\r\n\r\nnone")
    })
}

#[test]
fn the_scaffold_loads_and_runs_at_once() {
    let place = folder([]);
    let written = probity(place.path(), &["init", "shop"]);
    assert_eq!((written.code, written.stderr.as_str()), (Some(0), ""));
    for file in ["contract.yaml", "requirements.yaml", "suites/example.yaml", "schemas/item.json", "target.yaml"] {
        assert!(written.stdout.contains(&format!("  shop/{file} ")), "{}", written.stdout);
    }
    let lint = probity(place.path(), &["lint", "shop"]);
    assert_eq!((lint.code, lint.stderr.as_str()), (Some(0), ""));
    assert!(lint.stdout.starts_with("shop 0.1.0: "), "{}", lint.stdout);
    // Who stands in the folder and doesn't name it gets the shipped contract, and is told so.
    let inside = probity(&place.path().join("shop"), &["lint"]);
    assert_eq!(inside.code, Some(0));
    assert!(inside.stderr.contains("this is the shipped contract"), "{}", inside.stderr);
    assert_eq!(probity(&place.path().join("shop"), &["lint", "."]).stderr, "");
    let server = any_server();
    let run = probity(place.path(), &["run", "shop", "--target", &server.url()]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(run.stdout.contains("the target doesn't claim `items`"), "{}", run.stdout);
    assert!(run.stdout.contains("must      2 conform · "), "{}", run.stdout);
    // The third asks whether what isn't claimed is offered all the same.
    assert_eq!(server.requests(), 3);
}

#[test]
fn a_server_that_claims_what_the_scaffold_shows_is_judged_by_it() {
    let place = folder([]);
    probity(place.path(), &["init", "shop"]);
    let server = Server::start(|request, stream| {
        let body =
            if request.contains("Bearer token-of-ann") { r#"{"id":17,"title":"A heron at the weir"}"# } else { "" };
        let status = if body.is_empty() && !request.starts_with("GET / ") { "404 Not Found" } else { "200 OK" };
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n");
        write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len())
    });
    let target = format!("target: shop\nurl: {}\ncapabilities: {{items: true}}\n", server.url());
    fs::write(place.path().join("shop/target.yaml"), target).expect("a file");
    let run = probity(place.path(), &["run", "shop", "--target", "shop/target.yaml"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(run.stdout.contains("must      6 conform\n"), "{}", run.stdout);
}

#[test]
fn editors_find_the_schema_of_every_file() {
    let place = folder([]);
    probity(place.path(), &["init"]);
    let mut seen = 0;
    for path in yaml_below(place.path()).into_iter().filter(|path| !path.ends_with("world.yaml")) {
        let text = fs::read_to_string(&path).expect("a file");
        let line = text.lines().next().and_then(|line| line.strip_prefix("# yaml-language-server: $schema="));
        let schema = path.parent().expect("a folder").join(line.expect("the first line names a schema"));
        let schema = serde_json::from_str(&fs::read_to_string(&schema).expect("a schema")).expect("JSON");
        let value = serde_saphyr::from_str(&text).expect("YAML");
        let errors: Vec<String> = jsonschema::validator_for(&schema)
            .expect("a JSON Schema")
            .iter_errors(&value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}\n{}", path.display(), errors.join("\n"));
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn nothing_is_overwritten() {
    let place = folder([("shop/personas.yaml", &b"mine"[..]), ("other/.gitignore", b"mine")]);
    let refused = probity(place.path(), &["init", "shop"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(refused.stderr.contains("shop/personas.yaml stands there already"), "{}", refused.stderr);
    let left: Vec<_> = fs::read_dir(place.path().join("shop")).expect("a folder").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(probity(place.path(), &["init", "other"]).code, Some(0));
    assert_eq!(fs::read(place.path().join("other/.gitignore")).expect("a file"), b"mine");
}
