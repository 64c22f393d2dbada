//! Whole jobs: from an event to a snapshot, against a simulated Microsoft cloud over HTTP.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use collector::layout::{self, Job, RecordKind};
use collector::ledger::Status;
use collector::message::Slice;
use collector::plan::Plan;
use collector::ports::{Body, Condition, Etag, Object, QueueName, Store, StoreError};
use collector::summary::{JobStatus, Summary};
use collector::work::{self, Outcome};
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json};
use simulator::Options;
use steps::{Integration, Step};
use tests::world::{LIMITED, LIMITED_SECRET, World, limited, options};

fn status<'s>(summary: &'s Summary, step: &str) -> (Status, Option<&'s str>) {
    let entry = summary.ledger.iter().find(|entry| entry.step == step).unwrap();
    (entry.status, entry.reason.as_deref())
}

fn first_slice(job: &Job, step: &str) -> Slice {
    Slice { job: job.clone(), step: step.to_owned(), slice: 0 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_collects_everything_and_proves_it() {
    // One of four subscriptions is disabled, and so skipped.
    let world = World::new(Options { subscriptions: 4, ..options() }).await;
    let mut event = world.event();
    event["instance"]["config"]["configureSubscriptionInstances"] = json!(true);
    event["instance"]["config"]["ingestionSources"] =
        json!({ "subscriptions_usage": true, "ad-sign-in-activity": true });
    event["instance"]["config"]["collection"] = json!({ "index": false });
    let summary = world.job(event).await;
    assert_eq!(summary.status, JobStatus::Complete, "{:?}", summary.incomplete);
    assert_eq!(summary.graph.entities["azure_user"], 60);
    assert_eq!(summary.graph.entities["azure_subscription"], 2);
    assert!(summary.graph.entities["azure_usage_details"] > 10);
    assert_eq!(summary.drift, BTreeMap::new());
    // Some vaults refuse to list their certificates, which nothing else lists.
    let is_read = |it: &&&'static Step| it.needs.ingestion_source != Some("key-vault-certificates");
    let azure = steps::STEPS.iter().filter(|it| it.integration == Integration::Azure);
    for step in azure.filter(is_read) {
        assert_eq!(status(&summary, step.id), (Status::Complete, None), "{}", step.id);
    }
    // What is written is sorted by key, each key once, and every end of a relationship is there.
    let mut keys = BTreeSet::new();
    for kind in summary.graph.entities.keys() {
        let items = world.items(&summary.job, RecordKind::Entities, kind).await;
        let sorted: Vec<&str> = items.iter().map(|it| it["_key"].as_str().unwrap()).collect();
        assert!(sorted.is_sorted_by(|a, b| a < b), "{kind}");
        keys.extend(sorted.into_iter().map(str::to_owned));
    }
    for kind in summary.graph.relationships.keys() {
        for item in world.items(&summary.job, RecordKind::Relationships, kind).await {
            let ends = match item.get("_mapping") {
                Some(mapping) => vec![&mapping["sourceEntityKey"]],
                None => vec![&item["_fromEntityKey"], &item["_toEntityKey"]],
            };
            for end in ends {
                assert!(keys.contains(end.as_str().unwrap()), "{kind}: {item}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_subscription_hangs_on_a_management_group() {
    let world = World::new(Options { subscriptions: 4, ..options() }).await;
    let mut event = world.event();
    let config = &mut event["instance"]["config"];
    config["configureSubscriptionInstances"] = json!(true);
    config["ingestActiveDirectory"] = json!(false);
    config["subscriptionId"] = json!(null);
    let summary = world.job(event).await;
    assert_eq!(summary.status, JobStatus::Complete, "{:?}", summary.incomplete);
    let [skipped] = world
        .items(&summary.job, RecordKind::Entities, "azure_subscription")
        .await
        .try_into()
        .unwrap();
    let subscriptions = world.simulator.subscriptions();
    assert_eq!(skipped["subscriptionId"], subscriptions[3].id);
    assert_eq!(skipped["skipReason"], "it is disabled");
    let groups = summary.graph.entities["azure_management_group"];
    let contained = summary.graph.relationships["azure_management_group_contains_group"];
    assert!(groups > 8);
    assert_eq!(contained, groups - 1, "all groups but the root are in another");
    assert_eq!(summary.graph.relationships["azure_account_has_management_group"], 1);
    let kind = "azure_management_group_has_subscription";
    let has = world.items(&summary.job, RecordKind::Relationships, kind).await;
    let mut targets: Vec<&str> = has
        .iter()
        .filter_map(|it| it.pointer("/_mapping/targetEntity/_key").or(it.get("_toEntityKey")))
        .filter_map(|it| it.as_str()?.strip_prefix("/subscriptions/"))
        .collect();
    targets.sort_unstable();
    let mut expected: Vec<&str> = subscriptions.iter().map(|it| it.id.as_str()).collect();
    expected.sort_unstable();
    assert_eq!(targets, expected);
    let direct = has.iter().filter(|it| it.get("_toEntityKey") == Some(&skipped["_key"])).count();
    assert_eq!(direct, 1, "only the skipped one is in this graph");
    let domain = format!("{}/arm", world.simulator.directory_id());
    assert!(world.simulator.counters().domains[&domain].0 >= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_tenant_gives_the_same_bytes_however_it_is_paged() {
    let mut snapshots = Vec::new();
    for page_size in [None, None, Some(7)] {
        let world = World::new(Options { page_size, ..options() }).await;
        let summary = world.job(world.event()).await;
        snapshots.push(world.objects(&summary.job));
    }
    let names: Vec<_> = snapshots[0].keys().collect();
    for other in &snapshots[1..] {
        assert_eq!(names, other.keys().collect::<Vec<_>>());
        for (name, bytes) in &snapshots[0] {
            assert!(bytes == &other[name], "{name} differs");
        }
    }
}

/// Slices that end after every page or two leave the same graph as one that does everything.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_goes_on_where_its_last_slice_stopped() {
    let options = || Options { page_size: Some(5), latency: Duration::from_millis(5), ..options() };
    let world = World::new(options()).await;
    let whole = world.job(world.event()).await;

    let sliced = World::new(options()).await;
    let job = sliced.start(sliced.event()).await;
    let context = &sliced.machine.context;
    let plan = context.store.get(&job.plan()).await.unwrap().unwrap();
    let plan: Plan = serde_json::from_slice(&plan.body).unwrap();
    let mut slices = 0;
    let mut waiting: Vec<Slice> =
        plan.enabled().map(|(step, _)| first_slice(&job, &step.id)).collect();
    while !waiting.is_empty() {
        let mut rest = Vec::new();
        for message in waiting {
            // Each slice of a step has more time than the last, so that every step ends.
            let time = Duration::from_millis(20 + 20 * u64::from(message.slice));
            let deadline = tokio::time::Instant::now() + time;
            match work::run(context, &message, deadline).await {
                Ok(Outcome::Ended(_)) => (),
                Ok(Outcome::Continued) => {
                    rest.push(Slice { slice: message.slice + 1, ..message });
                }
                // Its parents are still being read.
                Ok(Outcome::Wait(_)) | Err(collector::Error::NoParents { .. }) => {
                    rest.push(message);
                }
                Err(error) => panic!("{}: {error}", message.step),
            }
            slices += 1;
        }
        waiting = rest;
    }
    assert!(slices > plan.enabled().count(), "no step took more than one slice");
    let summary = sliced.finish(job).await;
    assert_eq!(summary.incomplete, []);
    assert_eq!(world.objects(&whole.job), sliced.objects(&summary.job));
}

/// An invocation may begin so late that there is no time for a single request.
#[tokio::test(flavor = "multi_thread")]
async fn a_slice_without_time_does_not_end_its_step() {
    let world = World::new(options()).await;
    let whole = world.job(world.event()).await;
    let job = world.start(world.event()).await;
    let context = &world.machine.context;
    for step in ["ad-users", "rm-compute-virtual-machines"] {
        let message = first_slice(&job, step);
        let outcome = work::run(context, &message, tokio::time::Instant::now()).await.unwrap();
        assert_eq!(outcome, Outcome::Continued);
    }
    let summary = world.finish(job).await;
    assert_eq!(summary.status, JobStatus::Complete);
    assert_eq!(world.objects(&whole.job), world.objects(&summary.job));
}

/// No other invocation may ask for anything in a throttle domain until this one has ended, so what
/// waited in the same domain must not wait for a message.
#[tokio::test(flavor = "multi_thread")]
async fn what_waited_in_the_same_domain_is_run_at_once() {
    let world = World::new(options()).await;
    let job = world.start(world.event()).await;
    let context = &world.machine.context;
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    for (step, next) in [
        (
            "ad-groups",
            &[
                "ad-group-assignment-schedules",
                "ad-group-eligibility-schedules",
                "ad-group-members",
                "ad-group-owners",
                "ad-group-service-principal-owners",
            ][..],
        ),
        ("rm-keyvault-vaults", &[]),
    ] {
        let outcome = work::run(context, &first_slice(&job, step), deadline).await.unwrap();
        let next = next.iter().map(|step| first_slice(&job, step)).collect();
        assert_eq!(outcome, Outcome::Ended(next), "{step}");
    }
    let summary = world.finish(job).await;
    assert_eq!(summary.status, JobStatus::Complete);
}

/// A slice that died before it asked for the next does so when it is run again, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_slice_that_was_done_only_asks_for_the_next() {
    let world = World::new(options()).await;
    let job = world.start(world.event()).await;
    let context = &world.machine.context;
    let message = first_slice(&job, "ad-users");
    let now = tokio::time::Instant::now();
    assert_eq!(work::run(context, &message, now).await.unwrap(), Outcome::Continued);
    let requests = world.simulator.counters().requests;
    let later = now + Duration::from_mins(1);
    assert_eq!(work::run(context, &message, later).await.unwrap(), Outcome::Continued);
    assert_eq!(world.simulator.counters().requests, requests);
    let summary = world.finish(job).await;
    assert_eq!(summary.status, JobStatus::Complete);
}

/// A store in which the other delivery of a message is faster: it has written that it waits, just
/// before this one writes its first checkpoint.
#[derive(Debug)]
struct Overtaken {
    inner: Arc<dyn Store>,
    is_over: AtomicBool,
}

#[async_trait]
impl Store for Overtaken {
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError> {
        self.inner.get(name).await
    }

    async fn download(&self, name: &str, to: &Path) -> Result<bool, StoreError> {
        self.inner.download(name, to).await
    }

    async fn put(&self, name: &str, body: Body, condition: Condition) -> Result<Etag, StoreError> {
        if name.contains("checkpoint") && !self.is_over.swap(true, Ordering::Relaxed) {
            let Body::Bytes(bytes) = &body else { panic!() };
            let mut waits: Value = serde_json::from_slice(bytes).unwrap();
            waits["slice"] = 0.into();
            let waits = Body::Bytes(serde_json::to_vec(&waits).unwrap());
            self.inner.put(name, waits, Condition::Absent).await?;
        }
        self.inner.put(name, body, condition).await
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        self.inner.delete(name).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.inner.list(prefix).await
    }
}

/// Of two deliveries of one message, one waits and one goes on. The message is deleted with the
/// second, so that must have asked for another.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_on_does_not_count_on_the_message_of_what_waits() {
    let mut world = World::new(options()).await;
    world.store_through(|inner| Arc::new(Overtaken { inner, is_over: AtomicBool::new(false) }));
    let job = world.start(world.event()).await;
    let context = &world.machine.context;
    let message = first_slice(&job, "ad-users");
    let now = tokio::time::Instant::now();
    assert_eq!(work::run(context, &message, now).await.unwrap(), Outcome::Continued);
    let checkpoint = context.store.get(&job.checkpoint("ad-users")).await.unwrap().unwrap();
    let checkpoint: Value = serde_json::from_slice(&checkpoint.body).unwrap();
    assert_eq!(checkpoint["slice"], 1);
}

/// A slice whose invocation died is run again while the first, taken for dead, still writes.
#[tokio::test(flavor = "multi_thread")]
async fn two_slices_of_one_step_at_once_count_once() {
    let world = World::new(options()).await;
    let whole = world.job(world.event()).await;
    let job = world.start(world.event()).await;
    let message = first_slice(&job, "ad-users");
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    let context = &world.machine.context;
    let run = || work::run(context, &message, deadline);
    let (a, b, c) = tokio::join!(run(), run(), run());
    for outcome in [a, b, c] {
        assert_eq!(outcome.unwrap(), Outcome::Ended(Vec::new()));
    }
    let summary = world.finish(job).await;
    assert_eq!(world.objects(&whole.job), world.objects(&summary.job));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forbidden_is_not_empty() {
    let roles = ["User.Read.All", "Application.Read.All", "Policy.Read.All"];
    let actions = [
        "Microsoft.Resources/subscriptions/read",
        "Microsoft.Resources/subscriptions/resourceGroups/read",
        "Microsoft.Compute/virtualMachines/read",
    ];
    let principals = vec![limited(&roles, &actions)];
    let world = World::new(Options { principals, ..options() }).await;
    let event = world.event_of(LIMITED, LIMITED_SECRET);
    let summary = world.job(event).await;
    assert_eq!(summary.status, JobStatus::Incomplete);
    let of = |step| status(&summary, step).0;
    assert_eq!(of("ad-users"), Status::Complete);
    assert_eq!(of("ad-groups"), Status::Forbidden);
    assert_eq!(of("rm-compute-virtual-machine-disks"), Status::Forbidden);
    // A list of each group is no more complete than that of the groups.
    let (members, reason) = status(&summary, "ad-group-members");
    assert_eq!(members, Status::Partial);
    assert!(reason.unwrap().starts_with("ad-groups is forbidden"), "{reason:?}");
    assert!(!summary.graph.entities.contains_key("azure_user_group"));
    assert_eq!(summary.graph.entities["azure_user"], 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_says_so() {
    // Reading machines is allowed, their power states come with it; security defaults are not.
    let roles = ["User.Read.All", "Organization.Read.All"];
    let principals = vec![limited(&roles, &["*/read"])];
    let world = World::new(Options { principals, ..options() }).await;
    let event = world.event_of(LIMITED, LIMITED_SECRET);
    let summary = world.job(event).await;
    let [account] =
        world.items(&summary.job, RecordKind::Entities, "azure_account").await.try_into().unwrap();
    let unknown = account["_unknown"][0].as_str().unwrap();
    assert!(unknown.starts_with("securityDefaultsEnabled: forbidden"), "{unknown}");
    assert_eq!(account.get("securityDefaultsEnabled"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_configuration_says_what_to_do() {
    let world = World::new(options()).await;
    let good = world.event();
    let table = [
        ("clientSecret", "wrong", "AADSTS7000215"),
        ("clientId", "00000000-0000-4000-8000-00000000dead", "AADSTS700016"),
        ("directoryId", "00000000-0000-4000-8000-00000000dead", "AADSTS90002"),
    ];
    for (field, value, code) in table {
        let mut event = good.clone();
        event["instance"]["config"][field] = json!(value);
        let error = world.machine.run(event).await.unwrap_err().to_string();
        let expected =
            "[validation_failure] Error occurred while validating integration configuration: ";
        assert!(error.starts_with(expected), "{error}");
        assert!(error.contains(code), "{error}");
        assert!(!error.contains(&world.simulator.principal().client_secret), "{error}");
    }
    // Nothing was left behind that would keep a good one from running.
    assert_eq!(world.job(good).await.status, JobStatus::Complete);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_step_runs_by_itself() {
    let world = World::new(options()).await;
    let mut event = world.event();
    event["step"] = json!("ad-group-members");
    let error = world.machine.run(event.clone()).await.unwrap_err().to_string();
    assert!(error.contains("run ad-groups first"), "{error}");

    event["step"] = json!("ad-groups");
    let answer = world.machine.run(event.clone()).await.unwrap();
    let groups = answer["step"]["manifest"]["entities"]["azure_user_group"].as_u64().unwrap();
    assert!(groups > 0);
    assert_eq!(answer["step"]["manifest"]["ledger"][0]["status"], "complete");

    event["step"] = json!("ad-group-members");
    let answer = world.machine.run(event).await.unwrap();
    assert!(answer["step"]["manifest"]["references"].as_u64().unwrap() > groups);
    assert_eq!(answer["step"]["warnings"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_job_of_an_instance_runs_at_a_time() {
    let world = World::new(options()).await;
    let answer = world.machine.run(world.event()).await.unwrap();
    let error = world.machine.run(world.event()).await.unwrap_err().to_string();
    assert!(error.contains("has been running since"), "{error}");
    let jobs: Vec<Job> = serde_json::from_value(answer["jobs"].clone()).unwrap();
    world.machine.finish(&jobs).await.unwrap();
    assert!(world.machine.run(world.event()).await.is_ok());
}

/// AWS Lambda hands an event over again if the invocation seems to have failed.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_comes_again_gets_the_same_job() {
    let world = World::new(options()).await;
    let context = &world.machine.context;
    let start = async |id: &str| {
        let mut event = LambdaEvent::new(world.event(), lambda_runtime::Context::default());
        id.clone_into(&mut event.context.request_id);
        start::handle(context, event).await
    };
    let answer = start("one").await.unwrap();
    assert_eq!(start("one").await.unwrap(), answer);
    assert!(start("another").await.is_err(), "a job of the instance is running");
    let jobs: Vec<Job> = serde_json::from_value(answer["jobs"].clone()).unwrap();
    world.machine.finish(&jobs).await.unwrap();
    assert_eq!(start("one").await.unwrap(), answer);
    assert_ne!(start("another").await.unwrap(), answer);
}

/// Nobody knows of a job that is dead, but for the lease that it does not give back.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_died_is_closed_before_the_next_begins() {
    let world = World::new(options()).await;
    let first = world.job(world.event()).await;
    let dead = world.start(world.event()).await;
    let store = &world.machine.context.store;
    let name = layout::lease(&dead.instance);
    let lease = store.get(&name).await.unwrap().unwrap();
    let mut lease: Value = serde_json::from_slice(&lease.body).unwrap();
    lease["until"] = lease["since"].clone();
    let lease = Body::Bytes(serde_json::to_vec(&lease).unwrap());
    store.put(&name, lease, Condition::Always).await.unwrap();

    let error = world.machine.run(world.event()).await.unwrap_err().to_string();
    assert!(error.contains("has expired; the job is being closed"), "{error}");
    let summary = world.finish(dead).await;
    assert_eq!(summary.status, JobStatus::Incomplete);
    let (_, reason) = status(&summary, "ad-users");
    assert_eq!(reason, Some("the lease of the job expired before the step had ended"));
    // What it did not read is not gone, and the next job finds it as it was.
    assert_eq!(summary.graph.entities, first.graph.entities);
    let next = world.job(world.event()).await;
    assert_eq!(next.status, JobStatus::Complete);
    assert_eq!(world.objects(&next.job), world.objects(&first.job));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_again_changes_nothing() {
    let world = World::new(options()).await;
    let first = world.job(world.event()).await;
    let before = world.objects(&first.job);
    let context = &world.machine.context;
    let plan = context.store.get(&first.job.plan()).await.unwrap().unwrap();
    let plan: Plan = serde_json::from_slice(&plan.body).unwrap();
    let messages = plan.enabled().map(|(planned, _)| {
        let (job, step) = (first.job.clone(), planned.id.clone());
        // Another slice number, so that the queue takes it for a new message.
        Slice { job, step, slice: 9 }.outgoing(&plan)
    });
    context.queue.send(QueueName::Collect, messages.collect()).await.unwrap();
    let again =
        world.machine.finish(std::slice::from_ref(&first.job)).await.unwrap().pop().unwrap();
    assert_eq!(again, first);
    assert_eq!(world.objects(&first.job), before);
}
