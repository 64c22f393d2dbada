//! Which lists of a subscription are not read because Azure Resource Graph shows nothing for them.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]
#![expect(clippy::print_stderr, reason = "a test says what it has measured")]

use collector::layout;
use collector::ledger::{Entry, KnownBy, Status};
use collector::summary::{Change, Summary};
use serde_json::{Value, json};
use simulator::{Options, Permanent};
use std::collections::BTreeMap;
use std::fs;
use steps::{ResourceType, STEPS, Step};
use tests::world::{LIMITED, LIMITED_SECRET, World, limited, options};

const STEP: &str = "rm-compute-virtual-machine-disks";
const KIND: &str = "azure_managed_disk";

fn unindexed() -> Permanent {
    Permanent::Unindexed { resource_type: "Microsoft.Compute/disks".to_owned() }
}

/// What the ledger says of the disks.
fn disks(summary: &Summary) -> &Entry {
    let entry = summary.ledger.iter().find(|it| it.step == STEP);
    entry.expect("each step that runs is in the ledger")
}

async fn is_deleted(world: &World, summary: &Summary) -> bool {
    let feed = world.feed(&summary.job).await;
    feed.iter().any(|it| it.kind == KIND && it.change == Change::Deleted)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_of_which_there_is_none_is_not_asked_for() {
    let world = World::new(options()).await;
    world.simulator.set_permanent(vec![unindexed()]);
    let first = world.job(world.event()).await;
    let entry = disks(&first);
    assert_eq!((entry.status, entry.known_by), (Status::Skipped, KnownBy::Index));
    let reason = "Azure Resource Graph shows no Microsoft.Compute/disks";
    assert_eq!(entry.reason.as_deref(), Some(reason));
    assert_eq!(entry.requests, 0);

    // It catches up. From then on the list is read, whatever it shows, for the snapshot has some.
    world.simulator.set_permanent(Vec::new());
    let second = world.job(world.event()).await;
    assert_eq!(disks(&second).known_by, KnownBy::Read);
    assert!(second.graph.entities[KIND] > 0);
    world.simulator.set_permanent(vec![unindexed()]);
    let third = world.job(world.event()).await;
    assert_eq!((disks(&third).status, disks(&third).known_by), (Status::Complete, KnownBy::Read));
    assert_eq!(third.graph.entities, second.graph.entities);
    assert!(!is_deleted(&world, &third).await);

    // Nothing else was left out that is there.
    let mut event = world.event();
    event["instance"]["config"]["collection"] = json!({ "index": false });
    let fourth = world.job(event).await;
    assert!(fourth.ledger.iter().all(|it| it.known_by == KnownBy::Read));
    let others = first.ledger.iter().filter(|it| it.known_by == KnownBy::Index && it.step != STEP);
    for entry in others {
        let kind = entry.kind.as_deref().unwrap();
        assert!(!fourth.graph.entities.contains_key(kind), "{}: {kind}", entry.step);
    }
    assert_eq!(fourth.graph.entities, third.graph.entities);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_principal_may_not_read_is_asked_for() {
    let roles = ["User.Read.All", "Organization.Read.All"];
    // Everything but disks.
    let actions = [
        "Microsoft.Authorization/*/read",
        "Microsoft.Network/*/read",
        "Microsoft.Resources/*/read",
        "Microsoft.Compute/virtualMachines/read",
    ];
    let principals = vec![limited(&roles, &actions)];
    let world = World::new(Options { principals, ..options() }).await;
    let summary = world.job(world.event_of(LIMITED, LIMITED_SECRET)).await;
    let entry = disks(&summary);
    assert_eq!((entry.status, entry.known_by), (Status::Forbidden, KnownBy::Read));
}

/// A job after a first one whose last sweep was some days ago, in which the index shows no disks.
async fn job_after(days: i64, collection: Value) -> (Summary, Value) {
    let world = World::new(options()).await;
    world.simulator.set_permanent(vec![unindexed()]);
    let mut event = world.event();
    event["instance"]["config"]["collection"] = collection;
    let first = world.job(event.clone()).await;
    let path = world.store.path().join(layout::latest(&first.job.instance));
    let mut latest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let format = time::format_description::well_known::Rfc3339;
    let then = time::OffsetDateTime::now_utc() - time::Duration::days(days);
    latest["swept"] = then.format(&format).unwrap().into();
    fs::write(&path, latest.to_string()).unwrap();
    let second = world.job(event).await;
    (second, serde_json::from_slice(&fs::read(&path).unwrap()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_read_once_in_a_week() {
    let (summary, latest) = job_after(6, json!("full")).await;
    assert_eq!(disks(&summary).known_by, KnownBy::Index);
    assert_ne!(latest["swept"], json!(summary.planned_at));
    let (summary, latest) = job_after(8, json!("full")).await;
    assert_eq!(disks(&summary).known_by, KnownBy::Read);
    assert!(summary.graph.entities[KIND] > 0);
    assert_eq!(latest["swept"], json!(summary.planned_at));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_may_read_every_list_each_time() {
    let (summary, _) = job_after(1, json!({ "index": false })).await;
    assert_eq!(disks(&summary).known_by, KnownBy::Read);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_index_is_refused_every_list_is_read() {
    let paths = [
        "/providers/Microsoft.ResourceGraph/resources",
        "/subscriptions/*/providers/Microsoft.Authorization/permissions",
    ];
    for path in paths {
        let world = World::new(options()).await;
        let forbidden = Permanent::ForbiddenFromPage { path: path.to_owned(), page: 1 };
        world.simulator.set_permanent(vec![unindexed(), forbidden]);
        let summary = world.job(world.event()).await;
        assert!(summary.ledger.iter().all(|it| it.known_by == KnownBy::Read), "{path}");
        assert!(summary.graph.entities[KIND] > 0, "{path}");
    }
}

/// The types of resource that a usual subscription has.
const USUAL: [&str; 20] = [
    "Microsoft.Compute/disks",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.ContainerService/managedClusters",
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.Insights/components",
    "Microsoft.KeyVault/vaults",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.Network/loadBalancers",
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/privateDnsZones",
    "Microsoft.Network/privateEndpoints",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.Sql/servers",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Web/serverfarms",
    "Microsoft.Web/sites",
];

/// How many requests a job may send beside those for pages of what a usual subscription has, and
/// for what belongs to its resources.
const MOST_BESIDE: u64 = 40;

/// How many requests a whole job may send that get no page with anything in it.
const MOST_IN_VAIN: u64 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_with_twenty_types_costs_few_requests() {
    let world = World::new(options()).await;
    let is_usual =
        |it: &ResourceType| USUAL.iter().any(|usual| it.name.eq_ignore_ascii_case(usual));
    let others = STEPS.iter().filter_map(|step| step.indexed()).filter(|it| !is_usual(it));
    let unindexed = |it: ResourceType| Permanent::Unindexed { resource_type: it.name.to_owned() };
    world.simulator.set_permanent(others.map(unindexed).collect());
    let mut event = world.event();
    event["instance"]["config"]["ingestActiveDirectory"] = false.into();
    event["instance"]["config"]["ingestionSources"] = json!({});
    let summary = world.job(event).await;

    // A step that finds several types has an entry for each of them, with the same requests.
    let entries: BTreeMap<&str, &Entry> =
        summary.ledger.iter().map(|it| (it.step.as_str(), it)).collect();
    let of = |wanted: &dyn Fn(&Step) -> bool| -> u64 {
        let steps = STEPS.iter().filter(|it| wanted(it));
        steps.filter_map(|it| entries.get(it.id)).map(|it| it.requests).sum()
    };
    let of_parents = of(&|step| !step.list.parents.is_empty());
    let pages = of(&|step| step.list.parents.is_empty() && step.indexed().is_some());
    assert!(pages >= 20, "{pages}");
    let simulator::Counters { requests: all, empty, .. } = world.simulator.counters();
    let beside = all - of_parents - pages;
    eprintln!("{all} requests: {pages} for pages, {of_parents} of parents, {beside} beside these");
    assert!(beside <= MOST_BESIDE, "{beside}");

    let read: u64 = entries.values().map(|it| it.pages).sum();
    let in_vain = all - (read - empty);
    eprintln!("{read} pages, of which {empty} are empty, so {in_vain} requests got nothing");
    assert!(in_vain <= MOST_IN_VAIN, "{in_vain}");
}
