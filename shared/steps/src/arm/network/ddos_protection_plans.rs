//! Plans of protection against distributed denial of service.

use graph::{Entity, Key, Name};

use crate::arm::network::public_ips::PUBLIC_IP;
use crate::arm::network::virtual_networks::VIRTUAL_NETWORK;
use crate::arm::resources::resource_groups::RESOURCE_GROUP;
use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::prelude::*;

pub(crate) static PLAN: EntityType = EntityType {
    kind: "azure_ddos_protection_plan",
    class: &["Configuration"],
    doc: "Protects virtual networks and public addresses against floods of traffic.",
    properties: &[
        text("etag", "/", "What changes whenever the plan does."),
        text("resourceGuid", "/properties/", "An id that no other plan has."),
        each("virtualNetworks", NETWORKS, "The virtual networks that it protects."),
        each("publicIpAddresses", ADDRESSES, "The addresses that it protects one by one."),
    ],
    is_contained: false,
    ..EntityType::resource("Microsoft.Network/ddosProtectionPlans", "2025-05-01")
};

const NETWORKS: &str = "/properties/virtualNetworks/*/id";
const ADDRESSES: &str = "/properties/publicIPAddresses/*/id";

pub(crate) static STEP: Step = Step {
    id: "fetch-ddos-protection-plan",
    name: "DDoS Protection Plans",
    covers: &[
        "build-ddos-protection-plan-public-ip-relationship",
        "build-ddos-protection-plan-vnet-relationship",
        "build-resource-group-protection-plan-relationship",
        // So misspelt by the reference.
        "fetch-ddos-protection_plan",
    ],
    becomes: Becomes::one(&PLAN)
        .key(|plan| plan.id().map(|id| Key::new(&format!("{}:{id}", PLAN.kind))))
        .aliases(|plan| plan.id().map(Name::of_id).into_iter().collect())
        .refine(group)
        .links(&[
            Link::of(&[&SUBSCRIPTION], "/id")
                .by(|id, _| Key::new(id).subscription().as_ref().map(Name::from)),
            Link::of(&[&RESOURCE_GROUP], "/id")
                .by(|id, _| Key::new(id).resource_group().as_ref().map(Name::from)),
            Link::new(RelationshipClass::Assigned, &[&VIRTUAL_NETWORK], NETWORKS),
            Link::new(RelationshipClass::Assigned, &[&PUBLIC_IP], ADDRESSES),
        ]),
    ..Step::of(&PLAN, "ddos")
};

/// The key is more than the id, which says where the plan lies.
fn group(plan: &Item<'_>, entity: &mut Entity) {
    let group = plan.key("/id").and_then(|key| key.resource_group());
    entity.set("resourceGroup", group.as_ref().and_then(|it| it.as_str().rsplit('/').next()));
}
