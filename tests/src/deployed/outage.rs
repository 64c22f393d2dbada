//! Storage, queues, secrets and a Microsoft that are out of order for as long as a test says.

use std::fmt::Debug;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aws::{Directory, LocalQueue};
use collector::Secret;
use collector::instance::{Credentials, Proof};
use collector::ports::{
    self, Address, AdminConsent, Answer, Answers, Because, Body, Condition, Document, DomainKey,
    Download, Etag, Failure, Fetch, Object, Outgoing, QueueError, QueueName, Request, SecretError,
    StoreError,
};
use tokio::time::Instant;

/// Until when something is out of order.
#[derive(Debug, Default)]
pub struct Outage(Mutex<Option<Instant>>);

impl Outage {
    /// Puts it out of order from now on for so long.
    pub fn begin(&self, time: Duration) {
        let until = Some(Instant::now() + time);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    fn lasts(&self) -> bool {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }
}

/// Storage.
#[derive(Debug)]
pub struct Store {
    /// What is stored, as it is.
    pub inner: Directory,
    /// When it answers nothing.
    pub outage: Outage,
    /// A part of a name: whoever reads such an object panics.
    pub trap: Mutex<Option<String>>,
}

impl Store {
    pub(super) fn new(inner: Directory) -> Self {
        Self { inner, outage: Outage::default(), trap: Mutex::default() }
    }

    fn check(&self, name: &str) -> Result<(), StoreError> {
        if self.outage.lasts() {
            let cause = "503 Slow Down".into();
            return Err(StoreError::Unavailable { name: name.to_owned(), cause });
        }
        let trap = self.trap.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert!(!trap.is_some_and(|trap| name.contains(&trap)), "{name} is a trap");
        Ok(())
    }
}

#[async_trait]
impl ports::Store for Store {
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError> {
        self.check(name)?;
        self.inner.get(name).await
    }

    async fn download(&self, name: &str, to: &Path) -> Result<bool, StoreError> {
        self.check(name)?;
        self.inner.download(name, to).await
    }

    async fn put(&self, name: &str, body: Body, condition: Condition) -> Result<Etag, StoreError> {
        self.check(name)?;
        self.inner.put(name, body, condition).await
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        self.check(name)?;
        self.inner.delete(name).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.check(prefix)?;
        self.inner.list(prefix).await
    }
}

/// Queues.
#[derive(Debug)]
pub struct Queue {
    /// The queues, as they are.
    pub inner: LocalQueue,
    /// When they take no messages.
    pub outage: Outage,
}

impl Queue {
    pub(super) fn new(inner: LocalQueue) -> Self {
        Self { inner, outage: Outage::default() }
    }

    fn check(&self) -> Result<(), QueueError> {
        if self.outage.lasts() { Err(QueueError("503 Service Unavailable".into())) } else { Ok(()) }
    }
}

#[async_trait]
impl ports::Queue for Queue {
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        self.check()?;
        self.inner.send(queue, messages).await
    }

    async fn hold(
        &self,
        queue: QueueName,
        receipt: &str,
        wait: Duration,
    ) -> Result<(), QueueError> {
        self.inner.hold(queue, receipt, wait).await
    }

    async fn give_up(&self, queue: QueueName, message: Outgoing) -> Result<(), QueueError> {
        self.check()?;
        self.inner.give_up(queue, message).await
    }
}

/// A store of secrets, in which each is its ARN.
#[derive(Debug, Default)]
pub struct Secrets {
    /// When it gives out none.
    pub outage: Outage,
}

#[async_trait]
impl ports::Secrets for Secrets {
    async fn read(&self, arn: &str) -> Result<Secret, SecretError> {
        if self.outage.lasts() {
            return Err(SecretError { arn: arn.to_owned(), cause: "500".into() });
        }
        Ok(Secret::new(arn.to_owned()))
    }
}

/// A Microsoft of which every list is empty.
#[derive(Clone, Debug, Default)]
pub struct Microsoft(Arc<State>);

#[derive(Debug, Default)]
struct State {
    throttles: AtomicU32,
    is_forbidden: AtomicBool,
    refused: Mutex<Option<String>>,
}

impl Microsoft {
    /// Asks for ten minutes of patience the next so many times that users are asked for.
    pub fn throttle(&self, times: u32) {
        self.0.throttles.store(times, Ordering::Relaxed);
    }

    /// Forbids the list of users, or allows it again.
    pub fn forbid(&self, is_forbidden: bool) {
        self.0.is_forbidden.store(is_forbidden, Ordering::Relaxed);
    }

    /// Does not sign in whoever has a secret that ends like this.
    pub fn refuse(&self, secret: &str) {
        let refused = Some(secret.to_owned());
        *self.0.refused.lock().unwrap_or_else(PoisonError::into_inner) = refused;
    }
}

impl ports::Microsoft for Microsoft {
    fn connect(&self, _: &str, credentials: Credentials) -> Arc<dyn Fetch> {
        let Proof::ClientSecret(secret) = credentials.proof else {
            panic!("{:?}", credentials.proof)
        };
        Arc::new(Session { state: self.0.clone(), secret })
    }

    fn portal(&self, _: &str) -> &'static str {
        "https://portal.example"
    }

    fn admin_consent(&self, _: &str, _: &AdminConsent<'_>) -> Option<String> {
        None
    }
}

#[derive(Debug)]
struct Session {
    state: Arc<State>,
    secret: Secret,
}

impl Session {
    fn answer(&self, request: &Request) -> Answer {
        let refused = self.state.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if refused.is_some_and(|it| self.secret.expose().ends_with(&it)) {
            let text = "AADSTS7000222: The provided client secret keys are expired.";
            return Err(Failure::Authentication(text.to_owned()));
        }
        let path = match &request.address {
            Address::Path(path) | Address::Host { path, .. } => path,
            Address::Link { link, .. } => link,
        };
        // The managers of users are another list of theirs.
        let is_users = path.contains("/users?") && !path.contains("$expand=");
        if is_users && self.state.is_forbidden.load(Ordering::Relaxed) {
            return Err(Failure::Forbidden("no permission".to_owned()));
        }
        let left = |left: u32| left.checked_sub(1);
        if is_users
            && self.state.throttles.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok()
        {
            return Err(Failure::Throttled {
                wait: Duration::from_mins(10),
                because: Because::Turn,
            });
        }
        Ok(Document { body: r#"{"@odata.count":0,"value":[]}"#.into(), requests: 1, refused: 0 })
    }
}

#[async_trait]
impl Fetch for Session {
    async fn fetch(&self, _: &DomainKey, requests: Vec<Request>) -> Answers {
        Answers::of(requests.iter().map(|request| self.answer(request)).collect())
    }

    async fn download(&self, address: &str) -> Result<Box<dyn Download>, Failure> {
        Err(Failure::Gone(address.to_owned()))
    }
}
