//! Connections that can be ended before their time.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::{StreamExt, stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Nothing is sent any more.
const RESET: u8 = 1;
/// The answer that is being made is the last one.
const ENDING: u8 = 2;
/// The last answer was handed over.
const ENDED: u8 = 3;
/// The last answer was sent.
const CLOSED: u8 = 4;

/// What a request holds of its connection, to end it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Arc<AtomicU8>);

impl Line {
    /// Resets the connection. What is still to be sent is not.
    pub(crate) fn reset(&self) {
        self.0.store(RESET, Ordering::SeqCst);
    }

    /// A body after which the connection is closed, which the answer does not tell.
    pub(crate) fn last(&self, body: Vec<u8>) -> Body {
        self.0.store(ENDING, Ordering::SeqCst);
        let guard = Guard(self.clone());
        let body = stream::iter([Ok::<_, io::Error>(Bytes::from(body))]);
        Body::from_stream(body.inspect(move |_| {
            let _ = &guard;
        }))
    }

    /// The one state follows on the other.
    fn turn(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    fn is(&self, state: u8) -> bool {
        self.0.load(Ordering::SeqCst) == state
    }
}

impl Connected<IncomingStream<'_, Gate>> for Line {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Self {
        stream.io().line.clone()
    }
}

/// It is dropped when the whole body was handed over.
struct Guard(Line);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.turn(ENDING, ENDED);
    }
}

/// A body that ends with an error after it has sent something, so that the connection is closed,
/// or with HTTP/2 the stream is reset.
pub(crate) fn broken(body: Vec<u8>) -> Body {
    let sent = stream::iter([Ok(Bytes::from(body))]);
    let end = stream::once(async {
        // Once nothing is ready, what is there is sent.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    });
    Body::from_stream(sent.chain(end))
}

/// Accepts connections.
pub(crate) struct Gate(pub(crate) TcpListener);

impl Listener for Gate {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        (Connection { stream, line: Line::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection whose requests can end it.
pub(crate) struct Connection {
    stream: TcpStream,
    line: Line,
}

impl Connection {
    /// Fails on a connection that was reset, and sees to it that the peer notices.
    fn check(&self) -> io::Result<()> {
        if !self.line.is(RESET) {
            return Ok(());
        }
        self.stream.set_zero_linger()?;
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        // Nothing read means that the peer closes: the server does the same.
        if self.line.is(CLOSED) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        if self.line.turn(ENDED, CLOSED) {
            // The server may be waiting for the next request.
            context.waker().wake_by_ref();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
