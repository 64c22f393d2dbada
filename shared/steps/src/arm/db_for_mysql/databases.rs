//! Databases of `MySQL`.

use crate::arm::db_for_mysql::servers::SERVER;
use crate::prelude::*;

pub(crate) static DATABASE: EntityType = EntityType {
    kind: "azure_mysql_database",
    class: &["Database", "DataStore"],
    doc: "A database on a server of MySQL.",
    properties: &[
        CLASSIFICATION.or_null(),
        text("charset", "/properties/", "How it writes text."),
        text("collation", "/properties/", "How it compares text."),
        always_flag("encrypted", true, "Azure encrypts what it keeps."),
    ],
    ..EntityType::child("Microsoft.DBforMySQL/flexibleServers/databases", "2023-12-30")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-mysql-databases",
    name: "MySQL Databases",
    covers: &["rm-database-mariadb-databases"],
    ..Step::of(&DATABASE, "databases")
        .of_each(&[&SERVER])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
