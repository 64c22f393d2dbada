//! Roles of the directory, and who holds them.

use graph::{End, Entity, Name, RelationshipClass, RelationshipKey};

use crate::convert::{Item, Output};
use crate::entity::{COMPUTED, EntityType, OBJECT, flag, list, text};
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static ROLE_DEFINITION: EntityType = EntityType {
    kind: "azure_ad_role_definition",
    class: &["AccessRole"],
    doc: "A role of the directory, such as Global Administrator, and what it lets its holders do.",
    shared: OBJECT,
    properties: &[
        text("description", "/description", "What the role is for."),
        flag("isBuiltIn", "/isBuiltIn", "Whether it comes with the directory."),
        flag("isEnabled", "/isEnabled", "Whether it can be assigned."),
        text("templateId", "/templateId", "The id that it has in every directory."),
        list("allowedActions", COMPUTED, "What its holders may do."),
    ],
};

const READ: &[Permission] = &[Permission::Graph("RoleManagement.Read.Directory")];

pub(crate) static STEP: Step = Step {
    id: "ad-role-definitions",
    name: "Entra ID Role Definitions",
    list: List::graph("/roleManagement/directory/roleDefinitions").also(&["rolePermissions"]),
    permissions: READ,
    emits: Some(&ROLE_DEFINITION),
    refine: actions,
    ..Step::DIRECTORY
};

/// A role may consist of several blocks of permissions.
fn actions(role: &Item<'_>, entity: &mut Entity) {
    let actions = role.texts("/rolePermissions/*/allowedResourceActions/*");
    entity.set("allowedActions", Some(actions));
}

pub(crate) static ASSIGNMENTS: Step = Step {
    id: "ad-role-assignments",
    name: "Entra ID Role Assignments",
    list: List::graph("/roleManagement/directory/roleAssignments").also(&[
        "appScopeId",
        "directoryScopeId",
        "principalId",
        "roleDefinitionId",
    ]),
    permissions: READ,
    links: &HAS,
    relate: assignment,
    ..Step::DIRECTORY
};

static HAS: [Link; 3] = [holder(&USER), holder(&GROUP), holder(&SERVICE_PRINCIPAL)];

const fn holder(kind: &'static EntityType) -> Link {
    const TO: &[&EntityType] = &[&ROLE_DEFINITION];
    Link::new(RelationshipClass::Has, TO, "").subject(kind, "/principalId")
}

fn assignment(item: &Item<'_>, out: &mut Output) {
    let ends = (item.text("/principalId"), item.text("/roleDefinitionId"));
    let (Some(principal), Some(role)) = ends else {
        return out.lose("unifiedRoleAssignment.principalId".to_owned());
    };
    // What the principal is, the linker finds out: all three links make the same reference.
    let [has, ..] = &HAS;
    let named = |id| End::named(Name::of_id(id));
    let mut reference = has.reference(named(principal), named(role));
    for name in ["directoryScopeId", "appScopeId"] {
        let scope = item.text(&format!("/{name}")).filter(|it| !it.is_empty());
        let Some(scope) = scope else { continue };
        reference.properties.insert(name.to_owned(), scope.into());
        // Who holds a role everywhere may hold it somewhere besides.
        if scope != "/" {
            let key =
                format!("{}|has|{}", Name::of_id(principal).as_str(), scope.to_ascii_lowercase());
            reference.key = Some(RelationshipKey::Prefix(key));
        }
    }
    out.references.push(reference);
}
