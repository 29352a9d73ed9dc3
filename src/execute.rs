//! One step to one exchange: the only module that speaks to a target.

mod curl;
mod prepare;
mod raw;
mod tls;

use std::error::Error as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::Url;

use crate::model::exchange::{Answer, Ending, Exchange, PreparedRequest, TransportError, TransportFailure};

pub use self::curl::curl;
pub use self::prepare::prepare;

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 << 20;

/// Speaks to a target over one pool of connections.
#[derive(Debug)]
pub struct Client {
    pooled: reqwest::Client,
    timeout: Duration,
    /// Whether a body ever stopped short of its end; then the next ones are waited for less long.
    stalled: AtomicBool,
}

/// When what of an answer was there, counted from the start of sending.
struct Course {
    start: Instant,
    head: Option<Duration>,
    /// The end of the body, where the transport goes on listening after it.
    end: Option<Duration>,
}

impl Course {
    fn begin() -> Self {
        Self { start: Instant::now(), head: None, end: None }
    }

    fn head_is_read(&mut self) {
        self.head = Some(self.start.elapsed());
    }

    fn body_is_read(&mut self) {
        self.end = Some(self.start.elapsed());
    }
}

/// How long a body may pause before it counts as cut short, as a part of the timeout: once, and after the first time.
const PAUSE: (u32, u32) = (5, 50);

impl Client {
    /// A client that gives up on an exchange after `timeout`.
    ///
    /// # Errors
    /// The TLS library can't be set up.
    pub fn new(timeout: Duration) -> Result<Self, TransportError> {
        let pooled = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config())
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(timeout)
            .timeout(timeout)
            .user_agent(concat!("probity/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| failure(TransportFailure::Request, chain(&error)))?;
        Ok(Self { pooled, timeout, stalled: AtomicBool::new(false) })
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: PreparedRequest) -> Exchange {
        let mut course = Course::begin();
        let answer = if request.raw {
            let exchange = raw::exchange(&request, LARGEST_BODY, self.pause(), &mut course);
            match tokio::time::timeout(self.timeout, exchange).await {
                Ok(answer) => answer,
                Err(_) => Err(failure(TransportFailure::Timeout, format!("no answer within {:?}", self.timeout))),
            }
        } else {
            self.send_pooled(&request, &mut course).await
        };
        let duration = course.end.unwrap_or_else(|| course.start.elapsed());
        Exchange { request, answer, began: course.start, to_head: course.head, duration }
    }

    async fn send_pooled(&self, request: &PreparedRequest, course: &mut Course) -> Result<Answer, TransportError> {
        let unsendable = |cause: String| failure(TransportFailure::Request, cause);
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).map_err(|e| unsendable(e.to_string()))?;
        let url = Url::parse(&request.url).map_err(|e| unsendable(format!("{}: {e}", request.url)))?;
        let mut builder = self.pooled.request(method, url);
        for (name, value) in &request.headers {
            builder = builder.header(name.as_str(), value.as_bytes());
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let mut response = builder.send().await.map_err(|error| self.classify(&error))?;
        course.head_is_read();
        let status = response.status();
        let reason = match response.extensions().get::<hyper::ext::ReasonPhrase>() {
            Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
            None => status.canonical_reason().unwrap_or_default().to_owned(),
        };
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), Bytes::copy_from_slice(value.as_bytes())))
            .collect();
        let (body, ending) = self.body(&mut response).await?;
        Ok(Answer { status: status.as_u16(), reason, headers, body, ending })
    }

    async fn body(&self, response: &mut reqwest::Response) -> Result<(Bytes, Ending), TransportError> {
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        loop {
            let Ok(chunk) = tokio::time::timeout(self.pause(), response.chunk()).await else {
                self.stalled.store(true, Ordering::Relaxed);
                break Ok((joined(first, &rest), Ending::Short));
            };
            match chunk {
                Ok(None) => break Ok((joined(first, &rest), Ending::Complete)),
                // Most bodies come in one piece, which needs no copy.
                Ok(Some(chunk)) if first.is_empty() => first = chunk,
                Ok(Some(chunk)) => rest.extend_from_slice(&chunk),
                Err(error) if error.is_timeout() => break Err(self.classify(&error)),
                Err(_) => break Ok((joined(first, &rest), Ending::Short)),
            }
            if first.len() + rest.len() > LARGEST_BODY {
                break Err(failure(TransportFailure::TooLarge, format!("more than {LARGEST_BODY} bytes")));
            }
        }
    }

    fn pause(&self) -> Duration {
        let (once, again) = PAUSE;
        self.timeout / if self.stalled.load(Ordering::Relaxed) { again } else { once }
    }

    fn classify(&self, error: &reqwest::Error) -> TransportError {
        let kind = if error.is_connect() {
            TransportFailure::Connect
        } else if error.is_timeout() {
            return failure(TransportFailure::Timeout, format!("no answer within {:?}", self.timeout));
        } else if error.is_builder() {
            TransportFailure::Request
        } else if ended_early(error) {
            TransportFailure::Closed
        } else {
            TransportFailure::Protocol
        };
        failure(kind, chain(error))
    }
}

fn joined(first: Bytes, rest: &BytesMut) -> Bytes {
    if rest.is_empty() {
        return first;
    }
    let mut whole = BytesMut::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(rest);
    whole.freeze()
}

fn failure(kind: TransportFailure, cause: impl Into<String>) -> TransportError {
    TransportError { kind, cause: cause.into() }
}

/// Whether the connection ended before the head of an answer.
fn ended_early(error: &reqwest::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    let mut source = error.source();
    while let Some(cause) = source {
        let incomplete = cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message);
        let broken = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        if incomplete || matches!(broken, Some(BrokenPipe | ConnectionAborted | ConnectionReset)) {
            return true;
        }
        source = cause.source();
    }
    false
}

/// The causes of an error, outermost first, without the outermost: it only names the URL.
fn chain(error: &reqwest::Error) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        // These two only say again that it was about a connection.
        let says_nothing = text.starts_with("client error (") || text == "tcp connect error";
        if !says_nothing && !causes.iter().any(|known| known.contains(&text)) {
            causes.push(text);
        }
        source = cause.source();
    }
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}
