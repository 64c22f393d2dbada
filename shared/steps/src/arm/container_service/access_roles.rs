//! What services of Azure may be let do in clusters of Kubernetes.

use graph::{Key, Name};
use serde_json::json;

use crate::arm::container_service::clusters::{CLUSTER, SERVICE, service};
use crate::entity::IMPLIED;
use crate::link::map_if_there;
use crate::prelude::*;

pub(crate) static ACCESS_ROLE: EntityType = EntityType {
    kind: "azure_kube_trusted_access_role",
    class: &["AccessRole"],
    doc: "What a service of Azure may be let do in the clusters of a region.",
    properties: &[
        text("name", "/", "The name, which one type of resource has once."),
        text("displayName", "/name", "The name that people see."),
        text("locationName", COMPUTED, "The region."),
        text("sourceResourceType", "/", "The type of resource that it is for."),
        each("apiGroups", "/rules/*/apiGroups/*", "The parts of the API that it opens."),
        each("resources", "/rules/*/resources/*", "The resources that it opens."),
        each("verbs", "/rules/*/verbs/*", "What may be done with them, such as `get`."),
    ],
    shared: IMPLIED,
    ..EntityType::of_type("Microsoft.ContainerService/locations/trustedAccessRoles", "2025-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-access-role",
    name: "Trusted Access Roles",
    covers: &["rm-kubernetes-service-contains-access-role-relationship"],
    // Each region has them, whoever asks. Those of regions without a cluster let nobody do
    // anything.
    list: List::of(&ACCESS_ROLE).of_each_value(&[&CLUSTER], "location"),
    becomes: Becomes::one(&ACCESS_ROLE)
        .key(key)
        .refine(|role, entity| entity.set("locationName", location(role)))
        .links(&[
            Link::found(RelationshipClass::Contains, &[&SERVICE], |role| {
                vec![Name::from(&service(role))]
            })
            .reverse(),
            Link::new(RelationshipClass::Is, &[], "/name")
                .kind(IS)
                .by(|_, role| Some(Name::of_id(&cluster_role(role)?)))
                .or_map(&[IS], |_, role| {
                    let target = json!({
                        "_type": "kube_cluster_role",
                        "_class": "AccessRole",
                        "_key": cluster_role(role),
                    });
                    map_if_there(IS, &[&["_key", "_class", "_type"]], target)
                }),
        ]),
    ..Step::of(&ACCESS_ROLE, "container-services-extras")
};

const IS: &str = "azure_kube_trusted_access_role_is_kube_cluster_role";

fn key(role: &Item<'_>) -> Option<Key> {
    key_of(role.text("/name")?, location(role)?)
}

/// The key of a role of a region, which has no id.
pub(super) fn key_of(name: &str, location: &str) -> Option<Key> {
    let is_named = !name.is_empty() && !location.is_empty();
    is_named.then(|| Key::new(&format!("azure_access_role_{name}_location_{location}")))
}

/// The region of the cluster that a list was asked for.
pub(super) fn location<'i>(item: &Item<'i>) -> Option<&'i str> {
    item.parent?.json.get("location")?.as_str()
}

/// The role within a cluster, as the integration of Kubernetes would call it.
fn cluster_role(role: &Item<'_>) -> Option<String> {
    key(role).map(|key| format!("ClusterRole:{key}"))
}
