//! One job can be told from its log alone: the totals of its ledger follow from the lines of its
//! slices.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use simulator::Options;
use tests::log::Log;
use tests::world::{World, options};

/// What slices have read: pages, items, requests and bytes.
const TOTALS: [&str; 4] = ["pages", "items", "requests", "bytes"];

fn totals(line: &Value) -> [u64; 4] {
    TOTALS.map(|name| line[name].as_u64().unwrap())
}

#[tokio::test]
async fn the_totals_of_a_ledger_follow_from_the_log() {
    let mut world = World::new(Options { page_size: Some(20), ..options() }).await;
    Arc::get_mut(&mut world.machine.context).unwrap().observer = Arc::new(service::log::Log);
    let log = Log::begin();
    let summary = world.job(world.event()).await;
    let lines: Vec<Value> = log.all().into_iter().filter(|it| it.get("event").is_some()).collect();
    let of = |event: &str| lines.iter().filter(|it| it["event"] == event).cloned().collect();
    let (started, ended): (Vec<Value>, Vec<Value>) = (of("job started"), of("step ended"));
    let (finished, begun): (Vec<Value>, Vec<Value>) = (of("job finished"), of("slice begun"));

    // Who reads one job filters by its id.
    for line in lines.iter().filter(|it| it["event"] != "event taken") {
        assert_eq!(line["job"], summary.job.id.as_str(), "{line}");
        assert_eq!(line["instance"], summary.job.instance.as_str(), "{line}");
    }

    // What a slice logs last of a step is what the step has read.
    let mut steps: BTreeMap<&str, [u64; 4]> = BTreeMap::new();
    let slices: Vec<Value> = of("slice ended");
    for line in &slices {
        // What other crates log of the slice stands in the same span.
        for name in ["instance", "job", "step", "slice"] {
            assert_eq!(line["span"][name], line[name], "{line}");
        }
        let step = line["step"].as_str().unwrap();
        steps.insert(step, totals(line));
    }
    assert_eq!(begun.len(), slices.len());

    // The entries of a step for its several types tell of the same lists.
    let mut ledger: BTreeMap<&str, Value> = BTreeMap::new();
    for entry in summary.ledger.iter().filter(|it| it.requests > 0) {
        ledger.entry(&entry.step).or_insert_with(|| json!(entry));
    }
    assert!(ledger.len() > 20, "{ledger:?}");
    let from_ledger: BTreeMap<&str, [u64; 4]> =
        ledger.iter().map(|(step, entry)| (*step, totals(entry))).collect();
    steps.retain(|_, read| read[2] > 0);
    assert_eq!(steps, from_ledger);

    // So does the line of each step, and that of the job has the sums.
    for line in &ended {
        let Some(entry) = ledger.get(line["step"].as_str().unwrap()) else { continue };
        for name in ["status", "scope", "pages", "items", "requests", "bytes"] {
            assert_eq!(line[name], entry[name], "{line}");
        }
    }
    assert_eq!(started[0]["steps"], ended.len());
    assert_eq!(finished.len(), 1);
    assert_eq!(finished[0]["requests"], from_ledger.values().map(|it| it[2]).sum::<u64>());
    assert_eq!(finished[0]["requests"], summary.requests);
    assert_eq!(finished[0]["entities"], summary.graph.entities.values().sum::<u64>());
    assert_eq!(finished[0]["relationships"], summary.graph.relationships.values().sum::<u64>());
}
