//! Connections to a service: direct, to another place than the URL names, or through a proxy.

use std::cell::OnceCell;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

use super::failed::failure;
use super::socket::{Layer, Socket, Stream};
use super::tls;
use crate::model::exchange::{TransportError, TransportFailure};
use crate::model::link::{Endpoint, HttpVersion, Link, Proxy};

/// A name, and where connections to it go.
#[derive(Clone, Debug)]
struct Detour {
    host: String,
    to: Endpoint,
}

/// How connections to a service are made.
pub(super) struct Way {
    detour: Option<Detour>,
    proxy: Option<Proxy>,
    /// Made when it is first needed: what the machine trusts takes a while to read.
    tls: OnceCell<TlsConnector>,
    link: Link,
    pub(super) version: HttpVersion,
}

/// The longest answer of a proxy, in bytes.
const LARGEST_HEAD: usize = 16 << 10;

impl Way {
    /// The way to what stands at `base`.
    ///
    /// # Errors
    /// The certificates can't be used.
    pub(super) fn new(base: &str, link: &Link) -> Result<Self, TransportError> {
        let host = Url::parse(base).ok().and_then(|url| url.host_str().map(str::to_owned));
        let detour = link.connect.clone().zip(host).map(|(to, host)| Detour { host, to });
        let way =
            Self { detour, proxy: link.proxy.clone(), tls: OnceCell::new(), link: link.clone(), version: link.version };
        let named = link.tls.authorities.is_some() || link.tls.identity.is_some();
        if named || base.starts_with("https:") {
            way.connector()?;
        }
        Ok(way)
    }

    fn connector(&self) -> Result<&TlsConnector, TransportError> {
        if let Some(made) = self.tls.get() {
            return Ok(made);
        }
        let made = TlsConnector::from(Arc::new(tls::config(&self.link.tls, self.version)?));
        Ok(self.tls.get_or_init(|| made))
    }

    /// The proxy to which requests without TLS name the whole URL (RFC 9112, section 3.2.2) and who asks.
    pub(super) fn absolute(&self, url: &Url) -> Option<&Proxy> {
        self.proxy.as_ref().filter(|_| url.scheme() == "http" && self.version == HttpVersion::One)
    }

    /// A connection to the host of a URL, with TLS if the URL says so.
    pub(super) async fn connect(&self, url: &Url) -> Result<Stream, TransportError> {
        let refused = |error: std::io::Error| failure(TransportFailure::Connect, error.to_string());
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().unwrap_or(80);
        let detour = self.detour.as_ref().filter(|detour| detour.host.eq_ignore_ascii_case(&host));
        let to = match (&self.proxy, detour) {
            (Some(proxy), _) => proxy.endpoint.clone(),
            (None, Some(detour)) => detour.to.clone(),
            _ => Endpoint { host: host.clone(), port },
        };
        let mut stream = TcpStream::connect((to.host.as_str(), to.port)).await.map_err(refused)?;
        if let Some(proxy) = self.proxy.as_ref().filter(|_| self.absolute(url).is_none()) {
            tunnel(&mut stream, proxy, &Endpoint { host: host.clone(), port }).await?;
        }
        let socket = Socket::new(stream);
        if url.scheme() != "https" {
            return Ok(Stream { bytes: Layer::Plain(socket.clone()), socket });
        }
        let name = rustls::pki_types::ServerName::try_from(host)
            .map_err(|error| failure(TransportFailure::Connect, error.to_string()))?;
        let encrypted = self.connector()?.connect(name, socket.clone()).await.map_err(refused)?;
        Ok(Stream { bytes: Layer::Tls(Box::new(encrypted)), socket })
    }
}

/// Asks a proxy for a tunnel (RFC 9110, section 9.3.6).
async fn tunnel(stream: &mut TcpStream, proxy: &Proxy, to: &Endpoint) -> Result<(), TransportError> {
    let broken = |cause: String| failure(TransportFailure::Connect, format!("the proxy: {cause}"));
    let credentials = authorization(proxy).map(|value| format!("proxy-authorization: {value}\r\n")).unwrap_or_default();
    let request = format!("CONNECT {to} HTTP/1.1\r\nhost: {to}\r\n{credentials}\r\n");
    stream.write_all(request.as_bytes()).await.map_err(|error| broken(error.to_string()))?;
    let mut head = Vec::new();
    // Byte by byte, since what follows belongs to TLS.
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) if head.len() < LARGEST_HEAD => head.push(byte),
            Ok(_) => return Err(broken("an endless answer".into())),
            Err(error) => return Err(broken(error.to_string())),
        }
    }
    let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
    let status = line.split(' ').nth(1).unwrap_or_default();
    if status.len() == 3 && status.starts_with('2') { Ok(()) } else { Err(broken(format!("`{line}`"))) }
}

/// The value of `Proxy-Authorization`, if the proxy asks for it (RFC 7617).
pub(super) fn authorization(proxy: &Proxy) -> Option<String> {
    let (name, password) = proxy.credentials.as_ref()?;
    Some(format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
}
