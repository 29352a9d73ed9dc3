//! How services are reached: `connect`, `tls`, `proxy`, `http`, `timeout`, `rate`, `patience`, `limits`.

use std::fs;
use std::time::Duration;

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::super::fields::{Fields, entries, text, word};
use super::super::yaml::Node;
use super::source::Sources;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::limits::{Limit, Limits};
use crate::model::link::{Authorities, Endpoint, HttpVersion, Identity, Link, Proxy, Rate, Tls};
use crate::model::quantity::{TIMES, time};

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
    if let Some(node) = fields.optional("limits") {
        limits(node, &mut link.limits, sources);
    }
    if let Some(node) = fields.optional("connect").or(fields.optional("proxy"))
        && link.connect.is_some()
        && link.proxy.is_some()
    {
        let message = "a proxy finds the way itself: `connect` and `proxy` can't be used together";
        problems.push(Diagnostic::at(Code::InvalidTarget, &node.place(), message));
    }
    link
}

fn connect(node: &Node, sources: &Sources<'_>) -> Option<Endpoint> {
    let written = text(node, sources.problems)?;
    let found = endpoint(written);
    if found.is_none() {
        sources.problems.push(
            Diagnostic::at(Code::InvalidTarget, &node.place(), format!("`{written}` is no HOST:PORT"))
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
            sources.problems.push(Diagnostic::at(Code::MissingKey, &node.place(), message));
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
        sources.problems.push(Diagnostic::at(Code::InvalidTarget, &key.place(), message));
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
        sources.problems.push(Diagnostic::at(Code::InvalidTarget, &node.place(), message));
        return None;
    }
    Some((name, found))
}

fn pem(node: &Node, sources: &Sources<'_>) -> Option<(String, Vec<u8>)> {
    let name = text(node, sources.problems)?;
    let path = sources.folder.join(name);
    match fs::read(&path) {
        Ok(bytes) => Some((path.display().to_string(), bytes)),
        Err(error) => {
            let message = format!("`{name}` can't be read: {error}");
            sources.problems.push(Diagnostic::at(Code::UnreadableFile, &node.place(), message));
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
        let diagnostic = Diagnostic::at(Code::InvalidTarget, &node.place(), "the proxy is no http URL with a host");
        sources.problems.push(diagnostic.help(help));
    }
    found
}

fn proxy_at(url: &str) -> Option<Proxy> {
    let url = url::Url::parse(url).ok().filter(|url| url.scheme() == "http" && url.path() == "/")?;
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
        let per = time(per).or_else(|| time(&format!("1{per}")))?;
        let requests = requests.trim().parse().ok().filter(|requests| (1..=100_000).contains(requests))?;
        Some(Rate { requests, per })
    });
    if found.is_none() {
        sources.problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{written}` is no rate"))
                .help("write `10 per 15s`: at most ten requests in any 15 seconds"),
        );
    }
    found
}

/// Sets the limits that are named.
fn limits(node: &Node, limits: &mut Limits, sources: &Sources<'_>) {
    for (key, value) in entries(node, "a mapping from limits to their values", sources.problems) {
        let Some(limit) = Limit::ALL.iter().find(|limit| limit.slug() == key.text) else {
            let message = format!("there is no limit `{}`", key.text);
            let diagnostic = Diagnostic::at(Code::UnknownKey, &key.place(), message).label("means nothing here");
            sources.problems.push(diagnostic.suggest(&key.text, Limit::ALL.iter().map(|limit| limit.slug())));
            continue;
        };
        let Some(written) = text(value, sources.problems) else { continue };
        if let Err(help) = limits.set(*limit, written) {
            let message = format!("`{written}` is no value of the limit `{}`", key.text);
            sources.problems.push(Diagnostic::at(Code::InvalidValue, &value.place(), message).help(help));
        }
    }
}

/// A time with its unit.
pub(super) fn duration(node: &Node, sources: &Sources<'_>) -> Option<Duration> {
    let written = text(node, sources.problems)?;
    let found = time(written);
    if found.is_none() {
        sources.problems.push(
            Diagnostic::at(Code::InvalidValue, &node.place(), format!("`{written}` is no time"))
                .help(format!("write {TIMES}")),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_strictly() {
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
