//! From ids to objects of the directory, and from references to objects.

use serde_json::{Value, json};

use super::Object;
use super::administrative_unit::{self, AdministrativeUnit};
use super::app_role::applications_at_first;
use super::application::Application;
use super::device::{Contact, Device};
use super::group::Group;
use super::history::Changed;
use super::object_kind::ObjectKind;
use super::reference::Reference;
use super::role::{self, DirectoryRole};
use super::service_principal::ServicePrincipal;
use super::user::User;
use crate::world::guid::Kind;
use crate::world::tenant::Tenant;

/// Makes a reference of an index.
type Make = fn(u64) -> Reference;

impl Reference {
    /// Each kind with the kind of its ids.
    const KINDS: [(Kind, Make); 8] = [
        (Kind::User, Self::User),
        (Kind::Group, Self::Group),
        (Kind::ServicePrincipal, Self::ServicePrincipal),
        (Kind::Device, Self::Device),
        (Kind::Contact, Self::Contact),
        (Kind::ApplicationObject, Self::Application),
        (Kind::AdministrativeUnit, Self::AdministrativeUnit),
        (Kind::DirectoryRole, Self::DirectoryRole),
    ];

    /// The object that an id names, whatever it is, if it is there.
    pub(crate) fn find(tenant: &Tenant, id: &str) -> Option<Self> {
        Self::find_ever(tenant, id).filter(|found| found.exists(tenant))
    }

    /// The object that an id names, if it was ever there.
    pub(crate) fn find_ever(tenant: &Tenant, id: &str) -> Option<Self> {
        let mut kinds = Self::KINDS.into_iter();
        let found = kinds.find_map(|(kind, make)| Some(make(tenant.guids.index(kind, id)?)))?;
        found.existed(tenant).then_some(found)
    }

    pub(crate) fn id(self, tenant: &Tenant) -> String {
        let (kind, index) = match self {
            Self::User(index) => (Kind::User, index),
            Self::Group(index) => (Kind::Group, index),
            Self::ServicePrincipal(index) => (Kind::ServicePrincipal, index),
            Self::Device(index) => (Kind::Device, index),
            Self::Contact(index) => (Kind::Contact, index),
            Self::Application(index) => (Kind::ApplicationObject, index),
            Self::AdministrativeUnit(index) => (Kind::AdministrativeUnit, index),
            Self::DirectoryRole(index) => (Kind::DirectoryRole, index),
        };
        tenant.guids.guid(kind, index)
    }

    /// The object as it is now.
    pub(crate) fn object(self, tenant: &Tenant) -> Box<dyn Object + '_> {
        let object = self.object_at_first(tenant);
        match tenant.history.fate(self) {
            Some(fate) => Box::new(Changed { object, fate }),
            None => object,
        }
    }

    fn object_at_first(self, tenant: &Tenant) -> Box<dyn Object + '_> {
        match self {
            Self::User(index) => Box::new(User::new(tenant, index)),
            Self::Group(index) => Box::new(Group::new(tenant, index)),
            Self::ServicePrincipal(index) => Box::new(ServicePrincipal::new(tenant, index)),
            Self::Device(index) => Box::new(Device::new(tenant, index)),
            Self::Contact(index) => Box::new(Contact::new(tenant, index)),
            Self::Application(index) => Box::new(Application::new(tenant, index)),
            Self::AdministrativeUnit(index) => Box::new(AdministrativeUnit::new(tenant, index)),
            Self::DirectoryRole(index) => Box::new(DirectoryRole::new(tenant, index)),
        }
    }

    /// The name that people see.
    pub(crate) fn display_name(self, tenant: &Tenant) -> Value {
        self.object(tenant).property("displayName").unwrap_or(json!(null))
    }

    /// Whether it is there.
    pub(crate) fn exists(self, tenant: &Tenant) -> bool {
        self.existed(tenant) && !tenant.history.is_gone(self)
    }

    /// Whether it was ever there.
    fn existed(self, tenant: &Tenant) -> bool {
        match self {
            Self::User(index) => index < ObjectKind::User.count(tenant),
            Self::Group(index) => index < ObjectKind::Group.count(tenant),
            Self::Device(index) => index < ObjectKind::Device.count(tenant),
            Self::Application(index) => index < ObjectKind::Application.count(tenant),
            Self::ServicePrincipal(index) => match index.checked_sub(ServicePrincipal::CREATED) {
                None => index < ServicePrincipal::count(tenant),
                Some(number) => number < tenant.history.created(ObjectKind::Application),
            },
            Self::Contact(index) => index < tenant.contacts,
            Self::AdministrativeUnit(index) => index < administrative_unit::count(tenant),
            Self::DirectoryRole(index) => index < role::definition::IN_USE,
        }
    }
}

impl ObjectKind {
    /// How many there were at first.
    fn count_at_first(self, tenant: &Tenant) -> u64 {
        match self {
            Self::User => tenant.users,
            Self::Group => tenant.groups,
            Self::Application => applications_at_first(tenant),
            Self::ServicePrincipal => tenant.service_principals_at_first(),
            Self::Device => tenant.devices,
        }
    }

    /// How many there ever were.
    pub(crate) fn count(self, tenant: &Tenant) -> u64 {
        self.count_at_first(tenant) + tenant.history.created(self)
    }

    /// The object at a place of all that there ever were, in the order in which they were created.
    pub(crate) fn at(self, tenant: &Tenant, place: u64) -> Reference {
        let since = place.checked_sub(self.count_at_first(tenant));
        let created = since.and_then(|place| tenant.history.created_at(self, place));
        created.unwrap_or_else(|| self.reference(place))
    }
}
