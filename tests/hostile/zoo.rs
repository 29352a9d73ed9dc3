//! Servers with bad manners: well-behaved towards everybody who asks for water, and as told towards who asks for tea.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// A server that only waits goes on waiting for longer than anybody who asks it.
const LONG: Duration = Duration::from_secs(20);

/// What a server does when it is asked for tea.
#[derive(Debug)]
pub(crate) enum Manner {
    /// Writes this and closes the connection.
    Says(Vec<u8>),
    /// Writes this and then nothing, with the connection open.
    Stops(Vec<u8>),
    /// Writes this and then that for ever.
    Goes(Vec<u8>, Vec<u8>),
    /// Writes this one byte after the other, with such pauses.
    Drips(Vec<u8>, Duration),
    /// Writes this and then that for ever, with such pauses.
    Trickles(Vec<u8>, Vec<u8>, Duration),
    /// Writes this, waits and resets the connection, instead of closing it.
    Resets(Vec<u8>, Duration),
    /// Writes this and waits for the next request.
    Keeps(Vec<u8>),
    /// Writes this, after a pause that, and waits for the next request.
    Adds(Vec<u8>, Duration, Vec<u8>),
    /// Writes this and closes the connection after a pause, whatever is asked meanwhile.
    Leaves(Vec<u8>, Duration),
    /// Writes this as soon as there is a connection, and waits for requests.
    Greets(Vec<u8>),
    /// Resets every connection of such a number, counted from nought, before anything is asked.
    Refuses(fn(usize) -> bool),
}

use Manner::{Adds, Drips, Goes, Greets, Keeps, Leaves, Refuses, Resets, Says, Stops, Trickles};

/// What becomes of a connection.
#[derive(PartialEq)]
enum After {
    Next,
    Closed,
    Reset,
}

impl Manner {
    fn act(&self, mut stream: &TcpStream) -> io::Result<After> {
        match self {
            Says(bytes) => stream.write_all(bytes)?,
            Stops(bytes) => {
                stream.write_all(bytes)?;
                thread::sleep(LONG);
            }
            Goes(head, again) => {
                stream.write_all(head)?;
                loop {
                    stream.write_all(again)?;
                }
            }
            Drips(bytes, pause) => {
                for byte in bytes {
                    stream.write_all(&[*byte])?;
                    thread::sleep(*pause);
                }
            }
            Trickles(head, again, pause) => {
                stream.write_all(head)?;
                loop {
                    stream.write_all(again)?;
                    thread::sleep(*pause);
                }
            }
            Resets(bytes, pause) => {
                stream.write_all(bytes)?;
                thread::sleep(*pause);
                return Ok(After::Reset);
            }
            Keeps(bytes) => {
                stream.write_all(bytes)?;
                return Ok(After::Next);
            }
            Adds(bytes, pause, more) => {
                stream.write_all(bytes)?;
                thread::sleep(*pause);
                stream.write_all(more)?;
                return Ok(After::Next);
            }
            Leaves(bytes, pause) => {
                stream.write_all(bytes)?;
                thread::sleep(*pause);
            }
            Greets(_) | Refuses(_) => {
                stream.write_all(&good())?;
                return Ok(After::Next);
            }
        }
        Ok(After::Closed)
    }
}

/// A server behind bars. Its threads end with the test.
pub(crate) struct Cage {
    address: SocketAddr,
}

impl Cage {
    pub(crate) fn of(manner: Manner) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (manner, connections) = (Arc::new(manner), AtomicUsize::new(0));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (manner, number) = (Arc::clone(&manner), connections.fetch_add(1, Ordering::SeqCst));
                thread::spawn(move || {
                    let refused = matches!(&*manner, Refuses(which) if which(number));
                    // Whoever asked may have gone away.
                    if refused || converse(&stream, &manner).is_ok_and(|after| after == After::Reset) {
                        let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
                    }
                });
            }
        });
        Self { address }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn converse(mut stream: &TcpStream, manner: &Manner) -> io::Result<After> {
    if let Greets(bytes) = manner {
        stream.write_all(bytes)?;
    }
    let mut reader = BufReader::new(stream);
    while let Some(path) = asked(&mut reader)? {
        let after = match path.strip_prefix("/water?") {
            Some(cup) => {
                stream.write_all(&kept(format!("{{\"water\":\"{cup}\"}}").as_bytes())).map(|()| After::Next)?
            }
            None if path == "/tea" => manner.act(stream)?,
            None => stream.write_all(&kept(b"{}")).map(|()| After::Next)?,
        };
        if after != After::Next {
            return Ok(after);
        }
    }
    Ok(After::Closed)
}

/// The path of the next request, which is read to its end; none at the end of the connection.
fn asked(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let (mut head, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        head.push(line);
    }
    io::copy(&mut reader.take(length), &mut io::sink())?;
    Ok(head.first().and_then(|line| line.split(' ').nth(1)).map(str::to_owned))
}

pub(crate) const GREEN: &[u8] = b"{\"tea\":\"green\"}";

/// What is as it should be.
pub(crate) fn good() -> Vec<u8> {
    kept(GREEN)
}

/// A whole answer with this body, over a connection that stays open.
pub(crate) fn kept(body: &[u8]) -> Vec<u8> {
    with("200 OK", "content-type: application/json\r\n", body)
}

/// A whole answer with this body, after which the connection is closed.
pub(crate) fn whole(body: &[u8]) -> Vec<u8> {
    with("200 OK", "content-type: application/json\r\nconnection: close\r\n", body)
}

/// A whole answer.
pub(crate) fn with(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A head with these headers, and whatever follows.
pub(crate) fn head(headers: &str, rest: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{headers}\r\n").as_bytes(), rest].concat()
}

/// What may be said of a trial: one of these verdicts, and this among its notes or findings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    pub(crate) verdicts: &'static [&'static str],
    pub(crate) reason: &'static str,
}

pub(crate) const CONFORMS: Said = Said { verdicts: &["conforms"], reason: "" };
/// How such an answer is judged is a matter of reading; that it can't do any harm isn't.
pub(crate) const ANY: Said = Said { verdicts: &["conforms", "violates", "inconclusive"], reason: "" };
/// Not a pass.
pub(crate) const FAILS: Said = Said { verdicts: &["violates", "inconclusive"], reason: "" };

pub(crate) const fn violates(reason: &'static str) -> Said {
    Said { verdicts: &["violates"], reason }
}

pub(crate) const fn unjudged(reason: &'static str) -> Said {
    Said { verdicts: &["inconclusive"], reason }
}

/// A server, and what is to be said of the trials that ask it for tea.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) manner: Manner,
    /// Over a connection that others use as well.
    pub(crate) pooled: Said,
    /// Over one of its own.
    pub(crate) raw: Said,
    /// Of those who ask for water.
    pub(crate) neighbours: Said,
}

/// A row in which both trials for tea come to the same, and nobody else notices anything.
pub(crate) fn row(what: impl Into<String>, manner: Manner, said: Said) -> Row {
    rows_apart(what, manner, said, said)
}

/// A row in which the two trials for tea differ.
pub(crate) fn rows_apart(what: impl Into<String>, manner: Manner, pooled: Said, raw: Said) -> Row {
    Row { what: what.into(), manner, pooled, raw, neighbours: CONFORMS }
}
