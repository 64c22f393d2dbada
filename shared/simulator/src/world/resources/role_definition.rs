//! Role definitions: Azure's own, the same in every tenant, and a few custom ones.

use serde_json::{Value, json};

use crate::world::dates::{DAY, TODAY, fraction};
use crate::world::resources::inventory::Inventory;
use crate::world::tenant::Tenant;

/// A built-in role: its well-known id, its name, and what it allows and does not allow.
struct BuiltIn {
    id: &'static str,
    name: &'static str,
    actions: &'static [&'static str],
    not_actions: &'static [&'static str],
    data_actions: &'static [&'static str],
}

const fn role(id: &'static str, name: &'static str, actions: &'static [&'static str]) -> BuiltIn {
    BuiltIn { id, name, actions, not_actions: &[], data_actions: &[] }
}

const BUILT_IN: [BuiltIn; 14] = [
    role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", &["*"]),
    BuiltIn {
        not_actions: &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ],
        ..role("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor", &["*"])
    },
    role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", &["*/read"]),
    role(
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "User Access Administrator",
        &["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
    ),
    role(
        "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
        "Virtual Machine Contributor",
        &["Microsoft.Compute/virtualMachines/*", "Microsoft.Network/networkInterfaces/*"],
    ),
    role(
        "4d97b98b-1d4f-4787-a291-c67834d212e7",
        "Network Contributor",
        &["Microsoft.Network/*", "Microsoft.Resources/deployments/*"],
    ),
    role("43d0d8ad-25c7-4714-9337-8ba259a9fe05", "Monitoring Reader", &["*/read"]),
    role("39bc4728-0917-49c7-9d2c-d95423bc2eb4", "Security Reader", &["Microsoft.Security/*/read"]),
    BuiltIn {
        data_actions: &["Microsoft.KeyVault/vaults/*"],
        ..role(
            "00482a5a-887f-4fb3-b363-3b7fe8e74483",
            "Key Vault Administrator",
            &["Microsoft.KeyVault/vaults/read"],
        )
    },
    BuiltIn {
        data_actions: &["Microsoft.KeyVault/vaults/*/read"],
        ..role(
            "21090545-7ca7-4776-b22c-e363652d74d2",
            "Key Vault Reader",
            &["Microsoft.KeyVault/vaults/read"],
        )
    },
    BuiltIn {
        data_actions: &["Microsoft.KeyVault/vaults/secrets/getSecret/action"],
        ..role("4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User", &[])
    },
    BuiltIn {
        data_actions: &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"],
        ..role(
            "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
            "Storage Blob Data Owner",
            &["Microsoft.Storage/storageAccounts/blobServices/containers/*"],
        )
    },
    BuiltIn {
        data_actions: &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"],
        ..role(
            "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
            "Storage Blob Data Contributor",
            &["Microsoft.Storage/storageAccounts/blobServices/containers/read"],
        )
    },
    BuiltIn {
        data_actions: &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
        ..role(
            "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
            "Storage Blob Data Reader",
            &["Microsoft.Storage/storageAccounts/blobServices/containers/read"],
        )
    },
];

/// Custom roles that can be assigned in a subscription: two of its own, and one that all of the
/// first subscriptions share.
const CUSTOM: u64 = 3;

/// The place of the role that may only read.
pub(crate) const READER: u64 = 2;

/// How many definitions a subscription lists.
pub(crate) const COUNT: u64 = BUILT_IN.len() as u64 + CUSTOM;

/// The id of a definition, spelt as it is for a subscription.
pub(crate) fn id(tenant: &Tenant, inventory: &Inventory, index: u64) -> String {
    let name =
        built_in(index).map_or_else(|| custom_name(tenant, inventory, index), |it| it.id.into());
    let subscription = tenant.subscription_id(inventory.subscription);
    format!(
        "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{name}"
    )
}

fn built_in(index: u64) -> Option<&'static BuiltIn> {
    BUILT_IN.get(usize::try_from(index).ok()?)
}

fn is_shared(index: u64) -> bool {
    index == COUNT - 1
}

fn custom_name(tenant: &Tenant, inventory: &Inventory, index: u64) -> String {
    let subscription = if is_shared(index) { u64::MAX } else { inventory.subscription };
    tenant.draw("custom role", subscription.wrapping_mul(CUSTOM).wrapping_add(index)).guid()
}

pub(crate) fn json(tenant: &Tenant, inventory: &Inventory, index: u64) -> Value {
    let id = id(tenant, inventory, index);
    let properties = match built_in(index) {
        Some(role) => json!({
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": format!("The built-in role {}.", role.name),
            "assignableScopes": ["/"],
            "permissions": [{
                "actions": role.actions,
                "notActions": role.not_actions,
                "dataActions": role.data_actions,
                "notDataActions": [],
            }],
            "createdOn": "2015-02-02T21:55:09.8806423Z",
            "updatedOn": "2026-05-12T15:16:27.2518442Z",
            "createdBy": null,
            "updatedBy": null,
        }),
        None => custom(tenant, inventory, index),
    };
    json!({
        "id": id,
        "name": id.rsplit('/').next(),
        "type": "Microsoft.Authorization/roleDefinitions",
        "properties": properties,
    })
}

fn custom(tenant: &Tenant, inventory: &Inventory, index: u64) -> Value {
    let mut draw = tenant.draw("custom role properties", index);
    let created = fraction(TODAY - 700 * DAY, draw.number());
    let creator = tenant.user_id(draw.below(tenant.users));
    let scopes: Vec<String> = if is_shared(index) {
        let subscriptions = tenant.inventories().iter().take(5);
        subscriptions
            .map(|inventory| {
                format!("/subscriptions/{}", tenant.subscription_id(inventory.subscription))
            })
            .collect()
    } else {
        vec![format!("/subscriptions/{}", tenant.subscription_id(inventory.subscription))]
    };
    let (name, actions, not_actions): (_, &[&str], &[&str]) = match index % CUSTOM {
        0 => (
            "VM Operator",
            &["Microsoft.Compute/*/read", "Microsoft.Compute/virtualMachines/*/action"],
            &[],
        ),
        1 => {
            ("Network Auditor", &["Microsoft.Network/*/read"], &["Microsoft.Network/vpnSites/read"])
        }
        _ => ("Inventory Reader", &["*/read"], &["Microsoft.KeyVault/vaults/secrets/read"]),
    };
    json!({
        "roleName": name,
        "type": "CustomRole",
        "description": if index.is_multiple_of(2) { "" } else { "Made by the platform team." },
        "assignableScopes": scopes,
        "permissions": [{
            "actions": actions,
            "notActions": not_actions,
            "dataActions": [],
            "notDataActions": [],
        }],
        "createdOn": created,
        "updatedOn": created,
        "createdBy": creator,
        "updatedBy": creator,
    })
}
