//! A prepared request as the HTTP library sends it.

use std::rc::Rc;

use bytes::Bytes;
use http::header::{ACCEPT, HOST, HeaderName, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Method, Request, Uri};
use http_body_util::Full;
use url::Url;

use super::connection::{Way, authorization};
use super::failed::failure;
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
    host: HeaderValue,
}

/// A message and where it goes.
pub(super) struct Message {
    pub(super) request: Request<Full<Bytes>>,
    pub(super) origin: Rc<Origin>,
}

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
        let host = HeaderValue::from_str(authority.as_str()).map_err(|error| unsendable(error.to_string()))?;
        let beginning = url.find("://").map_or(0, |at| at + 3);
        let end = url[beginning..].find(['/', '?', '#']).map_or(url.len(), |at| beginning + at);
        let url_of = Url::parse(&bare).map_err(|error| unsendable(error.to_string()))?;
        Ok(Self { written: url[..end].to_owned(), url: url_of, authority, host })
    }

    /// Whether connections to one serve the other too.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.url == other.url
    }

    /// Path and query of a URL at this origin, if they are sent as they are written.
    fn target(&self, url: &str) -> Option<PathAndQuery> {
        let target = url.strip_prefix(self.written.as_str())?;
        let plain = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'(' | b')' | b'*' | b'+' | b',')
                || matches!(byte, b';' | b'=' | b':' | b'@' | b'%' | b'/' | b'?')
        };
        let as_written = target.starts_with('/') && target.bytes().all(plain);
        as_written.then(|| PathAndQuery::from_maybe_shared(Bytes::copy_from_slice(target.as_bytes())).ok()).flatten()
    }
}

impl Message {
    /// The message for a request to a service that stands at `home`, if it is known where.
    ///
    /// # Errors
    /// The request can't be sent as written.
    pub(super) fn new(request: &PreparedRequest, home: Option<&Rc<Origin>>, way: &Way) -> Result<Self, TransportError> {
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| unsendable(error.to_string()))?;
        let at_home = home.and_then(|home| Some((home.target(&request.url)?, Rc::clone(home))));
        let (target, origin) = if let Some(at_home) = at_home {
            at_home
        } else {
            let url = Url::parse(&request.url).map_err(|e| unsendable(format!("{}: {e}", request.url)))?;
            let origin = Origin::of(&request.url)?;
            let text = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
            let target = PathAndQuery::from_maybe_shared(Bytes::from(text)).map_err(|e| unsendable(e.to_string()))?;
            (target, home.filter(|home| origin.is(home)).cloned().unwrap_or_else(|| Rc::new(origin)))
        };
        let proxy = way.absolute(&origin.url);
        let uri = if proxy.is_some() || way.version == HttpVersion::Two {
            let scheme = if origin.url.scheme() == "https" { Scheme::HTTPS } else { Scheme::HTTP };
            let whole = Uri::builder().scheme(scheme).authority(origin.authority.clone()).path_and_query(target);
            whole.build().map_err(|error| unsendable(error.to_string()))?
        } else {
            Uri::from(target)
        };
        let mut headers = HeaderMap::with_capacity(request.headers.len() + 3);
        for (name, value) in &request.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| unsendable(error.to_string()))?;
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| unsendable(format!("the value of the header `{name}` can't be sent")))?;
            headers.append(name, value);
        }
        if way.version == HttpVersion::One {
            headers.entry(HOST).or_insert_with(|| origin.host.clone());
        }
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(concat!("probity/", env!("CARGO_PKG_VERSION"))));
        if let Some(value) = proxy.and_then(authorization) {
            let mut value = HeaderValue::from_str(&value).map_err(|error| unsendable(error.to_string()))?;
            value.set_sensitive(true);
            headers.insert(PROXY_AUTHORIZATION, value);
        }
        let mut message = Request::new(Full::new(request.body.clone().unwrap_or_default()));
        *message.method_mut() = method;
        *message.uri_mut() = uri;
        *message.headers_mut() = headers;
        Ok(Self { request: message, origin })
    }
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
                assert_eq!(message.request.uri().to_string(), target, "{url}");
                assert_eq!(message.request.headers()[HOST], host, "{url}");
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
