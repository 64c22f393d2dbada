//! Small graphs to ask, stored as a job stores a snapshot.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use aws::{Directory, LocalQueue, LocalSecrets};
use collector::Context;
use collector::layout::RecordKind;
use collector::summary::Summary;
use microsoft::Connections;
use query::tables::{Tables, made};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::generate::Random;

type Row = Map<String, Value>;

/// A graph, and the tables that were made of it.
pub(crate) struct World {
    pub(crate) entities: Vec<Row>,
    pub(crate) relationships: Vec<Row>,
    pub(crate) tables: Tables,
    /// What is stored, beside what came of the job.
    pub(crate) context: Context,
    /// What came of the job.
    pub(crate) summary: Summary,
    /// The folder that holds it.
    pub(crate) folder: TempDir,
}

impl World {
    /// A graph of these entities and relationships, of which one list was not read if the ledger
    /// says so.
    pub(crate) async fn of(entities: &Value, relationships: &Value, unread: &Value) -> Self {
        let rows = |it: &Value| -> Vec<Row> {
            it.as_array().unwrap().iter().map(|it| it.as_object().unwrap().clone()).collect()
        };
        let (mut entities, mut relationships) = (rows(entities), rows(relationships));
        for rows in [&mut entities, &mut relationships] {
            rows.sort_by_key(|it| (text(it, "_type"), text(it, "_key")));
        }
        let folder = TempDir::new().unwrap();
        let store = Arc::new(Directory::new(folder.path()));
        let queue = Arc::new(LocalQueue::new(Duration::ZERO, 1));
        let context =
            Context::new(store, queue, Arc::new(LocalSecrets), Arc::new(Connections::default()));
        let mut summary = summary(unread);
        for (record_kind, rows) in
            [(RecordKind::Entities, &entities), (RecordKind::Relationships, &relationships)]
        {
            let mut kinds: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
            for row in rows {
                kinds.entry(text(row, "_type")).or_default().push(row);
            }
            for (kind, rows) in kinds {
                let mut file = zstd::Encoder::new(Vec::new(), 0).unwrap();
                for row in &rows {
                    writeln!(file, "{}", serde_json::to_string(row).unwrap()).unwrap();
                }
                let path = folder.path().join(summary.job.snapshot(record_kind, &kind));
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, file.finish().unwrap()).unwrap();
                let mapped = rows.iter().filter(|it| it.contains_key("_mapping")).count() as u64;
                let graph = &mut summary.graph;
                if mapped > 0 {
                    graph.mapped.insert(kind.clone(), mapped);
                }
                let counts = match record_kind {
                    RecordKind::Entities => &mut graph.entities,
                    RecordKind::Relationships => &mut graph.relationships,
                };
                counts.insert(kind, rows.len() as u64);
            }
        }
        let jobs = [summary.job.clone()];
        let path = folder.path().join(summary.job.snapshot_summary());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, serde_json::to_vec(&summary).unwrap()).unwrap();
        let tables = made(&context, &summary, &jobs).await.unwrap();
        Self { entities, relationships, tables, context, summary, folder }
    }

    /// A graph in which everything that may be is likely: lists, nulls, properties of several
    /// kinds, loops, several relationships of two entities, and what was not read.
    pub(crate) async fn random(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut entities = Vec::new();
        for number in 0..14 {
            let kind = *random.pick(&["a", "b", "c"]);
            let class = match kind {
                "a" => json!(["A"]),
                "b" => json!(["A", "B"]),
                _ => json!(["C"]),
            };
            let mut entity =
                json!({ "_key": format!("{kind}{number}"), "_type": kind, "_class": class });
            for property in ["p", "q", "r.s"] {
                if let Some(value) = random.value() {
                    entity[property] = value;
                } else if *random.pick(&[true, false, false]) {
                    entity["_unknown"] = json!([format!("{property}: it was not read")]);
                }
            }
            entities.push(entity);
        }
        let mut relationships = BTreeMap::new();
        for _ in 0..26 {
            let (from, to) = (random.pick(&entities).clone(), random.pick(&entities).clone());
            let class = *random.pick(&["HAS", "USES"]);
            let word = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
            let key =
                format!("{}|{}|{}", word(&from, "_key"), class.to_lowercase(), word(&to, "_key"));
            let kind =
                format!("{}_{}_{}", word(&from, "_type"), class.to_lowercase(), word(&to, "_type"));
            let mut relationship = json!({
                "_key": key, "_type": kind, "_class": class,
                "_fromEntityKey": from["_key"], "_toEntityKey": to["_key"],
            });
            if let Some(value) = random.value() {
                relationship["p"] = value;
            }
            relationships.insert(key, relationship);
        }
        let relationships: Vec<Value> = relationships.into_values().collect();
        let unread = json!({ "step": "a-step", "type": "b", "reason": "it was not read" });
        Self::of(&json!(entities), &json!(relationships), &unread).await
    }
}

pub(crate) fn text(row: &Row, name: &str) -> String {
    row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What came of a job that read everything but one list.
fn summary(unread: &Value) -> Summary {
    let entry = json!({
        "step": unread["step"], "scope": "t", "type": unread["type"], "pages": 0, "items": 0,
        "requests": 1, "bytes": 0, "status": "forbidden", "reason": unread["reason"],
    });
    let incomplete = if unread["step"].is_string() { json!([entry]) } else { json!([]) };
    serde_json::from_value(json!({
        "job": { "instance": "i", "id": format!("j{}", uuid()) }, "instanceName": "contoso",
        "status": "complete", "plannedAt": "2026-11-28T00:00:00Z",
        "finishedAt": "2026-11-28T00:00:00Z", "seconds": 0, "requests": 0, "bytes": 0,
        "incomplete": incomplete, "exceptions": {}, "drift": {}, "vanished": {},
        "steps": [{ "id": "ad-users" }], "ledger": incomplete,
        "graph": {
            "entities": {}, "relationships": {}, "mapped": {}, "dropped": {}, "duplicates": 0,
            "carried": {}, "guarded": {}, "changes": {}, "objects": [],
        },
    }))
    .unwrap()
}

/// A number that no other graph of this process has.
fn uuid() -> usize {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}
