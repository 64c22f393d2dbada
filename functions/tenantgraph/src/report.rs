//! Summaries for people.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use collector::ledger::Reading;
use collector::summary::{Carried, JobStatus, Summary};
use serde_json::Value;

use crate::Error;
use crate::failures::failures;
use crate::print::{self as output, Table, clipped, grouped, line, number, right, text};

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

/// How much of a graph is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent<'a> {
    /// What fits a screen, and the command that shows all of it.
    Brief(&'a str),
    /// All of it.
    Full,
}

/// How many types a brief report names.
const BRIEF: usize = 10;

/// Prints what came of a job, or of those of a tenant: what is not complete first, then the graph,
/// then where it lies.
pub(crate) fn print(
    whole: Whole<'_>,
    store: &str,
    took: Duration,
    extent: Extent<'_>,
) -> Result<(), Error> {
    incomplete(whole)?;
    skipped(whole.graph)?;
    counts(whole.graph, extent)?;
    let instances = whole.instances();
    jobs(instances)?;
    carried(whole)?;
    diverged(whole.graph)?;
    cut_short(whole.graph)?;
    ledger(whole.graph, took, extent)?;
    let place = match instances {
        [Summary { job, .. }] => format!("graph/{}/{}", job.instance, job.id),
        _ => format!("graph/{}*", whole.graph.job.instance),
    };
    line(&format!("Results are stored in {store}: {place}"))?;
    if let Extent::Brief(command) = extent {
        line(&format!("To see all of it: {command}"))?;
    }
    Ok(())
}

/// Prints a summary as JSON.
pub(crate) fn json(summary: &Summary) -> Result<(), Error> {
    Ok(output::json(&serde_json::to_string_pretty(summary)?)?)
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
    line(&format!("SKIPPED SUBSCRIPTIONS ({} of {all})", skipped.len()))?;
    let mut table = Table::new();
    for (subscription, why) in skipped.iter().take(LINES) {
        table.row([text(&subscription.subscription_id), text(&subscription.name), text(why)]);
    }
    table.print(2)?;
    more(skipped.len())?;
    line("")
}

/// Says how many lines were left out.
fn more(count: usize) -> io::Result<()> {
    match count.saturating_sub(LINES) {
        0 => Ok(()),
        more => line(&format!("  … and {more} more")),
    }
}

fn incomplete(whole: Whole<'_>) -> io::Result<()> {
    let failures = failures(whole.graph);
    if failures.is_empty() {
        return Ok(());
    }
    line("NOT COMPLETE")?;
    for failure in failures.iter().take(LINES) {
        line(&format!("  {}", failure.what))?;
        line(&format!("      {}", failure.why))?;
    }
    more(failures.len())?;
    if failures.iter().any(|it| it.can_be_granted) {
        line("  `tenantgraph setup` grants what is lacking")?;
    }
    line("")
}

/// What was not found and is in the snapshot all the same, and how the snapshot differs from the
/// last.
fn carried(whole: Whole<'_>) -> io::Result<()> {
    for summary in whole.instances() {
        for (kind, Carried { count, reason }) in &summary.graph.carried {
            let name = &summary.instance_name;
            let count = grouped(*count);
            line(&format!("CARRIED FORWARD  {name}  {count} × {kind}: {reason}"))?;
        }
    }
    let changes = &whole.graph.graph.changes;
    let changes: Vec<String> =
        changes.iter().map(|(change, n)| format!("{} {}", grouped(*n), change.as_str())).collect();
    let changes = if changes.is_empty() { "none".to_owned() } else { changes.join(", ") };
    line(&format!("Differences to the last snapshot: {changes}"))
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
        line(&format!(
            "DIVERGED  {step}: {differ} items differ from what the delta query reported: {examples}"
        ))?;
    }
    Ok(())
}

/// What follows from relationships and was left out, as it would be too much.
fn cut_short(graph: &Summary) -> io::Result<()> {
    for (rule, count) in &graph.graph.limited {
        let count = grouped(*count);
        line(&format!(
            "CUT SHORT  {rule}: {count} groups are in too many others to list all relationships"
        ))?;
    }
    Ok(())
}

/// Types and how many there are of each, the largest first.
fn counts(summary: &Summary, extent: Extent<'_>) -> io::Result<()> {
    let Summary { graph, .. } = summary;
    for (title, counts) in [("Entities", &graph.entities), ("Relationships", &graph.relationships)]
    {
        let mut table = Table::titled([text(title), number(counts.values().sum())]);
        let mut counts: Vec<_> = counts.iter().collect();
        counts.sort_by_key(|(kind, count)| (std::cmp::Reverse(**count), *kind));
        let shown = if extent == Extent::Full { counts.len() } else { BRIEF };
        for (kind, count) in counts.iter().take(shown) {
            table.row([text(&format!("  {kind}")), number(**count)]);
        }
        table.print(0)?;
        if let (Extent::Brief(command), more @ 1..) = (extent, counts.len().saturating_sub(shown)) {
            let types = if more == 1 { "type" } else { "types" };
            line(&format!("  … and {more} more {types}: {command}"))?;
        }
        line("")?;
    }
    Ok(())
}

fn jobs(summaries: &[Summary]) -> io::Result<()> {
    let titles = [text("Instance"), right("entities"), right("relationships"), right("requests")];
    let mut table = Table::titled(titles.into_iter().chain([text("status")]));
    // What is not complete is what to look at.
    let mut rows: Vec<&Summary> = summaries.iter().collect();
    rows.sort_by_key(|it| it.status == JobStatus::Complete);
    for summary in rows.iter().take(LINES) {
        let status = match summary.status {
            JobStatus::Complete => "complete",
            JobStatus::Incomplete => "incomplete",
            JobStatus::Failed => "failed",
        };
        table.row([
            text(&clipped(&summary.instance_name, 34)),
            number(summary.graph.entities.values().sum()),
            number(summary.graph.relationships.values().sum()),
            number(summary.requests),
            text(status),
        ]);
    }
    table.print(0)?;
    more(rows.len())?;
    line("")
}

fn ledger(summary: &Summary, took: Duration, extent: Extent<'_>) -> io::Result<()> {
    let mut statuses: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in &summary.ledger {
        *statuses.entry(entry.status.as_str()).or_default() += 1;
    }
    let statuses: Vec<String> =
        statuses.iter().map(|(status, n)| format!("{n} {status}")).collect();
    line(&format!("Ledger: {}", statuses.join(", ")))?;
    if let Some(at) = summary.ledger.iter().filter_map(|it| it.known_at.as_deref()).min() {
        line(&format!("What is known was read at {at} or later"))?;
    }
    for (title, counts) in [
        ("References to what was not collected, which were left out", &summary.graph.dropped),
        ("Properties in an unexpected form, which were left out", &summary.drift),
    ] {
        if counts.is_empty() {
            continue;
        }
        line(&format!("{title}: {}", grouped(counts.values().sum())))?;
        if extent == Extent::Full {
            let mut table = Table::new();
            for (what, count) in counts {
                table.row([number(*count), text(&named(what))]);
            }
            table.print(2)?;
        }
    }
    let seconds = took.as_secs_f64();
    line(&format!(
        "{} requests, {}.{} MB read, {seconds:.1} s",
        grouped(summary.requests),
        summary.bytes / 1_000_000,
        summary.bytes / 100_000 % 10,
    ))?;
    line("")
}

/// What was left out, with a word for a type that is not known.
fn named(what: &str) -> String {
    what.replace('?', "(unknown type)")
}

/// Prints what one step stored.
pub(crate) fn step(result: &Value, json: bool) -> Result<(), Error> {
    if json {
        output::json(&serde_json::to_string_pretty(result)?)?;
        return Ok(());
    }
    let manifest = &result["manifest"];
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    line(&word(&manifest["step"]))?;
    for warning in result["warnings"].as_array().into_iter().flatten() {
        line(&format!("  ! {}", word(warning)))?;
    }
    let mut table = Table::new();
    for (kind, count) in manifest["entities"].as_object().into_iter().flatten() {
        table.row([text(kind), number(count.as_u64().unwrap_or_default())]);
    }
    let references = manifest["references"].as_u64().unwrap_or_default();
    table.row([text("references"), number(references)]);
    table.print(2)?;
    for entry in manifest["ledger"].as_array().into_iter().flatten() {
        let (pages, items, requests) = (&entry["pages"], &entry["items"], &entry["requests"]);
        let [scope, kind, status] = ["scope", "type", "status"].map(|name| word(&entry[name]));
        let reason = match word(&entry["reason"]) {
            reason if reason.is_empty() => reason,
            reason => format!(" ({reason})"),
        };
        line(&format!(
            "  {scope} {kind}: {status}{reason}, {pages} pages, {items} items, {requests} requests"
        ))?;
    }
    let [instance, job] = ["instance", "id"].map(|name| word(&result["job"][name]));
    line(&format!("  stored under jobs/{instance}/{job}"))?;
    Ok(())
}
