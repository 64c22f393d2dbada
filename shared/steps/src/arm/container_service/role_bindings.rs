//! Which resources of Azure may reach into clusters of Kubernetes.

use graph::{Key, Name};
use serde_json::json;

use crate::arm::container_service::access_roles::{ACCESS_ROLE, key_of, location};
use crate::arm::container_service::clusters::CLUSTER;
use crate::link::map_if_there;
use crate::prelude::*;

pub(crate) static ROLE_BINDING: EntityType = EntityType {
    kind: "azure_kube_cluster_role_binding",
    class: &["AccessPolicy"],
    doc: "What a resource of Azure may do in a cluster.",
    properties: &[
        text("clusterName", COMPUTED, "The cluster."),
        text("createdAt", "/systemData/", "When it was created, as Azure writes it."),
        date("createdOn", "/systemData/createdAt", "When it was created."),
        text("createdBy", "/systemData/", "Who created it."),
        text("createdByType", "/systemData/", "What sort of account created it."),
        list("roles", "/properties/", "What the resource may do."),
        text("sourceResourceId", "/properties/", "The resource."),
    ],
    ..EntityType::child(
        "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings",
        "2025-05-01",
    )
};

pub(crate) static STEP: Step = Step {
    id: "rm-role-binding",
    name: "Trusted Access Role Bindings",
    covers: &["rm-managed-cluster-contains-role-binding"],
    becomes: Becomes::one(&ROLE_BINDING)
        .refine(|binding, entity| {
            let name = binding.parent.and_then(|it| it.json.get("name")?.as_str());
            entity.set("clusterName", name);
        })
        .links(&[
            Link::of_parent(RelationshipClass::Contains),
            Link::new(RelationshipClass::Assigned, &[&ACCESS_ROLE], "/properties/roles/*").by(role),
            Link::new(RelationshipClass::Is, &[], "/id")
                .kind(IS)
                .by(|id, _| Some(Name::of_id(&cluster_role_binding(id))))
                .or_map(&[IS], |id, _| {
                    let target = json!({
                        "_type": "kube_cluster_role_binding",
                        "_class": "AccessPolicy",
                        "_key": cluster_role_binding(id),
                    });
                    map_if_there(IS, &[&["_key", "_class", "_type"]], target)
                }),
        ]),
    ..Step::of(&ROLE_BINDING, "container-services-extras").of_each(&[&CLUSTER])
};

const IS: &str = "azure_kube_cluster_role_binding_is_kube_cluster_role_binding";

/// The binding within the cluster, as the integration of Kubernetes would call it.
fn cluster_role_binding(id: &str) -> String {
    format!("ClusterRoleBinding:{}", Key::new(id))
}

/// A role is called by the type of resource that it is for, and its name.
fn role(role: &str, binding: &Item<'_>) -> Option<Name> {
    let (_, name) = role.rsplit_once('/')?;
    Some(Name::from(&key_of(name, location(binding)?)?))
}
