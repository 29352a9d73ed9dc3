//! A prepared request as it is sent.

use std::borrow::Cow;
use std::rc::Rc;

use bytes::Bytes;
use http::header::HeaderValue;
use http::uri::{Authority, Scheme};
use http::{Method, Request, Uri};
use http_body_util::Full;
use url::Url;

use super::connection::{Way, authorization};
use super::failed::failure;
use super::framing::is_token;
use crate::model::exchange::{PreparedRequest, TransportError, TransportFailure};
use crate::model::link::HttpVersion;

/// What requests go to: scheme, host and port.
#[derive(Debug)]
pub(super) struct Origin {
    /// As it begins the URLs of requests.
    written: String,
    /// With nothing but the origin in it.
    pub(super) url: Url,
    authority: Authority,
}

/// A request as it goes over a connection.
pub(super) struct Message<'r> {
    request: &'r PreparedRequest,
    pub(super) origin: Rc<Origin>,
    /// Path and query.
    target: Cow<'r, str>,
    /// As HTTP/1.1 writes it, without a body that is long.
    written: Vec<u8>,
}

/// A longer body isn't copied to leave together with its head, in bytes.
const LONG_BODY: usize = 16 << 10;

fn unsendable(cause: impl Into<String>) -> TransportError {
    failure(TransportFailure::Request, cause)
}

impl Origin {
    /// The origin of a URL.
    pub(super) fn of(url: &str) -> Result<Self, TransportError> {
        let parsed = Url::parse(url).map_err(|error| unsendable(format!("{url}: {error}")))?;
        let bare = parsed.origin().ascii_serialization();
        let authority = bare.split_once("://").map(|(_, authority)| authority).unwrap_or_default();
        let authority: Authority =
            authority.parse().map_err(|_| unsendable(format!("{url}: no host that can be connected to")))?;
        let beginning = url.find("://").map_or(0, |at| at + 3);
        let end = url[beginning..].find(['/', '?', '#']).map_or(url.len(), |at| beginning + at);
        let url_of = Url::parse(&bare).map_err(|error| unsendable(error.to_string()))?;
        Ok(Self { written: url[..end].to_owned(), url: url_of, authority })
    }

    /// Whether connections to one serve the other too.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.url == other.url
    }

    /// Path and query of a URL at this origin, if they are sent as they are written.
    fn target<'u>(&self, url: &'u str) -> Option<&'u str> {
        let target = url.strip_prefix(self.written.as_str())?;
        let plain = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'(' | b')' | b'*' | b'+' | b',')
                || matches!(byte, b';' | b'=' | b':' | b'@' | b'%' | b'/' | b'?')
        };
        (target.starts_with('/') && target.bytes().all(plain)).then_some(target)
    }
}

impl<'r> Message<'r> {
    /// The message for a request to a service that stands at `home`, if it is known where.
    ///
    /// # Errors
    /// The request can't be sent as written.
    pub(super) fn new(
        request: &'r PreparedRequest,
        home: Option<&Rc<Origin>>,
        way: &Way,
    ) -> Result<Self, TransportError> {
        let at_home = home.and_then(|home| Some((home.target(&request.url)?, Rc::clone(home))));
        let (target, origin) = if let Some((target, origin)) = at_home {
            (Cow::Borrowed(target), origin)
        } else {
            let url = Url::parse(&request.url).map_err(|e| unsendable(format!("{}: {e}", request.url)))?;
            let origin = Origin::of(&request.url)?;
            let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
            (target.into(), home.filter(|home| origin.is(home)).cloned().unwrap_or_else(|| Rc::new(origin)))
        };
        let mut message = Self { request, origin, target, written: Vec::new() };
        if way.version == HttpVersion::One {
            message.written = message.of_http1(way)?;
        }
        Ok(message)
    }

    fn of_http1(&self, way: &Way) -> Result<Vec<u8>, TransportError> {
        let (request, origin) = (self.request, &self.origin);
        let mut written = Vec::with_capacity(USUAL_LENGTH);
        let mut write = |pieces: &[&[u8]]| pieces.iter().for_each(|piece| written.extend_from_slice(piece));
        Method::from_bytes(request.method.as_bytes()).map_err(|error| unsendable(error.to_string()))?;
        write(&[request.method.as_bytes(), b" "]);
        let proxy = way.absolute(&origin.url);
        let credentials = proxy.and_then(authorization);
        if proxy.is_some() {
            // Who stands between has to know whom it is for (RFC 9112, section 3.2.2).
            write(&[origin.url.scheme().as_bytes(), b"://", origin.authority.as_str().as_bytes()]);
        }
        write(&[self.target.as_bytes(), b" HTTP/1.1\r\n"]);
        // What the proxy is shown stands in the target file.
        let shows_another = |name: &str| name == "proxy-authorization" && credentials.is_some();
        for (name, value) in request.headers.iter().filter(|(name, _)| !shows_another(name)) {
            if !can_be_name(name) {
                return Err(unsendable("invalid HTTP header name"));
            }
            if !can_be_value(value) {
                return Err(no_value(name));
            }
            write(&[name.as_bytes(), b": ", value.as_bytes(), b"\r\n"]);
        }
        if !self.has("host") {
            write(&[b"host: ", origin.authority.as_str().as_bytes(), b"\r\n"]);
        }
        for (name, value) in USUAL {
            if !self.has(name) {
                write(&[name.as_bytes(), b": ", value.as_bytes(), b"\r\n"]);
            }
        }
        if let Some(credentials) = &credentials {
            write(&[b"proxy-authorization: ", credentials.as_bytes(), b"\r\n"]);
        }
        let length = self.body().len();
        if length > 0 && !self.has("content-length") && !self.has("transfer-encoding") {
            write(&[b"content-length: ", length.to_string().as_bytes(), b"\r\n"]);
        }
        write(&[b"\r\n", if length > LONG_BODY { &[] } else { self.body() }]);
        Ok(written)
    }

    /// What is written over HTTP/1.1, one after the other.
    pub(super) fn pieces(&self) -> [&[u8]; 2] {
        let body = self.body();
        [&self.written, if body.len() > LONG_BODY { body } else { &[] }]
    }

    /// Whether another may follow it over the same connection.
    pub(super) fn persists(&self) -> bool {
        let length = self.request.headers.iter().find(|(name, _)| name == "content-length");
        let is_whole = length.is_none_or(|(_, length)| length.parse() == Ok(self.body().len()));
        is_whole && !self.has("connection") && !self.has("transfer-encoding")
    }

    /// The method of the request.
    pub(super) fn method(&self) -> &str {
        &self.request.method
    }

    /// Whether it may be sent twice (RFC 9110, section 9.2.2).
    pub(super) fn is_idempotent(&self) -> bool {
        self.request.is_safe() || matches!(self.method(), "PUT" | "DELETE")
    }

    fn body(&self) -> &[u8] {
        self.request.body.as_deref().unwrap_or_default()
    }

    fn has(&self, wanted: &str) -> bool {
        self.request.headers.iter().any(|(name, _)| name == wanted)
    }

    /// The same for HTTP/2 (RFC 9113, section 8.3.1).
    ///
    /// # Errors
    /// As for [`Message::new`].
    pub(super) fn of_http2(&self) -> Result<Request<Full<Bytes>>, TransportError> {
        let unsayable = |error: http::Error| unsendable(error.to_string());
        let scheme = if self.origin.url.scheme() == "https" { Scheme::HTTPS } else { Scheme::HTTP };
        let uri = Uri::builder().scheme(scheme).authority(self.origin.authority.clone()).path_and_query(&*self.target);
        let mut message = Request::builder().method(self.method()).uri(uri.build().map_err(unsayable)?);
        for (name, value) in &self.request.headers {
            let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| no_value(name))?;
            message = message.header(name, value);
        }
        for (name, value) in USUAL.into_iter().filter(|(name, _)| !self.has(name)) {
            message = message.header(name, value);
        }
        message.body(Full::new(self.request.body.clone().unwrap_or_default())).map_err(unsayable)
    }
}

/// What is sent where a request says nothing else.
const USUAL: [(&str, &str); 2] = [("accept", "*/*"), ("user-agent", concat!("probity/", env!("CARGO_PKG_VERSION")))];

/// Few messages have more bytes.
const USUAL_LENGTH: usize = 512;

/// A name of a field is a token (RFC 9110, section 5.6.2).
fn can_be_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(is_token)
}

/// A value of a field has no control characters but HTAB (RFC 9110, section 5.5).
fn can_be_value(value: &str) -> bool {
    value.bytes().all(|byte| byte == b'\t' || !byte.is_ascii_control())
}

fn no_value(name: &str) -> TransportError {
    unsendable(format!("the value of the header `{name}` can't be sent"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::link::Link;

    #[test]
    fn a_message_says_what_the_url_says() {
        for (base, url, target, host) in [
            ("http://h", "http://h/a?b=c", "/a?b=c", "h"),
            ("http://h:80", "http://h:80/a", "/a", "h"),
            ("http://h:81/p", "http://h:81/p/a", "/p/a", "h:81"),
            ("http://h", "http://h", "/", "h"),
            ("http://h", "http://h?a=b", "/?a=b", "h"),
            ("http://h", "http://h/ä b?c=\"d\"#e", "/%C3%A4%20b?c=%22d%22", "h"),
            ("http://[::1]:8", "http://[::1]:8/a", "/a", "[::1]:8"),
            ("http://h", "http://h:81/a", "/a", "h:81"),
            ("http://h", "http://host/a", "/a", "host"),
        ] {
            let way = Way::new(base, &Link::default()).expect("a way");
            let home = Rc::new(Origin::of(base).expect("an origin"));
            let request = PreparedRequest::by_nobody("GET", url.into());
            for known in [Some(&home), None] {
                let message = Message::new(&request, known, &way).expect("a message");
                let head = String::from_utf8_lossy(message.pieces()[0]).into_owned();
                assert!(head.starts_with(&format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n")), "{url}: {head}");
                assert!(message.origin.is(&Origin::of(url).expect("an origin")), "{url}");
            }
        }
    }

    #[test]
    fn what_cant_be_sent_is_said() {
        let way = Way::new("http://h", &Link::default()).expect("a way");
        let home = Rc::new(Origin::of("http://h").expect("an origin"));
        for (url, headers) in [
            ("nowhere", None),
            ("http://", None),
            ("http://h/", Some(("a b", "c"))),
            ("http://h/", Some(("a", "b\nc"))),
        ] {
            let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
            let request = PreparedRequest { headers, ..PreparedRequest::by_nobody("GET", url.into()) };
            let error = Message::new(&request, Some(&home), &way).err().expect("an error");
            assert_eq!(error.kind, TransportFailure::Request, "{error}");
        }
    }
}
