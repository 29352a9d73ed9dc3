//! The server as a client sees it: every test starts one and talks to it through a socket.

mod console;
mod people;
mod presence;
mod profile;
pub(super) mod sample;
mod wire;

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;

use super::{Server, World};

/// An answer as it was received.
struct Heard {
    status: u16,
    head: String,
    body: String,
}

impl Heard {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.into_iter().find_map(|(given, value)| given.eq_ignore_ascii_case(name).then_some(value))
    }
}

fn start() -> Server {
    let world = World::from_json(&sample::world()).unwrap();
    Server::start(world, "127.0.0.1:0".parse().unwrap(), &[]).unwrap()
}

/// Sends `METHOD TARGET` with these header lines and this body, on a connection of its own.
fn send(server: &Server, line: &str, headers: &[&str], body: &str) -> Heard {
    let length = format!("content-length: {}", body.len());
    let opening = format!("{line} HTTP/1.1");
    let mut lines = vec![&*opening, "host: localhost", "connection: close", &*length];
    lines.extend(headers);
    let request = format!("{}\r\n\r\n{body}", lines.join("\r\n"));
    hear(server, request.as_bytes())
}

fn hear(server: &Server, request: &[u8]) -> Heard {
    let mut connection = TcpStream::connect(server.address()).unwrap();
    connection.write_all(request).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Heard { status: head.split(' ').nth(1).unwrap().parse().unwrap(), head: head.to_owned(), body: body.to_owned() }
}

/// The header line that sends a token.
fn authorization(token: &str) -> String {
    format!("authorization: {token}")
}
