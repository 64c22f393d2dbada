//! The functions as they are deployed, over storage, queues, secrets and a Microsoft that do what a
//! test says. Nothing leaves the process, so a test may pause time, and hours of waiting take a
//! moment.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "what a test needs must be there"
)]

mod outage;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws::{Delivery, Directory, LocalQueue};
use aws_lambda_events::sqs::SqsBatchResponse;
use collector::layout::Job;
use collector::message;
use collector::ports::{QueueName, Store as _};
use collector::{Context, instances};
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json};
use tempfile::TempDir;
use tenantgraph::machine;

pub use outage::{Microsoft, Outage, Queue, Secrets, Store};

/// The id of the instance that a test collects.
pub const INSTANCE: &str = "instance";

/// How long a message stays invisible in the template's queue `collect`.
const VISIBILITY: Duration = Duration::from_mins(18);

/// How often a message may be received in the template's queues.
const MOST_RECEIVES: u32 = 30;

/// The functions, and what they are given.
#[derive(Debug)]
pub struct Deployed {
    /// The queues.
    pub queue: Arc<Queue>,
    /// Storage.
    pub store: Arc<Store>,
    /// Secrets.
    pub secrets: Arc<Secrets>,
    /// Microsoft.
    pub microsoft: Arc<Microsoft>,
    _folder: TempDir,
}

impl Deployed {
    /// The functions, with an instance that collects the directory, which is empty.
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let deployed = Self {
            queue: Arc::new(Queue::new(LocalQueue::new(VISIBILITY, MOST_RECEIVES))),
            store: Arc::new(Store::new(Directory::new(folder.path()))),
            secrets: Arc::default(),
            microsoft: Arc::default(),
            _folder: folder,
        };
        deployed.store_instance(INSTANCE).await;
        deployed
    }

    /// What a new process is given.
    #[must_use]
    pub fn context(&self) -> Context {
        let (store, queue) = (self.store.clone(), self.queue.clone());
        let mut context = Context::new(store, queue, self.secrets.clone(), self.microsoft.clone());
        context.observer = Arc::new(service::log::Log);
        context
    }

    /// Stores an instance that runs every hour, with a secret of its own.
    pub async fn store_instance(&self, id: &str) {
        let instance = json!({ "action": "store", "instance": {
            "id": id,
            "integration": "azure",
            "name": "Contoso",
            "pollingInterval": "ONE_HOUR",
            "config": {
                "directoryId": "5b0c8f4e-2f1d-4a57-9c3e-7d6a1e90b2f4",
                "clientId": "c1d7a3e2-84b6-4f0a-b5d9-3e2f6a7c8d10",
                "clientSecret": { "secretArn": format!("arn:aws:secretsmanager:::{id}") },
                "ingestActiveDirectory": true,
            },
        } });
        self.start(instance).await.unwrap();
        instances::find(&self.context(), id).await.unwrap();
    }

    /// Hands an event to the function `start`.
    ///
    /// # Errors
    ///
    /// Those of the function.
    pub async fn start(&self, event: Value) -> Result<Value, lambda_runtime::Error> {
        Box::pin(start::handle(&self.context(), invocation(event))).await
    }

    /// Starts the job of the instance.
    pub async fn job(&self) -> Job {
        let mut answer = self.start(json!({ "instanceId": INSTANCE })).await.unwrap();
        serde_json::from_value(answer["jobs"][0].take()).unwrap()
    }

    /// Works until every message is done or a dead letter.
    pub async fn work(&self) {
        let context = self.context();
        let [collect, finish, provision] =
            [QueueName::Collect, QueueName::Finish, QueueName::Provision]
                .map(|queue| Box::pin(self.deliver(&context, queue)));
        tokio::select! {
            () = self.queue.inner.drained_but_for(message::is_early) => (),
            () = collect => (),
            () = finish => (),
            () = provision => (),
        }
    }

    /// Hands the messages of a queue to its function, as Lambda would, and never ends.
    async fn deliver(&self, context: &Context, queue: QueueName) {
        loop {
            let deliveries = self.queue.inner.receive(queue, 10).await;
            let event = invocation(json!(machine::event(&deliveries)));
            let answer = match queue {
                QueueName::Collect => collect::handle(context, event).await.unwrap(),
                QueueName::Finish => finish::handle(context, event).await.unwrap(),
                QueueName::Provision => provision::handle(context, event).await.unwrap(),
            };
            self.settle(&deliveries, answer);
        }
    }

    /// Deletes the messages that are done.
    fn settle(&self, deliveries: &[Delivery], answer: Value) {
        let response: SqsBatchResponse = serde_json::from_value(answer).unwrap();
        let failures = response.batch_item_failures.into_iter().map(|it| it.item_identifier);
        let failed: BTreeSet<String> = failures.collect();
        for delivery in deliveries.iter().filter(|it| !failed.contains(&it.message_id)) {
            self.queue.inner.delete(&delivery.receipt).unwrap();
        }
    }

    /// What a stored object says.
    pub async fn read(&self, name: &str) -> Option<Value> {
        let object = self.store.inner.get(name).await.unwrap();
        object.map(|it| serde_json::from_slice(&it.body).unwrap())
    }

    /// The bodies of a queue's dead letters.
    #[must_use]
    pub fn dead_letters(&self, queue: QueueName) -> Vec<String> {
        self.queue.inner.dead_letters(queue).into_iter().map(|it| it.body).collect()
    }
}

/// An event of an invocation that begins now.
fn invocation(payload: Value) -> LambdaEvent<Value> {
    let deadline = SystemTime::now() + Duration::from_mins(3);
    let mut context = lambda_runtime::Context::default();
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    context.deadline = u64::try_from(deadline).unwrap_or(u64::MAX);
    LambdaEvent::new(payload, context)
}
