//! One machine in the place of AWS: queues in memory, and workers that hand their messages to the
//! functions' own handlers.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use aws::{Delivery, LocalQueue, LocalSecrets};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use collector::layout::Job;
use collector::message;
use collector::ports::{Outgoing, Queue, QueueError, QueueName};
use collector::summary::Summary;
use collector::{Context, News, Observer, snapshot};
use lambda_runtime::LambdaEvent;
use microsoft::Cloud;
use serde_json::Value;
use service::{GROUP, RECEIVES, SENT};
use tokio::task::JoinSet;

use crate::{Error, local};

/// How long an invocation may take, as on AWS.
const INVOCATION: Duration = Duration::from_mins(3);

/// How long linking may take. On AWS it goes on by another message after 15 minutes, and sorts once
/// more for that; here nobody ends it.
const LINKING: Duration = Duration::from_hours(24);

/// How many groups of messages are worked on at once: throttle domains, of which each has its own
/// budget. Whoever works on one mostly waits for Microsoft.
const WORKERS: usize = 64;

/// How many subscriptions are given an instance and started at once.
const PROVISIONERS: usize = 16;

/// One machine.
#[derive(Debug)]
pub struct Machine {
    /// What the functions are given.
    pub context: Arc<Context>,
    queue: Arc<Watched>,
}

impl Machine {
    /// A machine that stores what it reads at a place, and asks a cloud, or else that of each
    /// instance.
    ///
    /// # Errors
    ///
    /// If the place makes no sense.
    pub async fn new(
        store: &str,
        cloud: Option<Cloud>,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, Error> {
        let claims = aws::claims(store)?;
        let store = aws::store(store).await?;
        let microsoft = Arc::new(local::connections(cloud));
        let queue = Arc::new(Watched::new());
        let mut context = Context::new(store, queue.clone(), Arc::new(LocalSecrets), microsoft);
        context.claims = claims;
        context.observer = Arc::new(Noting { inner: observer, queue: queue.clone() });
        context.is_one_process = true;
        Ok(Self { context: Arc::new(context), queue })
    }

    /// Lets jobs that were interrupted begin anew, rather than go on from what they read.
    pub(crate) fn begins_anew(&mut self) {
        if let Some(context) = Arc::get_mut(&mut self.context) {
            context.resumes = false;
        }
    }

    /// Asks a simulated cloud that imitates no throttles, and therefore waits for nothing.
    pub(crate) fn asks_at_once(&mut self, cloud: Cloud) {
        if let Some(context) = Arc::get_mut(&mut self.context) {
            context.microsoft = Arc::new(microsoft::Connections::unlimited(cloud));
        }
    }

    /// Hands an event to the function `start`, and returns its answer.
    ///
    /// # Errors
    ///
    /// Those of the function.
    pub async fn run(&self, event: Value) -> Result<Value, Error> {
        start::handle(&self.context, invocation(event, INVOCATION)).await
    }

    /// Works until all queues are empty, and returns what came of jobs. A message that fails again
    /// and again is given up, and does not hold up the others; see [`given_up`](Self::given_up).
    ///
    /// # Errors
    ///
    /// If one of the jobs has not ended, or storage fails.
    pub async fn finish(&self, jobs: &[Job]) -> Result<Vec<Summary>, Error> {
        let mut workers = self.workers();
        tokio::select! {
            // An early snapshot that is not begun when all steps have ended is needless.
            () = self.queue.inner.drained_but_for(message::is_early) => (),
            Some(stopped) = workers.join_next() => stopped??,
        }
        workers.shutdown().await;
        let mut summaries = Vec::new();
        for job in jobs {
            match snapshot::summary(&self.context, job).await {
                Ok(summary) => summaries.push(summary),
                Err(error) => return Err(self.unfinished(job, &error).into()),
            }
        }
        Ok(summaries)
    }

    /// What was given up, in words.
    #[must_use]
    pub fn given_up(&self) -> Vec<String> {
        self.queue.given_up.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why a job has not ended, and what happens next.
    fn unfinished(&self, job: &Job, error: &collector::Error) -> String {
        let given_up = self.given_up();
        let why = if given_up.is_empty() { error.to_string() } else { given_up.join("\n") };
        format!(
            "{why}\njob {} of instance {} has not ended; run the same command again to resume it",
            job.id, job.instance
        )
    }

    /// Works on what is queued, now and later, and never ends by itself.
    ///
    /// # Errors
    ///
    /// If the queue fails.
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
async fn work(context: &Arc<Context>, messages: &Watched, queue: QueueName) -> Result<(), Error> {
    loop {
        let deliveries = messages.inner.receive(queue, 10).await;
        let failed = invoke(context, queue, &deliveries).await?;
        for delivery in &deliveries {
            // Those that failed are held by their function, and come again after that.
            if !failed.contains(&delivery.message_id) {
                messages.inner.delete(&delivery.receipt)?;
            }
        }
        for instance in messages.left() {
            // Nobody is at work on it any more, so that another may be.
            context.claims.release(&instance);
        }
    }
}

/// Hands messages to a function, and returns the ids of those that it did not get done.
async fn invoke(
    context: &Context,
    queue: QueueName,
    deliveries: &[Delivery],
) -> Result<BTreeSet<String>, Error> {
    let longest = if queue == QueueName::Finish { LINKING } else { INVOCATION };
    let event = invocation(serde_json::to_value(event(deliveries))?, longest);
    let answer = match queue {
        QueueName::Collect => collect::handle(context, event).await?,
        QueueName::Finish => finish::handle(context, event).await?,
        QueueName::Provision => provision::handle(context, event).await?,
    };
    let response: SqsBatchResponse = serde_json::from_value(answer)?;
    Ok(response.batch_item_failures.into_iter().map(|it| it.item_identifier).collect())
}

/// The event by which Lambda would hand messages over.
#[must_use]
pub fn event(deliveries: &[Delivery]) -> SqsEvent {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let records = deliveries.iter().map(|delivery| {
        let mut message = SqsMessage::default();
        message.message_id = Some(delivery.message_id.clone());
        message.receipt_handle = Some(delivery.receipt.clone());
        message.body = Some(delivery.body.clone());
        message.attributes.insert(GROUP.to_owned(), delivery.group.clone());
        message.attributes.insert(RECEIVES.to_owned(), delivery.receive_count.to_string());
        let sent = now.saturating_sub(delivery.sent.elapsed());
        message.attributes.insert(SENT.to_owned(), sent.as_millis().to_string());
        message
    });
    let mut event = SqsEvent::default();
    event.records = records.collect();
    event
}

/// The queues, with an eye on what is given up. On AWS it would go to the dead-letter queue; here
/// someone waits.
#[derive(Debug)]
struct Watched {
    inner: LocalQueue,
    /// What was given up, in words.
    given_up: Mutex<Vec<String>>,
    /// The instances of it.
    left: Mutex<BTreeSet<String>>,
}

impl Watched {
    fn new() -> Self {
        // Whoever works on a message ends it, or ends with this process. None has to come back
        // because somebody died, and linking a large tenant takes as long as it takes.
        let inner = LocalQueue::new(Duration::MAX, u32::MAX);
        Self { inner, given_up: Mutex::default(), left: Mutex::default() }
    }

    fn note(&self, what: String) {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    /// The instances of which something was given up since somebody asked.
    fn left(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.left.lock().unwrap_or_else(PoisonError::into_inner))
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
        self.inner.hold(queue, receipt, wait).await
    }

    async fn give_up(&self, queue: QueueName, message: Outgoing) -> Result<(), QueueError> {
        let (instance, what) = subject(&message.body);
        self.note(format!("{what} was given up; see the last errors above"));
        self.left.lock().unwrap_or_else(PoisonError::into_inner).insert(instance);
        self.inner.give_up(queue, message).await
    }
}

/// The instance that a message is about, and what it asks for.
fn subject(body: &str) -> (String, String) {
    let message: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |pointer| message.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (instance, job) = (text("/job/instance"), text("/job/id"));
    let what = match (text("/step"), text("/subscription")) {
        ("", "") => format!("the finish of job {job} of instance {instance}"),
        ("", subscription) => format!("subscription {subscription} of instance {instance}"),
        (step, _) => format!("step {step} of job {job} of instance {instance}"),
    };
    (instance.to_owned(), what)
}

/// Notes which jobs failed on their way to who watches.
#[derive(Debug)]
struct Noting {
    inner: Arc<dyn Observer>,
    queue: Arc<Watched>,
}

impl Observer for Noting {
    fn observe(&self, job: &Job, news: &News<'_>) {
        if let News::Failed { reason } = news {
            self.queue.note(format!(
                "job {} of instance {} failed: {reason}; the last snapshot stays as it was",
                job.id, job.instance
            ));
        }
        self.inner.observe(job, news);
    }
}
