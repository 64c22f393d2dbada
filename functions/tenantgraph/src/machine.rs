//! One machine in the place of AWS: queues in memory, and workers that hand their messages to the
//! functions' own handlers.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use aws::{Delivery, LocalQueue, LocalSecrets};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use collector::layout::Job;
use collector::ports::{Outgoing, Queue, QueueError, QueueName};
use collector::summary::Summary;
use collector::{Context, Observer, snapshot};
use lambda_runtime::LambdaEvent;
use microsoft::{Cloud, Connections};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::Error;

/// How long an invocation may take, as on AWS.
const INVOCATION: Duration = Duration::from_mins(3);

/// How long linking may take. On AWS it goes on by another message after 15 minutes, and sorts once more for that;
/// here nobody ends it.
const LINKING: Duration = Duration::from_hours(24);

/// How many groups of messages are worked on at once: throttle domains, of which each has its own
/// budget. Whoever works on one mostly waits for Microsoft.
const WORKERS: usize = 64;

/// How many subscriptions are given an instance and started at once.
const PROVISIONERS: usize = 16;

/// How often a message may fail. On AWS it would go to the dead-letter queue; here someone waits.
const FAILURES: u32 = 3;

/// One machine.
#[derive(Debug)]
pub struct Machine {
    /// What the functions are given.
    pub context: Arc<Context>,
    queue: Arc<Watched>,
}

impl Machine {
    /// A machine that stores what it reads at a place, and asks a cloud, or else that of each instance.
    ///
    /// # Errors
    ///
    /// If the place makes no sense.
    pub async fn new(
        store: &str,
        cloud: Option<Cloud>,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, Error> {
        let store = aws::store(store).await?;
        let microsoft = Arc::new(cloud.map_or_else(Connections::default, Connections::new));
        let queue = Arc::new(Watched::new());
        let mut context = Context::new(store, queue.clone(), Arc::new(LocalSecrets), microsoft);
        context.observer = observer;
        context.is_one_process = true;
        Ok(Self { context: Arc::new(context), queue })
    }

    /// Hands an event to the function `start`, and returns its answer.
    ///
    /// # Errors
    ///
    /// Those of the function.
    pub async fn run(&self, event: Value) -> Result<Value, Error> {
        start::handle(&self.context, invocation(event, INVOCATION)).await
    }

    /// Works until all queues are empty, and returns what came of jobs.
    ///
    /// # Errors
    ///
    /// If a message fails again and again.
    pub async fn finish(&self, jobs: &[Job]) -> Result<Vec<Summary>, Error> {
        let mut workers = self.workers();
        tokio::select! {
            () = self.queue.inner.drained() => (),
            Some(stopped) = workers.join_next() => stopped??,
        }
        workers.shutdown().await;
        let mut summaries = Vec::new();
        for job in jobs {
            summaries.push(snapshot::summary(&self.context, job).await?);
        }
        Ok(summaries)
    }

    /// Works on what is queued, now and later, and never ends by itself.
    ///
    /// # Errors
    ///
    /// If a message fails again and again.
    pub async fn work(&self) -> Result<(), Error> {
        match self.workers().join_next().await {
            Some(stopped) => stopped?,
            None => Ok(()),
        }
    }

    fn workers(&self) -> JoinSet<Result<(), Error>> {
        let mut workers = JoinSet::new();
        let queues = [QueueName::Collect; WORKERS].into_iter();
        let queues = queues.chain([QueueName::Provision; PROVISIONERS]).chain([QueueName::Finish]);
        for queue in queues {
            let (context, messages) = (self.context.clone(), self.queue.clone());
            workers.spawn(async move { work(&context, &messages, queue).await });
        }
        workers
    }
}

/// The event of an invocation that begins now, and may take so long.
fn invocation(payload: Value, longest: Duration) -> LambdaEvent<Value> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut context = lambda_runtime::Context::default();
    context.deadline = u64::try_from((now + longest).as_millis()).unwrap_or(u64::MAX);
    LambdaEvent::new(payload, context)
}

/// Takes messages of a queue and hands them to its function, as Lambda would.
async fn work(context: &Context, messages: &Watched, queue: QueueName) -> Result<(), Error> {
    loop {
        let deliveries = messages.inner.receive(queue, 10).await;
        let longest = if queue == QueueName::Finish { LINKING } else { INVOCATION };
        let event = invocation(serde_json::to_value(event(&deliveries))?, longest);
        let answer = match queue {
            QueueName::Collect => collect::handle(context, event).await?,
            QueueName::Finish => finish::handle(context, event).await?,
            QueueName::Provision => provision::handle(context, event).await?,
        };
        let response: SqsBatchResponse = serde_json::from_value(answer)?;
        let failed: BTreeSet<String> =
            response.batch_item_failures.into_iter().map(|it| it.item_identifier).collect();
        for delivery in &deliveries {
            if failed.contains(&delivery.message_id) {
                messages.failed(queue, delivery).await?;
            } else {
                messages.inner.delete(&delivery.receipt)?;
            }
        }
    }
}

/// The event by which Lambda would hand messages over.
#[must_use]
pub fn event(deliveries: &[Delivery]) -> SqsEvent {
    let records = deliveries.iter().map(|delivery| {
        let mut message = SqsMessage::default();
        message.message_id = Some(delivery.message_id.clone());
        message.receipt_handle = Some(delivery.receipt.clone());
        message.body = Some(delivery.body.clone());
        message.attributes.insert("MessageGroupId".to_owned(), delivery.group.clone());
        message
    });
    let mut event = SqsEvent::default();
    event.records = records.collect();
    event
}

/// The queues, with an eye on messages that fail and on those that only wait.
#[derive(Debug)]
struct Watched {
    inner: LocalQueue,
    held: Mutex<BTreeSet<String>>,
    failures: Mutex<HashMap<String, u32>>,
}

impl Watched {
    fn new() -> Self {
        // Whoever works on a message ends it, or ends with this process. None has to come back because somebody
        // died, and linking a large tenant takes as long as it takes.
        let inner = LocalQueue::new(Duration::MAX, u32::MAX);
        Self { inner, held: Mutex::default(), failures: Mutex::default() }
    }

    /// Sees to a message that its function did not get done: one that is held waits for a throttle, any
    /// other is tried again soon, and not for ever.
    async fn failed(&self, queue: QueueName, delivery: &Delivery) -> Result<(), Error> {
        if self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&delivery.receipt) {
            return Ok(());
        }
        let failures = {
            let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
            let count = failures.entry(delivery.message_id.clone()).or_default();
            *count += 1;
            *count
        };
        if failures >= FAILURES {
            return Err(
                format!("gave up after {failures} attempts; the last errors are above").into()
            );
        }
        let wait = Duration::from_secs(u64::from(failures));
        Ok(self.inner.hold(queue, &delivery.receipt, wait).await?)
    }
}

#[async_trait]
impl Queue for Watched {
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        self.inner.send(queue, messages).await
    }

    async fn hold(
        &self,
        queue: QueueName,
        receipt: &str,
        wait: Duration,
    ) -> Result<(), QueueError> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(receipt.to_owned());
        self.inner.hold(queue, receipt, wait).await
    }
}
