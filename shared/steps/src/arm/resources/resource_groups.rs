//! Resource groups.

use graph::Name;

use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::entity::{EntityType, RESOURCE, text};
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static RESOURCE_GROUP: EntityType = EntityType {
    kind: "azure_resource_group",
    class: &["Group"],
    doc: "A container of resources that live and die together.",
    shared: RESOURCE,
    properties: &[text("managedBy", "/managedBy", "The resource that manages the group.")],
};

pub(crate) static STEP: Step = Step {
    id: "rm-resources-resource-groups",
    name: "Resource Groups",
    ingestion_source: Some("resources"),
    list: List::resource_manager("/subscriptions/{subscription}/resourcegroups", "2024-03-01"),
    permissions: &[Permission::Action("Microsoft.Resources/subscriptions/resourceGroups/read")],
    emits: Some(&RESOURCE_GROUP),
    links: &[Link::of(&[&SUBSCRIPTION], "/id")
        .by(|id, _| graph::Key::new(id).subscription().as_ref().map(Name::from))],
    ..Step::SUBSCRIPTION
};
