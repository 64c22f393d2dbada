//! A stage for tests: a connection whose network is a function, and whose time is virtual.

use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use collector::Secret;
use collector::instance::{Credentials, Proof};
use collector::ports::{Address, Answer, DomainKey, Fetch, Request};
use futures_util::{StreamExt as _, stream};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use steps::{Domain, Service};
use tokio::time::Instant;

use crate::broken::Broken;
use crate::cloud::Cloud;
use crate::connection::Connection;
use crate::identity::Identity;
use crate::identity::surroundings::Surroundings;
use crate::memory::Share;
use crate::transport::{Opened, Reply, Transport};

pub(crate) const SECRET: &str = "hunter2~TheSecretOfTheApplication";

/// A request that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// How long after the beginning.
    pub(crate) at: Duration,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The parts of a `$batch`.
    pub(crate) fn parts(&self) -> Vec<Value> {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body["requests"].as_array().unwrap().clone()
    }

    pub(crate) fn is_for_token(&self) -> bool {
        self.url.contains("/oauth2/") || self.url.contains("githubusercontent")
    }
}

type Network = dyn FnMut(&Sent) -> Result<Reply, Broken> + Send;

/// A connection to a network that a function plays.
pub(crate) struct Stage {
    network: Mutex<Box<Network>>,
    sent: Mutex<Vec<Sent>>,
    under_way: Mutex<(usize, usize)>,
    latency: Duration,
    start: Instant,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stage")
    }
}

impl Stage {
    /// The network answers what is not about tokens; those are given out, `token-1` first.
    pub(crate) fn new(
        mut network: impl FnMut(&Sent) -> Result<Reply, Broken> + Send + 'static,
    ) -> Arc<Self> {
        let mut tokens = 0;
        Self::bare(move |sent| {
            if !sent.is_for_token() {
                return network(sent);
            }
            tokens += 1;
            let token = format!("token-{tokens}");
            ok(&json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": token }))
        })
    }

    /// The network answers everything.
    pub(crate) fn bare(
        network: impl FnMut(&Sent) -> Result<Reply, Broken> + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            network: Mutex::new(Box::new(network)),
            sent: Mutex::default(),
            under_way: Mutex::default(),
            latency: Duration::ZERO,
            start: Instant::now(),
        })
    }

    pub(crate) fn with_latency(self: Arc<Self>, latency: Duration) -> Arc<Self> {
        Arc::new(Self { latency, ..Arc::into_inner(self).unwrap() })
    }

    pub(crate) fn connect(self: &Arc<Self>) -> Connection {
        self.connect_to(Cloud::PUBLIC)
    }

    pub(crate) fn connect_to(self: &Arc<Self>, cloud: Cloud) -> Connection {
        let cloud = Arc::new(cloud);
        Connection {
            cloud: cloud.clone(),
            identity: self.identity(cloud, credentials()),
            transport: self.clone(),
            governors: Arc::default(),
            memory: Arc::default(),
        }
    }

    /// Whoever has these credentials, with nothing else around.
    pub(crate) fn identity(self: &Arc<Self>, cloud: Arc<Cloud>, who: Credentials) -> Identity {
        Identity::new(cloud, who, Surroundings::new(self.clone()), self.clone())
    }

    /// The requests that were sent, but those for tokens.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.all().into_iter().filter(|sent| !sent.is_for_token()).collect()
    }

    /// The requests for tokens.
    pub(crate) fn token_requests(&self) -> Vec<Sent> {
        self.all().into_iter().filter(Sent::is_for_token).collect()
    }

    /// The most requests that were under way at once.
    pub(crate) fn most_under_way(&self) -> usize {
        self.under_way.lock().unwrap().1
    }

    fn all(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }
}

#[async_trait]
impl Transport for Stage {
    async fn send(&self, request: reqwest::Request, _: &Arc<Share>) -> Result<Reply, Broken> {
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let sent = Sent {
            at: self.start.elapsed(),
            method: request.method().to_string(),
            url: request.url().to_string(),
            headers: request.headers().clone(),
            body: String::from_utf8(body.to_vec()).unwrap(),
        };
        self.sent.lock().unwrap().push(sent.clone());
        {
            let (now, most) = &mut *self.under_way.lock().unwrap();
            *now += 1;
            *most = (*most).max(*now);
        }
        tokio::time::sleep(self.latency).await;
        self.under_way.lock().unwrap().0 -= 1;
        let answer = (self.network.lock().unwrap())(&sent);
        if answer.as_ref().err() == silence().err().as_ref() {
            pending::<()>().await;
        }
        answer
    }

    async fn open(&self, request: reqwest::Request) -> Result<Opened, Broken> {
        let Reply { status, body, .. } = self.send(request, &Share::small()).await?;
        Ok(Opened { status, body: stream::iter([Ok(body)]).boxed() })
    }
}

pub(crate) fn credentials() -> Credentials {
    Credentials {
        directory_id: "contoso.example".to_owned(),
        client_id: Some("client-1".to_owned()),
        proof: Proof::ClientSecret(Secret::new(SECRET)),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a network answers, or does not")]
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Reply, Broken> {
    let headers =
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    let status = StatusCode::from_u16(status).unwrap();
    Ok(Reply { status, headers: headers.collect(), body: body.to_owned().into() })
}

pub(crate) fn ok(body: &Value) -> Result<Reply, Broken> {
    reply(200, &[], &body.to_string())
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> Result<Reply, Broken> {
    let body = json!({ "error": { "code": code, "message": message } });
    reply(status, &[], &body.to_string())
}

/// That there never is an answer.
pub(crate) fn silence() -> Result<Reply, Broken> {
    Err(Broken::Interrupted("silence".to_owned()))
}

pub(crate) fn reset() -> Result<Reply, Broken> {
    Err(Broken::Interrupted("connection reset".to_owned()))
}

/// Answers a `$batch`, each part by a function of its URL: a status, headers and a body.
pub(crate) fn batch(
    sent: &Sent,
    mut part: impl FnMut(&str) -> (u16, Value, Value),
) -> Result<Reply, Broken> {
    let answers = sent.parts().into_iter().map(|it| {
        let (status, headers, body) = part(it["url"].as_str().unwrap());
        json!({ "id": it["id"], "status": status, "headers": headers, "body": body })
    });
    // The order of answers is nobody's promise.
    let answers: Vec<Value> = answers.rev().collect();
    ok(&json!({ "responses": answers }))
}

pub(crate) fn domain(domain: Domain) -> DomainKey {
    DomainKey { owner: "o".to_owned(), domain }
}

pub(crate) fn graph(path: &str) -> Request {
    let address = Address::Path(path.to_owned());
    Request::get(Service::Graph, address)
}

pub(crate) fn arm(path: &str) -> Request {
    let address = Address::Path(path.to_owned());
    Request::get(Service::ResourceManager, address)
}

pub(crate) fn vault(name: &str, path: &str) -> Request {
    let base = format!("https://{name}.vault.azure.net/");
    let address = Address::Host { base, path: path.to_owned() };
    Request::get(Service::KeyVault, address)
}

/// Reads one document.
pub(crate) async fn fetch(connection: &Connection, of: Domain, request: Request) -> Answer {
    let mut answers = connection.fetch(&domain(of), vec![request]).await.answers;
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

/// The text of what was read, or of why it was not.
pub(crate) fn text(answer: &Answer) -> String {
    match answer {
        Ok(document) => String::from_utf8(document.body.to_vec()).unwrap(),
        Err(failure) => failure.to_string(),
    }
}
