//! The users whom policies of conditional access are for.

use graph::{End, Name, RelationshipClass};

use super::key;
use super::policies::{POLICIES, POLICY};
use crate::convert::{Item, Output};
use crate::entra::users::{USER, audience};
use crate::step::{Link, Permission, Step};

/// A step of its own, as it has a switch of its own: most policies are for all users, and relate to each.
pub(crate) static STEP: Step = Step {
    id: "ad-conditional-access-policy-assigned-azure-ad-users-relationships",
    name: "Conditional Access Policy Assigned AD Users Relationships",
    ingestion_source: Some("conditional-access-policy-user-relationship"),
    list: POLICIES,
    permissions: &[Permission::Graph("Policy.Read.All")],
    links: &ASSIGNED,
    relate: assign,
    ..Step::DIRECTORY
};

static ASSIGNED: [Link; 1] =
    [Link::new(RelationshipClass::Assigned, &[&USER], "").subject(&POLICY, "/id")];

fn assign(policy: &Item<'_>, out: &mut Output) {
    let Some(key) = key(&POLICY, policy) else { return };
    let [assigned] = &ASSIGNED;
    let names = policy.texts("/conditions/users/includeUsers/*").into_iter().filter_map(named);
    for name in names.chain(guests(policy)) {
        let this = End::known(&key, POLICY.kind);
        out.references.push(assigned.reference(this, End::named(name)));
    }
}

/// The name of whom a policy includes: of one user, or of many.
fn named(user: &str) -> Option<Name> {
    match user {
        "None" => None,
        "All" | "GuestsOrExternalUsers" => Some(audience(user)),
        id => Some(Name::of_id(id)),
    }
}

/// The names of the sorts of guests that a policy includes. Other sorts have no users in the directory.
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
