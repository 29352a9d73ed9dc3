//! How the service of a target is reached.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use super::limits::Limits;

/// The way to one service, besides its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where connections go to instead of the URL's own host and port.
    pub connect: Option<Endpoint>,
    /// Whom a connection with TLS trusts, and what it shows of itself.
    pub tls: Tls,
    /// The proxy that connections go through.
    pub proxy: Option<Proxy>,
    /// The version of HTTP.
    pub version: HttpVersion,
    /// How long one exchange may take.
    pub timeout: Option<Duration>,
    /// How many requests may be sent in which time.
    pub rate: Option<Rate>,
    /// How long the service may put a request off by answers that ask to retry later, in all.
    pub patience: Duration,
    /// What an answer may take.
    pub limits: Limits,
}

/// How long a service may put a request off, unless the target file says it.
const PATIENCE: Duration = Duration::from_secs(30);

impl Default for Link {
    fn default() -> Self {
        Self {
            connect: None,
            tls: Tls::default(),
            proxy: None,
            version: HttpVersion::One,
            timeout: None,
            rate: None,
            patience: PATIENCE,
            limits: Limits::default(),
        }
    }
}

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// A name or an address; one of IPv6 without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

/// Certificates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// The only authorities that are trusted; none trusts what the machine trusts.
    pub authorities: Option<Authorities>,
    /// What is shown to a server that asks who connects.
    pub identity: Option<Identity>,
}

/// Authorities of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorities {
    /// The file, as it can be named in a command.
    pub path: String,
    /// The certificates, in DER.
    pub certificates: Vec<Vec<u8>>,
}

/// A certificate and its private key.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The file of the certificate, as it can be named in a command.
    pub certificate: String,
    /// The file of the key, likewise.
    pub key: String,
    /// The certificate and those between it and its authority, in DER.
    pub chain: Vec<Vec<u8>>,
    /// The private key, in PEM.
    pub secret: Vec<u8>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Identity({}, {})", self.certificate, self.key)
    }
}

/// A proxy for HTTP (RFC 9110, section 3.7).
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// User name and password, if it asks for them.
    pub credentials: Option<(String, String)>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Proxy({})", self.endpoint)
    }
}

/// A version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1.
    One,
    /// HTTP/2; without TLS by prior knowledge (RFC 9113, section 3.3).
    Two,
}

/// So many requests in such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub requests: usize,
    /// In any such time.
    pub per: Duration,
}

impl Rate {
    /// When the next request may be sent, given when the last ones were; none means now.
    #[must_use]
    pub fn next(self, sent: &VecDeque<Instant>) -> Option<Instant> {
        let oldest = sent.len().checked_sub(self.requests)?;
        sent.get(oldest).map(|at| *at + self.per)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_holds_in_every_window() {
        let rate = Rate { requests: 3, per: Duration::from_secs(10) };
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let sent = VecDeque::from([at(0), at(1)]);
        assert_eq!(rate.next(&sent), None);
        let sent = VecDeque::from([at(0), at(1), at(5)]);
        assert_eq!(rate.next(&sent), Some(at(10)));
        let sent = VecDeque::from([at(0), at(1), at(5), at(10)]);
        assert_eq!(rate.next(&sent), Some(at(11)));
    }
}
