//! Runs that must not be green, though hardly anything in them is red: servers that are down, closed or empty, wrong
//! credentials, nothing to judge. And runs that must not be red by what isn't the server's fault.

mod support {
    pub(crate) mod binary;
    pub(crate) mod door;
    pub(crate) mod folder;
    pub(crate) mod served;
    pub(crate) mod server;
}

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::thread;
use std::time::Duration;

use support::binary::probity;
use support::door::{door, with_manifest};
use support::folder::folder;
use support::served::serve;
use support::server::Server;

/// The same head for every request, with its own body.
fn always(head: &'static str, body: &'static str) -> Server {
    Server::start(move |_, stream| {
        let length = body.len();
        std::io::Write::write_all(
            stream,
            format!("HTTP/1.1 {head}content-length: {length}\r\nconnection: close\r\n\r\n{body}").as_bytes(),
        )
    })
}

#[test]
fn a_server_that_says_the_same_to_everybody_never_conforms() {
    let rows = [
        ("it refuses everybody", "401 Unauthorized\r\n", "", 1, "VIOLATES"),
        ("it forbids everything", "403 Forbidden\r\ncontent-type: application/json\r\n", "{}", 1, "VIOLATES"),
        ("it knows nothing", "404 Not Found\r\n", "", 1, "VIOLATES"),
        ("it is broken", "500 Oops\r\n", "", 1, "VIOLATES"),
        ("it agrees to everything", "200 OK\r\ncontent-type: application/json\r\n", "{}", 1, "VIOLATES"),
        ("it says nothing", "200 OK\r\n", "", 1, "VIOLATES"),
        ("it is somewhere else", "302 Found\r\nlocation: http://127.0.0.1:9/\r\n", "", 1, "VIOLATES"),
        ("it is under maintenance", "503 Later\r\nretry-after: 86400\r\n", "", 3, "asks to retry after 86400 s"),
    ];
    for (what, head, body, code, says) in rows {
        let server = always(head, body);
        let outcome = probity(Path::new("/"), &["run", "--target", &server.url()]);
        assert_eq!(outcome.code, Some(code), "{what}: {}", outcome.stdout);
        assert!(outcome.stdout.contains(says), "{what}: {}", outcome.stdout);
    }
}

#[test]
fn a_server_that_cant_be_reached_leaves_the_run_incomplete() {
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let silent = Server::start(|_, _| {
        thread::sleep(Duration::from_secs(5));
        Ok(())
    });
    for (url, timeout) in [(format!("http://{nobody}"), "5"), (silent.url(), "0.2")] {
        let outcome = probity(Path::new("/"), &["run", "--target", &url, "--timeout", timeout]);
        assert_eq!(outcome.code, Some(3), "{url}: {}", outcome.stdout);
        assert!(outcome.stdout.contains("nothing was judged"), "{url}: {}", outcome.stdout);
    }
}

#[test]
fn wrong_credentials_are_no_pass() {
    let (_served, url) = serve(&[]);
    let target = format!("target: theirs\nurl: {url}\npersonas: {{me: {{authorization: \"XBL3.0 x=1;nobodys\"}}}}\n");
    let folder = folder([("target.yaml", target.as_bytes())]);
    let outcome = probity(folder.path(), &["run", "--target", "target.yaml"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stdout);
    let outcome = probity(folder.path(), &["smoke", "--target", "target.yaml"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("look at the credentials of the persona"), "{}", outcome.stdout);
}

#[test]
fn where_nothing_is_judged_nothing_conforms() {
    let server = always("200 OK\r\n", "");
    const MANIFEST: &str = "capabilities: {knocker: {title: it can be knocked at}}\n";
    let skipped =
        "  - {case: knock, requirements: [DOOR-MUST], needs: knocker, request: GET /, expect: {status: 200}}\n";
    let folder = with_manifest(MANIFEST, skipped, &format!("url: {}\n", server.url()));
    let outcome = probity(folder.path(), &["run", "door", "--target", "target.yaml"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("nothing was judged"), "{}", outcome.stdout);
    // A contract without a case can't be run at all.
    for (cases, says) in [("  []\n", "no case"), ("", "")] {
        let folder = door(cases, &format!("url: {}\n", server.url()));
        let outcome = probity(folder.path(), &["run", "door", "--target", "target.yaml"]);
        assert_ne!(outcome.code, Some(0), "{}", outcome.stdout);
        assert!((outcome.stdout + &outcome.stderr).contains(says));
    }
    let folder = support::folder::folder([
        ("door/contract.yaml", &b"contract: door\nversion: 1.0.0\nservices: {door: }\n"[..]),
        ("door/suites/notes.txt", b"nothing yet"),
    ]);
    let outcome = probity(folder.path(), &["run", "door", "--target", &server.url()]);
    assert!(matches!(outcome.code, Some(2 | 3)), "{outcome:?}");
}

#[test]
fn a_clock_that_is_wrong_is_nobodys_fault() {
    let server = always("200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "");
    let open = "  - {case: open, requirements: [DOOR-MUST], request: GET /, expect: {status: 200}}\n";
    let folder = door(open, &format!("url: {}\n", server.url()));
    assert_eq!(probity(folder.path(), &["run", "door", "--target", "target.yaml"]).code, Some(0));
}
