//! What every function's process is given, how a function takes messages, and what it logs.

pub mod log;
mod messages;

use std::env;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws::{LocalQueue, LocalSecrets, StsIdentity, Urls};
use collector::Context;
use lambda_runtime::{Diagnostic, Error};
use microsoft::{Cloud, Connections};
use tokio::time::Instant;

pub use messages::{GROUP, Messages, RECEIVES, SENT, answer};

/// How long before the end of an invocation its work stops, so that there is time to store what was
/// read.
const MARGIN: Duration = Duration::from_secs(15);

/// What a function's process is given, from its environment: `STORE`; `COLLECT_QUEUE_URL` and
/// `COLLECT_DEAD_LETTERS_URL`, and so for `FINISH` and `PROVISION`; `TENANTGRAPH_CLOUD` and
/// `CONSENT_ADDRESS`; `SIGN_IN_ROLE_ARN`.
///
/// # Errors
///
/// If a variable is missing or makes no sense.
pub async fn context() -> Result<Context, Error> {
    let clients = aws::connect().await;
    let store = clients.store(variable("STORE")?.parse()?);
    let queue = clients.queue(urls("COLLECT")?, urls("FINISH")?, urls("PROVISION")?);
    let secrets = clients.secrets();
    let cloud = env::var("TENANTGRAPH_CLOUD").ok().filter(|cloud| !cloud.is_empty());
    let microsoft = match cloud {
        // It takes the place of whichever cloud an instance names.
        Some(cloud) => Connections::new(Cloud::parse(&cloud)?),
        None => Connections::default(),
    };
    // The role that the federated credentials of applications name, which the functions take on.
    let role = env::var("SIGN_IN_ROLE_ARN").ok().filter(|role| !role.is_empty());
    let microsoft = microsoft.with_web_identity(Arc::new(StsIdentity::new(role)));
    let mut context = Context::new(store, Arc::new(queue), Arc::new(secrets), Arc::new(microsoft));
    context.observer = Arc::new(log::Log);
    context.consent_site = consent_address();
    Ok(context)
}

/// What the process of a function is given that only reads what is stored, from its environment:
/// `STORE`. Its queue leads nowhere.
///
/// # Errors
///
/// If the variable is missing or makes no sense.
pub async fn reader() -> Result<Context, Error> {
    let store = aws::store(&variable("STORE")?).await?;
    let queue = Arc::new(LocalQueue::new(Duration::ZERO, 1));
    Ok(Context::new(store, queue, Arc::new(LocalSecrets), Arc::new(Connections::default())))
}

/// Where a queue is, and its dead letters.
fn urls(name: &str) -> Result<Urls, Error> {
    Ok(Urls {
        queue: variable(&format!("{name}_QUEUE_URL"))?,
        dead_letters: variable(&format!("{name}_DEAD_LETTERS_URL"))?,
    })
}

/// Where administrators consent, without a trailing slash, if that is said: `CONSENT_ADDRESS`.
#[must_use]
pub fn consent_address() -> Option<String> {
    let address = env::var("CONSENT_ADDRESS").ok().filter(|address| !address.is_empty());
    address.map(|address| address.trim_end_matches('/').to_owned())
}

/// A variable of the environment that has to be set.
///
/// # Errors
///
/// If it is not.
pub fn variable(name: &str) -> Result<String, Error> {
    env::var(name).map_err(|_| format!("the environment variable {name} is not set").into())
}

/// What an invocation answers with if it cannot do what it was asked.
#[must_use]
pub fn diagnostic(error: &Error) -> Diagnostic {
    let error_type = match error.downcast_ref() {
        Some(collector::Error::Event(_)) => "InvalidEvent",
        Some(collector::Error::Validation(_)) => "ValidationFailure",
        Some(collector::Error::AwaitsConsent { .. }) => "AwaitsConsent",
        Some(collector::Error::Running { .. } | collector::Error::Held { .. }) => "AlreadyRunning",
        Some(collector::Error::NothingStarted { .. }) => "NothingStarted",
        Some(collector::Error::NoParents { .. } | collector::Error::Unknown(_)) => "NotFound",
        _ if error.is::<collector::event::Problems>() => "InvalidEvent",
        _ => "Failure",
    };
    Diagnostic { error_type: error_type.to_owned(), error_message: error.to_string() }
}

/// When an invocation has to stop working.
#[must_use]
pub fn deadline(context: &lambda_runtime::Context) -> Instant {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let left = Duration::from_millis(context.deadline).saturating_sub(now);
    Instant::now() + left.saturating_sub(MARGIN)
}
