//! What has changed, from job to job.

use std::collections::{BTreeMap, BTreeSet};

use collector::layout::{Job, RecordKind};
use collector::link::{Difference, differing};
use collector::snapshot;
use collector::summary::{Change, Summary};
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::request::Parameters;
use crate::site::Site;

/// How many differences are answered at a time.
const PAGE: usize = 100;

/// How many jobs of an instance are looked at.
const JOBS: usize = 50;

/// The jobs that have a snapshot, the latest first, with how many differences each found.
pub(crate) async fn jobs(site: &Site) -> Result<Value, Failure> {
    let mut all = Vec::new();
    for latest in &site.summaries {
        let instance = &latest.job.instance;
        let ids = snapshot::jobs(&site.context, instance).await?;
        let first = ids.first().cloned();
        for job in newest(instance, ids) {
            let summary = snapshot::of(&site.context, &job).await?;
            all.push(json!({
                "instance": job.instance,
                "name": summary.instance_name,
                "job": job.id,
                "at": summary.finished_at,
                "status": summary.status,
                "reason": summary.reason,
                "entities": summary.graph.entities.values().sum::<u64>(),
                "relationships": summary.graph.relationships.values().sum::<u64>(),
                "changes": counts(&summary),
                "first": first.as_ref() == Some(&job.id),
            }));
        }
    }
    let at = |it: &Value| it["at"].as_str().unwrap_or_default().to_owned();
    all.sort_by_key(|it| std::cmp::Reverse(at(it)));
    Ok(json!({ "jobs": all }))
}

/// How many differences of each kind a job found, in words.
pub(crate) fn counts(summary: &Summary) -> BTreeMap<&'static str, u64> {
    summary.graph.changes.iter().map(|(change, count)| (change.as_str(), *count)).collect()
}

/// The latest jobs of an instance that have a snapshot, the latest first.
async fn of_instance(site: &Site, instance: &str) -> Result<Vec<Job>, Failure> {
    let ids = snapshot::jobs(&site.context, instance).await?;
    Ok(newest(instance, ids).collect())
}

fn newest(instance: &str, ids: BTreeSet<String>) -> impl Iterator<Item = Job> {
    let newest = ids.into_iter().rev().take(JOBS);
    newest.map(|id| Job { instance: instance.to_owned(), id })
}

/// The differences that a job found, of all types or one, and of all kinds or one.
pub(crate) async fn of_job(site: &Site, parameters: &Parameters) -> Result<Value, Failure> {
    let job = job(site, parameters).await?;
    let (kind, change) = (parameters.text("type"), parameters.text("change"));
    let skip = parameters.number("skip", 100_000_000, 0)?;
    let mut feed = snapshot::feed(&site.context, &job).await?;
    let (mut items, mut total, mut line) = (Vec::new(), 0, String::new());
    let mut types: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
    while feed.next(&mut line)? {
        let difference = read(&line)?;
        let counts = types.entry(difference.kind.clone()).or_default();
        *counts.entry(difference.change.as_str()).or_default() += 1;
        let is_kind = kind.is_empty() || kind == difference.kind;
        if !is_kind || !(change.is_empty() || change == difference.change.as_str()) {
            continue;
        }
        total += 1;
        if total > skip && items.len() < PAGE {
            items.push(told(site, &difference));
        }
    }
    let next = (skip + items.len() < total).then_some(skip + items.len());
    Ok(json!({ "total": total, "items": items, "types": types, "next": next }))
}

/// The values before and after of what a job found to differ in an entity or a relationship.
pub(crate) async fn values(site: &Site, parameters: &Parameters) -> Result<Value, Failure> {
    let later = job(site, parameters).await?;
    let (kind, key) = (parameters.required("type")?, parameters.required("key")?);
    let later = snapshot::of(&site.context, &later).await?;
    let earlier = snapshot::before(&site.context, &later.job).await?;
    let new = find(site, &later, kind, key).await?;
    let old = match &earlier {
        Some(earlier) => find(site, earlier, kind, key).await?,
        None => Map::new(),
    };
    let values = differing(&old, &new).into_iter();
    let values = values.map(|(name, (old, new))| json!({ "name": name, "old": old, "new": new }));
    Ok(json!({ "values": values.collect::<Vec<_>>() }))
}

/// What a snapshot has under a key; nothing if it has nothing.
async fn find(
    site: &Site,
    summary: &Summary,
    kind: &str,
    key: &str,
) -> Result<Map<String, Value>, Failure> {
    let graph = &summary.graph;
    let record_kind = match (graph.entities.contains_key(kind), graph.relationships.get(kind)) {
        (true, _) => RecordKind::Entities,
        (false, Some(_)) => RecordKind::Relationships,
        (false, None) => return Ok(Map::new()),
    };
    let mut lines = snapshot::whole(&site.context, summary, record_kind, kind).await?;
    let (written, mut line) = (json!(key).to_string(), String::new());
    while lines.next(&mut line)? {
        if !line.contains(&written) {
            continue;
        }
        let damaged = |cause| Failure::Damaged { name: format!("the snapshot of {kind}"), cause };
        let item: Map<String, Value> = serde_json::from_str(&line).map_err(damaged)?;
        if item.get("_key").and_then(Value::as_str) == Some(key) {
            return Ok(item);
        }
    }
    Ok(Map::new())
}

/// The job that a request names. It is looked for among those that are stored, so that no name can
/// lead elsewhere.
async fn job(site: &Site, parameters: &Parameters) -> Result<Job, Failure> {
    let (instance, id) = (parameters.required("instance")?, parameters.required("job")?);
    let is_shown = site.summaries.iter().any(|it| it.job.instance == instance);
    let jobs = if is_shown { of_instance(site, instance).await? } else { Vec::new() };
    let job = jobs.into_iter().find(|it| it.id == id);
    job.ok_or_else(|| Failure::NotFound(format!("there is no job {id}")))
}

/// A difference, with the name of the entity if it is still there.
fn told(site: &Site, difference: &Difference) -> Value {
    let mut value = json!(difference);
    value["change"] = difference.change.as_str().into();
    if let Some(entity) = site.names.number(&difference.key) {
        value["name"] = site.names.name(entity).into();
    }
    value
}

fn read(line: &str) -> Result<Difference, Failure> {
    serde_json::from_str(line)
        .map_err(|cause| Failure::Damaged { name: "the feed of a job".to_owned(), cause })
}

/// What is known of how an entity has changed: when it was first seen, and what differed since.
pub(crate) async fn of_entity(site: &Site, parameters: &Parameters) -> Result<Value, Failure> {
    let key = parameters.required("key")?;
    site.entity(key)?;
    let mut found = Vec::new();
    let mut earliest: Option<String> = None;
    // As JSON writes it, so that a line need not be read to know that it is of another entity.
    let written = json!(key).to_string();
    for latest in &site.summaries {
        for job in of_instance(site, &latest.job.instance).await? {
            let at = snapshot::of(&site.context, &job).await?.finished_at;
            earliest = earliest.into_iter().chain([at.clone()]).min();
            let mut feed = snapshot::feed(&site.context, &job).await?;
            let (mut line, mut is_first) = (String::new(), false);
            while feed.next(&mut line)? {
                if !line.contains(&written) {
                    continue;
                }
                let difference = read(&line)?;
                if difference.key == key {
                    is_first |= difference.change == Change::Created;
                    let mut value = told(site, &difference);
                    value["at"] = at.clone().into();
                    value["instance"] = job.instance.clone().into();
                    value["job"] = job.id.clone().into();
                    found.push(value);
                }
            }
            if is_first {
                break;
            }
        }
    }
    let at = |it: &Value| it["at"].as_str().unwrap_or_default().to_owned();
    found.sort_by_key(|it| std::cmp::Reverse(at(it)));
    Ok(json!({ "changes": found, "earliest": earliest }))
}
