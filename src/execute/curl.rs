//! A request as a command that a person can run.

use std::fmt::Write as _;

use crate::model::exchange::PreparedRequest;
use crate::model::link::{HttpVersion, Link};
use crate::model::secret::{CREDENTIAL_HEADERS, MASK, Secrets};

/// The largest body that is written out, in bytes.
const LARGEST_BODY: usize = 4096;

/// The `curl` command that sends this request on this way, in one line, with secrets masked.
#[must_use]
pub fn curl(request: &PreparedRequest, link: &Link, secrets: &Secrets) -> String {
    let mut command = String::from("curl -i");
    way(link, request.url.starts_with("https:"), &mut command);
    if request.method != "GET" {
        let _ = write!(command, " -X {}", request.method);
    }
    let url = secrets.mask(&request.url);
    // curl takes brackets and braces for a list of URLs.
    let globs = url.split_once("://").is_some_and(|(_, rest)| rest.trim_start_matches('[').contains(['[', '{']));
    command.push_str(if globs { " --path-as-is -g " } else { " --path-as-is " });
    command.push_str(&quoted(&url));
    for (name, value) in &request.headers {
        let credential = CREDENTIAL_HEADERS.contains(&name.as_str());
        let shown = if credential { MASK.into() } else { secrets.mask(value) };
        // curl takes an empty value for the wish to leave the header out, unless a semicolon ends it.
        let name = secrets.mask(name);
        let header = if shown.is_empty() { format!("{name};") } else { format!("{name}: {shown}") };
        let _ = write!(command, " -H {}", quoted(&header));
    }
    match &request.body {
        Some(body) if body.len() > LARGEST_BODY => {
            let _ = write!(command, " --data-binary @body # {} bytes", body.len());
        }
        Some(body) if !body.is_empty() => {
            let text = String::from_utf8_lossy(body);
            let _ = write!(command, " --data-binary {}", quoted(&secrets.mask(&text)));
        }
        _ => {}
    }
    command
}

/// The options that say how the server is reached.
fn way(link: &Link, encrypted: bool, command: &mut String) {
    if let Some(endpoint) = &link.connect {
        let _ = write!(command, " --connect-to {}", quoted(&format!("::{endpoint}")));
    }
    if let Some(authorities) = &link.tls.authorities {
        let _ = write!(command, " --cacert {}", quoted(&authorities.path));
    }
    if let Some(identity) = &link.tls.identity {
        let _ = write!(command, " --cert {} --key {}", quoted(&identity.certificate), quoted(&identity.key));
    }
    if let Some(proxy) = &link.proxy {
        let _ = write!(command, " --proxy {}", quoted(&format!("http://{}", proxy.endpoint)));
        if proxy.credentials.is_some() {
            let _ = write!(command, " --proxy-user {}", quoted(MASK));
        }
    }
    match (link.version, encrypted) {
        (HttpVersion::One, _) => {}
        (HttpVersion::Two, true) => command.push_str(" --http2"),
        (HttpVersion::Two, false) => command.push_str(" --http2-prior-knowledge"),
    }
}

/// The text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_command_holds_no_secret_and_survives_a_shell() {
        let request = PreparedRequest {
            method: "PUT".into(),
            url: "http://h/it's?token=hunter22".into(),
            headers: vec![("authorization".into(), "XBL3.0 x=1;abc".into()), ("x-empty".into(), String::new())],
            body: Some(Bytes::from_static(b"{\"Password\":\"hunter22\"}")),
            persona: "me".into(),
            raw: false,
            hostless: false,
        };
        let command = curl(&request, &Link::default(), &Secrets::new(["hunter22".to_owned()]));
        assert_eq!(
            command,
            r#"curl -i -X PUT --path-as-is -g 'http://h/it'\''s?token=[secret]' -H 'authorization: [secret]' -H 'x-empty;' --data-binary '{"Password":"[secret]"}'"#
        );
    }
}
