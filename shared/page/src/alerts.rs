//! How the rules stand that were evaluated.

use rules::State;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::site::Site;

pub(crate) async fn alerts(site: &Site) -> Result<Value, Failure> {
    let store = &site.context.store;
    let mut states = Vec::new();
    for name in store.list("alerts/").await? {
        let Some(object) = store.get(&name).await? else { continue };
        let state: State = serde_json::from_slice(&object.body)
            .map_err(|cause| Failure::Damaged { name: name.clone(), cause })?;
        let id = name.trim_start_matches("alerts/").trim_end_matches(".json");
        let (tenant, rule) = id.split_once('/').unwrap_or(("", id));
        let rows = state.found.iter().flatten().flat_map(|(_, it)| it.rows.iter().flatten());
        let sample: Vec<&str> = rows.map(|(_, (_, name))| name.as_str()).take(10).collect();
        let total: u64 = state.found.iter().flatten().map(|(_, it)| it.total).sum();
        let told = state.outbox.last().map(|it| &it.alert);
        states.push(json!({
            "tenant": tenant,
            "rule": rule,
            "name": told.map(|it| &it.name),
            "state": state.as_str(),
            "since": state.since,
            "at": state.at,
            "told": state.told,
            "total": total,
            "sample": sample,
            "unknown": state.unknown,
            "undelivered": state.outbox.len(),
        }));
    }
    Ok(json!({ "alerts": states }))
}
