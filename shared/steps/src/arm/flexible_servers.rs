//! What flexible servers of `MySQL` and `PostgreSQL` have in common.
//!
//! They took the place of the single servers, and have their properties, as far as there still are
//! such. How a server is configured is a list of its own.

use graph::Entity;
use serde_json::Value;

use crate::item::Item;
use crate::property::{COMPUTED, Property, always_flag, always_list, flag, is, number, text};

/// What is recorded about every rule of a flexible server's firewall.
pub(crate) const FIREWALL_RULE: &[Property] = &[
    always_list("category", &["host"], "What it protects."),
    text("startIpAddress", "/properties/", "The first address."),
    text("endIpAddress", "/properties/", "The last address."),
];

/// What is recorded about every flexible server.
pub(crate) const FLEXIBLE: &[Property] = &[
    text("administratorLogin", "/properties/", "Who administers it, in SQL."),
    text("availabilityZone", "/properties/", "The zone that it is in."),
    number("backupRetentionDays", "/properties/backup/", "How many days backups are kept.")
        .or(&["/properties/storageProfile/backupRetentionDays"]),
    text("byokEnforcement", COMPUTED, "`Enabled` if a key of the customer encrypts it."),
    text("dataEncryption.primaryKeyUri", KEY_URI, "The key of the customer that encrypts it."),
    text("dataEncryption.type", "/properties/dataEncryption/type", "Whose key encrypts it."),
    text("delegatedSubnetId", SUBNET, "The subnet that it is in."),
    always_flag("encrypted", true, "Azure encrypts what it keeps."),
    text("fqdn", NAME, "The name at which it is reached."),
    text("fullyQualifiedDomainName", NAME, "The name at which it is reached."),
    text("geoRedundantBackup", "/properties/backup/", "`Enabled` if another region has backups.")
        .or(&["/properties/storageProfile/geoRedundantBackup"]),
    text(
        "highAvailability.mode",
        "/properties/highAvailability/mode",
        "Where another machine stands by: `ZoneRedundant` or `SameZone`.",
    )
    .or(&["/properties/haEnabled"]),
    text("hostname", NAME, "The name at which it is reached.").or_null(),
    text("masterServerId", "/properties/sourceServerResourceId", "The server it was copied from.")
        .or(&["/properties/sourceServerId"]),
    text("publicNetworkAccess", PUBLIC, "`Disabled` if only private networks reach it.")
        .or(&[FLAT_PUBLIC]),
    is("publiclyAccessible", PUBLIC, "Enabled", "Whether the internet reaches it.")
        .or(&[FLAT_PUBLIC]),
    text("replicationRole", "/properties/", "Whether it is a copy of another."),
    text("sku.name", "/sku/name", "Such as `Standard_D4s_v3`."),
    text("sku.tier", "/sku/tier", "`Burstable`, `GeneralPurpose` or `MemoryOptimized`."),
    text("storageAutogrow", "/properties/storage/autoGrow", "`Enabled` if its storage grows.")
        .or(&["/properties/storageProfile/storageAutogrow"]),
    number("storageMb", COMPUTED, "How much it can keep, in megabytes."),
    text("userVisibleState", "/properties/state", "Such as `Ready` or `Stopped`."),
    text("version", "/properties/", "The version of the database."),
];

pub(crate) const KEY_URI: &str = "/properties/dataEncryption/primaryKeyURI";
pub(crate) const SUBNET: &str = "/properties/network/delegatedSubnetResourceId";
const NAME: &str = "/properties/fullyQualifiedDomainName";
const PUBLIC: &str = "/properties/network/publicNetworkAccess";
const FLAT_PUBLIC: &str = "/properties/publicNetworkAccess";

/// What the configuration of a server says of its connections.
pub(crate) const SECURE_TRANSPORT: Property =
    flag("secureTransport", COMPUTED, "Whether it refuses connections that are not encrypted.");
pub(crate) const SSL_ENFORCED: Property =
    flag("sslEnforced", COMPUTED, "Whether it refuses connections that are not encrypted.");
pub(crate) const SSL_ENFORCEMENT: Property = text(
    "sslEnforcement",
    COMPUTED,
    "`Enabled` if it refuses connections that are not encrypted, or `Disabled`.",
);

/// Sets what no single field of a server holds.
pub(crate) fn describe(server: &Item<'_>, entity: &mut Entity) {
    let own_key = server.text(KEY_URI).is_some();
    entity.set("byokEnforcement", Some(if own_key { "Enabled" } else { "Disabled" }));
    let number = |path| server.values(path).first().and_then(|it| it.as_u64());
    let gigabytes = number("/properties/storage/storageSizeGB");
    let megabytes = gigabytes.and_then(|it| it.checked_mul(1024));
    entity.set("storageMb", megabytes.or_else(|| number("/properties/storageProfile/storageMB")));
}

/// Sets what one setting of a server's configuration tells. `names` are the settings that are kept
/// as they are, and the properties that they become.
pub(crate) fn configure(setting: &Item<'_>, names: &[(&str, &str)], entity: &mut Entity) {
    let (Some(name), Some(value)) = (setting.text("/name"), setting.text("/properties/value"))
    else {
        return;
    };
    for (_, property) in names.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name)) {
        entity.set(property, Some(value));
    }
    if name.eq_ignore_ascii_case("require_secure_transport") {
        let is_on = value.eq_ignore_ascii_case("on");
        entity.set("secureTransport", Some(is_on));
        entity.set("sslEnforced", Some(is_on));
        entity.set("sslEnforcement", Some(if is_on { "Enabled" } else { "Disabled" }));
    }
}

/// Whether a server can have a firewall, by what is stored of it. In a subnet, the rules of that
/// decide who reaches it.
pub(crate) fn has_firewall(server: &Value) -> bool {
    !server["delegatedSubnetId"].is_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_server_in_a_subnet_has_no_firewall() {
        assert!(has_firewall(&json!({ "publicNetworkAccess": "Disabled" })));
        assert!(!has_firewall(&json!({ "delegatedSubnetId": "/subscriptions/s" })));
    }
}
