//! HTTP and nothing else: what comes back of a request, and what breaks on the way.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Request, Response, StatusCode};
use tokio::time::{Instant, timeout};

use crate::broken::Broken;
use crate::memory::Share;
use crate::pace::{Pace, Timeouts};
use crate::readable;

/// After how long without a word the other end of a connection of HTTP/2 is asked whether it is
/// still there, and how long it has to answer. A process that was frozen comes back to connections
/// that were forgotten meanwhile.
const SILENCE: Duration = Duration::from_secs(10);

/// How long a whole file may take: as long as a function may work.
const WHOLE: Duration = Duration::from_mins(15);

/// How the client calls itself.
const USER_AGENT: &str = concat!("tenantgraph/", env!("CARGO_PKG_VERSION"));

/// A way to send requests.
#[async_trait]
pub(crate) trait Transport: fmt::Debug + Send + Sync {
    /// Sends a request once, and reads the answer whole, into what the caller may hold. Redirects
    /// are answers.
    async fn send(&self, request: Request, share: &Arc<Share>) -> Result<Reply, Broken>;

    /// Sends a request once, and gives the answer as it comes, however long that takes.
    async fn open(&self, request: Request) -> Result<Opened, Broken>;
}

/// An answer whose body is still to be read.
pub(crate) struct Opened {
    pub(crate) status: StatusCode,
    pub(crate) body: BoxStream<'static, io::Result<Bytes>>,
}

/// An answer. Its body does not print.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({}, {} bytes)", self.status, self.body.len())
    }
}

/// Sends requests over the network.
#[derive(Debug)]
pub(crate) struct Http {
    client: Result<Client, String>,
    timeouts: Timeouts,
    sent: AtomicU64,
}

impl Http {
    /// A client which keeps its connections open. A local one goes past any proxy: plain HTTP is
    /// for this machine only.
    pub(crate) fn new(is_local: bool, timeouts: Timeouts) -> Self {
        Self::build(Self::builder(is_local, timeouts), timeouts)
    }

    /// A client for a cloud on this machine that speaks HTTP/2 without TLS, which nothing tells
    /// beforehand. Elsewhere, TLS tells which of both a host speaks.
    pub(crate) fn http2(timeouts: Timeouts) -> Self {
        Self::build(Self::builder(true, timeouts).http2_prior_knowledge(), timeouts)
    }

    fn builder(is_local: bool, timeouts: Timeouts) -> ClientBuilder {
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(timeouts.connect)
            // A connection of HTTP/2 is shared, so that a request that waits in vain does not end
            // it.
            .http2_keep_alive_interval(SILENCE)
            .http2_keep_alive_timeout(SILENCE)
            .referer(false)
            // A redirect may lead anywhere, and no service of Microsoft's needs one.
            .redirect(Policy::none());
        if is_local { builder.no_proxy() } else { builder }
    }

    /// Sends a request, and waits until the answer begins.
    async fn execute(&self, request: Request) -> Result<Response, Broken> {
        let client = self.client.as_ref().map_err(|cause| Broken::Interrupted(cause.clone()))?;
        self.sent.fetch_add(1, Ordering::Relaxed);
        let most = self.timeouts.answer;
        match timeout(most, client.execute(request)).await {
            Ok(response) => response.map_err(interrupted),
            Err(_) => Err(Broken::Interrupted(format!("nothing within {} s", most.as_secs()))),
        }
    }

    fn build(builder: ClientBuilder, timeouts: Timeouts) -> Self {
        // What is wrong with this machine's TLS is told with each request, as it is no fault of the
        // one who makes the client.
        let client = builder.build().map_err(|error| chain(&error));
        Self { client, timeouts, sent: AtomicU64::new(0) }
    }

    /// How many requests were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Transport for Http {
    async fn send(&self, request: Request, share: &Arc<Share>) -> Result<Reply, Broken> {
        let begun = Instant::now();
        let mut response = self.execute(request).await?;
        let left = self.timeouts.exchange.saturating_sub(begun.elapsed());
        let mut pace = Pace::new(self.timeouts.pace, left);
        // A length that does not fit any number does not fit in here, either.
        let length = response.content_length().map(|it| usize::try_from(it).unwrap_or(usize::MAX));
        let mut room = share.room();
        room.hold(length.unwrap_or_default(), true).await?;
        let mut body = Vec::with_capacity(length.unwrap_or_default());
        loop {
            let chunk = pace.wait(response.chunk(), |it| length_of(it.as_ref().ok())).await;
            let chunk = chunk.map_err(|it| Broken::Interrupted(it.to_string()))?;
            let Some(chunk) = chunk.map_err(interrupted)? else { break };
            room.hold(body.len() + chunk.len(), length.is_some()).await?;
            body.extend_from_slice(&chunk);
        }
        readable::make(&mut body);
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        Ok(Reply { status, headers, body: room.keep(body) })
    }

    async fn open(&self, request: Request) -> Result<Opened, Broken> {
        let response = self.execute(request).await?;
        let status = response.status();
        let pace = Pace::new(self.timeouts.pace, WHOLE);
        let body = stream::try_unfold((response, pace), |(mut response, mut pace)| async move {
            let chunk = pace.wait(response.chunk(), |it| length_of(it.as_ref().ok())).await;
            let chunk = chunk.map_err(io::Error::other)?;
            let chunk = chunk.map_err(|error| io::Error::other(chain(&error.without_url())))?;
            Ok::<_, io::Error>(chunk.map(|chunk| (chunk, (response, pace))))
        });
        Ok(Opened { status, body: body.boxed() })
    }
}

/// How many bytes came, if any did.
fn length_of(chunk: Option<&Option<Bytes>>) -> usize {
    chunk.and_then(Option::as_ref).map_or(0, Bytes::len)
}

fn interrupted(error: reqwest::Error) -> Broken {
    Broken::Interrupted(chain(&error.without_url()))
}

/// An error with its causes, which are what tells something.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::memory::{LARGEST, Memory};

    fn http() -> Http {
        Http::new(true, Timeouts::default())
    }

    async fn send(http: &Http, address: &str) -> Result<Reply, Broken> {
        let request = Request::new(Method::GET, address.parse().unwrap());
        http.send(request, &Arc::new(Memory::default()).share()).await
    }

    /// Answers one connection with these bytes, and closes it.
    async fn answered(answer: Vec<u8>) -> Result<Reply, Broken> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&answer).await;
        });
        send(&http(), &address).await
    }

    #[tokio::test]
    async fn an_answer_is_read_whole() {
        let reply =
            answered(b"HTTP/1.1 418 T\r\nx-a: b\r\ncontent-length: 2\r\n\r\n{}".into()).await;
        let reply = reply.unwrap();
        assert_eq!((reply.status.as_u16(), &reply.body[..]), (418, &b"{}"[..]));
        assert_eq!(reply.headers["x-a"], "b");
        assert_eq!(format!("{reply:?}"), "Reply(418 I'm a teapot, 2 bytes)");
    }

    #[tokio::test]
    async fn a_byte_order_mark_is_no_part_of_json() {
        let reply =
            answered(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n\xef\xbb\xbf{}".into()).await;
        assert_eq!(reply.unwrap().body, b"{}"[..]);
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer() {
        let location =
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(answered(location.into()).await.unwrap().status.as_u16(), 302);
    }

    #[tokio::test]
    async fn what_ends_too_early_is_interrupted() {
        for answer in [
            &b""[..],
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"value\":",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"val",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnot a length\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x1f\x8b\x08",
        ] {
            let broken = answered(answer.to_vec()).await.unwrap_err();
            assert!(matches!(&broken, Broken::Interrupted(_)), "{broken:?}");
        }
    }

    #[tokio::test]
    async fn an_address_is_not_part_of_an_error() {
        let address = "http://127.0.0.1:1/path?query";
        let error = send(&http(), address).await.unwrap_err().to_string();
        assert!(!error.contains("path") && !error.contains("query"), "{error}");
        assert!(error.contains("refused"), "{error}");
    }

    #[tokio::test]
    async fn an_answer_has_a_largest_size() {
        let largest = LARGEST;
        // Whose length is told is not read at all.
        let told = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", LARGEST + 1);
        assert_eq!(answered(told.into()).await.unwrap_err(), Broken::TooLarge { largest });
        let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        answer.resize(answer.len() + LARGEST + 1, b' ');
        let broken = answered(answer).await.unwrap_err();
        assert_eq!(broken, Broken::TooLarge { largest });
        assert_eq!(broken.to_string(), "the answer is larger than 32 MiB");
    }

    /// A server that answers each connection with these bytes, and then says nothing more for ever.
    async fn silent_after(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut streams = Vec::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 1024]).await;
                stream.write_all(answer).await.unwrap();
                streams.push(stream);
            }
        });
        address
    }

    #[tokio::test]
    async fn what_never_comes_is_cut() {
        let millis = Duration::from_millis;
        let timeouts = Timeouts { answer: millis(300), pace: millis(200), ..Timeouts::default() };
        let http = Http::new(true, timeouts);
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{";
        for (answer, expected) in [
            (&b""[..], "nothing within 0 s"),
            (b"HTTP/1.1 200 OK\r\n", "nothing within 0 s"),
            (head, "the answer stalled before its end"),
        ] {
            let address = silent_after(answer).await;
            let broken = send(&http, &address).await.unwrap_err();
            assert_eq!(broken, Broken::Interrupted(expected.to_owned()));
        }
        let request = Request::new(Method::GET, silent_after(head).await.parse().unwrap());
        let mut body = http.open(request).await.unwrap().body;
        assert_eq!(body.next().await.unwrap().unwrap(), b"{"[..]);
        let error = body.next().await.unwrap().unwrap_err();
        assert_eq!(error.to_string(), "the answer stalled before its end");
    }
}
