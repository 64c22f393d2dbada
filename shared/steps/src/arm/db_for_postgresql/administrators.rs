//! Who of the directory administers servers of `PostgreSQL`.

use crate::arm::db_for_postgresql::servers::SERVER;
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static ADMINISTRATOR: EntityType = EntityType {
    kind: "azure_postgresql_server_active_directory_admin",
    class: &["AccessRole"],
    doc: "A user, a group or an application that administers a server.",
    properties: &[
        text("displayName", NAME, "What the server calls the administrator."),
        text("principalId", PRINCIPAL, "The object id of the administrator."),
        text("principalName", NAME, "What the server calls the administrator."),
        text("principalType", "/properties/", "Such as `User` or `Group`."),
        text("tenantId", "/properties/", "The directory of the administrator."),
    ],
    ..EntityType::child("Microsoft.DBforPostgreSQL/flexibleServers/administrators", "2024-08-01")
};

const NAME: &str = "/properties/principalName";
const PRINCIPAL: &str = "/properties/objectId";

pub(crate) static STEP: Step = Step {
    id: "rm-database-postgresql-server-active-directory-admins",
    name: "PostgreSQL Server Entra ID Admins",
    // Others let nobody of the directory in.
    list: List::of(&ADMINISTRATOR)
        .of_each(&[&SERVER])
        .only(|server| server["activeDirectoryAuth"].as_str() != Some("Disabled")),
    ..Step::of(&ADMINISTRATOR, "databases").links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::new(RelationshipClass::Assigned, &[&USER, &GROUP, &SERVICE_PRINCIPAL], PRINCIPAL),
    ])
};
