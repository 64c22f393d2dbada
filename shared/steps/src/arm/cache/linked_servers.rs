//! Which caches are copied to others.

use serde_json::{Map, Value};

use crate::arm::cache::redis::CACHE;
use crate::prelude::*;

const LINKED: ResourceType = ResourceType::new("Microsoft.Cache/redis/linkedServers", "2024-11-01");

pub(crate) static STEP: Step = Step {
    id: "rm-redis-linked-servers",
    name: "Redis Linked Servers",
    // Only the tier `Premium` links caches.
    list: List::of_type(LINKED).of_each(&[&CACHE]).only(|cache| cache["sku.name"] == "Premium"),
    // Either cache tells of the other; the first is the one that is written to.
    becomes: Becomes::related(&[Link::from_parent(
        RelationshipClass::Connects,
        &[&CACHE],
        "/properties/linkedRedisCacheId",
    )
    .when(|linked| linked.text("/properties/serverRole") == Some("Secondary"))
    .with(described)]),
    needs: Needs::subscription("redis_cache"),
    ..Step::AZURE
};

fn described(_: &str, linked: &Item<'_>) -> Map<String, Value> {
    let primary = |name: &str| linked.parent.and_then(|it| it.json.get(name)?.as_str());
    let all = [
        ("linkedServerId", linked.id()),
        ("primaryCacheId", primary("id")),
        ("primaryCacheName", primary("name")),
        ("provisioningState", linked.text("/properties/provisioningState")),
        ("secondaryCacheId", linked.text("/properties/linkedRedisCacheId")),
        ("secondaryCacheLocation", linked.text("/properties/linkedRedisCacheLocation")),
        ("secondaryCacheName", linked.text("/name")),
        ("type", linked.text("/type")),
    ];
    let told = all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    told.collect()
}
