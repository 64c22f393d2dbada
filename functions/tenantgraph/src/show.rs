//! `tenantgraph show`.

use std::time::Duration;

use collector::layout::RecordKind;
use collector::link::ALIASES;
use collector::snapshot;
use collector::summary::Summary;
use serde_json::{Map, Value};

use crate::arguments::Show;
use crate::graph::Graph;
use crate::print::{self as output, grouped, line};
use crate::progress::remark;
use crate::report::{Extent, Whole};
use crate::{End, Error, chosen, kinds, local, report};

/// How many items are shown to people who do not say how many.
const SHOWN: u64 = 20;

pub(crate) async fn run(arguments: Show) -> Result<End, Error> {
    let store = &arguments.storage.store;
    let context = local::existing(store).await?;
    let chosen = chosen::snapshot_of(&context, &arguments.subject).await?;
    let graph = Graph::of(context, &chosen).await?;
    let Graph { summary, instances, .. } = &graph;
    if let Some(kind) = &arguments.kind {
        return items(&graph, kind, &arguments).await;
    }
    if arguments.json {
        report::json(summary)?;
    } else {
        let took = Duration::from_secs(summary.seconds);
        report::print(Whole { graph: summary, instances }, store, took, Extent::Full)?;
    }
    Ok(End::of(std::slice::from_ref(summary)))
}

async fn items(graph: &Graph, kind: &str, arguments: &Show) -> Result<End, Error> {
    let Graph { context, summary, .. } = graph;
    kinds::check(kind, [&summary.graph])?;
    let (entities, relationships) = (&summary.graph.entities, &summary.graph.relationships);
    let record_kind = match (entities.contains_key(kind), relationships.contains_key(kind)) {
        (true, _) => RecordKind::Entities,
        (_, true) => RecordKind::Relationships,
        _ => return Ok(none(summary, kind)),
    };
    let limit = match (arguments.limit, arguments.json) {
        (Some(limit), _) => limit,
        (None, true) => u64::MAX,
        (None, false) => SHOWN,
    };
    let mut lines = snapshot::whole(context, summary, record_kind, kind).await?;
    let matching = arguments.matching.as_deref().map(str::to_lowercase);
    let (mut text, mut shown, mut found) = (String::new(), 0, 0);
    while lines.next(&mut text)? {
        // Without anything to match, the snapshot says how many there are.
        if shown == limit && matching.is_none() {
            found = entities.get(kind).or(relationships.get(kind)).copied().unwrap_or(shown);
            break;
        }
        let item: Map<String, Value> = serde_json::from_str(&text)?;
        if !matching.as_deref().is_none_or(|it| is_match(&item, it)) {
            continue;
        }
        found += 1;
        if shown == limit {
            continue;
        }
        shown += 1;
        if arguments.json {
            output::json(&text)?;
        } else {
            print(item)?;
        }
    }
    if shown < found {
        remark(&format!("{} of {}; --limit shows more", grouped(shown), grouped(found)));
    } else if found == 0 {
        let matching = arguments.matching.as_deref().unwrap_or_default();
        remark(&format!("none of type {kind} has {matching:?} in its key or name"));
    }
    Ok(End::Complete)
}

/// Says that there is none of a type, and why that may not be so.
fn none(summary: &Summary, kind: &str) -> End {
    let entry = summary.incomplete.iter().find(|it| it.kind.as_deref() == Some(kind));
    let Some(entry) = entry else {
        remark(&format!("the snapshot has none of type {kind}"));
        return End::Complete;
    };
    let reason = entry.reason.as_deref().unwrap_or_default();
    remark(&format!("{kind} was not read: {}: {reason}", entry.status.as_str()));
    End::Incomplete
}

fn is_match(item: &Map<String, Value>, wanted: &str) -> bool {
    ["_key", "name", "displayName"].into_iter().any(|name| {
        let text = item.get(name).and_then(Value::as_str);
        text.is_some_and(|it| it.to_lowercase().contains(wanted))
    })
}

fn print(mut item: Map<String, Value>) -> Result<(), Error> {
    item.remove("_rawData");
    item.remove(ALIASES);
    line(item.get("_key").and_then(Value::as_str).unwrap_or_default())?;
    for (name, value) in item.iter().filter(|(name, _)| *name != "_key") {
        line(&format!("  {name:<28} {value}"))?;
    }
    Ok(())
}
