//! What applications are allowed to do at other applications, such as Microsoft Graph: application
//! permissions, which hold for them alone, and delegated ones, which hold for whom they act for.

pub(crate) mod application_permissions;
pub(crate) mod delegated;

use crate::prelude::*;

pub(crate) static APP_ROLE: EntityType = EntityType {
    kind: "azure_app_role",
    class: &["AccessRole"],
    doc: "A role that an application knows. One that applications can hold is called an application permission.",
    properties: &[
        text("name", COMPUTED, "What tokens call the role, such as `User.Read.All`."),
        text("value", COMPUTED, "What tokens call the role, such as `User.Read.All`."),
        text("description", "/", "What the role lets its holders do."),
        list("allowedMemberTypes", "/", "`Application`, `User`, or both."),
        flag("isEnabled", "/", "Whether the role can be assigned."),
    ],
    ..EntityType::OBJECT
};

/// The roles that a service principal knows.
pub(crate) const ROLES: Nested = Nested::at(
    "/appRoles/*",
    Becomes::one(&APP_ROLE)
        .key(|role| role.key_below("appRoles", "/id"))
        .refine(|role, entity| {
            let value = role.text("/value").filter(|it| !it.is_empty());
            entity.set("name", value);
            entity.set("value", value);
        })
        .links(&[Link::of_parent(RelationshipClass::Has)]),
);
