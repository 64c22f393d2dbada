//! Storage that fails.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use collector::ports::{Body, Condition, Etag, Object, Store, StoreError};
use tokio::time::{Instant, sleep_until};

use super::dice::Dice;

/// How long a slow answer takes.
const SLOW: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(40)];

/// How long a slow step takes.
const SLOW_STEP: [Duration; 2] = [Duration::from_mins(1), Duration::from_hours(2)];

/// For how long whoever ends such a step too early is kept waiting, before it fails.
const KEPT_WAITING: Duration = Duration::from_secs(100);

/// Storage that fails before or after it did what it was asked, and that takes its time. It never
/// lies: what it answers is so, and a conflict is one.
#[derive(Debug)]
pub(crate) struct Flaky<S> {
    pub(crate) inner: S,
    pub(crate) dice: Arc<Dice>,
    /// After which milestone whoever has written it dies, if that is decided.
    pub(crate) death: Option<u64>,
    /// How many milestones were written.
    pub(crate) milestones: AtomicU64,
    /// When slow steps may end, by their manifests: nothing here takes a day by itself. None if
    /// they take no longer than others.
    pub(crate) slow: Option<Mutex<HashMap<String, Instant>>>,
}

impl<S: Store> Flaky<S> {
    /// Fails if the manifest of a slow step is written too early.
    async fn not_too_early(&self, name: &str) -> Result<(), StoreError> {
        let step = name.rsplit_once("/manifests/").and_then(|(_, it)| it.strip_suffix(".json"));
        let step = step.and_then(steps::find).filter(|it| it.list.is_slow());
        let (Some(slow), Some(_)) = (&self.slow, step) else { return Ok(()) };
        let end = {
            let mut slow = slow.lock().unwrap_or_else(PoisonError::into_inner);
            let take = || Instant::now() + self.dice.time("a slow step takes", SLOW_STEP);
            *slow.entry(name.to_owned()).or_insert_with(take)
        };
        sleep_until(end.min(Instant::now() + KEPT_WAITING)).await;
        if end <= Instant::now() {
            return Ok(());
        }
        let cause = "chaos: a slow step ends too early".into();
        Err(StoreError::Unavailable { name: name.to_owned(), cause })
    }

    async fn trouble(&self, what: &'static str, name: &str) -> Result<(), StoreError> {
        if self.dice.fault("storage is slow", name) {
            tokio::time::sleep(self.dice.time("storage takes", SLOW)).await;
        }
        if !self.dice.fault(what, name) {
            return Ok(());
        }
        Err(StoreError::Unavailable {
            name: name.to_owned(),
            cause: format!("chaos: {what}").into(),
        })
    }
}

#[async_trait]
impl<S: Store> Store for Flaky<S> {
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError> {
        self.trouble("an object cannot be read", name).await?;
        self.inner.get(name).await
    }

    async fn download(&self, name: &str, to: &Path) -> Result<bool, StoreError> {
        self.trouble("an object cannot be read", name).await?;
        self.inner.download(name, to).await
    }

    async fn put(&self, name: &str, body: Body, condition: Condition) -> Result<Etag, StoreError> {
        self.not_too_early(name).await?;
        self.trouble("an object cannot be written", name).await?;
        let etag = self.inner.put(name, body, condition).await?;
        if is_milestone(name) {
            let number = self.milestones.fetch_add(1, Ordering::Relaxed);
            if self.death == Some(number) {
                // It never gets an answer, so it goes no further, and its time runs out.
                std::future::pending::<()>().await;
            }
        }
        self.trouble("an object is written and seems not to be", name).await?;
        Ok(etag)
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        self.trouble("an object cannot be deleted", name).await?;
        self.inner.delete(name).await?;
        self.trouble("an object is deleted and seems not to be", name).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.trouble("objects cannot be listed", prefix).await?;
        self.inner.list(prefix).await
    }
}

/// Whether an object says how far something is: checkpoints, manifests, leases and so on, but not
/// what was read.
fn is_milestone(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension == "json")
}
