//! Accepts connections, and tells by which protocol they speak.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::backend::Backend;
use super::http2;
use super::wire::{Connection, Wire};

impl Connected<IncomingStream<'_, Gate>> for Wire {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Self {
        stream.io().line.clone()
    }
}

/// Accepts connections. It serves those of HTTP/2 itself, and hands over the others. They end with
/// it.
pub(crate) struct Gate {
    listener: TcpListener,
    server: Arc<Backend>,
    /// Those that have not said yet what they speak, and those of HTTP/2.
    open: JoinSet<Option<(TcpStream, SocketAddr)>>,
}

impl Gate {
    pub(crate) fn new(listener: TcpListener, server: Arc<Backend>) -> Self {
        Self { listener, server, open: JoinSet::new() }
    }
}

impl Listener for Gate {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            tokio::select! {
                (stream, address) = Listener::accept(&mut self.listener) => {
                    let server = Arc::clone(&self.server);
                    self.open.spawn(async move {
                        if !http2::is_spoken(&stream).await {
                            return Some((stream, address));
                        }
                        if let Err(error) = http2::serve(stream, server).await {
                            tracing::trace!(%error, "a connection of HTTP/2 ended");
                        }
                        None
                    });
                }
                Some(known) = self.open.join_next() => {
                    if let Ok(Some((stream, address))) = known {
                        return (Connection::new(stream, Wire::default()), address);
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
