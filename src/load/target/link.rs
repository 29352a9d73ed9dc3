//! How services are reached: `connect`, `tls`, `proxy`, `http`, `timeout`, `rate`, `patience`.

use std::fs;
use std::time::Duration;

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::super::fields::{Fields, text, word};
use super::super::yaml::Node;
use super::source::Sources;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::link::{Authorities, Endpoint, HttpVersion, Identity, Link, Proxy, Rate, Tls};

const VERSIONS: [(HttpVersion, &str); 3] =
    [(HttpVersion::One, "1.1"), (HttpVersion::One, "1"), (HttpVersion::Two, "2")];

/// What `fields` say of the way; what they don't say is as in `usual`.
pub(super) fn link(fields: &Fields<'_>, usual: &Link, sources: &mut Sources<'_>) -> Link {
    let problems = sources.problems;
    let mut link = usual.clone();
    if let Some(found) = fields.optional("connect").and_then(|node| connect(node, sources)) {
        link.connect = Some(found);
    }
    if let Some(found) = fields.optional("tls").and_then(|node| tls(node, sources)) {
        link.tls = found;
    }
    if let Some(found) = fields.optional("proxy").and_then(|node| proxy(node, sources)) {
        link.proxy = Some(found);
    }
    if let Some(found) = fields.optional("http").and_then(|node| word(node, &VERSIONS, problems)) {
        link.version = found;
    }
    if let Some(found) = fields.optional("timeout").and_then(|node| duration(node, sources)) {
        link.timeout = Some(found);
    }
    if let Some(found) = fields.optional("rate").and_then(|node| rate(node, sources)) {
        link.rate = Some(found);
    }
    if let Some(found) = fields.optional("patience").and_then(|node| duration(node, sources)) {
        link.patience = found;
    }
    if let Some(node) = fields.optional("connect").or(fields.optional("proxy"))
        && link.connect.is_some()
        && link.proxy.is_some()
    {
        let message = "a proxy finds the way itself: `connect` and `proxy` can't be used together";
        problems.push(Diagnostic::at(Code::InvalidTarget, &node.place, message));
    }
    link
}

fn connect(node: &Node, sources: &Sources<'_>) -> Option<Endpoint> {
    let written = text(node, sources.problems)?;
    let found = endpoint(&written);
    if found.is_none() {
        sources.problems.push(
            Diagnostic::at(Code::InvalidTarget, &node.place, format!("`{written}` is no HOST:PORT"))
                .help("write `connect: 127.0.0.1:8443`; what is spoken to stands in `url`"),
        );
    }
    found
}

/// `HOST:PORT`, with brackets around an address of IPv6.
fn endpoint(text: &str) -> Option<Endpoint> {
    let (host, port) = text.rsplit_once(':')?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = bare.unwrap_or(host);
    let unfit = |character: char| character.is_whitespace() || "/?#@[]".contains(character);
    if host.is_empty() || host.contains(unfit) || (bare.is_none() && host.contains(':')) {
        return None;
    }
    Some(Endpoint { host: host.to_owned(), port: port.parse().ok().filter(|port| *port > 0)? })
}

fn tls(node: &Node, sources: &Sources<'_>) -> Option<Tls> {
    let fields = Fields::of(node, "TLS", sources.problems)?;
    let authorities = fields.optional("ca").and_then(|node| {
        let (path, certificates) = certificates(node, sources)?;
        Some(Authorities { path, certificates })
    });
    let identity = match (fields.optional("certificate"), fields.optional("key")) {
        (None, None) => None,
        (Some(certificate), Some(key)) => identity(certificate, key, sources),
        (Some(node), None) | (None, Some(node)) => {
            let message = "a certificate of the client goes with its private key: write `certificate` and `key`";
            sources.problems.push(Diagnostic::at(Code::MissingKey, &node.place, message));
            None
        }
    };
    fields.finish();
    Some(Tls { authorities, identity })
}

fn identity(certificate: &Node, key: &Node, sources: &Sources<'_>) -> Option<Identity> {
    let chain = certificates(certificate, sources);
    let (name, secret) = pem(key, sources)?;
    if PrivateKeyDer::from_pem_slice(&secret).is_err() {
        let message = format!("`{name}` holds no private key in PEM");
        sources.problems.push(Diagnostic::at(Code::InvalidTarget, &key.place, message));
        return None;
    }
    let (certificate, chain) = chain?;
    Some(Identity { certificate, key: name, chain, secret })
}

/// The certificates of a file, and the file as it can be named in a command.
fn certificates(node: &Node, sources: &Sources<'_>) -> Option<(String, Vec<Vec<u8>>)> {
    let (name, bytes) = pem(node, sources)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found: Vec<Vec<u8>> = found.unwrap_or_default().iter().map(|certificate| certificate.to_vec()).collect();
    if found.is_empty() {
        let message = format!("`{name}` holds no certificate in PEM");
        sources.problems.push(Diagnostic::at(Code::InvalidTarget, &node.place, message));
        return None;
    }
    Some((name, found))
}

fn pem(node: &Node, sources: &Sources<'_>) -> Option<(String, Vec<u8>)> {
    let name = text(node, sources.problems)?;
    let path = sources.folder.join(&name);
    match fs::read(&path) {
        Ok(bytes) => Some((path.display().to_string(), bytes)),
        Err(error) => {
            let message = format!("`{name}` can't be read: {error}");
            sources.problems.push(Diagnostic::at(Code::UnreadableFile, &node.place, message));
            None
        }
    }
}

fn proxy(node: &Node, sources: &mut Sources<'_>) -> Option<Proxy> {
    let written = sources.text(node)?;
    let found = proxy_at(&written);
    if let Some((_, password)) = found.as_ref().and_then(|proxy| proxy.credentials.as_ref()) {
        sources.secrets.push(password.clone());
    }
    if found.is_none() {
        // It may hold a password, so it isn't shown again.
        let help = "write `proxy: http://HOST:PORT`, or `{env: NAME}` if it has a password";
        let diagnostic = Diagnostic::at(Code::InvalidTarget, &node.place, "the proxy is no http URL with a host");
        sources.problems.push(diagnostic.help(help));
    }
    found
}

fn proxy_at(url: &str) -> Option<Proxy> {
    let url = reqwest::Url::parse(url).ok().filter(|url| url.scheme() == "http" && url.path() == "/")?;
    if url.query().is_some() || url.fragment().is_some() {
        return None;
    }
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let credentials =
        (!url.username().is_empty()).then(|| (decoded(url.username()), decoded(url.password().unwrap_or_default())));
    let host = url.host_str().filter(|host| !host.is_empty())?.trim_matches(['[', ']']).to_owned();
    Some(Proxy { endpoint: Endpoint { host, port: url.port_or_known_default()? }, credentials })
}

fn rate(node: &Node, sources: &Sources<'_>) -> Option<Rate> {
    let written = text(node, sources.problems)?;
    let found = written.split_once(" per ").and_then(|(requests, per)| {
        let per = per.trim();
        // `10 per s` is one second.
        let per = span(per).or_else(|| span(&format!("1{per}")))?;
        let requests = requests.trim().parse().ok().filter(|requests| (1..=100_000).contains(requests))?;
        Some(Rate { requests, per })
    });
    if found.is_none() {
        sources.problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place, format!("`{written}` is no rate"))
                .help("write `10 per 15s`: at most ten requests in any 15 seconds"),
        );
    }
    found
}

/// A time with its unit.
pub(super) fn duration(node: &Node, sources: &Sources<'_>) -> Option<Duration> {
    let written = text(node, sources.problems)?;
    let found = span(&written);
    if found.is_none() {
        sources.problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place, format!("`{written}` is no time"))
                .help("write a number and its unit, such as `500ms`, `5s` or `2m`, above 0 and up to one hour"),
        );
    }
    found
}

/// The longest time that can be written.
const LONGEST: f64 = 3600.0;

fn span(text: &str) -> Option<Duration> {
    let unit = text.find(|character: char| character.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit);
    let unit = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    if !digits(whole) || !digits(part) {
        return None;
    }
    let seconds = number.parse::<f64>().ok()? * unit;
    (0.001..=LONGEST).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_places_are_read_strictly() {
        let seconds = |text| span(text).map(|span| span.as_secs_f64());
        for (text, wanted) in [("5s", Some(5.0)), ("500ms", Some(0.5)), ("1.5m", Some(90.0)), ("1h", Some(3600.0))] {
            assert_eq!(seconds(text), wanted, "{text}");
        }
        for text in ["", "5", "s", "0s", "-1s", "+5s", "1e3s", "2h", "5 s", ".5s", "5.s", "infs", "1d"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        let shown = |text| endpoint(text).map(|found| found.to_string());
        for text in ["127.0.0.1:80", "[::1]:8443", "server.test:1"] {
            assert_eq!(shown(text).as_deref(), Some(text));
        }
        for text in ["", ":80", "host", "host:0", "host:65536", "::1:80", "http://h:80", "a b:80", "[::1]"] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn a_proxy_never_shows_its_password() {
        let proxy = proxy_at("http://me:p%40ss@proxy.test:3128").unwrap();
        assert_eq!(proxy.credentials, Some(("me".into(), "p@ss".into())));
        assert_eq!(format!("{proxy:?}"), "Proxy(proxy.test:3128)");
        assert!(proxy_at("https://proxy.test").is_none() && proxy_at("http://proxy.test/path").is_none());
    }
}
