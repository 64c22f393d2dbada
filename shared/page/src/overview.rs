//! What there is, by service and by place; what is missing; and what has changed.

use std::collections::{BTreeMap, BTreeSet};

use collector::ledger::Status;
use serde_json::{Value, json};

use crate::changes::counts;
use crate::failure::Failure;
use crate::site::Site;

/// The types of what contains resources, from the outside to the inside.
const CONTAINERS: [&str; 3] =
    ["azure_management_group", "azure_subscription", "azure_resource_group"];

/// How many containers the map shows.
const MOST: usize = 2_000;

/// The overview, which is put together once.
pub(crate) async fn overview(site: &Site) -> Result<Value, Failure> {
    Ok(site.overview.get_or_try_init(|| put_together(site)).await?.clone())
}

async fn put_together(site: &Site) -> Result<Value, Failure> {
    let manifest = &site.tables.manifest;
    let instances = site.summaries.iter().map(|it| {
        json!({
            "id": it.job.instance,
            "name": it.instance_name,
            "status": it.status,
            "at": it.finished_at,
            "seconds": it.seconds,
            "requests": it.requests,
            "entities": it.graph.entities.values().sum::<u64>(),
            "relationships": it.graph.relationships.values().sum::<u64>(),
            "changes": counts(it),
        })
    });
    let mut ledger: BTreeMap<&str, u64> = BTreeMap::new();
    let mut carried: Vec<Value> = Vec::new();
    for summary in &site.summaries {
        for entry in &summary.ledger {
            *ledger.entry(entry.status.as_str()).or_default() += 1;
        }
        carried.extend(
            summary
                .graph
                .carried
                .iter()
                .map(|(kind, it)| json!({ "type": kind, "count": it.count, "reason": it.reason })),
        );
    }
    let entries = site.summaries.iter().flat_map(|it| &it.ledger);
    let lacking = entries.filter(|it| it.status == Status::Forbidden);
    let permissions: BTreeSet<String> =
        lacking.flat_map(|it| crate::ledger::permissions(steps::find(&it.step))).collect();
    Ok(json!({
        "name": manifest.instance_name,
        "at": manifest.finished_at,
        "entities": manifest.count(),
        "relationships": manifest.relationships.iter().map(|it| u64::from(it.count)).sum::<u64>(),
        "instances": instances.collect::<Vec<_>>(),
        "services": services(site),
        "ledger": ledger,
        "permissions": permissions,
        "carried": carried,
        "containers": containers(site).await?,
    }))
}

/// The types of entities that there are, by service.
fn services(site: &Site) -> Vec<Value> {
    let mut services: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for table in site.tables.manifest.entities.iter().filter(|it| it.count > 0) {
        let types = services.entry(site.service(&table.kind)).or_default();
        types.push(json!({ "type": table.kind, "count": table.count }));
    }
    services.into_iter().map(|(name, types)| json!({ "service": name, "types": types })).collect()
}

/// Management groups, subscriptions and resource groups, each with what contains it and with how
/// many entities lie in it.
async fn containers(site: &Site) -> Result<Vec<Value>, Failure> {
    let tables = &site.tables.manifest.entities;
    let ranges: Vec<_> = CONTAINERS
        .iter()
        .filter_map(|kind| tables.iter().find(|it| it.kind == *kind))
        .map(query::tables::Table::range)
        .collect();
    let is_container = |entity: u32| ranges.iter().any(|it| it.contains(&entity));
    let mut parents: BTreeMap<u32, u32> = BTreeMap::new();
    let verbs: Vec<Option<&str>> = site
        .tables
        .manifest
        .relationships
        .iter()
        .map(|it| it.classes.first().map(String::as_str))
        .collect();
    site.relationships().await?.each(|link| {
        let contains = matches!(verbs.get(link.table as usize), Some(Some("HAS" | "CONTAINS")));
        if contains && link.from != link.to && is_container(link.from) && is_container(link.to) {
            parents.entry(link.to).or_insert(link.from);
        }
    });
    // The keys of resources begin with those of their groups and subscriptions.
    let mut within: BTreeMap<&str, u64> = BTreeMap::new();
    for key in site.names.keys() {
        for place in places(key) {
            *within.entry(place).or_default() += 1;
        }
    }
    let all = ranges.iter().flat_map(Clone::clone).take(MOST);
    let container = |entity: u32| {
        let mut container = site.named(entity);
        let parent = parents.get(&entity).map(|it| site.names.key(*it));
        container["parent"] = json!(parent);
        container["count"] = json!(within.get(site.names.key(entity)).copied().unwrap_or_default());
        container
    };
    Ok(all.map(container).collect())
}

/// The keys of the subscription and the resource group that a key lies in.
fn places(key: &str) -> impl Iterator<Item = &str> {
    let is_placed = key.starts_with("/subscriptions/");
    let ends: Vec<usize> = key.match_indices('/').map(|(at, _)| at).collect();
    let is_grouped =
        is_placed && ends.get(2).is_some_and(|at| key[*at..].starts_with("/resourcegroups/"));
    let subscription = ends.get(2).filter(|_| is_placed).map(|at| &key[..*at]);
    let group = ends.get(4).filter(|_| is_grouped).map(|at| &key[..*at]);
    subscription.into_iter().chain(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_where_a_resource_lies() {
        fn of(key: &str) -> Vec<&str> {
            places(key).collect()
        }
        let group = "/subscriptions/s/resourcegroups/g";
        assert_eq!(of(&format!("{group}/providers/p/q/r")), ["/subscriptions/s", group]);
        assert_eq!(of("/subscriptions/s/providers/p/q/r"), ["/subscriptions/s"]);
        assert_eq!(of(group), ["/subscriptions/s"]);
        assert_eq!(of("/subscriptions/s"), [""; 0]);
        assert_eq!(of("/a/b/c/d/e"), [""; 0]);
        assert_eq!(of("x"), [""; 0]);
    }
}
