//! Who of the directory administers servers of `MySQL`.

use crate::arm::db_for_mysql::servers::SERVER;
use crate::arm::managed_identity::identities::IDENTITY;
use crate::entra::groups::GROUP;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static ADMINISTRATOR: EntityType = EntityType {
    kind: "azure_mysql_server_active_directory_admin",
    class: &["AccessRole"],
    doc: "A user, a group or an application that administers a server.",
    properties: &[
        text("login", "/properties/", "What the server calls the administrator."),
        text("sid", "/properties/", "The object id, or the application id of an application."),
        text("tenantId", "/properties/", "The directory of the administrator."),
    ],
    ..EntityType::child("Microsoft.DBforMySQL/flexibleServers/administrators", "2023-12-30")
};

pub(crate) static STEP: Step = Step {
    id: "rm-database-mysql-server-active-directory-admins",
    name: "MySQL Server Entra ID Admins",
    ..Step::of(&ADMINISTRATOR, "databases").of_each(&[&SERVER]).links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::new(RelationshipClass::Assigned, &[&USER, &GROUP], "/properties/sid"),
        // As this identity, the server asks the directory who somebody is.
        Link::from_parent(RelationshipClass::Uses, &[&IDENTITY], "/properties/identityResourceId"),
    ])
};
