//! The body of an answer, as its bytes come in.

use super::quoted;
use crate::model::exchange::Ending;
use crate::model::framing::{FramingFault as Fault, Misframings};

/// The body of an answer as its bytes come in.
pub(in crate::execute) struct BodyReader {
    state: State,
    /// How long the content will be, if that is declared.
    pub(in crate::execute) announced: Option<usize>,
    declared: Option<u64>,
    content: u64,
    /// How many bytes follow its end.
    pub(in crate::execute) surplus: usize,
    /// Whether its length is given in a way that is to be taken for an error (RFC 9112, section 6.3).
    pub(in crate::execute) is_doubtful: bool,
    pub(in crate::execute) faults: Misframings,
}

/// Where in a body the next byte stands.
pub(super) enum State {
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
pub(in crate::execute) struct Taken<'b> {
    /// How many of them were taken.
    pub(in crate::execute) used: usize,
    /// The content among them.
    pub(in crate::execute) content: &'b [u8],
}

/// The longest line with the size of a chunk, extensions included, and the longest trailers, in bytes.
pub(super) const LONGEST_LINE: usize = 16 << 10;

impl BodyReader {
    pub(super) fn new(state: State, faults: Misframings) -> Self {
        let (announced, declared) = match state {
            State::Left(length) => (usize::try_from(length).ok(), Some(length)),
            _ => (None, None),
        };
        Self { state, announced, declared, content: 0, surplus: 0, is_doubtful: false, faults }
    }

    /// Whether the body has ended, so that nothing more belongs to it.
    pub(in crate::execute) fn is_done(&self) -> bool {
        matches!(self.state, State::Done | State::Nothing | State::Left(0))
    }

    /// How many bytes are still to come, if that is known.
    pub(in crate::execute) fn left(&self) -> Option<usize> {
        match self.state {
            State::Left(left) => usize::try_from(left).ok(),
            _ => None,
        }
    }

    /// Whether the body is everything until the connection ends.
    pub(in crate::execute) fn ends_with_connection(&self) -> bool {
        matches!(self.state, State::UntilClose)
    }

    /// Whether what follows can't be understood any more.
    pub(in crate::execute) fn is_lost(&self) -> bool {
        matches!(self.state, State::Lost)
    }

    /// Takes what can be taken of bytes at once; all of them are taken after some calls, unless the body has ended.
    pub(in crate::execute) fn take<'b>(&mut self, bytes: &'b [u8]) -> Taken<'b> {
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
    pub(in crate::execute) fn follows(&mut self, bytes: usize) {
        self.surplus += bytes;
    }

    /// How the body ended, when nothing more comes.
    pub(in crate::execute) fn ending(&mut self) -> Ending {
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
