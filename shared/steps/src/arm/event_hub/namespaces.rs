//! Namespaces of Event Hubs, and the keys that encrypt what they keep.

use graph::{Key, Name};

use crate::arm::event_hub::clusters::CLUSTER;
use crate::arm::key_vault::keys::KEY;
use crate::arm::key_vault::vaults::VAULT;
use crate::host::host;
use crate::prelude::*;

pub(crate) static NAMESPACE: EntityType = EntityType {
    kind: "azure_event_hub_namespace",
    class: &["Group"],
    doc: "What event hubs are reached through.",
    properties: &[
        is("active", "/properties/status", "Active", "Whether it answers."),
        text("clusterArmId", "/properties/", "The cluster that it runs on."),
        date("createdOn", "/properties/createdAt", "When it was created."),
        flag("disableLocalAuth", "/properties/", "Whether it takes no keys, only identities."),
        text(
            "encryption.keySource",
            "/properties/encryption/keySource",
            "`Microsoft.KeyVault` if keys of the customer encrypt what it keeps.",
        ),
        flag(
            "encryption.requireInfrastructureEncryption",
            "/properties/encryption/requireInfrastructureEncryption",
            "Whether what it keeps is encrypted twice.",
        ),
        flag("isAutoInflateEnabled", "/properties/", "Whether it grows by itself."),
        flag("kafkaEnabled", "/properties/", "Whether it speaks Kafka."),
        text("metricId", "/properties/", "What its metrics are known by."),
        text("minimumTlsVersion", "/properties/", "The oldest TLS that it speaks."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("resourceGroupName", COMPUTED, "The resource group, in lower case."),
        text("serviceBusEndpoint", "/properties/", "The address of it."),
        number("sku.capacity", "/sku/capacity", "How many units of throughput it has."),
        text("sku.name", "/sku/name", "`Basic`, `Standard` or `Premium`."),
        text("status", "/properties/", "Such as `Active`."),
        date("updatedOn", "/properties/updatedAt", "When it was last changed."),
        flag("zoneRedundant", "/properties/", "Whether it survives that a zone fails."),
    ],
    ..EntityType::resource("Microsoft.EventHub/namespaces", "2024-01-01")
};

pub(crate) static ENCRYPTION_KEY: EntityType = EntityType {
    kind: "azure_event_hub_key",
    class: &["Key"],
    doc: "A vault whose keys encrypt what namespaces of Event Hubs keep.",
    properties: &[
        text("displayName", "/keyName", "The name of the key."),
        text("id", "/keyName", "The name of the key."),
        text("keyVaultUri", "/", "The address of the vault that holds the key."),
        text("keyVersion", "/", "The version of the key; the latest if it is not said."),
        text("name", "/keyName", "The name of the key."),
        text("namespaceId", COMPUTED, "The namespace whose events it encrypts."),
    ],
    ..EntityType::IMPLIED
};

pub(crate) static STEP: Step = Step {
    id: "rm-event-hub-namespace",
    name: "Event Hub Namespaces",
    covers: &[
        "rm-azure-event-hub-key",
        "rm-event-hub-cluster-assigned-event-hub-namespace-relation",
        "rm-event-hub-keys-uses-azure-key-vault-relation",
        "rm-event-hub-namespace-has-event-hub-key-relation",
    ],
    becomes: Becomes::one(&NAMESPACE)
        .refine(|_, entity| {
            let group = entity.text("resourceGroup").map(str::to_owned);
            entity.set("resourceGroupName", group);
        })
        .links(&[
            Link::new(RelationshipClass::Assigned, &[&CLUSTER], "/properties/clusterArmId")
                .reverse(),
            Link::found(RelationshipClass::Uses, &[&KEY], keys),
        ])
        .nested(&[Nested::at(
            KEYS,
            Becomes::one(&ENCRYPTION_KEY)
                .key(|key| key.key("/keyVaultUri"))
                .refine(|key, entity| {
                    let namespace = key.parent.and_then(|it| it.json.get("id")?.as_str());
                    entity.set("namespaceId", namespace);
                })
                .links(&[
                    Link::of_parent(RelationshipClass::Has),
                    Link::uses(&[&VAULT], "/keyVaultUri").by(host),
                ]),
        )]),
    ..Step::of(&NAMESPACE, "event-hub")
};

const KEYS: &str = "/properties/encryption/keyVaultProperties/*";

/// The keys in vaults that encrypt what a namespace keeps.
fn keys(namespace: &Item<'_>) -> Vec<Name> {
    let text = |key: &serde_json::Value, name: &str| key.get(name)?.as_str().map(str::to_owned);
    let named = |key: &serde_json::Value| {
        let (vault, name) = (text(key, "keyVaultUri")?, text(key, "keyName")?);
        let address = format!("{}/keys/{name}", vault.trim_end_matches('/'));
        Some(Name::from(&Key::new(&address)))
    };
    namespace.values(KEYS).into_iter().filter_map(named).collect()
}
