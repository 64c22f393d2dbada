//! The subnets that servers of Azure SQL answer to.

use crate::arm::network::virtual_networks::SUBNET;
use crate::arm::sql::servers::SERVER;
use crate::prelude::*;

pub(crate) static RULE: EntityType = EntityType {
    kind: "azure_sql_server_virtual_network_rule",
    class: &["Firewall"],
    doc: "A subnet that a server answers to.",
    properties: &[
        always_list("category", &["host"], "What it protects."),
        flag("ignoreMissingVnetServiceEndpoint", "/properties/", IGNORES),
        text("state", "/properties/", "Such as `Ready`."),
        text("virtualNetworkSubnetId", "/properties/", "The id of the subnet."),
    ],
    ..EntityType::child("Microsoft.Sql/servers/virtualNetworkRules", "2023-08-01")
};

const IGNORES: &str = "Whether the subnet needs no service endpoint for the rule to be made.";

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-server-virtual-network-rules",
    name: "SQL Server Virtual Network Rules",
    ..Step::of(&RULE, "databases").of_each(&[&SERVER]).links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::new(RelationshipClass::Allows, &[&SUBNET], "/properties/virtualNetworkSubnetId"),
    ])
};
