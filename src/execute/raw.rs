//! One HTTP/1.1 exchange over a connection of its own, byte by byte.
//!
//! The pooled client hides how an answer is framed: what follows the declared length, the case of header names,
//! lengths that lie. This transport reads until the connection ends and says what it saw.

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;

use super::budget::{Body, Budget, Waits};
use super::client::Progress;
use super::connection::{Way, authorization};
use super::failed::{failure, no_head, unread};
use super::framing::{self, BodyReader, Head, HeadSearch};
use crate::model::exchange::{Answer, Ending, PreparedRequest, TransportError, TransportFailure, Wire};
use crate::model::limits::{Limit, Limits};
use crate::model::link::HttpVersion;

/// How long a connection may stay open after a complete answer before it counts as having nothing more to say, and how
/// long where so many said nothing in that time, or where something followed the answer and then nothing more.
const LINGER: (Duration, Duration) = (Duration::from_millis(250), Duration::from_millis(25));
const SILENT: u32 = 16;

/// How many connections in a row stayed open after an answer and said nothing.
#[derive(Default)]
pub(super) struct Silence(Cell<u32>);

impl Silence {
    fn linger(&self) -> Duration {
        if self.0.get() < SILENT { LINGER.0 } else { LINGER.1 }
    }

    /// A connection stayed open, and said so many bytes.
    fn note(&self, bytes: usize) {
        self.0.set(if bytes == 0 { self.0.get().saturating_add(1) } else { 0 });
    }
}

/// What an answer may take.
pub(super) struct Bounds<'b> {
    pub(super) limits: &'b Limits,
    /// A body that pauses longer counts as cut short.
    pub(super) pause: Duration,
    pub(super) budget: &'b Budget,
    pub(super) waits: &'b Waits,
    pub(super) silence: &'b Silence,
}

/// Sends a request and reads everything that comes back.
///
/// # Errors
/// There is no connection, no answer, or something that is none.
pub(super) async fn exchange(
    request: &PreparedRequest,
    way: &Way,
    bounds: &Bounds<'_>,
    progress: &mut Progress,
) -> Result<Answer, TransportError> {
    let unsendable = |cause: String| failure(TransportFailure::Request, cause);
    let (scheme, rest) = request.url.split_once("://").ok_or_else(|| unsendable("no scheme".into()))?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let url = Url::parse(&format!("{scheme}://{authority}/")).map_err(|error| unsendable(error.to_string()))?;
    if url.host_str().is_none() {
        return Err(unsendable("no host".into()));
    }
    let broken = |error: std::io::Error| failure(TransportFailure::Protocol, error.to_string());
    if way.version == HttpVersion::Two {
        return Err(unsendable("this can't be said over HTTP/2, which the target file asks for".into()));
    }
    let mut stream = progress.connect(way, &url).await?.bytes;
    let path = if path.is_empty() { "/" } else { path };
    let message = match way.absolute(&url) {
        None => message(request, authority, path, None),
        Some(proxy) => message(request, authority, &format!("{scheme}://{authority}{path}"), authorization(proxy)),
    };
    let sent = async {
        stream.write_all(&message).await?;
        stream.flush().await
    };
    // Who refuses a request may answer and close before it is sent as a whole.
    let unsent = sent.await.err();
    match (read(stream, &request.method, bounds, progress).await, unsent) {
        (Err(_), Some(error)) => Err(broken(error)),
        (answer, _) => answer,
    }
}

fn message(request: &PreparedRequest, authority: &str, path: &str, proxy: Option<String>) -> Vec<u8> {
    let path = path.replace(' ', "%20");
    let mut head = format!("{} {path} HTTP/1.1\r\n", request.method);
    let has = |wanted: &str| request.headers.iter().any(|(name, _)| name == wanted);
    if !has("host") && !request.hostless {
        let _ = write!(head, "host: {authority}\r\n");
    }
    for (name, value) in &request.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if let Some(value) = proxy {
        let _ = write!(head, "proxy-authorization: {value}\r\n");
    }
    let body = request.body.clone().unwrap_or_default();
    if !body.is_empty() && !has("content-length") && !has("transfer-encoding") {
        let _ = write!(head, "content-length: {}\r\n", body.len());
    }
    if !has("connection") {
        head.push_str("connection: close\r\n");
    }
    head.push_str("\r\n");
    let mut message = head.into_bytes();
    message.extend_from_slice(&body);
    message
}

async fn read<S: AsyncRead + Unpin>(
    stream: S,
    method: &str,
    bounds: &Bounds<'_>,
    progress: &mut Progress,
) -> Result<Answer, TransportError> {
    let mut source = Source { stream, buffer: Vec::new(), ended: false };
    let mut head = match bounds.limits.head_time {
        None => read_head(&mut source, bounds.limits).await?,
        Some(time) => match bounds.waits.within(time, read_head(&mut source, bounds.limits)).await {
            Some(head) => head?,
            None => return Err(failure(TransportFailure::Timeout, bounds.limits.reached(Limit::HeadTime))),
        },
    };
    progress.head_is_read();
    let mut framed = head.body(method);
    let mut body = Body::new(bounds.budget, bounds.waits, bounds.limits, framed.announced);
    let (mut wire, mut broken) = (Wire::default(), false);
    while !framed.is_done() && !framed.is_lost() && wire.cut.is_none() {
        if source.buffer.is_empty() {
            let Ok(came) = tokio::time::timeout(bounds.pause, source.more()).await else {
                wire.paused = Some(bounds.limits.paused());
                break;
            };
            // The head came, whatever becomes of the rest.
            broken = came.is_err();
            if broken || source.ended {
                break;
            }
        }
        let mut at = 0;
        while at < source.buffer.len() && !framed.is_done() && wire.cut.is_none() {
            let taken = framed.take(&source.buffer[at..]);
            wire.cut = body.copy(taken.content).await.err();
            at += taken.used;
        }
        source.buffer.drain(..at);
    }
    progress.body_is_read();
    if framed.is_done() {
        let lingering = source.drain(&mut framed, LINGER.1);
        if tokio::time::timeout(bounds.silence.linger(), lingering).await.unwrap_or(true) {
            bounds.silence.note(framed.surplus);
        }
    }
    if framed.is_doubtful {
        wire.cut.get_or_insert("nobody can tell how long the body is".into());
    }
    let ending = framed.ending();
    let ending = if broken || wire.cut.is_some() || wire.paused.is_some() { Ending::Short } else { ending };
    wire.framing = Some(framed.faults);
    let Head { status, reason, headers, .. } = head;
    Ok(Answer { status, reason, headers, body: body.whole(), ending, wire })
}

/// The head that counts: interim answers come before it.
async fn read_head<S: AsyncRead + Unpin>(source: &mut Source<S>, limits: &Limits) -> Result<Head, TransportError> {
    let mut search = HeadSearch::default();
    loop {
        if let Some(length) = search.end(&source.buffer, limits).map_err(|error| unread(error, limits))? {
            let head = framing::head(&source.buffer[..length]).map_err(|error| unread(error.into(), limits))?;
            source.buffer.drain(..length);
            if !head.is_interim() {
                return Ok(head);
            }
            search.go_on_after(length);
        } else if source.ended {
            return Err(no_head(source.buffer.is_empty()));
        } else {
            source.more().await?;
        }
    }
}

/// How much is read at once, in bytes.
const PIECE: usize = 64 << 10;

/// What follows an answer is counted up to here, in bytes.
const MOST_SURPLUS: usize = 1 << 20;

/// A connection, and what came over it that nobody has taken yet.
struct Source<S> {
    stream: S,
    buffer: Vec<u8>,
    ended: bool,
}

impl<S: AsyncRead + Unpin> Source<S> {
    /// Reads once; notes the end of the connection.
    async fn more(&mut self) -> Result<(), TransportError> {
        self.buffer.reserve(PIECE.saturating_sub(self.buffer.capacity() - self.buffer.len()).min(PIECE));
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(count) => self.ended = count == 0,
            // A peer that closes with unread bytes resets the connection; what it sent before still counts.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => self.ended = true,
            Err(error) if error.kind() == ErrorKind::ConnectionReset && !self.buffer.is_empty() => self.ended = true,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                return Err(failure(TransportFailure::Closed, error.to_string()));
            }
            Err(error) => return Err(failure(TransportFailure::Protocol, error.to_string())),
        }
        Ok(())
    }

    /// Counts what follows the end of an answer, until nothing more follows it for so long. Says whether the connection
    /// stayed open.
    async fn drain(&mut self, framed: &mut BodyReader, pause: Duration) -> bool {
        let mut surplus = 0;
        loop {
            framed.follows(self.buffer.len());
            surplus += self.buffer.len();
            self.buffer.clear();
            if self.ended || surplus > MOST_SURPLUS {
                return false;
            }
            let patience = if surplus == 0 { Duration::MAX } else { pause };
            match tokio::time::timeout(patience, self.more()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return false,
                Err(_) => return true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;
    use crate::model::link::Link;

    async fn answered(bytes: &'static [u8]) -> Result<Answer, TransportError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut buffer = [0; 1024];
            let _ = socket.read(&mut buffer).await;
            socket.write_all(bytes).await.expect("written");
        });
        let request = PreparedRequest { raw: true, ..PreparedRequest::by_nobody("GET", format!("http://{address}/x")) };
        let way = Way::new(&request.url, &Link::default()).unwrap();
        let limits = Limits { body: 1000, ..Limits::default() };
        let (budget, waits) = (Budget::for_bodies_of(limits.body), Waits::default());
        let pause = Duration::from_secs(5);
        let bounds = Bounds { limits: &limits, pause, budget: &budget, waits: &waits, silence: &Silence::default() };
        let answer = exchange(&request, &way, &bounds, &mut Progress::begin(Duration::from_secs(5))).await;
        server.await.expect("the server ended");
        answer
    }

    #[tokio::test]
    async fn framing_is_seen() {
        for (bytes, body, ending) in [
            (&b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"[..], &b"hi"[..], Ending::Complete),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi there", b"hi", Ending::Long { surplus: 6 }),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", b"hi", Ending::Short),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"hi", Ending::Complete),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi", b"hi", Ending::Short),
            (b"HTTP/1.1 204 No Content\r\n\r\nhi", b"", Ending::Long { surplus: 2 }),
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 Fine\r\n\r\nhi", b"hi", Ending::Complete),
        ] {
            let answer = answered(bytes).await.expect("an answer");
            assert_eq!((&answer.body[..], answer.ending), (body, ending), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[tokio::test]
    async fn a_body_beyond_its_limit_is_cut_with_its_reason_and_what_came_before_is_kept() {
        let bytes = Box::leak([&b"HTTP/1.1 200 OK\r\n\r\n"[..], &[b'x'; 1001]].concat().into_boxed_slice());
        let answer = answered(bytes).await.expect("an answer");
        assert_eq!((answer.status, answer.ending), (200, Ending::Short));
        assert!(answer.unknown_body().is_some_and(|reason| reason.contains("more than 1000 bytes; another limit")));
    }

    #[tokio::test]
    async fn what_is_no_answer_is_a_failure() {
        for (bytes, kind) in [
            (&b""[..], TransportFailure::Closed),
            (b"HTTP/1.1 200", TransportFailure::Closed),
            (b"garbage\r\n\r\n", TransportFailure::Protocol),
        ] {
            assert_eq!(answered(bytes).await.expect_err("a failure").kind, kind);
        }
    }

    #[tokio::test]
    async fn header_names_keep_their_case() {
        let answer = answered(b"HTTP/1.1 200 Fine\r\nX-Odd: a\r\nx-odd: b\r\n\r\n").await.expect("an answer");
        assert_eq!(answer.reason, "Fine");
        assert_eq!(answer.headers[0].0, "X-Odd");
        assert_eq!(answer.header("X-ODD").count(), 2);
    }
}
