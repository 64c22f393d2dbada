//! Role assignments, as a subscription lists them: those of the scopes above it, its own, and
//! those of resource groups and resources in it.

use serde_json::{Value, json};

use super::coded::Coded;
use super::kind::Spelling;
use super::resource::Resource;
use super::role_definition;
use crate::world::dates::{DAY, TODAY, fraction};
use crate::world::guid::Kind;
use crate::world::random::Draw;
use crate::world::resources::group::ResourceGroup;
use crate::world::resources::inventory::Inventory;
use crate::world::tenant::Tenant;

/// A condition as Azure's own editor writes it.
const CONDITION: &str = "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/\
                         containers/blobs/read'})) OR (@Resource[Microsoft.Storage/\
                         storageAccounts/blobServices/containers:name] StringEquals 'public'))";

/// The types of resource that roles are assigned at.
const SCOPES: [Coded; 8] = [
    Coded::VirtualMachine,
    Coded::Disk,
    Coded::NetworkInterface,
    Coded::PublicIpAddress,
    Coded::VirtualNetwork,
    Coded::NetworkSecurityGroup,
    Coded::StorageAccount,
    Coded::Vault,
];

/// A role assignment.
pub(crate) struct RoleAssignment<'a> {
    tenant: &'a Tenant,
    inventory: &'a Inventory,
    index: u64,
}

impl<'a> RoleAssignment<'a> {
    pub(crate) fn new(tenant: &'a Tenant, inventory: &'a Inventory, index: u64) -> Self {
        Self { tenant, inventory, index }
    }

    fn draw(&self, purpose: &str) -> Draw {
        // The assignments above the subscriptions are the same ones in each of them.
        let subscription = if self.index < 3 { 0 } else { self.inventory.subscription };
        let base = self.tenant.draw("assignment", subscription << 32 | self.index);
        Draw::new(base.clone().number(), purpose, 0)
    }

    fn place(&self) -> Place {
        match self.draw("place").below(10) {
            3..=6 if self.inventory.resource_groups > 0 => Place::ResourceGroup,
            7..=9 if self.inventory.vaults > 0 => Place::Resource,
            _ => Place::Subscription,
        }
    }

    fn scope(&self) -> String {
        let (tenant, inventory, mut draw) = (self.tenant, self.inventory, self.draw("scope"));
        match (self.index, self.place()) {
            // The role that administrators give themselves over everything.
            (0, _) => "/".to_owned(),
            // The root management group has the id of the tenant.
            (1, _) => {
                format!("/providers/Microsoft.Management/managementGroups/{}", tenant.id())
            }
            (2, _) => "/providers/Microsoft.Management/managementGroups/platform".to_owned(),
            (_, Place::Subscription) => {
                format!("/subscriptions/{}", tenant.subscription_id(inventory.subscription))
            }
            (_, Place::ResourceGroup) => {
                let group = draw.below(inventory.resource_groups);
                let id = ResourceGroup::new(tenant, inventory, group).id();
                // The scope is spelt as whoever made the assignment spelt it.
                if draw.chance(20) { id.replace("resourceGroups", "resourcegroups") } else { id }
            }
            (_, Place::Resource) => {
                let kind = draw.pick(&SCOPES);
                let resource =
                    Resource::new(tenant, inventory, kind, draw.below(inventory.count(kind)));
                resource.id(if draw.chance(15) { Spelling::Lower } else { Spelling::Created })
            }
        }
    }

    /// Who it is for. The first of the root management group is the one who reads this.
    fn principal(&self) -> (String, &'static str) {
        let (tenant, mut draw) = (self.tenant, self.draw("principal"));
        match (self.index, draw.below(10)) {
            (1, _) => (tenant.service_principal_id(0), "ServicePrincipal"),
            // What became of a principal is not told: a deleted one keeps its id and its type.
            (3, _) | (_, 0) => (tenant.guids.guid(Kind::Deleted, draw.below(50)), "User"),
            (_, 1..=3) => (tenant.group_id(draw.below(tenant.groups)), "Group"),
            (_, 4..=6) => {
                let index = draw.below(tenant.service_principals_at_first());
                (tenant.service_principal_id(index), "ServicePrincipal")
            }
            _ => (tenant.user_id(draw.below(tenant.users)), "User"),
        }
    }

    pub(crate) fn json(&self) -> Value {
        let (scope, mut draw) = (self.scope(), self.draw("properties"));
        let (principal, kind) = self.principal();
        let role = match self.index {
            0 => 3,
            1 | 2 => role_definition::READER,
            _ => draw.below(role_definition::COUNT),
        };
        let name = draw.guid();
        let days = i64::try_from(draw.below(1200)).unwrap_or_default();
        let created = fraction(TODAY - days * DAY - 60, draw.number());
        let has_condition = self.index == 4 || draw.below(12) == 0;
        json!({
            "id": format!(
                "{}/providers/Microsoft.Authorization/roleAssignments/{name}",
                scope.trim_end_matches('/')
            ),
            "name": name,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "roleDefinitionId": role_definition::id(self.tenant, self.inventory, role),
                "principalId": principal,
                "principalType": kind,
                "scope": scope,
                "condition": has_condition.then_some(CONDITION),
                "conditionVersion": has_condition.then_some("2.0"),
                "createdOn": created,
                "updatedOn": created,
                "createdBy": if draw.chance(20) { String::new() } else { self.tenant.user_id(0) },
                "updatedBy": self.tenant.user_id(0),
                "delegatedManagedIdentityResourceId": null,
                "description": draw.chance(20).then_some("Requested in the portal"),
            },
        })
    }
}

/// The level of the scope of an assignment that is not above the subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Subscription,
    ResourceGroup,
    Resource,
}
