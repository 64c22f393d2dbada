//! HTTP/2 without TLS: connections that carry many requests at once, and how they are ended.
//!
//! `axum` speaks it too, but tells nobody the number of a stream, and sends `GOAWAY` in one way
//! only.
//!
//! What is not as real servers do it:
//!
//! - They announce `GOAWAY` by one that names the highest stream there can be, and only name the
//!   last one a round trip later. Here there is no announcement, which is harder on the client.
//! - Above the last stream that `GOAWAY` names, nothing is answered any more. But requests that
//!   came after the one that the fault befell may have been looked at, or even answered, before it.
//! - After `GOAWAY` a connection is the client's to close.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::http;
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::backend::Backend;
use super::wire::{Connection, Wire};
use crate::services::answer::{Answer, Ending};
use crate::services::export::Download;
use crate::services::request::Request;

/// Whether a client speaks HTTP/2, which it says with its first bytes. They come in one piece.
pub(crate) async fn is_spoken(stream: &TcpStream) -> bool {
    let mut first = [0; 3];
    stream.peek(&mut first).await.is_ok() && first == *b"PRI"
}

/// Serves a connection until it ends.
pub(crate) async fn serve(stream: TcpStream, server: Arc<Backend>) -> Result<(), h2::Error> {
    // An answer is several small writes, of which the later would wait for the peer's word. It
    // fails only if the connection has ended.
    drop(stream.set_nodelay(true));
    let line = Wire::default();
    let mut connection = h2::server::handshake(Connection::new(stream, line.clone())).await?;
    let (leave, mut left) = mpsc::unbounded_channel();
    let streams = Arc::new(Streams { server, line, leave, state: Mutex::default() });
    // What is never answered must not be dropped, or it would be reset.
    let mut unanswered = Vec::new();
    loop {
        tokio::select! {
            accepted = connection.accept() => {
                let Some(accepted) = accepted else { return Ok(()) };
                let (request, respond) = accepted?;
                let id = respond.stream_id().as_u32();
                if streams.is_gone(id) {
                    unanswered.push(respond);
                    continue;
                }
                streams.state().highest = id;
                let streams = Arc::clone(&streams);
                tokio::spawn(async move {
                    let ended = streams.exchange(id, request, respond).await;
                    streams.state().under_way.remove(&id);
                    if let Err(error) = ended {
                        tracing::trace!(%error, "a stream ended");
                    }
                });
            }
            // It also wakes the connection, which then sends GOAWAY.
            Some(respond) = left.recv() => unanswered.push(respond),
        }
    }
}

/// The streams of a connection.
struct Streams {
    server: Arc<Backend>,
    line: Wire,
    /// Takes what is not to be answered.
    leave: mpsc::UnboundedSender<SendResponse<Bytes>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The highest stream that was begun.
    highest: u32,
    /// The last stream that is answered, once `GOAWAY` has named it.
    last: Option<u32>,
    /// What is asked for and not answered yet.
    under_way: BTreeMap<u32, Request>,
}

impl Streams {
    async fn exchange(
        &self,
        id: u32,
        request: http::Request<RecvStream>,
        mut respond: SendResponse<Bytes>,
    ) -> Result<(), h2::Error> {
        let (head, mut stream) = request.into_parts();
        let mut body = Vec::new();
        while let Some(chunk) = stream.data().await {
            let chunk = chunk?;
            stream.flow_control().release_capacity(chunk.len())?;
            body.extend_from_slice(&chunk);
        }
        if self.is_gone(id) {
            self.leave(respond);
            return Ok(());
        }
        let answer = match Request::read(&head, body) {
            Some(request) => {
                let answer = self.server.answer(&request);
                self.state().under_way.insert(id, request);
                answer
            }
            None => Answer::nowhere(),
        };
        if !answer.delay.is_zero() {
            tokio::time::sleep(answer.delay).await;
        }
        if let Ending::Never(wait) = answer.ending {
            // The client resets the stream when it does not wait any longer.
            let reset = poll_fn(|context| respond.poll_reset(context));
            if timeout(wait, reset).await.is_err() {
                respond.send_reset(Reason::INTERNAL_ERROR);
            }
            return Ok(());
        }
        if matches!(answer.ending, Ending::Reset | Ending::GoneAway) {
            // What is answered already is sent before the connection ends.
            yield_now().await;
        }
        if self.is_gone(id) {
            self.leave(respond);
            return Ok(());
        }
        match answer.ending {
            Ending::Reset if self.interrupts(id, 0) => self.line.reset(),
            Ending::Reset => respond.send_reset(Reason::INTERNAL_ERROR),
            Ending::GoneAway if self.interrupts(id, id) => {
                // Those of clients are the odd ones.
                self.go_away(id.saturating_sub(2));
                self.leave(respond);
                return Ok(());
            }
            Ending::GoneAway => respond.send_reset(Reason::REFUSED_STREAM),
            Ending::Stream(reason) => respond.send_reset(reason),
            Ending::Cut | Ending::Unended | Ending::Silent(_) => {
                self.half(answer, &mut respond).await?;
            }
            Ending::Closed => {
                let highest = self.state().highest;
                self.go_away(highest);
                self.whole(answer, &mut respond).await?;
            }
            Ending::Whole | Ending::Dropped | Ending::Never(_) => {
                self.whole(answer, &mut respond).await?;
            }
        }
        Ok(())
    }

    async fn whole(
        &self,
        mut answer: Answer,
        respond: &mut SendResponse<Bytes>,
    ) -> Result<(), h2::Error> {
        if let Some(download) = answer.download.take() {
            let head = finish(self.server.head(&answer));
            let mut stream = respond.send_response(head, false)?;
            self.download(download, &mut stream).await?;
            return stream.send_data(Bytes::new(), true);
        }
        let head = self.server.head(&answer).header("Content-Length", answer.body.len());
        let mut stream = respond.send_response(finish(head), answer.body.is_empty())?;
        if !answer.body.is_empty() {
            stream.send_data(answer.body.into(), true)?;
        }
        Ok(())
    }

    /// Sends what is made while it is sent, no faster than the client takes it.
    async fn download(
        &self,
        download: Download,
        stream: &mut SendStream<Bytes>,
    ) -> Result<(), h2::Error> {
        let mut archive = download.archive();
        while let Some(chunk) = self.server.router.cloud.next_chunk(&mut archive) {
            let mut chunk = Bytes::from(chunk);
            while !chunk.is_empty() {
                stream.reserve_capacity(chunk.len());
                let capacity = poll_fn(|context| stream.poll_capacity(context)).await;
                // There is none when the stream has ended.
                let Some(capacity) = capacity.transpose()? else { return Ok(()) };
                stream.send_data(chunk.split_to(capacity.min(chunk.len())), false)?;
            }
        }
        Ok(())
    }

    /// Resets the stream in the middle of the body, at once or after a while.
    async fn half(
        &self,
        mut answer: Answer,
        respond: &mut SendResponse<Bytes>,
    ) -> Result<(), h2::Error> {
        let mut head = self.server.head(&answer);
        let is_told = matches!(answer.ending, Ending::Cut | Ending::Silent(_));
        if is_told && answer.download.is_none() {
            head = head.header("Content-Length", answer.body.len());
        }
        answer.body.truncate(answer.body.len() / 2);
        let download = answer.download.take();
        let mut stream = respond.send_response(finish(head), false)?;
        match download {
            Some(download) => {
                self.download(Download { is_whole: false, ..download }, &mut stream).await?;
            }
            None => stream.send_data(answer.body.into(), false)?,
        }
        if let Ending::Silent(wait) = answer.ending
            && timeout(wait, poll_fn(|context| stream.poll_reset(context))).await.is_ok()
        {
            return Ok(());
        }
        // A reset takes back what is not sent yet.
        yield_now().await;
        stream.send_reset(Reason::INTERNAL_ERROR);
        Ok(())
    }

    /// Whether all others above a stream that are under way may be interrupted.
    fn interrupts(&self, id: u32, above: u32) -> bool {
        let state = self.state();
        let others = state.under_way.range(above + 1..).filter(|(other, _)| **other != id);
        let others: Vec<Request> = others.map(|(_, request)| request.clone()).collect();
        drop(state);
        self.server.router.interrupts(&others)
    }

    /// Says which stream is the last one that is answered. A later word may only name a lower one.
    fn go_away(&self, last: u32) {
        let mut state = self.state();
        if state.last.is_some_and(|before| before <= last) {
            return;
        }
        state.last = Some(last);
        // A frame of 8 bytes, of type 7, without flags, of the connection itself.
        let mut frame = vec![0, 0, 8, 7, 0, 0, 0, 0, 0];
        frame.extend(last.to_be_bytes());
        frame.extend(u32::from(Reason::NO_ERROR).to_be_bytes());
        self.line.insert(&frame);
    }

    /// Whether a stream is above the last one that is answered.
    fn is_gone(&self, id: u32) -> bool {
        self.state().last.is_some_and(|last| id > last)
    }

    /// Never answers.
    fn leave(&self, respond: SendResponse<Bytes>) {
        // If the connection has ended, so has the stream.
        drop(self.leave.send(respond));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn finish(head: http::response::Builder) -> http::Response<()> {
    head.body(()).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer is not valid HTTP");
        http::Response::default()
    })
}
