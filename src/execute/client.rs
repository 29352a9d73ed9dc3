//! One exchange after the other with a service.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Body as _, Incoming};
use tokio::sync::Mutex;
use url::Url;

use super::budget::{Body, Budget, Waits};
use super::connection::Way;
use super::failed::{Broken, classified, failure};
use super::framing::Head;
use super::http1::{self, Connection};
use super::http2::{self, Sender};
use super::line::Line;
use super::message::{Message, Origin};
use super::patience::Patience;
use super::pool::Pool;
use super::raw;
use super::socket::Stream;
use super::stall::Stalls;
use crate::model::exchange::{Answer, Ending, Exchange, PreparedRequest, TransportError, TransportFailure, Wire};
use crate::model::limits::{Limit, Limits};
use crate::model::link::{HttpVersion, Link};

/// Speaks to a service over connections that are kept open.
pub(super) struct Client {
    way: Way,
    home: Option<Rc<Origin>>,
    pool: Rc<Pool>,
    /// Held while a connection is made that others are going to share.
    sharing: Mutex<()>,
    budget: Budget,
    limits: Limits,
    patience: Patience,
    /// Whether a body ever stopped short of its end; then the next ones are waited for less long.
    stalled: Cell<bool>,
    stalls: Stalls,
    silence: raw::Silence,
}

/// When what of an answer was there, counted from the start of sending.
pub(super) struct Progress {
    start: Instant,
    /// How long the whole may take.
    allowed: Duration,
    connecting: bool,
    /// The time until there was a connection, if one had to be made.
    connected: Option<Duration>,
    head: Option<Duration>,
    /// The end of the body, where the transport goes on listening after it.
    end: Option<Duration>,
}

impl Progress {
    pub(super) fn begin(allowed: Duration) -> Self {
        Self { start: Instant::now(), allowed, connecting: false, connected: None, head: None, end: None }
    }

    /// Makes the connection that the exchange goes over.
    pub(super) async fn connect(&mut self, way: &Way, url: &Url) -> Result<Stream, TransportError> {
        self.connecting = true;
        let stream = way.connect(url).await?;
        self.connecting = false;
        self.connected = Some(self.start.elapsed());
        Ok(stream)
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

/// Which connection an exchange goes over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    /// One that was kept, if there is one.
    Any,
    /// One that nothing went over before.
    New,
}

/// What the body of an answer comes from.
enum Source<'c> {
    One(&'c mut Connection, http1::Incoming<'c>),
    Two(Incoming),
}

impl Source<'_> {
    /// How long the content will be, if that is declared.
    fn announced(&self) -> Option<usize> {
        match self {
            Self::One(_, body) => body.announced(),
            Self::Two(body) => body.size_hint().exact().and_then(|length| usize::try_from(length).ok()),
        }
    }

    /// The next piece; none at the end.
    async fn piece(&mut self) -> Option<Result<Bytes, Broken>> {
        match self {
            Self::One(connection, body) => connection.piece(body).await,
            Self::Two(body) => http2::piece(body).await,
        }
    }
}

impl Client {
    /// A client for what stands at `base`, or anywhere if that is empty, that gives up on an exchange after `timeout`.
    ///
    /// # Errors
    /// The certificates can't be used, or nothing can stand there.
    pub(super) fn new(
        base: &str,
        link: &Link,
        timeout: Duration,
        budget: &Budget,
        stalls: &Stalls,
    ) -> Result<Self, TransportError> {
        Ok(Self {
            way: Way::new(base, link)?,
            home: if base.is_empty() { None } else { Some(Rc::new(Origin::of(base)?)) },
            pool: Rc::default(),
            sharing: Mutex::default(),
            budget: budget.clone(),
            limits: link.limits,
            patience: Patience::new(timeout),
            stalled: Cell::new(false),
            stalls: stalls.clone(),
            silence: raw::Silence::default(),
        })
    }

    /// Sends a request and reads the whole answer; with it comes the connection, if others may go over it.
    pub(super) async fn send(&self, request: PreparedRequest) -> (Exchange, Option<Line>) {
        self.exchange(request, Over::Any).await
    }

    async fn exchange(&self, request: PreparedRequest, over: Over) -> (Exchange, Option<Line>) {
        let allowed = self.patience.allowed();
        let mut progress = Progress::begin(allowed);
        let waits = Waits::besides(&self.stalls);
        let answer = if request.raw {
            let pause = self.pause(allowed);
            let (limits, budget, silence) = (&self.limits, &self.budget, &self.silence);
            let bounds = raw::Bounds { limits, pause, budget, waits: &waits, silence };
            // Few exchanges need so much room for themselves.
            let exchange = Box::pin(raw::exchange(&request, &self.way, &bounds, &mut progress));
            waits.within(allowed, async { exchange.await.map(|answer| (answer, None)) }).await
        } else {
            // What holds it is moved and doubled on its way into the trial.
            waits.within(allowed, Box::pin(self.send_pooled(&request, over, &waits, &mut progress))).await
        };
        let is_late = answer.is_none();
        let late = if progress.connecting { TransportFailure::Connect } else { TransportFailure::Timeout };
        let (answer, line) = match answer.unwrap_or_else(|| Err(failure(late, self.patience.spent(late, allowed)))) {
            Ok((answer, line)) => (Ok(answer), line),
            Err(error) => (Err(error), None),
        };
        let duration = progress.end.unwrap_or_else(|| progress.start.elapsed());
        match &answer {
            Err(error) if is_late || error.kind == TransportFailure::Timeout => self.patience.lost(duration),
            Ok(Answer { ending: Ending::Short, .. }) | Err(_) => {}
            Ok(_) => self.patience.answered(duration),
        }
        let Progress { start: began, connected, head: to_head, .. } = progress;
        (Exchange { request, answer, began, connected, to_head, duration }, line)
    }

    /// Whether a connection of the service said what nobody asked for.
    pub(super) fn is_distrusted(&self) -> bool {
        self.pool.is_distrusted()
    }

    /// Sends a request over a connection that nothing went over before.
    pub(super) async fn send_afresh(&self, request: PreparedRequest) -> Exchange {
        if self.way.version == HttpVersion::Two {
            self.pool.forget();
        }
        self.exchange(request, Over::New).await.0
    }

    async fn send_pooled(
        &self,
        request: &PreparedRequest,
        over: Over,
        waits: &Waits,
        progress: &mut Progress,
    ) -> Result<(Answer, Option<Line>), TransportError> {
        let allowed = progress.allowed;
        let message = Message::new(request, self.home.as_ref(), &self.way)?;
        let origin = &message.origin;
        if self.way.version == HttpVersion::Two {
            let sent = message.of_http2()?;
            let mut sender = self.shared(origin, progress).await?;
            let head = self.in_head_time(progress, sender.send_request(sent)).await?;
            let (head, body) = http2::begun(head.map_err(|error| classified(&error))?);
            return Ok((self.answer(head, Source::Two(body), self.pause(allowed), waits, progress).await?, None));
        }
        let kept = if over == Over::New { None } else { self.pool.take(origin) };
        if let Some(mut kept) = kept {
            // A server may close an idle connection at any time; what can be sent twice is (RFC 9110, section 9.2.2).
            match self.in_head_time(progress, kept.send(&message)).await? {
                Err(error) if error.kind == TransportFailure::Closed && message.is_idempotent() => {}
                begun => return self.answer_over(kept, begun?, origin, true, waits, progress).await,
            }
        }
        let stream = Box::pin(progress.connect(&self.way, &origin.url)).await?;
        let mut connection = Box::new(Connection::new(stream, &self.limits));
        let head = self.unless_crowded(connection.send(&message));
        let begun = self.in_head_time(progress, head).await??;
        self.answer_over(connection, begun, origin, false, waits, progress).await
    }

    /// Waits for the head of an answer over a new connection. Where none comes for long while others are answered over
    /// connections that are kept, these are given up.
    async fn unless_crowded<T>(&self, head: impl Future<Output = T>) -> T {
        let mut head = pin!(head);
        let returns = self.pool.returns();
        let patience = (self.patience.allowed() / 8).min(Duration::from_secs(1));
        if let Ok(head) = tokio::time::timeout(patience, head.as_mut()).await {
            return head;
        }
        if self.pool.returns() > returns {
            self.pool.crowd();
        }
        head.await
    }

    /// The answer and the connection that it comes over, if that can be used again.
    async fn answer_over(
        &self,
        mut connection: Box<Connection>,
        (mut head, body): (Head, http1::Incoming<'_>),
        origin: &Rc<Origin>,
        kept: bool,
        waits: &Waits,
        progress: &mut Progress,
    ) -> Result<(Answer, Option<Line>), TransportError> {
        for (name, _) in &mut head.headers {
            name.make_ascii_lowercase();
        }
        let pause = self.pause(progress.allowed);
        let source = Source::One(&mut connection, body);
        let answer = self.answer(head, source, pause, waits, progress).await?;
        let whole = answer.ending == Ending::Complete;
        let line = whole.then(|| Line::new(&self.pool, origin, connection, kept));
        Ok((answer, line))
    }

    /// The connection over HTTP/2.
    async fn shared(&self, origin: &Rc<Origin>, progress: &mut Progress) -> Result<Sender, TransportError> {
        // Who comes while it is made waits for it.
        let _guard = self.sharing.lock().await;
        if let Some(sender) = self.pool.shared(origin) {
            return Ok(sender);
        }
        let stream = Box::pin(progress.connect(&self.way, &origin.url)).await?;
        let begun = http2::begin(stream, &self.limits).await;
        let sender = begun.map_err(|error| classified(&error))?;
        self.pool.share(origin, &sender);
        Ok(sender)
    }

    /// Waits for the head of an answer, no longer than its limit.
    async fn in_head_time<T>(&self, progress: &Progress, head: impl Future<Output = T>) -> Result<T, TransportError> {
        let Some(allowed) = self.limits.head_time else { return Ok(head.await) };
        let left = allowed.saturating_sub(progress.start.elapsed());
        let late = |_| failure(TransportFailure::Timeout, self.limits.reached(Limit::HeadTime));
        tokio::time::timeout(left, head).await.map_err(late)
    }

    async fn answer(
        &self,
        head: Head,
        source: Source<'_>,
        pause: Duration,
        waits: &Waits,
        progress: &mut Progress,
    ) -> Result<Answer, TransportError> {
        progress.head_is_read();
        let (body, ending, wire) = self.body(source, pause, waits, progress).await?;
        let Head { status, reason, headers, .. } = head;
        Ok(Answer { status, reason, headers, body, ending, wire })
    }

    async fn body(
        &self,
        mut source: Source<'_>,
        pause: Duration,
        waits: &Waits,
        progress: &Progress,
    ) -> Result<(Bytes, Ending, Wire), TransportError> {
        let mut body = Body::new(&self.budget, waits, &self.limits, source.announced());
        let mut wire = Wire::default();
        let ending = loop {
            // A thousand pieces may come with one read: without a rest between them no time would ever be over.
            tokio::task::coop::consume_budget().await;
            match tokio::time::timeout(pause, source.piece()).await {
                Ok(Some(Ok(piece))) => wire.cut = body.add(piece).await.err(),
                Ok(None) => break Ending::Complete,
                Ok(Some(Err(_))) => break Ending::Short,
                Err(_) => {
                    self.stalled.set(true);
                    self.patience.lost(pause);
                    wire.paused = Some(self.limits.paused());
                    break Ending::Short;
                }
            }
            if wire.cut.is_some() {
                break Ending::Short;
            }
            // Pieces that come faster than they can be read leave the runtime no time to look at the clock.
            if progress.start.elapsed().saturating_sub(waits.time()) > progress.allowed {
                let late = TransportFailure::Timeout;
                return Err(failure(late, self.patience.spent(late, progress.allowed)));
            }
        };
        Ok((body.whole(), ending, wire))
    }

    /// How long a body may pause in an exchange that may take so long.
    fn pause(&self, allowed: Duration) -> Duration {
        let (once, again) = PAUSE;
        let usual = allowed / if self.stalled.get() { again } else { once };
        self.limits.idle.unwrap_or(usual)
    }
}
