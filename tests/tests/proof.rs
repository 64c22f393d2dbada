//! What is gone is gone by proof: what the last snapshot has and a job did not find.

use std::collections::BTreeSet;
use std::sync::Arc;

use collector::layout::RecordKind;
use collector::ledger::Status;
use collector::link::Difference;
use collector::summary::Change;
use serde_json::json;
use simulator::{Options, Permanent};
use tempfile::TempDir;
use tests::world::{LIMITED, LIMITED_SECRET, World, limited, options};

fn changes(feed: &[Difference]) -> BTreeSet<Change> {
    feed.iter().map(|it| it.change).collect()
}

/// The same tenant and the same store, after the tenant has changed.
async fn later(world: World, options: Options) -> World {
    let store = world.store.clone();
    drop(world);
    World::with_store(options, store).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_any_more_is_carried_forward() {
    let roles =
        ["User.Read.All", "Organization.Read.All", "Policy.Read.All", "Application.Read.All"];
    let principals = vec![limited(&roles, &["*/read"])];
    let world = World::new(Options { principals, ..options() }).await;
    let first = world.job(world.event()).await;
    assert_eq!(changes(&world.feed(&first.job).await), BTreeSet::from([Change::Created]));
    let before = world.objects(&first.job);

    // The groups are closed to it now. Nothing is lost for that.
    let second = world.job(world.event_of(LIMITED, LIMITED_SECRET)).await;
    assert_eq!(second.graph.entities, first.graph.entities);
    assert_eq!(second.graph.relationships, first.graph.relationships);
    let carried = world.feed(&second.job).await;
    let is_carried = |kind: &str| {
        carried.iter().any(|it| it.kind == kind && it.change == Change::CarriedForward)
    };
    assert!(is_carried("azure_user_group") && is_carried("azure_user_group_has_user"));
    assert!(!is_carried("azure_user") && !is_carried("azure_vm"));
    assert!(carried.iter().all(|it| it.change != Change::Deleted));
    for group in world.items(&second.job, RecordKind::Entities, "azure_user_group").await {
        assert_eq!(group["_staleSince"], json!(first.planned_at));
        let reason = group["_staleReason"].as_str().unwrap();
        assert!(reason.starts_with("ad-groups is forbidden"), "{reason}");
    }

    // A third job knows no more than the second, and says since when.
    let third = world.job(world.event_of(LIMITED, LIMITED_SECRET)).await;
    let groups = world.items(&third.job, RecordKind::Entities, "azure_user_group").await;
    assert!(groups.iter().all(|group| group["_staleSince"] == json!(first.planned_at)));

    // Once they can be read again, everything is as it was, to the byte.
    let last = world.job(world.event()).await;
    assert_eq!(world.feed(&last.job).await, []);
    assert!(last.graph.carried.is_empty());
    assert_eq!(world.objects(&last.job), before);
}

/// What a second job deletes where a service fails in some way for good, and what its steps came
/// to.
async fn deleted_under(permanent: Permanent, step: &str, kind: &str) -> (Status, String) {
    let world = World::new(options()).await;
    let first = world.job(world.event()).await;
    assert!(
        first.graph.entities.contains_key(kind) || first.graph.relationships.contains_key(kind),
        "there is no {kind} to be deleted"
    );
    world.simulator.set_permanent(vec![permanent]);
    let second = world.job(world.event()).await;
    assert_eq!(second.graph.entities, first.graph.entities);
    assert_eq!(second.graph.relationships, first.graph.relationships);
    assert!(!changes(&world.feed(&second.job).await).contains(&Change::Deleted));
    let carried = &second.graph.carried[kind].reason;
    let entry = second.ledger.iter().find(|entry| entry.step == step);
    let entry = entry.expect("each step that runs is in the ledger");
    (entry.status, carried.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_on_parents_whose_lists_are_gone_stays() {
    let path = "/v1.0/groups".to_owned();
    let kind = "azure_user_group_has_user";
    let (status, reason) =
        deleted_under(Permanent::Vanished { path }, "ad-group-members", kind).await;
    assert_eq!(status, Status::Partial);
    assert!(reason.starts_with("ad-group-members is partial"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_showed_that_is_not_registered_any_more_stays() {
    let namespace = "Microsoft.Compute".to_owned();
    let step = "rm-compute-virtual-machines";
    let (status, reason) =
        deleted_under(Permanent::NotRegistered { namespace }, step, "azure_vm").await;
    assert_eq!(status, Status::Skipped);
    assert!(
        reason.starts_with("rm-compute-virtual-machines is skipped: not registered"),
        "{reason}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_read_before_is_newly_readable() {
    let principals = vec![limited(&["User.Read.All", "Organization.Read.All"], &["*/read"])];
    let world = World::new(Options { principals, ..options() }).await;
    world.job(world.event_of(LIMITED, LIMITED_SECRET)).await;
    let second = world.job(world.event()).await;
    let feed = world.feed(&second.job).await;
    let of = |kind: &str| feed.iter().find(|it| it.kind == kind).map(|it| it.change);
    assert_eq!(of("azure_user_group"), Some(Change::NewlyReadable));
    assert_eq!(of("azure_user"), None);
    let account = feed.iter().find(|it| it.kind == "azure_account").unwrap();
    assert_eq!(account.change, Change::Updated);
    assert_eq!(account.properties, ["_unknown", "securityDefaultsEnabled"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_proved_to_be_gone_is_deleted() {
    let world = World::new(options()).await;
    world.job(world.event()).await;
    let world = later(world, Options { users: 55, ..options() }).await;
    let second = world.job(world.event()).await;
    assert_eq!(second.graph.entities["azure_user"], 55);
    let feed = world.feed(&second.job).await;
    let deleted = |kind: &str| {
        feed.iter().filter(|it| it.kind == kind && it.change == Change::Deleted).count()
    };
    assert_eq!(deleted("azure_user"), 5);
    assert_eq!(deleted("azure_account_has_user"), 5);
    // Fewer users are in other groups: only the deletion guard may have kept what is gone of those.
    let carried = feed.iter().filter(|it| it.change == Change::CarriedForward);
    for difference in carried {
        // What follows from what was kept is kept with it.
        let is_kept = second.graph.guarded.contains_key(&difference.kind)
            || difference.kind.contains("_transitive_");
        assert!(is_kept, "{difference:?}");
    }
    assert!(feed.is_sorted_by_key(|it| (it.record_kind, it.kind.clone(), it.key.clone())));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_deletions_at_once_want_a_second_job() {
    let many = || Options { users: 200, resources: 12, ..options() };
    let few = || Options { users: 20, ..many() };
    let world = World::new(many()).await;
    world.job(world.event()).await;
    let world = later(world, few()).await;
    let guarded = world.job(world.event()).await;
    assert_eq!(guarded.graph.entities["azure_user"], 200);
    assert_eq!(guarded.graph.guarded["azure_user"], 180);
    assert_eq!(guarded.graph.carried["azure_user"].count, 180);
    let confirmed = world.job(world.event()).await;
    assert_eq!(confirmed.graph.entities["azure_user"], 20);
    assert!(confirmed.graph.guarded.is_empty(), "{:?}", confirmed.graph.guarded);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deletion_guard_lets_go_without_a_trace() {
    let many = || Options { users: 200, resources: 12, ..options() };
    let world = World::with_store(many(), Arc::new(TempDir::new().unwrap())).await;
    let first = world.job(world.event()).await;
    let before = world.objects(&first.job);
    let world = later(world, Options { users: 20, ..many() }).await;
    world.job(world.event()).await;
    let world = later(world, many()).await;
    // What only the few had is nearly all of some types, which the next job confirms to be gone.
    world.job(world.event()).await;
    let last = world.job(world.event()).await;
    assert!(last.graph.guarded.is_empty(), "{:?}", last.graph.guarded);
    assert_eq!(world.objects(&last.job), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn turning_a_source_off_deletes_nothing_by_surprise() {
    let world = World::new(options()).await;
    let first = world.job(world.event()).await;
    let mut event = world.event();
    event["instance"]["config"]["ingestionSources"]["compute"] = json!(false);
    let second = world.job(event).await;
    assert_eq!(second.graph.entities, first.graph.entities);
    let reason = &second.graph.carried["azure_vm"].reason;
    assert!(
        reason.contains("is turned off: config.ingestionSources turns compute off"),
        "{reason}"
    );
}
