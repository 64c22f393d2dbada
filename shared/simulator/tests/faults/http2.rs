//! Faults of HTTP/2, as a client sees them that tries nothing again by itself.

use std::time::Duration;

use axum::body::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{Error, Reason};
use simulator::{Faults, Options, Simulator};
use tokio::net::TcpStream;

use super::any_port;
use super::wire::sign_in;

/// A cloud in which each request is befallen once by a kind of fault, and its users' addresses.
struct Stage {
    cloud: Simulator,
    token: String,
}

impl Stage {
    async fn new(kind: &'static str) -> Self {
        let faults =
            Faults { density: 1.0, only: vec![kind], hurry: 1_000_000, ..Faults::default() };
        let options = Options {
            latency: Duration::from_millis(100),
            faults: Some(faults),
            ..Options::default()
        };
        let cloud = Simulator::start(options, any_port()).await.unwrap();
        let token = sign_in(&cloud, "https://graph.microsoft.com").await;
        Self { cloud, token }
    }

    async fn connect(&self) -> SendRequest<Bytes> {
        let host = self.cloud.base().strip_prefix("http://").unwrap();
        let stream = TcpStream::connect(host).await.unwrap();
        let (send, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(async move { drop(connection.await) });
        send.ready().await.unwrap()
    }

    /// Asks for a page of users. Each number is another request.
    fn ask(&self, line: &mut SendRequest<Bytes>, number: u32) -> ResponseFuture {
        let base = self.cloud.base();
        let request = axum::http::Request::get(format!(
            "{base}/graph.microsoft.com/v1.0/users?$top={number}"
        ))
        .header("Authorization", format!("Bearer {}", self.token));
        line.send_request(request.body(()).unwrap(), true).unwrap().0
    }

    /// Uses up what befalls a request.
    async fn use_up(&self, number: u32) {
        let mut line = self.connect().await;
        drop(read(self.ask(&mut line, number)).await);
    }

    fn faults(&self, kind: &str) -> u64 {
        self.cloud.counters().faults[kind]
    }
}

/// The body of an answer.
async fn read(answer: ResponseFuture) -> Result<Vec<u8>, Error> {
    let answer = answer.await?;
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.headers().get("connection").is_none());
    let (mut stream, mut body) = (answer.into_body(), Vec::new());
    while let Some(chunk) = stream.data().await {
        let chunk = chunk?;
        stream.flow_control().release_capacity(chunk.len())?;
        body.extend_from_slice(&chunk);
    }
    assert!(body.ends_with(b"]}"));
    Ok(body)
}

fn is_gone_away(error: &Error) -> bool {
    error.is_go_away() && error.is_remote() && error.reason() == Some(Reason::NO_ERROR)
}

#[tokio::test]
async fn who_goes_away_answers_what_came_before_and_nothing_after() {
    let stage = Stage::new("gone-away").await;
    stage.use_up(1).await;
    let mut line = stage.connect().await;
    let [before, gone, after] = [1, 2, 3].map(|number| stage.ask(&mut line, number));
    let (before, gone, after) = tokio::join!(read(before), read(gone), read(after));
    assert!(before.is_ok(), "{before:?}");
    assert!(is_gone_away(&gone.unwrap_err()) && is_gone_away(&after.unwrap_err()));
    assert!(is_gone_away(&line.ready().await.unwrap_err()));
    let mut line = stage.connect().await;
    let [gone, after] = [2, 3].map(|number| stage.ask(&mut line, number));
    assert!(read(gone).await.is_ok() && read(after).await.is_ok());
    assert_eq!(stage.faults("gone-away"), 3);
}

#[tokio::test]
async fn a_right_answer_may_be_one_of_the_last() {
    let stage = Stage::new("connection-closed").await;
    let mut line = stage.connect().await;
    let [last, other] = [1, 2].map(|number| stage.ask(&mut line, number));
    let (last, other) = tokio::join!(read(last), read(other));
    assert!(last.is_ok() && other.is_ok());
    assert!(is_gone_away(&line.ready().await.unwrap_err()));
}

#[tokio::test]
async fn a_stream_is_reset_and_the_others_go_on() {
    let refused = [Reason::REFUSED_STREAM];
    let others = [Reason::INTERNAL_ERROR, Reason::ENHANCE_YOUR_CALM, Reason::CANCEL];
    for (kind, reasons) in [("stream-refused", &refused[..]), ("stream-reset", &others)] {
        let stage = Stage::new(kind).await;
        stage.use_up(1).await;
        let mut line = stage.connect().await;
        let [reset, right] = [2, 1].map(|number| stage.ask(&mut line, number));
        let (reset, right) = tokio::join!(read(reset), read(right));
        let error = reset.unwrap_err();
        assert!(error.is_reset() && error.is_remote(), "{error}");
        assert!(reasons.contains(&error.reason().unwrap()), "{error}");
        assert!(right.is_ok());
        assert!(read(stage.ask(&mut line, 2)).await.is_ok());
    }
}

#[tokio::test]
async fn a_body_is_cut_by_a_reset() {
    let stage = Stage::new("body-cut").await;
    let mut line = stage.connect().await;
    let answer = stage.ask(&mut line, 1).await.unwrap();
    let mut stream = answer.into_body();
    let (first, end) = (stream.data().await.unwrap(), stream.data().await);
    assert!(!first.unwrap().is_empty());
    assert_eq!(end.unwrap().unwrap_err().reason(), Some(Reason::INTERNAL_ERROR));
    assert!(read(stage.ask(&mut line, 1)).await.is_ok());
}

#[tokio::test]
async fn a_connection_that_dies_takes_a_request_with_it_once() {
    let stage = Stage::new("connection-reset").await;
    for (number, is_fatal) in [(2, true), (3, false)] {
        stage.use_up(1).await;
        let mut line = stage.connect().await;
        let fault = tokio::spawn(read(stage.ask(&mut line, number)));
        tokio::time::sleep(Duration::from_millis(50)).await;
        let other = read(stage.ask(&mut line, 1)).await;
        let error = fault.await.unwrap().unwrap_err();
        assert_eq!((other.is_err(), error.is_io()), (is_fatal, is_fatal), "{error} {other:?}");
        assert_eq!(line.ready().await.is_err(), is_fatal);
    }
}
