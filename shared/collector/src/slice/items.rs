//! What the items of a list become: entities and references, and what is kept of them.

use graph::Key;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use steps::{Item, Output, Parent};

use super::cursor::{Cursor, StoredParent};
use super::shard::Shard;
use crate::context::Error;
use crate::part::{KeptItem, Owner};

/// Takes one item. An odd item costs itself only, and that nothing is concluded from its absence.
pub(super) fn item(shard: &mut Shard<'_>, raw: &RawValue, cursor: &Cursor) -> Result<(), Error> {
    let Some((json, raw)) = graph::canonical(raw).ok().filter(|(json, _)| json.is_object()) else {
        let progress = &mut shard.checkpoint.progress;
        progress.unreadable += 1;
        *progress.drift.entry(format!("{}.item", shard.step.id)).or_default() += 1;
        return Ok(());
    };
    let is_tracked = !shard.step.list.delta.is_empty() && !cursor.is_fallback;
    let parent = cursor.parent.as_ref();
    if let Some(parent) = parent.filter(|_| is_tracked) {
        return fresh_item(shard, &owner(parent), Some(&raw));
    }
    if is_tracked {
        return tracked_item(shard, json);
    }
    let parent = parent.map(|it| Parent { key: &it.key, kind: &it.kind, json: &it.json });
    convert(shard, &json, &raw, parent)
}

/// Converts one item, and writes what it becomes.
pub(super) fn convert(
    shard: &mut Shard<'_>,
    json: &Value,
    raw: &RawValue,
    parent: Option<Parent<'_>>,
) -> Result<(), Error> {
    let mut out = Output::default();
    shard.step.convert(Item { json, raw, parent, instance: &shard.instance }, &mut out);
    write(shard, &out)
}

/// Keeps that the list of a parent was read to its end.
pub(super) fn keep_list(shard: &mut Shard<'_>, parent: Option<StoredParent>) -> Result<(), Error> {
    let Some(parent) = parent.filter(|_| shard.is_kept()) else { return Ok(()) };
    Ok(shard.writers.items.line(&KeptItem { of: Some(owner(&parent)), item: None })?)
}

/// Writes what an item becomes.
pub(super) fn write(shard: &mut Shard<'_>, out: &Output) -> Result<(), Error> {
    let progress = &mut shard.checkpoint.progress;
    for entity in &out.entities {
        shard.writers.entities.entity(entity)?;
        if !entity.is_patch {
            *progress.entities.entry(entity.kind.to_owned()).or_default() += 1;
        }
    }
    for reference in &out.references {
        shard.writers.references.reference(reference)?;
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
pub(super) fn tracked_item(shard: &mut Shard<'_>, item: Value) -> Result<(), Error> {
    let json = shard.step.canonical(item);
    let raw = to_raw_value(&json).map_err(std::io::Error::from)?;
    if shard.is_kept() {
        shard.writers.items.line(&KeptItem { of: None, item: Some(&raw) })?;
    }
    convert(shard, &json, &raw, None)
}

/// Keeps and converts an item of a list of a parent; without one, keeps that the list is known.
pub(super) fn fresh_item(
    shard: &mut Shard<'_>,
    of: &Owner<'_>,
    item: Option<&RawValue>,
) -> Result<(), Error> {
    if shard.is_kept() {
        shard.writers.items.line(&KeptItem { of: Some(of.clone()), item })?;
    }
    let Some(item) = item else { return Ok(()) };
    let out = converted(shard, of, item);
    write(shard, &out)
}

/// What an item of a list of a parent becomes.
pub(super) fn converted(shard: &Shard<'_>, of: &Owner<'_>, raw: &RawValue) -> Output {
    let mut out = Output::default();
    let key = Key::new(&of.key);
    let parent = Some(Parent { key: &key, kind: &of.kind, json: &Value::Null });
    // It was read before, or just now.
    let json = serde_json::from_str(raw.get()).unwrap_or_default();
    shard.step.convert(Item { json: &json, raw, parent, instance: &shard.instance }, &mut out);
    out
}

/// Where the only list cannot be read and its entity has to exist, makes it of what is known.
pub(super) fn synthesize(shard: &mut Shard<'_>) -> Result<(), Error> {
    let (Some(synthesized), true) = (shard.step.synthesized, shard.checkpoint.progress.items == 0)
    else {
        return Ok(());
    };
    let json = synthesized(&shard.instance);
    let raw = serde_json::value::to_raw_value(&json).map_err(std::io::Error::from)?;
    let mut out = Output::default();
    let item = Item { json: &json, raw: &raw, parent: None, instance: &shard.instance };
    shard.step.convert(item, &mut out);
    write(shard, &out)
}

/// What the items of a parent's list belong to.
fn owner(parent: &StoredParent) -> Owner<'_> {
    Owner { key: parent.key.as_str().into(), kind: parent.kind.as_str().into() }
}
