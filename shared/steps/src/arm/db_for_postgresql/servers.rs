//! Servers of `PostgreSQL`.

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
    kind: "azure_postgresql_server",
    class: &["Database", "DataStore", "Host"],
    doc: "A server of PostgreSQL, which Azure looks after.",
    shared: &[ADDRESSED, TAGGED, PLACED, FLEXIBLE],
    properties: &[
        CLASSIFICATION.or_null(),
        text("activeDirectoryAuth", "/properties/authConfig/", "`Enabled` for Entra identities.")
            .or(&["/properties/authConfig/microsoftEntraAuth"]),
        text("minorVersion", "/properties/", "The minor version of the database."),
        text("passwordAuth", "/properties/authConfig/", "`Disabled` if passwords let nobody in."),
    ],
    ..EntityType::resource("Microsoft.DBforPostgreSQL/flexibleServers", "2024-08-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-postgresql-servers",
    name: "PostgreSQL Servers",
    becomes: Becomes::one(&SERVER).refine(describe).links(&[
        Link::of(&[&SUBNET], SUBNET_ID),
        Link::uses(&[&KEY], KEY_URI).by(key_at),
        Link::uses(&[&VAULT], KEY_URI).by(host),
        Link::uses(&[&PRIVATE_DNS_ZONE], "/properties/network/privateDnsZoneArmResourceId"),
    ]),
    ..Step::of(&SERVER, "databases")
};
