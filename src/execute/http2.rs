//! One connection that speaks HTTP/2, and many exchanges over it at once.

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};

use super::socket::Stream;
use crate::model::limits::Limits;

/// What requests are given to.
pub(super) type Sender = http2::SendRequest<Full<Bytes>>;

/// Begins to speak HTTP/2 (RFC 9113), without being asked whether the server does.
pub(super) async fn begin(stream: Stream, limits: &Limits) -> hyper::Result<Sender> {
    let head = u32::try_from(limits.head).unwrap_or(u32::MAX);
    let (sender, driver) = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_header_list_size(head)
        .handshake(TokioIo::new(stream.bytes))
        .await?;
    tokio::spawn(async move {
        // Why it ended is told to the exchanges that wait.
        let _ = driver.await;
    });
    Ok(sender)
}
