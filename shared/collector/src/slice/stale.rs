//! Which lists are to be read again, of those that a step has of each parent.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use steps::Affects;
use uuid::Uuid;

use super::task::Task;
use crate::context::Error;
use crate::delta::State;
use crate::part::{Change, KeptItem};

/// Which lists are to be read again: those that something was told of, and those that were never
/// read.
///
/// It holds some bytes for each parent, and none for what their lists hold.
#[derive(Debug, Default)]
pub(super) struct Stale {
    told: HashSet<u128>,
    known: HashSet<u128>,
}

impl Stale {
    /// Every list but those of some parents, by their keys.
    pub(super) fn all_but<'a>(known: impl Iterator<Item = &'a str>) -> Self {
        Self { told: HashSet::new(), known: known.map(number).collect() }
    }

    /// Whether the list of a parent is to be read again.
    pub(super) fn is_stale(&self, parent: &str) -> bool {
        let parent = number(parent);
        self.told.contains(&parent) || !self.known.contains(&parent)
    }

    /// Takes a line of what was kept. Members are the objects of which something was told.
    fn take(&mut self, kept: KeptItem<'_>, members: &HashSet<u128>) {
        let KeptItem { of: Some(of), item } = kept else { return };
        match item {
            None => {
                self.known.insert(number(&of.key));
            }
            Some(item) if !members.is_empty() => {
                if id(item).is_some_and(|id| members.contains(&number(&id))) {
                    self.told.insert(number(&of.key));
                }
            }
            Some(_) => (),
        }
    }
}

/// Which lists are not as they were kept. None if what was kept is not there any more.
pub(super) async fn stale(task: &Task<'_>, base: &State) -> Result<Option<Stale>, Error> {
    let Some(delta) = &task.checkpoint.delta else { return Ok(None) };
    let (mut stale, mut members) = (Stale::default(), HashSet::new());
    let mut line = String::new();
    for name in &delta.changes {
        let Some(mut part) = task.part(name).await? else { return Ok(None) };
        while part.next(&mut line)? {
            let Change { watch, object, .. } = part.parse(&line)?;
            let Some(watch) = task.step.list.delta.get(watch) else { continue };
            let told = id(object).map(|id| number(&id));
            match watch.affects {
                Affects::Members => members.extend(told),
                Affects::Containers => {
                    members.extend(told);
                    stale.told.extend(gained_or_lost(object, watch.select));
                }
                Affects::Items | Affects::Parents => stale.told.extend(told),
            }
        }
    }
    for name in &base.parts {
        let Some(mut part) = task.part(name).await? else { return Ok(None) };
        while part.next(&mut line)? {
            stale.take(part.parse(&line)?, &members);
        }
    }
    Ok(Some(stale))
}

/// Who is told to have become a member of an object, or to be one no more.
fn gained_or_lost(object: &RawValue, members: &str) -> Vec<u128> {
    let object: Value = serde_json::from_str(object.get()).unwrap_or_default();
    let members = object[format!("{members}@delta")].as_array();
    let ids = members.into_iter().flatten().filter_map(|it| it["id"].as_str());
    ids.map(|id| number(&id.to_ascii_lowercase())).collect()
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// The id of an object, in lower case as keys are.
pub(super) fn id(object: &RawValue) -> Option<String> {
    serde_json::from_str(object.get()).ok().map(|Id { id }| id.to_ascii_lowercase())
}

/// A number for a key: that of a GUID, and one that is as good as unique for any other.
pub(super) fn number(key: &str) -> u128 {
    let guid = Uuid::try_parse(key);
    guid.unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, key.as_bytes())).as_u128()
}
