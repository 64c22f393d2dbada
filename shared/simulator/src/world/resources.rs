//! Azure resources. A resource is a subscription's plan, a type and an index; everything else
//! follows.

pub(crate) mod diagnostic_settings;
pub(crate) mod disk;
pub(crate) mod group;
mod kind;
pub(crate) mod managed_identity;
pub(crate) mod network_interface;
pub(crate) mod plan;
pub(crate) mod public_ip;
pub(crate) mod role_assignment;
pub(crate) mod role_definition;
pub(crate) mod security_group;
pub(crate) mod security_rule;
pub(crate) mod storage_account;
pub(crate) mod usage;
pub(crate) mod vault;
pub(crate) mod vault_item;
pub(crate) mod virtual_machine;
pub(crate) mod virtual_network;

use serde_json::{Map, Value, json};

use crate::world::names::REGIONS;
use crate::world::random::{Draw, hash, nth};
use crate::world::tenant::Tenant;
use group::ResourceGroup;
pub(crate) use kind::ResourceType;
use plan::Plan;

/// How an id is spelt. Ids are compared without case, and the services make use of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// As it was created.
    Created,
    /// With the resource group in upper case, as in the lists of the compute provider.
    UpperGroup,
    /// All in lower case, as in ids that Azure Monitor gives out.
    Lower,
}

/// A resource.
#[derive(Clone, Copy)]
pub(crate) struct Resource<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) plan: &'a Plan,
    pub(crate) kind: ResourceType,
    pub(crate) index: u64,
}

impl<'a> Resource<'a> {
    pub(crate) fn new(tenant: &'a Tenant, plan: &'a Plan, kind: ResourceType, index: u64) -> Self {
        Self { tenant, plan, kind, index }
    }

    /// Another resource of the same subscription.
    pub(crate) fn other(&self, kind: ResourceType, index: u64) -> Self {
        Self { kind, index, ..*self }
    }

    /// The resource with a name. The name holds the index, so nothing has to be searched.
    pub(crate) fn find(
        tenant: &'a Tenant,
        plan: &'a Plan,
        kind: ResourceType,
        name: &str,
    ) -> Option<Self> {
        let index = if kind.has_unique_name() {
            let code = name.get(name.len().checked_sub(7)?..)?;
            let code = u64::from_str_radix(code, 16).ok()? ^ unique_mask(tenant, kind);
            (code & 0xfff == plan.subscription).then_some(code >> 12)?
        } else {
            let (head, tail) = name.split_once('_').unwrap_or((name, ""));
            let number: u64 = head.rsplit_once('-')?.1.parse().ok()?;
            let index = number.checked_sub(1)?;
            if kind == ResourceType::Disk { disk::of_name(plan, index, tail) } else { index }
        };
        let resource = Self::new(tenant, plan, kind, index);
        let is_it = index < kind.count(plan) && resource.name().eq_ignore_ascii_case(name);
        is_it.then_some(resource)
    }

    /// A stream of numbers that belongs to this resource and to a purpose.
    pub(crate) fn draw(&self, purpose: &str) -> Draw {
        let place = self.plan.subscription << 32 | self.index;
        Draw::new(hash(self.tenant.seed, self.kind.name()), purpose, place)
    }

    /// The resource group, by its index. What belongs to a machine lies where the machine lies.
    pub(crate) fn group_index(&self) -> u64 {
        let owner = match self.kind {
            ResourceType::Disk => Some(self.other(ResourceType::VirtualMachine, disk::owner(self))),
            ResourceType::NetworkInterface => network_interface::machine(self),
            ResourceType::PublicIpAddress => public_ip::interface(self),
            _ => None,
        };
        owner.map_or_else(
            || {
                // The smaller of two numbers: the first groups hold the most.
                let (mut draw, groups) = (self.draw("group"), self.plan.resource_groups);
                draw.below(groups).min(draw.below(groups))
            },
            |owner| owner.group_index(),
        )
    }

    pub(crate) fn group(&self) -> ResourceGroup<'a> {
        ResourceGroup::new(self.tenant, self.plan, self.group_index())
    }

    pub(crate) fn name(&self) -> String {
        let group = self.group();
        let (workload, environment) = (group.workload(), group.environment());
        let prefix = self.kind.prefix();
        match self.kind {
            ResourceType::Disk => disk::name(self),
            // These names are unique in the whole cloud, so they end in a code.
            ResourceType::StorageAccount | ResourceType::Vault => {
                let code = self.index << 12 | self.plan.subscription;
                let code = (code ^ unique_mask(self.tenant, self.kind)) & 0xfff_ffff;
                match self.kind {
                    ResourceType::Vault => format!("{prefix}-{workload}-{code:07x}"),
                    _ => format!("{prefix}{workload}{code:07x}"),
                }
            }
            _ => format!("{prefix}-{workload}-{environment}-{:02}", self.index + 1),
        }
    }

    pub(crate) fn id(&self, spelling: Spelling) -> String {
        let (group, name) = (self.group(), self.name());
        let tail = format!("providers/{}/{name}", self.kind.name());
        match spelling {
            Spelling::Created => format!("{}/{tail}", group.id()),
            Spelling::UpperGroup => format!("{}/{tail}", group.upper_id()),
            Spelling::Lower => format!("{}/{tail}", group.id()).to_lowercase(),
        }
    }

    /// Machines and networks of a subscription are all in one region; the rest is spread.
    pub(crate) fn location(&self) -> &'static str {
        match self.kind {
            ResourceType::StorageAccount | ResourceType::Vault => self.group().location(),
            _ => nth(&REGIONS, hash(self.tenant.seed, "region") ^ self.plan.subscription),
        }
    }

    pub(crate) fn tags(&self) -> Option<Value> {
        tags(&mut self.draw("tags"), self.group().environment())
    }

    /// The envelope that all resources share, around the properties of one.
    pub(crate) fn envelope(&self, spelling: Spelling, properties: Value) -> Map<String, Value> {
        let mut resource = Map::new();
        resource.insert("id".into(), json!(self.id(spelling)));
        resource.insert("name".into(), json!(self.name()));
        resource.insert("type".into(), json!(self.kind.name()));
        resource.insert("location".into(), json!(self.location()));
        resource.insert("properties".into(), properties);
        if let Some(tags) = self.tags() {
            resource.insert("tags".into(), tags);
        }
        resource
    }

    /// The resource as its list shows it.
    pub(crate) fn json(&self) -> Value {
        Value::Object(match self.kind {
            ResourceType::VirtualMachine => virtual_machine::json(self),
            ResourceType::Disk => disk::json(self),
            ResourceType::NetworkInterface => network_interface::json(self),
            ResourceType::PublicIpAddress => public_ip::json(self),
            ResourceType::VirtualNetwork => virtual_network::json(self),
            ResourceType::NetworkSecurityGroup => security_group::json(self),
            ResourceType::StorageAccount => storage_account::json(self),
            ResourceType::Vault => vault::json(self),
        })
    }
}

/// What the codes in the names of storage accounts and vaults are hidden by.
fn unique_mask(tenant: &Tenant, kind: ResourceType) -> u64 {
    hash(tenant.seed, kind.name()) & 0xfff_ffff
}

/// Tags, which are always texts, even where they look like something else. A third of all
/// resources has none at all, which is not the same as an empty set of tags.
pub(crate) fn tags(draw: &mut Draw, environment: &str) -> Option<Value> {
    let mut tags = Map::new();
    match draw.below(9) {
        0..=2 => return None,
        3 => {}
        style => {
            let environment_key = if style == 4 { "Environment" } else { "environment" };
            tags.insert(environment_key.into(), json!(environment));
            if draw.chance(50) {
                tags.insert("costCenter".into(), json!(draw.pick(&["4711", "0815", "1.5"])));
            }
            if draw.chance(40) {
                tags.insert("managed".into(), json!(draw.pick(&["true", "false", "True"])));
            }
            if draw.chance(30) {
                tags.insert("owner".into(), json!(draw.pick(&["team-ops", "Équipe Réseau", ""])));
            }
            if draw.chance(10) {
                tags.insert("hidden-link:/app".into(), json!("Resource"));
            }
        }
    }
    Some(Value::Object(tags))
}
