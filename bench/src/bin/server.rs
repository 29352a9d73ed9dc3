//! A fast server of small JSON bodies on loopback: `server [DELAY_MS]` prints its address and serves until it is killed.
//!
//! `/item/N` answers with a record of some 150 bytes, `/large/N` with one of 1 MiB.

use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LARGE: usize = 1 << 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let delay = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let large = large();
    loop {
        let (stream, _) = listener.accept().await?;
        let large = large.clone();
        tokio::spawn(async move {
            let _ = serve(stream, Duration::from_millis(delay), &large).await;
        });
    }
}

async fn serve(mut stream: TcpStream, delay: Duration, large: &bytes::Bytes) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut received = BytesMut::with_capacity(16 << 10);
    loop {
        // No request of a benchmark has a body.
        while let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            let path = received[..end].split(|byte| *byte == b' ').nth(1).unwrap_or_default();
            let path = std::str::from_utf8(path).unwrap_or_default();
            let (kind, number) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
            let large_wanted = kind == "large";
            let number: usize = number.parse().unwrap_or_default();
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            if large_wanted {
                stream.write_all(head(large.len()).as_bytes()).await?;
                stream.write_all(large).await?;
            } else {
                let body = format!(
                    r#"{{"id":{number},"name":"item {number}","price":{}.5,"tags":["a","b","c"],"stock":{{"here":{},"there":0}},"open":true}}"#,
                    number % 100,
                    number % 7
                );
                stream.write_all((head(body.len()) + &body).as_bytes()).await?;
            }
            received.advance(end + 4);
        }
        if stream.read_buf(&mut received).await? == 0 {
            return Ok(());
        }
    }
}

fn head(length: usize) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n")
}

/// A record with a list of small ones, 1 MiB in all.
fn large() -> bytes::Bytes {
    let mut body = String::from(r#"{"id":1,"name":"large","price":1.5,"tags":["a"],"stock":{"here":1,"there":0},"open":true,"list":["#);
    let mut at = 0;
    while body.len() < LARGE - 64 {
        body += &format!(r#"{}{{"id":{at},"label":"entry {at}","on":true}}"#, if at == 0 { "" } else { "," });
        at += 1;
    }
    body += "]}";
    body.into()
}
