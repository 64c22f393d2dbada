//! Jobs whose slow steps take longer than the rest: everything else is published before they have
//! ended, and the amended snapshot is that of a job which waited.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

#[path = "slow/known.rs"]
mod known;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use aws::Delivery;
use collector::layout::{self, Job, RecordKind};
use collector::ledger::Status;
use collector::message::{Finish, Message};
use collector::plan::Plan;
use collector::ports::{Body, Condition, Etag, Object, Store, StoreError};
use collector::snapshot::{self, Latest};
use collector::summary::{Change, JobStatus, Summary};
use collector::{Context, check, jobs};
use lambda_runtime::LambdaEvent;
use query::tables::{self, Lack};
use rules::{Ask as _, Snapshot};
use serde_json::{Value, json};
use simulator::{DirectoryChange, ObjectKind, Options};
use tempfile::TempDir;
use tenantgraph::machine::{self, Machine};
use tests::world::{World, options};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// The slow steps of the jobs here.
const SLOW: [&str; 3] = [
    "ad-user-registration-details",
    "ad-user-sign-in-activity",
    "rm-policy-states-for-subscription",
];

/// What a subscription with many storage accounts takes long for.
const LATE: [&str; 6] = [
    "rm-storage-blob-services",
    "rm-storage-containers",
    "rm-storage-file-services",
    "rm-storage-file-shares",
    "rm-storage-queues",
    "rm-storage-tables",
];

/// Storage behind which slow and late steps do not end as long as it is closed.
#[derive(Debug)]
struct Gate {
    inner: Arc<dyn Store>,
    is_closed: watch::Receiver<bool>,
}

#[async_trait]
impl Store for Gate {
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError> {
        self.inner.get(name).await
    }

    async fn download(&self, name: &str, to: &Path) -> Result<bool, StoreError> {
        self.inner.download(name, to).await
    }

    async fn put(&self, name: &str, body: Body, condition: Condition) -> Result<Etag, StoreError> {
        if SLOW.iter().chain(&LATE).any(|it| name.ends_with(&format!("/manifests/{it}.json"))) {
            self.is_closed.clone().wait_for(|is_closed| !is_closed).await.unwrap();
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

/// A tenant, and a machine on which slow steps end when they are let.
struct Slow {
    world: World,
    gate: watch::Sender<bool>,
}

impl Slow {
    async fn new(options: Options) -> Self {
        let mut world = World::new(options).await;
        let (gate, is_closed) = watch::channel(false);
        world.store_through(|inner| Arc::new(Gate { inner, is_closed }));
        Self { world, gate }
    }

    fn context(&self) -> &Context {
        &self.world.machine.context
    }

    /// Waits until all steps of a job have ended but the slow and the late ones.
    async fn rest_ends(&self, job: &Job) {
        let context = self.context();
        loop {
            let ended = context.store.list(&job.manifests()).await.unwrap().len();
            let plan = self.read::<Plan>(&job.plan()).await;
            if plan.is_some_and(|it| {
                it.enabled().filter(|(it, _)| !it.slow && !it.late).count() == ended
            }) {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
    }

    async fn read<T: serde::de::DeserializeOwned>(&self, name: &str) -> Option<T> {
        let object = self.context().store.get(name).await.unwrap()?;
        Some(serde_json::from_slice(&object.body).unwrap())
    }

    async fn latest(&self, instance: &str) -> Latest {
        self.read(&layout::latest(instance)).await.unwrap()
    }

    /// Hands the message that asks for a finish to the function, as if its rest was over.
    async fn hand_over(&self, job: Job) {
        let group = job.instance.clone();
        let delivery = Delivery {
            message_id: "m".to_owned(),
            receipt: "r".to_owned(),
            body: Message::new(Finish::new(job)).body(),
            group,
            receive_count: 1,
            sent: Instant::now(),
        };
        let mut context = lambda_runtime::Context::default();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        context.deadline = (now + Duration::from_hours(1)).as_millis().try_into().unwrap();
        let event = LambdaEvent::new(json!(machine::event(&[delivery])), context);
        let answer = finish::handle(self.context(), event).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
    }

    /// A job of which an early snapshot is published before its slow steps are let end: the
    /// summaries of both.
    async fn job(&self, event: Value) -> (Summary, Summary) {
        self.gate.send_replace(true);
        let job = self.world.start(event).await;
        let early = async {
            self.rest_ends(&job).await;
            self.hand_over(job.early()).await;
            let early = snapshot::latest(self.context(), &job.instance).await.unwrap();
            self.gate.send_replace(false);
            early
        };
        tokio::join!(early, self.world.finish(job.clone()))
    }

    /// Everything that a job's finish makes of what its steps have stored, where nothing was
    /// published before.
    async fn patient(&self, job: &Job, previous: &Latest) -> (BTreeMap<String, Vec<u8>>, Vec<u8>) {
        let store = self.world.store.path();
        for name in [job.folder() + "linking", job.snapshot_folder()] {
            let _ = fs::remove_dir_all(store.join(name));
        }
        fs::remove_dir_all(store.join(job.early().snapshot_folder())).unwrap();
        fs::remove_file(store.join(job.summary())).unwrap();
        let latest = serde_json::to_vec(previous).unwrap();
        fs::write(store.join(layout::latest(&job.instance)), latest).unwrap();
        self.hand_over(job.clone()).await;
        (self.world.objects(job), fs::read(store.join(job.feed())).unwrap())
    }
}

fn event(world: &World) -> Value {
    let mut event = world.event();
    let config = &mut event["instance"]["config"];
    config["ingestionSources"] = json!({
        "*": false, "ad-groups": true, "ad-sign-in-activity": true, "key-vault": true,
        "ad-user-registration-details": true, "policy": true, "policy-insights": true,
    });
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn what_storage_accounts_keep_is_not_waited_for_and_read_by_every_job() {
    let slow = Slow::new(options()).await;
    let world = &slow.world;
    let mut event = event(world);
    event["instance"]["config"]["ingestionSources"] = json!({ "*": false, "storage": true });
    let first = world.job(event.clone()).await;
    assert_eq!(first.status, JobStatus::Complete, "{:?}", first.incomplete);
    let before = slow.latest(&first.job.instance).await;
    let (early, last) = slow.job(event).await;
    assert_eq!(statuses(&early), LATE.map(|it| (it, Status::Pending.as_str())).into());
    let containers =
        async |job: &Job| world.items(job, RecordKind::Entities, "azure_storage_container").await;
    let carried = containers(&early.job).await;
    assert!(!carried.is_empty());
    assert!(carried.iter().all(|it| it["_staleSince"] == first.planned_at.as_str()));
    assert_eq!(last.status, JobStatus::Complete, "{:?}", last.incomplete);
    assert_eq!(containers(&last.job).await, containers(&first.job).await);
    let feed = fs::read(world.store.path().join(last.job.feed())).unwrap();
    let amended = (world.objects(&last.job), feed);
    assert!(amended == slow.patient(&last.job, &before).await, "the snapshots differ");
}

fn statuses(summary: &Summary) -> BTreeSet<(&str, &str)> {
    summary.incomplete.iter().map(|it| (it.step.as_str(), it.status.as_str())).collect()
}

fn by_key(items: &[Value]) -> BTreeMap<&str, &Value> {
    items.iter().map(|it| (it["_key"].as_str().unwrap(), it)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_slow_is_published_first_and_the_amended_snapshot_is_that_of_a_patient_job() {
    let slow = Slow::new(options()).await;
    let world = &slow.world;
    let first = world.job(event(world)).await;
    assert_eq!(first.status, JobStatus::Complete, "{:?}", first.incomplete);
    assert_eq!(first.published_at, None, "what ends at once is published once");
    let instance = &first.job.instance;
    let before = slow.latest(instance).await;

    let ids = world.simulator.change_directory(&DirectoryChange::Create(ObjectKind::User));
    assert_eq!(ids.len(), 1);
    let (early, last) = slow.job(event(world)).await;

    // Everything else is there, and what is slow is as it was read last.
    assert_eq!(early.job, last.job.early());
    assert_eq!(early.status, JobStatus::Incomplete);
    assert_eq!(statuses(&early), SLOW.map(|it| (it, Status::Pending.as_str())).into());
    let users = async |job: &Job| world.items(job, RecordKind::Entities, "azure_user").await;
    let (known, now) = (users(&first.job).await, users(&early.job).await);
    let (known, now) = (by_key(&known), by_key(&now));
    assert_eq!(now.len(), known.len() + 1);
    let mut carried = 0;
    for (key, user) in &now {
        let stale = user.get("_staleProperties").map(ToString::to_string);
        match known.get(key) {
            Some(known) => {
                for name in ["lastSignInDateTime", "mfaEnabled", "mfaMethods"] {
                    assert_eq!(user.get(name), known.get(name), "{key}");
                    let says = format!("\"{name}: {}: it is still being read", first.planned_at);
                    let is_said = stale.as_ref().is_some_and(|it| it.contains(&says));
                    assert_eq!(is_said, known.get(name).is_some(), "{key}: {stale:?}");
                    carried += usize::from(is_said);
                }
            }
            None => assert!(user["_unknown"].to_string().contains("mfaEnabled: it is still being")),
        }
    }
    assert!(carried > 60, "{carried} values were carried");
    let states = world.items(&early.job, RecordKind::Entities, "azure_policy_state").await;
    assert!(!states.is_empty());
    assert!(states.iter().all(|it| it["_staleSince"] == first.planned_at.as_str()));
    let mut told: BTreeMap<(Change, String), usize> = BTreeMap::new();
    for it in world.feed(&early.job).await {
        *told.entry((it.change, it.kind)).or_default() += 1;
    }
    assert_eq!(told.get(&(Change::Created, "azure_user".to_owned())), Some(&1), "{told:?}");
    let states = steps::find(SLOW[2]).unwrap();
    let is_of_states = |kind: &str| kind == "azure_policy_state" || states.may_relate(kind);
    let others = told.keys().filter(|(change, kind)| {
        *change == Change::Updated || *change == Change::CarriedForward && !is_of_states(kind)
    });
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&(Change, String)>::new());

    // Both times are told, and only the job's own end counts as one.
    assert_eq!(early.published_at.as_ref(), Some(&early.finished_at));
    assert_eq!(last.published_at, early.published_at);
    assert!(last.finished_at > early.finished_at);
    assert_eq!(last.status, JobStatus::Complete, "{:?}", last.incomplete);
    let latest = slow.latest(instance).await;
    assert_eq!(latest.job, last.job);
    assert!(latest.complete > before.complete);
    // Whoever lists snapshots, or compares with the one before, finds one for each job.
    let ids = snapshot::jobs(slow.context(), instance).await.unwrap();
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), [first.job.id, last.job.id.clone()]);
    assert_eq!(check::store(slow.context()).await.unwrap().damaged, []);

    // Its bytes are those of a job that published nothing before, and it needs nothing of that.
    let feed = fs::read(world.store.path().join(last.job.feed())).unwrap();
    let amended = (world.objects(&last.job), feed);
    assert!(amended == slow.patient(&last.job, &before).await, "the snapshots differ");
    let mut alone = snapshot::of(slow.context(), &last.job).await.unwrap();
    alone.published_at.clone_from(&last.published_at);
    alone.finished_at.clone_from(&last.finished_at);
    alone.seconds = last.seconds;
    assert_eq!(alone, last, "they differ only in when they were made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_dies_after_its_early_snapshot_comes_to_the_same() {
    let slow = Slow::new(options()).await;
    let first = slow.world.job(event(&slow.world)).await;
    let before = slow.latest(&first.job.instance).await;
    slow.gate.send_replace(true);
    let job = dies_after_early_snapshot(&slow).await;
    assert_eq!(slow.latest(&job.instance).await.job, job.early());
    assert!(slow.read::<Summary>(&job.summary()).await.is_none(), "the job goes on");

    let again = event(&slow.world);
    let slow = restarted(slow).await;
    let resumed = slow.world.start(again).await;
    assert_eq!(resumed, job);
    let last = slow.world.finish(resumed).await;
    assert_eq!(last.status, JobStatus::Complete, "{:?}", last.incomplete);
    assert!(last.published_at.is_some());
    assert_eq!(slow.latest(&job.instance).await.job, job);
    let feed = fs::read(slow.world.store.path().join(job.feed())).unwrap();
    let amended = (slow.world.objects(&job), feed);
    assert!(amended == slow.patient(&job, &before).await, "the snapshots differ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_given_up_leaves_its_early_snapshot_to_the_next() {
    let slow = Slow::new(options()).await;
    let first = slow.world.job(event(&slow.world)).await;
    let complete = slow.latest(&first.job.instance).await.complete;
    slow.gate.send_replace(true);
    let job = dies_after_early_snapshot(&slow).await;
    let again = event(&slow.world);
    let slow = restarted(slow).await;
    jobs::abandon(slow.context(), &job.instance).await.unwrap();
    // An early snapshot moves nothing that tells when a job was complete.
    let latest = slow.latest(&job.instance).await;
    assert_eq!((latest.job, latest.complete), (job.early(), complete));

    // The next job compares with it. What was carried is found again, and is not new.
    let next = slow.world.start(again).await;
    assert_eq!(slow.read::<Plan>(&next.plan()).await.unwrap().previous, Some(job.early()));
    let next = slow.world.finish(next).await;
    assert_eq!(next.status, JobStatus::Complete, "{:?}", next.incomplete);
    assert_eq!(next.graph.changes, BTreeMap::new());
    assert_eq!(slow.world.objects(&next.job), slow.world.objects(&first.job));
}

/// Starts a job whose process dies once it has published its early snapshot.
async fn dies_after_early_snapshot(slow: &Slow) -> Job {
    let job = slow.world.start(event(&slow.world)).await;
    let early = async {
        slow.rest_ends(&job).await;
        slow.hand_over(job.early()).await;
    };
    tokio::select! {
        () = early => (),
        _ = slow.world.finish(job.clone()) => panic!("slow steps ended"),
    }
    job
}

/// The same tenant and store, with another process at work.
async fn restarted(slow: Slow) -> Slow {
    let World { simulator, machine, store } = slow.world;
    drop(machine);
    let cloud = microsoft::Cloud::parse(&simulator.cloud().to_string()).unwrap();
    let place = store.path().to_str().unwrap();
    let machine = Machine::new(place, Some(cloud), Arc::new(Silent)).await.unwrap();
    Slow { world: World { simulator, machine, store }, gate: slow.gate }
}

#[derive(Debug)]
struct Silent;

impl collector::Observer for Silent {
    fn observe(&self, _: &Job, _: &collector::News<'_>) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn the_graph_of_a_tenant_is_published_without_what_is_slow_too() {
    let slow = Slow::new(Options { subscriptions: 2, ..options() }).await;
    let (world, context) = (&slow.world, slow.context());
    let secret = TempDir::new().unwrap();
    let secret = secret.path().join("secret");
    fs::write(&secret, &world.simulator.principal().client_secret).unwrap();
    let mut event = event(world);
    let instance = &mut event["instance"];
    instance["id"] = "contoso".into();
    let config = &mut instance["config"];
    config["clientSecret"] = json!({ "secretArn": format!("file:{}", secret.display()) });
    config["subscriptionId"] = Value::Null;
    config["configureSubscriptionInstances"] = true.into();
    slow.gate.send_replace(true);
    let job = world.start(event).await;
    let (asked, slowly) = ("FIND azure_user WITH mfaEnabled = false", "FIND azure_policy_state");
    let quickly = "FIND azure_user_group THAT HAS azure_user";
    let published = async || tables::latest(context, "contoso").await.unwrap();
    let early = async {
        slow.rest_ends(&job).await;
        let mut jobs = vec![job.clone()];
        while jobs.len() < 3 {
            sleep(Duration::from_millis(10)).await;
            let names = context.store.list("jobs/contoso~").await.unwrap();
            jobs.truncate(1);
            jobs.extend(names.iter().filter_map(|name| {
                let ["jobs", instance, id, "plan.json"] = name.split('/').collect::<Vec<_>>()[..]
                else {
                    return None;
                };
                Some(Job { instance: instance.to_owned(), id: id.to_owned() })
            }));
        }
        for job in &jobs {
            let is_whole = published().await.is_some_and(|it| it.manifest.jobs.len() == 3);
            assert!(!is_whole, "an instance has published nothing yet");
            slow.rest_ends(job).await;
            slow.hand_over(job.early()).await;
        }
        let tables = published().await.unwrap();
        assert_eq!(tables.manifest.jobs.len(), 3);
        assert!(tables.manifest.jobs.iter().all(|it| it.of_early().is_some()));
        assert_eq!(tables.manifest.unread["azure_policy_state"].lack, Lack::Pending);
        assert!(!tables.manifest.unread.contains_key("azure_user"));
        let early = Snapshot::new("contoso", tables, query::now());
        for (query, pending) in [(asked, true), (slowly, true), (quickly, false)] {
            assert_eq!(early.ask(query, None).await.unwrap().pending, pending, "{query}");
        }
        slow.gate.send_replace(false);
        early
    };
    let (early, _) = tokio::join!(early, world.finish(job.clone()));
    let last = published().await.unwrap();
    assert!(last.manifest.jobs.iter().all(|it| it.of_early().is_none()));
    let last = Snapshot::new("contoso", last, query::now());
    // To rules it is the same graph: what did not wait for slow steps is not evaluated again.
    assert_eq!(last.graph().id, early.graph().id);
    assert!(last.graph().at > early.graph().at);
    for query in [asked, slowly, quickly] {
        assert!(!last.ask(query, None).await.unwrap().pending, "{query}");
    }
    let rows = async |of: &Snapshot| of.ask(quickly, None).await.unwrap().rows;
    assert_eq!(rows(&last).await, rows(&early).await);
    // It was put together twice, however many instances were amended.
    let names = context.store.list("graph/contoso/").await.unwrap();
    let manifests = names.iter().filter(|it| it.contains("/tenant-"));
    assert_eq!(manifests.filter(|it| it.ends_with("/manifest.json")).count(), 2, "{names:?}");
}
