//! Bytes of HTTP/1.1 to the parts of an answer (RFC 9112). Plain functions and a state: no I/O, no clock.
//!
//! What breaks a rule is read as far as it can be, and noted.

use bytes::Bytes;

use crate::model::exchange::Ending;
use crate::model::framing::{FramingFault as Fault, Misframings};
use crate::model::limits::{Limit, Limits};

/// The head of an answer.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) headers: Vec<(String, Bytes)>,
    pub(super) faults: Misframings,
}

/// How far the head was looked at.
#[derive(Default)]
pub(super) struct HeadSearch {
    looked_at: usize,
    lines: usize,
}

/// Why a head can't be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Headless {
    /// It isn't HTTP/1.1, and how.
    Foreign(String),
    /// A limit was reached.
    Limit(Limit),
}

impl HeadSearch {
    /// The length of the head that `bytes` begin with, once it is there; only new bytes are looked at.
    ///
    /// # Errors
    /// It isn't the head of an answer, or is too large for one.
    pub(super) fn end(&mut self, bytes: &[u8], limits: &Limits) -> Result<Option<usize>, Headless> {
        const START: &[u8] = b"HTTP/1.";
        let known = START.len().min(bytes.len());
        if bytes[..known] != START[..known] {
            return Err(Headless::Foreign("invalid HTTP version".into()));
        }
        while let Some(offset) = memchr::memchr(b'\n', &bytes[self.looked_at..]) {
            let at = self.looked_at + offset;
            let line = &bytes[self.looked_at_line(bytes)..at];
            self.looked_at = at + 1;
            if line.is_empty() || line == b"\r" {
                return if at < limits.head { Ok(Some(at + 1)) } else { Err(Headless::Limit(Limit::Head)) };
            }
            self.lines += 1;
            if self.lines > limits.headers + 1 {
                return Err(Headless::Limit(Limit::Headers));
            }
        }
        if bytes.len() > limits.head {
            return Err(Headless::Limit(Limit::Head));
        }
        Ok(None)
    }

    /// Where the line begins that is being looked at: a line may come in several pieces.
    fn looked_at_line(&self, bytes: &[u8]) -> usize {
        memchr::memrchr(b'\n', &bytes[..self.looked_at]).map_or(0, |newline| newline + 1)
    }
}

/// Reads a whole head; blank lines before it are no part of it.
///
/// # Errors
/// How it isn't one, with the rules that it breaks besides.
pub(super) fn head(bytes: &[u8]) -> Result<Head, String> {
    let mut faults = Misframings::default();
    judge_lines(bytes, &mut faults);
    let most = memchr::memchr_iter(b'\n', bytes).count();
    let mut headers = vec![httparse::EMPTY_HEADER; most];
    let mut response = httparse::Response::new(&mut headers);
    let mut lenient = httparse::ParserConfig::default();
    lenient
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .ignore_invalid_headers_in_responses(true);
    match lenient.parse_response(&mut response, bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err("it has no end".into()),
        Err(error) if faults.is_empty() => return Err(error.to_string()),
        Err(error) => return Err(format!("{error}; {faults}")),
    }
    let headers = response.headers.iter().map(|header| (header.name.to_owned(), unfolded(header.value))).collect();
    let status = response.code.unwrap_or_default();
    Ok(Head { status, reason: response.reason.unwrap_or_default().to_owned(), headers, faults })
}

/// A value in one line: a fold stands for blanks (RFC 9112, section 5.2).
fn unfolded(value: &[u8]) -> Bytes {
    if memchr::memchr2(b'\r', b'\n', value).is_none() {
        return Bytes::copy_from_slice(value);
    }
    value.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }).collect()
}

/// Notes what is wrong with the lines of a head.
fn judge_lines(head: &[u8], faults: &mut Misframings) {
    for (index, line) in head.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let whole = line.strip_suffix(b"\n").unwrap_or(line);
        let line = whole.strip_suffix(b"\r").unwrap_or(whole);
        let named = || if index == 0 { "the status line".to_owned() } else { format!("the field {}", quoted(line)) };
        if line.len() == whole.len() {
            let what = if line.is_empty() { "the end of the head".to_owned() } else { named() };
            faults.note(Fault::BareLf, format!("{what} ends with LF alone"));
        }
        if memchr::memchr(b'\r', line).is_some() {
            faults.note(Fault::BareCr, format!("a CR stands within {}", named()));
        }
        match index {
            0 if !is_status_line(line) => {
                faults.note(Fault::StatusLine, format!("the status line is {}", quoted(line)))
            }
            0 => {}
            _ => judge_field(line, faults),
        }
    }
}

fn judge_field(line: &[u8], faults: &mut Misframings) {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    if line.is_empty() {
        return;
    }
    if line.first().is_some_and(|byte| blank(byte)) {
        return faults.note(Fault::FoldedField, format!("a field goes on in a second line, {}", quoted(line)));
    }
    let Some(colon) = memchr::memchr(b':', line) else {
        return faults.note(Fault::InvalidField, format!("there is no colon in {}", quoted(line)));
    };
    let (name, value) = line.split_at(colon);
    let bare = name.trim_ascii_end();
    if bare.len() < name.len() {
        faults.note(Fault::SpaceBeforeColon, format!("a blank stands before the colon of {}", quoted(line)));
    }
    if bare.is_empty() || !bare.iter().all(|byte| is_token(*byte)) {
        faults.note(Fault::InvalidField, format!("{} is no name of a field", quoted(bare)));
    } else if value.iter().any(|byte| (byte.is_ascii_control() && *byte != b'\t') && *byte != b'\r') {
        faults.note(Fault::InvalidField, format!("control characters stand in the value of {}", quoted(bare)));
    }
}

/// `HTTP/1.1`, a blank, three digits, a blank, and a reason or none.
fn is_status_line(line: &[u8]) -> bool {
    let version = line.starts_with(b"HTTP/1.") && line.get(7).is_some_and(u8::is_ascii_digit);
    let code = line.get(9..12).is_some_and(|code| code.iter().all(u8::is_ascii_digit));
    let blanks = line.get(8) == Some(&b' ') && line.get(12) == Some(&b' ');
    let reason = line.get(13..).unwrap_or_default();
    version && code && blanks && reason.first() != Some(&b' ')
}

/// Whether the byte can stand in the name of a field (RFC 9110, section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

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

impl Head {
    /// The values of a field.
    fn values(&self, name: &str) -> impl Iterator<Item = String> {
        let named = self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| String::from_utf8_lossy(value).trim().to_owned())
    }

    /// How the body is framed (RFC 9112, section 6.3).
    pub(super) fn body(&mut self, method: &str) -> BodyReader {
        let lengths: Vec<String> = self.values("content-length").collect();
        let codings: Vec<String> = self.values("transfer-encoding").collect();
        let interim_or_empty = self.status / 100 == 1 || self.status == 204;
        let length = self.length(&lengths);
        let mut faults = std::mem::take(&mut self.faults);
        if !codings.is_empty() && !lengths.is_empty() {
            let seen = format!("Content-Length: {} and Transfer-Encoding: {}", lengths.join(", "), codings.join(", "));
            faults.note(Fault::LengthAndCoding, seen);
        }
        if interim_or_empty && !lengths.is_empty() {
            let seen = format!("a {} has Content-Length: {}", self.status, lengths.join(", "));
            faults.note(Fault::LengthWithoutContent, seen);
        }
        if interim_or_empty && !codings.is_empty() {
            let seen = format!("a {} has Transfer-Encoding: {}", self.status, codings.join(", "));
            faults.note(Fault::CodingWithoutContent, seen);
        }
        let coded = codings.join(",").to_ascii_lowercase();
        let chunked = coded.split(',').filter(|coding| coding.trim() == "chunked").count();
        if chunked > 1 {
            faults.note(Fault::ChunkedTwice, format!("Transfer-Encoding: {}", codings.join(", ")));
        }
        let state = if method == "HEAD" || interim_or_empty || self.status == 304 {
            State::Nothing
        } else if !codings.is_empty() {
            let last = coded.split(',').next_back().is_some_and(|coding| coding.trim() == "chunked");
            if last { State::Size(Vec::new()) } else { State::UntilClose }
        } else {
            length.map_or(State::UntilClose, State::Left)
        };
        let (announced, declared) = match state {
            State::Left(length) => (usize::try_from(length).ok(), Some(length)),
            _ => (None, None),
        };
        BodyReader { state, announced, declared, content: 0, surplus: 0, faults }
    }

    /// The length that is declared, the first of several.
    fn length(&mut self, values: &[String]) -> Option<u64> {
        let members: Vec<&str> = values.iter().flat_map(|value| value.split(',')).map(str::trim).collect();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = |text: &&str| if digits(text) { text.parse::<u64>().ok() } else { None };
        for wrong in members.iter().filter(|member| number(member).is_none()) {
            self.faults.note(Fault::InvalidLength, format!("Content-Length is {}", quoted(wrong.as_bytes())));
        }
        let numbers: Vec<u64> = members.iter().filter_map(number).collect();
        if let Some(other) = numbers.iter().find(|number| **number != numbers[0]) {
            self.faults.note(Fault::DifferentLengths, format!("Content-Length: {} and {other} differ", numbers[0]));
        }
        numbers.first().copied()
    }
}

/// The body of an answer as its bytes come in.
pub(super) struct BodyReader {
    state: State,
    /// How long the content will be, if that is declared.
    pub(super) announced: Option<usize>,
    declared: Option<u64>,
    content: u64,
    surplus: usize,
    pub(super) faults: Misframings,
}

enum State {
    /// There is no content.
    Nothing,
    /// So many bytes of content are still to come.
    Left(u64),
    UntilClose,
    /// The line with the size of a chunk, as far as it came.
    Size(Vec<u8>),
    /// So many bytes of a chunk are still to come.
    Chunk(u64),
    /// The line end after a chunk, as far as it came.
    ChunkEnd(Vec<u8>),
    /// The trailers, as far as the line that is being read, and how many bytes they have.
    Trailers(Vec<u8>, usize),
    Done,
    /// What follows can't be understood.
    Lost,
}

/// What became of some bytes.
pub(super) struct Taken<'b> {
    /// How many of them were taken.
    pub(super) used: usize,
    /// The content among them.
    pub(super) content: &'b [u8],
}

/// The longest line with the size of a chunk, extensions included, and the longest trailers, in bytes.
const LONGEST_LINE: usize = 16 << 10;

impl BodyReader {
    /// Whether the body has ended, so that nothing more belongs to it.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.state, State::Done | State::Nothing | State::Left(0))
    }

    /// Whether what follows can't be understood any more.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self.state, State::Lost)
    }

    /// Takes what can be taken of bytes at once; all of them are taken after some calls, unless the body has ended.
    pub(super) fn take<'b>(&mut self, bytes: &'b [u8]) -> Taken<'b> {
        let nothing = |used| Taken { used, content: &[] };
        if self.is_done() {
            return nothing(0);
        }
        let state = std::mem::replace(&mut self.state, State::Lost);
        match state {
            State::Left(left) => {
                let content = self.content_of(bytes, left);
                self.state = State::Left(left - content.len() as u64);
                Taken { used: content.len(), content }
            }
            State::UntilClose => {
                self.state = State::UntilClose;
                let content = self.content_of(bytes, u64::MAX);
                Taken { used: content.len(), content }
            }
            State::Chunk(left) => {
                let content = self.content_of(bytes, left);
                let left = left - content.len() as u64;
                self.state = if left == 0 { State::ChunkEnd(Vec::new()) } else { State::Chunk(left) };
                Taken { used: content.len(), content }
            }
            State::ChunkEnd(mut end) => {
                let used = (2 - end.len()).min(bytes.len());
                end.extend_from_slice(&bytes[..used]);
                self.state = match end.as_slice() {
                    b"\r\n" => State::Size(Vec::new()),
                    b"\r" => State::ChunkEnd(end),
                    other => {
                        self.faults.note(Fault::ChunkEnd, format!("{} stands where a chunk ends", quoted(other)));
                        State::Lost
                    }
                };
                nothing(used)
            }
            State::Size(mut line) => {
                let used = line_of(bytes, &mut line);
                self.state = match line.strip_suffix(b"\n") {
                    Some(whole) => self.after_size(whole),
                    None if line.len() > LONGEST_LINE => self.no_size(&line),
                    None => State::Size(line),
                };
                nothing(used)
            }
            State::Trailers(mut line, before) => {
                let used = line_of(bytes, &mut line);
                let length = before + used;
                self.state = match line.strip_suffix(b"\n") {
                    Some(b"" | b"\r") => State::Done,
                    _ if length > LONGEST_LINE => {
                        self.faults
                            .note(Fault::TrailerField, format!("the trailers have more than {LONGEST_LINE} bytes"));
                        State::Lost
                    }
                    Some(whole) => {
                        self.trailer(whole);
                        State::Trailers(Vec::new(), length)
                    }
                    None => State::Trailers(line, length),
                };
                nothing(used)
            }
            State::Nothing | State::Done | State::Lost => {
                self.state = state;
                nothing(bytes.len())
            }
        }
    }

    fn content_of<'b>(&mut self, bytes: &'b [u8], most: u64) -> &'b [u8] {
        let length = usize::try_from(most).unwrap_or(usize::MAX).min(bytes.len());
        self.content += length as u64;
        &bytes[..length]
    }

    fn after_size(&mut self, line: &[u8]) -> State {
        let text = line.strip_suffix(b"\r").unwrap_or(line);
        let digits = text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let (number, rest) = text.split_at(digits);
        let extension = rest.trim_ascii_start();
        let number = std::str::from_utf8(number).ok().and_then(|number| u64::from_str_radix(number, 16).ok());
        match number.filter(|_| extension.is_empty() || extension.starts_with(b";")) {
            Some(_) if text.len() == line.len() => {
                self.faults.note(Fault::ChunkSize, format!("the size {} ends with LF alone", quoted(text)));
                State::Lost
            }
            Some(0) => State::Trailers(Vec::new(), 0),
            Some(size) => State::Chunk(size),
            None => self.no_size(text),
        }
    }

    fn no_size(&mut self, line: &[u8]) -> State {
        self.faults.note(Fault::ChunkSize, format!("the size of a chunk is {}", quoted(line)));
        State::Lost
    }

    fn trailer(&mut self, line: &[u8]) {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
        if [&b"content-length"[..], b"transfer-encoding"].iter().any(|framing| name.eq_ignore_ascii_case(framing)) {
            self.faults.note(Fault::TrailerField, format!("{} stands in the trailers", quoted(name)));
        }
    }

    /// Counts bytes that follow the end.
    pub(super) fn follows(&mut self, bytes: usize) {
        self.surplus += bytes;
    }

    /// How the body ended, when nothing more comes.
    pub(super) fn ending(&mut self) -> Ending {
        let without_content = matches!(self.state, State::Nothing);
        match &self.state {
            State::Nothing | State::Done | State::Left(0) if self.surplus > 0 => {
                let (fault, what) = if without_content {
                    (Fault::UnexpectedContent, "an answer that has no content")
                } else {
                    (Fault::SurplusBytes, "the end of the answer")
                };
                self.faults.note(fault, format!("{} bytes follow {what}", self.surplus));
                return Ending::Long { surplus: self.surplus };
            }
            State::Nothing | State::Done | State::Left(0) | State::UntilClose => return Ending::Complete,
            State::Left(_) => {
                let declared = self.declared.unwrap_or_default();
                let seen = format!("Content-Length is {declared}, and {} bytes came", self.content);
                self.faults.note(Fault::CutShort, seen);
            }
            State::Size(_) | State::Chunk(_) | State::ChunkEnd(_) | State::Trailers(..) => {
                self.faults.note(Fault::ChunksCutShort, "there is no last chunk, or no end of it");
            }
            State::Lost => {}
        }
        Ending::Short
    }
}

/// Adds the rest of a line to its beginning, as far as it is there, and says how many bytes were taken.
fn line_of(bytes: &[u8], line: &mut Vec<u8>) -> usize {
    let used = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |newline| newline + 1);
    line.extend_from_slice(&bytes[..used]);
    used
}

#[cfg(test)]
mod tests {
    use super::*;

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
