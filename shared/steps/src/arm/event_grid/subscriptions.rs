//! Whom the events of a topic are delivered to.

use crate::arm::event_grid::domain_topics::DOMAIN_TOPIC;
use crate::arm::event_grid::topics::TOPIC;
use crate::arm::event_hub::hubs::HUB;
use crate::arm::service_bus::queues::QUEUE;
use crate::arm::service_bus::topics::TOPIC as BUS_TOPIC;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::prelude::*;

pub(crate) static SUBSCRIPTION: EntityType = EntityType {
    kind: "azure_event_grid_topic_subscription",
    class: &["Subscription"],
    doc: "Whom some events of a topic are delivered to.",
    properties: &[
        text("deadLetterResourceId", DEAD_LETTERS, "The storage account of undelivered events."),
        text(
            "endpointBaseUrl",
            "/properties/destination/properties/",
            "The address that events are delivered to, without its query.",
        )
        .or(&["/properties/deliveryWithResourceIdentity/destination/properties/endpointBaseUrl"]),
        text("endpointType", "/properties/destination/", "Such as `WebHook` or `EventHub`.")
            .or(&["/properties/deliveryWithResourceIdentity/destination/endpointType"]),
        text("eventDeliverySchema", "/properties/", "How events are written."),
        date("expiresOn", "/properties/expirationTimeUtc", "When it ends."),
        list("includedEventTypes", "/properties/filter/", "Which types it delivers, if not all."),
        list("labels", "/properties/", "What its owner calls it."),
        text("provisioningState", "/properties/", "How its last change ended."),
        text("subjectBeginsWith", "/properties/filter/", "What subjects of events begin with."),
        text("subjectEndsWith", "/properties/filter/", "What the subject of an event ends with."),
        text("topic", "/properties/", "The topic whose events are delivered."),
    ],
    ..EntityType::extension("Microsoft.EventGrid/eventSubscriptions", "2025-02-15")
};

const DESTINATION: &str = "/properties/destination/properties/resourceId";
const BY_IDENTITY: &str =
    "/properties/deliveryWithResourceIdentity/destination/properties/resourceId";
const DEAD_LETTERS: &str = "/properties/deadLetterDestination/properties/resourceId";
const RECEIVERS: &[&EntityType] = &[&HUB, &QUEUE, &BUS_TOPIC, &STORAGE_ACCOUNT];

pub(crate) static STEP: Step = Step {
    id: "rm-event-grid-topic-subscriptions",
    name: "Event Grid Topic Subscriptions",
    covers: &["rm-event-grid-domain-topic-subscriptions"],
    becomes: Becomes::one(&SUBSCRIPTION)
        .conceals(&[
            // The query of an address may hold a key, and headers may hold anything.
            "/properties/destination/properties/endpointUrl",
            "/properties/destination/properties/deliveryAttributeMappings",
            "/properties/deliveryWithResourceIdentity/destination/properties/endpointUrl",
            "/properties/deliveryWithResourceIdentity/destination/properties/deliveryAttributeMappings",
        ])
        .links(&[
            Link::of_parent(RelationshipClass::Has),
            Link::uses(RECEIVERS, DESTINATION),
            Link::uses(RECEIVERS, BY_IDENTITY),
        ]),
    ..Step::of(&SUBSCRIPTION, "event-grid").of_each(&[&TOPIC, &DOMAIN_TOPIC])
};
