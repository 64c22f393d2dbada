//! How completely everything was read, by scope and type.

use collector::ledger::Entry;
use collector::summary::Summary;
use serde_json::{Value, json};
use steps::Step;

use crate::site::Site;

pub(crate) fn ledger(site: &Site) -> Value {
    let mut entries = Vec::new();
    for summary in &site.summaries {
        entries.extend(summary.ledger.iter().map(|it| entry(site, summary, it)));
    }
    let discovered = site.summaries.iter().flat_map(|it| &it.subscriptions);
    let scopes =
        discovered.map(|(id, it)| json!({ "scope": id, "name": it.name, "skipped": it.skipped }));
    json!({ "entries": entries, "scopes": scopes.collect::<Vec<_>>() })
}

fn entry(site: &Site, summary: &Summary, entry: &Entry) -> Value {
    let step = steps::find(&entry.step);
    // What a step is for that finds no entities follows from what it relates.
    let kind = entry.kind.as_deref().or_else(|| Some(step?.entity_types().next()?.kind));
    let lacking = if entry.status.is_complete() { Vec::new() } else { permissions(step) };
    json!({
        "scope": entry.scope,
        "instance": summary.instance_name,
        "step": entry.step,
        "reads": step.map(|it| it.name),
        "type": entry.kind,
        "service": kind.map(|it| site.service(it)),
        "status": entry.status.as_str(),
        "reason": entry.reason,
        "items": entry.items,
        "requests": entry.requests,
        "permissions": lacking,
        "at": entry.known_at.as_ref().unwrap_or(&summary.finished_at),
    })
}

/// The permissions that a step needs, as roles and portals write them.
pub(crate) fn permissions(step: Option<&Step>) -> Vec<String> {
    let permissions = step.map(Step::permissions).unwrap_or_default();
    permissions.iter().map(|it| it.name().to_owned()).collect()
}
