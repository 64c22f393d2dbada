//! Objects of the directory by what they are and by their index, which is all that others keep of
//! them.

use serde_json::{Value, json};

use super::Object;
use super::administrative_unit::{self, AdministrativeUnit};
use super::application::Application;
use super::change::ObjectKind;
use super::device::{Contact, Device};
use super::group::Group;
use super::history::Changed;
use super::role::{self, DirectoryRole};
use super::service_principal::ServicePrincipal;
use super::user::User;
use crate::world::guid::Kind;
use crate::world::tenant::Tenant;

/// An object of the directory, by its kind and its index among those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Reference {
    User(u64),
    Group(u64),
    ServicePrincipal(u64),
    Device(u64),
    Contact(u64),
    Application(u64),
    AdministrativeUnit(u64),
    DirectoryRole(u64),
}

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

    /// The name of its type, as its object has it.
    pub(crate) const fn type_name(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Group(_) => "group",
            Self::ServicePrincipal(_) => "servicePrincipal",
            Self::Device(_) => "device",
            Self::Contact(_) => "orgContact",
            Self::Application(_) => "application",
            Self::AdministrativeUnit(_) => "administrativeUnit",
            Self::DirectoryRole(_) => "directoryRole",
        }
    }

    /// The type as it stands in answers.
    pub(crate) fn odata_type(self) -> String {
        format!("#microsoft.graph.{}", self.type_name())
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
            Self::DirectoryRole(index) => index < role::IN_USE,
        }
    }
}
