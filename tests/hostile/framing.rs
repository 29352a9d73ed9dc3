//! Answers that break the rules by which messages are told apart: RFC 9112.

use std::time::Duration;

use crate::zoo::Manner::{Resets, Says};
use crate::zoo::{ANY, CONFORMS, GREEN, Row, Said, head, row, rows_apart, unjudged, violates, whole, with};

const NOW: Duration = Duration::ZERO;
/// Long enough for what was written to be read before a reset takes it away.
const SOON: Duration = Duration::from_millis(100);

/// The head of an answer and not all of its body.
const ENDED: Said = unjudged("the connection ended before the end of the body");
/// Nothing of HTTP/1.1.
const FOREIGN: Said = unjudged("invalid HTTP version");
/// A field that nobody should take; the raw transport sees it beside the others.
const FIELD: Said = unjudged("the head is not HTTP/1.1: invalid header ");
/// What is to be taken for an error that nobody can recover from (RFC 9112, section 6.3).
const LENGTH: Said = unjudged("Content-Length");

/// Answers that end too soon, or aren't any.
pub(crate) fn cut_short() -> Vec<Row> {
    let head_of = |length: &str| head(&format!("content-length: {length}\r\n"), b"");
    vec![
        // Others are answered well, so that it is this request that isn't.
        row("nothing", Says(Vec::new()), violates("there is no answer")),
        row("half a status line", Says(b"HTTP/1.1 2".to_vec()), violates("there is no answer")),
        row("half a head", Says(b"HTTP/1.1 200 OK\r\ncontent-".to_vec()), violates("there is no answer")),
        row("a head without its body", Says(head_of("15")), ENDED),
        row("a length that is too long", Says(head("content-length: 99\r\n", GREEN)), ENDED),
        row("a length beyond everything sent", Says(head("content-length: 9223372036854775807\r\n", GREEN)), ENDED),
        row(
            "chunks without their last",
            Says(head("transfer-encoding: chunked\r\n", b"f\r\n{\"tea\":\"green\"}\r\n")),
            ENDED,
        ),
        row("half a chunk", Says(head("transfer-encoding: chunked\r\n", b"f\r\n{\"tea\":")), ENDED),
        row("a chunk of 2⁶⁴ - 1 bytes", Says(head("transfer-encoding: chunked\r\n", b"ffffffffffffffff\r\n{}")), ENDED),
        row("a reset before anything", Resets(Vec::new(), NOW), violates("there is no answer")),
        row("a reset in the status line", Resets(b"HTTP/1.1".to_vec(), SOON), violates("there is no answer")),
        row(
            "a reset in the head",
            Resets(b"HTTP/1.1 200 OK\r\ncontent-".to_vec(), SOON),
            violates("there is no answer"),
        ),
        row("a reset after the head", Resets(head_of("15"), SOON), ENDED),
        row("a reset in the body", Resets(head("content-length: 15\r\n", b"{\"tea\":"), SOON), ENDED),
        row("a reset in a chunk", Resets(head("transfer-encoding: chunked\r\n", b"f\r\n{\"tea\":"), SOON), ENDED),
        row("a reset in a body without a length", Resets(head("", b"{\"tea\":"), SOON), ENDED),
        row("a reset after the body", Resets(whole(GREEN), SOON), CONFORMS),
        // What was sent before a reset may be lost with it.
        row("a reset with the body", Resets(whole(GREEN), NOW), ANY),
    ]
}

/// Answers that can't be understood, or in more than one way.
pub(crate) fn ambiguous() -> Vec<Row> {
    let chunked = |body: &[u8]| head("transfer-encoding: chunked\r\n", body);
    let lengths = |lengths: &str| Says(head(lengths, GREEN));
    let says = |bytes: &[u8]| Says(bytes.to_vec());
    vec![
        row("garbage", says(b"\x16\x03\x01\x00\x02\x02\x28 teapot\r\n\r\n"), FOREIGN),
        row("noughts", Says(vec![0; 999]), FOREIGN),
        row("another protocol", says(b"SSH-2.0-OpenSSH_9.6\r\n"), FOREIGN),
        row("a body without a head", says(GREEN), FOREIGN),
        row("HTTP/0.9", says(b"<html>tea</html>"), FOREIGN),
        row("HTTP/2", says(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\0\x01\0\0\0\x02\0\0\0\0"), FOREIGN),
        row(
            "a later version",
            Says(whole(GREEN).iter().map(|b| if *b == b'1' { b'9' } else { *b }).collect()),
            FOREIGN,
        ),
        row("a status that is none", says(b"HTTP/1.1 2x0 OK\r\n\r\n"), unjudged("status")),
        row("a status of four digits", says(b"HTTP/1.1 2000 OK\r\n\r\n"), unjudged("status")),
        row("a status of nought", says(b"HTTP/1.1 000 No\r\ncontent-length: 0\r\n\r\n"), unjudged("status")),
        row("a status of 999", Says(with("999 Odd", "", b"")), violates("999")),
        row("a status without a reason", Says(with("200", "content-type: application/json\r\n", GREEN)), CONFORMS),
        rows_apart(
            "a header without a colon",
            Says(head("tea green\r\ncontent-length: 15\r\n", GREEN)),
            FIELD,
            CONFORMS,
        ),
        rows_apart("a header without a name", Says(head(": green\r\ncontent-length: 15\r\n", GREEN)), FIELD, CONFORMS),
        rows_apart(
            "a blank before the colon",
            Says(head("x-b : green\r\ncontent-length: 15\r\n", GREEN)),
            FIELD,
            CONFORMS,
        ),
        rows_apart(
            "a folded header",
            Says(head("x-b: green\r\n tea\r\ncontent-length: 15\r\n", GREEN)),
            FIELD,
            CONFORMS,
        ),
        row(
            "lines that end without a return",
            says(b"HTTP/1.1 200 OK\ncontent-type: application/json\ncontent-length: 15\n\n{\"tea\":\"green\"}"),
            CONFORMS,
        ),
        rows_apart(
            "a bare return in a header",
            Says(head("x-b: a\rb\r\ncontent-length: 15\r\n", GREEN)),
            FIELD,
            CONFORMS,
        ),
        rows_apart("nought in a header", Says(head("x-b: a\0b\r\ncontent-length: 15\r\n", GREEN)), FIELD, CONFORMS),
        row("two lengths", lengths("content-length: 15\r\ncontent-length: 16\r\n"), LENGTH),
        row("one length twice", lengths("content-length: 15\r\ncontent-length: 15\r\n"), CONFORMS),
        row("a list of lengths", lengths("content-length: 15, 15\r\n"), CONFORMS),
        row("a negative length", lengths("content-length: -1\r\n"), LENGTH),
        row("a length with a sign", lengths("content-length: +15\r\n"), LENGTH),
        row("a length that is no number", lengths("content-length: tea\r\n"), LENGTH),
        row("a length beyond all bounds", lengths("content-length: 18446744073709551616\r\n"), LENGTH),
        row(
            "both a length and chunks",
            Says(head("content-length: 3\r\ntransfer-encoding: chunked\r\n", b"f\r\n{\"tea\":\"green\"}\r\n0\r\n\r\n")),
            CONFORMS,
        ),
        row("a coding that is none", Says(head("transfer-encoding: tea\r\ncontent-length: 15\r\n", GREEN)), CONFORMS),
        row(
            "chunked, twice",
            Says(head("transfer-encoding: chunked, chunked\r\n", b"f\r\n{\"tea\":\"green\"}\r\n0\r\n\r\n")),
            CONFORMS,
        ),
        row("a chunk that is too short", Says(chunked(b"3\r\n{\"tea\":\"green\"}\r\n0\r\n\r\n")), ENDED),
        row("a chunk that is too long", Says(chunked(b"ff\r\n{\"tea\":\"green\"}\r\n0\r\n\r\n")), ENDED),
        row("a chunk size that is no number", Says(chunked(b"tea\r\n{\"tea\":\"green\"}\r\n0\r\n\r\n")), ENDED),
        row("a negative chunk size", Says(chunked(b"-1\r\n{\"tea\":\"green\"}\r\n0\r\n\r\n")), ENDED),
        row("chunks that aren't any", Says(chunked(GREEN)), ENDED),
        row("a body on 204", Says(with("204 No Content", "", GREEN)), violates("204")),
        row("a body on 304", Says(with("304 Not Modified", "", GREEN)), violates("304")),
        row(
            "interim answers before a good one",
            Says([b"HTTP/1.1 100 Continue\r\n\r\n".repeat(9), whole(GREEN)].concat()),
            CONFORMS,
        ),
        row(
            "a protocol to be switched to",
            says(b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: tea\r\n\r\n\x81\x05tea"),
            violates("101"),
        ),
    ]
}
