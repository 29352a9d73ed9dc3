//! A small server that keeps the contract in `tests/contracts/diary`.

use super::server::Server;

/// A server that keeps the contract of the diary.
pub(crate) fn diary() -> Server {
    Server::start(|request, stream| {
        let asks_as = |name: &str| request.contains(&format!("authorization: token-of-{name}-"));
        let (status, body) = match request.split(' ').nth(1) {
            Some("/entries/monday") => ("200 OK", r#"{"writer":"ann","day":"monday","title":"By the river"}"#),
            Some("/cover") => ("200 OK", r#"{"colour":"blue","motto":"day by day"}"#),
            Some("/texts/ann") if asks_as("ann") => ("200 OK", r#"{"text":"I met a badger by the river"}"#),
            Some("/texts/bob") if asks_as("bob") => ("200 OK", r#"{"text":"Nothing happened at all"}"#),
            Some("/texts/ann" | "/texts/bob") => ("403 Forbidden", r#"{"error":"this is not yours"}"#),
            _ => ("404 Not Found", "{}"),
        };
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n");
        std::io::Write::write_all(stream, format!("{head}connection: close\r\n\r\n{body}").as_bytes())
    })
}
