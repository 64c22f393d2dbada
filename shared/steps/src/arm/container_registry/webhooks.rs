//! Whom container registries tell of changes.

use crate::arm::container_registry::registries::REGISTRY;
use crate::prelude::*;

pub(crate) static WEBHOOK: EntityType = EntityType {
    kind: "azure_container_registry_webhook",
    class: &["ApplicationEndpoint"],
    doc: "An address that a registry calls when images change.",
    properties: &[
        list("actions", "/properties/", "What it is called for, such as `push`."),
        is("active", "/properties/status", "enabled", "Whether it is called."),
        // The call that tells the address tells the headers, too, which are often secrets.
        always("address", "NOT_RETURNED_FROM_AZURE_API", "Only who reads its secrets can read it."),
        text("scope", "/properties/", "The repositories that it is called for."),
        text("status", "/properties/", "`enabled` or `disabled`."),
    ],
    ..EntityType::child_resource("Microsoft.ContainerRegistry/registries/webhooks", "2025-11-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-container-registry-webhooks",
    name: "Container Registry Webhooks",
    ..Step::of(&WEBHOOK, "container-registry")
        .of_each(&[&REGISTRY])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
