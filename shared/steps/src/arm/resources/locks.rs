//! Locks of resources, resource groups and subscriptions.

use crate::prelude::*;

pub(crate) static LOCK: EntityType = EntityType {
    kind: "azure_resource_lock",
    class: &["Rule"],
    doc: "What keeps a resource, and all that is in it, from being deleted or changed.",
    properties: &[
        text("level", "/properties/", "`CanNotDelete` or `ReadOnly`."),
        each("notes", "/properties/", "What its owner says about it."),
        each("owners", "/properties/owners/*/applicationId", "The applications that own it."),
    ],
    ..EntityType::extension("Microsoft.Authorization/locks", "2020-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-resources-resource-locks",
    name: "Resource Locks",
    covers: &["rm-resources-resource-has-resource-lock-relationships"],
    // The list of a subscription tells those of groups and resources, too.
    ..Step::of(&LOCK, "resources").links(&[Link::found(RelationshipClass::Has, &[], |lock| {
        lock.extended().into_iter().collect()
    })
    .kind("azure_resource_lock_has_any_resource")])
};
