//! What was really sent and received.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Map, Value};

use super::framing::Misframings;
use super::persona::NOBODY;

/// A body up to this size needs no room of its own, in bytes.
pub const SMALL: usize = 64 << 10;

/// A larger body than this is one of a few at once, in bytes.
pub const LARGE: usize = 1 << 20;

/// A request with every template filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedRequest {
    /// The method.
    pub method: String,
    /// Scheme, host, port and path, as written.
    pub url: String,
    /// Headers in the order of sending; names in lower case. A value may be any bytes.
    pub headers: Vec<(String, String)>,
    /// The body, if one is sent.
    pub body: Option<Bytes>,
    /// Who it is sent as.
    pub persona: String,
    /// Whether it goes over a connection of its own, byte by byte.
    pub raw: bool,
    /// Whether no `Host` is sent, which only the raw transport can do.
    pub hostless: bool,
}

impl PreparedRequest {
    /// A request without headers and body, as nobody.
    #[must_use]
    pub fn by_nobody(method: &str, url: String) -> Self {
        let (headers, persona) = (Vec::new(), NOBODY.to_owned());
        Self { method: method.to_owned(), url, headers, body: None, persona, raw: false, hostless: false }
    }

    /// Whether the method changes nothing (RFC 9110, section 9.2.1).
    #[must_use]
    pub fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }
}

/// An answer, complete or cut short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The reason phrase, if there was one.
    pub reason: String,
    /// Headers in wire order; names in lower case unless the transport was raw.
    pub headers: Vec<(String, Bytes)>,
    /// The body after removal of the transfer coding, and of the content coding where it could be undone.
    pub body: Bytes,
    /// How the body ended.
    pub ending: Ending,
    /// What was seen of it besides what it says.
    pub wire: Wire,
}

/// What was seen of an answer besides what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wire {
    /// The framing rules that it breaks; none where the transport doesn't see its framing.
    pub framing: Option<Misframings>,
    /// The limit that the body reached, so that the rest of it wasn't read.
    pub cut: Option<String>,
    /// The idle time that the body reached, which counts as its end.
    pub paused: Option<String>,
    /// How many bytes the body had before its content coding was undone.
    pub encoded: Option<usize>,
    /// How the body isn't what its content coding says.
    pub miscoded: Option<String>,
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Where its framing said.
    Complete,
    /// The connection ended before the declared length, or a limit was reached.
    Short,
    /// More bytes followed on the connection; only the raw transport sees them.
    Long {
        /// How many bytes came after the end.
        surplus: usize,
    },
}

/// A request and what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was sent.
    pub request: PreparedRequest,
    /// What came back, or why nothing did.
    pub answer: Result<Answer, TransportError>,
    /// When sending began.
    pub began: Instant,
    /// From the start of sending until there was a connection; none where one was kept from before.
    pub connected: Option<Duration>,
    /// From the start of sending to the end of the answer's head, if it came.
    pub to_head: Option<Duration>,
    /// From the start of sending to the end of the body.
    pub duration: Duration,
}

/// The answer to a judged step, kept to be looked at again.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Which step of the case it was.
    pub step: usize,
    /// What was sent.
    pub request: Arc<PreparedRequest>,
    /// What came back.
    pub answer: Arc<Answer>,
    /// What earlier steps had captured.
    pub captures: Map<String, Value>,
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {cause}")]
pub struct TransportError {
    /// The kind of failure.
    pub kind: TransportFailure,
    /// The whole chain of causes.
    pub cause: String,
}

/// The kinds of failure below HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportFailure {
    /// Name resolution, connection or TLS handshake failed.
    #[error("no connection")]
    Connect,
    /// Nothing came in time.
    #[error("timeout")]
    Timeout,
    /// The connection ended before the head of an answer.
    #[error("no answer")]
    Closed,
    /// The answer was not HTTP.
    #[error("broken answer")]
    Protocol,
    /// A body or head larger than the limit.
    #[error("answer too large")]
    TooLarge,
    /// The request can't be sent as written.
    #[error("request can't be sent")]
    Request,
}

impl Answer {
    /// Why nothing can be said of the body as a whole, where that is so.
    #[must_use]
    pub fn unknown_body(&self) -> Option<&str> {
        match (&self.wire.cut, self.ending) {
            (Some(reason), _) => Some(reason),
            (None, Ending::Short) => {
                Some(self.wire.paused.as_deref().unwrap_or("the connection ended before the end of the body"))
            }
            _ => None,
        }
    }

    /// How much memory it takes, near enough, in bytes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let fields = self.headers.iter().map(|(name, value)| name.len() + value.len());
        self.reason.len() + fields.sum::<usize>() + self.body.len()
    }

    /// The same, in memory of its own unless the body is small: room for others is shared by all exchanges.
    #[must_use]
    pub fn detached(self: &Arc<Self>) -> Arc<Self> {
        if self.body.len() <= SMALL {
            return Arc::clone(self);
        }
        Arc::new(Self { body: Bytes::copy_from_slice(&self.body), ..Self::clone(self) })
    }

    /// The same to be looked back at: who waits for room holds none but that of large bodies.
    #[must_use]
    pub fn kept(&self) -> Self {
        let medium = (SMALL..=LARGE).contains(&self.body.len());
        let body = if medium { Bytes::copy_from_slice(&self.body) } else { self.body.clone() };
        Self { body, ..self.clone() }
    }

    /// How many bytes the body had on the wire, after removal of the transfer coding.
    #[must_use]
    pub fn sent_length(&self) -> usize {
        self.wire.encoded.unwrap_or(self.body.len())
    }

    /// The values of a header in wire order; the name compares without case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| &value[..])
    }
}
