//! What goes back over the wire: status, headers and the bytes of the body.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;
use tokio::task::yield_now;

use super::answer::{Answer, Refusal};

/// An answer as it is sent.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// What Content-Length says, where that isn't the length of the body.
    pub(super) declared_length: Option<usize>,
}

impl Reply {
    pub(super) fn new(status: StatusCode, body: Option<&Value>) -> Reply {
        let bytes = body.map(Value::to_string).unwrap_or_default().into_bytes();
        let mut reply = Reply { status, headers: HeaderMap::new(), body: bytes, declared_length: None };
        if body.is_some() {
            reply.set(header::CONTENT_TYPE, "application/json");
            reply.set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        }
        // Whatever was answered was meant for one caller at one moment.
        reply.set(header::CACHE_CONTROL, "no-cache, no-store");
        reply
    }

    /// Gives a header this value, and no other.
    ///
    /// # Panics
    /// When the value can't be one of a header.
    pub(super) fn set(&mut self, name: HeaderName, value: &str) {
        let value = HeaderValue::from_str(value).expect("a value that a header can have");
        self.headers.insert(name, value);
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Reply {
        match answer {
            Answer::Json(body) => Reply::new(StatusCode::OK, Some(&body)),
            Answer::NoContent => Reply::new(StatusCode::NO_CONTENT, None),
        }
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Reply {
        let mut reply = Reply::new(refusal.status, Some(&refusal.body));
        if refusal.status == StatusCode::UNAUTHORIZED {
            // RFC 9110, 11.6.1: a 401 says which scheme would be accepted.
            reply.set(header::WWW_AUTHENTICATE, "XBL3.0");
        }
        reply
    }
}

impl From<Result<Answer, Refusal>> for Reply {
    fn from(said: Result<Answer, Refusal>) -> Reply {
        said.map_or_else(Reply::from, Reply::from)
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let body = Bytes::from(self.body);
        let mut response = if self.declared_length.is_none() && !self.headers.contains_key(header::TRANSFER_ENCODING) {
            Response::new(Body::from(body))
        } else {
            // A body of which the length isn't known beforehand is sent after whatever the header says. It ends a
            // little later, so that what there is of it has been sent when the connection ends for want of more.
            let end = stream::once(yield_now()).map(|()| Bytes::new());
            let parts = stream::iter([body]).chain(end).map(Ok::<_, std::io::Error>);
            Response::new(Body::from_stream(parts))
        };
        if let Some(length) = self.declared_length {
            response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        }
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}
