//! Key vaults, and whom their access policies let in.

use graph::{End, Key, Name, RelationshipClass, RelationshipKey, Unresolved};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::convert::{Item, Output};
use crate::entity::{EntityType, RESOURCE, always_list, flag, text};
use crate::entra::account::{ACCOUNT, account_name};
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::host::host;
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static VAULT: EntityType = EntityType {
    kind: "azure_keyvault_service",
    class: &["Service"],
    doc: "A vault of keys, secrets and certificates.",
    shared: RESOURCE,
    properties: &[
        text("vaultUrl", "/properties/vaultUri", "The address of the vault."),
        flag("enableSoftDelete", "/properties/enableSoftDelete", "Whether deleted ones are kept."),
        flag(
            "enablePurgeProtection",
            "/properties/enablePurgeProtection",
            "Whether deleted ones are kept even from those who may purge them.",
        ),
        flag(
            "enableRbacAuthorization",
            "/properties/enableRbacAuthorization",
            "Whether role assignments decide on access, rather than the access policies.",
        ),
        text("publicNetworkAccess", "/properties/publicNetworkAccess", "`Enabled` or `Disabled`."),
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["key-vault"], "What the service does."),
    ],
};

static LINKS: [Link; 2] = [
    Link::new(RelationshipClass::Allows, &[&USER, &GROUP, &SERVICE_PRINCIPAL], "")
        .or_map(&["mapping_source_allows_azure_principal"], |principal, _| unresolved(principal)),
    Link::of(&[&ACCOUNT], "/id").by(account_name),
];

pub(crate) static STEP: Step = Step {
    id: "rm-keyvault-vaults",
    name: "Key Vaults",
    covers: &["rm-keyvault-principal-relationships"],
    ingestion_source: Some("key-vault"),
    list: List::resource_manager(
        "/subscriptions/{subscription}/providers/Microsoft.KeyVault/vaults",
        "2026-02-01",
    ),
    permissions: &[Permission::Action("Microsoft.KeyVault/vaults/read")],
    emits: Some(&VAULT),
    links: &LINKS,
    aliases: |vault| {
        let url = vault.text("/properties/vaultUri");
        url.and_then(|url| host(url, vault.scope)).into_iter().collect()
    },
    relate: policies,
    ..Step::SUBSCRIPTION
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    object_id: String,
    application_id: Option<String>,
    #[serde(default)]
    permissions: Map<String, Value>,
}

fn policies(vault: &Item<'_>, out: &mut Output) {
    let Some(key) = vault.id().map(Key::new) else { return };
    let [allows, _] = &LINKS;
    for policy in vault.values("/properties/accessPolicies/*") {
        let Ok(policy) = Policy::deserialize(policy) else {
            out.lose(format!("{}.accessPolicies", VAULT.kind));
            continue;
        };
        let principal = End::named(Name::of_id(&policy.object_id));
        let mut reference = allows.reference(End::known(&key, VAULT.kind), principal);
        for sort in ["keys", "secrets", "storage", "certificates"] {
            let Some(granted) = policy.permissions.get(sort).and_then(Value::as_array) else {
                continue;
            };
            let granted: Vec<&str> = granted.iter().filter_map(Value::as_str).collect();
            reference.properties.insert(format!("permissions.{sort}"), granted.join(",").into());
        }
        // A policy may hold for a principal only through one application, besides another policy
        // that holds for the principal as such.
        if let Some(application) = &policy.application_id {
            let prefix = format!("{key}|allows|{}", application.to_ascii_lowercase());
            reference.key = Some(RelationshipKey::Prefix(prefix));
            reference.properties.insert("applicationId".into(), application.as_str().into());
        }
        reference.unresolved = unresolved(&policy.object_id);
        out.references.push(reference);
    }
}

/// A principal that is not collected, such as one of another directory.
fn unresolved(principal: &str) -> Unresolved {
    let target = json!({ "_type": "azure_principal", "_key": Key::new(principal) });
    Unresolved::Map {
        kind: "mapping_source_allows_azure_principal".to_owned(),
        filters: vec![vec!["_key".to_owned()]],
        target: target.as_object().cloned().unwrap_or_default(),
        skip_creation: false,
    }
}
