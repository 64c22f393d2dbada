//! Event hubs.

use graph::Name;

use crate::arm::event_hub::namespaces::NAMESPACE;
use crate::arm::resources::locations;
use crate::arm::resources::subscriptions::of_subscription;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::prelude::*;

pub(crate) static HUB: EntityType = EntityType {
    kind: "azure_event_hub",
    class: &["Service"],
    doc: "A stream of events, which is kept for some time.",
    properties: &[
        is("active", "/properties/status", "Active", "Whether it answers."),
        flag(
            "captureEnabled",
            "/properties/captureDescription/enabled",
            "Whether its events are archived.",
        ),
        always_list("category", &["platform"], "What sort of service it is."),
        date("createdOn", "/properties/createdAt", "When it was created."),
        always_list("function", &["queuing"], "What the service does."),
        text("location", "/", "Where it lies."),
        number("messageRetentionInDays", "/properties/", "How many days events are kept."),
        text("namespace", COMPUTED, "The name of the namespace that it is in."),
        number("partitionCount", "/properties/", "How many partitions it has."),
        text("resourceGroupName", COMPUTED, "The resource group, in lower case."),
        text("status", "/properties/", "Such as `Active`."),
        text("subscriptionId", COMPUTED, "The subscription that it lies in."),
        date("updatedOn", "/properties/updatedAt", "When it was last changed."),
    ],
    is_contained: true,
    ..EntityType::child("Microsoft.EventHub/namespaces/eventhubs", "2024-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-azure-event-hub",
    name: "Event Hubs",
    covers: &[
        "rm-azure-event-hub-has-location-relation",
        "rm-azure-resource-group-has-azure-event-hub-relation",
        "rm-azure-subscription-has-azure-event-hub",
        "rm-event-hub-namespace-has-azure-event-hub-relation",
    ],
    becomes: Becomes::one(&HUB)
        .refine(|hub, entity| {
            let group = entity.text("resourceGroup").map(str::to_owned);
            entity.set("resourceGroupName", group);
            entity.set("subscriptionId", hub.instance.subscription_id.as_deref());
            let namespace = hub.parent.and_then(|it| it.json.get("name")?.as_str());
            entity.set("namespace", namespace);
        })
        .links(&[
            Link::of_parent(RelationshipClass::Has),
            of_subscription(RelationshipClass::Has),
            Link::new(RelationshipClass::Has, &[], "/location")
                .by(|name, _| Some(Name::alias("location", &locations::name(name))))
                .kind(LOCATED)
                .or_map(&[LOCATED], |name, _| locations::mapped(LOCATED, name, None)),
            Link::uses(
                &[&STORAGE_ACCOUNT],
                "/properties/captureDescription/destination/properties/storageAccountResourceId",
            ),
        ]),
    ..Step::of(&HUB, "event-hub").of_each(&[&NAMESPACE])
};

const LOCATED: &str = "azure_event_hub_has_location";
