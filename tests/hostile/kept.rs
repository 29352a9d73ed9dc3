//! Connections that stay open, and on which more comes than was asked for, or less.

use std::time::Duration;

use crate::zoo::Manner::{Adds, Greets, Keeps, Leaves, Refuses, Resets, Says};
use crate::zoo::{ANY, CONFORMS, FAILS, GREEN, Row, Said, good, head, kept, row, unjudged, violates, with};

/// An answer that would colour the verdict of whoever takes it for their own.
fn poison() -> Vec<u8> {
    with("403 Forbidden", "content-type: application/json\r\n", b"{\"error\":\"poison\"}")
}

fn pause(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// What is said before the request is there breaks HTTP, what comes after it is no fault: it is chance which it is.
const UNHARMED: Said = Said { verdicts: &["conforms", "inconclusive"], reason: "" };

pub(crate) fn rows() -> Vec<Row> {
    let added = |what: &str, after: u64, more: Vec<u8>| row(what, Adds(good(), pause(after), more), CONFORMS);
    let mut rows = vec![
        row("a connection that stays open", Keeps(good()), CONFORMS),
        row("a second answer", Keeps([good(), poison()].concat()), CONFORMS),
        row("two more answers", Keeps([good(), poison(), kept(b"{\"water\":\"poison\"}")].concat()), CONFORMS),
        row("more than the length", Keeps([good(), b"green".to_vec()].concat()), CONFORMS),
        row("a line more", Keeps([good(), b"\r\n".to_vec()].concat()), CONFORMS),
        row("a body on 204", Keeps([&b"HTTP/1.1 204 No Content\r\n\r\n"[..], GREEN].concat()), violates("204")),
        row(
            "an answer in a 304",
            Keeps([b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(), poison()].concat()),
            violates("304"),
        ),
        row(
            "an answer behind the last chunk",
            Keeps(
                [head("transfer-encoding: chunked\r\n", b"f\r\n{\"tea\":\"green\"}\r\n0\r\n\r\n"), poison()].concat(),
            ),
            CONFORMS,
        ),
        row(
            "an answer in a body that is too long",
            Keeps([head("content-length: 15\r\n", GREEN), poison()].concat()),
            CONFORMS,
        ),
        row(
            "an answer behind a wrong length",
            Keeps([head("content-length: 0\r\n", GREEN), poison()].concat()),
            violates("the body is empty"),
        ),
        row("a connection that closes without a word", Says(good()), CONFORMS),
        row(
            "a connection that is said to close and doesn't",
            Keeps(with("200 OK", "content-type: application/json\r\nconnection: close\r\n", GREEN)),
            CONFORMS,
        ),
        row(
            "a connection that is to be kept for no time",
            Leaves(with("200 OK", "content-type: application/json\r\nkeep-alive: timeout=0\r\n", GREEN), pause(1)),
            CONFORMS,
        ),
        row("a connection that dies after 5 ms", Leaves(good(), pause(5)), CONFORMS),
        row("a connection that dies after 50 ms", Leaves(good(), pause(50)), CONFORMS),
        row("a connection that is reset after 5 ms", Resets(good(), pause(5)), CONFORMS),
        row("a connection that is reset after 50 ms", Resets(good(), pause(50)), CONFORMS),
    ];
    for after in [0, 10, 50] {
        rows.extend([
            added(&format!("an answer after {after} ms"), after, poison()),
            added(&format!("half an answer after {after} ms"), after, b"HTTP/1.1 403 Forb".to_vec()),
            added(&format!("garbage after {after} ms"), after, b"\0\x01tea".to_vec()),
            added(
                &format!("a timeout after {after} ms"),
                after,
                b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".to_vec(),
            ),
        ]);
    }
    // Who is refused is somebody else with every run; and a reset comes while a connection is made, or after that, when
    // it is no answer, over a second connection neither perhaps.
    let refused = row("every second connection is reset", Refuses(|number| number % 2 == 1), ANY);
    rows.push(Row { neighbours: ANY, ..refused });
    // Whoever greets everybody so has no neighbours who are answered well.
    for (what, greeting, said) in [
        ("an answer", poison(), FAILS),
        ("an interim answer", b"HTTP/1.1 103 Early\r\n\r\n".to_vec(), UNHARMED),
        ("garbage", b"220 tea\r\n".to_vec(), unjudged("")),
    ] {
        rows.push(Row { neighbours: said, ..row(format!("{what} before anything is asked"), Greets(greeting), said) });
    }
    rows
}
