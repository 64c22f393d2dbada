//! Roles of the directory, and who holds them.

pub(crate) mod assignments;

use graph::Entity;

use crate::prelude::*;

pub(crate) static ROLE_DEFINITION: EntityType = EntityType {
    kind: "azure_ad_role_definition",
    class: &["AccessRole"],
    doc: "A role of the directory, such as Global Administrator, and what it lets its holders do.",
    properties: &[
        text("description", "/", "What the role is for."),
        flag("isBuiltIn", "/", "Whether it comes with the directory."),
        flag("isEnabled", "/", "Whether it can be assigned."),
        text("templateId", "/", "The id that it has in every directory."),
        list("allowedActions", COMPUTED, "What its holders may do."),
    ],
    ..EntityType::OBJECT
};

const READ: &[&str] = &["RoleManagement.Read.Directory"];

pub(crate) static STEP: Step = Step {
    id: "ad-role-definitions",
    name: "Entra ID Role Definitions",
    list: List::graph("/roleManagement/directory/roleDefinitions").also(&["rolePermissions"]),
    becomes: Becomes::one(&ROLE_DEFINITION).refine(actions),
    needs: Needs::DIRECTORY.graph(READ),
    ..Step::AZURE
};

/// A role may consist of several blocks of permissions.
fn actions(role: &Item<'_>, entity: &mut Entity) {
    let actions = role.texts("/rolePermissions/*/allowedResourceActions/*");
    entity.set("allowedActions", Some(actions));
}
