//! Servers that never come to an end.

use std::time::Duration;

use crate::zoo::Manner::{Drips, Goes, Says, Stops, Trickles};
use crate::zoo::{CONFORMS, GREEN, Row, Said, good, head, row, unjudged, whole};

/// Nothing, or nothing more, within the time that an exchange may take.
const LATE: Said = unjudged("");
/// Too large or too late, whichever comes first.
const TOO_MUCH: Said = unjudged("");

const PAUSE: Duration = Duration::from_millis(50);

/// Answers that don't come, or come for ever.
pub(crate) fn rows() -> Vec<Row> {
    let chunked = |body: &[u8]| head("transfer-encoding: chunked\r\n", body);
    vec![
        row("a good answer", Says(whole(GREEN)), CONFORMS),
        row("silence", Stops(Vec::new()), LATE),
        row("one byte and silence", Stops(b"H".to_vec()), LATE),
        row("half a head and silence", Stops(b"HTTP/1.1 200 OK\r\ncontent-".to_vec()), LATE),
        row("a head without its empty line, and silence", Stops(b"HTTP/1.1 200 OK\r\nx: y\r\n".to_vec()), LATE),
        row("a head and silence", Stops(head("content-length: 15\r\n", b"")), LATE),
        row("half a body and silence", Stops(head("content-length: 15\r\n", b"{\"tea\"")), LATE),
        row("a body without a length, and silence", Stops(head("", GREEN)), LATE),
        row("half a chunk and silence", Stops(chunked(b"f\r\n{\"tea\"")), LATE),
        row("chunks without their last, and silence", Stops(chunked(b"f\r\n{\"tea\":\"green\"}\r\n")), LATE),
        row("a trailer without end, and silence", Stops(chunked(b"f\r\n{\"tea\":\"green\"}\r\n0\r\nx: y\r\n")), LATE),
        row("an interim answer and silence", Stops(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()), LATE),
        row("a head drop by drop", Drips(whole(GREEN), PAUSE), LATE),
        row("a body drop by drop", Drips(head("content-length: 99\r\n", &[b' '; 99]), PAUSE), LATE),
        row("a status line drop by drop", Trickles(Vec::new(), b"H".to_vec(), PAUSE), TOO_MUCH),
        row("a header drop by drop", Trickles(b"HTTP/1.1 200 OK\r\nx: ".to_vec(), b"y".to_vec(), PAUSE), LATE),
        row("headers one by one", Trickles(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: y\r\n".to_vec(), PAUSE), LATE),
        row("blanks for ever", Trickles(head("", b""), b" ".to_vec(), PAUSE), LATE),
        row("small chunks for ever", Trickles(chunked(b""), b"1\r\n \r\n".to_vec(), PAUSE), LATE),
        row("interim answers now and then", Trickles(Vec::new(), b"HTTP/1.1 102 P\r\n\r\n".to_vec(), PAUSE), LATE),
        row("an empty line for ever", Goes(Vec::new(), b"\r\n".repeat(999)), TOO_MUCH),
        row("headers without end", Goes(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-a: b\r\n".repeat(99)), TOO_MUCH),
        row("a header without end", Goes(b"HTTP/1.1 200 OK\r\nx-a: ".to_vec(), vec![b'a'; 999]), TOO_MUCH),
        row("a header name without end", Goes(b"HTTP/1.1 200 OK\r\n".to_vec(), vec![b'a'; 999]), TOO_MUCH),
        row("a reason without end", Goes(b"HTTP/1.1 200 ".to_vec(), vec![b'a'; 999]), TOO_MUCH),
        row(
            "interim answers without end",
            Goes(Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n".repeat(99)),
            unjudged("256 KiB"),
        ),
        row("a body without end", Goes(head("", b""), vec![b' '; 1 << 20]), TOO_MUCH),
        row("chunks without end", Goes(chunked(b""), b"1\r\n \r\n".repeat(999)), TOO_MUCH),
        row(
            "large chunks without end",
            Goes(chunked(b""), [b"10000\r\n", &[b' '; 1 << 16][..], b"\r\n"].concat()),
            TOO_MUCH,
        ),
        row("a chunk with an extension without end", Goes(chunked(b"1;"), b"x".repeat(999)), TOO_MUCH),
        row("a chunk size without end", Goes(chunked(b""), b"0".repeat(999)), TOO_MUCH),
        row(
            "trailers without end",
            Goes(chunked(b"f\r\n{\"tea\":\"green\"}\r\n0\r\n"), b"x: y\r\n".repeat(99)),
            TOO_MUCH,
        ),
        row("a body of 130 MB", Says(whole(&vec![b' '; 130 << 20])), TOO_MUCH),
        row("answers without end", Goes(good(), good().repeat(99)), CONFORMS),
    ]
}
