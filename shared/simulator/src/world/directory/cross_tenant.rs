//! How the tenant works together with others.

use serde_json::{Value, json};

use super::document::Document;
use crate::world::tenant::Tenant;

/// The policy that says how the tenant works with others.
pub(crate) fn policy() -> Document {
    Document::new(
        "crossTenantAccessPolicy",
        json!({ "allowedCloudEndpoints": ["microsoftonline.us"], "displayName": "CrossTenantAccessPolicy" }),
    )
}

fn collaboration(access: &str) -> Value {
    let targets = |target: &str, kind: &str| json!({ "accessType": access, "targets": [{ "target": target, "targetType": kind }] });
    json!({
        "applications": targets("AllApplications", "application"),
        "usersAndGroups": targets("AllUsers", "user"),
    })
}

/// What holds for tenants that nothing was agreed with.
pub(crate) fn default() -> Document {
    Document::new(
        "crossTenantAccessPolicyConfigurationDefault",
        json!({
            "automaticUserConsentSettings": { "inboundAllowed": false, "outboundAllowed": false },
            "b2bCollaborationInbound": collaboration("allowed"),
            "b2bCollaborationOutbound": collaboration("allowed"),
            "b2bDirectConnectInbound": collaboration("blocked"),
            "b2bDirectConnectOutbound": collaboration("blocked"),
            "inboundTrust": {
                "isCompliantDeviceAccepted": false,
                "isHybridAzureADJoinedDeviceAccepted": false,
                "isMfaAccepted": false,
            },
            "isServiceDefault": true,
            "tenantRestrictions": null,
        }),
    )
}

/// How many other tenants something was agreed with.
pub(crate) const PARTNERS: u64 = 3;

/// What was agreed with another tenant.
pub(crate) fn partner(tenant: &Tenant, place: u64) -> Document {
    Document::new(
        "crossTenantAccessPolicyConfigurationPartner",
        json!({
            "tenantId": tenant.draw("partner", place).guid(),
            "automaticUserConsentSettings": {
                "inboundAllowed": place == 1,
                "outboundAllowed": (place == 1).then_some(true),
            },
            // Where nothing was agreed, the default holds.
            "b2bCollaborationInbound": if place == 0 { collaboration("blocked") } else { Value::Null },
            "b2bCollaborationOutbound": null,
            "b2bDirectConnectInbound": if place == 2 { collaboration("allowed") } else { Value::Null },
            "b2bDirectConnectOutbound": null,
            "inboundTrust": if place == 1 {
                json!({
                    "isCompliantDeviceAccepted": true,
                    "isHybridAzureADJoinedDeviceAccepted": false,
                    "isMfaAccepted": true,
                })
            } else {
                Value::Null
            },
            "isInMultiTenantOrganization": false,
            "isServiceProvider": place == 2,
            "tenantRestrictions": null,
        }),
    )
}

/// Whether users come from a partner by synchronization, where that was agreed.
pub(crate) fn synchronization(tenant: &Tenant, place: u64) -> Value {
    if place != 1 {
        return Value::Null;
    }
    json!({
        "tenantId": tenant.draw("partner", place).guid(),
        "displayName": "Partner",
        "userSyncInbound": { "isSyncAllowed": true },
    })
}
