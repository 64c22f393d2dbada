//! Jobs that follow changes: what they come to, what they cost, and when everything is read all the
//! same.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use collector::layout::{self, Job, RecordKind};
use collector::ledger::{Reading, Status};
use collector::message::Slice;
use collector::summary::Summary;
use collector::work::{self, Outcome};
use serde_json::{Value, json};
use simulator::DirectoryChange::{
    AddMember, Churn, Create, Delete, Purge, RemoveMember, Rename, SetEnabled,
};
use simulator::{DirectoryChange, Faults, ObjectKind, Options};
use steps::STEPS;
use tests::world::{LIMITED, LIMITED_SECRET, World, limited, options};
use tokio::time::{Duration, Instant};

/// A tenant, and an application that may read what can be read by what has changed. It may not read
/// reports, of which few can be asked for in a minute.
fn tenant(users: u32) -> Options {
    let roles = [
        "AdministrativeUnit.Read.All",
        "Directory.Read.All",
        "Policy.Read.All",
        "RoleManagement.Read.Directory",
    ];
    Options { users, principals: vec![limited(&roles, &[])], ..options() }
}

/// An event that collects of the directory what can be read by what has changed, and little else.
fn event(world: &World, collection: &str) -> Value {
    of(world.event_of(LIMITED, LIMITED_SECRET), collection)
}

fn of(mut event: Value, collection: &str) -> Value {
    let config = &mut event["instance"]["config"];
    config["subscriptionId"] = Value::Null;
    config["collection"] = collection.into();
    let sources = [
        "ad-administrative-units",
        "ad-devices",
        "ad-groups",
        "identity-governance-access-packages",
    ];
    config["ingestionSources"] = json!({ "*": false });
    for source in sources {
        config["ingestionSources"][source] = true.into();
    }
    event
}

/// An event that collects the users and groups of Microsoft 365.
fn event365(world: &World, collection: &str) -> Value {
    json!({ "instance": {
        "id": "00000000-0000-4000-8000-00000000000b",
        "integration": "microsoft365",
        "name": "Test",
        "config": {
            "tenant": world.simulator.directory_id(),
            "clientId": LIMITED,
            "clientSecret": LIMITED_SECRET,
            "collection": collection,
            "ingestionSources": { "*": false, "groups": true },
        },
    } })
}

/// Checks that everything was read which can be read by what has changed.
#[track_caller]
fn check_complete(summary: &Summary) {
    for entry in &summary.incomplete {
        let step = steps::find(&entry.step).unwrap();
        assert!(step.list.delta.is_empty(), "{}: {:?}", entry.step, entry.reason);
    }
}

/// How each step was read that can be read by what has changed.
fn readings(summary: &Summary) -> BTreeMap<&str, &Reading> {
    let entries = summary.ledger.iter();
    entries.filter_map(|it| Some((it.step.as_str(), it.reading.as_ref()?))).collect()
}

#[track_caller]
fn check_readings(summary: &Summary, is_expected: impl Fn(&Reading) -> bool) {
    let readings = readings(summary);
    let ran = |step: &str| summary.ledger.iter().any(|it| it.step == step);
    let steps = STEPS.iter().filter(|it| !it.list.delta.is_empty() && ran(it.id));
    let steps: Vec<&str> = steps.map(|step| step.id).collect();
    assert!(steps.len() >= 4, "{steps:?}");
    assert_eq!(readings.keys().copied().collect::<Vec<_>>(), steps);
    for (step, reading) in readings {
        assert!(is_expected(reading), "{step}: {reading:?}");
    }
}

const fn is_full(reading: &Reading) -> bool {
    matches!(reading, Reading::Full { .. })
}

/// How many steps were read in full.
fn full(summary: &Summary) -> usize {
    readings(summary).values().filter(|reading| is_full(reading)).count()
}

fn is_delta(reading: &Reading) -> bool {
    *reading == Reading::Delta
}

/// Two tenants to which the same happens. One is read in full, the other by its changes.
struct Twins {
    full: World,
    delta: World,
    event: fn(&World, &str) -> Value,
}

impl Twins {
    async fn new(event: fn(&World, &str) -> Value) -> Self {
        let full = World::new(tenant(60)).await;
        let delta = World::new(Options { page_size: Some(7), ..tenant(60) }).await;
        Self { full, delta, event }
    }

    #[track_caller]
    fn change(&self, change: &DirectoryChange) -> Vec<String> {
        let [one, other] =
            [&self.full, &self.delta].map(|it| it.simulator.change_directory(change));
        assert_eq!(one, other);
        assert!(!one.is_empty(), "{change:?} changes nothing");
        one
    }

    /// Reads both, and compares the snapshots.
    async fn compare(&self) -> Summary {
        let full = self.full.job((self.event)(&self.full, "full")).await;
        let delta = self.delta.job((self.event)(&self.delta, "delta")).await;
        assert_eq!(readings(&full), BTreeMap::new());
        for summary in [&full, &delta] {
            check_complete(summary);
            assert_eq!(summary.drift, BTreeMap::new());
        }
        let expected = self.full.objects(&full.job);
        let found = self.delta.objects(&delta.job);
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (name, bytes) in &expected {
            assert!(bytes == &found[name], "{name} differs");
        }
        delta
    }

    async fn ids(&self, job: &Job, kind: &str) -> Vec<String> {
        let items = self.delta.items(job, RecordKind::Entities, kind).await;
        items.iter().map(|it| it["_key"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn following_changes_comes_to_the_same_bytes_as_reading_everything() {
    let twins = Twins::new(event).await;
    let first = twins.compare().await;
    check_readings(&first, is_full);
    let users = twins.ids(&first.job, "azure_user").await;
    let groups = twins.ids(&first.job, "azure_user_group").await;
    let devices = twins.ids(&first.job, "azure_device").await;
    let principals = twins.ids(&first.job, "azure_service_principal").await;
    // Nothing has changed.
    check_readings(&twins.compare().await, is_delta);

    let create = |kind| twins.change(&Create(kind)).remove(0);
    let (user, group) = (create(ObjectKind::User), create(ObjectKind::Group));
    let device = create(ObjectKind::Device);
    create(ObjectKind::Application);
    let add = |to: &str, member: &str| {
        twins.change(&AddMember { to: to.to_owned(), member: member.to_owned() });
    };
    add(&groups[1], &user);
    check_readings(&twins.compare().await, is_delta);

    add(&group, &users[0]);
    add(&group, &device);
    add(&group, &principals[0]);
    add(&group, &groups[0]);
    twins.change(&Rename { id: users[1].clone(), name: "Someone Else".to_owned() });
    twins.change(&SetEnabled { id: users[2].clone(), is_enabled: false });
    check_readings(&twins.compare().await, is_delta);

    twins.change(&Rename { id: group.clone(), name: "A Group".to_owned() });
    twins.change(&RemoveMember { from: group.clone(), member: users[0].clone() });
    twins.change(&Delete { id: device });
    twins.change(&Delete { id: users[1].clone() });
    twins.change(&Purge { id: users[3].clone() });
    twins.change(&Delete { id: groups[2].clone() });
    twins.change(&Delete { id: devices[0].clone() });
    check_readings(&twins.compare().await, is_delta);

    for per_mille in [20, 300, 600] {
        twins.change(&Churn { per_mille });
        check_readings(&twins.compare().await, is_delta);
    }
}

/// In Microsoft 365 no step collects devices and service principals as such: what is known of them
/// is what stands in the lists of groups, and these are as they were if one of them gets another
/// name.
#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_a_list_is_followed() {
    let twins = Twins::new(event365).await;
    let first = twins.compare().await;
    check_readings(&first, is_full);
    let groups = twins.ids(&first.job, "azure_user_group").await;
    let device = twins.change(&Create(ObjectKind::Device)).remove(0);
    let group = twins.change(&Create(ObjectKind::Group)).remove(0);
    for to in [&group, &groups[1]] {
        twins.change(&AddMember { to: to.clone(), member: device.clone() });
    }
    check_readings(&twins.compare().await, is_delta);
    twins.change(&Rename { id: device.clone(), name: "LAPTOP-NEW".to_owned() });
    let renamed = twins.compare().await;
    check_readings(&renamed, is_delta);
    let members = twins.delta.items(&renamed.job, RecordKind::Entities, "azure_group_member").await;
    let member = members.iter().find(|it| it["_key"] == device.as_str()).unwrap();
    assert_eq!(member["username"], "LAPTOP-NEW");
    twins.change(&Delete { id: device });
    twins.change(&Churn { per_mille: 100 });
    check_readings(&twins.compare().await, is_delta);
}

/// How many requests the steps took that can be read by what has changed.
fn requests(summary: &Summary) -> u64 {
    let mut requests: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in &summary.ledger {
        let step = steps::find(&entry.step).unwrap();
        if !step.list.delta.is_empty() {
            requests.insert(step.id, entry.requests);
        }
    }
    requests.values().sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn few_changes_cost_few_requests() {
    let world = World::new(tenant(4000)).await;
    let mut event = event(&world, "delta");
    // There is a list for each of them, too, which no delta query tells of.
    event["instance"]["config"]["ingestionSources"]["ad-devices"] = false.into();
    let full = world.job(event.clone()).await;
    let _ = world.simulator.change_directory(&Churn { per_mille: 10 });
    let delta = world.job(event).await;
    check_complete(&delta);
    check_readings(&delta, is_delta);
    let (full, delta) = (requests(&full), requests(&delta));
    assert!(full > 1000, "{full}");
    assert!(delta * 100 <= full * 5, "{delta} requests rather than {full}");
}

/// What was last kept of a step, and where.
fn state(world: &World, step: &str) -> (PathBuf, Value) {
    let path = |name: &str| world.store.path().join(name);
    let kept = layout::kept("00000000-0000-4000-8000-00000000000a", step);
    let kept: Value = serde_json::from_slice(&fs::read(path(&kept)).unwrap()).unwrap();
    let path = path(kept["state"].as_str().unwrap());
    let state = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    (path, state)
}

fn change_state(world: &World, step: &str, change: impl FnOnce(&mut Value)) {
    let (path, mut state) = state(world, step);
    change(&mut state);
    fs::write(path, serde_json::to_vec(&state).unwrap()).unwrap();
}

/// Changes what was kept of the items of a step, in its first part.
fn change_items(world: &World, step: &str, change: impl FnOnce(String) -> String) {
    let (_, state) = state(world, step);
    let path = world.store.path().join(state["parts"][0].as_str().unwrap());
    let text = zstd::decode_all(fs::read(&path).unwrap().as_slice()).unwrap();
    let text = change(String::from_utf8(text).unwrap());
    fs::write(path, zstd::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_followed_is_read_in_full() {
    let world = World::new(tenant(60)).await;
    let read = async || world.job(event(&world, "delta")).await;
    let because = |summary: &Summary, step: &str| match readings(summary)[step] {
        Reading::Full { because } => because.clone(),
        other => panic!("{step}: {other:?}"),
    };
    let first = read().await;
    assert_eq!(
        because(&first, "ad-users"),
        "there is no state of an earlier job to add changes to"
    );
    change_state(&world, "ad-users", |state| {
        let link = state["links"][0].as_str().unwrap().replace("$deltatoken=", "$deltatoken=0");
        state["links"][0] = link.into();
    });
    change_state(&world, "ad-groups", |state| state["since"] = "2020-01-01T00:00:00Z".into());
    change_state(&world, "ad-service-principals", |state| state["of"] = "another".into());
    fs::remove_file(state(&world, "rm-azure-application").0).unwrap();
    let (_, members) = state(&world, "ad-group-members");
    fs::remove_file(world.store.path().join(members["parts"][0].as_str().unwrap())).unwrap();
    let second = read().await;
    check_complete(&second);
    for (step, reason) in [
        ("ad-users", "/users/delta cannot be followed: "),
        ("ad-groups", "the state of the last job is "),
        (
            "ad-service-principals",
            "the state of the last job has other properties, or belongs to another application",
        ),
        ("rm-azure-application", "there is no state of an earlier job to add changes to"),
        ("ad-group-members", "the state of the last job is missing"),
    ] {
        let because = because(&second, step);
        assert!(because.starts_with(reason), "{step}: {because}");
    }
    assert_eq!(*readings(&second)["ad-administrative-unit-members"], Reading::Delta);
    assert_eq!(world.objects(&second.job), world.objects(&first.job));
    check_readings(&read().await, is_delta);
}

/// Microsoft answers that links cannot be followed any more, with 410 and each of its codes.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_is_read_in_full() {
    let only = vec!["delta-token-expired"];
    let faults = Some(Faults { density: 1.0, at_most: 1, only, ..Faults::default() });
    let delta = World::new(Options { faults, ..tenant(60) }).await;
    let twins = Twins { full: World::new(tenant(60)).await, delta, event };
    twins.compare().await;
    twins.change(&Churn { per_mille: 100 });
    let expired = twins.compare().await;
    assert!(full(&expired) > 4, "{:?}", readings(&expired));
    // The links that were taken since are followed, where they have not expired, too.
    twins.change(&Churn { per_mille: 100 });
    let followed = twins.compare().await;
    assert!(full(&followed) < 4, "{:?}", readings(&followed));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_compared_once_in_a_week() {
    let world = World::new(tenant(60)).await;
    let read = async || world.job(event(&world, "delta")).await;
    let first = read().await;
    let steps = ["ad-users", "ad-group-members", "ad-groups"];
    for step in steps {
        change_state(&world, step, |state| state["full"] = "2020-01-01T00:00:00Z".into());
    }
    let _ = world.simulator.change_directory(&Churn { per_mille: 50 });
    let lost = world.items(&first.job, RecordKind::Entities, "azure_user").await;
    let lost = lost[0]["_key"].as_str().unwrap().to_owned();
    change_items(&world, "ad-users", |items| {
        items.split_inclusive('\n').filter(|line| !line.contains(&lost)).collect()
    });
    let second = read().await;
    let none = Reading::Reconciled { differ: 0, examples: Vec::new() };
    assert_eq!(*readings(&second)["ad-group-members"], none);
    assert_eq!(*readings(&second)["ad-groups"], none);
    let one = Reading::Reconciled { differ: 1, examples: vec![lost] };
    assert_eq!(*readings(&second)["ad-users"], one);
    assert_eq!(*readings(&second)["ad-service-principals"], Reading::Delta);
    // What was read takes the place of what was kept, and is now as if it had been read the first
    // time.
    let full = World::new(tenant(60)).await;
    let _ = full.simulator.change_directory(&Churn { per_mille: 50 });
    let expected = full.job(event(&full, "full")).await;
    assert_eq!(world.objects(&second.job), full.objects(&expected.job));
    check_readings(&read().await, is_delta);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_complete_is_not_added_to() {
    // Nobody may look at devices and contacts, so that what stands of them in groups is their ids
    // alone.
    let roles = ["User.Read.All", "Group.Read.All", "Application.Read.All"];
    let principals = vec![limited(&roles, &[])];
    let world = World::new(Options { principals, ..options() }).await;
    let event = of(world.event_of(LIMITED, LIMITED_SECRET), "delta");
    for is_expected in [is_full, is_delta] {
        let summary = world.job(event.clone()).await;
        let readings = readings(&summary);
        for (step, reading) in readings {
            let entry = summary.ledger.iter().find(|it| it.step == step).unwrap();
            match entry.status {
                Status::Complete => assert!(is_expected(reading), "{step}: {reading:?}"),
                _ => assert!(is_full(reading), "{step}: {reading:?}"),
            }
        }
        let status = |step| summary.ledger.iter().find(|it| it.step == step).unwrap().status;
        assert_eq!(status("ad-group-members"), Status::Complete);
        assert_eq!(status("ad-administrative-units"), Status::Forbidden);
    }
}

/// Slices that have next to no time come to the same, one page or part after the other.
#[tokio::test(flavor = "multi_thread")]
async fn changes_are_followed_over_many_slices() {
    let options =
        || Options { page_size: Some(5), latency: Duration::from_millis(5), ..tenant(60) };
    let (whole, sliced) = (World::new(options()).await, World::new(options()).await);
    let mut snapshots = Vec::new();
    for world in [&whole, &sliced] {
        world.job(event(world, "delta")).await;
        let _ = world.simulator.change_directory(&Churn { per_mille: 200 });
    }
    snapshots.push(whole.objects(&whole.job(event(&whole, "delta")).await.job));

    let job = sliced.start(event(&sliced, "delta")).await;
    let context = &sliced.machine.context;
    let mut slices = BTreeMap::new();
    for step in ["ad-users", "ad-groups", "ad-group-members"] {
        let mut message = Slice { job: job.clone(), step: step.to_owned(), slice: 0 };
        loop {
            // Longer and longer, so that there is an end on a slow machine, too.
            let slice = slices.entry(step).or_insert(0_u64);
            *slice += 1;
            let deadline = Instant::now() + Duration::from_millis(4 + 3 * *slice);
            match work::run(context, &message, deadline).await.unwrap() {
                Outcome::Ended(_) => break,
                Outcome::Continued => message.slice += 1,
                Outcome::Wait(_) => (),
            }
        }
    }
    assert!(slices.values().sum::<u64>() > 8, "{slices:?}");
    let summary = sliced.finish(job).await;
    check_readings(&summary, is_delta);
    snapshots.push(sliced.objects(&summary.job));
    assert_eq!(snapshots[0], snapshots[1]);
}

/// No link is in what is printed or logged, and no object says more of it than it must.
#[tokio::test(flavor = "multi_thread")]
async fn links_are_in_states_only() {
    let world = World::new(tenant(60)).await;
    let summary = world.job(event(&world, "delta")).await;
    let step = world.machine.run(json!({
        "step": "ad-users", "instance": event(&world, "delta")["instance"],
    }));
    let printed = [serde_json::to_string(&summary).unwrap(), step.await.unwrap().to_string()];
    for text in printed {
        assert!(!text.contains("deltatoken"), "{text}");
    }
    let (_, state) = state(&world, "ad-users");
    assert!(state["links"][0].as_str().unwrap().contains("deltatoken"));
}
