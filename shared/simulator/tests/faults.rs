//! Faults over real HTTP: each kind as it looks on the wire, and that a correct client copes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/archive.rs"]
mod archive;
#[path = "faults/delta.rs"]
mod delta;
#[path = "faults/http2.rs"]
mod http2;
#[path = "faults/kinds.rs"]
mod kinds;
#[path = "faults/permanent.rs"]
mod permanent;
#[path = "faults/reader.rs"]
mod reader;
#[path = "faults/reports.rs"]
mod reports;
#[path = "faults/wire.rs"]
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use reader::Reader;
use simulator::{Faults, Intune, Options, Simulator};

/// A version of the API that knows the list of Azure Resource Manager at a path.
fn version_of(path: &str) -> &'static str {
    let versions = [
        ("/microsoft.authorization/", "2022-04-01"),
        ("/virtualmachines", "2024-07-01"),
        ("/disks", "2024-03-02"),
        ("/diagnosticsettings", "2021-05-01-preview"),
        ("/vaults", "2026-02-01"),
        ("/storageaccounts", "2024-01-01"),
        ("/microsoft.network/", "2024-05-01"),
        ("resourcegroups", "2024-03-01"),
        ("/providers", "2021-04-01"),
    ];
    let path = path.to_lowercase();
    let known = versions.into_iter().find(|(part, _)| path.contains(part));
    known.map_or("2022-12-01", |(_, version)| version)
}

fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

async fn start(faults: Option<Faults>) -> Simulator {
    let options = Options {
        users: 60,
        resources: 60,
        page_size: Some(7),
        throttling: false,
        intune: Intune {
            devices: Some(30),
            detected_apps: 30,
            apps_per_device: 4,
            export_time: Duration::ZERO,
            ..Intune::default()
        },
        // Every other seed has it so.
        http2: faults.as_ref().is_some_and(|it| it.seed % 2 == 1),
        faults,
        ..Options::default()
    };
    Simulator::start(options, any_port()).await.unwrap()
}

/// The ids of everything in every list.
async fn everything(cloud: &Simulator, at_most: u32) -> BTreeMap<String, BTreeSet<String>> {
    let mut reader = Reader::new(cloud, at_most);
    reader.read_all().await;
    reader.found
}

/// What the cloud without faults holds, and the one with the faults of a seed.
async fn compare(seeds: std::ops::Range<u64>) {
    let right = everything(&start(None).await, 0).await;
    assert!(right.len() > 30 && right.values().map(BTreeSet::len).sum::<usize>() > 400);
    for seed in seeds {
        let at_most = 1 + u32::try_from(seed % 3).unwrap();
        let faults = Faults { seed, density: 0.3, at_most, hurry: 1_000_000, ..Faults::default() };
        let cloud = start(Some(faults)).await;
        let found = everything(&cloud, at_most).await;
        assert!(found == right, "seed {seed}: something is missing");
        let counters = cloud.counters();
        assert!(counters.faults.len() > 15, "seed {seed}: {:?}", counters.faults);
    }
}

// They are split so that they can run at the same time.

#[tokio::test]
async fn a_correct_client_sees_everything_under_seeds_0_to_12() {
    compare(0..13).await;
}

#[tokio::test]
async fn a_correct_client_sees_everything_under_seeds_13_to_25() {
    compare(13..26).await;
}

#[tokio::test]
async fn a_correct_client_sees_everything_under_seeds_26_to_37() {
    compare(26..38).await;
}

#[tokio::test]
async fn a_correct_client_sees_everything_under_seeds_38_to_49() {
    compare(38..50).await;
}

#[tokio::test]
async fn a_correct_client_copes_where_all_that_can_is_wrong() {
    let right = everything(&start(None).await, 0).await;
    for at_most in 1..3 {
        let faults = Faults { density: 1.0, at_most, hurry: 1_000_000, ..Faults::default() };
        assert!(everything(&start(Some(faults)).await, at_most).await == right);
    }
}
