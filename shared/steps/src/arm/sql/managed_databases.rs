//! Databases of managed instances of SQL Server.

use crate::arm::sql::managed_instances::INSTANCE;
use crate::prelude::*;

pub(crate) static DATABASE: EntityType = EntityType {
    kind: "azure_sql_managed_database",
    class: &["Database", "DataStore"],
    doc: "A database of a managed instance of SQL Server.",
    properties: &[
        CLASSIFICATION.or_null(),
        flag("encrypted", COMPUTED, "Azure says it elsewhere, database by database.").or_null(),
        is("active", "/properties/status", "Online", "Whether it answers."),
        text("catalogCollation", "/properties/", "How its catalogue compares text."),
        text("collation", "/properties/", "How it compares text."),
        date("createdOn", "/properties/creationDate", "When it was created."),
        text("defaultSecondaryLocation", "/properties/", "Where it pairs."),
        text("status", "/properties/", "Such as `Online` or `Inaccessible`."),
    ],
    ..EntityType::child_resource("Microsoft.Sql/managedInstances/databases", "2023-08-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-managed-databases",
    name: "SQL Managed Databases",
    ..Step::of(&DATABASE, "databases")
        .of_each(&[&INSTANCE])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
