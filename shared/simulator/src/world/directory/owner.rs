//! Who owns groups, applications and service principals.

use super::reference::Reference;
use crate::world::tenant::Tenant;

/// The owners of an object: nobody for a third of all, users mostly, and here and there a service
/// principal, which only made the object and went on to own it.
pub(crate) fn owners(tenant: &Tenant, object: Reference) -> Vec<Reference> {
    let (label, index) = match object {
        Reference::Group(index) => ("group owners", index),
        Reference::Application(index) => ("application owners", index),
        Reference::ServicePrincipal(index) => ("principal owners", index),
        // Nothing else has owners that are listed.
        _ => return Vec::new(),
    };
    let mut draw = tenant.draw(label, index);
    let count = [0, 0, 1, 1, 2, 3][usize::try_from(draw.below(6)).unwrap_or_default()];
    let owner = |_| match draw.below(12) {
        0 => {
            // None of Microsoft's, and none of the identities of machines.
            let clients = tenant.principals().len() as u64;
            let first = tenant.first_identity() - tenant.applications;
            let among = draw.below(clients + tenant.applications);
            Reference::ServicePrincipal(if among < clients {
                among
            } else {
                first + among - clients
            })
        }
        _ => Reference::User(draw.below(tenant.users)),
    };
    let mut owners: Vec<Reference> = (0..count).map(owner).collect();
    owners.sort_unstable();
    owners.dedup();
    owners.retain(|owner| *owner != object && (tenant.users > 0 || !is_user(*owner)));
    owners
}

const fn is_user(reference: Reference) -> bool {
    matches!(reference, Reference::User(_))
}
