//! Diagnostic settings, once for every type of resource.

use graph::Entity;
use serde_json::Value;

use crate::arm::app_configuration::stores::STORE;
use crate::arm::cognitive_services::accounts::ACCOUNT;
use crate::arm::data_factory::factories::FACTORY;
use crate::arm::databricks::workspaces::WORKSPACE as DATABRICKS;
use crate::arm::key_vault::vaults::VAULT;
use crate::arm::logic::workflows::WORKFLOW;
use crate::arm::machine_learning::workspaces::WORKSPACE as MACHINE_LEARNING;
use crate::arm::monitor::application_insights::COMPONENT;
use crate::arm::network::load_balancers::LOAD_BALANCER;
use crate::arm::network::public_ips::PUBLIC_IP;
use crate::arm::network::security_groups::SECURITY_GROUP;
use crate::arm::network::virtual_networks::VIRTUAL_NETWORK;
use crate::arm::operational_insights::workspaces::WORKSPACE as LOG_ANALYTICS;
use crate::arm::recovery_services::vaults::VAULT as BACKUPS;
use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::arm::sql::servers::SERVER;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::prelude::*;

/// The types of resource that have diagnostic settings, and the id of the reference's step for those
/// of the type, if it has one. To collect the settings of another type, add a line.
const LOGGED: &[(&EntityType, Option<&str>)] = &[
    (&SUBSCRIPTION, Some("rm-subscription-diagnostic-settings")),
    (&PUBLIC_IP, None),
    (&SECURITY_GROUP, None),
    (&VIRTUAL_NETWORK, None),
    (&LOAD_BALANCER, None),
    (&VAULT, Some("rm-keyvault-diagnostic-settings")),
    (&SERVER, Some("rm-sql-server-diagnostic-settings")),
    (&STORE, None),
    (&ACCOUNT, None),
    (&FACTORY, None),
    (&DATABRICKS, None),
    (&COMPONENT, None),
    (&WORKFLOW, None),
    (&MACHINE_LEARNING, None),
    (&LOG_ANALYTICS, None),
    (&BACKUPS, None),
];

pub(crate) static DIAGNOSTIC_SETTING: EntityType = EntityType {
    kind: "azure_diagnostic_setting",
    class: &["Configuration"],
    doc: "What a resource logs, and where to.",
    properties: &[
        text("storageAccountId", "/properties/storageAccountId", "Where logs are archived."),
        text("workspaceId", "/properties/workspaceId", "The workspace that analyses logs."),
        text(
            "logAnalyticsDestinationType",
            "/properties/logAnalyticsDestinationType",
            "`Dedicated` if the workspace has a table for each type of resource.",
        ),
        text("eventHubName", "/properties/eventHubName", "The event hub that logs go to."),
        text(
            "eventHubAuthorizationRuleId",
            "/properties/eventHubAuthorizationRuleId",
            "The rule by which logs may be sent to the event hub.",
        ),
        text("serviceBusRuleId", "/properties/serviceBusRuleId", "The rule of a service bus."),
        any(
            "log.*",
            COMPUTED,
            "Of each category of logs, such as `AuditEvent`: `enabled`, `retentionPolicy.enabled` and \
             `retentionPolicy.days`.",
        ),
        any("metric.*", COMPUTED, "The same of each category of metrics."),
    ],
    ..EntityType::extension("Microsoft.Insights/diagnosticSettings", "2021-05-01-preview")
};

pub(crate) static STEP: Step = Step {
    id: "rm-monitor-diagnostic-settings",
    name: "Diagnostic Settings",
    covers: &COVERED,
    // There is no version that is not a preview.
    list: List::of(&DIAGNOSTIC_SETTING).of_each(&TYPES),
    becomes: Becomes::one(&DIAGNOSTIC_SETTING).refine(categories).links(&[
        Link::of_parent(RelationshipClass::Has).kind("azure_resource_has_diagnostic_setting"),
        Link::uses(&[&STORAGE_ACCOUNT], "/properties/storageAccountId"),
        Link::uses(&[&LOG_ANALYTICS], "/properties/workspaceId"),
    ]),
    needs: Needs::SUBSCRIPTION,
    ..Step::AZURE
};

static TYPES: [&EntityType; LOGGED.len()] = {
    let mut types = [LOGGED[0].0; LOGGED.len()];
    let mut at = 0;
    while at < types.len() {
        types[at] = LOGGED[at].0;
        at += 1;
    }
    types
};

/// Ids of the reference's steps for what has ended: profiles of logs, which these settings have taken
/// the place of, and the settings of single servers.
const GONE: &[&str] = &[
    "rm-monitor-log-profiles",
    "rm-database-mariadb-databases-diagnostic-settings",
    "rm-database-mysql-databases-diagnostic-settings",
    "rm-database-postgresql-servers-diagnostic-settings",
];

static COVERED: [&str; GONE.len() + covered()] = {
    let mut ids = [GONE[0]; GONE.len() + covered()];
    let (mut at, mut next) = (0, 0);
    while next < GONE.len() {
        ids[next] = GONE[next];
        next += 1;
    }
    while at < LOGGED.len() {
        if let Some(id) = LOGGED[at].1 {
            ids[next] = id;
            next += 1;
        }
        at += 1;
    }
    ids
};

const fn covered() -> usize {
    let (mut at, mut found) = (0, 0);
    while at < LOGGED.len() {
        if LOGGED[at].1.is_some() {
            found += 1;
        }
        at += 1;
    }
    found
}

/// Says of each category whether it is logged, and for how long.
fn categories(setting: &Item<'_>, entity: &mut Entity) {
    for (sort, path) in [("log", "/properties/logs/*"), ("metric", "/properties/metrics/*")] {
        let mut parts = setting.values(path);
        // One category may stand there several times. It is logged if any of them says so.
        parts.sort_by_key(|part| part["enabled"] == true);
        for part in parts {
            for category in names(part, setting) {
                describe(&format!("{sort}.{category}"), part, entity);
            }
        }
    }
}

fn describe(category: &str, part: &Value, entity: &mut Entity) {
    let at = |path: &str| part.pointer(path).filter(|it| !it.is_null()).cloned();
    entity.set(&format!("{category}.enabled"), at("/enabled"));
    entity.set(&format!("{category}.retentionPolicy.enabled"), at("/retentionPolicy/enabled"));
    entity.set(&format!("{category}.retentionPolicy.days"), at("/retentionPolicy/days"));
}

/// The category, or the group of categories and what of it is asked for by name.
fn names(part: &Value, setting: &Item<'_>) -> Vec<String> {
    let text = |name: &str| part.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    let name = text("category").or_else(|| text("categoryGroup"));
    let is_of_vault = setting.parent.is_some_and(|it| it.kind == VAULT.kind);
    let is_audit = matches!(text("categoryGroup"), Some("audit" | "allLogs"));
    let audited = (is_of_vault && is_audit && part["enabled"] == true).then(|| "AuditEvent".into());
    name.map(plain).into_iter().chain(audited).collect()
}

/// A name that a property may have: `kube-audit` is `kubeAudit`.
fn plain(name: &str) -> String {
    let mut words = name.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty());
    let mut plain = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(1);
        plain.push_str(&first.to_ascii_uppercase());
        plain.push_str(rest);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_becomes_a_name_that_a_property_may_have() {
        assert_eq!(plain("AuditEvent"), "AuditEvent");
        assert_eq!(plain("kube-audit-admin"), "kubeAuditAdmin");
        assert_eq!(plain("SQL Insights"), "SQLInsights");
        assert_eq!(plain(""), "");
    }
}
