//! Resource groups.

use graph::Name;

use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::entity::{CONTAINER, EntityType, text};
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static RESOURCE_GROUP: EntityType = EntityType {
    kind: "azure_resource_group",
    class: &["Group"],
    doc: "A container of resources that live and die together.",
    shared: CONTAINER,
    properties: &[
        text("location", "/location", "Where what Azure records about the group lies."),
        text("managedBy", "/managedBy", "The resource that manages the group."),
        text("provisioningState", "/properties/provisioningState", "How its last change ended."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "rm-resources-resource-groups",
    name: "Resource Groups",
    ingestion_source: Some("resources"),
    list: List::resource_manager("/subscriptions/{subscription}/resourcegroups", "2024-03-01")
        .filtered(),
    permissions: &[Permission::Action("Microsoft.Resources/subscriptions/resourceGroups/read")],
    emits: Some(&RESOURCE_GROUP),
    links: &[Link::of(&[&SUBSCRIPTION], "/id")
        .by(|id, _| graph::Key::new(id).subscription().as_ref().map(Name::from))],
    ..Step::SUBSCRIPTION
};
