//! Whole jobs of Microsoft 365, against a simulated Microsoft cloud over HTTP.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use collector::layout::RecordKind;
use collector::ledger::{Entry, Status};
use collector::summary::Change;
use collector::summary::{JobStatus, Summary};
use serde_json::{Value, json};
use simulator::{AppReports, DeviceChanges, Intune, License, Options, Permanent};
use steps::{Integration, STEPS, Setting};
use tests::world::{LIMITED, LIMITED_SECRET, World, limited, options};

fn intune() -> Options {
    // A report for each application takes two of 48 requests in a minute.
    let intune = Intune { export_time: Duration::ZERO, managed_apps: 6, ..Intune::default() };
    Options { intune, ..options() }
}

fn status<'s>(summary: &'s Summary, step: &str) -> (Status, Option<&'s str>) {
    let entry = summary.ledger.iter().find(|entry| entry.step == step).unwrap();
    (entry.status, entry.reason.as_deref())
}

/// The keys of everything that a job found, by type.
async fn keys(world: &World, summary: &Summary) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys = BTreeMap::new();
    let graph = &summary.graph;
    for (record_kind, counts) in
        [(RecordKind::Entities, &graph.entities), (RecordKind::Relationships, &graph.relationships)]
    {
        for kind in counts.keys() {
            let items = world.items(&summary.job, record_kind, kind).await;
            let key = |it: &Value| it["_key"].as_str().unwrap().to_owned();
            keys.insert(kind.clone(), items.iter().map(key).collect());
        }
    }
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_collects_everything_and_proves_it() {
    let world = World::new(intune()).await;
    let first = world.job(world.microsoft365()).await;
    assert_eq!(first.status, JobStatus::Complete, "{:?}", first.incomplete);
    assert_eq!(first.drift, BTreeMap::new());
    for step in STEPS.iter().filter(|it| it.integration == Integration::Microsoft365) {
        let expected = if step.fallback_for.is_some() { Status::Skipped } else { Status::Complete };
        assert_eq!(status(&first, step.id).0, expected, "{}", step.id);
    }
    assert_eq!(first.graph.entities["azure_user"], 60);
    assert_eq!(first.graph.entities["intune_host_agent"], 72);
    let second = world.job(world.microsoft365()).await;
    assert_eq!(second.graph.changes, BTreeMap::new());
    assert_eq!(world.objects(&first.job).len(), world.objects(&second.job).len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reports_do_not_tell_is_read_without_them() {
    let world = World::new(intune()).await;
    let first = world.job(world.microsoft365()).await;
    let with_reports = keys(&world, &first).await;
    let path = "/v1.0/deviceManagement/reports/exportJobs".to_owned();
    world.simulator.set_permanent(vec![Permanent::Retired { path }]);
    let second = world.job(world.microsoft365()).await;
    assert_eq!(second.status, JobStatus::Complete, "{:?}", second.incomplete);
    let instead = STEPS.iter().filter_map(|step| Some((step.id, step.fallback_for?)));
    for (step, original) in instead {
        assert_eq!(status(&second, step), (Status::Complete, None), "{step}");
        let (ended, reason) = status(&second, original);
        let reason = reason.unwrap();
        assert_eq!(ended, Status::Skipped, "{original}");
        assert!(reason.starts_with(&format!("{step} read it instead, as this is")), "{reason}");
    }
    let without = keys(&world, &second).await;
    for (kind, keys) in &with_reports {
        let other = without.get(kind).cloned().unwrap_or_default();
        let strange: Vec<_> = keys.symmetric_difference(&other).take(5).collect();
        assert!(strange.is_empty(), "{kind}: {strange:?} are found by one way only");
    }
    assert_eq!(with_reports.len(), without.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_prepared_only_of_what_is_on_many_devices() {
    let mut options = intune();
    options.intune.devices = Some(30_000);
    options.intune.managed_apps = 8;
    let world = World::new(options).await;
    // By itself, the step reads the devices of the applications that another one has found.
    let read = async |step: &str| -> Entry {
        let mut event = world.microsoft365();
        event["step"] = json!(step);
        let answer = world.machine.run(event).await.unwrap();
        serde_json::from_value(answer["step"]["manifest"]["ledger"][0].clone()).unwrap()
    };
    read("managed-applications").await;
    let with_reports = read("managed-application-assignments").await;
    let path = "/v1.0/deviceManagement/reports/exportJobs".to_owned();
    world.simulator.set_permanent(vec![Permanent::Retired { path }]);
    let without = read("managed-application-assignments").await;
    for entry in [&with_reports, &without] {
        assert_eq!((entry.status, &entry.reason), (Status::Complete, &None));
    }
    assert_eq!(with_reports.items, without.items);
    // A file is one page, however long it is. Tables have pages of 50 rows.
    assert!(with_reports.pages < 20 * 8, "{} pages", with_reports.pages);
    assert!(without.pages >= without.items / 50, "{} pages", without.pages);
    assert!(without.pages > with_reports.pages + 20, "no table is long");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_known_by_an_older_name_too() {
    let mut options = intune();
    options.intune.app_reports = AppReports::Discovered;
    let world = World::new(options).await;
    let summary = world.job(world.microsoft365()).await;
    assert_eq!(summary.status, JobStatus::Complete, "{:?}", summary.incomplete);
    let (ended, _) = status(&summary, "detected-application-installations");
    assert_eq!(ended, Status::Complete);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_intune_its_steps_are_off_and_say_so() {
    for (license, reason) in [
        (License::None, "the tenant has no Microsoft Intune license"),
        (License::Basic, "Basic Mobility and Security manages the tenant's devices"),
    ] {
        let mut options = intune();
        options.intune.license = license;
        let world = World::new(options).await;
        let summary = world.job(world.microsoft365()).await;
        assert_eq!(summary.status, JobStatus::Complete, "{:?}", summary.incomplete);
        for planned in &summary.steps {
            let needs = steps::find(&planned.id).unwrap().needs.setting;
            let why = planned.disabled.as_deref();
            assert_eq!(why.is_some(), needs == Setting::Intune, "{}: {why:?}", planned.id);
            assert!(why.is_none_or(|it| it.starts_with(reason)), "{why:?}");
        }
        assert_eq!(summary.graph.entities["azure_user"], 60);
        assert_eq!(summary.graph.entities["microsoft_365_account"], 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_tells_what_changed() {
    let world = World::new(intune()).await;
    world.job(world.microsoft365()).await;
    let changes = DeviceChanges { appear: 2, change: 3, vanish: 1 };
    assert_eq!(world.simulator.change_devices(changes), changes);
    let event = {
        let mut event = world.microsoft365();
        event["instance"]["config"]["ingestionSources"] = json!({ "applications": false, "compliance_policies": false, "device_configurations": false });
        event
    };
    let summary = world.job(event).await;
    let feed = world.feed(&summary.job).await;
    let devices: BTreeSet<&str> = STEPS
        .iter()
        .find(|it| it.id == "managed-devices")
        .unwrap()
        .entity_types()
        .map(|it| it.kind)
        .filter(|kind| *kind != "intune_host_agent")
        .collect();
    let count = |change| {
        let of = feed.iter().filter(|it| it.change == change && devices.contains(&*it.kind));
        of.count()
    };
    let counts = [Change::Created, Change::Updated, Change::Deleted].map(count);
    assert_eq!(counts, [2, 3, 1], "{feed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_denied_is_forbidden_and_touches_nothing_else() {
    let roles =
        ["Organization.Read.All", "User.Read.All", "DeviceManagementManagedDevices.Read.All"];
    let principals = vec![limited(&roles, &[])];
    let world = World::new(Options { principals, ..intune() }).await;
    let summary = world.job(world.microsoft365_of(LIMITED, LIMITED_SECRET)).await;
    assert_eq!(summary.status, JobStatus::Incomplete);
    for (step, expected) in [
        ("users", Status::Complete),
        ("managed-devices", Status::Complete),
        ("detected-application-installations", Status::Complete),
        ("groups", Status::Forbidden),
        ("users-sign-in-activity", Status::Forbidden),
        ("compliance-policies", Status::Forbidden),
        ("managed-applications", Status::Forbidden),
    ] {
        assert_eq!(status(&summary, step).0, expected, "{step}: {:?}", status(&summary, step).1);
    }
    let users = world.items(&summary.job, RecordKind::Entities, "azure_user").await;
    assert!(users.iter().all(|it| it["_unknown"].to_string().contains("lastSignIn")), "{users:?}");
}
