//! What an execution needs of the outside world: object storage, a queue, secrets, and Microsoft.
//!
//! The engine knows these traits only. The crate `aws` implements the first three, `microsoft` the
//! last; so neither AWS nor HTTP is known here.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::Value;
use steps::{Domain, Service};
use time::OffsetDateTime;

use crate::Secret;
use crate::instance::Credentials;

/// Object storage.
///
/// Names are like `jobs/i/j/plan.json`: segments of `[A-Za-z0-9._~-]`, joined by slashes. Reads
/// after writes and lists after writes are consistent, as they are in Amazon S3.
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// Reads an object whole; none if there is no such object.
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError>;

    /// Copies an object to a local file, however large; false if there is no such object.
    async fn download(&self, name: &str, to: &Path) -> Result<bool, StoreError>;

    /// Writes an object whole, if the condition holds at that moment, and returns its new etag.
    async fn put(&self, name: &str, body: Body, condition: Condition) -> Result<Etag, StoreError>;

    /// Removes an object, if there is one.
    async fn delete(&self, name: &str) -> Result<(), StoreError>;

    /// The names that begin with a prefix, sorted by their bytes.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError>;
}

/// What an object holds.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its bytes.
    pub body: Vec<u8>,
    /// Its version, for [`Condition::Matches`].
    pub etag: Etag,
}

/// What is written.
#[derive(Clone, Debug)]
pub enum Body {
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// A local file, which may be larger than memory. It stays where it is.
    File(PathBuf),
}

/// The version of an object. Opaque.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Etag(pub String);

/// When an object may be written.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Always.
    Always,
    /// Only if there is no such object (`If-None-Match: *`).
    Absent,
    /// Only if the object is still of this version (`If-Match`).
    Matches(Etag),
}

/// Why storage did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The condition of a write does not hold: someone else wrote first.
    #[error("{0} was written by someone else")]
    Conflict(String),
    /// Storage does not answer, or refuses.
    #[error("{name} cannot be read or written: {cause}")]
    Unavailable {
        /// The object, or the prefix of a list.
        name: String,
        /// What storage said.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A queue with groups: the messages of one group are delivered in order, one delivery at a time.
#[async_trait]
pub trait Queue: Debug + Send + Sync {
    /// Sends messages, in order. A message whose deduplication id was sent in the last five minutes
    /// is dropped, as Amazon SQS does.
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError>;

    /// Keeps a delivered message, and with it its group, back for a while (at most 12 hours).
    async fn hold(&self, queue: QueueName, receipt: &str, wait: Duration)
    -> Result<(), QueueError>;

    /// Puts a message among the dead letters of a queue, where someone sees it: it cannot be read,
    /// or cannot be done.
    async fn give_up(&self, queue: QueueName, message: Outgoing) -> Result<(), QueueError>;
}

/// The queues there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueName {
    /// Slices of steps, for the function `collect`.
    Collect,
    /// Jobs whose steps have all ended, for the function `finish`.
    Finish,
    /// What was found out about subscriptions, for the function `provision`.
    Provision,
}

/// A message to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// What it says, as JSON.
    pub body: String,
    /// Its group, of at most 128 characters of `[A-Za-z0-9]` and punctuation.
    pub group: String,
    /// What makes it the same message as another, with the same limits.
    pub deduplication: String,
}

/// Why a queue did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("the queue does not answer, or refuses: {0}")]
pub struct QueueError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Who is at work on an instance, where that can be told.
///
/// A lease says until when a job may be at work. On one machine more is known: a claim ends with
/// its process, so a run that was killed is noticed at once.
pub trait Claims: Debug + Send + Sync {
    /// Takes an instance for this process, until the process ends or releases it.
    ///
    /// # Errors
    ///
    /// If storage fails.
    fn claim(&self, instance: &str) -> Result<Claim, StoreError>;

    /// Gives an instance back, if this process has it.
    fn release(&self, instance: &str);
}

/// What came of claiming an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody can tell who is at work. Only the lease counts.
    Untold,
    /// This process has it from now on. Nobody had it.
    Taken,
    /// This process had it before.
    Own,
    /// Another process has it.
    Other {
        /// Which one, as a person would look for it.
        holder: String,
    },
}

/// Where nobody can tell who is at work: on AWS, each part of a job runs in a process of its own.
#[derive(Clone, Copy, Debug)]
pub struct Unclaimed;

impl Claims for Unclaimed {
    fn claim(&self, _: &str) -> Result<Claim, StoreError> {
        Ok(Claim::Untold)
    }

    fn release(&self, _: &str) {}
}

/// Where secrets are kept.
#[async_trait]
pub trait Secrets: Debug + Send + Sync {
    /// Reads the secret with an ARN.
    async fn read(&self, arn: &str) -> Result<Secret, SecretError>;

    /// Reads a certificate with its private key, which may be binary: then it comes in Base64.
    async fn read_certificate(&self, arn: &str) -> Result<Secret, SecretError> {
        self.read(arn).await
    }
}

/// Why a secret cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the secret {arn} cannot be read: {cause}")]
pub struct SecretError {
    /// Which secret.
    pub arn: String,
    /// What the store of secrets said, which never holds the secret.
    #[source]
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}

/// Issues tokens that say who this process is to those outside of its own cloud: AWS does, by its
/// outbound identity federation.
#[async_trait]
pub trait WebIdentity: Debug + Send + Sync {
    /// A short-lived JSON Web Token for an audience.
    async fn token(&self, audience: &str) -> Result<Secret, WebIdentityError>;
}

/// Why there is no such token.
#[derive(Debug, thiserror::Error)]
#[error("AWS issues no web identity token: {cause}")]
pub struct WebIdentityError {
    /// Whether AWS refuses, rather than does not answer.
    pub is_refused: bool,
    /// What AWS said.
    #[source]
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}

/// A way to reach Microsoft's services as some principal.
#[async_trait]
pub trait Microsoft: Debug + Send + Sync {
    /// Signs in to a cloud, `public`, `usgov` or `china`, for one audience after another as they
    /// are needed. Only the shape of the credentials is checked here; a wrong secret shows when the
    /// first token is asked for.
    fn connect(&self, cloud: &str, credentials: Credentials) -> Arc<dyn Fetch>;

    /// The address of a cloud's portal, without a trailing slash.
    fn portal(&self, cloud: &str) -> &str;

    /// Where an administrator consents to the application permissions that an application is
    /// registered with; none in a cloud that does not exist.
    fn admin_consent(&self, cloud: &str, consent: &AdminConsent<'_>) -> Option<String>;
}

/// What an administrator is asked, and where the answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdminConsent<'a> {
    /// The tenant, or `organizations` for whichever one the administrator signs in to.
    pub tenant: &'a str,
    /// The application (client).
    pub client_id: &'a str,
    /// Where Microsoft sends the administrator back to. The application is registered with it.
    pub redirect_uri: &'a str,
    /// What comes back with the answer.
    pub state: &'a str,
}

/// Reads documents of Microsoft's services.
///
/// Implementations sign requests, keep to the throttles, wait for seconds and try again where that
/// may help. What they answer is therefore final, but for [`Failure::Throttled`].
#[async_trait]
pub trait Fetch: Debug + Send + Sync {
    /// Reads documents, and answers in the order of the requests. Requests to Microsoft Graph are
    /// sent together by `$batch` where there are several.
    async fn fetch(&self, domain: &DomainKey, requests: Vec<Request>) -> Answers;

    /// What the token for a service says of the principal; none if it says nothing, for the form of
    /// tokens is Microsoft's business.
    ///
    /// # Errors
    ///
    /// If the principal cannot sign in.
    async fn principal(&self, service: Service) -> Result<Option<Principal>, Failure> {
        let _ = service;
        Ok(None)
    }

    /// The id of the tenant that tokens are of, if they say it: an instance may name its tenant by
    /// a domain.
    ///
    /// # Errors
    ///
    /// If the principal cannot sign in.
    async fn tenant_id(&self) -> Result<Option<String>, Failure> {
        Ok(self.principal(Service::Graph).await?.and_then(|it| it.tenant_id))
    }

    /// How many more requests of a domain the service last said that it would answer at once; none
    /// if it has said nothing.
    fn left(&self, domain: &DomainKey) -> Option<f64> {
        let _ = domain;
        None
    }

    /// Opens the only file of a zip archive, at an address that a service gave for downloading it,
    /// such as that of a report. The address itself is what allows it: no token is sent there.
    async fn download(&self, address: &str) -> Result<Box<dyn Download>, Failure>;
}

/// What a token says of the principal that it was issued to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principal {
    /// The id of its tenant.
    pub tenant_id: Option<String>,
    /// The application (client) id.
    pub client_id: Option<String>,
    /// The object id of the service principal.
    pub object_id: Option<String>,
    /// The application permissions that were granted to it, of the service that the token is for.
    pub roles: Vec<String>,
    /// When the token was issued, by Microsoft's clock.
    pub issued: Option<OffsetDateTime>,
}

/// A file that is being downloaded and unpacked, however large.
#[async_trait]
pub trait Download: Send {
    /// The next bytes; none at its end.
    ///
    /// # Errors
    ///
    /// If it breaks off, or is not what it seemed to be.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure>;
}

/// What became of some requests.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// What became of each of them.
    pub answers: Vec<Answer>,
    /// How many requests were sent for those that came to a failure, counting those that were tried
    /// again.
    pub in_vain: u32,
}

impl Answers {
    /// What became of requests of which each was sent once.
    #[must_use]
    pub fn of(answers: Vec<Answer>) -> Self {
        let failed = answers.iter().filter(|it| it.is_err()).count();
        Self { answers, in_vain: u32::try_from(failed).unwrap_or(u32::MAX) }
    }
}

/// What became of a request.
pub type Answer = Result<Document, Failure>;

/// A throttle domain of one principal: what shares one budget of requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DomainKey {
    /// The tenant or the subscription whose budget it is.
    pub owner: String,
    /// Which of its budgets.
    pub domain: Domain,
}

/// A document to read.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The service that holds it.
    pub service: Service,
    /// Where it lies.
    pub address: Address,
    /// Whether to send `ConsistencyLevel: eventual`, which some of Graph's queries need on each
    /// page.
    pub eventual: bool,
    /// What to ask for by POST, as reports are asked for; nothing to ask by GET.
    pub body: Option<Value>,
}

impl Request {
    /// Asks for a document by GET.
    #[must_use]
    pub const fn get(service: Service, address: Address) -> Self {
        Self { service, address, eventual: false, body: None }
    }
}

/// Where a document lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A path with its query below the base address of the service, such as `/v1.0/users?$top=999`.
    Path(String),
    /// A path with its query on a host of the data plane, such as a vault's
    /// `https://kv1.vault.azure.net`. A host outside the cloud's suffixes is refused.
    Host {
        /// The base address, as the management plane gives it.
        base: String,
        /// The path with its query.
        path: String,
    },
    /// The link to the next page, as the service gave it, and the address of the page that gave it.
    /// A link to another origin is refused: the token must not leave for another host.
    Link {
        /// The link.
        link: String,
        /// The address of the first page of the list.
        first: Box<Address>,
    },
}

/// A document that was read.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its bytes. Those of a batch share what was read.
    pub body: Bytes,
    /// How many requests it took, counting those that were tried again.
    pub requests: u32,
    /// How many of them were refused as too many (429).
    pub refused: u32,
}

/// Why a request has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// It is not its turn yet.
    Turn,
    /// The service refused another request of its throttle domain.
    OthersRefused,
    /// The service refused it.
    Refused,
}

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The service asks to wait for longer than a function should. Nothing is wrong: ask again
    /// then.
    #[error("throttled for {} s", wait.as_secs())]
    Throttled {
        /// How long to wait.
        wait: Duration,
        /// Why.
        because: Because,
    },
    /// The principal may not read it.
    #[error("forbidden: {0}")]
    Forbidden(String),
    /// It is not there (any more).
    #[error("gone: {0}")]
    Gone(String),
    /// What is asked has no such part, so there is nothing to read.
    #[error("not applicable: {0}")]
    NotApplicable(String),
    /// There can be nothing: the subscription has not registered the resource provider.
    #[error("not registered: {0}")]
    NotRegistered(String),
    /// The service does not offer it any more, or never did in this place.
    #[error("retired: {0}")]
    Retired(String),
    /// The link to the next page has expired. The list has to be read from its start.
    #[error("the page token has expired: {0}")]
    PageExpired(String),
    /// The principal cannot sign in.
    #[error("{0}")]
    Authentication(String),
    /// The service answers with what is no document, each time.
    #[error("failed: {0}")]
    Unreadable(String),
    /// The service refuses the request, or does not answer, however often it is asked.
    #[error("failed: {0}")]
    Failed(String),
}
