//! Managed identities, and the Azure resources that they are of.

use graph::{End, Entity, Key, Name, RelationshipClass, Unresolved};
use serde_json::json;

use crate::convert::{Item, Output};
use crate::entity::{COMPUTED, Property, text};
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::step::Link;

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

/// From the resource that a managed identity is of. Which type it has, Microsoft Graph does not say; the
/// instance of a subscription mostly collects it.
pub(crate) const OF_RESOURCE: Link = Link::new(RelationshipClass::Has, &[], "")
    .reverse()
    .kind(KIND)
    .or_map(&[KIND], |resource, _| Unresolved::Map {
        kind: KIND.to_owned(),
        filters: vec![vec!["_key".to_owned()]],
        target: json!({ "_key": Key::new(resource), "id": resource })
            .as_object()
            .cloned()
            .unwrap_or_default(),
        // Without its type, it could only be created as nothing in particular.
        skip_creation: true,
    });

/// Says of a service principal which sort of managed identity it is, and of what.
pub(crate) fn describe(principal: &Item<'_>, entity: &mut Entity) {
    let Some(identity) = Identity::of(principal) else { return };
    let kind = if identity.is_explicit { "UserAssigned" } else { "SystemAssigned" };
    entity.set(TYPE.name, Some(kind));
    entity.set(RESOURCE_ID.name, Some(identity.resource));
}

/// Relates a managed identity to its resource.
pub(crate) fn relate(principal: &Item<'_>, out: &mut Output) {
    let (Some(key), Some(identity)) = (principal.key("/id"), Identity::of(principal)) else {
        return;
    };
    let resource = End::named(Name::of_id(identity.resource));
    let mut reference = OF_RESOURCE.reference(End::known(&key, SERVICE_PRINCIPAL.kind), resource);
    reference.unresolved = (OF_RESOURCE.unresolved)(identity.resource, principal);
    out.references.push(reference);
}

/// What the alternative names of a managed identity say: `isExplicit=True`, and the id of a resource.
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
