//! What can happen to the directory while the cloud is served.

mod changer;
mod churn;

use serde_json::json;

use super::object_kind::ObjectKind;
use crate::world::tenant::Tenant;
use changer::{Changer, is_restorable};

/// Something that happens to the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectoryChange {
    /// An object is created. What it is like follows from the seed and from how many there were
    /// before. An application comes with its service principal, and is the only way to get one.
    Create(ObjectKind),
    /// An object gets another display name.
    Rename {
        /// The object's id.
        id: String,
        /// The name.
        name: String,
    },
    /// A user, a service principal or a device is disabled or enabled.
    SetEnabled {
        /// The object's id.
        id: String,
        /// Whether it is enabled from now on.
        is_enabled: bool,
    },
    /// An object is deleted. Users, groups, applications and service principals could be restored
    /// afterwards, devices could not. The service principal of an application goes with it.
    Delete {
        /// The object's id.
        id: String,
    },
    /// An object is deleted for good, also one that was deleted before.
    Purge {
        /// The object's id.
        id: String,
    },
    /// A group, an administrative unit or a directory role gets a member.
    AddMember {
        /// The id of the one that gets it.
        to: String,
        /// The id of the member.
        member: String,
    },
    /// A group, an administrative unit or a directory role loses a member.
    RemoveMember {
        /// The id of the one that loses it.
        from: String,
        /// The id of the member.
        member: String,
    },
    /// A share of everything changes at once: users, groups with their members, applications,
    /// service principals and devices are created, changed and deleted, at least one object of each
    /// kind.
    Churn {
        /// How many of a thousand objects change. What happens to which follows from the seed and
        /// from how much has happened before.
        per_mille: u32,
    },
}

/// Lets something happen to the directory. Returns the ids of the objects that it happened to.
pub(crate) fn apply(tenant: &Tenant, change: &DirectoryChange) -> Vec<String> {
    let _guard = tenant.history.change();
    let changer = Changer { tenant };
    let touched = match change {
        DirectoryChange::Create(kind) => changer.create(*kind),
        DirectoryChange::Rename { id, name } => changer.set(id, "displayName", json!(name)),
        DirectoryChange::SetEnabled { id, is_enabled } => {
            changer.set(id, "accountEnabled", json!(is_enabled))
        }
        DirectoryChange::Delete { id } => changer
            .find(id)
            .filter(|object| ObjectKind::of(*object).is_some())
            .map_or_else(Vec::new, |object| changer.delete(object, is_restorable(object))),
        DirectoryChange::Purge { id } => changer.purge(id),
        DirectoryChange::AddMember { to, member } => changer.add_member(to, member),
        DirectoryChange::RemoveMember { from, member } => changer.remove_member(from, member),
        DirectoryChange::Churn { per_mille } => churn::churn(&changer, *per_mille),
    };
    touched.into_iter().map(|object| object.id(tenant)).collect()
}
