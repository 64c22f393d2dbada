//! What can happen to the directory while the cloud is served.

mod churn;

use serde_json::{Value, json};

use super::application::Application;
use super::history::{Removal, What};
use super::membership::Membership;
use super::object_kind::ObjectKind;
use super::reference::Reference;
use crate::world::tenant::Tenant;

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
    /// A share of everything changes at once: users, groups with their members, applications, service
    /// principals and devices are created, changed and deleted, at least one object of each kind.
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

const fn is_restorable(object: Reference) -> bool {
    !matches!(object, Reference::Device(_))
}

/// Changes the directory while nobody else does.
struct Changer<'a> {
    tenant: &'a Tenant,
}

impl Changer<'_> {
    fn find(&self, id: &str) -> Option<Reference> {
        Reference::find(self.tenant, id)
    }

    fn create(&self, kind: ObjectKind) -> Vec<Reference> {
        let object = match kind {
            ObjectKind::ServicePrincipal => return Vec::new(),
            _ => kind.reference(kind.count(self.tenant)),
        };
        let principal = match object {
            Reference::Application(index) => self.principal_of(index),
            _ => None,
        };
        let created = [Some(object), principal].into_iter().flatten();
        created.inspect(|object| self.tenant.history.record(*object, What::Created)).collect()
    }

    /// The service principal that an application came with.
    fn principal_of(&self, application: u64) -> Option<Reference> {
        let principal = Application::new(self.tenant, application).service_principal();
        principal.map(Reference::ServicePrincipal)
    }

    fn set(&self, id: &str, name: &'static str, value: Value) -> Vec<Reference> {
        let Some(object) = self.find(id) else { return Vec::new() };
        self.set_of(object, name, value)
    }

    /// Changes a property, if the object has it.
    fn set_of(&self, object: Reference, name: &'static str, value: Value) -> Vec<Reference> {
        if object.object(self.tenant).property(name).is_none() {
            return Vec::new();
        }
        self.tenant.history.record(object, What::Changed(name, value));
        vec![object]
    }

    fn delete(&self, object: Reference, is_restorable: bool) -> Vec<Reference> {
        let what = if is_restorable { What::Deleted } else { What::Purged };
        let principal = match object {
            Reference::Application(index) => self.principal_of(index),
            _ => None,
        };
        let both = [Some(object), principal].into_iter().flatten();
        let there = both.filter(|object| object.exists(self.tenant));
        there.inspect(|object| self.tenant.history.record(*object, what.clone())).collect()
    }

    fn purge(&self, id: &str) -> Vec<Reference> {
        let found = Reference::find_ever(self.tenant, id);
        let Some(object) = found.filter(|object| ObjectKind::of(*object).is_some()) else {
            return Vec::new();
        };
        match self.tenant.history.fate(object).and_then(|fate| fate.removal) {
            None => self.delete(object, false),
            Some(Removal::Purged) => Vec::new(),
            Some(Removal::Deleted) => {
                self.tenant.history.record(object, What::Purged);
                vec![object]
            }
        }
    }

    fn add_member(&self, to: &str, member: &str) -> Vec<Reference> {
        let (Some(to), Some(member)) = (self.find(to), self.find(member)) else {
            return Vec::new();
        };
        self.add(to, member)
    }

    /// Adds a member, unless it is one already.
    fn add(&self, to: Reference, member: Reference) -> Vec<Reference> {
        if !has_members(to) || Membership::of(self.tenant, to).iter().any(|it| it == member) {
            return Vec::new();
        }
        self.tenant.history.record(to, What::Added(member));
        vec![to]
    }

    fn remove_member(&self, from: &str, member: &str) -> Vec<Reference> {
        let (Some(from), Some(member)) = (self.find(from), self.find(member)) else {
            return Vec::new();
        };
        self.remove(from, member)
    }

    /// Removes a member, if it is one.
    fn remove(&self, from: Reference, member: Reference) -> Vec<Reference> {
        if !Membership::of(self.tenant, from).iter().any(|it| it == member) {
            return Vec::new();
        }
        self.tenant.history.record(from, What::Removed(member));
        vec![from]
    }
}

/// Whether objects of this type have members.
pub(crate) const fn has_members(object: Reference) -> bool {
    matches!(
        object,
        Reference::Group(_) | Reference::AdministrativeUnit(_) | Reference::DirectoryRole(_)
    )
}
