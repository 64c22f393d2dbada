//! Which vaults do not let the principal list what is in them.

use serde_json::Value;
use steps::{Permission, Step};

use super::finding::{Affected, Finding, Subscription, VaultRefusal};
use crate::ask::list;
use crate::permissions::Permissions;
use crate::plan::PlannedStep;
use crate::ports::Fetch;

/// The list of vaults. Source: Key Vault, "Vaults - List By Subscription".
const VAULTS: &str = "providers/Microsoft.KeyVault/vaults?api-version=2026-02-01";

/// For how many vaults of a subscription it is asked which roles hold at the vault itself. It takes
/// a request for each.
const ASKED: usize = 50;

/// Who asks.
#[derive(Clone, Copy)]
pub(super) struct Principal<'a> {
    /// The object id, which access policies name.
    pub(super) object_id: Option<&'a str>,
    /// What it may do in the subscription.
    pub(super) permissions: &'a Permissions,
}

/// Examines the vaults of a subscription, in which some steps read.
pub(super) async fn examine(
    fetch: &dyn Fetch,
    subscription: &Subscription,
    steps: &[PlannedStep],
    in_vaults: &[&'static Step],
    principal: Principal<'_>,
) -> Vec<Finding> {
    let vaults = match list(fetch, &subscription.id, VAULTS, "vaults").await {
        Ok(vaults) => vaults,
        Err(failure) => {
            let name = subscription.name.as_deref().unwrap_or(&subscription.id);
            return vec![Finding::unknown(format!("the vaults of subscription {name}"), &failure)];
        }
    };
    let mut findings = Vec::new();
    let mut asked = 0;
    for vault in &vaults {
        let Some(id) = vault["id"].as_str() else { continue };
        let mut refused = refusals(vault, in_vaults, principal);
        let is_by_role = refused.iter().any(|(_, because)| *because == VaultRefusal::Role);
        if is_by_role && asked < ASKED {
            asked += 1;
            match Permissions::of_resource(fetch, &subscription.id, id).await {
                Ok(permissions) => {
                    let principal = Principal { permissions: &permissions, ..principal };
                    refused = refusals(vault, in_vaults, principal);
                }
                Err(failure) => {
                    findings.push(Finding::unknown(
                        format!("which roles hold at vault {id}"),
                        &failure,
                    ));
                    continue;
                }
            }
        }
        let Some(&(_, because)) = refused.first() else { continue };
        // Where Azure Resource Manager is asked in its place, nothing is missing.
        let lost = refused.iter().filter(|(step, _)| step.list.fallback.is_none());
        let lost: Vec<&'static str> = lost.map(|(step, _)| step.id).collect();
        let affects = Affected::by(steps, &lost);
        let vaults = vec![id.to_owned()];
        findings.push(Finding::VaultsRefuse { vaults, because, affects });
    }
    findings
}

/// The steps that a vault does not let read, and why.
fn refusals(
    vault: &Value,
    in_vaults: &[&'static Step],
    principal: Principal<'_>,
) -> Vec<(&'static Step, VaultRefusal)> {
    let properties = &vault["properties"];
    let is =
        |value: &Value, word: &str| value.as_str().is_some_and(|it| it.eq_ignore_ascii_case(word));
    let network = if is(&properties["publicNetworkAccess"], "Disabled") {
        Some(VaultRefusal::Network)
    } else if is(&properties["networkAcls"]["defaultAction"], "Deny") {
        Some(VaultRefusal::Firewall)
    } else {
        None
    };
    let refusal = |step: &&'static Step| {
        let because = if properties["enableRbacAuthorization"] == true {
            let mut needed = step.permissions().into_iter();
            let is_allowed = needed.all(|it| match it {
                Permission::DataAction(action) => principal.permissions.allow_data(action),
                _ => true,
            });
            (!is_allowed).then_some(VaultRefusal::Role)
        } else {
            let is_let_in = may_list(properties, step, principal.object_id);
            (!is_let_in).then_some(VaultRefusal::Policy)
        };
        because.or(network).map(|because| (*step, because))
    };
    in_vaults.iter().filter_map(refusal).collect()
}

/// Whether an access policy of a vault lets the principal list what a step reads.
fn may_list(properties: &Value, step: &Step, object_id: Option<&str>) -> bool {
    // The list `/keys` needs the permission `list` of `keys`.
    let path = step.list.path();
    let collection = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let is_own = |policy: &&Value| {
        let own = object_id.zip(policy["objectId"].as_str());
        own.is_some_and(|(own, other)| own.eq_ignore_ascii_case(other))
    };
    let lists = |policy: &Value| {
        let granted = policy["permissions"][collection].as_array();
        let is_list = |it: &Value| {
            it.as_str()
                .is_some_and(|it| ["list", "all"].iter().any(|word| it.eq_ignore_ascii_case(word)))
        };
        granted.is_some_and(|it| it.iter().any(is_list))
    };
    let policies = properties["accessPolicies"].as_array();
    policies.is_some_and(|it| it.iter().filter(is_own).any(lists))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(vault: &Value, object_id: Option<&str>) -> Vec<VaultRefusal> {
        let nobody = Permissions::none();
        let keys = steps::find("rm-keyvault-keys").unwrap();
        let principal = Principal { object_id, permissions: &nobody };
        refusals(vault, &[keys], principal).into_iter().map(|(_, because)| because).collect()
    }

    #[test]
    fn a_policy_lets_list_what_it_names_and_nothing_else() {
        let vault = |permissions: Value| {
            json!({ "properties": { "accessPolicies": [
                { "objectId": "SOMEBODY", "permissions": permissions },
            ] } })
        };
        assert_eq!(refused(&vault(json!({ "keys": ["Get", "List"] })), Some("somebody")), []);
        assert_eq!(refused(&vault(json!({ "keys": ["all"] })), Some("somebody")), []);
        for (permissions, object_id) in [
            (json!({ "keys": ["Get"], "secrets": ["List"] }), Some("somebody")),
            (json!({ "keys": ["List"] }), Some("another")),
            (json!({ "keys": ["List"] }), None),
        ] {
            assert_eq!(refused(&vault(permissions), object_id), [VaultRefusal::Policy]);
        }
    }

    #[test]
    fn a_vault_that_goes_by_roles_ignores_its_policies() {
        let vault = json!({ "properties": {
            "enableRbacAuthorization": true,
            "accessPolicies": [{ "objectId": "a", "permissions": { "keys": ["list"] } }],
        } });
        assert_eq!(refused(&vault, Some("a")), [VaultRefusal::Role]);
    }

    #[test]
    fn a_closed_vault_refuses_whom_it_would_let_in() {
        let mut vault = json!({ "properties": {
            "publicNetworkAccess": "disabled",
            "accessPolicies": [{ "objectId": "a", "permissions": { "keys": ["list"] } }],
        } });
        assert_eq!(refused(&vault, Some("a")), [VaultRefusal::Network]);
        vault["properties"]["publicNetworkAccess"] = json!("Enabled");
        vault["properties"]["networkAcls"] = json!({ "defaultAction": "Deny" });
        assert_eq!(refused(&vault, Some("a")), [VaultRefusal::Firewall]);
    }
}
