//! Elastic pools of Azure SQL.

use crate::arm::sql::servers::SERVER;
use crate::prelude::*;

pub(crate) static POOL: EntityType = EntityType {
    kind: "azure_sql_elastic_pool",
    class: &["Cluster"],
    doc: "Machines that several databases of a server share.",
    properties: &[
        date("createdOn", "/properties/creationDate", "When it was created."),
        text("licenseType", "/properties/", "Whether the licence is paid with it."),
        number("maxSizeBytes", "/properties/", "How large its databases may become."),
        number("sku.capacity", "/sku/capacity", "How many cores or units it has."),
        text("sku.name", "/sku/name", "Such as `GP_Gen5`."),
        text("sku.tier", "/sku/tier", "Such as `GeneralPurpose`."),
        text("state", "/properties/", "Such as `Ready`."),
        flag("zoneRedundant", "/properties/", "Whether it survives that a zone fails."),
    ],
    ..EntityType::child_resource("Microsoft.Sql/servers/elasticPools", "2023-08-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-elastic-pools",
    name: "SQL Elastic Pools",
    ..Step::of(&POOL, "databases")
        .of_each(&[&SERVER])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
