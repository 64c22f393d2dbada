//! Managed instances of SQL Server.

use crate::arm::network::virtual_networks::SUBNET;
use crate::prelude::*;

pub(crate) static INSTANCE: EntityType = EntityType {
    kind: "azure_sql_managed_instance",
    class: &["Database", "DataStore", "Host"],
    doc: "A SQL Server in a subnet, which Azure looks after.",
    properties: &[
        CLASSIFICATION.or_null(),
        text("administratorLogin", "/properties/", "Who administers it, in SQL."),
        flag(
            "azureADOnlyAuthentication",
            "/properties/administrators/",
            "Whether only identities of the directory are let in, and no passwords.",
        ),
        text("collation", "/properties/", "How it compares text."),
        text("currentBackupStorageRedundancy", "/properties/", "Where backups lie, such as `Geo`."),
        text("fqdn", NAME, "The name at which it is reached."),
        text("fullyQualifiedDomainName", NAME, "The name at which it is reached."),
        text("hostname", NAME, "The name at which it is reached.").or_null(),
        text("licenseType", "/properties/", "Whether the licence is paid with it."),
        text("minimalTlsVersion", "/properties/", "The oldest TLS that it speaks."),
        text("proxyOverride", "/properties/", "Whether connections go on by themselves."),
        flag("publicDataEndpointEnabled", PUBLIC, "Whether it has an address on the internet."),
        flag("publiclyAccessible", PUBLIC, "Whether the internet reaches it."),
        always_flag("secureTransport", true, "It refuses connections that are not encrypted."),
        text("sku.name", "/sku/name", "Such as `GP_Gen5`."),
        text("sku.tier", "/sku/tier", "`GeneralPurpose` or `BusinessCritical`."),
        text("state", "/properties/", "Such as `Ready` or `Stopped`."),
        number("storageSizeInGB", "/properties/", "How much it can keep."),
        number("vCores", "/properties/", "How many cores it has."),
        flag("zoneRedundant", "/properties/", "Whether it survives that a zone fails."),
    ],
    ..EntityType::resource("Microsoft.Sql/managedInstances", "2023-08-01")
};

const NAME: &str = "/properties/fullyQualifiedDomainName";
const PUBLIC: &str = "/properties/publicDataEndpointEnabled";

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-managed-instances",
    name: "SQL Managed Instances",
    list: List::of(&INSTANCE).query("$expand=administrators/activedirectory"),
    ..Step::of(&INSTANCE, "databases").links(&[Link::of(&[&SUBNET], "/properties/subnetId")])
};
