//! Comparing two snapshots of an instance, line by line.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use collector::Context;
use collector::layout::{Job, RecordKind};
use collector::link::{Difference, Values, differing};
use collector::snapshot::{self, Lines};
use collector::summary::{Change, Summary};
use serde_json::{Map, Value};

use crate::Error;

async fn summary(context: &Context, instance: &str, id: &str) -> Result<Summary, Error> {
    let job = Job { instance: instance.to_owned(), id: id.to_owned() };
    Ok(snapshot::of(context, &job).await?)
}

/// The snapshot of a job that is given by its id or the beginning of it.
pub(super) async fn named(
    context: &Context,
    instance: &str,
    given: &str,
) -> Result<Summary, Error> {
    let jobs = snapshot::jobs(context, instance).await?;
    let found: Vec<&String> = match jobs.get(given) {
        Some(job) => vec![job],
        None => jobs.iter().filter(|it| it.starts_with(given)).collect(),
    };
    if let [job] = found[..] {
        return summary(context, instance, job).await;
    }
    let what = if found.is_empty() { "no snapshot of a job" } else { "more than one job" };
    let listed: Vec<String> = jobs.iter().map(|it| format!("  {it}")).collect();
    Err(format!("{what} begins with {given:?}; these jobs have one:\n{}", listed.join("\n")).into())
}

/// The values of what was updated, by type and key.
pub(super) async fn values(
    context: &Context,
    earlier: &Summary,
    later: &Summary,
    told: &[Difference],
) -> Result<BTreeMap<(String, String), Values>, Error> {
    let updated = || told.iter().filter(|it| it.change == Change::Updated);
    let kinds: BTreeSet<(RecordKind, &str)> =
        updated().map(|it| (it.record_kind, it.kind.as_str())).collect();
    let wanted: BTreeMap<(&str, &str), &Difference> =
        updated().map(|it| ((it.kind.as_str(), it.key.as_str()), it)).collect();
    let mut all = BTreeMap::new();
    for (record_kind, kind) in kinds {
        let mut pairs = Pairs::open(context, earlier, later, record_kind, kind).await?;
        while let Some((key, old, new)) = pairs.next()? {
            let (Some(difference), Some(old), Some(new)) =
                (wanted.get(&(kind, key.as_str())), old, new)
            else {
                continue;
            };
            let value = |item: &Map<String, Value>, name: &str| item.get(name).cloned();
            let values = difference
                .properties
                .iter()
                .map(|name| (name.clone(), (value(&old, name), value(&new, name))));
            all.insert((kind.to_owned(), key), values.collect());
        }
    }
    Ok(all)
}

/// Hands on every difference between two snapshots, or those of a type.
pub(super) async fn snapshots(
    context: &Context,
    earlier: &Summary,
    later: &Summary,
    kind: Option<&str>,
    tell: &mut impl FnMut(&Difference, &Values) -> Result<(), Error>,
) -> Result<(), Error> {
    let volatile = steps::volatile();
    for record_kind in [RecordKind::Entities, RecordKind::Relationships] {
        let kinds: BTreeSet<&String> =
            [earlier, later].into_iter().flat_map(|it| counts(it, record_kind).keys()).collect();
        for kind in kinds.into_iter().filter(|it| kind.is_none_or(|kind| kind == it.as_str())) {
            let mut pairs = Pairs::open(context, earlier, later, record_kind, kind).await?;
            while let Some((key, old, new)) = pairs.next()? {
                let values = match (&old, &new) {
                    (Some(old), Some(new)) => differing(old, new),
                    _ => Values::new(),
                };
                let is_told = |name: &&String| !volatile.contains(&(kind.as_str(), name.as_str()));
                let change = match (old, new) {
                    (None, _) => Change::Created,
                    (_, None) => Change::Deleted,
                    _ if values.keys().any(|name| is_told(&name)) => Change::Updated,
                    _ => continue,
                };
                let difference = Difference {
                    change,
                    record_kind,
                    kind: kind.clone(),
                    key,
                    properties: values.keys().cloned().collect(),
                    since: None,
                    reason: None,
                };
                tell(&difference, &values)?;
            }
        }
    }
    Ok(())
}

fn counts(summary: &Summary, record_kind: RecordKind) -> &BTreeMap<String, u64> {
    match record_kind {
        RecordKind::Entities => &summary.graph.entities,
        RecordKind::Relationships => &summary.graph.relationships,
    }
}

/// What two snapshots have of one type, key by key. Both are in the order of keys.
struct Pairs {
    old: Side,
    new: Side,
}

/// A key, and what a snapshot has under it.
type Item = (String, Map<String, Value>);

/// A key, and what each snapshot has under it.
type Pair = (String, Option<Map<String, Value>>, Option<Map<String, Value>>);

impl Pairs {
    async fn open(
        context: &Context,
        earlier: &Summary,
        later: &Summary,
        record_kind: RecordKind,
        kind: &str,
    ) -> Result<Self, Error> {
        let old = Side::open(context, earlier, record_kind, kind).await?;
        Ok(Self { old, new: Side::open(context, later, record_kind, kind).await? })
    }

    fn next(&mut self) -> Result<Option<Pair>, Error> {
        let order = match (&self.old.next, &self.new.next) {
            (None, None) => return Ok(None),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let old = if order.is_le() { self.old.take()? } else { None };
        let new = if order.is_ge() { self.new.take()? } else { None };
        let key = old.as_ref().or(new.as_ref()).map(|(key, _)| key.clone());
        let item = |it: Option<Item>| it.map(|(_, item)| item);
        Ok(key.map(|key| (key, item(old), item(new))))
    }
}

/// What one snapshot has of a type.
struct Side {
    lines: Option<Lines>,
    next: Option<Item>,
}

impl Side {
    async fn open(
        context: &Context,
        summary: &Summary,
        record_kind: RecordKind,
        kind: &str,
    ) -> Result<Self, Error> {
        let has_any = counts(summary, record_kind).contains_key(kind);
        let lines = if has_any {
            Some(snapshot::whole(context, summary, record_kind, kind).await?)
        } else {
            None
        };
        let mut side = Self { lines, next: None };
        side.take()?;
        Ok(side)
    }

    /// What is next, which makes room for what follows.
    fn take(&mut self) -> Result<Option<Item>, Error> {
        let mut text = String::new();
        let has_more = match &mut self.lines {
            Some(lines) => lines.next(&mut text)?,
            None => false,
        };
        let following = if has_more {
            let item: Map<String, Value> = serde_json::from_str(&text)?;
            let key = item.get("_key").and_then(Value::as_str).unwrap_or_default().to_owned();
            Some((key, item))
        } else {
            None
        };
        Ok(std::mem::replace(&mut self.next, following))
    }
}
