//! Every command of the documents is run, in their order, in a folder in which the files stand that they speak of.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::fs;
use std::io::Write as _;
use std::path::Path;

use regex::Regex;
use tempfile::TempDir;

use support::binary::probity;
use support::folder::folder;
use support::server::Server;

const DOCUMENTS: [&str; 6] =
    ["README.md", "docs/gating.md", "docs/limits.md", "docs/many-machines.md", "docs/reports.md", "docs/targets.md"];

const CONTRACT: [(&str, &str); 3] = [
    ("contract/contract.yaml", "contract: shop\nversion: 1.0.0\nservices: {shop: }\n"),
    (
        "contract/requirements.yaml",
        "- {id: SHOP-OPEN, level: must, source: {document: shop.md, section: Hours}, says: it is open}\n",
    ),
    (
        "contract/suites/shop.yaml",
        "suite: shop\nservice: shop\ncases:\n\
         \x20 - {case: basket, requirements: [SHOP-OPEN], request: GET /basket, expect: {status: 200}}\n\
         \x20 - {case: till, requirements: [SHOP-OPEN], request: GET /till, expect: {status: 200}}\n",
    ),
];

/// What documents call a server of the reader's own.
const SERVERS: [&str; 2] = ["http://127.0.0.1:8080", "http://127.0.0.1:9090"];

fn stage(server: &Server) -> TempDir {
    let target = format!("target: shop\nurl: {}\n", server.url());
    let accepting = format!("{target}snapshots: ./accepted\n");
    let source = |name: &str| fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sources").join(name));
    let (openapi, recording) = (source("petstore.yaml").expect("a source"), source("shop.har").expect("a source"));
    let mut files: Vec<(&str, &[u8])> = CONTRACT.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    files.push(("target.yaml", target.as_bytes()));
    files.push(("waivers.yaml", b"waivers: []\n"));
    files.push(("shop.yaml", accepting.as_bytes()));
    files.push(("openapi.yaml", &openapi));
    files.push(("recording.har", &recording));
    let folder = folder(files);
    for name in ["one", "two", "three", "before", "after"] {
        let report = format!("json={name}.json");
        let arguments = ["run", "contract", "--target", "target.yaml", "--report", &report];
        assert_eq!(probity(folder.path(), &arguments).code, Some(0));
    }
    folder
}

/// The words of a command as a shell reads them, without a comment.
fn words(line: &str) -> Vec<String> {
    let word = Regex::new(r#""([^"]*)"|(\S+)"#).expect("a pattern");
    let line = line.split(" # ").next().unwrap_or_default();
    word.captures_iter(line)
        .map(|found| found.get(1).or(found.get(2)).map_or(String::new(), |part| part.as_str().to_owned()))
        .collect()
}

#[test]
fn every_command_of_the_documents_does_what_they_say() {
    let blocks = Regex::new(r"(?s)```sh\n(.*?)```").expect("a pattern");
    let mut count = 0;
    for document in DOCUMENTS {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(document)).expect("a document");
        let server = Server::start(|_, stream| {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        });
        let folder = stage(&server);
        let lines =
            blocks.captures_iter(&text).flat_map(|block| block[1].lines().map(str::to_owned).collect::<Vec<_>>());
        for line in lines.filter(|line| line.starts_with("probity ")) {
            let line = SERVERS.iter().fold(line, |line, url| line.replace(url, &server.url()));
            let words = words(&line);
            let arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
            if arguments[0] == "init" {
                // It never writes over what is there.
                let _ = fs::remove_dir_all(folder.path().join(arguments[1]));
            }
            let outcome = probity(folder.path(), &arguments);
            assert!(matches!(outcome.code, Some(0 | 1 | 3)), "{document}: {line}\n{outcome:?}");
            assert!(!outcome.stderr.contains("error"), "{document}: {line}\n{outcome:?}");
            assert!(!outcome.stdout.contains('\x1b'), "{document}: {line}: colours in a pipe");
            // What is said of a limit is no path.
            let pairs = arguments.windows(2).filter(|pair| pair[0] != "--limit");
            let written = pairs.filter_map(|pair| pair[1].split_once('=')).map(|(_, path)| path);
            for path in written.filter(|path| !path.contains("//")) {
                assert!(folder.path().join(path).is_file(), "{document}: {line}: no {path}\n{outcome:?}");
            }
            count += 1;
        }
        assert!(server.requests() > 0, "{document}");
    }
    assert!(count > 30, "only {count} commands were found");
}
