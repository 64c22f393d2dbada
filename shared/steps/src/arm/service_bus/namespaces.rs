//! Namespaces of Service Bus.

use crate::prelude::*;

pub(crate) static NAMESPACE: EntityType = EntityType {
    kind: "azure_service_bus_namespace",
    class: &["Service"],
    doc: "What queues and topics of Service Bus are reached through.",
    properties: &[
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["messaging"], "What the service does."),
        date("createdOn", "/properties/createdAt", "When it was created."),
        text("metricId", "/properties/metricId", "What its metrics are known by."),
        text("serviceBusEndpoint", "/properties/serviceBusEndpoint", "The address of it."),
    ],
    ..EntityType::resource("Microsoft.ServiceBus/namespaces", "2021-11-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-service-bus-namespaces",
    name: "Service Bus Namespaces",
    list: List::of(&NAMESPACE),
    becomes: Becomes::one(&NAMESPACE),
    needs: Needs::subscription("service-bus"),
    ..Step::AZURE
};
