//! Who reads event hubs.

use crate::arm::event_hub::hubs::HUB;
use crate::prelude::*;

pub(crate) static CONSUMER_GROUP: EntityType = EntityType {
    kind: "azure_event_hub_consumer_group",
    class: &["Channel"],
    doc: "A view of the events of a hub, with a place up to which they were read.",
    properties: &[
        always_list("category", &["network", "security"], "What sort of channel it is."),
        date("createdOn", "/properties/createdAt", "When it was created."),
        always_list("function", &["networking", "monitoring"], "What the channel is for."),
        text("id", "/name", "The name within the hub."),
        text("location", "/", "Where it lies."),
        date("updatedOn", "/properties/updatedAt", "When it was last changed."),
    ],
    ..EntityType::child("Microsoft.EventHub/namespaces/eventhubs/consumergroups", "2024-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-azure-consumer-group",
    name: "Event Hub Consumer Groups",
    covers: &["rm-azure-consumer-group-has-event-hub-relation"],
    ..Step::of(&CONSUMER_GROUP, "event-hub")
        .of_each(&[&HUB])
        .links(&[Link::to_parent(RelationshipClass::Has)])
};
