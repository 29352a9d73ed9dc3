//! One exchange after the other over one pool of connections.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::Url;

use super::budget::{Body, Budget, Waits};
use super::connection::Way;
use super::resolve::Resolver;
use super::{raw, tls};
use crate::model::exchange::{Answer, Ending, Exchange, PreparedRequest, TransportError, TransportFailure, Wire};
use crate::model::limits::{Limit, Limits};
use crate::model::link::{HttpVersion, Link};

/// Speaks to a target over one pool of connections.
pub(super) struct Client {
    pooled: reqwest::Client,
    way: Way,
    timeout: Duration,
    limits: Limits,
    budget: Budget,
    /// Whether a body ever stopped short of its end; then the next ones are waited for less long.
    stalled: AtomicBool,
}

/// When what of an answer was there, counted from the start of sending.
pub(super) struct Course {
    start: Instant,
    head: Option<Duration>,
    /// The end of the body, where the transport goes on listening after it.
    end: Option<Duration>,
}

impl Course {
    pub(super) fn begin() -> Self {
        Self { start: Instant::now(), head: None, end: None }
    }

    pub(super) fn head_is_read(&mut self) {
        self.head = Some(self.start.elapsed());
    }

    pub(super) fn body_is_read(&mut self) {
        self.end = Some(self.start.elapsed());
    }
}

/// How long a body may pause before it counts as cut short, as a part of the timeout: once, and after the first time.
const PAUSE: (u32, u32) = (5, 50);

impl Client {
    /// A client for what stands at `base`, that gives up on an exchange after `timeout`.
    ///
    /// # Errors
    /// The certificates can't be used.
    pub(super) fn new(base: &str, link: &Link, timeout: Duration, budget: &Budget) -> Result<Self, TransportError> {
        let unusable = |error: reqwest::Error| failure(TransportFailure::Request, chain(&error));
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config(&link.tls, link.version)?)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(timeout)
            .timeout(timeout)
            .user_agent(concat!("probity/", env!("CARGO_PKG_VERSION")));
        builder = match link.version {
            HttpVersion::One => builder.http1_only(),
            HttpVersion::Two => builder.http2_prior_knowledge(),
        };
        if let Some(proxy) = &link.proxy {
            let mut through = reqwest::Proxy::all(format!("http://{}", proxy.endpoint)).map_err(unusable)?;
            if let Some((name, password)) = &proxy.credentials {
                through = through.basic_auth(name, password);
            }
            builder = builder.proxy(through);
        }
        let way = Way::new(base, link)?;
        if let Some(detour) = &way.detour {
            builder = builder.dns_resolver(Arc::new(Resolver::new(detour.clone())));
        }
        let pooled = builder.build().map_err(unusable)?;
        let (limits, budget) = (link.limits, budget.clone());
        Ok(Self { pooled, way, timeout, limits, budget, stalled: AtomicBool::new(false) })
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn send(&self, request: PreparedRequest) -> Exchange {
        let mut course = Course::begin();
        let waits = Waits::default();
        let answer = if request.raw {
            let pause = self.limits.idle.unwrap_or_else(|| self.pause());
            let bounds = raw::Bounds { limits: &self.limits, pause, budget: &self.budget, waits: &waits };
            match waits.within(self.timeout, raw::exchange(&request, &self.way, &bounds, &mut course)).await {
                Some(answer) => answer,
                None => Err(failure(TransportFailure::Timeout, format!("no answer within {:?}", self.timeout))),
            }
        } else {
            self.send_pooled(&request, &waits, &mut course).await
        };
        let duration = course.end.unwrap_or_else(|| course.start.elapsed());
        Exchange { request, answer, began: course.start, to_head: course.head, duration }
    }

    async fn send_pooled(
        &self,
        request: &PreparedRequest,
        waits: &Waits,
        course: &mut Course,
    ) -> Result<Answer, TransportError> {
        let unsendable = |cause: String| failure(TransportFailure::Request, cause);
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).map_err(|e| unsendable(e.to_string()))?;
        let url = Url::parse(&request.url).map_err(|e| unsendable(format!("{}: {e}", request.url)))?;
        let mut url = url;
        // A port that is written would win over the port to connect to.
        let host = match (url.port(), self.way.detours(url.host_str().unwrap_or_default())) {
            (Some(port), true) => {
                let host = format!("{}:{port}", url.host_str().unwrap_or_default());
                url.set_port(None).ok().map(|()| host)
            }
            _ => None,
        };
        let mut builder = self.pooled.request(method, url);
        if let Some(host) = host.filter(|_| request.headers.iter().all(|(name, _)| name != "host")) {
            builder = builder.header("host", host);
        }
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
        let (body, ending, wire) = self.body(&mut response, waits).await?;
        Ok(Answer { status: status.as_u16(), reason, headers, body, ending, wire })
    }

    async fn body(
        &self,
        response: &mut reqwest::Response,
        waits: &Waits,
    ) -> Result<(Bytes, Ending, Wire), TransportError> {
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
        let mut body = Body::new(&self.budget, waits, &self.limits, announced);
        let mut wire = Wire::default();
        let ending = loop {
            let pause = self.limits.idle.unwrap_or_else(|| self.pause());
            let Ok(chunk) = tokio::time::timeout(pause, response.chunk()).await else {
                self.stalled.store(true, Ordering::Relaxed);
                wire.paused = self.limits.idle.map(|_| self.limits.reached(Limit::Idle));
                break Ending::Short;
            };
            match chunk {
                Ok(None) => break Ending::Complete,
                Ok(Some(chunk)) => wire.cut = body.add(chunk).await.err(),
                Err(error) if error.is_timeout() => return Err(self.classify(&error)),
                Err(_) => break Ending::Short,
            }
            if wire.cut.is_some() {
                break Ending::Short;
            }
        };
        Ok((body.whole(), ending, wire))
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

pub(super) fn failure(kind: TransportFailure, cause: impl Into<String>) -> TransportError {
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
