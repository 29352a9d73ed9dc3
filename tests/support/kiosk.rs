//! A kiosk that keeps some clauses of its contract and breaks others, and says what no report must be broken by.

use std::io::{self, Write as _};
use std::net::TcpStream;
use std::path::Path;

use super::server::Server;

pub(crate) const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/kiosk");

/// What a server can say to break a report: control characters, the ends and beginnings of every kind of markup.
pub(crate) const BREAKER: &str = "\u{1b}[31m\u{7}\u{0}\u{ffff}\u{85} ]]> --> </script><b onclick=x> %0A::error::gone\r\n::error::gone \
                                  | `a` ```` @everyone #1 [link](http://evil.invalid) {0} \\ \" ' & # TODO \u{2028}\n...\n---\nnot ok 99";

/// Serves until the test ends.
pub(crate) fn kiosk() -> Server {
    serve("cheap", "not green")
}

/// A kiosk that conforms but for what it says of ice.
pub(crate) fn serve(note: &'static str, colour: &'static str) -> Server {
    Server::start(move |request, stream| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        let token = request.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap_or_default();
        let json = |value: serde_json::Value| (200, value.to_string());
        let (status, body) = match path {
            "/open" => json(serde_json::json!({"open": true})),
            "/price/ice" => json(serde_json::json!({"price": 2, "note": BREAKER})),
            "/price/tea" => json(serde_json::json!({"price": "two", "note": note})),
            "/colour" => (200, String::new()),
            "/drawers/open" => json(serde_json::json!({"holds": "a map of the harbour", "for": token.len()})),
            "/drawers/closed" => json(serde_json::json!({"holds": "a letter from Lisbon"})),
            _ => (404, "{\"problem\": \"no such thing\"}".into()),
        };
        respond(stream, status, colour, &body)
    })
}

fn respond(stream: &mut TcpStream, status: u16, colour: &str, body: &str) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status} \r\ncontent-type: application/json\r\nx-colour: {colour}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The folder of the contract, as it is named in a test's own folder.
pub(crate) fn contract_in(folder: &Path) -> &'static str {
    let copy = folder.join("kiosk");
    for file in super::yaml::yaml_below(Path::new(CONTRACT)) {
        let to = copy.join(file.strip_prefix(CONTRACT).expect("a file of the contract"));
        std::fs::create_dir_all(to.parent().expect("a parent")).expect("a folder");
        std::fs::copy(&file, to).expect("a copy");
    }
    "kiosk"
}
