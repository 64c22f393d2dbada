//! Messages that cannot be read or done. Time is paused, so what is measured is what is waited.

use std::time::Duration;

use collector::layout::Job;
use collector::message::{self, Finding, Finish, Provision, Slice};
use collector::plan::Plan;
use collector::ports::{Body, Condition, Outgoing, Queue as _, QueueName, Store as _};
use serde_json::json;
use tests::deployed::{Deployed, INSTANCE};
use tokio::time::Instant;

const QUEUES: [QueueName; 3] = [QueueName::Collect, QueueName::Finish, QueueName::Provision];

/// How long things are out of order here: so long that waits have grown to their longest.
const OUTAGE: Duration = Duration::from_secs(100);

/// Within which time a domain goes on after that.
const MINUTE: Duration = Duration::from_mins(1);

/// What cannot be read: no JSON, nothing of ours, and what a newer release would send.
const POISON: [&str; 4] = ["{", "{}", r#"{"version":2,"slices":[]}"#, "\u{feff}null"];

async fn plan(deployed: &Deployed, job: &Job) -> Plan {
    serde_json::from_value(deployed.read(&job.plan()).await.unwrap()).unwrap()
}

/// Puts messages that cannot be read into a group.
async fn poison(deployed: &Deployed, queue: QueueName, group: &str) {
    let messages = POISON.iter().enumerate().map(|(number, body)| Outgoing {
        body: (*body).to_owned(),
        group: group.to_owned(),
        deduplication: format!("poison {number}"),
    });
    deployed.queue.inner.send(queue, messages.collect()).await.unwrap();
}

async fn status(deployed: &Deployed, job: &Job) -> String {
    let summary = deployed.read(&job.summary()).await.expect("the job has ended");
    summary["status"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_a_dead_letter_within_a_minute_and_its_group_goes_on() {
    let deployed = Deployed::new().await;
    // Before what the job sends to the same groups.
    let directory = "5b0c8f4e-2f1d-4a57-9c3e-7d6a1e90b2f4/graph";
    for (queue, group) in QUEUES.into_iter().zip([directory, INSTANCE, INSTANCE]) {
        poison(&deployed, queue, group).await;
    }
    let began = Instant::now();
    let job = deployed.job().await;
    let plan = plan(&deployed, &job).await;
    let users = Slice { job: job.clone(), step: "ad-users".to_owned(), slice: 0 };
    assert_eq!(users.outgoing(&plan).group, directory);
    deployed.work().await;
    assert!(began.elapsed() < MINUTE, "{:?}", began.elapsed());
    assert_eq!(status(&deployed, &job).await, "complete");
    for queue in QUEUES {
        assert_eq!(deployed.dead_letters(queue), POISON, "{queue:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_done_is_given_up_soon_and_can_be_sent_back() {
    let deployed = Deployed::new().await;
    let job = deployed.job().await;
    let plan = plan(&deployed, &job).await;
    let job_lost = Job { instance: INSTANCE.to_owned(), id: "lost".to_owned() };
    let lost = Slice { job: job_lost, step: "ad-users".to_owned(), slice: 0 };
    deployed.queue.inner.send(QueueName::Collect, vec![lost.outgoing(&plan)]).await.unwrap();
    let began = Instant::now();
    deployed.work().await;
    assert!(began.elapsed() < MINUTE, "{:?}", began.elapsed());
    // Its group is that of the job's own steps, which have passed it.
    assert_eq!(status(&deployed, &job).await, "complete");
    let letters = deployed.dead_letters(QueueName::Collect);
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    let letter = message::read::<Slice>(letter).unwrap();
    assert_eq!((letter.failures, letter.rest, letter.task), (0, 0, lost));
}

/// Whatever is out of order for a while delays a domain by less than a minute, and loses nothing.
#[tokio::test(start_paused = true)]
async fn an_outage_delays_a_domain_by_less_than_a_minute() {
    for what in ["storage", "secrets", "queue"] {
        let deployed = Deployed::new().await;
        let job = deployed.job().await;
        let outage = match what {
            "storage" => &deployed.store.outage,
            "secrets" => &deployed.secrets.outage,
            _ => &deployed.queue.outage,
        };
        outage.begin(OUTAGE);
        let end = Instant::now() + OUTAGE;
        deployed.work().await;
        let late = Instant::now().duration_since(end);
        assert!(Duration::ZERO < late && late < MINUTE, "{what}: {late:?}");
        assert_eq!(status(&deployed, &job).await, "complete", "{what}");
        assert!(QUEUES.iter().all(|it| deployed.dead_letters(*it).is_empty()), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_delays_a_finish_and_a_subscription_by_less_than_a_minute() {
    let deployed = Deployed::new().await;
    let job = deployed.job().await;
    deployed.work().await;
    // Duplicates are dropped for as long.
    tokio::time::sleep(Duration::from_mins(5)).await;
    let finding = Finding::Skipped { reason: "it is skipped".to_owned() };
    let finding = Provision { job: job.clone(), subscription: "s".to_owned(), finding };
    let finish = Finish::new(job);
    for (queue, message) in
        [(QueueName::Finish, finish.outgoing()), (QueueName::Provision, finding.outgoing())]
    {
        deployed.queue.inner.send(queue, vec![message]).await.unwrap();
        deployed.store.outage.begin(OUTAGE);
        let end = Instant::now() + OUTAGE;
        deployed.work().await;
        let late = Instant::now().duration_since(end);
        assert!(Duration::ZERO < late && late < MINUTE, "{queue:?}: {late:?}");
        assert!(deployed.dead_letters(queue).is_empty(), "{queue:?}");
    }
}

/// Waits are receipts, of which a queue allows thirty.
#[tokio::test(start_paused = true)]
async fn a_message_that_waits_often_is_not_taken_for_one_that_fails() {
    let deployed = Deployed::new().await;
    deployed.microsoft.throttle(100);
    let began = Instant::now();
    let job = deployed.job().await;
    deployed.work().await;
    // The age of a message is known to the millisecond.
    assert!(began.elapsed() >= Duration::from_mins(999), "{:?}", began.elapsed());
    assert_eq!(status(&deployed, &job).await, "complete");
    assert!(QUEUES.iter().all(|it| deployed.dead_letters(*it).is_empty()));
}

#[tokio::test(start_paused = true)]
async fn a_panic_takes_no_other_message_along() {
    let deployed = Deployed::new().await;
    let job = deployed.job().await;
    *deployed.store.trap.lock().unwrap() = Some("/manifests/ad-users.json".to_owned());
    let began = Instant::now();
    deployed.work().await;
    assert!(began.elapsed() < MINUTE, "{:?}", began.elapsed());
    let [letter] = &deployed.dead_letters(QueueName::Collect)[..] else { panic!() };
    let letter = message::read::<Slice>(letter).unwrap().task;
    assert_eq!((&letter.job, &*letter.step), (&job, "ad-users"));
    let plan = plan(&deployed, &job).await;
    for (step, _) in plan.enabled().filter(|(step, _)| step.after.is_empty()) {
        let has_ended = deployed.store.inner.get(&job.manifest(&step.id)).await.unwrap().is_some();
        assert_eq!(has_ended, step.id != "ad-users", "{}", step.id);
    }
    assert!(deployed.read(&job.summary()).await.is_none());
    // Whoever has mended it sends the message back.
    *deployed.store.trap.lock().unwrap() = None;
    let back = letter.outgoing(&plan);
    let back = Outgoing { deduplication: "back".to_owned(), ..back };
    deployed.queue.inner.send(QueueName::Collect, vec![back]).await.unwrap();
    deployed.work().await;
    assert_eq!(status(&deployed, &job).await, "complete");
}

/// What one listing says of a subscription is acted on before what the next one says, even if it
/// fails.
#[tokio::test(start_paused = true)]
async fn the_messages_of_a_subscription_stay_in_order() {
    let deployed = Deployed::new().await;
    let job = deployed.job().await;
    deployed.work().await;
    let later = Job { instance: job.instance.clone(), id: format!("{}-later", job.id) };
    let plan = deployed.read(&job.plan()).await.unwrap().to_string().replace(&job.id, &later.id);
    let plan = Body::Bytes(plan.into_bytes());
    deployed.store.inner.put(&later.plan(), plan, Condition::Always).await.unwrap();
    let listed = Finding::Listed { name: "S".to_owned() };
    let skipped = Finding::Skipped { reason: "it is skipped".to_owned() };
    let messages = [(job, listed), (later, skipped)]
        .map(|(job, finding)| Provision { job, subscription: "s".to_owned(), finding }.outgoing());
    deployed.queue.inner.send(QueueName::Provision, messages.to_vec()).await.unwrap();
    deployed.store.outage.begin(OUTAGE);
    deployed.work().await;
    // Had the second come first, there would have been nothing to skip, and the first would be the
    // last word.
    let instance = deployed.read(&format!("instances/{INSTANCE}~s.json")).await.unwrap();
    let standing = &instance["provisioned"]["subscription"];
    assert_eq!(*standing, json!({ "skipped": { "reason": "it is skipped" } }));
}

/// A message that comes again beside the one that was sent in its place: one of them is run for
/// both.
#[tokio::test(start_paused = true)]
async fn what_is_sent_anew_is_not_lost_to_the_message_that_it_replaces() {
    let deployed = Deployed::new().await;
    let job = deployed.job().await;
    let context = deployed.context();
    let deliveries = deployed.queue.inner.receive(QueueName::Collect, 1).await;
    let collect = async |deliveries: &[aws::Delivery]| {
        let payload = json!(tenantgraph::machine::event(deliveries));
        let event = lambda_runtime::LambdaEvent::new(payload, lambda_runtime::Context::default());
        let answer = Box::pin(collect::handle(&context, event)).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }), "a message was sent anew for each");
    };
    deployed.store.outage.begin(OUTAGE);
    collect(&deliveries).await;
    // It is not deleted, for whatever reason, and is delivered again with what was sent in its
    // place.
    let mut again = deliveries[0].clone();
    again.receive_count = 2;
    let read = message::read::<Slice>(&again.body).unwrap();
    let replacement = aws::Delivery {
        message_id: "replacement".to_owned(),
        body: read.anew(1, Duration::ZERO).body(),
        ..again.clone()
    };
    collect(&[again, replacement]).await;
    for delivery in &deliveries {
        deployed.queue.inner.delete(&delivery.receipt).unwrap();
    }
    let mut waiting = Vec::new();
    while waiting.len() < 40 {
        let received = deployed.queue.inner.receive(QueueName::Collect, 10);
        let Ok(received) = tokio::time::timeout(Duration::from_secs(1), received).await else {
            break;
        };
        for delivery in received {
            deployed.queue.inner.delete(&delivery.receipt).unwrap();
            waiting.push(message::read::<Slice>(&delivery.body).unwrap());
        }
    }
    let anew = waiting.iter().filter(|it| it.failures > 0 && it.task.job == job);
    assert_eq!(anew.count(), 2, "one for each delivery that failed: {waiting:?}");
}
