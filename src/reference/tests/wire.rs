//! What holds of every answer, whatever the service.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
};

use serde_json::Value;

use super::{
    authorization, hear,
    sample::{self, FRIEND, MY_TOKEN},
    send, start,
};

#[test]
fn every_body_is_json_of_the_declared_length() {
    let server = start();
    let cases = [
        (format!("GET /users/xuid({FRIEND})"), 200, None),
        ("GET /ext/user".to_owned(), 200, None),
        ("GET /".to_owned(), 404, None),
        ("GET /ext/user/".to_owned(), 404, None),
        ("GET /EXT/USER".to_owned(), 404, None),
        ("GET /users//xuid".to_owned(), 404, None),
        ("GET /users/%FF".to_owned(), 404, None),
        ("POST /ext/user".to_owned(), 405, Some("GET,HEAD,PUT")),
        ("DELETE /users/me/people/xuids".to_owned(), 405, Some("POST")),
        ("GET /users/batch/profile/settings".to_owned(), 405, Some("POST")),
        ("POST /users/xuid(1)".to_owned(), 405, Some("GET,HEAD")),
        ("OPTIONS /ext/user".to_owned(), 405, Some("GET,HEAD,PUT")),
    ];
    for (line, status, allow) in cases {
        let heard = send(&server, &line, &[&authorization(MY_TOKEN)], "");
        assert_eq!((heard.status, heard.header("allow")), (status, allow), "{line}");
        assert_eq!(heard.header("content-type"), Some("application/json"), "{line}");
        assert_eq!(heard.header("content-length"), Some(heard.body.len().to_string().as_str()), "{line}");
        assert!(matches!(heard.json(), Value::Object(_)), "{line}");
    }
}

#[test]
fn head_is_get_without_the_body() {
    let server = start();
    let get = send(&server, "GET /ext/user", &[], "");
    let head = send(&server, "HEAD /ext/user", &[], "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-length"), get.header("content-length"));
}

#[test]
fn a_body_that_is_too_long_is_refused_and_the_refusal_arrives() {
    let server = start();
    let cases = [(1 << 20, 400), ((1 << 20) + 1, 413), (4 << 20, 413)];
    for (length, status) in cases {
        let heard = send(&server, "PUT /ext/user", &[], &"x".repeat(length));
        assert_eq!(heard.status, status, "{length}");
    }
}

#[test]
fn a_body_in_chunks_is_read_whole() {
    let head = "PUT /ext/user HTTP/1.1\r\nhost: x\r\nconnection: close";
    let chunks = "5\r\n{\"Use\r\n8\r\nrs\": []}\r\n0\r\n\r\n";
    let request = format!("{head}\r\ntransfer-encoding: chunked\r\n\r\n{chunks}");
    assert_eq!(hear(&start(), request.as_bytes()).status, 204);
}

#[test]
fn a_body_nested_without_end_is_refused() {
    assert_eq!(send(&start(), "PUT /ext/user", &[], &"[".repeat(100_000)).status, 400);
}

#[test]
fn the_same_question_has_the_same_answer() {
    let (one, other) = (start(), start());
    for line in [format!("GET /users/xuid({FRIEND})?level=all"), "GET /ext/user".to_owned()] {
        let heard = [&one, &one, &other].map(|server| send(server, &line, &[&authorization(MY_TOKEN)], "").body);
        assert!(heard.iter().all(|body| *body == heard[0]), "{line}");
    }
}

#[test]
fn a_dropped_server_is_gone_even_with_a_connection_open() {
    let server = start();
    let address = server.address();
    assert_eq!(server.url(), format!("http://{address}"));
    let mut idle = TcpStream::connect(address).unwrap();
    idle.write_all(b"GET /ext/user HTTP/1.1\r\n").unwrap();

    drop(server);
    assert!(TcpListener::bind(address).is_ok());
    assert_eq!(idle.read(&mut [0; 1]).unwrap_or(0), 0);
}

#[test]
fn an_address_in_use_is_an_error() {
    let server = start();
    let world = super::World::from_json(&sample::world()).unwrap();
    assert!(super::Server::start(world, server.address(), &[]).is_err());
}
