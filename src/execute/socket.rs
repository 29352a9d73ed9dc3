//! What the bytes of a connection go through: a socket, with TLS or without.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// A socket that more than one can look at: whoever keeps the connection sees what waits to be read on it.
#[derive(Clone)]
pub(super) struct Socket {
    stream: Arc<TcpStream>,
    /// How many bytes were read since the others had a turn.
    burst: usize,
}

/// So many bytes are read before the others have a turn: who sends without end must not keep them from theirs.
const LONGEST_BURST: usize = 1 << 20;

impl Socket {
    pub(super) fn new(stream: TcpStream) -> Self {
        // Small requests would wait for the acknowledgement of those before them.
        let _ = stream.set_nodelay(true);
        Self { stream: Arc::new(stream), burst: 0 }
    }

    /// What waits to be read.
    ///
    /// The kernel is asked, since the runtime learns of it only when it is idle.
    pub(super) fn heard(&self) -> Heard {
        match SockRef::from(&*self.stream).peek(&mut [std::mem::MaybeUninit::uninit()]) {
            Ok(1..) => Heard::More,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Heard::Nothing,
            Ok(0) | Err(_) => Heard::End,
        }
    }

    /// Waits until there is something to read, or the end.
    pub(super) async fn readable(&self) -> io::Result<()> {
        loop {
            self.stream.readable().await?;
            if self.heard() != Heard::Nothing {
                return Ok(());
            }
            self.is_read();
        }
    }

    /// What was readable was read: the runtime is told to look again.
    fn is_read(&self) {
        let _ = self.stream.try_io(tokio::io::Interest::READABLE, || Err::<(), _>(io::ErrorKind::WouldBlock.into()));
    }
}

/// What a peer says on a connection over which nothing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Nothing: it is open.
    Nothing,
    /// Bytes that nobody asked for.
    More,
    /// It ended the connection.
    End,
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.burst > LONGEST_BURST {
            self.burst = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            ready!(self.stream.poll_read_ready(context))?;
            let room = buffer.remaining();
            match self.stream.try_read_buf(buffer) {
                Ok(length) => {
                    // Who had less to say than there was room for has no more for now: to ask the kernel again would
                    // cost as much as to read. At the end of a connection nobody asks any more.
                    if (1..room).contains(&length) {
                        self.is_read();
                    }
                    self.burst += length;
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

/// Writes as soon as the socket takes any bytes.
fn write(
    socket: &TcpStream,
    context: &mut Context<'_>,
    write: impl Fn() -> io::Result<usize>,
) -> Poll<io::Result<usize>> {
    loop {
        ready!(socket.poll_write_ready(context))?;
        match write() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            done => return Poll::Ready(done),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        write(&self.stream, context, || self.stream.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        write(&self.stream, context, || self.stream.try_write_vectored(pieces))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A peer that is gone already needn't be told.
        let _ = SockRef::from(&*self.stream).shutdown(std::net::Shutdown::Write);
        Poll::Ready(Ok(()))
    }
}

/// A connection before anybody speaks HTTP over it.
pub(super) struct Stream {
    pub(super) bytes: Layer,
    pub(super) socket: Socket,
}

/// What the bytes are read from and written to.
pub(super) enum Layer {
    Plain(Socket),
    Tls(Box<TlsStream<Socket>>),
}

/// Does the same with either layer.
macro_rules! either {
    ($layer:expr, $inner:ident => $done:expr) => {
        match $layer {
            Layer::Plain($inner) => $done,
            Layer::Tls($inner) => $done,
        }
    };
}

impl AsyncRead for Layer {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        either!(self.get_mut(), inner => Pin::new(inner).poll_read(context, buffer))
    }
}

impl AsyncWrite for Layer {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        either!(self.get_mut(), inner => Pin::new(inner).poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self.get_mut(), inner => Pin::new(inner).poll_write_vectored(context, pieces))
    }

    fn is_write_vectored(&self) -> bool {
        either!(self, inner => inner.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self.get_mut(), inner => Pin::new(inner).poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self.get_mut(), inner => Pin::new(inner).poll_shutdown(context))
    }
}
