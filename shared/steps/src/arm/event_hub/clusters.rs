//! Clusters that Event Hubs runs for one customer alone.

use crate::prelude::*;

pub(crate) static CLUSTER: EntityType = EntityType {
    kind: "azure_event_hub_cluster",
    class: &["Cluster"],
    doc: "Machines on which namespaces of one customer run.",
    properties: &[
        is("active", "/properties/status", "Active", "Whether it answers."),
        date("createdOn", "/properties/createdAt", "When it was created."),
        text("metricId", "/properties/", "What its metrics are known by."),
        number("sku.capacity", "/sku/capacity", "How many units it has."),
        text("sku.name", "/sku/name", "`Dedicated`."),
        text("status", "/properties/", "Such as `Active`."),
        text("subscriptionId", COMPUTED, "The subscription that it lies in."),
        flag("supportsScaling", "/properties/", "Whether its size can change."),
        date("updatedOn", "/properties/updatedAt", "When it was last changed."),
    ],
    ..EntityType::resource("Microsoft.EventHub/clusters", "2024-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-event-hub-cluster",
    name: "Event Hub Clusters",
    becomes: Becomes::one(&CLUSTER).refine(|cluster, entity| {
        entity.set("subscriptionId", cluster.instance.subscription_id.as_deref());
    }),
    ..Step::of(&CLUSTER, "event-hub")
};
