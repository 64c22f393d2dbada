//! How a function takes messages of its queue: what is done is deleted, what waits stays, what
//! fails is sent anew, and what never can be done goes to the dead letters.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use collector::message::{self, Message, Task};
use collector::ports::{Outgoing, QueueError, QueueName};
use collector::{Context, Error};
use futures_util::FutureExt as _;
use tracing::Instrument as _;

/// The attribute of a message that names its group.
pub const GROUP: &str = "MessageGroupId";

/// The attribute of a message that says how often it was received, this time included.
pub const RECEIVES: &str = "ApproximateReceiveCount";

/// The attribute of a message that says when it was sent, in milliseconds since 1970.
pub const SENT: &str = "SentTimestamp";

/// How often a message is received before the next wait is that of a new one in its place. The
/// queues of the template take a message for dead after some more, and waits must never come to
/// that.
const MOST_RECEIVES: u32 = 20;

/// A rest that is not worth another receipt.
const MOMENT: Duration = Duration::from_millis(500);

/// The wait after the first failure. It doubles each time.
const FIRST_BACKOFF: Duration = Duration::from_secs(1);

/// The longest wait after a failure: a throttle domain goes on within this time after storage does.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);

/// How often a message may fail by what may pass: more than four hours at the longest backoff.
/// Amazon S3 was out of order for as long.
const PASSING_FAILURES: u32 = 500;

/// How often it may fail by what will not pass by itself.
const LASTING_FAILURES: u32 = 5;

/// How often it may fail on one machine, where someone waits.
const LOCAL_FAILURES: u32 = 3;

/// The messages that a function takes from its queue.
#[derive(Debug)]
pub struct Messages<'a> {
    context: &'a Context,
    queue: QueueName,
}

/// What became of a message.
enum Fate {
    /// It is done, or among the dead letters.
    Done,
    /// It comes again after a while.
    Waits(Duration),
    /// This is sent in its place.
    Anew(String),
}

/// Why a message was not done.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Error(#[from] Error),
    #[error("the function panicked, which is a bug: {0}")]
    Panic(String),
}

impl<'a> Messages<'a> {
    /// Takes messages of a queue.
    #[must_use]
    pub const fn new(context: &'a Context, queue: QueueName) -> Self {
        Self { context, queue }
    }

    /// Does messages one after the other, up to the first that is not done, and returns those that
    /// are to stay in the queue. What comes after one that waits or fails stays behind it.
    ///
    /// A message that fails is sent anew and waits at its next delivery, for longer each time.
    /// Whatever is returned here has been made invisible for as long as it waits.
    pub async fn in_order<'m, T: Task, F: Future<Output = Result<(), Error>>>(
        &self,
        mut messages: Vec<&'m SqsMessage>,
        act: impl Fn(T) -> F,
    ) -> Vec<&'m SqsMessage> {
        for position in 0..messages.len() {
            let first = messages[position];
            let wait = match self.take(first, &act).await {
                Fate::Done => continue,
                Fate::Waits(wait) => wait,
                Fate::Anew(body) => {
                    let after = messages[position + 1..].iter();
                    let after = after.map(|it| outgoing(it, body_of(it).to_owned(), "behind"));
                    let anew = std::iter::once(outgoing(first, body, "anew")).chain(after);
                    match self.context.queue.send(self.queue, anew.collect()).await {
                        Ok(()) => return Vec::new(),
                        Err(error) => self.not_sent(first, &error),
                    }
                }
            };
            let left = messages.split_off(position);
            for message in &left {
                self.hold(message, wait).await;
            }
            return left;
        }
        Vec::new()
    }

    /// Does what a message asks for, if it can be read.
    async fn take<T: Task, F: Future<Output = Result<(), Error>>>(
        &self,
        message: &SqsMessage,
        act: impl Fn(T) -> F,
    ) -> Fate {
        let read: Message<T> = match message::read(body_of(message)) {
            Ok(read) => read,
            Err(error) => {
                let (queue, id) = (self.queue, id_of(message));
                tracing::error!(?queue, message = id, %error, "a message cannot be read");
                return self.give_up(message, body_of(message).to_owned()).await;
            }
        };
        let (instance, job) = (&*read.task.job().instance, &*read.task.job().id);
        let span = tracing::info_span!("message", instance, job, step = read.task.step());
        self.take_read(message, read.clone(), act).instrument(span).await
    }

    async fn take_read<T: Task, F: Future<Output = Result<(), Error>>>(
        &self,
        message: &SqsMessage,
        read: Message<T>,
        act: impl Fn(T) -> F,
    ) -> Fate {
        let Message { failures, rest, .. } = read;
        let receives = receives(message);
        // What lay in the queue meanwhile has waited for that long: a group has more messages than
        // one invocation takes, and they wait together.
        let rest = Duration::from_secs(rest.into()).saturating_sub(age(message));
        if rest > MOMENT && receives == 1 {
            return Fate::Waits(rest);
        }
        let (instance, job) = (&*read.task.job().instance, &*read.task.job().id);
        let step = read.task.step();
        if receives > 1 || failures > 0 {
            let why = match (receives, failures) {
                (_, 0) => "it waited, or the process that had it has ended",
                (1, _) => "it failed, and was sent anew",
                _ => "it failed and was sent anew, and has waited since, or its process has ended",
            };
            tracing::info!(instance, job, step, receives, failures, why, "a message comes again");
        }
        let error = match caught(act(read.task.clone())).await {
            Ok(()) => return Fate::Done,
            Err(Failed::Error(Error::Waits { wait, .. })) if receives < MOST_RECEIVES => {
                let seconds = wait.as_secs();
                tracing::info!(instance, job, step, seconds, receives, "a message waits");
                return Fate::Waits(wait);
            }
            Err(Failed::Error(Error::Waits { wait, .. })) => {
                let seconds = wait.as_secs();
                tracing::info!(instance, job, step, seconds, receives, "a message waits anew");
                return Fate::Anew(read.anew(failures, wait).body());
            }
            Err(error) => error,
        };
        let failures = failures + 1;
        if failures >= self.patience(&error) {
            tracing::error!(instance, job, step, failures, %error, "a message is given up");
            // Whoever puts it back into the queue has mended something.
            return self.give_up(message, read.anew(0, Duration::ZERO).body()).await;
        }
        let wait = backoff(failures);
        let seconds = wait.as_secs();
        tracing::warn!(instance, job, step, failures, seconds, %error, "a message is sent anew");
        Fate::Anew(read.anew(failures, wait).body())
    }

    /// Puts a message among the dead letters.
    async fn give_up(&self, message: &SqsMessage, body: String) -> Fate {
        let letter = outgoing(message, body, "dead");
        match self.context.queue.give_up(self.queue, letter).await {
            Ok(()) => Fate::Done,
            Err(error) => Fate::Waits(self.not_sent(message, &error)),
        }
    }

    /// Makes a message invisible for a while. If that fails, it stays so for as long as the queue
    /// says.
    async fn hold(&self, message: &SqsMessage, wait: Duration) {
        let receipt = message.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = self.context.queue.hold(self.queue, receipt, wait).await {
            let (queue, id) = (self.queue, id_of(message));
            tracing::warn!(?queue, message = id, %error, "a message cannot be held, and comes late");
        }
    }

    /// Logs that a message could not be sent in the place of another, and returns for how long that
    /// other waits instead.
    fn not_sent(&self, message: &SqsMessage, error: &QueueError) -> Duration {
        let (queue, id, receives) = (self.queue, id_of(message), receives(message));
        tracing::warn!(?queue, message = id, receives, %error, "a message cannot be sent anew");
        backoff(receives)
    }

    /// How often a message may fail by an error.
    const fn patience(&self, error: &Failed) -> u32 {
        match error {
            _ if self.context.is_one_process => LOCAL_FAILURES,
            Failed::Error(error) if error.may_pass() => PASSING_FAILURES,
            Failed::Error(_) | Failed::Panic(_) => LASTING_FAILURES,
        }
    }
}

/// The answer of a function: the messages that are to stay in the queue.
#[must_use]
pub fn answer<'m>(left: impl IntoIterator<Item = &'m SqsMessage>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in left {
        response.add_failure(id_of(message));
    }
    response
}

/// Waits for a future, and takes a panic in it for an error, so that the other messages of a batch
/// are not lost with this one.
async fn caught(future: impl Future<Output = Result<(), Error>>) -> Result<(), Failed> {
    match AssertUnwindSafe(future).catch_unwind().await {
        Ok(done) => Ok(done?),
        Err(payload) => Err(Failed::Panic(said(&*payload).to_owned())),
    }
}

/// What somebody said who panicked.
fn said(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason")
}

/// How long to wait after so many failures, of which there is one at least.
fn backoff(failures: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
    FIRST_BACKOFF.saturating_mul(doubled).min(LONGEST_BACKOFF)
}

/// What is sent in the place of a message, to the same group. Each delivery that fails sends one:
/// the queue must not drop that of a later delivery for that of an earlier one, which may be gone
/// by then.
fn outgoing(message: &SqsMessage, body: String, what: &str) -> Outgoing {
    Outgoing {
        body,
        group: message.attributes.get(GROUP).cloned().unwrap_or_default(),
        deduplication: format!("{}/{}/{what}", id_of(message), receives(message)),
    }
}

fn body_of(message: &SqsMessage) -> &str {
    message.body.as_deref().unwrap_or_default()
}

fn id_of(message: &SqsMessage) -> &str {
    message.message_id.as_deref().unwrap_or_default()
}

/// How long ago a message was sent.
fn age(message: &SqsMessage) -> Duration {
    let sent = message.attributes.get(SENT).and_then(|it| it.parse().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    sent.map_or(Duration::ZERO, |sent| now.saturating_sub(Duration::from_millis(sent)))
}

/// How often a message was received, this time included.
fn receives(message: &SqsMessage) -> u32 {
    message.attributes.get(RECEIVES).and_then(|it| it.parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_after_failures_double_and_end_at_thirty_seconds() {
        let seconds: Vec<u64> = (1..9).map(|it| backoff(it).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(backoff(u32::MAX), LONGEST_BACKOFF);
    }

    #[test]
    fn queues_take_a_message_for_dead_later_than_waits_are_counted() {
        let template = include_str!("../../../infra/template.yaml");
        let limits = template.lines().filter_map(|it| it.trim().strip_prefix("maxReceiveCount: "));
        let limits: Vec<u32> = limits.map(|it| it.parse().unwrap()).collect();
        // What is left is for processes that end under a message, and sends that fail. No finish
        // waits more than once.
        let [collect, finish, provision] = limits[..] else { panic!("{limits:?}") };
        assert!(collect >= MOST_RECEIVES + 10 && provision >= MOST_RECEIVES + 10, "{limits:?}");
        assert!(finish >= 10, "{limits:?}");
    }
}
