//! HTTP and nothing else: what comes back of a request, and what breaks on the way.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Request, Response, StatusCode};

pub(crate) use bytes::Bytes;

use crate::readable;

/// How long it may take to reach a host.
const CONNECT: Duration = Duration::from_secs(5);

/// After how long without a word the other end of a connection of HTTP/2 is asked whether it is still
/// there, and how long it has to answer. A process that was frozen comes back to connections that
/// were forgotten meanwhile.
const SILENCE: Duration = Duration::from_secs(10);

/// How long a whole exchange may take. A page of Microsoft Graph may take several seconds, a
/// `$batch` of twenty of them longer.
const EXCHANGE: Duration = Duration::from_secs(100);

/// How long a whole file may take: as long as a function may work.
const WHOLE: Duration = Duration::from_mins(15);

/// How many bytes an answer may have once it is decompressed. A page has some 3 MB, a `$batch` of
/// pages some 20 MB.
const LARGEST: usize = 64 * 1024 * 1024;

/// How the client calls itself.
const USER_AGENT: &str = concat!("tenantgraph/", env!("CARGO_PKG_VERSION"));

/// A way to send requests.
#[async_trait]
pub(crate) trait Transport: fmt::Debug + Send + Sync {
    /// Sends a request once, and reads the answer whole. Redirects are answers.
    async fn send(&self, request: Request) -> Result<Reply, Broken>;

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

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    /// The exchange did not come to its end. The next one may.
    #[error("{0}")]
    Interrupted(String),
    /// The answer does not fit.
    #[error("the answer is larger than {} MiB", LARGEST / 1024 / 1024)]
    TooLarge,
}

/// Sends requests over the network.
#[derive(Debug)]
pub(crate) struct Http {
    client: Result<Client, String>,
    sent: AtomicU64,
}

impl Http {
    /// A client which keeps its connections open. A local one goes past any proxy: plain HTTP is for
    /// this machine only.
    pub(crate) fn new(is_local: bool) -> Self {
        Self::build(Self::builder(is_local))
    }

    /// A client for a cloud on this machine that speaks HTTP/2 without TLS, which nothing tells
    /// beforehand. Elsewhere, TLS tells which of both a host speaks.
    pub(crate) fn http2() -> Self {
        Self::build(Self::builder(true).http2_prior_knowledge())
    }

    fn builder(is_local: bool) -> ClientBuilder {
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT)
            .timeout(EXCHANGE)
            // A connection of HTTP/2 is shared, so that a request that waits in vain does not end it.
            .http2_keep_alive_interval(SILENCE)
            .http2_keep_alive_timeout(SILENCE)
            .referer(false)
            // A redirect may lead anywhere, and no service of Microsoft's needs one.
            .redirect(Policy::none());
        if is_local { builder.no_proxy() } else { builder }
    }

    async fn execute(&self, request: Request) -> Result<Response, Broken> {
        let client = self.client.as_ref().map_err(|cause| Broken::Interrupted(cause.clone()))?;
        self.sent.fetch_add(1, Ordering::Relaxed);
        client.execute(request).await.map_err(interrupted)
    }

    fn build(builder: ClientBuilder) -> Self {
        // What is wrong with this machine's TLS is told with each request, as it is no fault of the
        // one who makes the client.
        let client = builder.build().map_err(|error| chain(&error));
        Self { client, sent: AtomicU64::new(0) }
    }

    /// How many requests were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Transport for Http {
    async fn send(&self, request: Request) -> Result<Reply, Broken> {
        let mut response = self.execute(request).await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(interrupted)? {
            if body.len() + chunk.len() > LARGEST {
                return Err(Broken::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        readable::make(&mut body);
        let status = response.status();
        Ok(Reply { status, headers: std::mem::take(response.headers_mut()), body: body.into() })
    }

    async fn open(&self, mut request: Request) -> Result<Opened, Broken> {
        *request.timeout_mut() = Some(WHOLE);
        let response = self.execute(request).await?;
        let status = response.status();
        let chunks = response.bytes_stream();
        let body = chunks.map_err(|error| io::Error::other(chain(&error.without_url()))).boxed();
        Ok(Opened { status, body })
    }
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
    use std::io::Write;

    use reqwest::Method;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

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
        Http::new(true).send(Request::new(Method::GET, address.parse().unwrap())).await
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
        let request = Request::new(Method::GET, address.parse().unwrap());
        let error = Http::new(true).send(request).await.unwrap_err().to_string();
        assert!(!error.contains("path") && !error.contains("query"), "{error}");
        assert!(error.contains("refused"), "{error}");
    }

    #[tokio::test]
    async fn an_answer_has_a_largest_size() {
        let mut answer = Vec::new();
        write!(answer, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", LARGEST + 1).unwrap();
        answer.resize(answer.len() + LARGEST + 1, b' ');
        let broken = answered(answer).await.unwrap_err();
        assert_eq!(broken, Broken::TooLarge);
        assert_eq!(broken.to_string(), "the answer is larger than 64 MiB");
    }
}
