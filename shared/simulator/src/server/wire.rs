//! Connections that can be ended before their time.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::{Stream, StreamExt, stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

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
pub(crate) struct Wire(Arc<State>);

#[derive(Debug, Default)]
struct State {
    end: AtomicU8,
    /// What is sent when all that was written before it was.
    inserted: Mutex<Vec<u8>>,
}

impl Wire {
    /// Resets the connection. What is still to be sent is not.
    pub(crate) fn reset(&self) {
        self.0.end.store(RESET, Ordering::SeqCst);
    }

    /// Sends a frame that the server's own protocol knows nothing of, when it flushes the next
    /// time: then it is between two frames.
    pub(crate) fn insert(&self, frame: &[u8]) {
        self.inserted().extend_from_slice(frame);
    }

    fn inserted(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.inserted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A body after which the connection is closed, which the answer does not tell.
    pub(crate) fn last(
        &self,
        body: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Body {
        self.0.end.store(ENDING, Ordering::SeqCst);
        let guard = Guard(self.clone());
        Body::from_stream(body.inspect(move |_| {
            let _ = &guard;
        }))
    }

    /// The one state follows on the other.
    fn turn(&self, from: u8, to: u8) -> bool {
        self.0.end.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    fn is(&self, state: u8) -> bool {
        self.0.end.load(Ordering::SeqCst) == state
    }
}

/// It is dropped when the whole body was handed over.
struct Guard(Wire);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.turn(ENDING, ENDED);
    }
}

/// A body that ends with an error after it has sent something, so that the connection is closed.
pub(crate) fn broken(body: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Body {
    let end = stream::once(async {
        // Once nothing is ready, what is there is sent.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    });
    Body::from_stream(body.chain(end))
}

/// A body after which nothing more comes for a while, and then an error.
pub(crate) fn silent(
    body: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    wait: Duration,
) -> Body {
    let end = stream::once(async move {
        tokio::time::sleep(wait).await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    });
    Body::from_stream(body.chain(end))
}

/// A body that is all there.
pub(crate) fn whole(body: Vec<u8>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::iter([Ok(Bytes::from(body))])
}

/// A connection whose requests can end it.
pub(crate) struct Connection {
    stream: TcpStream,
    pub(super) line: Wire,
}

impl Connection {
    pub(crate) const fn new(stream: TcpStream, line: Wire) -> Self {
        Self { stream, line }
    }

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
        let Self { stream, line } = &mut *self;
        ready!(Pin::new(&mut *stream).poll_flush(context))?;
        let mut inserted = line.inserted();
        while !inserted.is_empty() {
            let sent = ready!(Pin::new(&mut *stream).poll_write(context, &inserted))?;
            inserted.drain(..sent);
        }
        drop(inserted);
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
