//! Answers that would have whoever asked go elsewhere, with what they know.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::zoo::Manner::{Keeps, Says};
use crate::zoo::{CONFORMS, GREEN, Row, row, violates, with};

/// A server that waits for whoever is led to it.
pub(crate) struct Trap {
    address: String,
    caught: Arc<AtomicUsize>,
}

impl Trap {
    pub(crate) fn set() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let caught: Arc<AtomicUsize> = Arc::default();
        let counter = Arc::clone(&caught);
        thread::spawn(move || {
            for _ in listener.incoming().map_while(Result::ok) {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { address, caught }
    }

    /// How many connections came in.
    pub(crate) fn caught(&self) -> usize {
        self.caught.load(Ordering::SeqCst)
    }

    /// Answers that lead here.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let at = &self.address;
        let typed = "content-type: application/json\r\n";
        let redirect = |status: &'static str, code: &'static str, location: String| {
            let headers = format!("{typed}connection: close\r\nlocation: {location}\r\n");
            row(format!("{status} to {location}"), Says(with(status, &headers, GREEN)), violates(code))
        };
        let invites = |what: &str, headers: String| {
            row(what, Keeps(with("200 OK", &format!("{typed}{headers}\r\n"), GREEN)), CONFORMS)
        };
        vec![
            redirect("301 Moved", "301", format!("http://{at}/")),
            redirect("302 Found", "302", format!("http://{at}/?token={{}}")),
            redirect("303 See Other", "303", format!("//{at}/")),
            redirect("307 Temporary", "307", format!("http://{at}/")),
            redirect("308 Permanent", "308", format!("http://ann:secret@{at}/")),
            redirect("300 Choices", "300", format!("http://{at}/")),
            redirect("305 Use Proxy", "305", format!("http://{at}/")),
            redirect("302 Found", "302", "/tea".into()),
            redirect("302 Found", "302", "\t javascript:alert(1)".into()),
            redirect("302 Found", "302", "http://[::1".into()),
            redirect("302 Found", "302", "a".repeat(100_000)),
            redirect("201 Created", "201", format!("http://{at}/")),
            invites("another service", format!("alt-svc: h2=\"{at}\"; ma=99\r\nalt-svc: h3=\"{at}\"")),
            invites("a refresh", format!("refresh: 0; url=http://{at}/\r\ncontent-location: http://{at}/")),
            invites("links", format!("link: <http://{at}/>; rel=preload, <http://{at}/>; rel=preconnect")),
            invites("cookies", "set-cookie: a=b; domain=127.0.0.1\r\nset-cookie: c=d".into()),
            row(
                "a question for a password",
                Says(with(
                    "401 Who",
                    &format!("{typed}connection: close\r\nwww-authenticate: Basic realm=\"http://{at}/\"\r\n"),
                    GREEN,
                )),
                violates("401"),
            ),
            row(
                "a proxy's question for a password",
                Says(with("407 Who", &format!("{typed}connection: close\r\nproxy-authenticate: Basic\r\n"), GREEN)),
                violates("407"),
            ),
            row(
                "a server that never was asked",
                Says(with("421 Misdirected", &format!("{typed}connection: close\r\n"), GREEN)),
                violates("421"),
            ),
        ]
    }
}
