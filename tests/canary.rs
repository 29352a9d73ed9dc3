//! A server that tells the secrets of its callers in every way and place that it can, every command and every report:
//! nothing that the binary writes shows one. What it writes is searched by `support/canary.rs`, in this test as in all.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use tempfile::TempDir;

use support::binary::canary::search::Search;
use support::binary::{command, finish, probity};
use support::folder::folder;
use support::server::Server;

/// A token, a password with every kind of letter, and a number.
const SECRETS: [&str; 3] = ["Kq7vR2xW9zLm4TbN8cYd", "p4/ss \"w&rd<\\'%+~é", "7340918265"];

/// What only an answer tells: as a capture that is marked, and as a cookie.
const TOLD: [&str; 2] = ["t0ld-by-an-answer-5b1e77", "c00kie-of-an-answer-99d1"];

/// Writes a text otherwise.
type Way = fn(&str) -> Vec<u8>;

/// Ways of writing a text.
const WAYS: [(&str, Way); 22] = [
    ("plain", |text| text.into()),
    ("upper", |text| text.to_uppercase().into()),
    ("percent", |text| hex(text, "%").into()),
    ("percent-twice", |text| hex(text, "%25").into()),
    ("json", |text| units(text).into()),
    ("json-twice", |text| units(text).replace('\\', "\\\\").into()),
    ("decimal", |text| entities(text, |code| format!("&#{code};")).into()),
    ("hexadecimal", |text| entities(text, |code| format!("&#x{code:x};")).into()),
    ("hex", |text| hex(text, "").into()),
    ("hex-of-base64", |text| hex(&STANDARD.encode(text), "").into()),
    ("base64", |text| STANDARD.encode(text).into()),
    ("basic", |text| STANDARD.encode(format!("ann:{text}")).into()),
    ("url-safe", |text| URL_SAFE_NO_PAD.encode(format!("n:{text}:x")).into()),
    ("base64-twice", |text| STANDARD.encode(STANDARD.encode(text)).into()),
    ("base64-of-json", |text| STANDARD.encode(format!("{{\"t\": \"{}\"}}", units(text))).into()),
    ("base64-in-percent", |text| hex(&STANDARD.encode(text), "%").into()),
    ("quoted-printable", |text| hex(text, "=").into()),
    ("utf-16-le", |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ("utf-16-be", |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ("folded", |text| format!("{}\r\n    {}", &text[..5], &text[5..]).into()),
    ("zero-width", |text| text.chars().flat_map(|c| [c, '\u{200b}']).collect::<String>().into()),
    ("coloured", |text| format!("{}\u{1b}[1m{}", &text[..5], &text[5..]).into()),
];

/// Where it is told.
const PLACES: [&str; 16] = [
    "header",
    "header-name",
    "reason",
    "location",
    "cookie",
    "value",
    "key",
    "number",
    "text",
    "html",
    "broken",
    "long",
    "chunk",
    "after",
    "status-line",
    "short",
];

fn hex(text: &str, before: &str) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{before}{byte:02X}");
        hex
    })
}

fn entities(text: &str, entity: fn(u32) -> String) -> String {
    text.chars().map(|letter| entity(u32::from(letter))).collect()
}

fn units(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut units, unit| {
        let _ = write!(units, "\\u{unit:04x}");
        units
    })
}

/// The server. `/echo/PLACE/WAY/WHICH` tells a secret.
fn vault() -> Server {
    Server::start(|request, stream| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match parts.as_slice() {
            ["echo", place, way, which] => {
                let (_, way) = WAYS.iter().find(|(name, _)| name == way).expect("a known way");
                tell(stream, place, &way(SECRETS[which.parse::<usize>().expect("a number")]))
            }
            ["login"] => {
                let cookie = format!("set-cookie: sid={}; Path=/\r\n", TOLD[1]);
                answer(stream, "200 OK", &cookie, format!("{{\"token\": \"{}\"}}", TOLD[0]).as_bytes())
            }
            _ => answer(stream, "200 OK", "", format!("{{\"said\": \"{} {}\"}}", TOLD[0], TOLD[1]).as_bytes()),
        }
    })
}

fn tell(stream: &mut TcpStream, place: &str, secret: &[u8]) -> io::Result<()> {
    let around = |before: &str, after: &str| [before.as_bytes(), secret, after.as_bytes()].concat();
    let line: Vec<u8> = secret.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n' | 0)).collect();
    let line = String::from_utf8_lossy(&line).into_owned();
    let name: String = line.chars().filter(|c| c.is_ascii_alphanumeric() || "-._~".contains(*c)).collect();
    let json = "{\"echo\": \"ok\"}";
    match place {
        "header" => answer(stream, "200 OK", &format!("x-echo: {line}\r\n"), json.as_bytes()),
        "header-name" => answer(stream, "200 OK", &format!("{name}: 1\r\nx-echo: 1\r\n"), json.as_bytes()),
        "reason" => answer(stream, &format!("200 {line}"), "", json.as_bytes()),
        "location" => answer(stream, "302 Found", &format!("location: http://elsewhere.invalid/?to={line}\r\n"), b""),
        "cookie" => answer(stream, "200 OK", &format!("set-cookie: sid={line}; Secure\r\n"), json.as_bytes()),
        "value" => answer(stream, "200 OK", "", &around("{\n  \"echo\": [\"a ", " z\"]\n}")),
        "key" => answer(stream, "200 OK", "", &around("{\"", "\": {\"echo\": 1}}")),
        "number" => answer(stream, "200 OK", "", b"{\"echo\": 7340918265, \"list\": [-7340918265.5, 1]}"),
        "text" => answer(stream, "200 OK", "", &around("told: ", ".")),
        "html" => answer(stream, "200 OK", "", &around("<p title=\"", "\">told</p>")),
        "broken" => answer(stream, "200 OK", "", &around("{\"echo\": \"", "\", ")),
        // Wherever a text is cut, it may be in the middle of the secret.
        "long" => {
            let mut body = b"{\"echo\": \"".to_vec();
            while body.len() < 20_000 {
                body.extend(secret);
            }
            answer(stream, "200 OK", "", &[&body, &b"\"}"[..]].concat())
        }
        "chunk" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n5;t=")?;
            stream.write_all(format!("{line}\r\n\"ok\"x\r\n{line}\r\n").as_bytes())
        }
        "after" => {
            answer(stream, "200 OK", "", json.as_bytes())?;
            stream.write_all(secret)
        }
        "status-line" => stream.write_all(&around("HTTP/1.1 ", "\r\n\r\n")),
        _ => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\nconnection: close\r\n\r\n")?;
            stream.write_all(&around("{\"echo\": \"", ""))
        }
    }
}

fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}")?;
    write!(stream, "content-length: {}\r\nconnection: close\r\n\r\n", body.len())?;
    stream.write_all(body)
}

/// The folder of the contract and its target. Who is careless says nowhere what is secret, and sends it as nothing that
/// is a credential.
fn contract(server: &Server, careless: bool) -> TempDir {
    let mut suite = String::from("suite: echo\nservice: vault\ndefaults: {as: ann}\ncases:\n");
    for place in PLACES {
        let raw = if ["header-name", "chunk", "after"].contains(&place) { "    transport: raw\n" } else { "" };
        let _ = write!(suite, "  - case: {place}\n    requirements: [VAULT-QUIET]\n    each:\n");
        for (way, _) in WAYS.iter().filter(|(way, _)| place != "number" || *way == "plain") {
            for which in 0..SECRETS.len() {
                let _ = writeln!(suite, "      - {{name: {way}-{which}, way: {way}/{which}}}");
            }
        }
        let _ = write!(
            suite,
            "    request: POST /echo/{place}/{{{{way}}}}\n{raw}    json: {{mine: \"{{{{ann.token | base64}}}}\", pin: \"{{{{ann.pin}}}}\"}}\n    \
             expect: {{status: 200, headers: {{x-echo: {{equals: nothing}}, set-cookie: {{equals: nothing}}}}, body: [{{at: $.echo, equals: nothing}}], snapshot: {{headers: [x-echo]}}}}\n"
        );
    }
    let marked = if careless { "" } else { ", secret: true" };
    let _ = write!(
        suite,
        "  - case: told\n    requirements: [VAULT-QUIET]\n    setup:\n      - request: POST /login\n        capture: {{session: {{body: $.token{marked}}}}}\n    \
         steps:\n      - step: who\n        request: GET /who\n        headers: {{x-session: \"{{{{session}}}}\"}}\n        \
         expect: {{status: 200, body: [{{at: $.said, equals: nothing}}], snapshot: true}}\n"
    );
    let world = format!(
        "vault:\n  token: {}\n  password: {}\n  key: {}\n  told: {{token: {}}}\n  cookie: {{token: {}}}\n",
        SECRETS[0],
        serde_json::Value::from(SECRETS[1]),
        serde_json::Value::from(SECRETS[2]),
        TOLD[0],
        TOLD[1]
    );
    let (secrets, personas) = if careless {
        ("", "- {persona: ann, is: $.vault, values: {pin: none}, headers: {x-of: '{{ann.password}}'}}\n")
    } else {
        (
            "secrets: [$.vault.password, $.vault.key]\n",
            "- {persona: ann, is: $.vault, values: {pin: none}, headers: {authorization: 'Bearer {{ann.token}}'}}\n",
        )
    };
    let target = format!(
        "target: vault\nurl: {}\nsnapshots: accepted\nsetup: [{{request: {{method: POST, url: \"{{{{url}}}}/seed?access_token=of-the-set-up-31f7\", headers: {{x-admin-token: of-the-set-up-31f7}}}}}}]\n\
         personas: {{ann: {{pin: {{env: VAULT_PIN}}}}}}\n",
        server.url()
    );
    folder([
        (
            "vault/contract.yaml",
            format!("contract: vault\nversion: 1.0.0\nservices: {{vault: }}\n{secrets}").as_bytes(),
        ),
        (
            "vault/requirements.yaml",
            b"- {id: VAULT-QUIET, level: must, source: {document: vault.md, section: Quiet}, says: it tells nothing}\n",
        ),
        ("vault/suites/echo.yaml", suite.as_bytes()),
        ("vault/personas.yaml", personas.as_bytes()),
        ("vault/world.yaml", world.as_bytes()),
        ("target.yaml", target.as_bytes()),
    ])
}

/// Every report of a run, as options, and the file that each is written to.
const REPORTS: [(&str, &str); 9] = [
    ("json=run.json", "run.json"),
    ("html=run.html", "run.html"),
    ("junit=run.xml", "run.xml"),
    ("ndjson=run.ndjson", "run.ndjson"),
    ("tap=run.tap", "run.tap"),
    ("markdown=run.md", "run.md"),
    ("sarif=run.sarif", "run.sarif"),
    ("badge=run.svg", "run.svg"),
    ("shields=run.shields", "run.shields"),
];

const RUN: [&str; 4] = ["run", "vault", "--target", "target.yaml"];

const PIN: &str = "of-the-environment-62c8";

#[test]
fn nothing_that_is_written_shows_a_secret() {
    let server = vault();
    let folder = contract(&server, false);
    let reports: Vec<&str> = REPORTS.iter().flat_map(|(option, _)| ["--report", option]).collect();
    let run = [&RUN[..], &["-vv", "--snapshots", "new", "--report", "github"], &reports].concat();
    let in_order = [
        run.iter().map(|word| (*word).to_owned()).collect(),
        words("run vault --target target.yaml --dry-run"),
        words(
            "run vault --target target.yaml --jobs 3 --retries 1 --suggest-waivers --snapshots check --report json=two.json",
        ),
        words("run vault --target target.yaml --shard 1/2 --report json=part-1.json"),
        words("run vault --target target.yaml --shard 2/2 --report json=part-2.json"),
        words("merge part-1.json part-2.json --report html=merged.html --report json=merged.json"),
        words(
            "report run.json --to html=again.html --to junit=again.xml --to markdown=again.md --to sarif=again.sarif",
        ),
        words("report run.json"),
        words("judge run.json --contract vault --report html=judged.html --report json=judged.json"),
        words("diff run.json two.json"),
        words("diff run.json two.json --json"),
        words("matrix run.json two.json --to html=servers.html --to markdown=servers.md"),
        words("review accepted --json"),
        words("review accepted --html review.html"),
        words("review accepted"),
        words("review accepted --accept **"),
        words("run vault --target target.yaml --snapshots check"),
        words("prove vault --target target.yaml --report json=proof.json --report html=proof.html"),
        words("snapshots stabilise vault --target target.yaml --runs 2"),
        words("smoke vault --target target.yaml"),
        words("verify vault --target target.yaml --repeat 1 --only echo/told"),
        words("list vault --json"),
        words("list vault --requirements"),
        words("lint vault"),
        words("explain VAULT-QUIET vault"),
        words("explain echo/told vault"),
    ];
    for arguments in in_order {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let outcome = finish(command(folder.path(), &arguments).env("VAULT_PIN", PIN));
        assert_ne!(outcome.code, Some(2), "{arguments:?}\n{}\n{}", outcome.stdout, outcome.stderr);
        let of_setup = Search::new(vec!["of-the-set-up-31f7".to_owned()]);
        assert_eq!(of_setup.find(format!("{}{}", outcome.stdout, outcome.stderr).as_bytes()), None, "{arguments:?}");
    }
    let text = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a report");
    for name in ["run.json", "run.sarif", "run.shields", "two.json", "merged.json", "judged.json", "proof.json"] {
        serde_json::from_str::<serde_json::Value>(&text(name)).expect(name);
    }
    for (option, name) in REPORTS {
        let masked = text(name);
        assert!(
            masked.contains("[secret]") || option.contains('=') && name.contains(".s"),
            "{name} masks nothing\n{masked:.2000}"
        );
    }
    let report: serde_json::Value = serde_json::from_str(&text("run.json")).expect("JSON");
    let trials = report["trials"].as_array().expect("trials");
    let number = trials.iter().find(|trial| trial["id"] == "echo/number/plain-2").expect("a trial");
    let shown = number["exchanges"][0]["answer"]["body"]["text"].as_str().unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(shown).unwrap_or_else(|error| panic!("no JSON: {error}: {number:#}"));
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

#[test]
fn what_is_not_masked_is_found() {
    for secret in SECRETS.iter().chain(&TOLD) {
        let search = Search::new(vec![(*secret).to_owned()]);
        assert_eq!(search.find(b"nothing of it"), None);
        // What is coded twice and more, others decode; the search has to know each way by itself.
        let once = WAYS.iter().filter(|(name, _)| {
            !["hex-of-base64", "base64-twice", "base64-of-json", "base64-in-percent", "coloured", "zero-width"]
                .contains(name)
        });
        for (name, way) in once.filter(|(name, _)| secret.is_ascii() || !name.starts_with("utf-16")) {
            assert!(search.find(&way(secret)).is_some(), "{name} of {secret}");
        }
    }
    // The same server and contract, but nothing is masked, since nobody said what is secret.
    let server = vault();
    let folder = contract(&server, true);
    let reports: Vec<&str> = REPORTS.iter().flat_map(|(option, _)| ["--report", option]).collect();
    let arguments = [&RUN[..], &["-vv", "--snapshots", "new"], &reports].concat();
    let output = command(folder.path(), &arguments).env("VAULT_PIN", PIN).output().expect("the binary runs");
    for secret in [SECRETS[0], SECRETS[2], TOLD[0]] {
        let search = Search::new(vec![secret.to_owned()]);
        assert!(search.find(&output.stdout).is_some(), "{secret} on standard output");
        for (_, name) in REPORTS.iter().filter(|(_, name)| !name.contains(".sv") && !name.contains(".sh")) {
            let bytes = fs::read(folder.path().join(name)).expect("a report");
            // A comment has room for some findings only.
            assert!(search.find(&bytes).is_some() || *name == "run.md" || *name == "run.sarif", "{secret} in {name}");
        }
        assert!(snapshots_show(&search, &folder.path().join("accepted")), "{secret} in a snapshot");
    }
    assert!(
        Search::new(vec![PIN.to_owned()]).find(&output.stdout).is_none(),
        "what comes out of the environment is masked always"
    );
}

fn snapshots_show(search: &Search, folder: &Path) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            snapshots_show(search, &path)
        } else {
            search.find(&fs::read(path).unwrap_or_default()).is_some()
        }
    })
}

#[test]
fn diagnostics_quote_no_secret() {
    let server = vault();
    let folder = contract(&server, false);
    let url = server.url();
    for lines in [
        format!("url: {url}\npersonas: {{ann: {{token: {}}}, bob: {{token: other-token-of-bob}}}}\n", SECRETS[0]),
        format!("url: {url}\npersonas:\n  ann:\n    token: {}\n    token: again\n", SECRETS[0]),
        format!(
            "url: {url}\nsetup: [{{request: {{method: post, url: x, headers: {{authorization: Bearer {}}}}}}}]\n",
            SECRETS[0]
        ),
        format!("url: http://ann:{}@127.0.0.1:9\n", SECRETS[0]),
        format!("url: {url}\nproxy: http://ann:{}@127.0.0.1:9/path\n", SECRETS[0]),
        format!("url: {url}\npersonas: {{ann: {{password: |\n {}: [\n", SECRETS[0]),
    ] {
        fs::write(folder.path().join("target.yaml"), format!("target: vault\n{lines}")).expect("a file");
        let outcome = probity(folder.path(), &RUN);
        assert_eq!(outcome.code, Some(2), "{lines}\n{outcome:?}");
    }
    let elsewhere =
        probity(folder.path(), &["run", "vault", "--target", &format!("http://ann:{}@127.0.0.1:9", SECRETS[0])]);
    assert_eq!(elsewhere.code, Some(2), "{elsewhere:?}");
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_secret_that_is_too_short_to_be_masked_is_told() {
    let server = vault();
    let folder = contract(&server, false);
    let world = folder.path().join("vault/world.yaml");
    let text = fs::read_to_string(&world).expect("a world").replace(&format!("\"{}\"", SECRETS[2]), "12");
    fs::write(world, text).expect("a file");
    let lint = probity(folder.path(), &["lint", "vault"]);
    assert_eq!(lint.code, Some(0), "{lint:?}");
    assert!(lint.stderr.contains("warning: contract.yaml:") && lint.stderr.contains("isn't masked"), "{}", lint.stderr);
    let url = server.url();
    let run = probity(folder.path(), &["run", "vault", "--target", &url, "--only", "echo/told"]);
    assert!(run.stdout.contains("note: a secret has fewer than 4 bytes"), "{run:?}");
}
