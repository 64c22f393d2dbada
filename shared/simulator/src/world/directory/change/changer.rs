//! Changes the directory, one thing after the other.

use serde_json::Value;

use crate::world::directory::application::Application;
use crate::world::directory::history::{Removal, What};
use crate::world::directory::membership::Membership;
use crate::world::directory::object_kind::ObjectKind;
use crate::world::directory::reference::{Reference, has_members};
use crate::world::tenant::Tenant;

/// Whether an object can be restored once it is deleted.
pub(super) const fn is_restorable(object: Reference) -> bool {
    !matches!(object, Reference::Device(_))
}

/// Changes the directory while nobody else does.
pub(super) struct Changer<'a> {
    pub(super) tenant: &'a Tenant,
}

impl Changer<'_> {
    pub(super) fn find(&self, id: &str) -> Option<Reference> {
        Reference::find(self.tenant, id)
    }

    pub(super) fn create(&self, kind: ObjectKind) -> Vec<Reference> {
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
    pub(super) fn principal_of(&self, application: u64) -> Option<Reference> {
        let principal = Application::new(self.tenant, application).service_principal();
        principal.map(Reference::ServicePrincipal)
    }

    pub(super) fn set(&self, id: &str, name: &'static str, value: Value) -> Vec<Reference> {
        let Some(object) = self.find(id) else { return Vec::new() };
        self.set_of(object, name, value)
    }

    /// Changes a property, if the object has it.
    pub(super) fn set_of(
        &self,
        object: Reference,
        name: &'static str,
        value: Value,
    ) -> Vec<Reference> {
        if object.object(self.tenant).property(name).is_none() {
            return Vec::new();
        }
        self.tenant.history.record(object, What::Changed(name, value));
        vec![object]
    }

    pub(super) fn delete(&self, object: Reference, is_restorable: bool) -> Vec<Reference> {
        let what = if is_restorable { What::Deleted } else { What::Purged };
        let principal = match object {
            Reference::Application(index) => self.principal_of(index),
            _ => None,
        };
        let both = [Some(object), principal].into_iter().flatten();
        let there = both.filter(|object| object.exists(self.tenant));
        there.inspect(|object| self.tenant.history.record(*object, what.clone())).collect()
    }

    pub(super) fn purge(&self, id: &str) -> Vec<Reference> {
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

    pub(super) fn add_member(&self, to: &str, member: &str) -> Vec<Reference> {
        let (Some(to), Some(member)) = (self.find(to), self.find(member)) else {
            return Vec::new();
        };
        self.add(to, member)
    }

    /// Adds a member, unless it is one already.
    pub(super) fn add(&self, to: Reference, member: Reference) -> Vec<Reference> {
        if !has_members(to) || Membership::of(self.tenant, to).iter().any(|it| it == member) {
            return Vec::new();
        }
        self.tenant.history.record(to, What::Added(member));
        vec![to]
    }

    pub(super) fn remove_member(&self, from: &str, member: &str) -> Vec<Reference> {
        let (Some(from), Some(member)) = (self.find(from), self.find(member)) else {
            return Vec::new();
        };
        self.remove(from, member)
    }

    /// Removes a member, if it is one.
    pub(super) fn remove(&self, from: Reference, member: Reference) -> Vec<Reference> {
        if !Membership::of(self.tenant, from).iter().any(|it| it == member) {
            return Vec::new();
        }
        self.tenant.history.record(from, What::Removed(member));
        vec![from]
    }
}
