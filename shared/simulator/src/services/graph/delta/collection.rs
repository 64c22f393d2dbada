//! The collections that delta queries can be asked of.

use crate::services::graph::permission::{
    READ_APPLICATIONS, READ_CONTACTS, READ_DEVICES, READ_GROUPS, READ_ROLES, READ_UNITS, READ_USERS,
};
use crate::world::directory::administrative_unit;
use crate::world::directory::object_kind::ObjectKind;
use crate::world::directory::reference::Reference;
use crate::world::directory::reference::has_members;
use crate::world::directory::role;
use crate::world::tenant::Tenant;

/// A collection that a delta query can be asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Collection {
    Kind(ObjectKind),
    DirectoryRoles,
    AdministrativeUnits,
    /// They never change.
    Contacts,
}

/// Each collection with its path; of several, the first is the one that answers name it by.
const PATHS: [(&str, Collection); 9] = [
    ("users", Collection::Kind(ObjectKind::User)),
    ("groups", Collection::Kind(ObjectKind::Group)),
    ("applications", Collection::Kind(ObjectKind::Application)),
    ("servicePrincipals", Collection::Kind(ObjectKind::ServicePrincipal)),
    ("devices", Collection::Kind(ObjectKind::Device)),
    ("directoryRoles", Collection::DirectoryRoles),
    ("directory/administrativeUnits", Collection::AdministrativeUnits),
    ("contacts", Collection::Contacts),
    // As the documentation of the function has it; the description of the service has the other.
    ("administrativeUnits", Collection::AdministrativeUnits),
];

impl Collection {
    /// The collection whose delta query a path names. It can be written as a function.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let (path, function) = path.rsplit_once('/')?;
        let function = function.strip_suffix("()").unwrap_or(function);
        let function = function.strip_prefix("microsoft.graph.").unwrap_or(function);
        let mut paths = PATHS.into_iter().filter(|_| function.eq_ignore_ascii_case("delta"));
        Some(paths.find(|(own, _)| own.eq_ignore_ascii_case(path))?.1)
    }

    /// The path below the version, which is what contexts name it by.
    pub(crate) fn name(self) -> &'static str {
        let mut paths = PATHS.into_iter();
        paths.find(|(_, collection)| *collection == self).map(|(path, _)| path).unwrap_or_default()
    }

    /// How many places there are, those of deleted objects too.
    pub(crate) fn places(self, tenant: &Tenant) -> u64 {
        match self {
            Self::Kind(kind) => kind.count(tenant),
            Self::DirectoryRoles => role::definition::IN_USE,
            Self::AdministrativeUnits => administrative_unit::count(tenant),
            Self::Contacts => tenant.contacts,
        }
    }

    /// The object at a place.
    pub(crate) fn at(self, tenant: &Tenant, place: u64) -> Reference {
        match self {
            Self::Kind(kind) => kind.at(tenant, place),
            Self::DirectoryRoles => Reference::DirectoryRole(place),
            Self::AdministrativeUnits => Reference::AdministrativeUnit(place),
            Self::Contacts => Reference::Contact(place),
        }
    }

    /// Whether an object is one of this collection.
    pub(crate) fn holds(self, object: Reference) -> bool {
        match self {
            Self::Kind(kind) => ObjectKind::of(object) == Some(kind),
            Self::DirectoryRoles => matches!(object, Reference::DirectoryRole(_)),
            Self::AdministrativeUnits => matches!(object, Reference::AdministrativeUnit(_)),
            Self::Contacts => matches!(object, Reference::Contact(_)),
        }
    }

    /// Whether its objects have members that can be tracked.
    pub(crate) fn has_members(self) -> bool {
        has_members(match self {
            Self::Kind(ObjectKind::Group) => Reference::Group(0),
            Self::Kind(_) => Reference::User(0),
            Self::DirectoryRoles => Reference::DirectoryRole(0),
            Self::AdministrativeUnits => Reference::AdministrativeUnit(0),
            Self::Contacts => Reference::Contact(0),
        })
    }

    /// The permissions each of which suffices: those for the collection itself.
    pub(crate) const fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Kind(ObjectKind::User) => &READ_USERS,
            Self::Kind(ObjectKind::Group) => &READ_GROUPS,
            Self::Kind(ObjectKind::Device) => &READ_DEVICES,
            Self::Kind(_) => &READ_APPLICATIONS,
            Self::DirectoryRoles => READ_ROLES,
            Self::AdministrativeUnits => READ_UNITS,
            Self::Contacts => &READ_CONTACTS,
        }
    }

    /// The resource units of a request. The table does not name delta queries; they are taken to
    /// cost as much as the collection itself.
    pub(crate) const fn units(self) -> u32 {
        match self {
            Self::Kind(ObjectKind::User | ObjectKind::Application) => 2,
            _ => 1,
        }
    }
}
