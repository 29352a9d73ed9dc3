//! A connection that speaks HTTP/1.1, and the exchanges over it, one after the other.
//!
//! Nobody drives the connection but the exchange that has it: no task has to be woken for another, and what a server
//! says between two exchanges is seen before the next one begins.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWrite as _, ReadBuf};

use super::failed::{Broken, failure, no_head, unanswered, unread};
use super::framing::{self, BodyReader, Head, HeadSearch};
use super::message::Message;
use super::socket::{Heard, Layer, Socket, Stream};
use crate::model::exchange::{Ending, TransportError, TransportFailure};
use crate::model::limits::Limits;

/// A connection over which one exchange at a time goes.
pub(super) struct Connection {
    stream: Layer,
    socket: Socket,
    /// What came, and nobody took yet.
    came: BytesMut,
    /// How many bytes are expected at once, if that is much.
    expected: usize,
    /// Whether the peer ended the connection.
    ended: bool,
    exchanges: Exchanges,
    limits: Limits,
}

/// The exchanges over a connection so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exchanges {
    None,
    /// The last one; nothing is known that lets another follow.
    Last,
    /// Another may follow.
    Persist,
}

/// How much is read at once, in bytes: of most answers all, with nothing that is kept for it; of what is larger than
/// that; and of what is announced to be.
const ROOM: usize = 8 << 10;
const PIECE: usize = 64 << 10;
const MOST: usize = 256 << 10;

/// The body of an answer as it comes in, while the rest of what it answers may still go out.
pub(super) struct Incoming<'m> {
    body: BodyReader,
    sending: Sending<'m>,
}

impl Incoming<'_> {
    /// How long the content will be, if that is declared.
    pub(super) fn announced(&self) -> Option<usize> {
        self.body.announced
    }
}

/// A message on its way.
struct Sending<'m> {
    unsent: [&'m [u8]; 2],
    is_flushed: bool,
    /// Why the rest of it can't be sent.
    failed: Option<io::Error>,
}

impl Sending<'_> {
    /// Writes as much as goes.
    fn go_on(&mut self, stream: &mut Layer, context: &mut Context<'_>) {
        if self.is_flushed || self.failed.is_some() {
            return;
        }
        match self.poll(stream, context) {
            Poll::Pending => {}
            Poll::Ready(Ok(())) => self.is_flushed = true,
            Poll::Ready(Err(error)) => self.failed = Some(error),
        }
    }

    fn poll(&mut self, stream: &mut Layer, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        for piece in &mut self.unsent {
            while !piece.is_empty() {
                let length = ready!(Pin::new(&mut *stream).poll_write(context, piece))?;
                if length == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                *piece = &piece[length..];
            }
        }
        Pin::new(stream).poll_flush(context)
    }
}

impl Connection {
    /// Begins to speak HTTP.
    pub(super) fn new(stream: Stream, limits: &Limits) -> Self {
        let Stream { bytes, socket } = stream;
        let (came, exchanges) = (BytesMut::new(), Exchanges::None);
        Self { stream: bytes, socket, came, expected: 0, ended: false, exchanges, limits: *limits }
    }

    /// Sends a message and reads the head of its answer.
    ///
    /// # Errors
    /// The connection ended before, or what came is no head or too much of one.
    pub(super) async fn send<'m>(&mut self, message: &'m Message<'_>) -> Result<(Head, Incoming<'m>), TransportError> {
        if self.exchanges == Exchanges::None {
            self.overhear();
            if !self.came.is_empty() {
                return Err(failure(TransportFailure::Protocol, "the server spoke before anything was asked"));
            }
        }
        (self.exchanges, self.expected) = (Exchanges::Last, 0);
        let mut sending = Sending { unsent: message.pieces(), is_flushed: false, failed: None };
        let mut search = HeadSearch::default();
        loop {
            if let Some(head) = self.head(&mut search)? {
                return self.begun(head, message, sending);
            }
            if self.ended {
                let early = || no_head(self.came.is_empty());
                return Err(sending.failed.map_or_else(early, |error| unanswered(&error)));
            }
            // Who refuses a request may answer before it is sent as a whole.
            let more = poll_fn(|context| {
                sending.go_on(&mut self.stream, context);
                self.poll_more(context)
            });
            more.await.map_err(|error| unanswered(&error))?;
        }
    }

    /// The head that counts, once it is there.
    fn head(&mut self, search: &mut HeadSearch) -> Result<Option<Head>, TransportError> {
        loop {
            if search.is_new() {
                // Some servers end an answer with a blank line too many.
                let blanks = self.came.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                self.came.advance(blanks);
            }
            let Some(length) = search.end(&self.came, &self.limits).map_err(|error| unread(error, &self.limits))?
            else {
                return Ok(None);
            };
            let bytes = self.came.split_to(length).freeze();
            let head = framing::strict_head(&bytes).map_err(|error| unread(error.into(), &self.limits))?;
            if !head.is_interim() {
                return Ok(Some(head));
            }
            search.go_on_after(length);
        }
    }

    /// An answer whose head came.
    fn begun<'m>(
        &mut self,
        mut head: Head,
        message: &Message<'_>,
        sending: Sending<'m>,
    ) -> Result<(Head, Incoming<'m>), TransportError> {
        let body = head.body(message.method());
        if body.is_doubtful {
            return Err(unread(body.faults.to_string().into(), &self.limits));
        }
        if sending.is_flushed && message.persists() && head.persists() && !body.ends_with_connection() {
            self.exchanges = Exchanges::Persist;
        }
        Ok((head, Incoming { body, sending }))
    }

    /// The next piece of an answer's body; none at its end.
    pub(super) async fn piece(&mut self, incoming: &mut Incoming<'_>) -> Option<Result<Bytes, Broken>> {
        let Incoming { body, sending } = incoming;
        while !body.is_done() {
            if body.is_lost() {
                self.exchanges = Exchanges::Last;
                return Some(Err(Broken));
            }
            if !self.came.is_empty() {
                let taken = body.take(&self.came);
                let (used, has_content) = (taken.used, !taken.content.is_empty());
                // Content stands alone.
                let piece = self.came.split_to(used);
                if has_content {
                    return Some(Ok(piece.freeze()));
                }
            } else if self.ended {
                return (body.ending() != Ending::Complete).then_some(Err(Broken));
            } else {
                self.expected = body.left().map_or(self.expected, |left| left.min(MOST));
                let more = poll_fn(|context| {
                    sending.go_on(&mut self.stream, context);
                    self.poll_more(context)
                });
                if more.await.is_err() {
                    self.ended = true;
                    return Some(Err(Broken));
                }
            }
        }
        if self.came.is_empty() {
            // What is left of its room isn't kept for as long as the connection.
            self.came = BytesMut::new();
        }
        self.expected = 0;
        None
    }

    /// Reads once; notes the end of the connection.
    fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let length = if self.expected > ROOM {
            self.came.reserve(self.expected);
            ready!(pin!(self.stream.read_buf(&mut self.came)).poll(context))?
        } else {
            let mut room = [MaybeUninit::uninit(); ROOM];
            let mut read = ReadBuf::uninit(&mut room);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut read))?;
            self.came.extend_from_slice(read.filled());
            let length = read.filled().len();
            if length == ROOM {
                self.expected = PIECE;
            }
            length
        };
        self.ended = length == 0;
        Poll::Ready(Ok(()))
    }

    /// Reads what is there already.
    fn overhear(&mut self) {
        // What the peer says from now on must not wake the exchange that is over.
        let mut context = Context::from_waker(Waker::noop());
        if !self.ended
            && self.came.is_empty()
            && let Poll::Ready(Err(_)) = self.poll_more(&mut context)
        {
            self.ended = true;
        }
    }

    /// Whether another exchange can go over the connection, as far as the one that is over tells.
    pub(super) fn is_open(&mut self) -> bool {
        self.overhear();
        self.exchanges == Exchanges::Persist && !self.ended && self.came.is_empty()
    }

    /// Whether more came with an answer than belonged to it.
    pub(super) fn is_overrun(&self) -> bool {
        !self.came.is_empty()
    }

    /// What the peer said since that nobody asked for: it would be taken for the next answer.
    pub(super) fn heard(&self) -> Heard {
        if self.is_overrun() { Heard::More } else { self.socket.heard() }
    }

    /// Whether the peer goes on to speak within this time. Nothing else can be done with a connection that does.
    pub(super) async fn says_more(&mut self, patience: Duration) -> bool {
        // What came together with the answer was read with it.
        if !self.is_open() && self.is_overrun() {
            return true;
        }
        let _ = tokio::time::timeout(patience, self.socket.readable()).await;
        self.heard() == Heard::More
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::{TcpListener, TcpStream};
    use tokio::task::coop::poll_proceed;

    use super::*;
    use crate::execute::connection::Way;
    use crate::model::exchange::PreparedRequest;
    use crate::model::link::Link;

    /// How often something may be done in one turn of a task (`tokio::task::coop`).
    const TURN: usize = 128;

    /// A server that says this to each message, piece by piece, and a connection to it.
    async fn connected(pieces: Vec<Vec<u8>>) -> Connection {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            while socket.read(&mut [0; 1024]).await.is_ok_and(|length| length > 0) {
                for piece in &pieces {
                    let _ = socket.write_all(piece).await;
                    tokio::task::yield_now().await;
                }
            }
        });
        let socket = Socket::new(TcpStream::connect(address).await.expect("a connection"));
        Connection::new(Stream { bytes: Layer::Plain(socket.clone()), socket }, &Limits::default())
    }

    fn request() -> PreparedRequest {
        PreparedRequest::by_nobody("GET", "http://h/".into())
    }

    fn message(request: &PreparedRequest) -> Message<'_> {
        let way = Way::new("http://h", &Link::default()).expect("a way");
        Message::new(request, None, &way).expect("a message")
    }

    async fn whole(connection: &mut Connection, body: &mut Incoming<'_>) -> Option<Vec<u8>> {
        let mut whole = Vec::new();
        while let Some(piece) = connection.piece(body).await {
            whole.extend_from_slice(&piece.ok()?);
        }
        Some(whole)
    }

    #[tokio::test]
    async fn exchanges_follow_each_other_where_the_answers_let_them() {
        let request = request();
        let message = message(&request);
        let long = vec![b'x'; 3 * PIECE];
        let announced = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", long.len());
        for (answer, body, is_open) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi", true),
            ("HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi", true),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\nA: b\r\n\r\n", "hi", true),
            ("HTTP/1.1 204 No Content\r\n\r\n", "", true),
            ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi", "hi", true),
            ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi", false),
            ("HTTP/1.1 200 OK\r\nConnection: a, Close\r\nContent-Length: 2\r\n\r\nhi", "hi", false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi!", "hi", false),
            ("HTTP/1.1 101 Switching\r\n\r\n", "", false),
            (&format!("{announced}{}", String::from_utf8_lossy(&long)), str::from_utf8(&long).expect("text"), true),
        ] {
            for size in [1, 7, usize::MAX] {
                if size < 7 && answer.len() > PIECE {
                    continue;
                }
                let mut connection = connected(answer.as_bytes().chunks(size).map(<[u8]>::to_vec).collect()).await;
                for _ in 0..if is_open { 3 } else { 1 } {
                    let (head, mut framed) =
                        connection.send(&message).await.unwrap_or_else(|e| panic!("{answer}: {e}"));
                    assert!(answer.contains(&format!(" {} ", head.status)), "{answer}");
                    assert_eq!(whole(&mut connection, &mut framed).await.as_deref(), Some(body.as_bytes()), "{answer}");
                    if !is_open && connection.exchanges == Exchanges::Last {
                        continue;
                    }
                    let says_more = connection.says_more(Duration::from_millis(u64::from(!is_open) * 500)).await;
                    assert_eq!((connection.is_open(), says_more), (is_open, !is_open), "{answer}");
                }
                assert_eq!(connection.is_open(), is_open, "{answer}");
                assert!(!is_open || connection.came.capacity() == 0, "room is kept for nothing: {answer}");
            }
        }
    }

    #[tokio::test]
    async fn what_a_server_answers_before_it_has_read_everything_is_heard_and_the_rest_is_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let length = 8 << 20;
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut read = 0;
            let mut buffer = vec![0; PIECE];
            while read < length {
                if read == 0 {
                    socket.readable().await.expect("a request");
                    let _ = socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n").await;
                }
                read += socket.read(&mut buffer).await.expect("the request goes on");
            }
            let _ = socket.write_all(b"hi").await;
        });
        let socket = Socket::new(TcpStream::connect(address).await.expect("a connection"));
        let mut connection =
            Connection::new(Stream { bytes: Layer::Plain(socket.clone()), socket }, &Limits::default());
        let request = PreparedRequest { body: Some(vec![b'x'; length].into()), ..request() };
        let message = message(&request);
        let (_, mut body) = connection.send(&message).await.expect("an answer");
        assert_eq!(whole(&mut connection, &mut body).await.as_deref(), Some(&b"hi"[..]));
    }

    #[tokio::test]
    async fn what_leaves_a_doubt_how_it_is_meant_is_no_answer() {
        let request = request();
        let message = message(&request);
        for (answer, cause) in [
            ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "a blank stands before the colon of `A : b` (RFC 9112, section 5.1)"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "Content-Length: 1 and 2 differ"),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "Content-Length is `-1`"),
            ("HTTP/1.1 20 OK\r\n\r\n", "the status line is `HTTP/1.1 20 OK`"),
            ("SSH-2.0\r\n", "invalid HTTP version"),
        ] {
            let mut connection = connected(vec![answer.into()]).await;
            let error = connection.send(&message).await.err().unwrap_or_else(|| panic!("{answer}"));
            assert_eq!(error.kind, TransportFailure::Protocol, "{answer}");
            assert!(error.cause.starts_with("the head is not HTTP/1.1: ") && error.cause.contains(cause), "{error}");
            assert!(!connection.is_open());
        }
    }

    #[tokio::test]
    async fn a_large_body_is_no_head_however_little_of_a_turn_is_left() {
        let request = request();
        let message = message(&request);
        for left in 1..8 {
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 4194304\r\n\r\n";
            let mut connection = connected(vec![[&head[..], &vec![b' '; 4 << 20]].concat()]).await;
            // From then on it reads much at once.
            let (_, mut body) = connection.send(&message).await.expect("an answer");
            assert_eq!(whole(&mut connection, &mut body).await.map(|body| body.len()), Some(4 << 20));
            let mut sending = pin!(connection.send(&message));
            let answer = poll_fn(|context| {
                for _ in left..TURN {
                    let Poll::Ready(turn) = poll_proceed(context) else { break };
                    turn.made_progress();
                }
                sending.as_mut().poll(context)
            });
            assert_eq!(answer.await.expect("an answer").0.status, 200, "{left} left");
        }
    }
}
