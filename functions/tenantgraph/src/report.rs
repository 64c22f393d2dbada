//! Summaries for people.

use std::collections::BTreeMap;
use std::io::{self, Write as _, stdout};
use std::time::Duration;

use collector::ledger::Reading;
use collector::summary::Carried;
use collector::summary::{JobStatus, LAST_SNAPSHOT, Summary};
use serde_json::{Value, json};

use crate::Error;

/// What to print: one graph, and the instances that it is of if they are several.
#[derive(Clone, Copy)]
pub(crate) struct Whole<'a> {
    pub(crate) graph: &'a Summary,
    pub(crate) instances: &'a [Summary],
}

impl<'a> Whole<'a> {
    fn instances(self) -> &'a [Summary] {
        if self.instances.is_empty() { std::slice::from_ref(self.graph) } else { self.instances }
    }
}

/// Prints what came of a job, or of those of a tenant: what is not complete first, then the graph,
/// then where it lies.
pub(crate) fn print(
    whole: Whole<'_>,
    store: &str,
    took: Duration,
    json: bool,
) -> Result<(), Error> {
    if json {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(whole.graph)?)?;
        return Ok(());
    }
    incomplete(whole)?;
    skipped(whole.graph)?;
    counts(whole.graph)?;
    let instances = whole.instances();
    jobs(instances)?;
    carried(whole)?;
    diverged(whole.graph)?;
    cut_short(whole.graph)?;
    ledger(whole.graph, took)?;
    if let [Summary { job, .. }] = instances {
        writeln!(stdout(), "Results are stored in {store}: graph/{}/{}", job.instance, job.id)?;
    } else {
        let tenant = &whole.graph.job.instance;
        writeln!(stdout(), "Results are stored in {store}: graph/{tenant}*")?;
        writeln!(
            stdout(),
            "To see all of it, run `show`, `diff` or `export` with `--tenant {tenant} --store {store}`"
        )?;
    }
    Ok(())
}

/// How many lines there are at most of what may be as many as subscriptions.
const LINES: usize = 40;

fn skipped(graph: &Summary) -> io::Result<()> {
    let skipped = graph.subscriptions.values();
    let skipped: Vec<_> = skipped.filter_map(|it| Some((it, it.skipped.as_ref()?))).collect();
    if skipped.is_empty() {
        return Ok(());
    }
    let all = graph.subscriptions.len();
    writeln!(stdout(), "SKIPPED SUBSCRIPTIONS ({} of {all})", skipped.len())?;
    for (subscription, why) in skipped.iter().take(LINES) {
        writeln!(stdout(), "  {}  {}: {why}", subscription.subscription_id, subscription.name)?;
    }
    more(skipped.len())?;
    writeln!(stdout())
}

/// Says how many lines were left out.
fn more(count: usize) -> io::Result<()> {
    match count.saturating_sub(LINES) {
        0 => Ok(()),
        more => writeln!(stdout(), "  … and {more} more"),
    }
}

fn incomplete(whole: Whole<'_>) -> io::Result<()> {
    let incomplete = &whole.graph.incomplete;
    if incomplete.is_empty() {
        return Ok(());
    }
    writeln!(stdout(), "NOT COMPLETE")?;
    for entry in incomplete.iter().take(LINES) {
        let other = if entry.step == LAST_SNAPSHOT { "everything" } else { "relationships" };
        let kind = entry.kind.as_deref().unwrap_or(other);
        let reason = entry.reason.as_deref().unwrap_or_default();
        let (scope, status) = (&entry.scope, entry.status.as_str());
        writeln!(stdout(), "  {scope}  {}  {kind}: {status}: {reason}", entry.step)?;
    }
    more(incomplete.len())?;
    writeln!(stdout())
}

/// What was not found and is in the snapshot all the same, and how the snapshot differs from the
/// last.
fn carried(whole: Whole<'_>) -> io::Result<()> {
    for summary in whole.instances() {
        for (kind, Carried { count, reason }) in &summary.graph.carried {
            let name = &summary.instance_name;
            writeln!(stdout(), "CARRIED FORWARD  {name}  {} × {kind}: {reason}", grouped(*count))?;
        }
    }
    let changes = &whole.graph.graph.changes;
    let changes: Vec<String> =
        changes.iter().map(|(change, n)| format!("{} {}", grouped(*n), change.as_str())).collect();
    let changes = if changes.is_empty() { "none".to_owned() } else { changes.join(", ") };
    writeln!(stdout(), "Differences to the last snapshot: {changes}")
}

/// What following changes has missed.
fn diverged(graph: &Summary) -> io::Result<()> {
    let mut steps: BTreeMap<&str, (u64, &[String])> = BTreeMap::new();
    for entry in &graph.ledger {
        if let Some(Reading::Reconciled { differ: differ @ 1.., examples }) = &entry.reading {
            steps.insert(&entry.step, (*differ, examples));
        }
    }
    for (step, (differ, examples)) in steps {
        let (differ, examples) = (grouped(differ), examples.join(", "));
        writeln!(
            stdout(),
            "DIVERGED  {step}: {differ} items differ from what the delta query reported: {examples}"
        )?;
    }
    Ok(())
}

/// What follows from relationships and was left out, as it would be too much.
fn cut_short(graph: &Summary) -> io::Result<()> {
    for (rule, count) in &graph.graph.limited {
        let count = grouped(*count);
        writeln!(
            stdout(),
            "CUT SHORT  {rule}: {count} groups are in too many others to list all relationships"
        )?;
    }
    Ok(())
}

/// Types and how many there are of each, entities beside relationships.
fn counts(summary: &Summary) -> io::Result<()> {
    let Summary { graph, .. } = summary;
    for (title, counts) in [("Entities", &graph.entities), ("Relationships", &graph.relationships)]
    {
        let total: u64 = counts.values().sum();
        writeln!(stdout(), "{title:<62} {:>10}", grouped(total))?;
        let mut counts: Vec<_> = counts.iter().collect();
        counts.sort_by_key(|(kind, count)| (std::cmp::Reverse(**count), *kind));
        for (kind, count) in counts {
            writeln!(stdout(), "  {kind:<60} {:>10}", grouped(*count))?;
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
    // What is not complete is what to look at.
    let mut rows: Vec<&Summary> = summaries.iter().collect();
    rows.sort_by_key(|it| it.status == JobStatus::Complete);
    for summary in rows.iter().take(LINES) {
        let status = match summary.status {
            JobStatus::Complete => "complete",
            JobStatus::Incomplete => "incomplete",
            JobStatus::Failed => "failed",
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
    more(rows.len())?;
    writeln!(stdout())
}

fn ledger(summary: &Summary, took: Duration) -> io::Result<()> {
    let mut statuses: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in &summary.ledger {
        *statuses.entry(entry.status.as_str()).or_default() += 1;
    }
    let statuses: Vec<String> =
        statuses.iter().map(|(status, n)| format!("{n} {status}")).collect();
    writeln!(stdout(), "Ledger: {}", statuses.join(", "))?;
    for (title, counts) in [
        ("Unresolved references that were left out", &summary.graph.dropped),
        ("Properties in an unexpected form that were left out", &summary.drift),
    ] {
        if !counts.is_empty() {
            let counts: Vec<String> =
                counts.iter().map(|(what, n)| format!("{n} × {}", named(what))).collect();
            writeln!(stdout(), "{title}: {}", counts.join(", "))?;
        }
    }
    let seconds = took.as_secs_f64();
    writeln!(
        stdout(),
        "{} requests, {}.{} MB read, {seconds:.1} s\n",
        grouped(summary.requests),
        summary.bytes / 1_000_000,
        summary.bytes / 100_000 % 10,
    )
}

/// What was left out, with a word for a type that is not known.
fn named(what: &str) -> String {
    what.replace('?', "(unknown type)")
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
