//! Managed identities, and the Azure resources that they are of.

use graph::{Entity, Key, Name};
use serde_json::json;

use crate::link::map_if_there;
use crate::prelude::*;

/// What an item has to have selected.
pub(crate) const FIELD: &str = "alternativeNames";

/// What is recorded about a managed identity, besides what is of every service principal.
pub(crate) const TYPE: Property = text(
    "managedIdentityType",
    COMPUTED,
    "`SystemAssigned` or `UserAssigned`, if it is a managed identity.",
);

/// See [`TYPE`].
pub(crate) const RESOURCE_ID: Property = text(
    "managedIdentityResourceId",
    COMPUTED,
    "The id of the Azure resource that it is the identity of, if it is a managed identity.",
);

const KIND: &str = "azure_resource_has_managed_identity";

/// From the resource that a managed identity is of. Which type it has, Microsoft Graph does not
/// say; the instance of a subscription mostly collects it.
pub(crate) const OF_RESOURCE: Link = Link::found(RelationshipClass::Has, &[], |principal| {
    Identity::of(principal).map(|it| Name::of_id(it.resource)).into_iter().collect()
})
.reverse()
.kind(KIND)
.or_map(&[KIND], |_, principal| {
    let resource = Identity::of(principal).map(|it| it.resource).unwrap_or_default();
    // Without its type, it could only be created as nothing in particular.
    map_if_there(KIND, &[&["_key"]], json!({ "_key": Key::new(resource), "id": resource }))
});

/// Says of a service principal which sort of managed identity it is, and of what.
pub(crate) fn describe(principal: &Item<'_>, entity: &mut Entity) {
    let Some(identity) = Identity::of(principal) else { return };
    let kind = if identity.is_explicit { "UserAssigned" } else { "SystemAssigned" };
    entity.set(TYPE.name, Some(kind));
    entity.set(RESOURCE_ID.name, Some(identity.resource));
}

/// What the alternative names of a managed identity say: `isExplicit=True`, and the id of a
/// resource.
struct Identity<'i> {
    /// Whether it is a resource of its own, rather than of one that lives and dies with it.
    is_explicit: bool,
    resource: &'i str,
}

impl<'i> Identity<'i> {
    fn of(principal: &Item<'i>) -> Option<Self> {
        if principal.text("/servicePrincipalType") != Some("ManagedIdentity") {
            return None;
        }
        let names = principal.texts("/alternativeNames/*");
        let is_explicit = names.iter().any(|it| it.eq_ignore_ascii_case("isExplicit=True"));
        let resource = names.into_iter().find(|it| it.trim_start_matches('/').contains('/'))?;
        Some(Self { is_explicit, resource })
    }
}
