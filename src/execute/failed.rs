//! Why an exchange ended without an answer, in the words of whatever failed.

use std::error::Error;
use std::io;

use crate::model::exchange::{TransportError, TransportFailure};

pub(super) fn failure(kind: TransportFailure, cause: impl Into<String>) -> TransportError {
    TransportError { kind, cause: cause.into() }
}

/// What the HTTP library says of an exchange that failed after the connection was made.
pub(super) fn classified(error: &hyper::Error) -> TransportError {
    if error.is_canceled() && chain(error).contains("unexpected message") {
        return failure(TransportFailure::Protocol, "the server spoke before anything was asked");
    }
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
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    let mut source = error.source();
    while let Some(cause) = source {
        let broken = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(broken, Some(BrokenPipe | ConnectionAborted | ConnectionReset)) {
            return true;
        }
        source = cause.source();
    }
    error.is_incomplete_message() || error.is_canceled() || error.is_closed()
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
