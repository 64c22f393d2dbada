//! What has changed, from job to job.

use std::collections::BTreeMap;

use collector::layout::Job;
use collector::link::Difference;
use collector::snapshot;
use collector::summary::{Change, Summary};
use serde_json::{Value, json};

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
        for job in of_instance(site, &latest.job.instance).await? {
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
                "first": snapshot::before(&site.context, &job).await?.is_none(),
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
    let jobs = ids.into_iter().rev().take(JOBS);
    Ok(jobs.map(|id| Job { instance: instance.to_owned(), id }).collect())
}

/// The differences that a job found, of all types or one, and of all kinds or one.
pub(crate) async fn of_job(site: &Site, parameters: &Parameters) -> Result<Value, Failure> {
    let (instance, id) = (parameters.required("instance")?, parameters.required("job")?);
    let (kind, change) = (parameters.text("type"), parameters.text("change"));
    let skip = parameters.number("skip", 100_000_000, 0)?;
    // A name is looked for among those that are stored, so that it cannot lead elsewhere.
    let is_shown = site.summaries.iter().any(|it| it.job.instance == instance);
    let jobs = if is_shown { of_instance(site, instance).await? } else { Vec::new() };
    let job = jobs.into_iter().find(|it| it.id == id);
    let job = job.ok_or_else(|| Failure::NotFound(format!("there is no job {id}")))?;
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
