//! A server that answers with whatever bytes it is told to, as slowly and as rudely as it is told to.

use std::io::{self, BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What is done with a request, given as it came in, and the connection that it came by.
type Conduct = dyn Fn(&str, &mut TcpStream) -> io::Result<()> + Send + Sync;

/// Listens until the test ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// Answers the first request of every connection with what `answer` writes, and ends the connection.
    pub(crate) fn start(answer: impl Fn(&str, &mut TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (requests, answer) = (Arc::new(AtomicUsize::new(0)), Arc::new(answer));
        let counter = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answer, counter) = (Arc::clone(&answer), Arc::clone(&counter));
                thread::spawn(move || converse(stream, &*answer, &counter));
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests came in.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn converse(mut stream: TcpStream, answer: &Conduct, counter: &AtomicUsize) -> Option<()> {
    let request = read(&stream)?;
    counter.fetch_add(1, Ordering::SeqCst);
    // Whoever asked may have gone away.
    answer(&request, &mut stream).ok()
}

/// The head and the body of a request; none when the connection ends before.
fn read(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        reader.read_line(&mut request).ok().filter(|length| *length > 0)?;
    }
    let length = request.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(request + &String::from_utf8_lossy(&body))
}
