//! Role definitions: what a role lets its holders do.

use graph::{Entity, Name};

use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::prelude::*;

pub(crate) static ROLE_DEFINITION: EntityType = EntityType {
    kind: "azure_role_definition",
    class: &["AccessRole"],
    doc: "A role, and what it lets its holders do.",
    properties: &[
        text("displayName", "/properties/roleName", "The name that people see."),
        text("roleName", "/properties/", "The name that people see."),
        text("roleType", "/properties/type", "`BuiltInRole` or `CustomRole`."),
        text("description", "/properties/", "What the role is for."),
        list("assignableScopes", "/properties/", "Where it can be assigned."),
        list("actions", COMPUTED, "What its holders may do to resources."),
        list("notActions", COMPUTED, "What `actions` does not include after all."),
        list("dataActions", COMPUTED, "What its holders may do to the data in resources."),
        list("notDataActions", COMPUTED, "What `dataActions` does not include after all."),
        date("createdOn", "/properties/", "When it was created."),
        date("updatedOn", "/properties/", "When it was last changed."),
    ],
    ..EntityType::extension("Microsoft.Authorization/roleDefinitions", "2022-04-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-authorization-role-definitions",
    name: "Role Definitions",
    list: List::of(&ROLE_DEFINITION).filtered(),
    becomes: Becomes::one(&ROLE_DEFINITION)
        .aliases(|role| role.id().and_then(|id| role_name(id, role)).into_iter().collect())
        .refine(rights)
        // A built-in role's id may name no subscription.
        .links(&[Link::new(RelationshipClass::Contains, &[&SUBSCRIPTION], "/id").reverse().by(
            |_, role| {
                Some(Name::of_id(&format!(
                    "/subscriptions/{}",
                    role.instance.subscription_id.as_ref()?
                )))
            },
        )]),
    ..Step::of(&ROLE_DEFINITION, "authorization")
};

/// The name of a role by its guid: its id is spelled differently at each scope.
pub(crate) fn role_name(id: &str, _: &Item<'_>) -> Option<Name> {
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
