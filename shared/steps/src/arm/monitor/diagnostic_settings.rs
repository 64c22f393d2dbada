//! Diagnostic settings, once for every type of resource.

use graph::Entity;
use serde_json::Value;

use crate::arm;
use crate::arm::key_vault::vaults::VAULT;
use crate::arm::operational_insights::workspaces::WORKSPACE as LOG_ANALYTICS;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::prelude::*;

/// The types of resource that have diagnostic settings, and the id of the reference's step for
/// those of the type, if it has one. To collect the settings of another type, add a line.
const LOGGED: &[(&EntityType, Option<&str>)] = &[
    (&arm::resources::subscriptions::SUBSCRIPTION, Some("rm-subscription-diagnostic-settings")),
    (
        &arm::api_management::services::SERVICE,
        Some("m-api-management-services-diagnostic-settings"),
    ),
    (&arm::app_configuration::stores::STORE, None),
    (&arm::batch::accounts::ACCOUNT, Some("rm-batch-account-diagnostic-settings")),
    (&arm::cache::redis::CACHE, None),
    (&arm::cdn::endpoints::ENDPOINT, Some("rm-cdn-endpoints-diagnostic-settings")),
    (&arm::cdn::profiles::PROFILE, Some("rm-cdn-profiles-diagnostic-settings")),
    (&arm::cognitive_services::accounts::ACCOUNT, None),
    (
        &arm::container_registry::registries::REGISTRY,
        Some("rm-container-registries-diagnostic-settings"),
    ),
    (&arm::container_service::clusters::CLUSTER, None),
    (&arm::cosmos_db::accounts::ACCOUNT, None),
    (&arm::data_factory::factories::FACTORY, None),
    (&arm::databricks::workspaces::WORKSPACE, None),
    (&arm::db_for_mysql::servers::SERVER, None),
    (&arm::db_for_postgresql::servers::SERVER, None),
    (&arm::event_grid::domains::DOMAIN, Some("rm-event-grid-domains-diagnostic-settings")),
    (&arm::event_grid::topics::TOPIC, Some("rm-event-grid-topics-diagnostic-settings")),
    (&arm::event_hub::namespaces::NAMESPACE, None),
    (&VAULT, Some("rm-keyvault-diagnostic-settings")),
    (&arm::logic::workflows::WORKFLOW, None),
    (&arm::machine_learning::workspaces::WORKSPACE, None),
    (&arm::monitor::application_insights::COMPONENT, None),
    (&arm::network::application_gateways::APPLICATION_GATEWAY, None),
    (&arm::network::bastion_hosts::BASTION, None),
    (&arm::network::express_route::circuits::CIRCUIT, None),
    (&arm::network::firewalls::FIREWALL, None),
    (&arm::network::front_doors::FRONT_DOOR, None),
    (&arm::network::load_balancers::LOAD_BALANCER, None),
    (&arm::network::public_ips::PUBLIC_IP, None),
    (&arm::network::security_groups::SECURITY_GROUP, None),
    (&arm::network::virtual_network_gateways::GATEWAY, None),
    (&arm::network::virtual_networks::VIRTUAL_NETWORK, None),
    (&arm::operational_insights::workspaces::WORKSPACE, None),
    (&arm::recovery_services::vaults::VAULT, None),
    (&arm::service_bus::namespaces::NAMESPACE, None),
    (&arm::sql::databases::DATABASE, None),
    (&arm::sql::managed_instances::INSTANCE, None),
    (&arm::sql::servers::SERVER, Some("rm-sql-server-diagnostic-settings")),
    (&arm::synapse::sql_pools::SQL_POOL, None),
    (&arm::synapse::workspaces::WORKSPACE, None),
    (&arm::web::apps::FUNCTION_APP, None),
    (&arm::web::apps::WEB_APP, None),
];

pub(crate) static DIAGNOSTIC_SETTING: EntityType = EntityType {
    kind: "azure_diagnostic_setting",
    class: &["Configuration"],
    doc: "What a resource logs, and where to.",
    properties: &[
        text("storageAccountId", "/properties/", "Where logs are archived."),
        text("workspaceId", "/properties/", "The workspace that analyses logs."),
        text("logAnalyticsDestinationType", "/properties/", "`Dedicated`: a table for each type."),
        text("eventHubName", "/properties/", "The event hub that logs go to."),
        text("eventHubAuthorizationRuleId", "/properties/", "By which rule it sends to the hub."),
        text("serviceBusRuleId", "/properties/", "The rule of a service bus."),
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

/// Ids of the reference's steps for what has ended: profiles of logs, which these settings have
/// taken the place of, and the settings of single servers.
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
