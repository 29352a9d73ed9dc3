//! What goes back over the wire: an answer, or a refusal that says why and gives nothing away.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
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

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Answer::Json(body) => respond(StatusCode::OK, Some(&body)),
            Answer::NoContent => respond(StatusCode::NO_CONTENT, None),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = respond(self.status, Some(&self.body));
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110, 11.6.1: a 401 says which scheme would be accepted.
            set(&mut response, header::WWW_AUTHENTICATE, "XBL3.0");
        }
        response
    }
}

fn respond(status: StatusCode, body: Option<&Value>) -> Response {
    let bytes = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let mut response = Response::new(bytes);
    *response.status_mut() = status;
    if body.is_some() {
        set(&mut response, header::CONTENT_TYPE, "application/json");
        set(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    }
    // Whatever was answered was meant for one caller at one moment.
    set(&mut response, header::CACHE_CONTROL, "no-cache, no-store");
    response
}

fn set(response: &mut Response, name: HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}
