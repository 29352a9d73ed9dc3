//! A request as the services see it: read whole, decoded, and without a connection behind it.

use std::{future::poll_fn, pin::Pin};

use axum::{
    body::{Body, HttpBody},
    extract::Request,
};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::answer::{ErrorCode, Refusal};

/// The longest body that is read.
const LONGEST_BODY: usize = 1 << 20;

/// How much of a body that is too long is still received and thrown away, so that a client which
/// only listens once it has sent everything hears the refusal, and not a connection that was reset.
const LONGEST_DISCARDED: usize = 16 << 20;

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Call {
    pub(super) async fn receive(request: Request) -> Result<Call, Refusal> {
        let (head, body) = request.into_parts();
        Ok(Call { method: head.method, uri: head.uri, headers: head.headers, body: read_body(body).await? })
    }

    pub(super) fn path(&self) -> &str {
        self.uri.path()
    }

    /// The path's segment at that position, percent-decoded; `/users/me` has `me` at 1.
    pub(super) fn segment(&self, position: usize) -> String {
        let segment = self.uri.path().split('/').nth(position + 1).unwrap_or_default();
        percent_decode_str(segment).decode_utf8_lossy().into_owned()
    }

    /// The query parameter of that name. Given twice, it can't be told which one is meant.
    pub(super) fn parameter(&self, name: &str) -> Result<Option<String>, Refusal> {
        let mut values = self.parameters().filter(|(given, _)| given == name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Refusal::bad_request(format!("the parameter `{name}` is given twice"))),
            (first, None) => Ok(first.map(|(_, value)| value)),
        }
    }

    /// The header of that name; one that is repeated is a list with commas (RFC 9110, 5.3).
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let values = self.headers.get_all(name).iter();
        let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The body, which has to be JSON and to be called `application/json`.
    ///
    /// None of the documents lists 415, and neither does the services' common table: it is 400.
    pub(super) fn declared_json(&self) -> Result<Value, Refusal> {
        let media_type = self.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        if !is_json(&media_type) {
            return Err(Refusal::bad_request("the content-type is not application/json"));
        }
        self.json().map_err(Refusal::bad_request)
    }

    /// The body as JSON, whatever it is called; otherwise what is wrong with it.
    pub(super) fn json(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!("the body is not JSON, from line {line}, column {column}")
        })
    }

    fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        let pairs = self.uri.query().unwrap_or_default().split('&');
        pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_parameter(name), decode_parameter(value))
        })
    }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn decode_parameter(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

async fn read_body(mut body: Body) -> Result<Bytes, Refusal> {
    let mut kept = BytesMut::new();
    let mut received = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| Refusal::bad_request("the body ended early"))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        received += data.len();
        if received <= LONGEST_BODY {
            kept.extend_from_slice(&data);
        } else if received > LONGEST_DISCARDED {
            break;
        }
    }
    if received > LONGEST_BODY {
        let description = format!("the body is longer than {LONGEST_BODY} bytes");
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::InvalidRequest, description));
    }
    Ok(kept.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(uri: &'static str, headers: &[(&'static str, &'static str)]) -> Call {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Call { method: Method::GET, uri: Uri::from_static(uri), headers: map, body: Bytes::new() }
    }

    #[test]
    fn segments_and_parameters_are_decoded() {
        let call = call("/users/gt%28a%2Fb%20c%29/people?method=%61dd&&empty=&plus=a+b&bare", &[]);
        assert_eq!(call.segment(1), "gt(a/b c)");
        assert_eq!(call.segment(9), "");
        let parameters =
            [("method", Some("add")), ("empty", Some("")), ("plus", Some("a b")), ("bare", Some("")), ("absent", None)];
        for (name, value) in parameters {
            assert_eq!(call.parameter(name).unwrap().as_deref(), value, "{name}");
        }
    }

    #[test]
    fn a_repeated_parameter_is_refused_and_a_repeated_header_is_a_list() {
        let call = call("/?a=1&a=1", &[("x-one", "1"), ("x-two", "1"), ("x-two", "2")]);
        assert_eq!(call.parameter("a").unwrap_err().status, StatusCode::BAD_REQUEST);
        assert_eq!(call.header("x-one").as_deref(), Some("1"));
        assert_eq!(call.header("x-two").as_deref(), Some("1, 2"));
        assert_eq!(call.header("x-none"), None);
    }

    #[test]
    fn a_media_type_may_have_parameters_and_any_case() {
        let cases = [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/json;charset=utf-8", true),
            ("text/json", false),
            ("application/json-patch", false),
            ("application/json, application/json", false),
            ("", false),
        ];
        for (media_type, expected) in cases {
            assert_eq!(is_json(media_type), expected, "{media_type}");
        }
    }
}
