//! Diagnostic settings, once for every type of resource.

use graph::RelationshipClass;

use crate::arm::key_vault::vaults::VAULT;
use crate::arm::network::public_ips::PUBLIC_IP;
use crate::arm::network::security_groups::SECURITY_GROUP;
use crate::arm::network::virtual_networks::VIRTUAL_NETWORK;
use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::entity::{EntityType, SUBRESOURCE, text};
use crate::list::List;
use crate::step::{Link, Permission, Step};

/// The types of resource whose logs matter. To collect the settings of another, add it here.
const LOGGED: &[&EntityType] =
    &[&SUBSCRIPTION, &VAULT, &PUBLIC_IP, &SECURITY_GROUP, &VIRTUAL_NETWORK];

pub(crate) static DIAGNOSTIC_SETTING: EntityType = EntityType {
    kind: "azure_diagnostic_setting",
    class: &["Configuration"],
    doc: "What a resource logs, and where to.",
    shared: SUBRESOURCE,
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
    ],
};

pub(crate) static STEP: Step = Step {
    id: "rm-monitor-diagnostic-settings",
    name: "Diagnostic Settings",
    covers: &["rm-keyvault-diagnostic-settings", "rm-subscription-diagnostic-settings"],
    list: List::resource_manager(
        "{id}/providers/Microsoft.Insights/diagnosticSettings",
        // There is no other version that is not a preview.
        "2021-05-01-preview",
    )
    .of_each(LOGGED),
    permissions: &[Permission::Action("Microsoft.Insights/diagnosticSettings/read")],
    emits: Some(&DIAGNOSTIC_SETTING),
    links: &[
        Link::of_parent(RelationshipClass::Has).kind("azure_resource_has_diagnostic_setting"),
        Link::uses(&[&STORAGE_ACCOUNT], "/properties/storageAccountId"),
    ],
    ..Step::SUBSCRIPTION
};
