//! Storage accounts.

use graph::Entity;
use serde_json::{Map, Value};

use crate::arm::key_vault::vaults::VAULT;
use crate::arm::network_rule_sets::ALLOWS_SUBNETS;
use crate::host::host;
use crate::path;
use crate::prelude::*;

pub(crate) static STORAGE_ACCOUNT: EntityType = EntityType {
    kind: "azure_storage_account",
    class: &["Service"],
    doc: "A store of blobs, files, queues and tables.",
    properties: &[
        always_list("category", &["infrastructure"], "What it is to its owner."),
        always_list("function", &["storage"], "What it does."),
        text("kind", "/", "Such as `StorageV2`: which services it has."),
        text("sku", "/sku/name", "Such as `Standard_LRS`: where its copies lie."),
        date("createdOn", "/properties/creationTime", "When it was created."),
        list("endpoints", COMPUTED, "The addresses of its services."),
        flag("allowBlobPublicAccess", "/properties/", "Whether a container can be opened to all."),
        flag("allowSharedKeyAccess", "/properties/", "Whether keys open it; they do if not set."),
        flag(
            "enableHttpsTrafficOnly",
            "/properties/supportsHttpsTrafficOnly",
            "Whether it refuses requests that are not encrypted.",
        ),
        text("minimumTlsVersion", "/properties/", "The oldest TLS it speaks, such as `TLS1_2`."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text(
            "networkRuleSet.defaultAction",
            "/properties/networkAcls/defaultAction",
            "`Allow` if it answers to networks that no rule names.",
        ),
        text(
            "networkRuleSet.bypass",
            "/properties/networkAcls/bypass",
            "Which services of Azure's the network rules do not bind.",
        ),
        text("networkRuleSet.allowedIpAddresses", COMPUTED, "Addresses let in, joined by commas."),
        flag(
            "encryptedBlob",
            "/properties/encryption/services/blob/enabled",
            "Whether blobs are encrypted.",
        ),
        flag(
            "encryptedFileShare",
            "/properties/encryption/services/file/enabled",
            "Whether files are encrypted.",
        ),
        flag(
            "encryptedQueue",
            "/properties/encryption/services/queue/enabled",
            "Whether queues are encrypted.",
        ),
        flag(
            "encryptedTable",
            "/properties/encryption/services/table/enabled",
            "Whether tables are encrypted.",
        ),
        text(
            "encryption.keySource",
            "/properties/encryption/keySource",
            "`Microsoft.Keyvault` if the owner's key encrypts it.",
        ),
        flag(
            "encryption.requireInfrastructureEncryption",
            "/properties/encryption/requireInfrastructureEncryption",
            "Whether what it keeps is encrypted twice.",
        ),
        text(
            "encryption.keyVaultProperties.keyName",
            "/properties/encryption/keyVaultProperties/keyName",
            "The key that encrypts it.",
        ),
        text(
            "encryption.keyVaultProperties.keyVersion",
            "/properties/encryption/keyVaultProperties/keyVersion",
            "The version of the key, empty for the latest.",
        ),
        text("encryption.keyVaultProperties.keyVaultUri", KEY_VAULT, "The vault that has the key."),
        text(
            "encryption.keyVaultProperties.currentVersionedKeyIdentifier",
            "/properties/encryption/keyVaultProperties/currentVersionedKeyIdentifier",
            "The version of the key that is in use.",
        ),
        text(
            "encryption.keyVaultProperties.currentVersionedKeyExpirationTimestamp",
            "/properties/encryption/keyVaultProperties/currentVersionedKeyExpirationTimestamp",
            "When that version expires.",
        ),
        text(
            "encryption.keyVaultProperties.lastKeyRotationTimestamp",
            "/properties/encryption/keyVaultProperties/lastKeyRotationTimestamp",
            "When the version was last changed.",
        ),
    ],
    ..EntityType::resource("Microsoft.Storage/storageAccounts", "2024-01-01")
};

const KEY_VAULT: &str = "/properties/encryption/keyVaultProperties/keyVaultUri";

pub(crate) static STEP: Step = Step {
    id: "rm-storage-resources",
    name: "Storage Accounts",
    becomes: Becomes::one(&STORAGE_ACCOUNT)
        .aliases(|account| {
            let blobs = account.text("/properties/primaryEndpoints/blob");
            blobs.and_then(|uri| host(uri, account)).into_iter().collect()
        })
        .refine(services)
        .links(&[Link::uses(&[&VAULT], KEY_VAULT).by(host).with(key), ALLOWS_SUBNETS]),
    ..Step::of(&STORAGE_ACCOUNT, "storage")
};

/// Which key of the vault the account uses.
fn key(_: &str, account: &Item<'_>) -> Map<String, Value> {
    let values = path::first(account.json, "/properties/encryption/keyVaultProperties");
    let value = |name: &'static str| {
        let value = path::first(values?, &format!("/{name}"))?;
        Some((name.to_owned(), value.clone())).filter(|_| value.is_string())
    };
    ["keyName", "keyVaultUri", "keyVersion"].into_iter().filter_map(value).collect()
}

fn services(account: &Item<'_>, entity: &mut Entity) {
    let mut endpoints = account.texts("/properties/primaryEndpoints/*");
    endpoints.extend(account.texts("/properties/primaryEndpoints/*/*"));
    entity.set("endpoints", Some(endpoints).filter(|it| !it.is_empty()));
    if path::first(account.json, "/properties/networkAcls").is_some() {
        let allowed = account.texts("/properties/networkAcls/ipRules/*/value").join(",");
        entity.set("networkRuleSet.allowedIpAddresses", Some(allowed));
    }
}
