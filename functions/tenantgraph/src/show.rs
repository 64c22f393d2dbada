//! `tenantgraph show`.

use std::io::{Write as _, stdout};
use std::time::Duration;

use collector::layout::RecordKind;
use collector::link::ALIASES;
use collector::summary::Summary;
use collector::{Context, snapshot};
use serde_json::{Map, Value};

use crate::arguments::{Show, Subject};
use crate::graph::Graph;
use crate::progress::say;
use crate::{End, Error, local, report};

pub(crate) async fn run(arguments: Show) -> Result<End, Error> {
    let context = local::stored(&arguments.storage.store).await?;
    if arguments.instance.is_none() && arguments.tenant.is_none() {
        return list(&context).await;
    }
    let subject =
        Subject { instance: arguments.instance.clone(), tenant: arguments.tenant.clone() };
    let Graph { context, summary, instances, .. } = &Graph::of(context, &subject).await?;
    if let Some(kind) = &arguments.kind {
        return items(context, summary, kind, &arguments).await;
    }
    let took = Duration::from_secs(summary.seconds);
    let store = &arguments.storage.store;
    report::print(report::Whole { graph: summary, instances }, store, took, arguments.json)?;
    Ok(End::of(std::slice::from_ref(summary)))
}

/// Lists the instances that have a snapshot.
async fn list(context: &Context) -> Result<End, Error> {
    let mut end = End::Complete;
    for name in context.store.list("graph/").await? {
        let instance = name.strip_prefix("graph/").and_then(|it| it.strip_suffix("/latest.json"));
        let Some(instance) = instance else { continue };
        let Summary { instance_name, finished_at, graph, .. } =
            match snapshot::latest(context, instance).await {
                Ok(summary) => summary,
                // One that cannot be read never hides the others.
                Err(error) if error.object().is_some() => {
                    say(&format!("{instance}: {error}"));
                    end = End::Failed;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
        let entities: u64 = graph.entities.values().sum();
        writeln!(stdout(), "{instance}  {instance_name}  {entities} entities, {finished_at}")?;
    }
    Ok(end)
}

async fn items(
    context: &Context,
    summary: &Summary,
    kind: &str,
    arguments: &Show,
) -> Result<End, Error> {
    let graph = &summary.graph;
    let record_kind =
        match (graph.entities.contains_key(kind), graph.relationships.contains_key(kind)) {
            (true, _) => RecordKind::Entities,
            (_, true) => RecordKind::Relationships,
            _ => {
                return Err(format!(
                    "the snapshot has no entities or relationships of type {kind}"
                )
                .into());
            }
        };
    let mut lines = snapshot::whole(context, summary, record_kind, kind).await?;
    let matching = arguments.matching.as_deref().map(str::to_lowercase);
    let (mut line, mut shown) = (String::new(), 0);
    while shown < arguments.limit && lines.next(&mut line)? {
        let mut item: Map<String, Value> = serde_json::from_str(&line)?;
        let is_match = |text: &str| {
            ["_key", "name", "displayName"].into_iter().any(|name| {
                item.get(name)
                    .and_then(Value::as_str)
                    .is_some_and(|it| it.to_lowercase().contains(text))
            })
        };
        if !matching.as_deref().is_none_or(is_match) {
            continue;
        }
        shown += 1;
        if arguments.json {
            writeln!(stdout(), "{line}")?;
            continue;
        }
        item.remove("_rawData");
        item.remove(ALIASES);
        writeln!(stdout(), "{}", item.get("_key").and_then(Value::as_str).unwrap_or_default())?;
        for (name, value) in item.iter().filter(|(name, _)| *name != "_key") {
            writeln!(stdout(), "  {name:<28} {value}")?;
        }
    }
    Ok(End::Complete)
}
