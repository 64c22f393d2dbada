//! `tenantgraph export`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use collector::Context;
use collector::layout::RecordKind;
use collector::link::ALIASES;
use collector::snapshot::{self, Lines};
use collector::summary::Summary;
use query::tables;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use steps::{DERIVED, Derived, Member, STEPS, Step};
use tempfile::TempDir;

use crate::arguments::{Export, Format};
use crate::graph::Graph;
use crate::print::{grouped, line};
use crate::progress::{remark, say};
use crate::{End, Error, chosen, interruption, local};

/// How many items a file holds: JupiterOne's client reads files whole.
const ITEMS: usize = 1000;

pub(crate) async fn run(arguments: Export) -> Result<End, Error> {
    let Export { subject, storage, format, out, no_raw_data } = arguments;
    let context = local::existing(&storage.store).await?;
    let chosen = chosen::snapshot_of(&context, &subject).await?;
    if out.exists() && fs::read_dir(&out)?.next().is_some() {
        return Err(format!("{} is not empty; give an empty directory", out.display()).into());
    }
    let graph = Graph::of(context, &chosen).await?;
    // What is written shows under its name once it is whole.
    let place = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(place)?;
    let beside = TempDir::with_prefix_in(".tenantgraph-export-", place)?;
    let folder = beside.path().join("export");
    fs::create_dir(&folder)?;
    tokio::select! {
        written = write(&graph, format, &folder, no_raw_data) => written?,
        signal = interruption::signal() => {
            say(&format!("stopped by {signal}; nothing is exported"));
            return Ok(End::Interrupted);
        }
    }
    if out.exists() {
        fs::remove_dir(&out)?;
    }
    fs::rename(&folder, &out)?;
    let summary = &graph.summary;
    let count = |counts: &BTreeMap<String, u64>| grouped(counts.values().sum());
    line(&format!(
        "{} entities and {} relationships are exported to {}, in {} files",
        count(&summary.graph.entities),
        count(&summary.graph.relationships),
        out.display(),
        grouped(files(&out)?),
    ))?;
    if !summary.incomplete.is_empty() {
        remark(&format!(
            "{} lists were not read completely, so something may be missing; `tenantgraph show` \
             says which",
            grouped(summary.incomplete.len() as u64),
        ));
    }
    Ok(End::of(std::slice::from_ref(summary)))
}

async fn write(graph: &Graph, format: Format, out: &Path, no_raw_data: bool) -> Result<(), Error> {
    let Graph { context, summary, .. } = graph;
    let exporter = Exporter { context, summary, out, no_raw_data };
    match format {
        Format::Jupiterone => exporter.jupiterone().await,
        Format::Ndjson => exporter.ndjson().await,
        Format::Parquet => {
            let manifest = tables::build(context, summary, &graph.jobs(), out).await?;
            Ok(fs::write(out.join("views.sql"), tables::views(&manifest))?)
        }
    }
}

/// How many files a directory and those in it have.
fn files(folder: &Path) -> io::Result<u64> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        count += if entry.file_type()?.is_dir() { files(&entry.path())? } else { 1 };
    }
    Ok(count)
}

struct Exporter<'a> {
    context: &'a Context,
    summary: &'a Summary,
    out: &'a Path,
    no_raw_data: bool,
}

impl Exporter<'_> {
    /// Every object of the snapshot: what it holds and its type.
    fn objects(&self) -> impl Iterator<Item = (RecordKind, &str)> {
        let graph = &self.summary.graph;
        let entities = graph.entities.keys().map(|kind| (RecordKind::Entities, kind.as_str()));
        let relationships = graph.relationships.keys();
        entities.chain(relationships.map(|kind| (RecordKind::Relationships, kind.as_str())))
    }

    async fn lines(&self, record_kind: RecordKind, kind: &str) -> Result<Lines, Error> {
        Ok(snapshot::whole(self.context, self.summary, record_kind, kind).await?)
    }

    /// Reads the next line, without what is of no use to others: the names that entities answer to,
    /// and what Microsoft answered if that is not wanted.
    fn next(&self, lines: &mut Lines, line: &mut String) -> Result<bool, Error> {
        if !lines.next(line)? {
            return Ok(false);
        }
        let is_whole = !self.no_raw_data || !line.contains("\"_rawData\"");
        if is_whole && !line.contains(ALIASES) {
            return Ok(true);
        }
        // Byte for byte, as numbers must not change on the way.
        let mut item: BTreeMap<String, Box<RawValue>> = serde_json::from_str(line)?;
        item.retain(|name, _| name != ALIASES && !(self.no_raw_data && name == "_rawData"));
        *line = serde_json::to_string(&item)?;
        Ok(true)
    }

    async fn ndjson(&self) -> Result<(), Error> {
        for (record_kind, kind) in self.objects() {
            let folder = self.out.join(record_kind.as_str());
            fs::create_dir_all(&folder)?;
            let mut file = create(&folder.join(format!("{kind}.ndjson")))?;
            let (mut lines, mut line) = (self.lines(record_kind, kind).await?, String::new());
            while self.next(&mut lines, &mut line)? {
                writeln!(file, "{line}")?;
            }
            file.flush()?;
        }
        Ok(())
    }

    /// The next line as `JupiterOne` takes it: relationships have no lists, so what they list
    /// becomes one text.
    fn next_flat(
        &self,
        record_kind: RecordKind,
        lines: &mut Lines,
        line: &mut String,
    ) -> Result<bool, Error> {
        let more = self.next(lines, line)?;
        if !more || record_kind == RecordKind::Entities || !line.contains(":[") {
            return Ok(more);
        }
        let mut item: BTreeMap<String, Box<RawValue>> = serde_json::from_str(line)?;
        for (_, value) in item.iter_mut().filter(|(name, _)| *name != "_mapping") {
            if let Ok(listed) = serde_json::from_str::<Vec<String>>(value.get()) {
                *value = to_raw_value(&listed.join(", "))?;
            }
        }
        *line = serde_json::to_string(&item)?;
        Ok(true)
    }

    /// The layout that `JupiterOne`'s client reads: a folder for each step, with files of some
    /// hundred items, and a summary that says which types must not be taken for gone.
    async fn jupiterone(&self) -> Result<(), Error> {
        for (record_kind, kind) in self.objects() {
            let folder = self
                .out
                .join("graph")
                .join(self.step_of(record_kind, kind))
                .join(record_kind.as_str());
            fs::create_dir_all(&folder)?;
            let (mut lines, mut line) = (self.lines(record_kind, kind).await?, String::new());
            let mut more = self.next_flat(record_kind, &mut lines, &mut line)?;
            for number in 0.. {
                if !more {
                    break;
                }
                let mut file = create(&folder.join(format!("{kind}-{number:05}.json")))?;
                write!(file, "{{\"{}\":[", record_kind.as_str())?;
                for at in 0..ITEMS {
                    let separator = if at == 0 { "\n" } else { ",\n" };
                    write!(file, "{separator}{line}")?;
                    more = self.next_flat(record_kind, &mut lines, &mut line)?;
                    if !more {
                        break;
                    }
                }
                writeln!(file, "\n]}}")?;
                file.flush()?;
            }
        }
        let text = serde_json::to_vec_pretty(&self.jupiterone_summary())?;
        Ok(fs::write(self.out.join("summary.json"), text)?)
    }

    fn jupiterone_summary(&self) -> Value {
        let ledger = &self.summary.ledger;
        let mut results: Vec<Value> = self
            .steps()
            .map(|step| {
                let mut entries = ledger.iter().filter(|it| it.step == step.id).peekable();
                let is_disabled = entries.peek().is_none();
                let is_complete = entries.all(|entry| entry.status.is_complete());
                let status = match (is_disabled, is_complete) {
                    (true, _) => "disabled",
                    (_, true) => "success",
                    (_, false) => "failure",
                };
                let declared = self.declared(step);
                let partial =
                    if is_disabled || is_complete { BTreeSet::new() } else { declared.clone() };
                json!({
                    "id": step.id, "name": step.name, "declaredTypes": declared,
                    "partialTypes": partial, "status": status,
                })
            })
            .collect();
        let rules: Vec<Value> = DERIVED.iter().map(|rule| self.rule(rule, &results)).collect();
        results.extend(rules);
        let partial = partial(&results);
        let carried = self.summary.graph.carried.keys().map(String::as_str);
        let partial: BTreeSet<&str> = partial.chain(carried).collect();
        json!({
            "integrationStepResults": results,
            "metadata": { "partialDatasets": { "types": partial } },
        })
    }

    /// What came of a rule. What it finds is as complete as what that follows from.
    fn rule(&self, rule: &Derived, results: &[Value]) -> Value {
        let planned = self.summary.steps.iter().find(|it| it.id == rule.id);
        let is_disabled = planned.is_none_or(|it| it.disabled.is_some());
        let lacking: BTreeSet<&str> = partial(results).collect();
        let lacks = |it: &&Member| lacking.contains(it.direct) || lacking.contains(rule.nesting);
        let partial: Vec<&str> = rule
            .members
            .iter()
            .filter(lacks)
            .map(|it| it.becomes)
            .filter(|_| !is_disabled)
            .collect();
        json!({
            "id": rule.id, "name": rule.name,
            "declaredTypes": rule.members.iter().map(|it| it.becomes).collect::<Vec<_>>(),
            "partialTypes": partial, "status": if is_disabled { "disabled" } else { "success" },
        })
    }

    /// The steps of the integration that was collected.
    fn steps(&self) -> impl Iterator<Item = &'static Step> {
        let planned = |step: &&Step| self.summary.steps.iter().any(|it| it.id == step.id);
        STEPS.iter().copied().filter(planned)
    }

    /// The step that a type is put under.
    fn step_of(&self, record_kind: RecordKind, kind: &str) -> &'static str {
        let finds = |step: &&Step| match record_kind {
            RecordKind::Entities => step.entity_types().any(|it| it.kind == kind),
            RecordKind::Relationships => step.may_relate(kind),
        };
        let step = self.steps().find(finds).map(|step| step.id);
        // What no step finds may follow from what steps find.
        step.or_else(|| Some(steps::derives(kind)?.id)).unwrap_or("other")
    }

    /// The types that a step may find, of entities and of relationships.
    fn declared(&self, step: &Step) -> BTreeSet<String> {
        let entities = step.entity_types().chain(step.patched_types());
        let entities = entities.map(|it| it.kind.to_owned());
        let relationships = step.relationships().into_iter().map(|it| it.kind);
        let relationships = relationships.filter(|kind| !kind.contains('*'));
        // Where a step relates to anything, only the graph tells to what.
        let graph = self.summary.graph.relationships.keys().filter(|kind| step.may_relate(kind));
        entities.chain(relationships).chain(graph.cloned()).collect()
    }
}

/// The types that must not be taken for gone, as steps and rules say.
fn partial(results: &[Value]) -> impl Iterator<Item = &str> {
    let partial = results.iter().filter_map(|it| it["partialTypes"].as_array()).flatten();
    partial.filter_map(Value::as_str)
}

fn create(path: &Path) -> Result<BufWriter<File>, Error> {
    Ok(BufWriter::new(File::create(path)?))
}
