//! Stores of which something is damaged or gone, and jobs that cannot be finished: the next run
//! ends all the same, says what is wrong with which object, and takes nothing for deleted that may
//! still be there.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use collector::check::{self, Found};
use collector::layout::{self, Job};
use collector::ledger::{Reading, Status};
use collector::link::Difference;
use collector::message::Slice;
use collector::ports::{Body, Condition, Etag, Object, Store, StoreError};
use collector::summary::Change;
use collector::summary::{JobStatus, LAST_SNAPSHOT, Summary};
use collector::work::{self, Outcome};
use collector::{News, Observer, instances, jobs, snapshot};
use futures_util::future::join_all;
use microsoft::Cloud;
use serde_json::{Value, json};
use simulator::{DirectoryChange, Options};
use tempfile::TempDir;
use tenantgraph::machine::Machine;
use tests::world::{World, options};
use tokio::time::{Duration, Instant};

/// What became of jobs whose process is gone, in words.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<String>>);

impl Observer for Told {
    fn observe(&self, _: &Job, news: &News<'_>) {
        let told = match news {
            News::Resumed { .. } => "resumed".to_owned(),
            News::Anew { why, .. } => format!("anew: {why}"),
            News::Failed { reason } => format!("failed: {reason}"),
            _ => return,
        };
        self.0.lock().unwrap().push(told);
    }
}

/// A run of a machine that knows nothing but what is stored.
struct Run {
    machine: Machine,
    told: Arc<Told>,
}

impl Run {
    async fn new(world: &World, store: &Path) -> Self {
        let cloud = Cloud::parse(&world.simulator.cloud().to_string()).unwrap();
        let told = Arc::new(Told::default());
        let machine = Machine::new(store.to_str().unwrap(), Some(cloud), told.clone());
        Self { machine: machine.await.unwrap(), told }
    }

    async fn start(&self, event: Value) -> Job {
        let mut answer = self.machine.run(event).await.unwrap();
        serde_json::from_value(answer["jobs"][0].take()).unwrap()
    }

    async fn job(&self, event: Value) -> Summary {
        let job = self.start(event).await;
        self.machine.finish(&[job]).await.unwrap().pop().unwrap()
    }

    async fn check(&self) -> Found {
        check::store(&self.machine.context).await.unwrap()
    }

    fn told(&self) -> Vec<String> {
        self.told.0.lock().unwrap().clone()
    }

    /// How many differences of a kind the feed of a job tells.
    async fn told_of(&self, job: &Job, change: Change) -> usize {
        let mut lines = snapshot::feed(&self.machine.context, job).await.unwrap();
        let (mut count, mut line) = (0, String::new());
        while lines.next(&mut line).unwrap() {
            let difference: Difference = serde_json::from_str(&line).unwrap();
            count += usize::from(difference.change == change);
        }
        count
    }
}

/// An event that collects little, and follows changes.
fn event(world: &World) -> Value {
    let mut event = world.event();
    let config = &mut event["instance"]["config"];
    config["collection"] = "delta".into();
    config["ingestionSources"] = json!({ "*": false, "ad-groups": true, "key-vault": true });
    event
}

/// Every object of a store, by name.
fn objects(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, name: &str, objects: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let segment = entry.file_name().into_string().unwrap();
            let name = if name.is_empty() { segment } else { format!("{name}/{segment}") };
            if name.starts_with('#') {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), &name, objects);
            } else {
                objects.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut objects = BTreeMap::new();
    walk(root, "", &mut objects);
    objects
}

fn restore(objects: &BTreeMap<String, Vec<u8>>) -> TempDir {
    let store = TempDir::new().unwrap();
    for (name, body) in objects {
        let path = store.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, body).unwrap();
    }
    store
}

/// An object of each kind, by the kind.
fn kinds(objects: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, String> {
    let kind = |name: &str| {
        let folders: Vec<&str> = name.split('/').collect();
        match folders.as_slice() {
            ["graph", _, _, "summary.json"] => "summary of a snapshot".to_owned(),
            ["graph", _, _, record_kind, _] => format!("{record_kind} of a snapshot"),
            ["jobs", _, folder @ ("latest" | "delta"), _]
            | ["jobs", _, _, folder @ "manifests", _] => (*folder).to_owned(),
            [.., file] if file.starts_with("state-") => "state".to_owned(),
            ["jobs", _, _, "steps", _, file] => file.split_once('.').unwrap().1.to_owned(),
            [.., file] => (*file).to_owned(),
            [] => String::new(),
        }
    };
    // The last of each kind holds more than one line as a rule.
    objects.keys().map(|name| (kind(name), name.clone())).collect()
}

fn damages(body: &[u8]) -> [(&'static str, Vec<u8>); 3] {
    let mut flipped = body.to_owned();
    flipped[body.len() / 2] ^= 0x80;
    [
        ("truncated", body[..body.len() / 2].to_owned()),
        ("emptied", Vec::new()),
        ("flipped", flipped),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_object_of_a_snapshot_stops_no_run_and_is_named() {
    each_damaged(|name| name.starts_with("graph/")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_part_or_manifest_stops_no_run_and_is_named() {
    each_damaged(|name| name.contains("/steps/") || name.contains("/manifests/")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_other_damaged_object_stops_no_run_and_is_named() {
    let others = ["/steps/", "/manifests/"];
    each_damaged(|name| !name.starts_with("graph/") && !others.iter().any(|it| name.contains(it)))
        .await;
}

/// Damages an object of each kind of those that a test looks at.
async fn each_damaged(is_looked_at: impl Fn(&str) -> bool) {
    let world = World::new(Options { users: 12, resources: 12, ..options() }).await;
    let first = Run::new(&world, world.store.path()).await;
    let before = first.job(event(&world)).await;
    assert_eq!(before.status, JobStatus::Complete);
    assert_eq!(first.check().await.damaged, []);
    let sound = objects(world.store.path());
    let kinds = kinds(&sound);
    for kind in ["latest.json", "state", "items.ndjson.zst", "lease.json", "delta", "manifests"] {
        assert!(kinds.contains_key(kind), "{kind} is not among {kinds:?}");
    }

    let looked_at: Vec<_> = kinds.iter().filter(|(_, name)| is_looked_at(name)).collect();
    assert!(!looked_at.is_empty());
    let each =
        looked_at.into_iter().map(|(kind, name)| damage(&world, &sound, &before, kind, name));
    join_all(each).await;
}

/// Damages an object in each way, and runs what comes next.
async fn damage(
    world: &World,
    sound: &BTreeMap<String, Vec<u8>>,
    before: &Summary,
    kind: &str,
    name: &str,
) {
    for (how, body) in damages(&sound[name]) {
        let what = format!("{name} ({kind}), {how}");
        let mut damaged = sound.clone();
        damaged.insert(name.to_owned(), body.clone());
        let store = restore(&damaged);
        let run = Run::new(world, store.path()).await;

        let mut found = run.check().await;
        assert!(found.damaged.iter().any(|it| it.name == name && !it.is_missing), "{what}");
        let summary = ends_well(&run, world, before, &what).await;
        names_object(&summary, kind, name, &what);
        if how != "truncated" {
            continue;
        }
        // From then on all is well.
        let next = run.job(event(world)).await;
        assert_eq!(next.status, JobStatus::Complete, "{what}");
        assert_eq!(next.set_aside, None, "{what}");
        assert_eq!(next.graph.changes, BTreeMap::new(), "{what}");

        // What is damaged can be moved out of the way, which a run takes as well.
        let repaired = restore(&damaged);
        let other = Run::new(world, repaired.path()).await;
        check::repair(&other.machine.context, &mut found).await.unwrap();
        assert_eq!(fs::read(repaired.path().join("damaged").join(name)).unwrap(), body);
        assert!(other.check().await.damaged.iter().all(|it| it.is_missing), "{what}");

        ends_well(&other, world, before, &what).await;
    }
}

/// Runs a job, which ends and takes nothing for deleted.
async fn ends_well(run: &Run, world: &World, before: &Summary, what: &str) -> Summary {
    let summary = run.job(event(world)).await;
    assert_ne!(summary.status, JobStatus::Failed, "{what}: {:?}", summary.reason);
    assert_eq!(run.told_of(&summary.job, Change::Deleted).await, 0, "{what}");
    assert_eq!(summary.graph.entities, before.graph.entities, "{what}");
    summary
}

/// Where the next job would have needed an object, its summary names it.
fn names_object(summary: &Summary, kind: &str, name: &str, what: &str) {
    let is_last = name.starts_with("graph/")
        && !name.ends_with("/feed.ndjson.zst")
        // Nothing is collected by them.
        && !name.contains("/tables/")
        // That of the job takes its place.
        && kind != "summary of a snapshot";
    let set_aside = summary.set_aside.as_ref();
    assert_eq!(set_aside.is_some_and(|it| it.reason.contains(name)), is_last, "{what}");
    assert_eq!(summary.ledger.iter().any(|it| it.step == LAST_SNAPSHOT), is_last, "{what}");
    if ["state", "items.ndjson.zst"].contains(&kind) {
        let names =
            |it: &Reading| matches!(it, Reading::Full { because } if because.contains(name));
        let mut readings = summary.ledger.iter().filter_map(|it| it.reading.as_ref());
        assert!(readings.any(names), "{what}");
    }
}

/// Steps that were not read completely have nothing to carry forward from. The ledger says so.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_aside_is_not_carried_forward_and_that_is_said() {
    let world = World::new(options()).await;
    let run = Run::new(&world, world.store.path()).await;
    let before = run.job(event(&world)).await;
    let users = before.graph.entities["azure_user"];
    let name = before.job.snapshot(layout::RecordKind::Entities, "azure_user");
    fs::write(world.store.path().join(&name), "damaged").unwrap();
    let mut off = event(&world);
    off["instance"]["config"]["ingestionSources"]["ad-groups"] = false.into();
    let summary = run.job(off).await;
    let set_aside = summary.set_aside.unwrap();
    assert_eq!(set_aside.job.as_ref(), Some(&before.job));
    let groups = before.graph.entities["azure_user_group"];
    assert_eq!(set_aside.lost["azure_user_group"], groups);
    assert_eq!(summary.graph.entities["azure_user"], users);
    assert!(!summary.graph.entities.contains_key("azure_user_group"));
    let entry = summary.incomplete.first().unwrap();
    assert_eq!((entry.step.as_str(), entry.status), (LAST_SNAPSHOT, Status::Failed));
    let reason = entry.reason.as_deref().unwrap();
    assert!(reason.contains(&name) && reason.contains(&format!("{groups} azure_user_group")));
}

/// A job that was interrupted is gone on with only if all of what it stored can be read.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_job_of_which_something_is_damaged_begins_anew() {
    let world = World::new(options()).await;
    let run = Run::new(&world, world.store.path()).await;
    let job = run.start(event(&world)).await;
    let context = &run.machine.context;
    let slice = |step: &str| Slice { job: job.clone(), step: step.to_owned(), slice: 0 };
    let later = Instant::now() + Duration::from_mins(1);
    work::run(context, &slice("ad-users"), later).await.unwrap();
    let outcome = work::run(context, &slice("ad-groups"), Instant::now()).await.unwrap();
    assert_eq!(outcome, Outcome::Continued);
    drop(run);
    let sound = objects(world.store.path());
    let calm = restore(&sound);
    let run = Run::new(&world, calm.path()).await;
    let expected = run.job(event(&world)).await;
    assert_eq!(run.told(), ["resumed"]);
    assert_eq!(expected.job, job);

    let part = sound.keys().find(|it| it.ends_with(".entities.ndjson.zst")).unwrap().clone();
    let names = [job.plan(), job.manifest("ad-users"), job.checkpoint("ad-groups"), part];
    for name in names {
        for (how, body) in damages(&sound[&name]) {
            let mut damaged = sound.clone();
            damaged.insert(name.clone(), body);
            let store = restore(&damaged);
            let run = Run::new(&world, store.path()).await;
            let summary = run.job(event(&world)).await;
            let told = run.told();
            assert!(matches!(&told[..], [it] if it.starts_with("anew") && it.contains(&name)));
            assert_eq!(summary.status, JobStatus::Complete, "{name}, {how}");
            assert_eq!(summary.graph.entities, expected.graph.entities, "{name}, {how}");
            let context = &run.machine.context;
            let given_up = snapshot::summary(context, &job).await.unwrap();
            assert_eq!(given_up.status, JobStatus::Failed);
            assert!(given_up.reason.unwrap().contains(&name));
        }
    }
}

/// What is stored of a job does not mend itself, so it is given up, and stands in nobody's way.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_cannot_be_finished_is_given_up_after_three_tries() {
    let world = World::new(options()).await;
    let run = Run::new(&world, world.store.path()).await;
    let before = run.job(event(&world)).await;
    let job = run.start(event(&world)).await;
    let context = &run.machine.context;
    for step in ["rm-subscription", "ad-users", "ad-groups"] {
        let slice = Slice { job: job.clone(), step: step.to_owned(), slice: 0 };
        work::run(context, &slice, Instant::now() + Duration::from_mins(1)).await.unwrap();
    }
    let names = context.store.list(&format!("{}steps/", job.folder())).await.unwrap();
    // Only the finish reads references.
    let part = names.iter().find(|it| it.ends_with(".references.ndjson.zst")).unwrap();
    fs::write(world.store.path().join(part), "").unwrap();

    let summary = run.machine.finish(std::slice::from_ref(&job)).await.unwrap().pop().unwrap();
    assert_eq!(summary.status, JobStatus::Failed);
    let reason = summary.reason.unwrap();
    assert!(reason.starts_with("it could not be finished in 3 tries"), "{reason}");
    assert!(reason.contains(part), "{reason}");
    assert_eq!(run.told(), [format!("failed: {reason}")]);
    assert!(run.machine.given_up()[0].contains(&job.id));
    assert_eq!(snapshot::latest(context, &job.instance).await.unwrap().job, before.job);
    let listed = jobs::list(context, Some(&job.instance)).await.unwrap();
    assert_eq!(listed[1].state, jobs::State::Failed { reason });

    let next = run.job(event(&world)).await;
    assert_eq!(next.status, JobStatus::Complete);
    assert_eq!(next.graph.changes, BTreeMap::new());
}

/// Where nobody can tell who is at work, a job is closed when its lease has run out; not for ever,
/// if that comes to nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_cannot_be_closed_is_given_up_after_three_tries() {
    let world = World::new(options()).await;
    let dead = world.start(event(&world)).await;
    let path = world.store.path().join(layout::lease(&dead.instance));
    for attempt in 1..=4 {
        let mut lease: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        lease["until"] = lease["since"].clone();
        fs::write(&path, lease.to_string()).unwrap();
        let started = world.machine.run(event(&world)).await;
        assert_eq!(started.is_err(), attempt < 4, "attempt {attempt}: {started:?}");
    }
    let summary = snapshot::summary(&world.machine.context, &dead).await.unwrap();
    assert_eq!(summary.status, JobStatus::Failed);
    let reason = summary.reason.unwrap();
    assert!(reason.contains("could not be closed in 3 tries"), "{reason}");
}

/// What lies under `jobs/` expires; snapshots do not.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_follows_one_of_which_only_the_snapshot_is_left() {
    let world = World::new(options()).await;
    let run = Run::new(&world, world.store.path()).await;
    let before = run.job(event(&world)).await;
    let users = before.graph.entities["azure_user"];
    let user = |nth: usize| {
        let path = world
            .store
            .path()
            .join(before.job.snapshot(layout::RecordKind::Entities, "azure_user"));
        let lines = zstd::decode_all(fs::File::open(path).unwrap()).unwrap();
        let lines = String::from_utf8(lines).unwrap();
        let line: Value = serde_json::from_str(lines.lines().nth(nth).unwrap()).unwrap();
        line["_key"].as_str().unwrap().to_owned()
    };
    let forget = |what: &str| {
        let path = world.store.path().join(what);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    };
    let purge = |id: String| {
        assert!(!world.simulator.change_directory(&DirectoryChange::Purge { id }).is_empty());
    };

    // Everything that is needed lies beside the snapshot.
    forget("jobs");
    purge(user(0));
    let after = run.job(event(&world)).await;
    assert_eq!(after.status, JobStatus::Complete);
    assert_eq!(after.graph.entities["azure_user"], users - 1);
    assert!(run.told_of(&after.job, Change::Deleted).await > 0);

    // The snapshot of an earlier version has nothing beside it. It is compared with, but nothing is
    // concluded.
    forget("jobs");
    forget(&after.job.snapshot_summary());
    purge(user(1));
    let bare = run.job(event(&world)).await;
    assert_eq!(bare.status, JobStatus::Incomplete);
    let entry = bare.incomplete.first().unwrap();
    assert_eq!((entry.step.as_str(), entry.status), (LAST_SNAPSHOT, Status::Partial));
    assert_eq!(run.told_of(&bare.job, Change::Deleted).await, 0);
    assert_eq!(bare.graph.entities["azure_user"], users - 1, "it is carried forward");
    assert_eq!(bare.graph.carried["azure_user"].count, 1);

    // From then on everything is known again.
    let next = run.job(event(&world)).await;
    assert_eq!(next.status, JobStatus::Complete);
    assert_eq!(next.graph.entities["azure_user"], users - 2);

    // That of a job that has not expired does as well.
    forget(&next.job.snapshot_summary());
    let last = run.job(event(&world)).await;
    assert_eq!(last.status, JobStatus::Complete);
    assert_eq!(last.graph.changes, BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_cannot_be_read_hides_no_other() {
    let world = World::new(options()).await;
    let context = &world.machine.context;
    let mut stored = world.event();
    stored["action"] = "store".into();
    stored["instance"]["config"]["clientSecret"] = json!({ "secretArn": "env:NOTHING" });
    world.machine.run(stored).await.unwrap();
    fs::write(world.store.path().join("instances/bad.json"), "{").unwrap();
    let all = instances::all(context).await.unwrap();
    let [(_, Ok(good)), (id, Err(error))] = &all[..] else { panic!("{all:?}") };
    assert_eq!(id, "bad");
    assert!(error.to_string().contains("instances/bad.json"), "{error}");
    assert_eq!(instances::list(context).await.unwrap(), std::slice::from_ref(good));
}

/// Storage with a bug.
#[derive(Debug)]
struct Panicking(Arc<dyn Store>);

#[async_trait]
impl Store for Panicking {
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError> {
        self.0.get(name).await
    }

    async fn download(&self, name: &str, to: &Path) -> Result<bool, StoreError> {
        self.0.download(name, to).await
    }

    async fn put(&self, name: &str, body: Body, condition: Condition) -> Result<Etag, StoreError> {
        assert!(!name.ends_with("manifests/ad-groups.json"), "a bug");
        self.0.put(name, body, condition).await
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        self.0.delete(name).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.0.list(prefix).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_one_message_takes_no_other_along() {
    let mut world = World::new(options()).await;
    world.store_through(|store| Arc::new(Panicking(store)));
    let job = world.start(event(&world)).await;
    let error = world.machine.finish(std::slice::from_ref(&job)).await.unwrap_err().to_string();
    assert!(error.contains("step ad-groups of job"), "{error}");
    assert!(error.contains("was given up; see the last errors above"), "{error}");
    assert!(error.contains("run the same command again to resume it"), "{error}");
    let manifests = world.machine.context.store.list(&job.manifests()).await.unwrap();
    for step in ["ad-users", "rm-subscription", "rm-keyvault-vaults"] {
        assert!(manifests.contains(&job.manifest(step)), "{step} is not among {manifests:?}");
    }

    // Without the bug it is gone on with.
    let run = Run::new(&world, world.store.path()).await;
    let summary = run.job(event(&world)).await;
    assert_eq!(summary.job, job);
    assert_eq!(summary.status, JobStatus::Complete);
    assert_eq!(run.told(), ["resumed"]);
}
