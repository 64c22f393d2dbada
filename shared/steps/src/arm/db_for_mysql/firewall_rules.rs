//! The addresses that servers of `MySQL` answer to.

use crate::arm::db_for_mysql::servers::SERVER;
use crate::arm::flexible_servers::{FIREWALL_RULE, has_firewall};
use crate::prelude::*;

pub(crate) static RULE: EntityType = EntityType {
    kind: "azure_mysql_server_firewall_rule",
    class: &["Firewall"],
    doc: "A range of addresses of the internet that a server answers to.",
    properties: FIREWALL_RULE,
    ..EntityType::child("Microsoft.DBforMySQL/flexibleServers/firewallRules", "2023-12-30")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-mysql-server-firewall-rules",
    name: "MySQL Server Firewall Rules",
    list: List::of(&RULE).of_each(&[&SERVER]).only(has_firewall),
    ..Step::of(&RULE, "databases").links(&[Link::of_parent(RelationshipClass::Has)])
};
