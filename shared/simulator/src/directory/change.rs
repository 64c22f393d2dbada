//! What can happen to the directory while the cloud is served.

mod churn;

use serde_json::{Value, json};

use super::application::Application;
use super::history::What;
use super::membership::Membership;
use super::reference::Reference;
use super::service_principal::ServicePrincipal;
use crate::tenant::Tenant;

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
    /// principals and devices are created, changed and deleted, at least one of each.
    Churn {
        /// How many of a thousand objects change. What happens to which follows from the seed and
        /// from how much has happened before.
        per_mille: u32,
    },
}

/// A kind of objects of the directory that can be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A user.
    User,
    /// A group.
    Group,
    /// An application registration.
    Application,
    /// A service principal.
    ServicePrincipal,
    /// A device.
    Device,
}

impl ObjectKind {
    pub(crate) const ALL: [Self; 5] =
        [Self::User, Self::Group, Self::Application, Self::ServicePrincipal, Self::Device];

    /// The kind of an object, if such objects can be created.
    pub(crate) const fn of(object: Reference) -> Option<Self> {
        match object {
            Reference::User(_) => Some(Self::User),
            Reference::Group(_) => Some(Self::Group),
            Reference::Application(_) => Some(Self::Application),
            Reference::ServicePrincipal(_) => Some(Self::ServicePrincipal),
            Reference::Device(_) => Some(Self::Device),
            _ => None,
        }
    }

    /// The name of the type.
    pub(crate) const fn type_name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Application => "application",
            Self::ServicePrincipal => "servicePrincipal",
            Self::Device => "device",
        }
    }

    /// How many there are but for those that were created since.
    fn count_before(self, tenant: &Tenant) -> u64 {
        match self {
            Self::User => tenant.users,
            Self::Group => tenant.groups,
            Self::Application => Application::count_at_first(tenant),
            Self::ServicePrincipal => ServicePrincipal::count(tenant),
            Self::Device => tenant.devices,
        }
    }

    /// How many there ever were.
    pub(crate) fn count(self, tenant: &Tenant) -> u64 {
        self.count_before(tenant) + tenant.history.created(self)
    }

    /// The object at a place of all that there ever were.
    pub(crate) fn at(self, tenant: &Tenant, place: u64) -> Reference {
        match self {
            Self::User => Reference::User(place),
            Self::Group => Reference::Group(place),
            Self::Application => Reference::Application(place),
            // Subscriptions that appear bring identities, so that these have indexes of their own.
            Self::ServicePrincipal => match place.checked_sub(self.count_before(tenant)) {
                None => Reference::ServicePrincipal(place),
                Some(place) => Reference::ServicePrincipal(ServicePrincipal::CREATED + place),
            },
            Self::Device => Reference::Device(place),
        }
    }
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
        let kinds: &[ObjectKind] = match kind {
            ObjectKind::ServicePrincipal => &[],
            ObjectKind::Application => &[ObjectKind::Application, ObjectKind::ServicePrincipal],
            ObjectKind::User => &[ObjectKind::User],
            ObjectKind::Group => &[ObjectKind::Group],
            ObjectKind::Device => &[ObjectKind::Device],
        };
        let create = |kind: &ObjectKind| {
            let object = kind.at(self.tenant, kind.count(self.tenant));
            self.tenant.history.record(object, What::Created);
            object
        };
        kinds.iter().map(create).collect()
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
            Reference::Application(index) => {
                let principal = Application::new(self.tenant, index).service_principal();
                principal.map(Reference::ServicePrincipal)
            }
            _ => None,
        };
        let both = [Some(object), principal].into_iter().flatten();
        let there = both.filter(|object| object.exists(self.tenant));
        there.inspect(|object| self.tenant.history.record(*object, what.clone())).collect()
    }

    fn purge(&self, id: &str) -> Vec<Reference> {
        match self.find(id) {
            Some(object) => self.delete(object, false),
            None => match Reference::find_ever(self.tenant, id) {
                Some(object) => {
                    self.tenant.history.record(object, What::Purged);
                    vec![object]
                }
                None => Vec::new(),
            },
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
