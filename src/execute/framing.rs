//! Bytes of HTTP/1.1 to the parts of an answer (RFC 9112). Plain functions and a state: no I/O, no clock.
//!
//! What breaks a rule is read as far as it can be, and noted.

mod body;
mod head;

pub(super) use self::body::BodyReader;
pub(super) use self::head::{Head, HeadSearch, Headless, head, is_token, strict_head};

/// How much of a line is quoted, in characters.
const LONGEST_QUOTE: usize = 60;

/// The beginning of a line as it can be shown.
fn quoted(line: &[u8]) -> String {
    let text: String = line.escape_ascii().map(char::from).take(LONGEST_QUOTE + 1).collect();
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((at, _)) => format!("`{}…`", &text[..at]),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::body::LONGEST_LINE;
    use super::*;
    use crate::model::exchange::Ending;
    use crate::model::framing::FramingFault as Fault;
    use crate::model::limits::{Limit, Limits};

    /// Reads an answer of which `piece` bytes come at a time: its body, how it ended and what is wrong with it.
    fn read(method: &str, bytes: &[u8], piece: usize) -> (Vec<u8>, Ending, Vec<Fault>) {
        let mut search = HeadSearch::default();
        let limits = Limits::default();
        let mut came = piece.min(bytes.len());
        let end = loop {
            match search.end(&bytes[..came], &limits).expect("a head") {
                Some(end) => break end,
                None => came = (came + piece).min(bytes.len()),
            }
        };
        let mut body = head(&bytes[..end]).expect("a head").body(method);
        let (mut content, mut at) = (Vec::new(), end);
        for part in bytes[end..].chunks(piece) {
            let mut part = part;
            while !part.is_empty() && !body.is_done() {
                let taken = body.take(part);
                content.extend_from_slice(taken.content);
                at += taken.used;
                part = &part[taken.used..];
            }
        }
        body.follows(if body.is_lost() { 0 } else { bytes.len() - at });
        let ending = body.ending();
        (content, ending, body.faults.iter().map(|one| one.fault).collect())
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a row for each fault")]
    fn each_fault_is_seen_however_the_bytes_are_cut() {
        use Fault as F;
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let long = |surplus| Ending::Long { surplus };
        let rows: Vec<(&str, String, &str, Ending, &[F])> = vec![
            ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".into(), "hi", Ending::Complete, &[]),
            ("GET", "HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\nhi".into(), "hi", Ending::Complete, &[]),
            ("GET", "HTTP/1.1 200 \r\n\r\nhi".into(), "hi", Ending::Complete, &[]),
            ("GET", "HTTP/1.1 200\r\n\r\nhi".into(), "hi", Ending::Complete, &[F::StatusLine]),
            ("GET", "HTTP/1.1  200 OK\r\n\r\nhi".into(), "hi", Ending::Complete, &[F::StatusLine]),
            ("GET", "HTTP/1.1 200 OK\nA: b\n\nhi".into(), "hi", Ending::Complete, &[F::BareLf]),
            ("GET", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\nhi".into(), "hi", Ending::Complete, &[F::FoldedField]),
            ("GET", "HTTP/1.1 200 OK\r\nA : b\r\n\r\nhi".into(), "hi", Ending::Complete, &[F::SpaceBeforeColon]),
            ("GET", "HTTP/1.1 200 OK\r\nA(: b\r\n\r\nhi".into(), "hi", Ending::Complete, &[F::InvalidField]),
            ("GET", "HTTP/1.1 200 OK\r\nabc\r\n\r\nhi".into(), "hi", Ending::Complete, &[F::InvalidField]),
            ("GET", "HTTP/1.1 200 OK\r\nA: \0\r\n\r\nhi".into(), "hi", Ending::Complete, &[F::InvalidField]),
            ("GET", "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\nhi".into(), "hi", Ending::Complete, &[F::BareCr]),
            (
                "GET",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi".into(),
                "hi",
                Ending::Complete,
                &[F::DifferentLengths],
            ),
            (
                "GET",
                "HTTP/1.1 200 OK\r\nContent-Length: 2, 9\r\n\r\nhi".into(),
                "hi",
                Ending::Complete,
                &[F::DifferentLengths],
            ),
            (
                "GET",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhi".into(),
                "hi",
                Ending::Complete,
                &[F::InvalidLength],
            ),
            (
                "GET",
                "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi".into(),
                "hi",
                Ending::Complete,
                &[F::InvalidLength],
            ),
            ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi!".into(), "hi", long(1), &[F::SurplusBytes]),
            ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi".into(), "hi", Ending::Short, &[F::CutShort]),
            ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".into(), "", Ending::Complete, &[]),
            ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".into(), "", long(2), &[F::UnexpectedContent]),
            (
                "GET",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nhi".into(),
                "",
                long(2),
                &[F::UnexpectedContent],
            ),
            ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n".into(), "", Ending::Complete, &[]),
            (
                "GET",
                "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n".into(),
                "",
                Ending::Complete,
                &[F::LengthWithoutContent],
            ),
            (
                "GET",
                "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n".into(),
                "",
                Ending::Complete,
                &[F::CodingWithoutContent],
            ),
            ("GET", format!("{chunked}2\r\nhi\r\n0\r\n\r\n"), "hi", Ending::Complete, &[]),
            ("GET", format!("{chunked}1;a=b\r\nh\r\n1 ;c\r\ni\r\n00\r\nA: b\r\n\r\n"), "hi", Ending::Complete, &[]),
            ("GET", format!("{chunked}2\r\nhi\r\n0\r\n\r\nmore"), "hi", long(4), &[F::SurplusBytes]),
            ("GET", format!("{chunked}5\r\nhi"), "hi", Ending::Short, &[F::ChunksCutShort]),
            ("GET", format!("{chunked}2\r\nhi\r\n0\r\n"), "hi", Ending::Short, &[F::ChunksCutShort]),
            ("GET", format!("{chunked}2\r\nhi!\r\n0\r\n\r\n"), "hi", Ending::Short, &[F::ChunkEnd]),
            ("GET", format!("{chunked}zz\r\nhi\r\n0\r\n\r\n"), "", Ending::Short, &[F::ChunkSize]),
            ("GET", format!("{chunked}-2\r\nhi\r\n0\r\n\r\n"), "", Ending::Short, &[F::ChunkSize]),
            ("GET", format!("{chunked}\r\nhi\r\n0\r\n\r\n"), "", Ending::Short, &[F::ChunkSize]),
            ("GET", format!("{chunked}fffffffffffffffff\r\nhi"), "", Ending::Short, &[F::ChunkSize]),
            ("GET", format!("{chunked}2\nhi\r\n0\r\n\r\n"), "", Ending::Short, &[F::ChunkSize]),
            ("GET", format!("{chunked}0\r\nContent-Length: 2\r\n\r\n"), "", Ending::Complete, &[F::TrailerField]),
            (
                "GET",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n".into(),
                "hi",
                Ending::Complete,
                &[F::LengthAndCoding],
            ),
            (
                "GET",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n".into(),
                "hi",
                Ending::Complete,
                &[F::ChunkedTwice],
            ),
            ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhi".into(), "hi", Ending::Complete, &[]),
        ];
        let mut seen: Vec<F> = Vec::new();
        for (method, bytes, content, ending, faults) in rows {
            for piece in [1, 2, 3, 7, 1 << 20] {
                let read = read(method, bytes.as_bytes(), piece);
                assert_eq!(read, (content.as_bytes().to_vec(), ending, faults.to_vec()), "{bytes} by {piece}");
            }
            seen.extend(faults);
        }
        let unseen: Vec<&F> = F::ALL.iter().filter(|fault| !seen.contains(fault)).collect();
        assert!(unseen.is_empty(), "{unseen:?}");
    }

    #[test]
    fn what_is_no_head_or_too_much_of_one_is_refused_as_soon_as_it_is_seen() {
        let limits = Limits { head: 100, headers: 3, ..Limits::default() };
        let foreign = || Headless::Foreign("invalid HTTP version".into());
        for (bytes, wanted) in [
            (&b"SSH-2"[..], Err(foreign())),
            (b"\x16\x03\x01", Err(foreign())),
            (b"HTTP/2 200\r\n", Err(foreign())),
            (b"", Ok(None)),
            (b"HTTP", Ok(None)),
            (b"HTTP/1.1 200 OK\r\n", Ok(None)),
            (b"HTTP/1.1 200 OK\r\na: b\r\nc: d\r\ne: f\r\n\r\n", Ok(Some(37))),
            (b"HTTP/1.1 200 OK\r\na: b\r\nc: d\r\ne: f\r\ng: h\r\n", Err(Headless::Limit(Limit::Headers))),
            (&[b"HTTP/1.1 200 OK\r\na: ".to_vec(), vec![b'b'; 90]].concat(), Err(Headless::Limit(Limit::Head))),
            (
                &[b"HTTP/1.1 200 OK\r\na: ".to_vec(), vec![b'b'; 90], b"\r\n\r\n".to_vec()].concat(),
                Err(Headless::Limit(Limit::Head)),
            ),
        ] {
            assert_eq!(HeadSearch::default().end(bytes, &limits), wanted, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_line_of_a_chunk_and_trailers_are_bounded() {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for rest in ["1;", "0\r\na: ", "0\r\na: b\r\n"] {
            let more = if rest.ends_with('\n') { "a: b\r\n" } else { "xxxxxx" };
            let bytes = [head, rest.as_bytes(), more.repeat(LONGEST_LINE / 4).as_bytes()].concat();
            let (content, ending, faults) = read("GET", &bytes, 999);
            assert_eq!((content.len(), ending, faults.len()), (0, Ending::Short, 1), "{rest}");
        }
    }
}
