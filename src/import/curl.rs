//! A command line of curl, as people paste it and browsers copy it.

mod words;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::utf8_percent_encode;

use self::words::words;
use super::draft::Draft;
use super::recorded::{self, Exchange};
use crate::model::template::RESERVED;

/// Options that say nothing of the request.
const SILENT: [&str; 20] = [
    "compressed",
    "silent",
    "show-error",
    "include",
    "verbose",
    "globoff",
    "fail",
    "no-progress-meter",
    "progress-bar",
    "http1.0",
    "http1.1",
    "http2",
    "http2-prior-knowledge",
    "path-as-is",
    "no-buffer",
    "ipv4",
    "ipv6",
    "tlsv1.2",
    "fail-with-body",
    "disable",
];
/// Options with a value that says nothing of the request.
const SILENT_WITH_VALUE: [&str; 11] = [
    "output",
    "write-out",
    "max-time",
    "connect-timeout",
    "retry",
    "retry-delay",
    "limit-rate",
    "dump-header",
    "stderr",
    "trace",
    "trace-ascii",
];
/// Options that this tool has no like of, and what to know about it; the second says whether a value follows.
const UNLIKE: [(&str, bool, &str); 12] = [
    ("location", false, "redirects are not followed; a case may have several steps"),
    ("insecure", false, "certificates are always verified"),
    ("proxy", true, "no proxy is used"),
    ("cacert", true, "the certificates of the system are used"),
    ("cert", true, "client certificates can't be sent"),
    ("key", true, "client certificates can't be sent"),
    ("resolve", true, "name the address in the target file"),
    ("connect-to", true, "name the address in the target file"),
    ("cookie-jar", true, "cookies are kept by captures"),
    ("config", true, "its file isn't read"),
    ("upload-file", true, "its file isn't read"),
    ("next", false, "only the first request is taken over"),
];
/// Short options and the long ones that they stand for.
const SHORT: [(char, &str); 36] = [
    ('X', "request"),
    ('H', "header"),
    ('d', "data"),
    ('u', "user"),
    ('b', "cookie"),
    ('A', "user-agent"),
    ('e', "referer"),
    ('F', "form"),
    ('G', "get"),
    ('I', "head"),
    ('s', "silent"),
    ('S', "show-error"),
    ('i', "include"),
    ('v', "verbose"),
    ('g', "globoff"),
    ('f', "fail"),
    ('o', "output"),
    ('w', "write-out"),
    ('m', "max-time"),
    ('L', "location"),
    ('k', "insecure"),
    ('x', "proxy"),
    ('E', "cert"),
    ('c', "cookie-jar"),
    ('K', "config"),
    ('T', "upload-file"),
    ('D', "dump-header"),
    ('0', "http1.0"),
    ('4', "ipv4"),
    ('6', "ipv6"),
    ('N', "no-buffer"),
    ('#', "progress-bar"),
    ('O', "remote-name"),
    ('J', "remote-header-name"),
    ('q', "disable"),
    ('R', "remote-time"),
];
/// Options with a value, besides those above.
const WITH_VALUE: [&str; 16] = [
    "request",
    "header",
    "data",
    "data-raw",
    "data-binary",
    "data-ascii",
    "data-urlencode",
    "json",
    "user",
    "cookie",
    "user-agent",
    "referer",
    "form",
    "form-string",
    "url",
    "oauth2-bearer",
];

/// The draft of a contract with the one request of a command.
pub(super) fn draft(command: &str, name: Option<&str>) -> Result<Draft, String> {
    let mut all = words(command)?.into_iter().peekable();
    // A prompt may have been copied too.
    while all.next_if(|word| word == "$" || word == "%").is_some() {}
    if all.next().as_deref() != Some("curl") {
        return Err("the command doesn't begin with `curl`".into());
    }
    let mut request = Parsed::default();
    let mut options = true;
    while let Some(word) = all.next() {
        if options && word == "--" {
            options = false;
        } else if let Some(long) = word.strip_prefix("--").filter(|_| options) {
            request.option(long, &mut || all.next());
        } else if let Some(cluster) = word.strip_prefix('-').filter(|rest| options && !rest.is_empty()) {
            request.cluster(cluster, &mut || all.next());
        } else {
            request.urls.push(word);
        }
    }
    let (exchange, mut remarks) = request.finish()?;
    let host =
        exchange.url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#', ':']).next()).unwrap_or_default();
    let mut draft = recorded::draft("a command of curl", std::slice::from_ref(&exchange), name.unwrap_or(host));
    if draft.clauses.is_empty() {
        return Err("the command has no URL of HTTP".into());
    }
    draft.remarks.append(&mut remarks);
    Ok(draft)
}

#[derive(Default)]
struct Parsed {
    method: Option<String>,
    urls: Vec<String>,
    headers: Vec<(String, String)>,
    data: Vec<String>,
    media_type: Option<&'static str>,
    get: bool,
    head: bool,
    missing: Vec<String>,
    remarks: Vec<String>,
}

impl Parsed {
    /// `sSL`, `XPOST`, `H 'a: b'`.
    fn cluster(&mut self, cluster: &str, next: &mut dyn FnMut() -> Option<String>) {
        for (at, short) in cluster.char_indices() {
            let Some((_, long)) = SHORT.iter().find(|(known, _)| *known == short) else {
                self.remarks.push(format!("the option `-{short}` isn't known, and was passed over"));
                continue;
            };
            if takes_value(long) {
                let glued = cluster[at + short.len_utf8()..].to_owned();
                let mut value = Some(glued).filter(|glued| !glued.is_empty());
                self.option(long, &mut || value.take().or_else(&mut *next));
                return;
            }
            self.option(long, &mut || None);
        }
    }

    fn option(&mut self, name: &str, next: &mut dyn FnMut() -> Option<String>) {
        let value = if takes_value(name) { next() } else { None };
        let value = value.unwrap_or_default();
        match name {
            "request" => self.method = Some(value),
            "header" => self.header(&value),
            "url" => self.urls.push(value),
            "data" | "data-ascii" | "data-binary" => self.data(value, name != "data-binary"),
            "data-raw" => self.data.push(value),
            "data-urlencode" => self.urlencoded(&value),
            "json" => {
                self.media_type = Some("application/json");
                self.headers.push(("accept".into(), "application/json".into()));
                self.data(value, false);
            }
            "get" => self.get = true,
            "head" => self.head = true,
            "user" => {
                let value = if value.contains(':') { value } else { format!("{value}:") };
                self.headers.push(("authorization".into(), format!("Basic {}", STANDARD.encode(value))));
            }
            "oauth2-bearer" => self.headers.push(("authorization".into(), format!("Bearer {value}"))),
            "cookie" if value.contains('=') => self.headers.push(("cookie".into(), value)),
            "cookie" => self.missing.push("its cookies stand in a file, which isn't read".into()),
            "user-agent" | "referer" => {}
            "form" | "form-string" => {
                self.get = false;
                self.method.get_or_insert_with(|| "POST".into());
                if self.missing.is_empty() {
                    self.missing.push("its body is multipart; write it as `text` with its content-type".into());
                }
            }
            _ if SILENT.contains(&name) || SILENT_WITH_VALUE.contains(&name) || name.starts_with("remote-") => {}
            _ => match UNLIKE.iter().find(|(known, ..)| *known == name) {
                Some((_, _, what)) => self.remarks.push(format!("`--{name}`: {what}")),
                None => self.remarks.push(format!("the option `--{name}` isn't known, and was passed over")),
            },
        }
    }

    fn header(&mut self, line: &str) {
        match line.split_once(':') {
            Some((name, value)) if !value.trim().is_empty() => {
                self.headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
            // Without a value the header is left out, with a semicolon it is sent empty.
            Some(_) => {}
            None => match line.strip_suffix(';') {
                Some(name) => self.headers.push((name.trim().to_ascii_lowercase(), String::new())),
                None if line.starts_with('@') => {
                    self.missing.push("its headers stand in a file, which isn't read".into());
                }
                None => self.remarks.push("a header without a colon was passed over".into()),
            },
        }
    }

    fn data(&mut self, value: String, strips: bool) {
        if value.starts_with('@') {
            self.missing.push("its body stands in a file, which isn't read".into());
        } else {
            self.data.push(if strips { value.replace(['\r', '\n'], "") } else { value });
        }
    }

    fn urlencoded(&mut self, value: &str) {
        let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        match value.split_once('=') {
            Some(("", content)) => self.data.push(encode(content)),
            Some((name, content)) => self.data.push(format!("{name}={}", encode(content))),
            None if value.contains('@') => self.missing.push("its body stands in a file, which isn't read".into()),
            None => self.data.push(encode(value)),
        }
    }

    fn finish(mut self) -> Result<(Exchange, Vec<String>), String> {
        let mut urls = self.urls.into_iter();
        let url = urls.next().ok_or("the command has no URL")?;
        if urls.next().is_some() {
            self.remarks.push("only the first URL is taken over".into());
        }
        let mut url = if url.contains("://") { url } else { format!("http://{url}") };
        // A user in the URL is a credential too.
        if let Some((scheme, rest)) = url.clone().split_once("://") {
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            if let Some((user, host)) = rest[..end].rsplit_once('@') {
                let user = percent_encoding::percent_decode_str(user).decode_utf8_lossy().into_owned();
                self.headers.push(("authorization".into(), format!("Basic {}", STANDARD.encode(user))));
                url = format!("{scheme}://{host}{}", &rest[end..]);
            }
        }
        let joined = self.data.join("&");
        let sends = !self.data.is_empty();
        if self.get && sends {
            url.truncate(url.find('#').unwrap_or(url.len()));
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&joined);
        }
        let posts = sends && !self.get;
        let usual = if self.head {
            "HEAD"
        } else if posts {
            "POST"
        } else {
            "GET"
        };
        let said = self.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.clone());
        let kind = self.media_type.unwrap_or("application/x-www-form-urlencoded");
        let body = posts.then(|| (said.clone().unwrap_or_else(|| kind.to_owned()), joined));
        if body.is_some() && said.is_none() {
            self.headers.push(("content-type".into(), kind.to_owned()));
        }
        let method = self.method.unwrap_or_else(|| usual.to_owned());
        let exchange = Exchange { method, url, headers: self.headers, body, answer: None, missing: self.missing };
        Ok((exchange, self.remarks))
    }
}

fn takes_value(name: &str) -> bool {
    WITH_VALUE.contains(&name)
        || SILENT_WITH_VALUE.contains(&name)
        || UNLIKE.iter().any(|(known, value, _)| *known == name && *value)
}
