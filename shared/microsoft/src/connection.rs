//! Reads documents: sends requests, and acts on what the answers mean.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use collector::ports::{Answer, Document, DomainKey, Failure, Fetch, Request};
use futures_util::StreamExt;
use futures_util::stream;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use steps::Service;
use url::Url;

use crate::address::Place;
use crate::attempts::Attempts;
use crate::batch::{self, Part};
use crate::classify::{Outcome, classify, classify_broken};
use crate::cloud::Cloud;
use crate::cost::cost;
use crate::governor::{Governor, Governors, PATIENCE};
use crate::identity::{Identity, Token};
use crate::transport::{Broken, Reply, Transport};

/// Requests of users come first, and this is not one. Microsoft Graph only.
pub(crate) const LOW_PRIORITY: (&str, &str) = ("x-ms-throttle-priority", "Low");

/// What some queries of Microsoft Graph need on each page.
pub(crate) const EVENTUAL: (&str, &str) = ("consistencylevel", "eventual");

/// What the service writes into its logs, for its support.
const REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How many exchanges of one call are under way at once.
const CONCURRENCY: usize = 10;

/// How often a new token is tried where a service does not accept one. A service may refuse a good
/// token once; one that refuses each has a reason.
const REFRESHES: u32 = 2;

/// One application of one directory, which reads documents.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) identity: Identity,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) governors: Arc<Governors>,
}

/// A document that is being read.
#[derive(Debug)]
struct Item {
    /// Its place among the requests of the call.
    index: usize,
    service: Service,
    place: Place,
    is_eventual: bool,
    cost: u32,
    /// How many requests it has taken so far.
    requests: u32,
    refreshes: u32,
    attempts: Attempts,
}

/// Answers, each with the place of its request.
type Settled = Vec<(usize, Answer)>;

#[async_trait]
impl Fetch for Connection {
    async fn fetch(&self, domain: &DomainKey, requests: Vec<Request>) -> Vec<Answer> {
        let governor = self.governors.of(domain);
        let mut settled = Settled::with_capacity(requests.len());
        let mut items = Vec::with_capacity(requests.len());
        for (index, request) in requests.into_iter().enumerate() {
            match Place::of(&self.cloud, request.service, &request.address) {
                Ok(place) => items.push(Item::new(index, domain, &request, place)),
                Err(failure) => settled.push((index, Err(failure))),
            }
        }
        for service in [Service::ResourceManager, Service::Graph, Service::KeyVault] {
            // An application that cannot sign in tries so once, not once for each document.
            if items.iter().any(|item| item.service == service)
                && let Err(failure) = self.identity.token(service).await
            {
                let failed = items.extract_if(.., |item| item.service == service);
                settled.extend(failed.map(|item| (item.index, Err(failure.clone()))));
            }
        }
        let groups = groups(items, governor.batch());
        let groups = groups.into_iter().map(|group| self.settle(&governor, group));
        let groups: Settled = stream::iter(groups).buffer_unordered(CONCURRENCY).concat().await;
        settled.extend(groups);
        settled.sort_unstable_by_key(|(index, _)| *index);
        settled.into_iter().map(|(_, answer)| answer).collect()
    }
}

impl Connection {
    /// Reads the documents of a group: sends them together, and again those that may work later,
    /// until there are none left.
    async fn settle(&self, governor: &Governor, mut items: Vec<Item>) -> Settled {
        let mut settled = Settled::with_capacity(items.len());
        let mut patience = PATIENCE;
        while let Some(service) = items.first().map(|item| item.service) {
            let exchanged = self.exchange(governor, service, &items, &mut patience).await;
            let (token, replies) = match exchanged {
                Ok(exchanged) => exchanged,
                Err(failure) => {
                    settled.extend(items.drain(..).map(|item| (item.index, Err(failure.clone()))));
                    break;
                }
            };
            let mut round = Round::default();
            let mut again = Vec::new();
            for (mut item, reply) in items.drain(..).zip(replies) {
                item.requests += 1;
                let outcome = judge(&item, &reply, &token, governor);
                match round.settle(&mut item, outcome, reply) {
                    Some(answer) => settled.push((item.index, answer)),
                    None => again.push(item),
                }
            }
            if let Some(at_least) = round.throttle {
                governor.throttled(at_least);
            } else if round.is_answered {
                governor.succeeded();
            }
            if round.is_refused {
                self.identity.give_up(&token);
            }
            tokio::time::sleep(round.pause).await;
            items = again;
        }
        settled
    }

    /// Sends what a group asks for once, when the governor allows. There is a reply for each item.
    async fn exchange(
        &self,
        governor: &Governor,
        service: Service,
        items: &[Item],
        patience: &mut Duration,
    ) -> Result<(Token, Vec<Result<Reply, Broken>>), Failure> {
        let token = self.identity.token(service).await?;
        let cost = items.iter().map(|item| item.cost).sum();
        let slot = governor.admit(cost, patience).await;
        let _slot = slot.map_err(|wait| Failure::Throttled { wait: whole_seconds(wait) })?;
        let replies = match items {
            [item] => {
                let mut request = request(Method::GET, item.place.url.clone(), service, &token);
                if item.is_eventual {
                    let (name, value) = EVENTUAL;
                    request.headers_mut().insert(name, HeaderValue::from_static(value));
                }
                vec![self.transport.send(request).await]
            }
            items => self.batch(items, &token).await,
        };
        Ok((token, replies))
    }

    async fn batch(&self, items: &[Item], token: &Token) -> Vec<Result<Reply, Broken>> {
        let parts: Vec<Part<'_>> = items
            .iter()
            .map(|item| Part { url: item.versioned().1, is_eventual: item.is_eventual })
            .collect();
        let (version, _) = items[0].versioned();
        let url = items[0].place.beside(&format!("{version}/$batch"));
        let mut request = request(Method::POST, url, Service::Graph, token);
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        *request.body_mut() = Some(batch::body(&parts).into());
        match self.transport.send(request).await {
            Ok(reply) if reply.status == StatusCode::OK => {
                // What is missing may be there the next time.
                let missing = || Broken::Interrupted("the batch holds no answer".to_owned());
                let replies = batch::replies(&reply.body, items.len());
                let replies = replies.unwrap_or_else(|_| items.iter().map(|_| None).collect());
                replies.into_iter().map(|reply| reply.ok_or_else(missing)).collect()
            }
            whole => vec![whole; items.len()],
        }
    }
}

impl Item {
    fn new(index: usize, domain: &DomainKey, request: &Request, place: Place) -> Self {
        Self {
            index,
            service: request.service,
            is_eventual: request.eventual,
            cost: cost(domain.domain, place.path()),
            place,
            requests: 0,
            refreshes: 0,
            attempts: Attempts::default(),
        }
    }

    /// Splits the path into the version of Microsoft Graph's API, such as `/v1.0`, and the rest.
    fn versioned(&self) -> (&str, &str) {
        let path = self.place.path();
        let slash = path.match_indices('/').nth(1).map_or(path.len(), |(at, _)| at);
        path.split_at(slash)
    }
}

/// What happened in one exchange of a group, beyond what became of each item.
#[derive(Debug, Default)]
struct Round {
    /// How long to wait before the next exchange, for what may pass.
    pause: Duration,
    /// That the service refused a request because there were too many, and how long it says to wait
    /// at least.
    throttle: Option<Duration>,
    /// That the service did not accept the token.
    is_refused: bool,
    /// That the service did answer something.
    is_answered: bool,
}

impl Round {
    /// What becomes of an item: an answer, or none if it is to be sent again.
    fn settle(
        &mut self,
        item: &mut Item,
        outcome: Outcome,
        reply: Result<Reply, Broken>,
    ) -> Option<Answer> {
        match outcome {
            Outcome::Success => {
                self.is_answered = true;
                let body = reply.map(|reply| reply.body).unwrap_or_default();
                Some(Ok(Document { body, requests: item.requests }))
            }
            Outcome::Final(failure) => {
                self.is_answered = true;
                Some(Err(failure))
            }
            Outcome::RetryAfter(at_least) => {
                self.throttle = self.throttle.max(Some(at_least.unwrap_or_default()));
                None
            }
            Outcome::RetryNow(reason) => {
                let Some(wait) = item.attempts.failed() else {
                    return Some(Err(Failure::Failed(reason)));
                };
                tracing::debug!(%reason, wait_ms = wait.as_millis(), "tried again");
                self.pause = self.pause.max(wait);
                None
            }
            Outcome::RefreshToken(reason) if item.refreshes == REFRESHES => {
                Some(Err(not_accepted(item.service, &reason)))
            }
            Outcome::RefreshToken(_) => {
                item.refreshes += 1;
                self.is_refused = true;
                None
            }
        }
    }
}

/// Puts together what goes together: requests to the same version of Microsoft Graph.
fn groups(items: Vec<Item>, batch: usize) -> Vec<Vec<Item>> {
    let is_batched = |item: &Item| batch > 1 && item.service == Service::Graph;
    let (batched, alone): (Vec<_>, Vec<_>) = items.into_iter().partition(is_batched);
    let mut groups: Vec<Vec<Item>> = alone.into_iter().map(|item| vec![item]).collect();
    let mut versions: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for item in batched {
        versions.entry(item.versioned().0.to_owned()).or_default().push(item);
    }
    for mut items in versions.into_values() {
        while !items.is_empty() {
            let rest = items.split_off(batch.min(items.len()));
            groups.push(std::mem::replace(&mut items, rest));
        }
    }
    groups
}

fn request(method: Method, url: Url, service: Service, token: &Token) -> reqwest::Request {
    let mut request = reqwest::Request::new(method, url);
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, token.header());
    headers.insert(ACCEPT, JSON);
    if let Ok(id) = HeaderValue::try_from(uuid::Uuid::new_v4().to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    if service == Service::Graph {
        let (name, value) = LOW_PRIORITY;
        headers.insert(name, HeaderValue::from_static(value));
    }
    request
}

fn judge(
    item: &Item,
    reply: &Result<Reply, Broken>,
    token: &Token,
    governor: &Governor,
) -> Outcome {
    let Reply { status, headers, body } = match reply {
        Ok(reply) => reply,
        Err(broken) => return classify_broken(broken),
    };
    governor.observe(headers, item.cost);
    if status.is_success() {
        return classify(*status, headers, body, item.service);
    }
    // Some gateways repeat in their errors what they were sent.
    let body = token.conceal(&String::from_utf8_lossy(body));
    classify(*status, headers, body.as_bytes(), item.service)
}

/// A wait as queues count it.
fn whole_seconds(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

fn not_accepted(service: Service, reason: &str) -> Failure {
    let service = match service {
        Service::ResourceManager => "Azure Resource Manager",
        Service::Graph => "Microsoft Graph",
        Service::KeyVault => "the key vault",
    };
    Failure::Authentication(format!(
        "The sign-in service gives a token, and {service} does not accept it. Check that the cloud is          the right one and that the clock of this machine is right. (Microsoft said: {reason})"
    ))
}
