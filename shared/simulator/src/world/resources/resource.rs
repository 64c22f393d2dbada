//! A resource: a type, what it lies in, and an index; everything else follows from these.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::coded::Coded;
use super::group::ResourceGroup;
use super::inventory::Inventory;
use super::kind::{Group, Kind, Location, Spelling};
use super::tags::tags;
use crate::world::names::REGIONS;
use crate::world::random::{Draw, hash, mix, nth};
use crate::world::tenant::Tenant;

/// A resource.
#[derive(Clone)]
pub(crate) struct Resource<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) inventory: &'a Inventory,
    pub(crate) kind: &'static Kind,
    pub(crate) owner: Owner<'a>,
    pub(crate) index: u64,
}

/// What a resource belongs to.
#[derive(Clone)]
pub(crate) enum Owner<'a> {
    /// Its subscription. Which resource group it lies in, if in any, follows from its index.
    Subscription,
    /// A resource group that it extends.
    Group(ResourceGroup<'a>),
    /// The resource that it lies below or extends.
    Resource(Rc<Resource<'a>>),
}

impl<'a> Owner<'a> {
    pub(crate) fn resource(resource: &Resource<'a>) -> Self {
        Self::Resource(Rc::new(resource.clone()))
    }
}

impl<'a> Resource<'a> {
    /// A resource of a type that code makes.
    pub(crate) fn new(
        tenant: &'a Tenant,
        inventory: &'a Inventory,
        code: Coded,
        index: u64,
    ) -> Self {
        Self { tenant, inventory, kind: code.kind(), owner: Owner::Subscription, index }
    }

    /// Another resource of the same subscription.
    pub(crate) fn other(&self, code: Coded, index: u64) -> Self {
        Self::new(self.tenant, self.inventory, code, index)
    }

    pub(crate) fn is(&self, code: Coded) -> bool {
        self.kind.code == Some(code)
    }

    /// The resource that it lies below or extends.
    pub(crate) fn parent(&self) -> Option<&Self> {
        match &self.owner {
            Owner::Resource(parent) => Some(parent),
            Owner::Subscription | Owner::Group(_) => None,
        }
    }

    /// A stream of numbers that belongs to this resource and to a purpose.
    pub(crate) fn draw(&self, purpose: &str) -> Draw {
        Draw::new(self.key(), purpose, self.inventory.subscription << 32 | self.index)
    }

    /// What all numbers of the resources of one type in one owner depend on.
    fn key(&self) -> u64 {
        let own = hash(self.tenant.seed, self.kind.name);
        match &self.owner {
            Owner::Subscription => own,
            Owner::Group(group) => own ^ mix(group.index() + 1),
            Owner::Resource(parent) => own ^ parent.draw("below").number(),
        }
    }

    /// The resource group, by its index. What belongs to a machine lies where the machine lies.
    pub(crate) fn group_index(&self) -> u64 {
        let (inventory, index) = (self.inventory, self.index);
        let interface = |index| self.other(Coded::NetworkInterface, index);
        let machine = |index| self.other(Coded::VirtualMachine, index);
        let owner = match self.kind.code {
            _ if self.kind.group == Group::First => return 0,
            Some(Coded::Disk) => Some(machine(inventory.machine_of_disk(index))),
            Some(Coded::NetworkInterface) => inventory.machine_of_interface(index).map(machine),
            Some(Coded::PublicIpAddress) => inventory.interface_of_address(index).map(interface),
            _ => None,
        };
        owner.map_or_else(
            || {
                // The smaller of two numbers: the first groups hold the most.
                let (mut draw, groups) = (self.draw("group"), self.inventory.resource_groups);
                draw.below(groups).min(draw.below(groups))
            },
            |owner| owner.group_index(),
        )
    }

    /// The resource group that it lies in, or that what it belongs to lies in.
    pub(crate) fn group(&self) -> ResourceGroup<'a> {
        match &self.owner {
            Owner::Subscription => {
                ResourceGroup::new(self.tenant, self.inventory, self.group_index())
            }
            Owner::Group(group) => *group,
            Owner::Resource(parent) => parent.group(),
        }
    }

    /// Machines and networks of a subscription are all in one region; the rest is spread.
    pub(crate) fn location(&self) -> &'static str {
        match (self.kind.location, &self.owner) {
            (Location::Global, _) => "global",
            (_, Owner::Resource(parent)) => parent.location(),
            (Location::Group, _) => self.group().location(),
            (Location::Subscription, _) => {
                nth(&REGIONS, hash(self.tenant.seed, "region") ^ self.inventory.subscription)
            }
        }
    }

    pub(crate) fn tags(&self) -> Option<Value> {
        let has_tags = self.kind.tags && self.kind.lies_in_group();
        has_tags.then(|| tags(&mut self.draw("tags"), self.group().environment()))?
    }

    pub(crate) fn id(&self, spelling: Spelling) -> String {
        let (name, kind) = (self.name(), self.kind.name);
        let of_group = |group: &ResourceGroup| match spelling {
            Spelling::UpperGroup => group.upper_id(),
            Spelling::Created | Spelling::Lower => group.id(),
        };
        let id = match (&self.owner, self.kind.parent()) {
            (Owner::Resource(parent), Some((_, own))) => {
                format!("{}/{own}/{name}", parent.id(spelling))
            }
            (Owner::Resource(scope), None) => {
                format!("{}/providers/{kind}/{name}", scope.id(spelling))
            }
            (Owner::Group(group), _) => format!("{}/providers/{kind}/{name}", of_group(group)),
            (Owner::Subscription, _) if self.kind.lies_in_group() => {
                format!("{}/providers/{kind}/{name}", of_group(&self.group()))
            }
            (Owner::Subscription, _) => {
                let subscription = self.tenant.subscription_id(self.inventory.subscription);
                format!("/subscriptions/{subscription}/providers/{kind}/{name}")
            }
        };
        if spelling == Spelling::Lower { id.to_lowercase() } else { id }
    }

    /// What all resources of a kind share, around the properties of one.
    pub(crate) fn envelope(&self, spelling: Spelling, properties: Value) -> Map<String, Value> {
        let mut resource = Map::new();
        resource.insert("id".into(), json!(self.id(spelling)));
        resource.insert("name".into(), json!(self.name()));
        resource.insert("type".into(), json!(self.kind.name));
        resource.insert("location".into(), json!(self.location()));
        resource.insert("properties".into(), properties);
        if let Some(tags) = self.tags() {
            resource.insert("tags".into(), tags);
        }
        resource
    }
}
