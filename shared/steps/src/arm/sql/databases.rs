//! Databases of Azure SQL.

use crate::arm::sql::elastic_pools::POOL;
use crate::arm::sql::servers::SERVER;
use crate::prelude::*;

pub(crate) static DATABASE: EntityType = EntityType {
    kind: "azure_sql_database",
    class: &["Database", "DataStore"],
    doc: "A database on a server of Azure SQL.",
    properties: &[
        CLASSIFICATION.or_null(),
        is("active", "/properties/status", "Online", "Whether it answers."),
        number("autoPauseDelay", "/properties/", "Minutes until it pauses, or -1."),
        text("catalogCollation", "/properties/", "How its catalogue compares text."),
        text("collation", "/properties/", "How it compares text."),
        date("createdOn", "/properties/creationDate", "When it was created."),
        text("currentBackupStorageRedundancy", "/properties/", "Where backups lie, such as `Geo`."),
        text("currentServiceObjectiveName", "/properties/", "Its size, such as `GP_S_Gen5_1`."),
        text("databaseId", "/properties/", "An id that no other database ever has."),
        text("defaultSecondaryLocation", "/properties/", "Where it pairs."),
        flag("isInfraEncryptionEnabled", "/properties/", "Whether its storage is encrypted twice."),
        flag("isLedgerOn", "/properties/", "Whether all of its tables are ledgers."),
        text("kind", "/", "Such as `v12.0,user,vcore`."),
        text("managedBy", "/", "The resource that manages it."),
        text("maintenanceConfigurationId", "/properties/", "When Azure may maintain it."),
        number("maxLogSizeBytes", "/properties/", "How large its log may become."),
        number("maxSizeBytes", "/properties/", "How large it may become."),
        number("minCapacity", "/properties/", "The fewest cores that it has."),
        text("readScale", "/properties/", "`Enabled` if its copies may be read."),
        text("requestedBackupStorageRedundancy", "/properties/", "Where backups are to lie."),
        text("requestedServiceObjectiveName", "/properties/", "What it is to be able to use."),
        text("sku", "/sku/name", "Such as `GP_S_Gen5`."),
        text("status", "/properties/", "Such as `Online` or `Paused`."),
        flag("zoneRedundant", "/properties/", "Whether it survives that a zone fails."),
    ],
    ..EntityType::child_resource("Microsoft.Sql/servers/databases", "2023-08-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-databases",
    name: "SQL Databases",
    ..Step::of(&DATABASE, "databases").of_each(&[&SERVER]).links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::of(&[&POOL], "/properties/elasticPoolId"),
    ])
};
