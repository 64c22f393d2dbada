//! The users whom policies of conditional access are for.

use graph::Name;

use super::key;
use super::policies::{POLICIES, POLICY};
use crate::entra::users::{USER, audience};
use crate::prelude::*;

/// A step of its own, as it has a switch of its own: most policies are for all users, and relate to
/// each.
pub(crate) static STEP: Step = Step {
    id: "ad-conditional-access-policy-assigned-azure-ad-users-relationships",
    name: "Conditional Access Policy Assigned AD Users Relationships",
    list: POLICIES,
    becomes: Becomes::known(&POLICY).key(|policy| key(&POLICY, policy)).links(&[Link::found(
        RelationshipClass::Assigned,
        &[&USER],
        included,
    )]),
    needs: Needs::directory("conditional-access-policy-user-relationship")
        .graph(&["Policy.Read.All"]),
    ..Step::AZURE
};

/// The names of the users that a policy includes.
fn included(policy: &Item<'_>) -> Vec<Name> {
    let users = policy.texts("/conditions/users/includeUsers/*");
    users.into_iter().filter_map(named).chain(guests(policy)).collect()
}

/// The name of whom a policy includes: of one user, or of many.
fn named(user: &str) -> Option<Name> {
    match user {
        "None" => None,
        "All" | "GuestsOrExternalUsers" => Some(audience(user)),
        id => Some(Name::of_id(id)),
    }
}

/// The names of the sorts of guests that a policy includes. Other sorts have no users in the
/// directory.
fn guests(policy: &Item<'_>) -> Vec<Name> {
    const GUESTS: &str = "/conditions/users/includeGuestsOrExternalUsers";
    let tenants = policy.text(&format!("{GUESTS}/externalTenants/membershipKind"));
    let sorts = policy.text(&format!("{GUESTS}/guestOrExternalUserTypes")).unwrap_or_default();
    let sorts = sorts.split(',').map(str::trim).filter(|sort| match *sort {
        "internalGuest" => true,
        // Of some tenants, it is not known who comes from them.
        "b2bCollaborationGuest" | "b2bCollaborationMember" => tenants != Some("enumerated"),
        _ => false,
    });
    sorts.map(audience).collect()
}
