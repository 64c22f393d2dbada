//! Who of the directory administers servers of Azure SQL.

use crate::arm::sql::servers::SERVER;
use crate::prelude::*;

pub(crate) static ADMINISTRATOR: EntityType = EntityType {
    kind: "azure_sql_server_active_directory_admin",
    class: &["AccessRole"],
    doc: "A user, a group or an application that administers a server.",
    properties: &[
        text("login", "/properties/", "What the server calls the administrator."),
        text("sid", "/properties/", "The object id, or the application id of an application."),
        text("tenantId", "/properties/", "The directory of the administrator."),
    ],
    ..EntityType::child("Microsoft.Sql/servers/administrators", "2023-08-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-server-active-directory-admins",
    name: "SQL Server Entra ID Admins",
    ..Step::of(&ADMINISTRATOR, "databases")
        .of_each(&[&SERVER])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
