//! What a service says: an answer, or a refusal that says why and gives nothing away.

use http::StatusCode;
use serde_json::{Value, json};

/// What a service answers when it does what it was asked.
#[derive(Debug)]
pub(super) enum Answer {
    Json(Value),
    NoContent,
}

/// What a service answers when it doesn't.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

/// The codes of the services' `ServiceError` bodies that this server needs.
#[derive(Clone, Copy, Debug)]
pub(super) enum ErrorCode {
    Unspecified = 0,
    InvalidRequest = 4000,
    NotAuthorized = 4500,
}

impl Refusal {
    /// A refusal with a `ServiceError` body. The description is read by whoever sent the request,
    /// so it must hold nothing that they haven't sent themselves.
    pub(super) fn new(status: StatusCode, code: ErrorCode, description: impl Into<String>) -> Refusal {
        let description = description.into();
        Refusal { status, body: json!({"code": code as i32, "source": "reference", "description": description}) }
    }

    pub(super) fn bad_request(description: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::InvalidRequest, description)
    }

    pub(super) fn not_authorized(status: StatusCode, description: impl Into<String>) -> Refusal {
        Refusal::new(status, ErrorCode::NotAuthorized, description)
    }
}
