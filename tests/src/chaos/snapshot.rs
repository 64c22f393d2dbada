//! Every object of a snapshot, and how two of them differ.

use std::collections::{BTreeMap, BTreeSet};

use collector::layout::{self, Job};
use collector::ports::{Store, StoreError};
use query::tables::Manifest;

/// How much of a line is shown before it begins to differ, in characters.
const SHOWN: usize = 80;

/// The objects of the snapshots of a job and of those that followed from it, and the instances that
/// were made, without the jobs in their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<String, Vec<u8>>);

impl Snapshot {
    pub(crate) async fn read(store: &dyn Store, jobs: &[Job]) -> Result<Self, StoreError> {
        let mut objects = BTreeMap::new();
        for job in jobs {
            let (instance, prefix) = (&job.instance, job.snapshot_folder());
            let names = store.list(&prefix).await?;
            let graph = graph_of(store, &names, jobs).await?;
            for name in names {
                // It says when the job ran and what it took, which is left to chance.
                if name.ends_with("/summary.json") {
                    continue;
                }
                let own = name.trim_start_matches(&prefix);
                let own = match own.strip_prefix("tenant-").and_then(|it| it.split_once('/')) {
                    Some((_, file)) if graph.as_deref().is_some_and(|it| name.starts_with(it)) => {
                        format!("tenant/{file}")
                    }
                    // How often all subscriptions are at rest before the end is left to chance.
                    Some(_) => continue,
                    None => own.to_owned(),
                };
                let mut body = body(store, &name).await?;
                if name.ends_with("/manifest.json") {
                    body = without_chance(&body, jobs);
                }
                objects.insert(format!("{instance}/{own}"), body);
            }
        }
        for name in store.list(layout::INSTANCES).await? {
            let text = String::from_utf8_lossy(&body(store, &name).await?).into_owned();
            // Which listing it was is left to chance.
            let text = jobs.iter().fold(text, |text, job| text.replace(&job.id, "…"));
            objects.insert(name, text.into_bytes());
        }
        Ok(Self(objects))
    }

    /// How many objects there are.
    #[must_use]
    pub fn objects(&self) -> usize {
        self.0.len()
    }

    /// How another snapshot differs from this one.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let differences =
            names.into_iter().filter_map(|name| match (self.0.get(name), other.0.get(name)) {
                (Some(_), None) => Some(format!("{name} is missing")),
                (None, Some(_)) => Some(format!("{name} should not be there")),
                (Some(one), Some(other)) if one != other => {
                    Some(format!("{name} differs: {}", difference(one, other)))
                }
                _ => None,
            });
        differences.collect()
    }
}

/// What the names of the tables begin with that hold the graph which these jobs make together.
async fn graph_of(
    store: &dyn Store,
    names: &[String],
    jobs: &[Job],
) -> Result<Option<String>, StoreError> {
    for name in names.iter().filter(|it| it.contains("/tenant-")) {
        let Some(prefix) = name.strip_suffix("manifest.json") else { continue };
        let manifest: Option<Manifest> = serde_json::from_slice(&body(store, name).await?).ok();
        let is_of = |job: &Job| manifest.as_ref().is_some_and(|it| it.jobs.contains(job));
        if jobs.iter().all(is_of) {
            return Ok(Some(prefix.to_owned()));
        }
    }
    Ok(None)
}

/// A manifest of tables without the names of jobs and the time when the last of them ended.
fn without_chance(body: &[u8], jobs: &[Job]) -> Vec<u8> {
    let Ok(mut manifest) = serde_json::from_slice::<Manifest>(body) else { return body.to_vec() };
    manifest.finished_at = String::new();
    let text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    jobs.iter().fold(text, |text, job| text.replace(&job.id, "…")).into_bytes()
}

async fn body(store: &dyn Store, name: &str) -> Result<Vec<u8>, StoreError> {
    Ok(store.get(name).await?.map(|it| it.body).unwrap_or_default())
}

/// What one object has and another lacks, by an example: where its lines begin to differ.
fn difference(one: &[u8], other: &[u8]) -> String {
    let lines = |object: &[u8]| -> BTreeSet<String> {
        let text = zstd::decode_all(object).unwrap_or_else(|_| object.to_vec());
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    };
    let (one, other) = (lines(one), lines(other));
    let lacking: Vec<&String> = one.difference(&other).collect();
    let added: Vec<&String> = other.difference(&one).collect();
    let [line, instead] = [&lacking, &added].map(|it| it.first().map_or("", |it| it.as_str()));
    let same = line.chars().zip(instead.chars()).take_while(|(one, other)| one == other).count();
    let show = |line: &str| -> String {
        line.chars().skip(same.saturating_sub(SHOWN)).take(3 * SHOWN).collect()
    };
    format!(
        "it lacks {} lines, such as …{}…, and has {} others, such as …{}…",
        lacking.len(),
        show(line),
        added.len(),
        show(instead),
    )
}
