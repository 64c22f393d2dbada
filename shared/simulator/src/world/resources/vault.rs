//! Key vaults, as Azure Resource Manager shows them.

use serde_json::{Map, Value, json};

use super::kind::Spelling;
use super::network::subnet_id;
use super::resource::Resource;
use crate::world::dates::{DAY, TODAY, utc};

/// Why the data plane of a vault refuses everyone, also who may read all vaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// Nobody has been assigned a role on its contents.
    Rbac,
    /// No access policy names anyone who asks.
    Policy,
    /// Its firewall lets in only a private network.
    Firewall,
}

/// Whether roles decide about a vault's contents, rather than access policies.
pub(crate) const fn uses_roles(vault: &Resource) -> bool {
    !matches!(vault.index % 10, 1 | 3 | 4 | 7)
}

/// The vaults whose contents only the management plane shows.
pub(crate) const fn closed(vault: &Resource) -> Option<Closed> {
    match vault.index % 10 {
        2 => Some(Closed::Rbac),
        4 => Some(Closed::Policy),
        6 => Some(Closed::Firewall),
        _ => None,
    }
}

/// The address of a vault, as its properties say it.
pub(crate) fn uri(vault: &Resource) -> String {
    format!("https://{}.vault.azure.net/", vault.name())
}

pub(crate) fn json(vault: &Resource) -> Map<String, Value> {
    let mut draw = vault.draw("vault");
    let created = TODAY - DAY * i64::try_from(draw.below(1800)).unwrap_or_default() - 200;
    let is_private = closed(vault) == Some(Closed::Firewall);
    let mut properties = json!({
        "tenantId": vault.tenant.id(),
        "sku": { "family": "A", "name": draw.pick(&["standard", "standard", "premium"]) },
        "vaultUri": uri(vault),
        "provisioningState": "Succeeded",
        "accessPolicies": if uses_roles(vault) { json!([]) } else { policies(vault) },
        "enabledForDeployment": draw.chance(20),
        "enabledForDiskEncryption": draw.chance(20),
        "enabledForTemplateDeployment": draw.chance(20),
        "enableSoftDelete": true,
        "softDeleteRetentionInDays": 90,
        "publicNetworkAccess": if is_private { "Disabled" } else { "Enabled" },
    });
    if uses_roles(vault) {
        properties["enableRbacAuthorization"] = json!(true);
    } else if draw.chance(50) {
        properties["enableRbacAuthorization"] = json!(false);
    }
    // Purge protection is there or not; it is never false.
    if draw.chance(60) {
        properties["enablePurgeProtection"] = json!(true);
    }
    if is_private || draw.chance(20) {
        properties["networkAcls"] = json!({
            "bypass": "AzureServices",
            "defaultAction": "Deny",
            "ipRules": [{ "value": "198.51.100.7/32" }],
            "virtualNetworkRules": [{
                "id": subnet_id(vault, 0).to_lowercase(),
                "ignoreMissingVnetServiceEndpoint": false,
            }],
        });
    }
    let mut resource = vault.envelope(Spelling::Created, properties);
    // This provider always says which tags there are.
    resource.entry("tags").or_insert_with(|| json!({}));
    resource.insert(
        "systemData".into(),
        json!({
            "createdBy": format!("deployment@{}", vault.tenant.default_domain()),
            "createdByType": "User",
            "createdAt": utc(created),
            "lastModifiedBy": vault.tenant.service_principal_id(0),
            "lastModifiedByType": "Application",
            "lastModifiedAt": utc(created + DAY),
        }),
    );
    resource
}

/// Access policies: of a user, of a group, of a principal that has since been deleted, and of those
/// whom the vault lets read it.
fn policies(vault: &Resource) -> Value {
    let (tenant, mut draw) = (vault.tenant, vault.draw("policies"));
    let policy = |object: String, keys: &[&str], secrets: &[&str]| {
        json!({
            "tenantId": tenant.id(),
            "objectId": object,
            "permissions": { "keys": keys, "secrets": secrets, "certificates": [], "storage": [] },
        })
    };
    let mut policies = vec![
        policy(tenant.user_id(draw.below(tenant.users)), &["get", "list", "create"], &["all"]),
        policy(tenant.group_id(draw.below(tenant.groups)), &["Get", "List"], &["Get", "List"]),
        policy(draw.guid(), &[], &["get"]),
    ];
    if closed(vault).is_none() {
        let readers = (0..).zip(tenant.principals()).filter(|(_, it)| it.vaults);
        policies.extend(readers.map(|(place, _)| {
            let mut policy = policy(tenant.service_principal_id(place), &["List"], &["List"]);
            policy["permissions"]["certificates"] = json!(["List", "Get"]);
            policy
        }));
    }
    json!(policies)
}
