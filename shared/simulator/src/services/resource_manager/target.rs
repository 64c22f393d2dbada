//! What a request is for: a list or one item, in a scope that exists.

use super::error::Failure;
use super::path::Path;
use crate::world::resources::coded::Coded;
use crate::world::resources::collection::Collection;
use crate::world::resources::group::ResourceGroup;
use crate::world::resources::inventory::Inventory;
use crate::world::resources::kind::{Kind, Spelling};
use crate::world::resources::resource::{Owner, Resource};
use crate::world::tenant::Tenant;

/// What is asked for.
pub(super) struct Target<'a> {
    /// The subscription that it belongs to.
    pub(super) inventory: Option<&'a Inventory>,
    /// What it lies in.
    pub(super) scope: Scope<'a>,
    pub(super) kind: &'static Kind,
    /// The name of one item; nothing for a list.
    pub(super) name: Option<String>,
    /// The one item, if it is a resource.
    pub(super) resource: Option<Resource<'a>>,
}

/// What something lies in.
pub(super) enum Scope<'a> {
    Tenant,
    /// A management group, by its id.
    ManagementGroup(String),
    Subscription(&'a Inventory),
    Group(ResourceGroup<'a>),
    Resource(Resource<'a>),
}

impl<'a> Target<'a> {
    /// Finds what a path names. Whether its subscription exists is checked first, then the version
    /// of the API, then all that is on the way.
    pub(super) fn find(tenant: &'a Tenant, path: &Path, version: &str) -> Result<Self, Failure> {
        let inventory = path
            .subscription
            .map(|id| tenant.inventory(id).ok_or_else(|| Failure::subscription_not_found(id)));
        let inventory = inventory.transpose()?;
        path.check_version(version)?;
        let mut scope = match (inventory, path.group) {
            (None, _) => Scope::Tenant,
            (Some(inventory), None) => Scope::Subscription(inventory),
            (Some(inventory), Some(name)) => {
                let group = ResourceGroup::find(tenant, inventory, name);
                Scope::Group(group.ok_or_else(|| Failure::group_not_found(name))?)
            }
        };
        for (kind, name) in &path.way {
            scope = match kind.code {
                Some(Coded::ManagementGroup) => Scope::management_group(tenant, kind, name)?,
                _ => Scope::Resource(scope.find(tenant, kind, name)?),
            };
        }
        let kind = path.kind;
        let resource = match (path.name, kind.code) {
            // What is there only as an item of its list is looked for in the list.
            (Some(name), code) if code.is_none_or(Coded::is_resource) => {
                Some(scope.find(tenant, kind, name)?)
            }
            _ => {
                scope.check_extension(kind)?;
                None
            }
        };
        Ok(Self { inventory, scope, kind, name: path.name.map(str::to_owned), resource })
    }
}

impl<'a> Scope<'a> {
    fn management_group(tenant: &Tenant, kind: &Kind, name: &str) -> Result<Self, Failure> {
        let groups = &tenant.management_groups;
        let group = groups.find(name).and_then(|place| groups.get(place));
        let group = group.ok_or_else(|| Failure::resource_not_found(kind.name, name, ""))?;
        Ok(Self::ManagementGroup(group.id()))
    }

    /// All resources of a type that are listed here. Those of a group are some of the
    /// subscription's.
    pub(super) fn collection(
        &self,
        tenant: &'a Tenant,
        kind: &'static Kind,
    ) -> Option<Collection<'a>> {
        let (inventory, owner) = match self {
            // As many as the first subscription that is not empty has of its own.
            Self::Tenant if kind.built_in => {
                (tenant.inventories().iter().find(|it| it.resources > 0)?, Owner::Subscription)
            }
            Self::Tenant | Self::ManagementGroup(_) => return None,
            Self::Subscription(inventory) => (*inventory, Owner::Subscription),
            Self::Group(group) if kind.is_extension() => (group.inventory(), Owner::Group(*group)),
            Self::Group(group) => (group.inventory(), Owner::Subscription),
            Self::Resource(resource) => (resource.inventory, Owner::resource(resource)),
        };
        Some(Collection { tenant, inventory, kind, owner })
    }

    /// The resource with a name.
    fn find(
        &self,
        tenant: &'a Tenant,
        kind: &'static Kind,
        name: &str,
    ) -> Result<Resource<'a>, Failure> {
        self.check_extension(kind)?;
        let found = self.collection(tenant, kind).and_then(|all| all.find(name));
        found.filter(|found| self.holds(found)).ok_or_else(|| {
            let group = match self {
                Self::Group(group) => group.name(),
                Self::Resource(resource) => resource.group().name(),
                Self::Tenant | Self::ManagementGroup(_) | Self::Subscription(_) => String::new(),
            };
            Failure::resource_not_found(kind.name, name, &group)
        })
    }

    /// Whether a resource of the subscription is listed here.
    pub(super) fn holds(&self, resource: &Resource) -> bool {
        match self {
            Self::Group(group) if !resource.kind.is_extension() => {
                group.index() == resource.group().index()
            }
            _ => true,
        }
    }

    /// Refuses an extension of what it does not extend.
    fn check_extension(&self, kind: &Kind) -> Result<(), Failure> {
        if !kind.is_extension() || kind.may_extend(self.type_name()) {
            return Ok(());
        }
        Err(Failure::not_extensible(self.type_name(), kind.name))
    }

    /// Its type, as files name it.
    fn type_name(&self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::ManagementGroup(_) => "Microsoft.Management/managementGroups",
            Self::Subscription(_) => "subscription",
            Self::Group(_) => "resourceGroup",
            Self::Resource(resource) => resource.kind.name,
        }
    }

    /// Its id, which roles are assigned at.
    pub(super) fn id(&self, tenant: &Tenant) -> String {
        match self {
            Self::Tenant => "/".to_owned(),
            Self::ManagementGroup(id) => id.clone(),
            Self::Subscription(inventory) => {
                format!("/subscriptions/{}", tenant.subscription_id(inventory.subscription))
            }
            Self::Group(group) => group.id(),
            Self::Resource(resource) => resource.id(Spelling::Created),
        }
    }
}
