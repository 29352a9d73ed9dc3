//! Why an exchange ended without an answer, in the words of whatever failed.

use std::error::Error;
use std::io;

use super::framing::Headless;
use crate::model::exchange::{TransportError, TransportFailure};
use crate::model::limits::Limits;

/// A body isn't read to its end: the connection ended before it, or nobody can tell where it is.
pub(super) struct Broken;

pub(super) fn failure(kind: TransportFailure, cause: impl Into<String>) -> TransportError {
    TransportError { kind, cause: cause.into() }
}

/// What the HTTP library says of an exchange that failed after the connection was made.
pub(super) fn classified(error: &hyper::Error) -> TransportError {
    let kind = if error.is_user() {
        TransportFailure::Request
    } else if ended_early(error) {
        TransportFailure::Closed
    } else {
        TransportFailure::Protocol
    };
    failure(kind, chain(error))
}

/// Whether the connection ended before the head of an answer.
fn ended_early(error: &hyper::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.downcast_ref::<io::Error>().is_some_and(is_end) {
            return true;
        }
        source = cause.source();
    }
    error.is_incomplete_message() || error.is_canceled() || error.is_closed()
}

/// Whether it says that the peer ended the connection.
fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

/// What a connection says that fails before the head of an answer.
pub(super) fn unanswered(error: &io::Error) -> TransportError {
    let kind = if is_end(error) { TransportFailure::Closed } else { TransportFailure::Protocol };
    failure(kind, error.to_string())
}

/// The connection ended before the end of a head; `nothing` says whether none of it came.
pub(super) fn no_head(nothing: bool) -> TransportError {
    let what = if nothing { "the connection ended without an answer" } else { "the head was cut short" };
    failure(TransportFailure::Closed, what)
}

/// What came is no head, or too much of one.
pub(super) fn unread(headless: Headless, limits: &Limits) -> TransportError {
    match headless {
        Headless::Foreign(cause) => failure(TransportFailure::Protocol, format!("the head is not HTTP/1.1: {cause}")),
        Headless::Limit(limit) => failure(TransportFailure::TooLarge, limits.reached(limit)),
    }
}

/// An error and its causes, outermost first.
fn chain(error: &dyn Error) -> String {
    let mut causes = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !causes.iter().any(|known| known.contains(&text)) {
            causes.push(text);
        }
        source = cause.source();
    }
    causes.join(": ")
}
