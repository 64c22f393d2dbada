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
        flag(
            "disableLocalAuth",
            "/properties/disableLocalAuth",
            "Whether only identities of the directory are let in, and no keys.",
        ),
        text(
            "encryption.keySource",
            "/properties/encryption/keySource",
            "`Microsoft.KeyVault` if keys of the customer encrypt what it keeps.",
        ),
        text("metricId", "/properties/metricId", "What its metrics are known by."),
        text(
            "minimumTlsVersion",
            "/properties/minimumTlsVersion",
            "The oldest TLS that it speaks.",
        ),
        text("principalId", "/identity/principalId", "As whom it acts."),
        text(
            "publicNetworkAccess",
            "/properties/publicNetworkAccess",
            "`Disabled` if only private endpoints reach it.",
        ),
        text("serviceBusEndpoint", "/properties/serviceBusEndpoint", "The address of it."),
        text("sku", "/sku/name", "`Basic`, `Standard` or `Premium`."),
        text("status", "/properties/status", "Such as `Active`."),
        flag(
            "zoneRedundant",
            "/properties/zoneRedundant",
            "Whether it survives that a zone fails.",
        ),
    ],
    ..EntityType::resource("Microsoft.ServiceBus/namespaces", "2021-11-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-service-bus-namespaces",
    name: "Service Bus Namespaces",
    list: List::of(&NAMESPACE),
    becomes: Becomes::one(&NAMESPACE).links(&[Link::uses(
        &[&VAULT],
        "/properties/encryption/keyVaultProperties/*/keyVaultUri",
    )
    .by(host)]),
    needs: Needs::subscription("service-bus"),
    ..Step::AZURE
};
