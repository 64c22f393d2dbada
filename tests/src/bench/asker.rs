//! Publishing the tables of a snapshot, and asking them, each in a process of its own.

use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws::{Directory, LocalQueue, LocalSecrets};
use collector::layout::Job;
use collector::ports::{Body, Condition, Etag, Object, Store, StoreError};
use collector::{Context, snapshot};
use microsoft::Connections;
use query::execute::{Options, PAGE};
use query::tables::{publish, published};
use query::{Model, Terms, compile, execute};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::collector::{cpu, peak};
use super::{Error, Role, start};

/// A snapshot, and what is done with its tables.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asking {
    /// Where the snapshot is stored.
    pub store: PathBuf,
    /// The job that wrote it.
    pub job: Job,
    /// The queries to ask, one after the other; none to publish the tables.
    pub queries: Vec<String>,
    /// How long the store takes for each request, in milliseconds.
    pub delay: u64,
}

/// What it took.
#[derive(Debug, Serialize, Deserialize)]
pub struct Asked {
    /// How many seconds each query took, and how many rows it has in all if they were counted; or
    /// how long publishing took.
    pub took: Vec<(f64, Option<u64>)>,
    /// How many seconds of a processor all took.
    pub cpu: f64,
    /// How much memory the process held at most, in kB.
    pub peak: u64,
}

impl Asking {
    /// Has a process of its own do it.
    ///
    /// # Errors
    ///
    /// If it fails.
    pub fn run(&self) -> Result<Asked, Error> {
        let output = start(&Role::Ask(self.clone()))?.wait_with_output()?;
        if !output.status.success() {
            return Err(format!("asking ended with {}", output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// Publishes or asks in this process, and prints what it took.
pub(super) fn ask(asking: &Asking) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let took = runtime.block_on(took(asking))?;
    let asked = Asked { took, cpu: cpu()?, peak: peak()? };
    Ok(stdout().write_all(&serde_json::to_vec(&asked)?)?)
}

async fn took(asking: &Asking) -> Result<Vec<(f64, Option<u64>)>, Error> {
    let inner = Directory::new(&asking.store);
    let delay = Duration::from_millis(asking.delay);
    let context = Context::new(
        Arc::new(Slow { inner, delay }),
        Arc::new(LocalQueue::new(Duration::MAX, u32::MAX)),
        Arc::new(LocalSecrets),
        Arc::new(Connections::default()),
    );
    let mut began = Instant::now();
    if asking.queries.is_empty() {
        publish(&context, &snapshot::summary(&context, &asking.job).await?).await?;
        return Ok(vec![(began.elapsed().as_secs_f64(), None)]);
    }
    let jobs = [asking.job.clone()];
    let tables = published(&context, &jobs).await?.ok_or("the tables are not published")?;
    let model = Model::new(Some(&tables.manifest));
    let mut took = Vec::new();
    for text in &asking.queries {
        let plan = compile(text, &model, &Terms::default()).map_err(|it| it.to_string())?;
        let options = Options { certain: false, offset: 0, limit: Some(PAGE) };
        let answer = execute(&plan, &model, &tables, &options).await?;
        took.push((began.elapsed().as_secs_f64(), answer.total));
        began = Instant::now();
    }
    Ok(took)
}

/// A store that takes its time.
#[derive(Debug)]
struct Slow {
    inner: Directory,
    delay: Duration,
}

#[async_trait]
impl Store for Slow {
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError> {
        sleep(self.delay).await;
        self.inner.get(name).await
    }

    async fn download(&self, name: &str, to: &Path) -> Result<bool, StoreError> {
        sleep(self.delay).await;
        self.inner.download(name, to).await
    }

    async fn put(&self, name: &str, body: Body, condition: Condition) -> Result<Etag, StoreError> {
        sleep(self.delay).await;
        self.inner.put(name, body, condition).await
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        sleep(self.delay).await;
        self.inner.delete(name).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        sleep(self.delay).await;
        self.inner.list(prefix).await
    }
}
