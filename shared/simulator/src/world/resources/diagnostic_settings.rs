//! Diagnostic settings: where the logs of a resource or of a subscription go.

use serde_json::{Value, json};

use super::coded::Coded;
use super::kind::Spelling;
use super::resource::Resource;
use crate::world::random::Draw;
use crate::world::resources::inventory::Inventory;
use crate::world::tenant::Tenant;

/// The categories of a subscription's activity log.
const ACTIVITY: [&str; 8] = [
    "Administrative",
    "Security",
    "ServiceHealth",
    "Alert",
    "Recommendation",
    "Policy",
    "Autoscale",
    "ResourceHealth",
];

/// The settings of a resource.
///
/// Ids are in lower case and have the namespace of Azure Monitor in lower case.
pub(crate) fn of_resource(resource: &Resource) -> Vec<Value> {
    let logs = match resource.kind.code {
        Some(Coded::VirtualMachine | Coded::NetworkInterface | Coded::StorageAccount) => Vec::new(),
        Some(Coded::PublicIpAddress) => {
            vec![log("DDoSProtectionNotifications", true), log("DDoSMitigationReports", false)]
        }
        Some(Coded::VirtualNetwork) => vec![log("VMProtectionAlerts", true)],
        Some(Coded::NetworkSecurityGroup) => {
            vec![
                log("NetworkSecurityGroupEvent", true),
                log("NetworkSecurityGroupRuleCounter", true),
            ]
        }
        Some(Coded::Vault) if !resource.index.is_multiple_of(2) => {
            vec![log("AuditEvent", true), log("AzurePolicyEvaluationDetails", false)]
        }
        _ => vec![group("audit"), group("allLogs")],
    };
    let mut draw = resource.draw("diagnostics");
    // Vaults are audited more often than the rest; a few resources have two settings.
    let percent = if resource.is(Coded::Vault) { 75 } else { 20 };
    let count = if draw.chance(percent) { 1 + u64::from(draw.chance(15)) } else { 0 };
    let settings = (0..count).map(|number| {
        let name = if number == 0 { "send-to-workspace" } else { "Archive" };
        let scope = resource.id(Spelling::Lower);
        let mut properties = json!({
            "logs": logs,
            "metrics": [{
                "category": "AllMetrics",
                "enabled": draw.chance(60),
                "retentionPolicy": { "enabled": false, "days": 0 },
                "timeGrain": null,
            }],
            "logAnalyticsDestinationType": null,
        });
        destination(&mut properties, resource.tenant, resource.inventory, number == 0, &mut draw);
        json!({
            "id": format!("{scope}/providers/microsoft.insights/diagnosticSettings/{name}"),
            "type": "Microsoft.Insights/diagnosticSettings",
            "name": name,
            "location": null,
            "kind": null,
            "tags": null,
            "identity": null,
            "properties": properties,
        })
    });
    settings.collect()
}

/// The settings of a subscription's activity log. Their ids have no slash at the start.
pub(crate) fn of_subscription(tenant: &Tenant, inventory: &Inventory) -> Vec<Value> {
    let mut draw = tenant.draw("subscription diagnostics", inventory.subscription);
    let has_one = inventory.subscription == 0 || draw.chance(60);
    let settings = has_one.then(|| {
        let logs: Vec<Value> = ACTIVITY
            .iter()
            .map(|category| {
                let enabled = matches!(*category, "Administrative" | "Policy") || draw.chance(60);
                json!({ "category": category, "categoryGroup": null, "enabled": enabled })
            })
            .collect();
        let mut properties = json!({ "logs": logs, "metrics": [] });
        destination(&mut properties, tenant, inventory, draw.chance(50), &mut draw);
        let subscription = tenant.subscription_id(inventory.subscription);
        json!({
            "id": format!(
                "subscriptions/{subscription}/providers/microsoft.insights/diagnosticSettings/\
                 activity-log"
            ),
            "type": "Microsoft.Insights/diagnosticSettings",
            "name": "activity-log",
            "location": "global",
            "kind": null,
            "tags": null,
            "identity": null,
            "properties": properties,
        })
    });
    settings.into_iter().collect()
}

/// A log workspace, which lies outside of what is simulated, or a storage account.
fn destination(
    properties: &mut Value,
    tenant: &Tenant,
    inventory: &Inventory,
    is_workspace: bool,
    draw: &mut Draw,
) {
    if is_workspace || inventory.storage_accounts == 0 {
        let subscription = tenant.subscription_id(0);
        properties["workspaceId"] = json!(format!(
            "/subscriptions/{subscription}/resourcegroups/monitoring/providers/\
             microsoft.operationalinsights/workspaces/log-central"
        ));
    } else {
        let index = draw.below(inventory.storage_accounts);
        let account = Resource::new(tenant, inventory, Coded::StorageAccount, index);
        properties["storageAccountId"] = json!(account.id(Spelling::Created));
    }
}

fn log(category: &str, enabled: bool) -> Value {
    json!({
        "category": category,
        "categoryGroup": null,
        "enabled": enabled,
        "retentionPolicy": { "enabled": false, "days": 0 },
    })
}

fn group(name: &str) -> Value {
    json!({
        "category": null,
        "categoryGroup": name,
        "enabled": true,
        "retentionPolicy": { "enabled": true, "days": 90 },
    })
}
