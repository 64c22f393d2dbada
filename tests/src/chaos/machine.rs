//! One machine in the place of AWS: it hands events to the functions' handlers, and lets them die.

use std::collections::BTreeSet;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws::{Delivery, Directory};
use aws_lambda_events::sqs::SqsBatchResponse;
use collector::layout::Job;
use collector::ports::QueueName;
use collector::{Context, Secret};
use lambda_runtime::LambdaEvent;
use microsoft::{Cloud, Connections, Timeouts};
use serde_json::{Value, json};
use simulator::Simulator;
use steps::Integration;
use tenantgraph::machine;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::dice::Dice;
use super::leaks::Leaks;
use super::mortal::mortal;
use super::queue::Unruly;
use super::secrets::OneSecret;
use super::store::Flaky;
use super::watch::stands_still;
use super::{Error, SOME_SOURCES, Statistics, Tenant, Weather};

/// How many processes there are of each function that takes messages.
const PROCESSES: [(QueueName, usize); 3] =
    [(QueueName::Collect, 4), (QueueName::Finish, 2), (QueueName::Provision, 2)];

/// How long after an event the starter sends it again, if it failed.
pub(super) const AGAIN: Duration = Duration::from_mins(1);

/// How often the starter tries: a start sends dozens of batches of messages, each of which
/// fails now and then.
pub(super) const STARTS: u32 = 500;

/// Long enough for every answer that comes late, and short enough that one which never comes is no
/// more than another fault.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    answer: Duration::from_secs(12),
    pace: Duration::from_secs(12),
    exchange: Duration::from_secs(30),
};

/// How long a job may take, in virtual time, before something must be wrong.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// What the handlers are given, and what surrounds them.
pub(crate) struct Machine {
    pub(crate) simulator: Simulator,
    /// What is stored, as it is.
    pub(crate) store: Directory,
    pub(crate) queue: Arc<Unruly>,
    pub(crate) dice: Arc<Dice>,
    pub(crate) leaks: Leaks,
    flaky: Arc<Flaky<Directory>>,
    secrets: Arc<OneSecret>,
    microsoft: Arc<Connections>,
    integration: Integration,
    some_sources: bool,
    is_calm: bool,
    follows_changes: bool,
    counts: Counts,
}

/// How many invocations there were, and how they ended.
#[derive(Debug, Default)]
struct Counts {
    jobs: AtomicU64,
    invocations: AtomicU64,
    kills: AtomicU64,
}

impl Machine {
    /// A machine that stores in a folder, beside a simulated cloud.
    pub(crate) async fn new(
        tenant: Tenant,
        weather: &Weather,
        folder: &Path,
    ) -> Result<Self, Error> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let simulator = Simulator::start(tenant.options(weather), address).await?;
        let secret = simulator.principal().client_secret.clone();
        let cloud = Cloud::parse(&simulator.cloud().to_string())?;
        let dice = Arc::new(Dice::new(weather));
        let store = Directory::new(folder);
        Ok(Self {
            store: store.clone(),
            queue: Arc::new(Unruly::new(dice.clone())),
            leaks: Leaks::new(&secret),
            flaky: Arc::new(Flaky {
                inner: store,
                dice: dice.clone(),
                death: weather.death,
                milestones: AtomicU64::new(0),
                slow: (!weather.is_calm()).then(Mutex::default),
            }),
            secrets: Arc::new(OneSecret { secret: Secret::new(secret), dice: dice.clone() }),
            microsoft: Arc::new(Connections::with_timeouts(cloud, TIMEOUTS)),
            integration: tenant.integration,
            some_sources: tenant.some_sources,
            is_calm: weather.is_calm(),
            follows_changes: tenant.delta && !weather.is_calm(),
            counts: Counts::default(),
            simulator,
            dice,
        })
    }

    /// Runs the whole job of an instance which collects the directory and the first subscription,
    /// and makes an instance for the second; and says which job it was, if it came to that.
    pub(crate) async fn job(self: &Arc<Self>) -> Result<Job, String> {
        self.run(self.start()).await
    }

    /// The same for the job that the schedule starts after another.
    pub(crate) async fn next_job(self: &Arc<Self>, last: &Job) -> Result<Job, String> {
        self.run(self.due(last)).await
    }

    /// Starts a job, and does all work until no message is left.
    async fn run(
        self: &Arc<Self>,
        start: impl Future<Output = Result<Job, String>>,
    ) -> Result<Job, String> {
        self.queue.open();
        self.counts.jobs.fetch_add(1, Ordering::Relaxed);
        let mut processes = JoinSet::new();
        for (queue, count) in PROCESSES {
            for _ in 0..count {
                let machine = self.clone();
                processes.spawn(async move { machine.work(queue).await });
            }
        }
        let ended = timeout(LONGEST, async {
            let job = start.await;
            self.queue.close();
            processes.join_all().await;
            job
        });
        let problem = tokio::select! {
            ended = ended => match ended {
                Ok(job) => return job,
                Err(_) => "the job does not end",
            },
            () = stands_still() => "time stands still, for somebody is busy without end",
        };
        let (left, warning) = (self.queue.left(), self.leaks.warning());
        Err(format!("{problem}: {left:?} is left, and the last warning is {warning}"))
    }

    /// Sends the event until it is taken.
    async fn start(&self) -> Result<Job, String> {
        let mut last = String::new();
        for _ in 0..STARTS {
            // The same each time for a job, as AWS Lambda has it.
            let cause = format!("event {}", self.counts.jobs.load(Ordering::Relaxed));
            match self.take(self.event(), &cause).await {
                Some(Ok(answer)) => {
                    let job = serde_json::from_value(answer["jobs"][0].clone());
                    return job.map_err(|error| format!("start answers {answer}: {error}"));
                }
                Some(Err(error)) => match error.downcast_ref() {
                    // The event was taken before, though it did not look so.
                    Some(collector::Error::Running { instance, job, .. }) => {
                        return Ok(Job { instance: instance.clone(), id: job.clone() });
                    }
                    _ => last = error.to_string(),
                },
                None => "it died".clone_into(&mut last),
            }
            sleep(AGAIN).await;
        }
        Err(format!("the job cannot be started: {last}"))
    }

    /// Sends an event once. None if whoever takes it dies.
    pub(super) async fn take(
        &self,
        event: Value,
        cause: &str,
    ) -> Option<Result<Value, lambda_runtime::Error>> {
        let context = self.process();
        let mut event = self.invocation(event, "start");
        event.context.request_id = cause.to_owned();
        self.invoke("start", start::handle(&context, event)).await
    }

    /// Takes messages of a queue and hands them to its function, until there are no more.
    async fn work(&self, queue: QueueName) {
        let mut context = self.process();
        while let Some(deliveries) = self.queue.receive(queue).await {
            let function = match queue {
                QueueName::Collect => "collect",
                QueueName::Finish => "finish",
                QueueName::Provision => "provision",
            };
            let event = self.invocation(json!(machine::event(&deliveries)), function);
            let answer = match queue {
                QueueName::Collect => self.invoke(function, collect::handle(&context, event)).await,
                QueueName::Finish => self.invoke(function, finish::handle(&context, event)).await,
                QueueName::Provision => {
                    self.invoke(function, provision::handle(&context, event)).await
                }
            };
            match answer {
                Some(Ok(answer)) => self.settle(&deliveries, answer),
                // The messages come again when they become visible.
                Some(Err(_)) => (),
                // With an invocation its process dies, and what it had in memory.
                None => context = self.process(),
            }
            self.queue.rest();
        }
    }

    /// Deletes the messages that are done.
    fn settle(&self, deliveries: &[Delivery], answer: Value) {
        let response: SqsBatchResponse = serde_json::from_value(answer).unwrap_or_default();
        let failures = response.batch_item_failures.into_iter().map(|it| it.item_identifier);
        let failed: BTreeSet<String> = failures.collect();
        for delivery in deliveries.iter().filter(|it| !failed.contains(&it.message_id)) {
            self.queue.delete(&delivery.receipt);
        }
    }

    /// Runs an invocation, unless it dies or takes longer than its function may. None if so.
    async fn invoke(
        &self,
        function: &str,
        invocation: impl Future<Output = Result<Value, lambda_runtime::Error>>,
    ) -> Option<Result<Value, lambda_runtime::Error>> {
        self.counts.invocations.fetch_add(1, Ordering::Relaxed);
        let longest = Duration::from_secs(if function == "finish" { 900 } else { 180 });
        let invocation = timeout(longest, mortal(self.dice.death(function), invocation));
        let Some(answer) = invocation.await.ok().flatten() else {
            self.counts.kills.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        if let Err(error) = &answer {
            let text = format!("{error} {error:?}");
            self.leaks.scan(format_args!("an error of {function}"), &text);
        }
        Some(answer)
    }

    /// What a new process of a function is given.
    fn process(&self) -> Context {
        Context::new(
            self.flaky.clone(),
            self.queue.clone(),
            self.secrets.clone(),
            self.microsoft.clone(),
        )
    }

    pub(super) fn event(&self) -> Value {
        let mut config = json!({
            "directoryId": self.simulator.directory_id(),
            "clientId": self.simulator.principal().client_id,
            "clientSecret": { "secretArn": "arn:aws:secretsmanager:eu-west-1:1:secret:chaos" },
            "collection": if self.follows_changes { "delta" } else { "full" },
        });
        if self.integration == Integration::Azure {
            config["subscriptionId"] = json!(self.simulator.subscriptions()[0].id);
            config["ingestActiveDirectory"] = json!(true);
            config["configureSubscriptionInstances"] = json!(true);
            if self.some_sources {
                let some = SOME_SOURCES.map(|source| (source.to_owned(), json!(true)));
                let others = ("*".to_owned(), json!(false));
                config["ingestionSources"] = some.into_iter().chain([others]).collect();
            }
        }
        json!({ "instance": {
            "id": "00000000-0000-4000-8000-00000000000a",
            "integration": self.integration,
            "name": "Chaos",
            "accountName": "chaos",
            "config": config,
        } })
    }

    /// An event that begins now. The work ends 15 seconds before the deadline, and often very soon.
    fn invocation(&self, payload: Value, function: &str) -> LambdaEvent<Value> {
        let longest = Duration::from_secs(165);
        let work = match function {
            "collect" | "finish" if !self.is_calm => {
                self.dice.time("deadline", [Duration::from_millis(250), longest])
            }
            _ => longest,
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let deadline = now + Duration::from_secs(15) + work;
        let mut context = lambda_runtime::Context::default();
        context.deadline = u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX);
        LambdaEvent::new(payload, context)
    }

    /// How often what went wrong, how many requests there were, and how many invocations.
    pub(crate) fn statistics(&self) -> Statistics {
        let counters = self.simulator.counters();
        let mut faults = self.dice.faults();
        faults.extend(counters.faults);
        Statistics {
            faults,
            requests: counters.requests,
            milestones: self.flaky.milestones.load(Ordering::Relaxed),
            invocations: self.counts.invocations.load(Ordering::Relaxed),
            kills: self.counts.kills.load(Ordering::Relaxed),
            early: 0,
        }
    }
}
