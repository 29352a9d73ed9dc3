//! A connection that speaks HTTP/1.1, and the exchanges over it, one after the other.
//!
//! Nobody drives the connection but the exchange that has it: no task has to be woken for another, and what a server
//! says between two exchanges is seen before the next one begins.

use std::error::Error as _;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::task::noop_waker;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::coop::unconstrained;

use super::failed::{classified, failure};
use super::socket::{Heard, Layer, Socket, Stream};
use crate::model::exchange::{TransportError, TransportFailure};
use crate::model::limits::{Limit, Limits};

/// A connection over which one exchange at a time goes.
pub(super) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    driver: http1::Connection<TokioIo<Layer>, Full<Bytes>>,
    socket: Socket,
    driven: Driven,
    limits: Limits,
}

/// The most fields that hyper reads where nothing is said (documented at its `Builder::max_headers`).
const HYPERS_OWN: usize = 100;

/// How far the driver of a connection came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Driven {
    Open,
    /// It ended, and must not be polled again.
    Ended,
    /// The same, since more was read than was asked for.
    Overrun,
}

impl Connection {
    /// Begins to speak HTTP.
    pub(super) async fn new(stream: Stream, limits: &Limits) -> hyper::Result<Self> {
        let Stream { bytes, socket } = stream;
        let mut builder = http1::Builder::new();
        builder.max_header_size(limits.head).max_buf_size(limits.head.max(64 << 10));
        // For its own number hyper has room on the stack; for any other it fills a list anew for every head, which takes
        // a sixteenth of the instructions of an exchange.
        if limits.headers != HYPERS_OWN {
            builder.max_headers(limits.headers);
        }
        let (sender, driver) = builder.handshake(TokioIo::new(bytes)).await?;
        Ok(Self { sender, driver, socket, driven: Driven::Open, limits: *limits })
    }

    /// Sends a request and reads the head of its answer.
    pub(super) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, TransportError> {
        // An answer that is there is taken, however much was done since the others had a turn: what follows its head
        // would count as more of it.
        let mut answer = pin!(unconstrained(self.sender.send_request(request)));
        let (driver, driven, socket, limits) = (&mut self.driver, &mut self.driven, &self.socket, &self.limits);
        let most = socket.read().saturating_add(limits.head);
        poll_fn(|context| {
            drive(driver, driven, context);
            match answer.as_mut().poll(context) {
                // A server may say without end that it is about to answer (RFC 9110, section 15.2); until it does, all that
                // came is heads.
                Poll::Pending if socket.read() > most => {
                    Poll::Ready(Err(failure(TransportFailure::TooLarge, limits.reached(Limit::Head))))
                }
                Poll::Ready(Err(error)) if error.is_parse_too_large() => {
                    // What is too large for its parser without being large has too many fields.
                    let limit = if socket.read() >= most { Limit::Head } else { Limit::Headers };
                    Poll::Ready(Err(failure(TransportFailure::TooLarge, limits.reached(limit))))
                }
                answer => answer.map_err(|error| classified(&error)),
            }
        })
        .await
    }

    /// Reads the next piece of an answer's body; none at its end.
    pub(super) async fn piece(&mut self, body: &mut Incoming) -> Option<hyper::Result<Bytes>> {
        loop {
            let frame = poll_fn(|context| match Pin::new(&mut *body).poll_frame(context) {
                Poll::Ready(frame) => Poll::Ready(frame),
                Poll::Pending => {
                    drive(&mut self.driver, &mut self.driven, context);
                    Pin::new(&mut *body).poll_frame(context)
                }
            });
            match frame.await? {
                Ok(frame) => {
                    // Trailers say nothing that anybody judges.
                    if let Ok(piece) = frame.into_data() {
                        return Some(Ok(piece));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Whether the peer left the connection open when the exchange was over.
    pub(super) fn is_open(&mut self) -> bool {
        let waker = noop_waker();
        // What the peer says from now on must not wake the exchange that is over.
        drive(&mut self.driver, &mut self.driven, &mut Context::from_waker(&waker));
        self.driven == Driven::Open && self.sender.is_ready()
    }

    /// Whether more came with an answer than belonged to it.
    pub(super) fn is_overrun(&self) -> bool {
        self.driven == Driven::Overrun
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

fn drive(driver: &mut http1::Connection<TokioIo<Layer>, Full<Bytes>>, driven: &mut Driven, context: &mut Context<'_>) {
    if *driven != Driven::Open {
        return;
    }
    // Why it ended is told to the exchange that waits.
    *driven = match Pin::new(driver).poll(context) {
        Poll::Pending => Driven::Open,
        Poll::Ready(Err(error)) if is_overrun(&error) => Driven::Overrun,
        Poll::Ready(_) => Driven::Ended,
    };
}

/// Whether the peer said what nobody asked for. What else can go wrong has a name or a cause.
fn is_overrun(error: &hyper::Error) -> bool {
    let named = error.is_parse() || error.is_closed() || error.is_canceled() || error.is_incomplete_message();
    !named && !error.is_user() && !error.is_timeout() && error.source().is_none()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::task::coop::poll_proceed;

    use super::*;

    /// How often something may be done in one turn of a task (`tokio::task::coop`).
    const TURN: usize = 128;

    #[tokio::test]
    async fn a_large_body_is_no_head_however_little_of_a_turn_is_left() {
        for left in 1..8 {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            let server = tokio::spawn(async move {
                let (mut socket, _) = listener.accept().await.expect("a connection");
                let answer =
                    [&b"HTTP/1.1 200 OK\r\nContent-Length: 4194304\r\n\r\n"[..], &vec![b' '; 4 << 20]].concat();
                while socket.read(&mut [0; 1024]).await.is_ok_and(|length| length > 0) {
                    let _ = socket.write_all(&answer).await;
                }
            });
            let socket = Socket::new(TcpStream::connect(address).await.expect("a connection"));
            let stream = Stream { bytes: Layer::Plain(socket.clone()), socket };
            let mut connection = Connection::new(stream, &Limits::default()).await.expect("a connection");
            let request = || Request::get("/").header("host", "x").body(Full::default()).expect("a request");
            // From then on it reads much at once.
            let mut body = connection.send(request()).await.expect("an answer").into_body();
            while connection.piece(&mut body).await.is_some() {}
            let mut sending = pin!(connection.send(request()));
            let answer = poll_fn(|context| {
                for _ in left..TURN {
                    let Poll::Ready(turn) = poll_proceed(context) else { break };
                    turn.made_progress();
                }
                sending.as_mut().poll(context)
            });
            assert_eq!(answer.await.expect("an answer").status(), 200, "{left} left");
            server.abort();
        }
    }
}
