//! Target files: how services are reached, who speaks to them, at which pace, and what is done before and after.

mod support {
    pub(crate) mod binary;
    pub(crate) mod door;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{fs, thread};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use support::binary::{Outcome, command, finish, probity};
use support::door::{door, with_manifest};
use support::server::Server;

const CERTIFICATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates");

/// One case that asks for `/open` and wants 200, over the pool and over a connection of its own.
const OPEN: &str = "  - {case: open, requirements: [DOOR-MUST], request: GET /open, expect: {status: 200}}
  - {case: raw, requirements: [DOOR-MUST], request: GET /open, headers: {connection: close}, expect: {status: 200}}
";

fn run(folder: &Path, more: &[&str]) -> Outcome {
    probity(folder, &[&["run", "door", "--target", "target.yaml"], more].concat())
}

fn answer(stream: &mut impl Write, status: &str, headers: &str) -> io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n")
}

fn path_of(request: &str) -> String {
    request.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn authorization(request: &str) -> String {
    request.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap_or_default().to_owned()
}

#[test]
fn a_credential_comes_from_the_environment_a_file_or_a_command_and_is_never_shown() {
    let secret = "a-credential-that-nobody-sees";
    let server = Server::start(move |request, stream| {
        answer(stream, if authorization(request) == secret { "200 OK" } else { "401 No" }, "")
    });
    for source in ["{env: DOOR_TOKEN}", "{file: ./token}", "{command: [cat, token]}"] {
        let target = format!("url: {}\npersonas: {{ann: {{token: {source}}}}}\n", server.url());
        let folder = door(OPEN, &target);
        fs::write(folder.path().join("token"), format!("{secret}\n")).unwrap();
        let arguments = ["run", "door", "--target", "target.yaml", "-vv", "--report", "json=-"];
        let outcome = finish(command(folder.path(), &arguments).env("DOOR_TOKEN", secret));
        assert_eq!(outcome.code, Some(0), "{source}: {outcome:?}");
        assert!(!outcome.stdout.contains(secret) && !outcome.stderr.contains(secret), "{source}: {outcome:?}");
    }
}

#[test]
fn a_credential_that_isnt_there_stops_before_anything_is_sent() {
    let server = Server::start(|_, stream| answer(stream, "200 OK", ""));
    let rows = [
        ("{env: DOOR_NO_TOKEN}", "the environment variable `DOOR_NO_TOKEN` isn't set"),
        ("{file: ./missing}", "`./missing` can't be read"),
        ("{file: ./empty}", "the value that is found here is empty"),
        ("{command: [false]}", "`false` ended with exit status: 1"),
        ("{command: [no-such-program-anywhere]}", "`no-such-program-anywhere` can't be started"),
        ("{command: []}", "an empty command"),
        ("{env: A, file: b}", "a value comes from one place"),
        ("{file: ./token, mode: x}", "unknown key"),
    ];
    for (source, message) in rows {
        let folder = door(OPEN, &format!("url: {}\npersonas: {{ann: {{token: {source}}}}}\n", server.url()));
        fs::write(folder.path().join("empty"), "\n").unwrap();
        fs::write(folder.path().join("token"), "t-o-k-e-n").unwrap();
        let outcome = run(folder.path(), &[]);
        assert_eq!(outcome.code, Some(2), "{source}: {outcome:?}");
        assert!(outcome.stderr.contains(message), "{source}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("target.yaml:3:"), "{source}: {}", outcome.stderr);
    }
    assert_eq!(server.requests(), 0);
}

/// A server with TLS that answers every request with 200 if it is spoken to as `door.test`.
fn encrypted(asks_who: bool) -> SocketAddr {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let file = |name: &str| format!("{CERTIFICATES}/{name}");
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(file("server.pem"))
        .expect("it works")
        .map(|one| one.expect("it works"))
        .collect();
    let key = PrivateKeyDer::from_pem_file(file("server.key")).expect("it works");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("ca.pem")).expect("it works")).expect("it works");
    let builder = ServerConfig::builder();
    let builder = if asks_who {
        builder.with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build().expect("it works"))
    } else {
        builder.with_no_client_auth()
    };
    let config = Arc::new(builder.with_single_cert(chain, key).expect("it works"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("it works");
    let address = listener.local_addr().expect("it works");
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("it works");
            thread::spawn(move || converse(StreamOwned::new(connection, stream)));
        }
    });
    address
}

fn converse(mut stream: StreamOwned<ServerConnection, TcpStream>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let known = head.contains("host: door.test\r\n") || head.contains("host: door.test:");
    answer(&mut stream, if known { "200 OK" } else { "421 Misdirected" }, "")?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// A file of `tests/certificates`, as it is named from anywhere.
fn certificate(name: &str) -> String {
    format!("{CERTIFICATES}/{name}")
}

#[test]
fn a_host_is_spoken_to_somewhere_else_with_an_authority_of_ones_own() {
    let server = encrypted(false);
    let ca = certificate("ca.pem");
    for (url, port) in [("https://door.test", ""), ("https://door.test:8443", ":8443")] {
        let folder = door(OPEN, &format!("url: {url}\nconnect: {server}\ntls: {{ca: {ca}}}\n"));
        let outcome = run(folder.path(), &[]);
        assert_eq!(outcome.code, Some(0), "{url}: {outcome:?}");
        let outcome = probity(folder.path(), &["run", "door", "--target", "target.yaml", "--dry-run"]);
        let expected =
            format!("curl -i --connect-to '::{server}' --cacert '{ca}' --path-as-is 'https://door.test{port}/open'");
        assert!(outcome.stdout.contains(&expected), "{}", outcome.stdout);
    }
    let rows = [
        (format!("url: https://door.test\nconnect: {server}\n"), "certificate"),
        (format!("url: https://gate.test\nconnect: {server}\ntls: {{ca: {ca}}}\n"), "not valid for name"),
    ];
    for (target, reason) in rows {
        let outcome = run(door(OPEN, &target).path(), &[]);
        assert_eq!(outcome.code, Some(3), "{target}: {outcome:?}");
        assert!(outcome.stdout.contains(reason), "{target}: {}", outcome.stdout);
    }
}

#[test]
fn a_client_shows_who_it_is() {
    let server = encrypted(true);
    let [ca, pem, key] = ["ca.pem", "client.pem", "client.key"].map(certificate);
    let base = format!("url: https://door.test\nconnect: {server}\n");
    let outcome = run(door(OPEN, &format!("{base}tls: {{ca: {ca}, certificate: {pem}, key: {key}}}\n")).path(), &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let outcome = run(door(OPEN, &format!("{base}tls: {{ca: {ca}}}\n")).path(), &[]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let rows = [
        (format!("{{ca: {ca}, certificate: {pem}}}"), "a certificate of the client goes with its private key"),
        (format!("{{ca: {key}}}"), "holds no certificate in PEM"),
        (format!("{{certificate: {pem}, key: {pem}}}"), "holds no private key in PEM"),
        ("{ca: ./missing.pem}".to_owned(), "`./missing.pem` can't be read"),
        (format!("{{authority: {ca}}}"), "unknown key"),
    ];
    for (tls, message) in rows {
        let outcome = run(door(OPEN, &format!("{base}tls: {tls}\n")).path(), &[]);
        assert_eq!(outcome.code, Some(2), "{tls}: {outcome:?}");
        assert!(outcome.stderr.contains(message), "{tls}: {}", outcome.stderr);
    }
    // A key that belongs to another certificate.
    let other = certificate("server.key");
    let outcome = run(door(OPEN, &format!("{base}tls: {{ca: {ca}, certificate: {pem}, key: {other}}}\n")).path(), &[]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("client.pem can't be used"), "{}", outcome.stderr);
}

/// A proxy that wants a password: it answers for `http://door.test` itself and tunnels everything else to `to`.
fn proxy(to: SocketAddr) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("it works");
    let address = listener.local_addr().expect("it works");
    let lines = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&lines);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let seen = Arc::clone(&seen);
            thread::spawn(move || pass(stream, to, &seen));
        }
    });
    (address, lines)
}

fn pass(mut stream: TcpStream, to: SocketAddr, seen: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    seen.lock().expect("it works").push(head.lines().next().unwrap_or_default().to_owned());
    // `visitor:let-me-through` in base64.
    if !head.contains("Basic dmlzaXRvcjpsZXQtbWUtdGhyb3VnaA==") {
        return answer(&mut stream, "407 Who is it", "");
    }
    if !head.starts_with("CONNECT ") {
        return answer(&mut stream, "200 OK", "");
    }
    let mut behind = TcpStream::connect(to)?;
    write!(stream, "HTTP/1.1 200 Established\r\n\r\n")?;
    let (mut from_server, mut to_client) = (behind.try_clone()?, stream.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(std::net::Shutdown::Write);
    });
    io::copy(&mut stream, &mut behind).map(|_| ())
}

#[test]
fn a_proxy_is_gone_through_with_its_password() {
    let (proxy, lines) = proxy(encrypted(false));
    let password = "let-me-through";
    let at = format!("http://visitor:{password}@{proxy}");
    let ca = certificate("ca.pem");
    for (url, first) in
        [("http://door.test", "GET http://door.test/open"), ("https://door.test", "CONNECT door.test:443")]
    {
        lines.lock().unwrap().clear();
        let folder = door(OPEN, &format!("url: {url}\nproxy: {{env: DOOR_PROXY}}\ntls: {{ca: {ca}}}\n"));
        let arguments = ["run", "door", "--target", "target.yaml", "-vv"];
        let outcome = finish(command(folder.path(), &arguments).env("DOOR_PROXY", &at));
        assert_eq!(outcome.code, Some(0), "{url}: {outcome:?}");
        assert!(!format!("{outcome:?}").contains(password), "{outcome:?}");
        let lines = lines.lock().unwrap();
        assert!(lines.len() >= 2 && lines.iter().all(|line| line.starts_with(first)), "{url}: {lines:?}");
    }
    for (wrong, message) in
        [("socks5://h:1", "the proxy is no http URL"), ("http://h:1/path", "the proxy is no http URL")]
    {
        let outcome = run(door(OPEN, &format!("url: http://door.test\nproxy: {wrong}\n")).path(), &[]);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(message), "{}", outcome.stderr);
    }
}

/// A server that speaks HTTP/2 by prior knowledge and nothing else.
fn second() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("it works");
    listener.set_nonblocking(true).expect("it works");
    let address = listener.local_addr().expect("it works");
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it works");
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("it works");
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
                    while let Some(Ok((_, mut respond))) = connection.accept().await {
                        let head = http::Response::builder().status(200).body(()).expect("it works");
                        let _ = respond.send_response(head, true);
                    }
                });
            }
        });
    });
    address
}

#[test]
fn http_2_is_spoken_where_it_is_asked_for() {
    let server = second();
    let (pooled, raw) = OPEN.split_at(OPEN.find("  - {case: raw").unwrap());
    let outcome = run(door(pooled, &format!("url: http://{server}\nhttp: 2\n")).path(), &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let outcome = run(door(pooled, &format!("url: http://{server}\nhttp: 1.1\n")).path(), &[]);
    assert_ne!(outcome.code, Some(0), "{outcome:?}");
    // What only HTTP/1.1 can say is never taken for a fault of the server.
    let outcome = run(door(&format!("{pooled}{raw}"), &format!("url: http://{server}\nhttp: 2\n")).path(), &[]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(outcome.stdout.contains("this can't be said over HTTP/2"), "{}", outcome.stdout);
    let outcome = run(door(OPEN, &format!("url: http://{server}\nhttp: 3\n")).path(), &[]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
}

const SIX: &str = "  - case: open
    requirements: [DOOR-MUST]
    each: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f}]
    request: GET /open
    expect: {status: 200}
";

#[test]
fn a_rate_is_kept_in_every_window() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&times);
    let server = Server::start(move |_, stream| {
        seen.lock().unwrap().push(Instant::now());
        answer(stream, "200 OK", "")
    });
    let outcome =
        run(door(SIX, &format!("url: {}\nservices: {{door: {{rate: 2 per 500ms}}}}\n", server.url())).path(), &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let times = times.lock().unwrap();
    assert_eq!(times.len(), 6);
    // A request may be late; so that three of them come within a window, one would have to be early.
    let shortest = times.windows(3).map(|three| three[2] - three[0]).min().unwrap();
    assert!(shortest > Duration::from_millis(400), "{shortest:?}");
}

#[test]
fn what_asks_to_retry_later_is_asked_again_and_never_judged() {
    const CASES: &str = "  - {case: open, requirements: [DOOR-MUST], request: GET /open, expect: {status: 200}}
  - {case: refused, requirements: [DOOR-MUST], request: GET /refused, expect: {status: 4xx}}
  - {case: wanted, requirements: [DOOR-MUST], request: GET /wanted, expect: {status: 429}}
";
    let seen: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
    let counts = Arc::clone(&seen);
    let server = Server::start(move |request, stream| {
        let path = path_of(request);
        let first = *counts.lock().unwrap().entry(path.clone()).and_modify(|count| *count += 1).or_insert(1) == 1;
        match path.as_str() {
            "/wanted" => answer(stream, "429 Wait", "retry-after: 1\r\n"),
            "/open" if first => answer(stream, "503 Wait", "retry-after: 0\r\n"),
            "/refused" if first => answer(stream, "429 Wait", "retry-after: 1\r\n"),
            "/open" => answer(stream, "200 OK", ""),
            _ => answer(stream, "400 No", ""),
        }
    });
    let folder = door(CASES, &format!("url: {}\n", server.url()));
    let outcome = run(folder.path(), &["--report", "json=report.json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.contains("2 requests were put off by 429 or 503 with Retry-After"), "{}", outcome.stdout);
    let seen = seen.lock().unwrap();
    assert_eq!((seen["/open"], seen["/refused"], seen["/wanted"]), (2, 2, 1));
    let report: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("report.json")).unwrap()).unwrap();
    let first = &report["trials"][0];
    assert!(first["notes"][0].as_str().unwrap().contains("put off once by status 503"), "{first}");
    assert_eq!(first["exchanges"].as_array().unwrap().len(), 2);
}

#[test]
fn patience_has_an_end() {
    let rows = [
        // What is never answered otherwise could not be judged.
        ("429 Wait", "retry-after: 1\r\n", "patience: 1500ms\n", 3, "asks to retry after 1 s"),
        ("503 Wait", "retry-after: 86400\r\n", "", 3, "asks to retry after 86400 s"),
        // What doesn't say for how long is an answer like any other.
        ("429 Wait", "", "", 1, "the status is 429"),
        ("503 Wait", "", "", 1, "the status is 503"),
    ];
    for (status, header, patience, code, message) in rows {
        let server = Server::start(move |_, stream| answer(stream, status, header));
        let started = Instant::now();
        let outcome = run(door(SIX, &format!("url: {}\n{patience}", server.url())).path(), &[]);
        assert_eq!(outcome.code, Some(code), "{status} {header}: {outcome:?}");
        assert!(outcome.stdout.contains(message), "{status} {header}: {}", outcome.stdout);
        assert!(started.elapsed() < Duration::from_secs(15));
    }
}

#[test]
fn patience_lost_isnt_found_again_by_who_wants_to_be_put_off() {
    const CASES: &str = "  - {case: first, requirements: [DOOR-MUST], request: GET /first, expect: {status: 200}}
  - {case: wanted, requirements: [DOOR-MUST], request: GET /wanted, expect: {status: 503}}
  - {case: last, requirements: [DOOR-MUST], request: GET /last, expect: {status: 200}}
";
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let paths = Arc::clone(&seen);
    let server = Server::start(move |request, stream| {
        paths.lock().unwrap().push(path_of(request));
        answer(stream, "503 Wait", "retry-after: 1\r\n")
    });
    let outcome = run(door(CASES, &format!("url: {}\npatience: 1500ms\n", server.url())).path(), &["--jobs", "1"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert_eq!(*seen.lock().unwrap(), ["/first", "/first", "/wanted", "/last"]);
}

#[test]
fn a_target_is_waited_for_until_it_is_ready() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let server = Server::start(move |request, stream| {
        let late = path_of(request) == "/health" && counter.fetch_add(1, Ordering::SeqCst) < 2;
        answer(stream, if late { "503 Starting" } else { "200 OK" }, "")
    });
    let ready = "ready: {url: \"{{url}}/health\", within: 10s}\n";
    let outcome = run(door(OPEN, &format!("url: {}\n{ready}", server.url())).path(), &[]);
    assert_eq!((outcome.code, asked.load(Ordering::SeqCst)), (Some(0), 3), "{outcome:?}");
    let ready = "ready: {url: \"{{url}}/health\", status: 204, within: 300ms}\n";
    let before = server.requests();
    let outcome = run(door(OPEN, &format!("url: {}\n{ready}", server.url())).path(), &[]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(outcome.stdout.contains("the target wasn't ready within 0.3 s"), "{}", outcome.stdout);
    assert!(server.requests() - before <= 3, "no trial is run against what isn't ready");
}

#[test]
fn services_at_urls_of_their_own_need_no_other() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let paths = Arc::clone(&asked);
    let server = Server::start(move |request, stream| {
        paths.lock().unwrap().push(path_of(request));
        answer(stream, "200 OK", "")
    });
    let url = server.url();
    let target = format!(
        "services: {{door: \"{url}\"}}\nready: {{url: \"{url}/health\", within: 10s}}\n\
         cleanup: [{{request: {{method: POST, url: \"{url}/clear\"}}}}]\n"
    );
    let outcome = run(door(OPEN, &target).path(), &[]);
    assert_eq!((outcome.code, &*outcome.stderr), (Some(0), ""), "{outcome:?}");
    assert_eq!(*asked.lock().unwrap(), ["/health", "/open", "/open", "/clear"]);
}

#[test]
fn what_was_set_up_is_cleaned_up_whatever_happens() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&lines);
    let server = Server::start(move |request, stream| {
        let path = path_of(request);
        seen.lock().unwrap().push(format!("{path} {}", authorization(request)).trim_end().to_owned());
        answer(stream, if path.starts_with("/broken") { "500 No" } else { "200 OK" }, "")
    });
    let broken = OPEN.replace("/open", "/broken");
    let rows = [
        ("conforms", OPEN, "/seed", "/clear", 0, ""),
        ("violates", &broken, "/seed", "/clear", 1, ""),
        ("set-up fails", OPEN, "/broken-seed", "/clear", 3, "the set-up of the target failed"),
        ("clean-up fails", OPEN, "/seed", "/broken-clear", 0, "the clean-up of the target failed"),
    ];
    for (name, cases, seed, clear, code, message) in rows {
        lines.lock().unwrap().clear();
        let target = format!(
            "url: {}
setup:
  - request: {{method: POST, url: \"{{{{url}}}}{seed}\", headers: {{authorization: {{env: DOOR_ADMIN}}}}, body: world}}
cleanup:
  - request: {{method: POST, url: \"{{{{url}}}}{clear}\"}}
  - command: [sh, -c, \"cat > seeded.json\"]
",
            server.url()
        );
        let folder = door(cases, &target);
        let arguments = ["run", "door", "--target", "target.yaml"];
        let outcome = finish(command(folder.path(), &arguments).env("DOOR_ADMIN", "an-admin-of-the-door"));
        assert_eq!(outcome.code, Some(code), "{name}: {outcome:?}");
        assert!(outcome.stdout.contains(message), "{name}: {}", outcome.stdout);
        let lines = lines.lock().unwrap();
        assert_eq!(lines.first(), Some(&format!("{seed} an-admin-of-the-door")), "{name}");
        assert_eq!(lines.last().map(String::as_str), Some(clear), "{name}");
        // A clean-up that fails in part does the rest.
        let world: Value =
            serde_json::from_str(&fs::read_to_string(folder.path().join("seeded.json")).unwrap()).unwrap();
        assert_eq!(world["people"][0]["name"], "ann", "{name}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_cleans_up_and_a_second_one_stops_at_once() {
    for (signal, times, cleans) in [("INT", 1, true), ("TERM", 1, true), ("INT", 2, false)] {
        let began = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&began);
        let server = Server::start(move |request, stream| {
            if path_of(request) == "/open" {
                counter.fetch_add(1, Ordering::SeqCst);
                thread::sleep(Duration::from_secs(2));
            }
            answer(stream, "200 OK", "")
        });
        let cleanup = "cleanup: [{command: [touch, cleaned]}]\n";
        let folder = door(SIX, &format!("url: {}\n{cleanup}", server.url()));
        let arguments = ["run", "door", "--target", "target.yaml", "--jobs", "1", "--report", "json=report.json"];
        let mut child = command(folder.path(), &arguments).spawn().unwrap();
        while began.load(Ordering::SeqCst) == 0 {
            thread::sleep(Duration::from_millis(5));
        }
        for _ in 0..times {
            let sent = std::process::Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
            assert!(sent.unwrap().success());
            thread::sleep(Duration::from_millis(200));
        }
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(3), "{signal} × {times}");
        assert_eq!(folder.path().join("cleaned").exists(), cleans, "{signal} × {times}");
        let report = fs::read_to_string(folder.path().join("report.json")).unwrap();
        let whole: Option<Value> = serde_json::from_str(&report).ok();
        assert_eq!(whole.map(|report| report["complete"].clone()), cleans.then_some(Value::Bool(false)), "{report}");
    }
}

#[test]
fn every_mistake_in_the_way_to_a_service_is_told_at_its_place() {
    let rows = [
        ("url: http://door.test\nconnect: door\n", "`door` is no HOST:PORT", "target.yaml:3:10"),
        ("url: http://127.0.0.1:9\nconnect: 127.0.0.1:8\n", "`connect` has no use", "target.yaml:1:1"),
        ("url: http://door.test\nconnect: h:1\nproxy: http://p:1\n", "can't be used together", "target.yaml:3:10"),
        ("url: http://door.test\ntimeout: 5\n", "`5` is no time", "target.yaml:3:10"),
        ("url: http://door.test\nrate: 10/s\n", "`10/s` is no rate", "target.yaml:3:7"),
        ("url: http://door.test\nrate: 0 per s\n", "`0 per s` is no rate", "target.yaml:3:7"),
        ("url: http://door.test\npatience: 25h\n", "`25h` is no time", "target.yaml:3:11"),
        ("url: http://door.test\nready: {url: nowhere}\n", "`nowhere` is no URL", "target.yaml:3:14"),
        (
            "url: http://door.test\nready: {url: \"{{url}}\", status: 99}\n",
            "`99` is no final status",
            "target.yaml:3:33",
        ),
        ("url: http://door.test\ncleanup: [{comand: [a]}]\n", "did you mean `command`", "target.yaml:3:12"),
        ("services: {door: {connect: h:1}}\n", "the service `door` has no URL", "target.yaml:1:1"),
        ("url: http://door.test\nservices: {dor: {timeout: 1s}}\n", "did you mean `door`", "target.yaml:3:12"),
    ];
    for (target, message, place) in rows {
        let outcome = run(door(OPEN, target).path(), &[]);
        assert_eq!(outcome.code, Some(2), "{target}: {outcome:?}");
        assert!(outcome.stderr.contains(message), "{target}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(place), "{target}: {}", outcome.stderr);
    }
}

#[test]
fn smoke_tells_what_answers_and_judges_nothing() {
    let server = Server::start(|request, stream| {
        let date = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
        answer(stream, if path_of(request) == "/open" { "401 Who" } else { "404 No" }, date)
    });
    let folder = door(OPEN, &format!("url: {}\n", server.url()));
    let outcome = probity(folder.path(), &["smoke", "door", "--target", "target.yaml"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    for part in
        ["answers     GET / with 404", "GET /open as ann, answered with 401", "look at the credentials", "behind ours"]
    {
        assert!(outcome.stdout.contains(part), "{part}: {}", outcome.stdout);
    }
    assert_eq!(server.requests(), 2);
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let folder = door(OPEN, &format!("url: http://{nobody}\n"));
    let outcome = probity(folder.path(), &["smoke", "door", "--target", "target.yaml"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(outcome.stdout.contains("NO ANSWER  from 1 of 1 services"), "{}", outcome.stdout);
}

#[test]
fn a_capability_is_claimed_or_not_and_both_can_be_wrong() {
    const MANIFEST: &str = "capabilities: {knocker: {title: it can be knocked at}}\n";
    const CASES: &str = "  - {case: open, requirements: [DOOR-MUST], request: GET /open, expect: {status: 200}}
  - {case: knock, requirements: [DOOR-MUST], needs: knocker, request: GET /knock, expect: {status: 200}}
";
    let rows = [
        ("200 OK", "", 0, "the target doesn't claim `knocker`, yet answers door/knock with 200"),
        ("404 No", "", 0, "SKIPPED 1 trial: the target doesn't claim `knocker`"),
        (
            "404 No",
            "capabilities: {knocker: true}\n",
            1,
            "the target claims `knocker`, and answers as if it had no such thing",
        ),
        ("200 OK", "capabilities: {knocker: true}\n", 0, "CONFORMS"),
        ("200 OK", "capabilities: {knoker: true}\n", 2, "did you mean `knocker`"),
    ];
    for (status, claim, code, message) in rows {
        let server = Server::start(move |request, stream| {
            answer(stream, if path_of(request) == "/knock" { status } else { "200 OK" }, "")
        });
        let folder = with_manifest(MANIFEST, CASES, &format!("url: {}\n{claim}", server.url()));
        let outcome = run(folder.path(), &[]);
        assert_eq!(outcome.code, Some(code), "{status} {claim}: {outcome:?}");
        assert!((outcome.stdout + &outcome.stderr).contains(message), "{status} {claim}");
    }
}
