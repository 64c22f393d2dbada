//! Reads documents: sends requests, and acts on what the answers mean.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use collector::ports::{
    Answer, Answers, Because, DomainKey, Download, Failure, Fetch, Principal, Request,
};
use futures_util::StreamExt;
use futures_util::stream;
use reqwest::StatusCode;
use steps::Service;

use crate::address::Place;
use crate::attempts::PATIENCE;
use crate::batch::{self, SubRequest};
use crate::broken::Broken;
use crate::cloud::Cloud;
use crate::download;
use crate::governor::{Governor, Governors, Held};
use crate::identity::{Identity, Token};
use crate::item::{Item, groups};
use crate::log::{self, Trace};
use crate::memory::{Memory, Share};
use crate::request;
use crate::round::{Round, judge};
use crate::transport::{Reply, Transport};

/// How many exchanges of one call are under way at once.
const CONCURRENCY: usize = 10;

/// One application of one directory, which reads documents.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) identity: Identity,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) governors: Arc<Governors>,
    pub(crate) memory: Arc<Memory>,
}

/// Answers, each with the place of its request, and how many requests were sent for it.
type Settled = Vec<(usize, u32, Answer)>;

#[async_trait]
impl Fetch for Connection {
    async fn fetch(&self, domain: &DomainKey, requests: Vec<Request>) -> Answers {
        let governor = self.governors.of(domain);
        let share = self.memory.share();
        let mut settled = Settled::with_capacity(requests.len());
        let mut items = Vec::with_capacity(requests.len());
        for (index, request) in requests.into_iter().enumerate() {
            match Place::of(&self.cloud, request.service, &request.address) {
                Ok(place) => items.push(Item::new(index, domain, &request, place)),
                Err(failure) => settled.push((index, 0, Err(failure))),
            }
        }
        for service in [Service::ResourceManager, Service::Graph, Service::KeyVault] {
            // An application that cannot sign in tries so once, not once for each document.
            if items.iter().any(|item| item.service == service)
                && let Err(failure) = self.identity.token(service).await
            {
                let failed = items.extract_if(.., |item| item.service == service);
                settled.extend(failed.map(|item| (item.index, 0, Err(failure.clone()))));
            }
        }
        let groups = groups(items, governor.batch());
        let groups = groups.into_iter().map(|group| self.settle(&governor, group, &share));
        let groups: Settled = stream::iter(groups).buffer_unordered(CONCURRENCY).concat().await;
        settled.extend(groups);
        settled.sort_unstable_by_key(|(index, ..)| *index);
        let in_vain = settled.iter().filter(|(.., answer)| answer.is_err());
        let in_vain = in_vain.map(|(_, requests, _)| requests).sum();
        Answers { answers: settled.into_iter().map(|(.., answer)| answer).collect(), in_vain }
    }

    async fn principal(&self, service: Service) -> Result<Option<Principal>, Failure> {
        Ok(self.identity.token(service).await?.principal())
    }

    fn left(&self, domain: &DomainKey) -> Option<f64> {
        self.governors.of(domain).left()
    }

    async fn download(&self, address: &str) -> Result<Box<dyn Download>, Failure> {
        download::open(&self.cloud, &*self.transport, address).await
    }
}

impl Connection {
    /// Reads the documents of a group: sends them together, and again those that may work later,
    /// until there are none left.
    async fn settle(
        &self,
        governor: &Governor,
        mut items: Vec<Item>,
        share: &Arc<Share>,
    ) -> Settled {
        let mut settled = Settled::with_capacity(items.len());
        let mut patience = PATIENCE;
        while let Some(service) = items.first().map(|item| item.service) {
            let exchanged = self.exchange(governor, service, &items, &mut patience, share).await;
            let (token, replies) = match exchanged {
                Ok(exchanged) => exchanged,
                Err(failure) => {
                    let failed =
                        |item: Item| (item.index, item.requests, Err(own(&failure, &item)));
                    settled.extend(items.drain(..).map(failed));
                    break;
                }
            };
            let mut round = Round::default();
            let mut again = Vec::new();
            for (mut item, reply) in items.drain(..).zip(replies) {
                item.requests += 1;
                let outcome = judge(&item, &reply, &token, governor);
                let trace = Trace::of(&reply, &token);
                match round.settle(&mut item, outcome, reply) {
                    Some(answer) => {
                        if let Err(failure) = &answer {
                            log::failed(&item, &trace, failure);
                        }
                        settled.push((item.index, item.requests, answer));
                    }
                    None => again.push(item),
                }
            }
            if let Some(at_least) = round.throttle {
                governor.throttled(at_least);
            } else if round.is_answered {
                governor.succeeded();
            }
            if round.is_refused {
                self.identity.give_up(service, &token);
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
        share: &Arc<Share>,
    ) -> Result<(Token, Vec<Result<Reply, Broken>>), Failure> {
        let token = self.identity.token(service).await?;
        let cost = items.iter().map(|item| item.cost).sum();
        let slot = governor.admit(cost, patience).await;
        let _slot = slot.map_err(|Held { wait, is_refused }| Failure::Throttled {
            wait: whole_seconds(wait),
            because: if is_refused { Because::OthersRefused } else { Because::Turn },
        })?;
        let replies = match items {
            [] => Vec::new(),
            items => self.batch(items, &token, share).await,
        };
        Ok((token, replies))
    }

    /// Sends what a group asks for in one request, and in halves if the service refuses the whole,
    /// or if the answer is too large: one bad part costs itself only.
    async fn batch(
        &self,
        items: &[Item],
        token: &Token,
        share: &Arc<Share>,
    ) -> Vec<Result<Reply, Broken>> {
        if let [item] = items {
            return vec![self.single(item, token, share).await];
        }
        let replies = self.batch_once(items, token, share).await;
        let is_refused = |it: &Result<Reply, Broken>| match it {
            Ok(reply) => is_refusal_of_the_whole(reply.status),
            Err(broken) => matches!(broken, Broken::TooLarge { .. }),
        };
        match replies {
            Whole::Parts(replies) => replies,
            Whole::Refused(reply) if is_refused(&reply) => {
                let (first, second) = items.split_at(items.len() / 2);
                let mut replies = Box::pin(self.batch(first, token, share)).await;
                replies.extend(Box::pin(self.batch(second, token, share)).await);
                replies
            }
            Whole::Refused(reply) => vec![reply; items.len()],
        }
    }

    async fn single(
        &self,
        item: &Item,
        token: &Token,
        share: &Arc<Share>,
    ) -> Result<Reply, Broken> {
        let (url, service) = (item.place.url.clone(), item.service);
        let request = match &item.body {
            Some(body) => request::post(url, service, token, body.to_string().into()),
            None => request::get(url, service, token, item.is_eventual),
        };
        self.transport.send(request, share).await
    }

    /// Sends what a group of several asks for in one request.
    async fn batch_once(&self, items: &[Item], token: &Token, share: &Arc<Share>) -> Whole {
        let Some(first) = items.first() else { return Whole::Parts(Vec::new()) };
        let parts: Vec<SubRequest<'_>> = items
            .iter()
            .map(|item| SubRequest {
                url: item.versioned().1,
                is_eventual: item.is_eventual,
                body: item.body.as_ref(),
            })
            .collect();
        let (version, _) = first.versioned();
        let url = first.place.beside(&format!("{version}/$batch"));
        let request = request::post(url, first.service, token, batch::body(&parts));
        match self.transport.send(request, share).await {
            Ok(reply) if reply.status == StatusCode::OK => {
                // What is missing may be there the next time.
                let missing = || Broken::Interrupted("the batch holds no answer".to_owned());
                let replies = batch::replies(&reply.body, items.len());
                let replies = replies.unwrap_or_else(|_| items.iter().map(|_| None).collect());
                Whole::Parts(replies.into_iter().map(|it| it.ok_or_else(missing)).collect())
            }
            whole => Whole::Refused(whole),
        }
    }
}

/// What comes back of a batch.
enum Whole {
    /// An answer for each part.
    Parts(Vec<Result<Reply, Broken>>),
    /// One answer for the whole, or none.
    Refused(Result<Reply, Broken>),
}

/// Whether a status says that something in a batch is wrong, rather than the token or the moment.
fn is_refusal_of_the_whole(status: StatusCode) -> bool {
    let passes =
        [StatusCode::UNAUTHORIZED, StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    status.is_client_error() && !passes.contains(&status)
}

/// What it means for a document that a group of several cannot be sent now: it may be the very one
/// that was refused before.
fn own(failure: &Failure, item: &Item) -> Failure {
    match *failure {
        Failure::Throttled { wait, because: Because::OthersRefused } if item.is_refused => {
            Failure::Throttled { wait, because: Because::Refused }
        }
        _ => failure.clone(),
    }
}

/// A wait as queues count it.
fn whole_seconds(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}
