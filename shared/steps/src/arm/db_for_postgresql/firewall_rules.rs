//! The addresses that servers of `PostgreSQL` answer to.

use crate::arm::db_for_postgresql::servers::SERVER;
use crate::arm::flexible_servers::{FIREWALL_RULE, has_firewall};
use crate::prelude::*;

pub(crate) static RULE: EntityType = EntityType {
    kind: "azure_postgresql_server_firewall_rule",
    class: &["Firewall"],
    doc: "A range of addresses of the internet that a server answers to.",
    properties: FIREWALL_RULE,
    ..EntityType::child("Microsoft.DBforPostgreSQL/flexibleServers/firewallRules", "2024-08-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-postgresql-server-firewall-rules",
    name: "PostgreSQL Server Firewall Rules",
    list: List::of(&RULE).of_each(&[&SERVER]).only(has_firewall),
    ..Step::of(&RULE, "databases").links(&[Link::of_parent(RelationshipClass::Has)])
};
