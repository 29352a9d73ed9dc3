//! One connection that speaks HTTP/2, and many exchanges over it at once.

use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};

use super::failed::Broken;
use super::framing::Head;
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

/// The head of an answer, and its body as it comes in.
pub(super) fn begun(response: Response<Incoming>) -> (Head, Incoming) {
    let (head, body) = response.into_parts();
    let headers = head.headers.iter();
    let headers = headers.map(|(name, value)| (name.as_str().to_owned(), Bytes::copy_from_slice(value.as_bytes())));
    // There is no reason phrase any more (RFC 9113, section 8.3.2): the usual one is what people read.
    let reason = head.status.canonical_reason().unwrap_or_default().to_owned();
    (Head::read(head.status.as_u16(), reason, headers.collect()), body)
}

/// The next piece of an answer's body; none at its end.
pub(super) async fn piece(body: &mut Incoming) -> Option<Result<Bytes, Broken>> {
    loop {
        match body.frame().await? {
            Ok(frame) => {
                // Trailers say nothing that anybody judges.
                if let Ok(piece) = frame.into_data() {
                    return Some(Ok(piece));
                }
            }
            Err(_) => return Some(Err(Broken)),
        }
    }
}
