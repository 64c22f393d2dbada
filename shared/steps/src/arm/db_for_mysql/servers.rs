//! Servers of `MySQL`.

use crate::arm::flexible_servers::{FLEXIBLE, KEY_URI, SUBNET as SUBNET_ID, describe};
use crate::arm::key_vault::key_at;
use crate::arm::key_vault::keys::KEY;
use crate::arm::key_vault::vaults::VAULT;
use crate::arm::network::private_dns_zones::PRIVATE_DNS_ZONE;
use crate::arm::network::virtual_networks::SUBNET;
use crate::entity::{ADDRESSED, PLACED, TAGGED};
use crate::host::host;
use crate::prelude::*;

pub(crate) static SERVER: EntityType = EntityType {
    kind: "azure_mysql_server",
    class: &["Database", "DataStore", "Host"],
    doc: "A server of MySQL, which Azure looks after.",
    shared: &[ADDRESSED, TAGGED, PLACED, FLEXIBLE],
    properties: &[CLASSIFICATION.or_null()],
    ..EntityType::resource("Microsoft.DBforMySQL/flexibleServers", "2023-12-30")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-mysql-servers",
    name: "MySQL Servers",
    becomes: Becomes::one(&SERVER).refine(describe).links(&[
        Link::of(&[&SUBNET], SUBNET_ID),
        Link::uses(&[&KEY], KEY_URI).by(key_at),
        Link::uses(&[&VAULT], KEY_URI).by(host),
        Link::uses(&[&PRIVATE_DNS_ZONE], "/properties/network/privateDnsZoneResourceId"),
    ]),
    ..Step::of(&SERVER, "databases")
};
