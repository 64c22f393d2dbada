//! Key vaults, and whom their access policies let in.

use graph::{Key, RelationshipKey};
use serde_json::{Map, Value, json};

use crate::arm::network_rule_sets::{ALLOWS_SUBNETS, NETWORK_DEFAULT_ACTION};
use crate::entra::account;
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::host::host;
use crate::prelude::*;

pub(crate) static VAULT: EntityType = EntityType {
    kind: "azure_keyvault_service",
    class: &["Service"],
    doc: "A vault of keys, secrets and certificates.",
    properties: &[
        text("vaultUrl", "/properties/vaultUri", "The address of the vault."),
        flag("enableSoftDelete", "/properties/", "Whether deleted ones are kept."),
        flag("enablePurgeProtection", "/properties/", "Whether nobody can purge what is deleted."),
        flag("enableRbacAuthorization", "/properties/", "Whether roles rule, not access policies."),
        number(
            "softDeleteRetentionInDays",
            "/properties/",
            "For how many days deleted ones are kept.",
        ),
        text("publicNetworkAccess", "/properties/", "`Enabled` or `Disabled`."),
        NETWORK_DEFAULT_ACTION,
        each(
            "allowedIpRanges",
            "/properties/networkAcls/ipRules/*/value",
            "The addresses that reach it.",
        ),
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["key-vault"], "What the service does."),
    ],
    ..EntityType::resource("Microsoft.KeyVault/vaults", "2026-02-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-keyvault-vaults",
    name: "Key Vaults",
    covers: &["rm-keyvault-principal-relationships"],
    becomes: Becomes::one(&VAULT)
        .aliases(|vault| {
            let url = vault.text("/properties/vaultUri");
            url.and_then(|url| host(url, vault)).into_iter().collect()
        })
        .links(&[account::HAS, ALLOWS_SUBNETS])
        .nested(&[Nested::at("/properties/accessPolicies/*", Becomes::related(&[ALLOWS]))]),
    ..Step::of(&VAULT, "key-vault")
};

/// An access policy is how a vault allows somebody in.
const ALLOWS: Link = Link::from_parent(RelationshipClass::Allows, PRINCIPALS, "/objectId")
    .with(granted)
    .key(application)
    .or_map(&[MAPPED], |principal, _| {
        // A principal that is not collected, such as one of another directory.
        let target = json!({ "_type": "azure_principal", "_key": Key::new(principal) });
        map(MAPPED, &[&["_key"]], target)
    })
    .or_lose("azure_keyvault_service.accessPolicies");

const PRINCIPALS: &[&EntityType] = &[&USER, &GROUP, &SERVICE_PRINCIPAL];
const MAPPED: &str = "mapping_source_allows_azure_principal";

/// What a policy lets a principal do.
fn granted(_: &str, policy: &Item<'_>) -> Map<String, Value> {
    let mut properties = Map::new();
    for sort in ["keys", "secrets", "storage", "certificates"] {
        if !policy.values(&format!("/permissions/{sort}")).is_empty() {
            let granted = policy.texts(&format!("/permissions/{sort}/*")).join(",");
            properties.insert(format!("permissions.{sort}"), granted.into());
        }
    }
    if let Some(application) = policy.text("/applicationId") {
        properties.insert("applicationId".to_owned(), application.into());
    }
    properties
}

/// A policy may hold for a principal only through one application, besides another policy that
/// holds for the principal as such.
fn application(_: &str, policy: &Item<'_>) -> Option<RelationshipKey> {
    let application = policy.text("/applicationId")?.to_ascii_lowercase();
    Some(RelationshipKey::Prefix(format!("{}|allows|{application}", policy.parent?.key)))
}
