//! Reading what a job's plan depends on: a document, or a list of the subscription.

use std::time::Duration;

use serde_json::Value;
use steps::{Domain, Service};

use crate::ports::{Address, DomainKey, Failure, Fetch, Request};

/// How long it is waited for a throttle, all in all. Azure Resource Graph takes 15 queries in five
/// seconds, and the jobs of a hundred subscriptions begin at once, each with a query.
const PATIENCE: Duration = Duration::from_secs(40);

/// The most pages of anything. Azure has some 300 providers and some thousand types of resource,
/// and answers with one page or two.
pub(crate) const PAGES: usize = 20;

/// Reads a document.
pub(crate) async fn ask(
    fetch: &dyn Fetch,
    domain: &DomainKey,
    request: &Request,
) -> Result<Value, Failure> {
    let mut patience = PATIENCE;
    loop {
        let answer = fetch.fetch(domain, vec![request.clone()]).await.answers.pop();
        match answer.unwrap_or_else(|| Err(Failure::Failed("no answer".to_owned()))) {
            Err(Failure::Throttled { wait, .. }) if wait <= patience => {
                patience -= wait;
                tokio::time::sleep(wait).await;
            }
            answer => {
                return serde_json::from_slice(&answer?.body)
                    .map_err(|error| Failure::Failed(error.to_string()));
            }
        }
    }
}

/// Reads every item of a list of a subscription. `path` lies below the subscription, and `what` is
/// what the list is called in errors.
pub(crate) async fn list(
    fetch: &dyn Fetch,
    subscription: &str,
    path: &str,
    what: &str,
) -> Result<Vec<Value>, Failure> {
    let domain = DomainKey { owner: subscription.to_owned(), domain: Domain::ResourceManager };
    let first = Address::Path(format!("/subscriptions/{subscription}/{path}"));
    items(fetch, &domain, first, what).await
}

/// Reads every item of a list of Azure Resource Manager, from its first page on.
pub(crate) async fn items(
    fetch: &dyn Fetch,
    domain: &DomainKey,
    first: Address,
    what: &str,
) -> Result<Vec<Value>, Failure> {
    pages(fetch, (domain, Service::ResourceManager, "nextLink"), first, what).await
}

/// Reads every item of a list of Microsoft Graph, from its first page on.
pub(crate) async fn graph_items(
    fetch: &dyn Fetch,
    domain: &DomainKey,
    first: Address,
    what: &str,
) -> Result<Vec<Value>, Failure> {
    pages(fetch, (domain, Service::Graph, "@odata.nextLink"), first, what).await
}

/// Reads a list of a service that says in a field of each page where the next one is.
async fn pages(
    fetch: &dyn Fetch,
    (domain, service, next): (&DomainKey, Service, &str),
    first: Address,
    what: &str,
) -> Result<Vec<Value>, Failure> {
    let (mut items, mut address) = (Vec::new(), first.clone());
    for _ in 0..PAGES {
        let request = Request::get(service, address);
        let mut page = ask(fetch, domain, &request).await?;
        let Value::Array(value) = page["value"].take() else {
            return Err(Failure::Failed(format!("the answer is not a list of {what}")));
        };
        items.extend(value);
        let Some(link) = page[next].as_str().filter(|it| !it.is_empty()) else {
            return Ok(items);
        };
        address = Address::Link { link: link.to_owned(), first: Box::new(first.clone()) };
    }
    Err(Failure::Failed(format!("the list of {what} does not end")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use async_trait::async_trait;
    use bytes::Bytes;
    use futures_util::future::join_all;
    use tokio::time::Instant;

    use super::*;
    use crate::ports::{Answers, Because, Document, Download};

    /// Takes so many queries in five seconds as Azure Resource Graph does.
    #[derive(Debug)]
    struct ResourceGraph {
        begun: Instant,
        granted: Mutex<BTreeMap<u64, u32>>,
    }

    #[async_trait]
    impl Fetch for ResourceGraph {
        async fn fetch(&self, _: &DomainKey, _: Vec<Request>) -> Answers {
            let window = self.begun.elapsed().as_secs() / 5;
            let mut granted = self.granted.lock().unwrap();
            let granted = granted.entry(window).or_default();
            if *granted == 15 {
                let next = self.begun + Duration::from_secs(5 * (window + 1));
                let (wait, because) = (next - Instant::now(), Because::Refused);
                return Answers::of(vec![Err(Failure::Throttled { wait, because })]);
            }
            *granted += 1;
            let body = Bytes::from_static(b"{}");
            Answers::of(vec![Ok(Document { body, requests: 1, refused: 0 })])
        }

        async fn download(&self, _: &str) -> Result<Box<dyn Download>, Failure> {
            Err(Failure::Failed("there are no files".to_owned()))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn jobs_of_a_hundred_subscriptions_may_begin_at_once() {
        let service = ResourceGraph { begun: Instant::now(), granted: Mutex::default() };
        let domain = DomainKey { owner: "t".to_owned(), domain: Domain::ResourceGraph };
        let request = Request::get(Service::ResourceManager, Address::Path("/".to_owned()));
        let answers = join_all((0..100).map(|_| ask(&service, &domain, &request))).await;
        assert_eq!(answers.iter().filter(|it| it.is_ok()).count(), 100);
    }
}
