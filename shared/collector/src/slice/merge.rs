//! Adding what has changed to what was kept: the items that reading everything would have come to.
//!
//! What was kept is in no order, and need not be: a change is looked up for each item, and what is
//! left of the changes are items that are new. So what is held are the changes, of which there are
//! few, or nothing of a list of each parent but which parents there are.

use std::collections::{HashMap, HashSet};

use serde_json::value::RawValue;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::delta::{REMOVED, Way};
use super::follow::Follow;
use super::items::{fresh_item, tracked_item};
use super::parents::Parents;
use super::stale::{id, number};
use super::task::Task;
use crate::context::Error;
use crate::part::{Change, KeptItem};

/// How many bytes of changes are held. With more, everything is read.
const MOST_BYTES: usize = 8 << 20;

/// What was told of the items of a list, by their ids.
#[derive(Debug, Default)]
pub(super) struct Changes(HashMap<String, Told>);

/// What was told of an item, in order.
#[derive(Debug, Default)]
struct Told {
    objects: Vec<Box<RawValue>>,
    /// Whether the item was among those that were kept.
    is_known: bool,
}

impl Told {
    /// What becomes of an item. What was told may tell some properties, or all; null means that one
    /// is not set any more. The same may be told again, and something that was removed may come
    /// back as another.
    fn apply(&self, mut item: Option<Map<String, Value>>) -> Option<Map<String, Value>> {
        for object in &self.objects {
            match serde_json::from_str(object.get()) {
                Ok(Value::Object(fields)) if is_removed(&fields) => item = None,
                Ok(Value::Object(fields)) => item.get_or_insert_default().extend(fields),
                _ => (),
            }
        }
        item
    }
}

/// Whether a delta query tells that something was removed. Null tells nothing.
fn is_removed(fields: &Map<String, Value>) -> bool {
    fields.get("@removed").is_some_and(|it| !it.is_null())
}

impl Changes {
    fn tell(&mut self, id: String, object: Box<RawValue>) {
        self.0.entry(id).or_default().objects.push(object);
    }

    /// What becomes of an item that was kept; the same if nothing was told of it.
    pub(super) fn apply(&mut self, item: &RawValue) -> Option<Value> {
        let fields = serde_json::from_str::<Map<String, Value>>(item.get()).ok()?;
        let id = fields.get("id").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        let Some(told) = self.0.get_mut(&id) else { return Some(fields.into()) };
        told.is_known = true;
        told.apply(Some(fields)).map(Value::Object)
    }

    /// The items that are new.
    pub(super) fn rest(self) -> impl Iterator<Item = Value> {
        let new = self.0.into_values().filter(|told| !told.is_known);
        new.filter_map(|told| told.apply(None)).map(Value::Object)
    }
}

/// Why there are no changes to add.
enum Lacking {
    Removed,
    TooMany,
}

/// Adds what has changed to what was kept, and stores what that comes to. False if there was not
/// enough time, or if everything has to be read after all.
pub(super) async fn merge<'a>(
    follow: &mut Follow,
    task: &mut Task<'a>,
    parents: &mut Parents<'a>,
    deadline: Instant,
) -> Result<bool, Error> {
    match add(follow, task, parents, deadline).await {
        // What was kept is damaged. Reading everything does without it.
        Err(error) if error.object().is_some_and(|name| has_kept(follow, task, name)) => {
            follow.start_over(task, parents, &error.to_string()).await.map(|()| false)
        }
        added => added,
    }
}

/// Whether an object holds what was kept, or changes to it.
fn has_kept(follow: &Follow, task: &Task<'_>, name: &str) -> bool {
    let kept = follow.base.iter().flat_map(|base| &base.parts);
    let changes = task.checkpoint.delta.iter().flat_map(|delta| &delta.changes);
    kept.chain(changes).any(|it| it == name)
}

async fn add<'a>(
    follow: &mut Follow,
    task: &mut Task<'a>,
    parents: &mut Parents<'a>,
    deadline: Instant,
) -> Result<bool, Error> {
    if task.checkpoint.delta.as_ref().is_none_or(|delta| delta.way != Way::Delta) {
        return Ok(true);
    }
    let is_one_list = task.step.list.parents.is_empty();
    let changes = if is_one_list { changes(task).await? } else { Ok(Changes::default()) };
    let mut changes = match changes {
        Ok(changes) => changes,
        Err(Lacking::Removed) => {
            return follow.start_over(task, parents, REMOVED).await.map(|()| false);
        }
        Err(Lacking::TooMany) => {
            let because = "there are so many changes that everything is read instead";
            return follow.start_over(task, parents, because).await.map(|()| false);
        }
    };
    let fresh = if is_one_list { HashSet::new() } else { fresh(follow, task).await? };
    let parts = follow.base.as_ref().map(|base| base.parts.clone()).unwrap_or_default();
    let merged = task.checkpoint.delta.as_ref().map_or(0, |delta| delta.merged);
    let mut line = String::new();
    for (at, name) in parts.iter().enumerate() {
        // An earlier slice stored what becomes of these. Only which changes belong to them is to be
        // known.
        let is_stored = at < merged;
        if is_stored && !is_one_list {
            continue;
        }
        let Some(mut part) = task.part(name).await? else {
            return follow.start_over(task, parents, REMOVED).await.map(|()| false);
        };
        while part.next(&mut line)? {
            let KeptItem { of, item } = part.parse(&line)?;
            match (of, item) {
                (None, Some(item)) => {
                    let item = changes.apply(item);
                    if let Some(item) = item.filter(|_| !is_stored) {
                        tracked_item(task, item)?;
                    }
                }
                (Some(of), item) if fresh.contains(&number(&of.key)) => {
                    fresh_item(task, &of, item)?;
                }
                _ => (),
            }
            if task.writers.is_full() {
                task.store_parts(false).await?;
            }
        }
        if is_stored {
            continue;
        }
        if let Some(delta) = &mut task.checkpoint.delta {
            delta.merged = at + 1;
        }
        if Instant::now() >= deadline && at + 1 < parts.len() {
            task.store_parts(true).await?;
            return Ok(false);
        }
    }
    for item in changes.rest() {
        tracked_item(task, item)?;
    }
    if is_one_list {
        task.checkpoint.progress.lists += 1;
    }
    Ok(true)
}

/// What was told of items before the list was read, if it was.
async fn changes(task: &Task<'_>) -> Result<Result<Changes, Lacking>, Error> {
    let mut changes = Changes::default();
    let (mut line, mut bytes) = (String::new(), 0);
    let names = task.checkpoint.delta.iter().flat_map(|delta| &delta.changes);
    for name in names {
        let Some(mut part) = task.part(name).await? else { return Ok(Err(Lacking::Removed)) };
        while part.next(&mut line)? {
            let Change { object, is_late, .. } = part.parse(&line)?;
            let Some(id) = id(object).filter(|_| !is_late) else { continue };
            bytes += line.len();
            if bytes > MOST_BYTES {
                return Ok(Err(Lacking::TooMany));
            }
            changes.tell(id, object.to_owned());
        }
    }
    Ok(Ok(changes))
}

/// The changes that are to be compared, if they can be had.
pub(super) async fn comparable(task: &Task<'_>) -> Result<Option<Changes>, Error> {
    Ok(changes(task).await?.ok())
}

/// The parents whose lists were not read again, as numbers.
async fn fresh(follow: &Follow, task: &Task<'_>) -> Result<HashSet<u128>, Error> {
    let mut parents = Parents::of(task.context, task.plan, task.step, 0).await?;
    let mut fresh = HashSet::new();
    while let Some(parent) = parents.next().await? {
        let key = parent.key.as_str();
        if follow.stale.as_ref().is_some_and(|stale| !stale.is_stale(key)) {
            fresh.insert(number(key));
        }
    }
    Ok(fresh)
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use serde_json::json;
    use serde_json::value::to_raw_value;

    use super::*;

    /// What an item comes to after what was told.
    fn after(item: Option<Value>, told: &[Value]) -> Vec<Value> {
        let mut changes = Changes::default();
        for object in told {
            let raw = to_raw_value(object).unwrap();
            changes.tell(id(&raw).unwrap(), raw);
        }
        let kept = item.and_then(|item| changes.apply(&to_raw_value(&item).unwrap()));
        kept.into_iter().chain(changes.rest()).collect()
    }

    fn removed() -> Value {
        json!({ "id": "A", "@removed": { "reason": "changed" } })
    }

    #[test]
    fn what_was_told_takes_the_place_of_what_was_known() {
        let item = json!({ "id": "a", "name": "old", "mail": "a@x" });
        let told = json!({ "id": "a", "name": "new", "mail": null });
        let expected = json!({ "id": "a", "name": "new", "mail": null });
        // The same may be told again.
        for told in [vec![told.clone()], vec![told.clone(), told]] {
            assert_eq!(after(Some(item.clone()), &told), from_ref(&expected));
        }
        let other = json!({ "id": "b", "name": "new" });
        assert_eq!(after(Some(item.clone()), from_ref(&other)), [item, other.clone()]);
    }

    #[test]
    fn what_is_told_in_pieces_comes_to_one_item() {
        let told = [json!({ "id": "a", "name": "n" }), json!({ "id": "A", "mail": "a@x" })];
        let expected = json!({ "id": "A", "name": "n", "mail": "a@x" });
        for item in [None, Some(json!({ "id": "a" }))] {
            assert_eq!(after(item, &told), from_ref(&expected));
        }
    }

    #[test]
    fn what_is_removed_is_gone_whether_it_was_known_or_not() {
        let item = json!({ "id": "a", "name": "old" });
        assert_eq!(after(Some(item.clone()), &[removed()]), <[Value; 0]>::default());
        assert_eq!(after(None, &[removed()]), <[Value; 0]>::default());
        let told = [json!({ "id": "a", "name": "new" }), removed(), removed()];
        assert_eq!(after(Some(item), &told), <[Value; 0]>::default());
    }

    #[test]
    fn what_comes_back_owes_nothing_to_what_it_was() {
        let item = json!({ "id": "a", "name": "old", "mail": "a@x" });
        let told = [removed(), json!({ "id": "a", "name": "new" })];
        assert_eq!(after(Some(item), &told), [json!({ "id": "a", "name": "new" })]);
    }
}
