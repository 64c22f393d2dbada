//! Role definitions: what a role lets its holders do.

use graph::{Entity, Name, RelationshipClass};

use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::convert::{Item, Scope};
use crate::entity::{COMPUTED, EntityType, SUBRESOURCE, date, list, text};
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static ROLE_DEFINITION: EntityType = EntityType {
    kind: "azure_role_definition",
    class: &["AccessRole"],
    doc: "A role, and what it lets its holders do.",
    shared: SUBRESOURCE,
    properties: &[
        text("displayName", "/properties/roleName", "The name that people see."),
        text("roleName", "/properties/roleName", "The name that people see."),
        text("roleType", "/properties/type", "`BuiltInRole` or `CustomRole`."),
        text("description", "/properties/description", "What the role is for."),
        list("assignableScopes", "/properties/assignableScopes", "Where it can be assigned."),
        list("actions", COMPUTED, "What its holders may do to resources."),
        list("notActions", COMPUTED, "What `actions` does not include after all."),
        list("dataActions", COMPUTED, "What its holders may do to the data in resources."),
        list("notDataActions", COMPUTED, "What `dataActions` does not include after all."),
        date("createdOn", "/properties/createdOn", "When it was created."),
        date("updatedOn", "/properties/updatedOn", "When it was last changed."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "rm-authorization-role-definitions",
    name: "Role Definitions",
    ingestion_source: Some("authorization"),
    list: List::resource_manager(
        "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions",
        "2022-04-01",
    )
    .filtered(),
    permissions: &[Permission::Action("Microsoft.Authorization/roleDefinitions/read")],
    emits: Some(&ROLE_DEFINITION),
    // A built-in role's id may name no subscription.
    links: &[Link::new(RelationshipClass::Contains, &[&SUBSCRIPTION], "/id").reverse().by(
        |_, scope| {
            Some(Name::of_id(&format!("/subscriptions/{}", scope.subscription_id.as_ref()?)))
        },
    )],
    aliases: |role| role.id().and_then(|id| role_name(id, role.scope)).into_iter().collect(),
    refine: rights,
    ..Step::SUBSCRIPTION
};

/// The name of a role by its guid: its id is spelled differently at each scope.
pub(crate) fn role_name(id: &str, _: &Scope) -> Option<Name> {
    let guid = id.trim_end_matches('/').rsplit('/').next().filter(|guid| !guid.is_empty())?;
    Some(Name::alias("role", guid))
}

/// A role may consist of several blocks of permissions.
fn rights(role: &Item<'_>, entity: &mut Entity) {
    for name in ["actions", "notActions", "dataActions", "notDataActions"] {
        let rights = role.texts(&format!("/properties/permissions/*/{name}/*"));
        entity.set(name, Some(rights));
    }
}
