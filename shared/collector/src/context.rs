//! What every execution is given, and the errors that end one.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Duration, Instant};

use crate::Secret;
use crate::instance::{Config, Credential, Credentials, Instance, Proof, SecretReference};
use crate::ports::{
    Body, Claims, Condition, Etag, Failure, Fetch, Microsoft, Queue, QueueError, SecretError,
    Secrets, Store, StoreError, Unclaimed,
};
use crate::progress::{Observer, Unobserved};

/// What every execution is given. It is made once for each process and shared.
#[derive(Debug)]
pub struct Context {
    /// Object storage.
    pub store: Arc<dyn Store>,
    /// The queues.
    pub queue: Arc<dyn Queue>,
    /// Where secrets are kept.
    pub secrets: Arc<dyn Secrets>,
    /// Microsoft.
    pub microsoft: Arc<dyn Microsoft>,
    /// Who is at work on which instance.
    pub claims: Arc<dyn Claims>,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// Whether this process runs every part of a job itself, and may thus keep the secret that came
    /// with an event in its memory until the job ends.
    pub is_one_process: bool,
    /// Whether a job whose process is gone is gone on with, rather than begun anew.
    pub resumes: bool,
    /// Where administrators consent, without a trailing slash: the address of the function
    /// `consent`, if there is one.
    pub consent_site: Option<String>,
    connections: Mutex<HashMap<Account, Connection>>,
    kept: Mutex<HashMap<String, Secret>>,
}

/// Who signs in where, and with what. The instances of a tenant share a connection, and
/// with it its tokens.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Account {
    cloud: String,
    directory_id: String,
    client_id: Option<String>,
    credential: Credential,
}

impl Account {
    fn of(instance: &Instance) -> Self {
        let Config { cloud, directory_id, client_id, credential, .. } = &instance.config;
        Self {
            cloud: cloud.clone(),
            directory_id: directory_id.clone(),
            client_id: client_id.clone(),
            credential: credential.clone(),
        }
    }
}

#[derive(Debug)]
struct Connection {
    since: Instant,
    credentials: Credentials,
    fetch: Arc<dyn Fetch>,
}

/// How long a secret that was read is used before it is read again, so that a rotated secret is
/// picked up in time.
const BELIEVED: Duration = Duration::from_mins(5);

impl Context {
    /// What every execution is given.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        queue: Arc<dyn Queue>,
        secrets: Arc<dyn Secrets>,
        microsoft: Arc<dyn Microsoft>,
    ) -> Self {
        Self {
            store,
            queue,
            secrets,
            microsoft,
            claims: Arc::new(Unclaimed),
            observer: Arc::new(Unobserved),
            is_one_process: false,
            resumes: true,
            consent_site: None,
            connections: Mutex::default(),
            kept: Mutex::default(),
        }
    }

    /// Keeps the secret that came with an event.
    pub(crate) fn keep(&self, instance: &str, secret: Secret) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(instance.to_owned(), secret);
    }

    /// Lets an instance have the secret that came with the event of another.
    pub(crate) fn share(&self, from: &str, to: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(secret) = kept.get(from).cloned() {
            kept.insert(to.to_owned(), secret);
        }
    }

    /// Reaches Microsoft as an instance does.
    pub(crate) async fn connect(&self, instance: &Instance) -> Result<Arc<dyn Fetch>, Error> {
        if instance.config.awaits_consent() {
            return Err(Error::AwaitsConsent {
                instance: instance.id.clone(),
                site: self.consent_site.clone(),
            });
        }
        let account = Account::of(instance);
        if let Some(connection) = self.lock().get(&account)
            && connection.since.elapsed() < BELIEVED
            // One that came with an event is at hand, and may be another than the last.
            && !account.credential.is_in_memory()
        {
            return Ok(connection.fetch.clone());
        }
        let credentials = Credentials {
            directory_id: instance.config.directory_id.clone(),
            client_id: instance.config.client_id.clone(),
            proof: self.proof(instance).await?,
        };
        let mut connections = self.lock();
        // A connection holds tokens: it is kept while the credentials are the same.
        let known = connections.remove(&account).filter(|it| it.credentials == credentials);
        let fetch = known.map_or_else(
            || self.microsoft.connect(&instance.config.cloud, credentials.clone()),
            |it| it.fetch,
        );
        let since = Instant::now();
        let connection = Connection { since, credentials, fetch: fetch.clone() };
        connections.insert(account, connection);
        Ok(fetch)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Account, Connection>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What proves who signs in: the instance's credential, with its secrets.
    pub(crate) async fn proof(&self, instance: &Instance) -> Result<Proof, Error> {
        Ok(match &instance.config.credential {
            Credential::ClientSecret(SecretReference::SecretArn(arn)) => {
                Proof::ClientSecret(self.secrets.read(arn).await?)
            }
            Credential::ClientSecret(SecretReference::InMemory) => {
                let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                let secret = kept.get(&instance.id).cloned();
                Proof::ClientSecret(secret.ok_or_else(|| Error::SecretLost(instance.id.clone()))?)
            }
            Credential::ClientCertificate(reference) => Proof::ClientCertificate {
                certificate: self.secrets.read_certificate(&reference.secret_arn).await?,
                password: match &reference.password {
                    Some(password) => Some(self.secrets.read(&password.secret_arn).await?),
                    None => None,
                },
            },
            Credential::FederatedCredential(source) => Proof::FederatedCredential(source.clone()),
            Credential::ManagedIdentity(which) => Proof::ManagedIdentity(*which),
            Credential::DeveloperTool(tool) => Proof::DeveloperTool(*tool),
        })
    }

    /// Reads an object that has to make sense if it is there.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<(T, Etag)>, Error> {
        match self.look(name).await? {
            Stored::Absent => Ok(None),
            Stored::Sound(value, etag) => Ok(Some((value, etag))),
            Stored::Damaged { cause, .. } => Err(Error::unreadable(name, &cause)),
        }
    }

    /// Reads an object that can be done without if it makes no sense.
    pub(crate) async fn look<T: DeserializeOwned>(&self, name: &str) -> Result<Stored<T>, Error> {
        let Some(object) = self.store.get(name).await? else { return Ok(Stored::Absent) };
        Ok(match serde_json::from_slice(&object.body) {
            Ok(value) => Stored::Sound(value, object.etag),
            Err(cause) => Stored::Damaged { etag: object.etag, cause: cause.to_string() },
        })
    }

    /// Reads an object that can be done without; what is damaged is told, and taken for absent.
    /// What is written in its place is written over this version.
    pub(crate) async fn spare<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<(Option<T>, Condition), Error> {
        Ok(match self.look(name).await? {
            Stored::Absent => (None, Condition::Absent),
            Stored::Sound(value, etag) => (Some(value), Condition::Matches(etag)),
            Stored::Damaged { etag, cause } => {
                tracing::warn!(name, cause, "a stored object is damaged; going on without it");
                (None, Condition::Matches(etag))
            }
        })
    }

    pub(crate) async fn write(
        &self,
        name: &str,
        value: &impl Serialize,
        condition: Condition,
    ) -> Result<Etag, Error> {
        let body = serde_json::to_vec_pretty(value).map_err(io::Error::from)?;
        Ok(self.store.put(name, Body::Bytes(body), condition).await?)
    }
}

/// How a stored object was found.
#[derive(Debug)]
pub(crate) enum Stored<T> {
    /// There is none.
    Absent,
    /// It makes sense.
    Sound(T, Etag),
    /// It is there, and is not what it should be.
    Damaged {
        /// Its version.
        etag: Etag,
        /// What is wrong with it.
        cause: String,
    },
}

/// Why an execution could not go on. What Microsoft refuses is not among these: it is in the
/// ledger.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The event makes no sense.
    #[error("{0}")]
    Event(#[from] crate::event::Problems),
    /// The instance cannot be collected as it is configured.
    #[error("[validation_failure] Error occurred while validating integration configuration: {0}")]
    Validation(String),
    /// Nobody has consented yet.
    #[error(
        "instance {instance} has no admin consent yet; an administrator of its tenant can grant it {}",
        consent_at(site.as_deref(), instance)
    )]
    AwaitsConsent {
        /// The instance.
        instance: String,
        /// Where to consent, if there is such a page.
        site: Option<String>,
    },
    /// The instance is being collected already.
    #[error(
        "a job of instance {instance} has been running since {since} ({job}); wait until it ends or its lease expires at {until}, or give it up with `tenantgraph job abandon {instance}`"
    )]
    Running {
        /// The instance.
        instance: String,
        /// Its job.
        job: String,
        /// When it began, in ISO 8601.
        since: String,
        /// When it is taken for dead, in ISO 8601.
        until: String,
    },
    /// Another process of this machine collects the instance.
    #[error("{holder} is collecting instance {instance}; wait until it ends, or stop it")]
    Held {
        /// The instance.
        instance: String,
        /// The process.
        holder: String,
    },
    /// The last job of the instance died, and is being closed.
    #[error(
        "the lease of job {job} of instance {instance} has expired; the job is being closed, and its ledger will name what it did not read; start again in a few minutes"
    )]
    Died {
        /// The instance.
        instance: String,
        /// Its job.
        job: String,
    },
    /// A step lists something of each entity that another step finds, and that has never run.
    #[error(
        "step {step} needs the result of step {parent}, which is not stored; run {parent} first"
    )]
    NoParents {
        /// The step.
        step: String,
        /// The step that has to run first.
        parent: String,
    },
    /// A step that runs by itself took longer than the invocation may last.
    #[error(
        "step {step} did not finish before the timeout of the function; what it read is stored under job {job}. Start the whole job instead: it runs in several invocations, and so has no timeout"
    )]
    TooLong {
        /// The step.
        step: String,
        /// The job under which its results are stored.
        job: String,
    },
    /// A step waits for a throttle; its message is delivered again after that.
    #[error("Microsoft throttles step {step}; it has to wait {} s", wait.as_secs())]
    Waits {
        /// The step.
        step: String,
        /// For how long.
        wait: Duration,
    },
    /// Instances were due, and none of them could be started.
    #[error(
        "{failed} instances are due, and none of them can start; the log has the reason for each. {instance} cannot start because: {cause}"
    )]
    NothingStarted {
        /// How many.
        failed: usize,
        /// The first of them.
        instance: String,
        /// Why it cannot be started.
        #[source]
        cause: Box<Self>,
    },
    /// Microsoft does not answer what a start has to know.
    #[error("Microsoft does not answer ({0}); try again later")]
    Microsoft(Failure),
    /// There is nothing under that name.
    #[error("there is no {0}")]
    Unknown(String),
    /// The secret came with an event to another process.
    #[error(
        "the secret of instance {0} came with an event, and tenantgraph keeps such a secret only in the memory of one process; store it in AWS Secrets Manager and give its ARN: `\"clientSecret\": {{\"secretArn\": \"…\"}}`"
    )]
    SecretLost(String),
    /// A stored object is not what it should be.
    #[error("{name} is damaged or unexpected: {cause}")]
    Unreadable {
        /// The object.
        name: String,
        /// What is wrong with it.
        cause: String,
    },
    /// Storage fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue fails.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The local disk is too small to link a job.
    #[error(
        "linking needs about {needed} MB in {}, where {free} MB are free; increase FinishEphemeralStorage for the function; on one machine, free some space or set TMPDIR to a folder with more", folder.display()
    )]
    NoRoom {
        /// Where temporary files lie.
        folder: PathBuf,
        /// How many MB are needed, about.
        needed: u64,
        /// How many are free.
        free: u64,
    },
    /// The local disk fails.
    #[error("the local disk cannot be read or written: {0}")]
    Disk(#[from] io::Error),
}

fn consent_at(site: Option<&str>, instance: &str) -> String {
    match site {
        Some(site) => format!("at {site}/consent?instance={instance}"),
        None => "on the consent page, which this deployment does not have: deploy it with \
                 EnableConsentPage=true, or serve it with `tenantgraph consent`"
            .to_owned(),
    }
}

impl Error {
    /// A stored object is not what it should be.
    pub(crate) fn unreadable(name: &str, cause: &dyn std::fmt::Display) -> Self {
        Self::Unreadable { name: name.to_owned(), cause: cause.to_string() }
    }

    /// The stored object that is damaged or gone, if that is why.
    #[must_use]
    pub fn object(&self) -> Option<&str> {
        match self {
            Self::Unreadable { name, .. } | Self::Unknown(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the same may succeed a while later without anybody's doing anything: storage, a
    /// queue or a service does not answer. Where an error is not known, it may.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        !matches!(
            self,
            Self::Event(_)
                | Self::Validation(_)
                | Self::AwaitsConsent { .. }
                | Self::NoParents { .. }
                | Self::TooLong { .. }
                | Self::Unknown(_)
                | Self::SecretLost(_)
                | Self::Unreadable { .. }
        )
    }
}
