//! What steps read of Azure Resource Manager is there in the simulated tenant, which knows the
//! published versions of its API from nowhere but Microsoft's specifications.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use collector::ledger::{Entry, Status};
use collector::summary::Summary;
use collector::tenant::Tenant;
use serde_json::json;
use simulator::{Options, resource_types};
use steps::{STEPS, Service};
use tests::Problems;
use tests::world::{LIMITED, LIMITED_SECRET, World, limited, options};

/// Types that simulated resources refer to although no step reads them yet.
const NOT_YET_READ: &[&str] = &[];

/// What came of reading everything of every subscription, and then the vaults once more: as someone
/// whom no vault lets in, so that their contents are read through Azure Resource Manager.
///
/// The subscriptions are small, as Microsoft answers few requests for storage in five minutes.
/// There are several, because none of them has something of every type.
async fn read() -> Vec<Summary> {
    let outsider = simulator::Principal { vaults: false, ..limited(&[], &["*/read"]) };
    let world = World::new(Options {
        subscriptions: 8,
        resources: 100,
        principals: vec![outsider],
        ..options()
    });
    let world = world.await;
    let everything = json!({
        "*": true, "key-vault-certificates": true, "subscriptions_usage": true,
    });
    let events = [
        (world.event(), everything),
        (world.event_of(LIMITED, LIMITED_SECRET), json!({ "*": false, "key-vault": true })),
    ];
    let mut summaries = Vec::new();
    for (mut event, sources) in events {
        let config = &mut event["instance"]["config"];
        config["ingestActiveDirectory"] = json!(false);
        config["configureSubscriptionInstances"] = json!(true);
        config["ingestionSources"] = sources;
        let job = world.job(event).await.job;
        let tenant = Tenant::read(&world.machine.context, &job.instance).await.unwrap();
        summaries.extend(tenant.summaries().cloned());
    }
    summaries
}

/// The type of the list at an address: what follows on the last `providers`, without names.
fn type_at(address: &str) -> Option<String> {
    let (_, path) = address
        .to_lowercase()
        .rsplit_once("/providers/")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))?;
    let parts: Vec<&str> = path.split('/').collect();
    let types = parts.iter().skip(1).step_by(2).copied();
    Some([parts[0]].into_iter().chain(types).collect::<Vec<_>>().join("/"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_known_by_the_version_that_its_step_asks_for_and_holds_something() {
    let summaries = read().await;
    let mut entries: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in summaries.iter().flat_map(|it| &it.ledger) {
        entries.entry(&entry.step).or_default().push(entry);
    }
    let mut problems = Problems::default();
    let mut read = BTreeSet::new();
    for step in STEPS {
        let through_manager = |it: &steps::List| it.service() == Service::ResourceManager;
        if !(through_manager(&step.list) || step.list.fallback.is_some_and(through_manager)) {
            continue;
        }
        let found = entries.get(step.id).map(Vec::as_slice).unwrap_or_default();
        // What Resource Graph shows none of in a subscription is not asked for there.
        let is_complete = |entry: &&Entry| {
            let is_fallback = step.list.fallback.is_some() && entry.status == Status::Partial;
            matches!(entry.status, Status::Complete | Status::Skipped) || is_fallback
        };
        for entry in found.iter().filter(|it| !is_complete(it)) {
            problems.note(Some(format!("{}: {:?}, {:?}", step.id, entry.status, entry.reason)));
        }
        let items: u64 = found.iter().map(|entry| entry.items).sum();
        problems.unless(items > 0, || format!("{} finds nothing in the simulated tenant", step.id));
        read.extend(found.iter().filter_map(|entry| type_at(entry.last.as_deref()?)));
    }
    for kind in resource_types() {
        for reference in kind.references {
            let wanted = reference.to_lowercase();
            // What lies below another type may come with it, as subnets do.
            let is_read =
                read.iter().any(|it| *it == wanted || wanted.starts_with(&format!("{it}/")));
            problems.unless(is_read || NOT_YET_READ.contains(&reference), || {
                format!("{} refers to {reference}, which no step reads", kind.name)
            });
        }
    }
    problems.report();
}

#[test]
fn the_type_of_a_list_follows_from_its_address() {
    for (address, kind) in [
        ("https://x/subscriptions/s/providers/Microsoft.Compute/disks", "microsoft.compute/disks"),
        ("/a/providers/Microsoft.KeyVault/vaults/v/keys", "microsoft.keyvault/vaults/keys"),
        (
            "/a/providers/Microsoft.KeyVault/vaults/v/providers/Microsoft.Insights/diagnosticSettings",
            "microsoft.insights/diagnosticsettings",
        ),
    ] {
        assert_eq!(type_at(address).as_deref(), Some(kind));
    }
    assert_eq!(type_at("/subscriptions/s/locations"), None);
}
