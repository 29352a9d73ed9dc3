//! One HTTP/1.1 exchange over a connection of its own, byte by byte.
//!
//! The pooled client hides how an answer is framed: what follows the declared length, the case of header names,
//! lengths that lie. This transport reads until the connection ends and says what it saw.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use url::Url;

use super::client::Course;
use super::connection::{Way, authorization};
use super::failed::failure;
use crate::model::exchange::{Answer, Ending, PreparedRequest, TransportError, TransportFailure};
use crate::model::link::HttpVersion;

/// How long a connection may stay open after a complete answer before it counts as having nothing more to say.
const LINGER: Duration = Duration::from_millis(250);
const MOST_HEADERS: usize = 256;
const LARGEST_HEAD: usize = 256 << 10;

/// Sends a request and reads everything that comes back.
///
/// A body that pauses longer than `pause` counts as cut short.
pub(super) async fn exchange(
    request: &PreparedRequest,
    way: &Way,
    limit: usize,
    pause: Duration,
    course: &mut Course,
) -> Result<Answer, TransportError> {
    let unsendable = |cause: String| failure(TransportFailure::Request, cause);
    let (scheme, rest) = request.url.split_once("://").ok_or_else(|| unsendable("no scheme".into()))?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let url = Url::parse(&format!("{scheme}://{authority}/")).map_err(|error| unsendable(error.to_string()))?;
    if url.host_str().is_none() {
        return Err(unsendable("no host".into()));
    }
    let broken = |error: std::io::Error| failure(TransportFailure::Protocol, error.to_string());
    if way.version == HttpVersion::Two {
        return Err(unsendable("this can't be said over HTTP/2, which the target file asks for".into()));
    }
    let mut stream = way.connect(&url).await?.bytes;
    let path = if path.is_empty() { "/" } else { path };
    let message = match way.absolute(&url) {
        None => message(request, authority, path, None),
        Some(proxy) => message(request, authority, &format!("{scheme}://{authority}{path}"), authorization(proxy)),
    };
    stream.write_all(&message).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    read(&mut stream, &request.method, limit, pause, course).await
}

fn message(request: &PreparedRequest, authority: &str, path: &str, proxy: Option<String>) -> Vec<u8> {
    let path = path.replace(' ', "%20");
    let mut head = format!("{} {path} HTTP/1.1\r\n", request.method);
    let has = |wanted: &str| request.headers.iter().any(|(name, _)| name == wanted);
    if !has("host") {
        let _ = write!(head, "host: {authority}\r\n");
    }
    for (name, value) in &request.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if let Some(value) = proxy {
        let _ = write!(head, "proxy-authorization: {value}\r\n");
    }
    let body = request.body.clone().unwrap_or_default();
    if !body.is_empty() && !has("content-length") && !has("transfer-encoding") {
        let _ = write!(head, "content-length: {}\r\n", body.len());
    }
    if !has("connection") {
        head.push_str("connection: close\r\n");
    }
    head.push_str("\r\n");
    let mut message = head.into_bytes();
    message.extend_from_slice(&body);
    message
}

async fn read<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    method: &str,
    limit: usize,
    pause: Duration,
    course: &mut Course,
) -> Result<Answer, TransportError> {
    let mut received: Vec<u8> = Vec::new();
    let mut ended = false;
    let head = loop {
        if let Some(head) = head(&received)? {
            // Interim answers (RFC 9110, section 15.2) come before the one that counts; 101 is the last of HTTP.
            if head.status / 100 != 1 || head.status == 101 {
                break head;
            }
            received.drain(..head.length);
            continue;
        }
        if ended {
            let what =
                if received.is_empty() { "the connection ended without an answer" } else { "the head was cut short" };
            return Err(failure(TransportFailure::Closed, what));
        }
        if received.len() > LARGEST_HEAD {
            return Err(failure(TransportFailure::TooLarge, format!("a head of more than {LARGEST_HEAD} bytes")));
        }
        ended = !more(stream, &mut received).await?;
    };
    course.head_is_read();
    let mut rest = received.split_off(head.length);
    loop {
        let decoded = decode(&head, method, &rest, ended)?;
        let length = decoded.as_ref().map_or(rest.len(), |(body, ..)| body.len());
        if length > limit {
            return Err(failure(TransportFailure::TooLarge, format!("more than {limit} bytes")));
        }
        if let Some((body, mut ending, used)) = decoded {
            course.body_is_read();
            if ending == Ending::Complete && !ended {
                let lingering = tokio::time::timeout(LINGER, more(stream, &mut rest)).await;
                let _ = lingering.unwrap_or(Ok(false));
            }
            let surplus = rest.len().saturating_sub(used);
            if surplus > 0 && ending == Ending::Complete {
                ending = Ending::Long { surplus };
            }
            return Ok(Answer { status: head.status, reason: head.reason, headers: head.headers, body, ending });
        }
        let waited = tokio::time::timeout(pause, more(stream, &mut rest)).await;
        ended = !waited.unwrap_or(Ok(false))?;
    }
}

/// Reads once; false at the end of the connection.
async fn more<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> Result<bool, TransportError> {
    match stream.read_buf(buffer).await {
        Ok(0) => Ok(false),
        Ok(_) => Ok(true),
        // A peer that closes with unread bytes resets the connection; what it sent before still counts.
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset && !buffer.is_empty() => Ok(false),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
            Err(failure(TransportFailure::Closed, error.to_string()))
        }
        Err(error) => Err(failure(TransportFailure::Protocol, error.to_string())),
    }
}

struct Head {
    status: u16,
    reason: String,
    headers: Vec<(String, Bytes)>,
    length: usize,
}

impl Head {
    fn value(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| String::from_utf8_lossy(value).trim().to_ascii_lowercase())
    }
}

fn head(bytes: &[u8]) -> Result<Option<Head>, TransportError> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => Ok(Some(Head {
            status: response.code.unwrap_or_default(),
            reason: response.reason.unwrap_or_default().to_owned(),
            headers: response
                .headers
                .iter()
                .map(|header| (header.name.to_owned(), Bytes::copy_from_slice(header.value)))
                .collect(),
            length,
        })),
        Ok(httparse::Status::Partial) => Ok(None),
        Err(error) => Err(failure(TransportFailure::Protocol, format!("the head is not HTTP/1.1: {error}"))),
    }
}

/// The body in `bytes`, how it ended and how many bytes it took; none if more must be read.
fn decode(
    head: &Head,
    method: &str,
    bytes: &[u8],
    ended: bool,
) -> Result<Option<(Bytes, Ending, usize)>, TransportError> {
    if method == "HEAD" || matches!(head.status, 204 | 304) {
        return Ok(Some((Bytes::new(), Ending::Complete, 0)));
    }
    if head.value("transfer-encoding").is_some_and(|coding| coding.ends_with("chunked")) {
        return Ok(match dechunk(bytes)? {
            Some((body, used)) => Some((Bytes::from(body), Ending::Complete, used)),
            None if ended => Some((Bytes::copy_from_slice(bytes), Ending::Short, bytes.len())),
            None => None,
        });
    }
    let declared = head.value("content-length").and_then(|length| length.parse::<usize>().ok());
    Ok(match declared {
        Some(length) if bytes.len() >= length => {
            Some((Bytes::copy_from_slice(&bytes[..length]), Ending::Complete, length))
        }
        Some(_) if ended => Some((Bytes::copy_from_slice(bytes), Ending::Short, bytes.len())),
        None if ended => Some((Bytes::copy_from_slice(bytes), Ending::Complete, bytes.len())),
        _ => None,
    })
}

/// A chunked body (RFC 9112, section 7.1) and its length on the wire; none if it isn't whole.
fn dechunk(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, TransportError> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        match httparse::parse_chunk_size(&bytes[at..]) {
            Ok(httparse::Status::Complete((line, 0))) => {
                // Trailers, if any, end with an empty line.
                let trailers = &bytes[at + line..];
                if trailers.starts_with(b"\r\n") {
                    return Ok(Some((body, at + line + 2)));
                }
                let end = trailers.windows(4).position(|window| window == b"\r\n\r\n");
                return Ok(end.map(|end| (body, at + line + end + 4)));
            }
            Ok(httparse::Status::Complete((line, size))) => {
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                let start = at + line;
                let Some(chunk) = bytes.get(start..start.saturating_add(size)) else { return Ok(None) };
                body.extend_from_slice(chunk);
                at = start + size;
                match bytes.get(at..at + 2) {
                    Some(b"\r\n") => at += 2,
                    Some(_) => return Err(failure(TransportFailure::Protocol, "a chunk doesn't end where it says")),
                    None => return Ok(None),
                }
            }
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err(failure(TransportFailure::Protocol, "the size of a chunk can't be read")),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;
    use crate::model::link::Link;

    async fn answered(bytes: &'static [u8]) -> Result<Answer, TransportError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut buffer = [0; 1024];
            let _ = socket.read(&mut buffer).await;
            socket.write_all(bytes).await.expect("written");
        });
        let request = PreparedRequest {
            method: "GET".into(),
            url: format!("http://{address}/x"),
            headers: Vec::new(),
            body: None,
            persona: "nobody".into(),
            raw: true,
        };
        let way = Way::new(&request.url, &Link::default(), Duration::from_secs(5)).unwrap();
        let answer = exchange(&request, &way, 1 << 20, Duration::from_secs(5), &mut Course::begin()).await;
        server.await.expect("the server ended");
        answer
    }

    #[tokio::test]
    async fn framing_is_seen() {
        for (bytes, body, ending) in [
            (&b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"[..], &b"hi"[..], Ending::Complete),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi there", b"hi", Ending::Long { surplus: 6 }),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", b"hi", Ending::Short),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"hi", Ending::Complete),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi", b"5\r\nhi", Ending::Short),
            (b"HTTP/1.1 204 No Content\r\n\r\nhi", b"", Ending::Long { surplus: 2 }),
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 Fine\r\n\r\nhi", b"hi", Ending::Complete),
        ] {
            let answer = answered(bytes).await.expect("an answer");
            assert_eq!((&answer.body[..], answer.ending), (body, ending), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[tokio::test]
    async fn what_is_no_answer_is_a_failure() {
        for (bytes, kind) in [
            (&b""[..], TransportFailure::Closed),
            (b"HTTP/1.1 200", TransportFailure::Closed),
            (b"garbage\r\n\r\n", TransportFailure::Protocol),
        ] {
            assert_eq!(answered(bytes).await.expect_err("a failure").kind, kind);
        }
    }

    #[tokio::test]
    async fn header_names_keep_their_case() {
        let answer = answered(b"HTTP/1.1 200 Fine\r\nX-Odd: a\r\nx-odd: b\r\n\r\n").await.expect("an answer");
        assert_eq!(answer.reason, "Fine");
        assert_eq!(answer.headers[0].0, "X-Odd");
        assert_eq!(answer.header("X-ODD").count(), 2);
    }
}
