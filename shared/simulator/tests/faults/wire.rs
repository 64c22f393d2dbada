//! Exchanges byte by byte, so that a test sees what a client's library hides.

use std::io::ErrorKind;

use serde_json::Value;
use simulator::Simulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer as it came over its connection.
#[derive(Debug)]
pub(crate) struct Raw {
    /// The status line and the headers in lower case; empty if there was no answer.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// Whether the connection ended before the answer did.
    pub(crate) is_cut: bool,
    /// Whether the connection was reset, which is not how it is closed.
    pub(crate) is_reset: bool,
    stream: TcpStream,
}

impl Raw {
    pub(crate) fn status(&self) -> u16 {
        self.head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn items(&self) -> Vec<Value> {
        self.json()["value"].as_array().unwrap().clone()
    }

    pub(crate) fn next(&self) -> Option<String> {
        let page = self.json();
        page["@odata.nextLink"].as_str().or(page["nextLink"].as_str()).map(str::to_owned)
    }

    /// Waits for the server to close the connection.
    pub(crate) async fn closes(mut self) -> bool {
        self.stream.read(&mut [0]).await.is_ok_and(|read| read == 0)
    }
}

/// Sends a request on a connection of its own, and reads what comes.
pub(crate) async fn exchange(token: &str, address: &str) -> Raw {
    let (host, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let request =
        format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n");
    send(host, &request).await
}

/// A new token, which is asked for until there is one.
pub(crate) async fn sign_in(cloud: &Simulator, audience: &str) -> String {
    let principal = cloud.principal();
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={audience}/.default",
        principal.client_id, principal.client_secret
    );
    let host = cloud.base().strip_prefix("http://").unwrap();
    let request = format!(
        "POST /login.microsoftonline.com/{}/oauth2/v2.0/token HTTP/1.1\r\nHost: {host}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        cloud.directory_id(),
        body.len()
    );
    for _ in 0..20 {
        let raw = send(host, &request).await;
        if raw.status() == 200 {
            return raw.json()["access_token"].as_str().unwrap().to_owned();
        }
    }
    panic!("there is no token for {audience}");
}

async fn send(host: &str, request: &str) -> Raw {
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let (mut read, mut is_cut, mut is_reset) = (Vec::new(), false, false);
    loop {
        if is_whole(&read) {
            break;
        }
        match stream.read_buf(&mut read).await {
            Ok(0) => is_cut = true,
            Ok(_) => continue,
            Err(error) => {
                is_cut = true;
                is_reset = error.kind() == ErrorKind::ConnectionReset;
            }
        }
        break;
    }
    let at = head_end(&read).unwrap_or(read.len());
    let head = String::from_utf8(read[..at].to_vec()).unwrap().to_lowercase();
    Raw { head, body: read[at..].to_vec(), is_cut, is_reset, stream }
}

fn head_end(read: &[u8]) -> Option<usize> {
    read.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

fn is_whole(read: &[u8]) -> bool {
    let Some(at) = head_end(read) else { return false };
    let head = String::from_utf8_lossy(&read[..at]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    match length {
        Some(length) => read.len() - at >= length.parse::<usize>().unwrap(),
        None => read.ends_with(b"0\r\n\r\n"),
    }
}
