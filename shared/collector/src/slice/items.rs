//! What the items of a list become: entities and references, and what is kept of them.

use graph::Key;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use steps::{Item, Output, Parent};

use super::cursor::{Cursor, StoredParent};
use super::task::Task;
use crate::context::Error;
use crate::part::{KeptItem, Owner};

/// Takes one item. An odd item costs itself only, and that nothing is concluded from its absence.
pub(super) fn item(task: &mut Task<'_>, raw: &RawValue, cursor: &Cursor) -> Result<(), Error> {
    let Some((json, raw)) = graph::canonical(raw).ok().filter(|(json, _)| json.is_object()) else {
        let progress = &mut task.checkpoint.progress;
        progress.unreadable += 1;
        *progress.drift.entry(format!("{}.item", task.step.id)).or_default() += 1;
        return Ok(());
    };
    let is_tracked = !task.step.list.delta.is_empty() && !cursor.is_fallback;
    let parent = cursor.parent.as_ref();
    if let Some(parent) = parent.filter(|_| is_tracked) {
        return fresh_item(task, &owner(parent), Some(&raw));
    }
    if is_tracked {
        return tracked_item(task, json);
    }
    let parent = parent.map(|it| Parent { key: &it.key, kind: &it.kind, json: &it.json });
    convert(task, &json, &raw, parent)
}

/// Converts one item, and writes what it becomes.
pub(super) fn convert(
    task: &mut Task<'_>,
    json: &Value,
    raw: &RawValue,
    parent: Option<Parent<'_>>,
) -> Result<(), Error> {
    let mut out = Output::default();
    task.step.convert(Item { json, raw, parent, instance: &task.instance }, &mut out);
    write(task, &out)
}

/// Keeps that the list of a parent was read to its end.
pub(super) fn keep_list(task: &mut Task<'_>, parent: Option<StoredParent>) -> Result<(), Error> {
    let Some(parent) = parent.filter(|_| task.is_kept()) else { return Ok(()) };
    Ok(task.writers.items.line(&KeptItem { of: Some(owner(&parent)), item: None })?)
}

/// Writes what an item becomes.
pub(super) fn write(task: &mut Task<'_>, out: &Output) -> Result<(), Error> {
    let progress = &mut task.checkpoint.progress;
    for entity in &out.entities {
        task.writers.entities.entity(entity)?;
        if !entity.is_patch {
            *progress.entities.entry(entity.kind.to_owned()).or_default() += 1;
        }
    }
    for reference in &out.references {
        task.writers.references.reference(reference)?;
    }
    progress.references += out.references.len() as u64;
    progress.unreadable += out.unreadable;
    for drift in &out.drift {
        *progress.drift.entry(drift.clone()).or_default() += 1;
    }
    for discovery in &out.discoveries {
        progress.discoveries.insert(discovery.subscription_id.clone(), discovery.clone());
    }
    Ok(())
}

/// Keeps and converts an item of a list whose items are watched.
pub(super) fn tracked_item(task: &mut Task<'_>, item: Value) -> Result<(), Error> {
    let json = task.step.canonical(item);
    let raw = to_raw_value(&json).map_err(std::io::Error::from)?;
    if task.is_kept() {
        task.writers.items.line(&KeptItem { of: None, item: Some(&raw) })?;
    }
    convert(task, &json, &raw, None)
}

/// Keeps and converts an item of a list of a parent; without one, keeps that the list is known.
pub(super) fn fresh_item(
    task: &mut Task<'_>,
    of: &Owner<'_>,
    item: Option<&RawValue>,
) -> Result<(), Error> {
    if task.is_kept() {
        task.writers.items.line(&KeptItem { of: Some(of.clone()), item })?;
    }
    let Some(item) = item else { return Ok(()) };
    let out = converted(task, of, item);
    write(task, &out)
}

/// What an item of a list of a parent becomes.
pub(super) fn converted(task: &Task<'_>, of: &Owner<'_>, raw: &RawValue) -> Output {
    let mut out = Output::default();
    let key = Key::new(&of.key);
    let parent = Some(Parent { key: &key, kind: &of.kind, json: &Value::Null });
    // It was read before, or just now.
    let json = serde_json::from_str(raw.get()).unwrap_or_default();
    task.step.convert(Item { json: &json, raw, parent, instance: &task.instance }, &mut out);
    out
}

/// Where the only list cannot be read and its entity has to exist, makes it of what is known.
pub(super) fn synthesize(task: &mut Task<'_>) -> Result<(), Error> {
    let (Some(synthesized), true) = (task.step.synthesized, task.checkpoint.progress.items == 0)
    else {
        return Ok(());
    };
    let json = synthesized(&task.instance);
    let raw = serde_json::value::to_raw_value(&json).map_err(std::io::Error::from)?;
    let mut out = Output::default();
    let item = Item { json: &json, raw: &raw, parent: None, instance: &task.instance };
    task.step.convert(item, &mut out);
    write(task, &out)
}

/// What the items of a parent's list belong to.
fn owner(parent: &StoredParent) -> Owner<'_> {
    Owner { key: parent.key.as_str().into(), kind: parent.kind.as_str().into() }
}
