//! Logs of the traffic that passes security groups, networks and interfaces.

use crate::arm::network::interfaces::INTERFACE;
use crate::arm::network::security_groups::SECURITY_GROUP;
use crate::arm::network::virtual_networks::{SUBNET, VIRTUAL_NETWORK};
use crate::arm::network::watchers::WATCHER;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::prelude::*;

pub(crate) static FLOW_LOG: EntityType = EntityType {
    kind: "azure_security_group_flow_logs",
    class: &["Logs"],
    doc: "A log of the traffic of a security group, a network, a subnet or an interface.",
    properties: &[
        flag("enabled", "/properties/", "Whether traffic is logged."),
        text("targetResourceId", TARGET, "Whose traffic is logged."),
        text("storageId", STORAGE, "The storage account that the log is written to."),
        flag(
            "retentionPolicy.enabled",
            "/properties/retentionPolicy/enabled",
            "Whether what is old is deleted.",
        ),
        number("retentionPolicy.days", "/properties/retentionPolicy/days", "Days kept; 0 forever."),
        number("formatVersion", "/properties/format/version", "The version of what is written."),
        flag("trafficAnalyticsEnabled", ANALYTICS_ENABLED, "Whether the traffic is analysed."),
        text("workspaceId", ANALYTICS_WORKSPACE, "The workspace that analyses it."),
        number("trafficAnalyticsInterval", ANALYTICS_INTERVAL, "Every how many minutes."),
        text("region", "/location", "Where it lies."),
        text("location", "/", "Where it lies."),
    ],
    ..EntityType::child("Microsoft.Network/networkWatchers/flowLogs", "2025-05-01")
};

const TARGET: &str = "/properties/targetResourceId";
const STORAGE: &str = "/properties/storageId";
const ANALYTICS_ENABLED: &str =
    "/properties/flowAnalyticsConfiguration/networkWatcherFlowAnalyticsConfiguration/enabled";
const ANALYTICS_INTERVAL: &str = "/properties/flowAnalyticsConfiguration/networkWatcherFlowAnalyticsConfiguration/trafficAnalyticsInterval";
const ANALYTICS_WORKSPACE: &str = "/properties/flowAnalyticsConfiguration/networkWatcherFlowAnalyticsConfiguration/workspaceResourceId";

pub(crate) static STEP: Step = Step {
    id: "rm-network-flow-logs",
    name: "Flow Logs",
    ..Step::of(&FLOW_LOG, "network").of_each(&[&WATCHER]).links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::of(&[&SECURITY_GROUP, &VIRTUAL_NETWORK, &SUBNET, &INTERFACE], TARGET),
        Link::uses(&[&STORAGE_ACCOUNT], STORAGE),
    ])
};
