//! Namespaces of Service Bus.

use crate::arm::key_vault::vaults::VAULT;
use crate::host::host;
use crate::prelude::*;

pub(crate) static NAMESPACE: EntityType = EntityType {
    kind: "azure_service_bus_namespace",
    class: &["Service"],
    doc: "What queues and topics of Service Bus are reached through.",
    properties: &[
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["event-delivery"], "What the service does."),
        date("createdOn", "/properties/createdAt", "When it was created."),
        flag("disableLocalAuth", "/properties/", "Whether it takes no keys, only identities."),
        text(
            "encryption.keySource",
            "/properties/encryption/keySource",
            "`Microsoft.KeyVault` if keys of the customer encrypt what it keeps.",
        ),
        text("metricId", "/properties/", "What its metrics are known by."),
        text("minimumTlsVersion", "/properties/", "The oldest TLS that it speaks."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("serviceBusEndpoint", "/properties/", "The address of it."),
        text("sku", "/sku/name", "`Basic`, `Standard` or `Premium`."),
        text("status", "/properties/", "Such as `Active`."),
        flag("zoneRedundant", "/properties/", "Whether it survives that a zone fails."),
    ],
    ..EntityType::resource("Microsoft.ServiceBus/namespaces", "2021-11-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-service-bus-namespaces",
    name: "Service Bus Namespaces",
    ..Step::of(&NAMESPACE, "service-bus").links(&[Link::uses(
        &[&VAULT],
        "/properties/encryption/keyVaultProperties/*/keyVaultUri",
    )
    .by(host)])
};
