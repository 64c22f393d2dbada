//! Summaries for people.

use std::collections::BTreeMap;
use std::io::{self, Write as _, stdout};
use std::time::Duration;

use collector::link::{Carried, Change};
use collector::summary::{JobStatus, Summary};
use serde_json::{Value, json};

use crate::Error;

/// Prints what came of jobs: what is not complete first, then the graph, then where it lies.
pub(crate) fn print(
    summaries: &[Summary],
    store: &str,
    took: Duration,
    json: bool,
) -> Result<(), Error> {
    if json {
        let text = match summaries {
            [summary] => serde_json::to_string_pretty(summary)?,
            summaries => serde_json::to_string_pretty(summaries)?,
        };
        writeln!(stdout(), "{text}")?;
        return Ok(());
    }
    incomplete(summaries)?;
    counts(summaries)?;
    jobs(summaries)?;
    carried(summaries)?;
    ledger(summaries, took)?;
    writeln!(stdout(), "Results lie under {store}:")?;
    for Summary { job, .. } in summaries {
        writeln!(stdout(), "  graph/{}/{}", job.instance, job.id)?;
    }
    Ok(())
}

fn incomplete(summaries: &[Summary]) -> io::Result<()> {
    if summaries.iter().all(|summary| summary.incomplete.is_empty()) {
        return Ok(());
    }
    writeln!(stdout(), "NOT COMPLETE")?;
    for summary in summaries {
        for entry in &summary.incomplete {
            let kind = entry.kind.as_deref().unwrap_or("relationships");
            let reason = entry.reason.as_deref().unwrap_or_default();
            let status = entry.status.as_str();
            writeln!(
                stdout(),
                "  {}  {}  {kind}: {status}: {reason}",
                summary.instance_name,
                entry.step
            )?;
        }
    }
    writeln!(stdout())
}

/// What was not found and is in the snapshot all the same, and how the snapshot differs from the last.
fn carried(summaries: &[Summary]) -> io::Result<()> {
    for summary in summaries {
        for (kind, Carried { count, reason }) in &summary.graph.carried {
            let name = &summary.instance_name;
            writeln!(stdout(), "CARRIED FORWARD  {name}  {} × {kind}: {reason}", grouped(*count))?;
        }
    }
    let mut changes: BTreeMap<Change, u64> = BTreeMap::new();
    for (change, count) in summaries.iter().flat_map(|summary| &summary.graph.changes) {
        *changes.entry(*change).or_default() += count;
    }
    let changes: Vec<String> =
        changes.iter().map(|(change, n)| format!("{} {}", grouped(*n), change.as_str())).collect();
    let changes = if changes.is_empty() { "none".to_owned() } else { changes.join(", ") };
    writeln!(stdout(), "Differences to the last snapshot: {changes}")
}

/// Types and how many there are of each, entities beside relationships.
fn counts(summaries: &[Summary]) -> io::Result<()> {
    let add = |sums: &mut BTreeMap<String, u64>, counts: &BTreeMap<String, u64>| {
        for (kind, count) in counts {
            *sums.entry(kind.clone()).or_default() += count;
        }
    };
    let (mut entities, mut relationships) = (BTreeMap::new(), BTreeMap::new());
    for summary in summaries {
        add(&mut entities, &summary.graph.entities);
        add(&mut relationships, &summary.graph.relationships);
    }
    for (title, counts) in [("Entities", entities), ("Relationships", relationships)] {
        let total: u64 = counts.values().sum();
        writeln!(stdout(), "{title:<62} {:>10}", grouped(total))?;
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), kind.clone()));
        for (kind, count) in counts {
            writeln!(stdout(), "  {kind:<60} {:>10}", grouped(count))?;
        }
        writeln!(stdout())?;
    }
    Ok(())
}

fn jobs(summaries: &[Summary]) -> io::Result<()> {
    writeln!(
        stdout(),
        "{:<34} {:>10} {:>14} {:>9}  status",
        "Instance",
        "entities",
        "relationships",
        "requests"
    )?;
    for summary in summaries {
        let status = match summary.status {
            JobStatus::Complete => "complete",
            JobStatus::Incomplete => "incomplete",
        };
        writeln!(
            stdout(),
            "{:<34} {:>10} {:>14} {:>9}  {status}",
            clipped(&summary.instance_name, 34),
            grouped(summary.graph.entities.values().sum()),
            grouped(summary.graph.relationships.values().sum()),
            grouped(summary.requests),
        )?;
    }
    writeln!(stdout())
}

fn ledger(summaries: &[Summary], took: Duration) -> io::Result<()> {
    let mut statuses: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in summaries.iter().flat_map(|summary| &summary.ledger) {
        *statuses.entry(entry.status.as_str()).or_default() += 1;
    }
    let statuses: Vec<String> =
        statuses.iter().map(|(status, n)| format!("{n} {status}")).collect();
    writeln!(stdout(), "Ledger: {}", statuses.join(", "))?;
    let mut dropped: BTreeMap<&str, u64> = BTreeMap::new();
    let mut drift: BTreeMap<&str, u64> = BTreeMap::new();
    for summary in summaries {
        for (what, count) in &summary.graph.dropped {
            *dropped.entry(what).or_default() += count;
        }
        for (property, count) in &summary.drift {
            *drift.entry(property).or_default() += count;
        }
    }
    for (title, counts) in [
        ("References to what was not found, and is left out", dropped),
        ("Properties that were not as expected, and are left out", drift),
    ] {
        if !counts.is_empty() {
            let counts: Vec<String> =
                counts.iter().map(|(what, n)| format!("{n} × {what}")).collect();
            writeln!(stdout(), "{title}: {}", counts.join(", "))?;
        }
    }
    let requests = summaries.iter().map(|summary| summary.requests).sum();
    let bytes: u64 = summaries.iter().map(|summary| summary.bytes).sum();
    let seconds = took.as_secs_f64();
    writeln!(
        stdout(),
        "{} requests, {}.{} MB read, {seconds:.1} s\n",
        grouped(requests),
        bytes / 1_000_000,
        bytes / 100_000 % 10,
    )
}

/// Prints what one step stored.
pub(crate) fn step(result: &Value, json: bool) -> Result<(), Error> {
    if json {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(result)?)?;
        return Ok(());
    }
    let manifest = &result["manifest"];
    writeln!(stdout(), "{}", manifest["step"].as_str().unwrap_or_default())?;
    for warning in result["warnings"].as_array().into_iter().flatten() {
        writeln!(stdout(), "  ! {}", warning.as_str().unwrap_or_default())?;
    }
    for (kind, count) in manifest["entities"].as_object().into_iter().flatten() {
        writeln!(stdout(), "  {kind:<60} {:>10}", grouped(count.as_u64().unwrap_or_default()))?;
    }
    writeln!(
        stdout(),
        "  {:<60} {:>10}",
        "references",
        grouped(manifest["references"].as_u64().unwrap_or_default())
    )?;
    for entry in manifest["ledger"].as_array().into_iter().flatten() {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        writeln!(
            stdout(),
            "  {} {}: {}, {} pages, {} items, {} requests",
            text("scope"),
            text("type"),
            text("status"),
            entry["pages"],
            entry["items"],
            entry["requests"],
        )?;
    }
    let job = &result["job"];
    writeln!(
        stdout(),
        "  stored under {}",
        json!(format!(
            "jobs/{}/{}",
            job["instance"].as_str().unwrap_or_default(),
            job["id"].as_str().unwrap_or_default()
        ))
        .as_str()
        .unwrap_or_default()
    )?;
    Ok(())
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn clipped(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let numbers = [0, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
    }
}
