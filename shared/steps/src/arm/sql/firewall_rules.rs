//! The addresses that servers of Azure SQL answer to.

use crate::arm::sql::servers::SERVER;
use crate::prelude::*;

pub(crate) static RULE: EntityType = EntityType {
    kind: "azure_sql_server_firewall_rule",
    class: &["Firewall"],
    doc: "A range of addresses of the internet that a server answers to.",
    properties: &[
        always_list("category", &["host"], "What it protects."),
        text("startIpAddress", "/properties/", "The first address."),
        text("endIpAddress", "/properties/", "The last address."),
    ],
    ..EntityType::child("Microsoft.Sql/servers/firewallRules", "2023-08-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-server-firewall-rules",
    name: "SQL Server Firewall Rules",
    ..Step::of(&RULE, "databases")
        .of_each(&[&SERVER])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
