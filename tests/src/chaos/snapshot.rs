//! Every object of a snapshot, and how two of them differ.

use std::collections::{BTreeMap, BTreeSet};

use collector::layout::{self, Job};
use collector::ports::{Store, StoreError};

/// How much of a line is shown before it begins to differ, in characters.
const SHOWN: usize = 80;

/// The objects of the snapshots of a job and of those that followed from it, and the instances that
/// were made, without the jobs in their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<String, Vec<u8>>);

impl Snapshot {
    pub(crate) async fn read(store: &dyn Store, jobs: &[Job]) -> Result<Self, StoreError> {
        let mut objects = BTreeMap::new();
        for Job { instance, id } in jobs {
            let prefix = format!("graph/{instance}/{id}/");
            for name in store.list(&prefix).await? {
                // It says when the job ran and what it took, which is left to chance.
                if name.ends_with("/summary.json") {
                    continue;
                }
                let body = body(store, &name).await?;
                objects.insert(format!("{instance}/{}", name.trim_start_matches(&prefix)), body);
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
