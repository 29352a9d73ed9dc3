//! The head of an answer, and how it says that the body is framed.

use std::borrow::Cow;
use std::mem::MaybeUninit;

use bytes::Bytes;

use super::body::{BodyReader, State};
use super::quoted;
use crate::model::framing::{FramingFault as Fault, Misframings};
use crate::model::limits::{Limit, Limits};

/// So many fields are read without room that has to be made for them.
const USUAL: usize = 32;

/// The head of an answer.
pub(in crate::execute) struct Head {
    /// The minor version of HTTP/1.
    version: u8,
    pub(in crate::execute) status: u16,
    pub(in crate::execute) reason: String,
    pub(in crate::execute) headers: Vec<(String, Bytes)>,
    pub(in crate::execute) faults: Misframings,
}

/// How far the head was looked at.
#[derive(Default)]
pub(in crate::execute) struct HeadSearch {
    looked_at: usize,
    lines: usize,
    /// How many bytes the interim heads before it had.
    earlier: usize,
}

/// Why a head can't be read.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::execute) enum Headless {
    /// It isn't HTTP/1.1, and how.
    Foreign(String),
    /// A limit was reached.
    Limit(Limit),
}

impl From<String> for Headless {
    fn from(cause: String) -> Self {
        Self::Foreign(cause)
    }
}

impl HeadSearch {
    /// Whether nothing was looked at yet of this head.
    pub(in crate::execute) fn is_new(&self) -> bool {
        self.looked_at == 0
    }

    /// The head that was found was an interim one of so many bytes, which are gone now. A server may say without end that
    /// it is about to answer: all heads together are no more than one may be.
    pub(in crate::execute) fn go_on_after(&mut self, length: usize) {
        *self = Self { earlier: self.earlier + length, ..Self::default() };
    }

    /// The length of the head that `bytes` begin with, once it is there; only new bytes are looked at.
    ///
    /// # Errors
    /// It isn't the head of an answer, or is too large for one.
    pub(in crate::execute) fn end(&mut self, bytes: &[u8], limits: &Limits) -> Result<Option<usize>, Headless> {
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
                return if at + self.earlier < limits.head {
                    Ok(Some(at + 1))
                } else {
                    Err(Headless::Limit(Limit::Head))
                };
            }
            self.lines += 1;
            if self.lines > limits.headers + 1 {
                return Err(Headless::Limit(Limit::Headers));
            }
        }
        if bytes.len() + self.earlier > limits.head {
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
pub(in crate::execute) fn head(bytes: &[u8]) -> Result<Head, String> {
    let faults = faults_of(bytes);
    let bytes = &*without_gaps(bytes);
    let most = memchr::memchr_iter(b'\n', bytes).count();
    let mut headers = vec![httparse::EMPTY_HEADER; most];
    let mut response = httparse::Response::new(&mut headers);
    let mut lenient = httparse::ParserConfig::default();
    lenient
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .ignore_invalid_headers_in_responses(true);
    whole(lenient.parse_response(&mut response, bytes), || faults.clone())?;
    Ok(Head { faults, ..head_of(&response, unfolded)? })
}

/// Reads a whole head that leaves no doubt how it is meant; its faults aren't looked for.
///
/// # Errors
/// How it isn't one, with the rules that it breaks.
pub(in crate::execute) fn strict_head(bytes: &Bytes) -> Result<Head, String> {
    let mut usual = [MaybeUninit::uninit(); USUAL];
    let mut more = Vec::new();
    let mut response = httparse::Response::new(&mut []);
    let parser = httparse::ParserConfig::default();
    let mut parsed = parser.parse_response_with_uninit_headers(&mut response, bytes, &mut usual);
    if parsed == Err(httparse::Error::TooManyHeaders) {
        more.resize(memchr::memchr_iter(b'\n', bytes).count(), MaybeUninit::uninit());
        parsed = parser.parse_response_with_uninit_headers(&mut response, bytes, &mut more);
    }
    whole(parsed, || faults_of(bytes))?;
    head_of(&response, |value| bytes.slice_ref(value))
}

/// Whether a head was read to its end, or why not, with the rules that it breaks.
fn whole(parsed: httparse::Result<usize>, faults: impl FnOnce() -> Misframings) -> Result<(), String> {
    match parsed {
        Ok(httparse::Status::Complete(_)) => Ok(()),
        Ok(httparse::Status::Partial) => Err("it has no end".into()),
        Err(error) => {
            let faults = faults();
            Err(if faults.is_empty() { error.to_string() } else { format!("{error}; {faults}") })
        }
    }
}

/// What a head says that could be read.
fn head_of(response: &httparse::Response<'_, '_>, value: impl Fn(&[u8]) -> Bytes) -> Result<Head, String> {
    let headers = response.headers.iter().map(|header| (header.name.to_owned(), value(header.value))).collect();
    let status = response.code.filter(|code| *code >= 100).ok_or("invalid response status")?;
    let (version, reason) = (response.version.unwrap_or_default(), response.reason.unwrap_or_default().to_owned());
    Ok(Head { version, status, reason, headers, faults: Misframings::default() })
}

/// The head with a blank for each NUL and for each CR that ends no line (RFC 9110, section 5.5; RFC 9112, section 2.2).
fn without_gaps(head: &[u8]) -> Cow<'_, [u8]> {
    let is_gap = |at: usize| match head[at] {
        b'\0' => true,
        b'\r' => head.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    let gaps: Vec<usize> = memchr::memchr2_iter(b'\0', b'\r', head).filter(|at| is_gap(*at)).collect();
    if gaps.is_empty() {
        return Cow::Borrowed(head);
    }
    let mut bridged = head.to_vec();
    for at in gaps {
        bridged[at] = b' ';
    }
    Cow::Owned(bridged)
}

/// A value in one line: a fold stands for blanks (RFC 9112, section 5.2).
fn unfolded(value: &[u8]) -> Bytes {
    if memchr::memchr2(b'\r', b'\n', value).is_none() {
        return Bytes::copy_from_slice(value);
    }
    value.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }).collect()
}

/// What is wrong with the lines of a head.
fn faults_of(head: &[u8]) -> Misframings {
    let mut faults = Misframings::default();
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
                faults.note(Fault::StatusLine, format!("the status line is {}", quoted(line)));
            }
            0 => {}
            _ => judge_field(line, &mut faults),
        }
    }
    faults
}

fn judge_field(line: &[u8], faults: &mut Misframings) {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    if line.is_empty() {
        return;
    }
    if line.first().is_some_and(blank) {
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
pub(in crate::execute) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

impl Head {
    /// The values of a field.
    fn values(&self, name: &str) -> impl Iterator<Item = String> {
        let named = self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| String::from_utf8_lossy(value).trim().to_owned())
    }

    /// One that somebody else has read.
    pub(in crate::execute) fn read(status: u16, reason: String, headers: Vec<(String, Bytes)>) -> Self {
        Self { version: 1, status, reason, headers, faults: Misframings::default() }
    }

    /// Whether another head follows that counts; 101 is the last of HTTP (RFC 9110, section 15.2).
    pub(in crate::execute) fn is_interim(&self) -> bool {
        self.status / 100 == 1 && self.status != 101
    }

    /// Whether another exchange may follow over the connection (RFC 9112, section 9.3).
    pub(in crate::execute) fn persists(&self) -> bool {
        let says = |wanted: &str| {
            let mut options = self.values("connection");
            options.any(|options| options.split(',').any(|option| option.trim().eq_ignore_ascii_case(wanted)))
        };
        let is_framed_twice =
            self.values("content-length").next().is_some() && self.values("transfer-encoding").next().is_some();
        self.status != 101 && !is_framed_twice && if self.version == 0 { says("keep-alive") } else { !says("close") }
    }

    /// How the body is framed (RFC 9112, section 6.3).
    pub(in crate::execute) fn body(&mut self, method: &str) -> BodyReader {
        if let Some(length) = self.plain_length().filter(|_| method != "HEAD") {
            return BodyReader::new(State::Left(length), std::mem::take(&mut self.faults));
        }
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
        let wrong = |fault| matches!(fault, Fault::DifferentLengths | Fault::InvalidLength);
        let by_length = codings.is_empty() && !matches!(state, State::Nothing);
        let mut reader = BodyReader::new(state, faults);
        reader.is_doubtful = by_length && reader.faults.iter().any(|one| wrong(one.fault));
        reader
    }

    /// The length that is declared, where nothing else says how the body is framed; most answers have it.
    fn plain_length(&self) -> Option<u64> {
        let mut length = None;
        for (name, value) in &self.headers {
            if name.eq_ignore_ascii_case("content-length") {
                let digits = value.iter().all(u8::is_ascii_digit).then_some(value).filter(|_| length.is_none())?;
                length = Some(str::from_utf8(digits).ok()?.parse().ok()?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                return None;
            }
        }
        length.filter(|_| self.status >= 200 && !matches!(self.status, 204 | 304))
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
