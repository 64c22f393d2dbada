//! Resource groups.

use graph::Name;

use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::entity::{CONTAINER, RESOURCE_GROUP_KIND};
use crate::prelude::*;

pub(crate) static RESOURCE_GROUP: EntityType = EntityType {
    kind: RESOURCE_GROUP_KIND,
    class: &["Group"],
    doc: "A container of resources that live and die together.",
    shared: CONTAINER,
    properties: &[
        text("location", "/", "Where what Azure records about the group lies."),
        text("managedBy", "/", "The resource that manages the group."),
        text("provisioningState", "/properties/", "How its last change ended."),
    ],
    ..EntityType::of_type("Microsoft.Resources/subscriptions/resourceGroups", "2024-03-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-resources-resource-groups",
    name: "Resource Groups",
    list: List::of(&RESOURCE_GROUP).at("/subscriptions/{subscription}/resourcegroups").filtered(),
    ..Step::of(&RESOURCE_GROUP, "resources").links(&[Link::of(&[&SUBSCRIPTION], "/id")
        .by(|id, _| graph::Key::new(id).subscription().as_ref().map(Name::from))])
};
