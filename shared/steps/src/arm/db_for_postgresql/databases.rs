//! Databases of `PostgreSQL`.

use crate::arm::db_for_postgresql::servers::SERVER;
use crate::prelude::*;

pub(crate) static DATABASE: EntityType = EntityType {
    kind: "azure_postgresql_database",
    class: &["Database", "DataStore"],
    doc: "A database on a server of PostgreSQL.",
    properties: &[
        CLASSIFICATION.or_null(),
        text("charset", "/properties/", "How it writes text."),
        text("collation", "/properties/", "How it compares text."),
        always_flag("encrypted", true, "Azure encrypts what it keeps."),
    ],
    ..EntityType::child("Microsoft.DBforPostgreSQL/flexibleServers/databases", "2024-08-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-postgresql-databases",
    name: "PostgreSQL Databases",
    ..Step::of(&DATABASE, "databases")
        .of_each(&[&SERVER])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
