//! Diagnostic settings, once for every type of resource.

use crate::arm::key_vault::vaults::VAULT;
use crate::arm::network::public_ips::PUBLIC_IP;
use crate::arm::network::security_groups::SECURITY_GROUP;
use crate::arm::network::virtual_networks::VIRTUAL_NETWORK;
use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::prelude::*;

/// The types of resource whose logs matter. To collect the settings of another, add it here.
const LOGGED: &[&EntityType] =
    &[&SUBSCRIPTION, &VAULT, &PUBLIC_IP, &SECURITY_GROUP, &VIRTUAL_NETWORK];

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
    ],
    ..EntityType::extension("Microsoft.Insights/diagnosticSettings", "2021-05-01-preview")
};

pub(crate) static STEP: Step = Step {
    id: "rm-monitor-diagnostic-settings",
    name: "Diagnostic Settings",
    covers: &["rm-keyvault-diagnostic-settings", "rm-subscription-diagnostic-settings"],
    // There is no version that is not a preview.
    list: List::of(&DIAGNOSTIC_SETTING).of_each(LOGGED),
    becomes: Becomes::one(&DIAGNOSTIC_SETTING).links(&[
        Link::of_parent(RelationshipClass::Has).kind("azure_resource_has_diagnostic_setting"),
        Link::uses(&[&STORAGE_ACCOUNT], "/properties/storageAccountId"),
    ]),
    needs: Needs::SUBSCRIPTION,
    ..Step::AZURE
};
