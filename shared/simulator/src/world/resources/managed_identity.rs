//! Managed identities of virtual machines.

use serde_json::{Value, json};

use super::coded::Coded;
use super::group::ResourceGroup;
use super::inventory::Inventory;
use super::kind::Spelling;
use super::resource::Resource;
use crate::world::guid::Kind;
use crate::world::tenant::Tenant;

/// The identity of a machine: every fifth has its own, every other fifth shares one of two.
pub(crate) fn of_machine(machine: &Resource) -> Option<Value> {
    let (tenant, inventory) = (machine.tenant, machine.inventory);
    let first = tenant.first_identity() + inventory.first_identity;
    match machine.index % 5 {
        1 => Some(json!({
            "type": "SystemAssigned",
            "principalId": tenant.service_principal_id(first + machine.index / 5),
            "tenantId": tenant.id(),
        })),
        3 => {
            let number = machine.index / 5 % 2;
            let principal = tenant.user_identity(inventory, number);
            let id = id_of_shared(tenant, inventory, number);
            Some(json!({
                "type": "UserAssigned",
                "userAssignedIdentities": {
                    id: {
                        "principalId": tenant.service_principal_id(principal),
                        "clientId": tenant.guids.guid(Kind::Application, principal + 1),
                    },
                },
            }))
        }
        _ => None,
    }
}

fn id_of_shared(tenant: &Tenant, inventory: &Inventory, number: u64) -> String {
    let group = ResourceGroup::new(tenant, inventory, 0).id();
    format!("{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-shared-{number}")
}

/// A managed identity by its number: its name, the id of its resource, and whether it is a
/// resource of its own.
pub(crate) fn by_number(tenant: &Tenant, number: u64) -> Option<(String, String, bool)> {
    let inventory = tenant
        .all_inventories()
        .take_while(|inventory| inventory.first_identity <= number)
        .last()?;
    let number = number - inventory.first_identity;
    match number.checked_sub(inventory.system_identities()) {
        None => {
            let machine = Resource::new(tenant, inventory, Coded::VirtualMachine, number * 5 + 1);
            Some((machine.name(), machine.id(Spelling::Created), false))
        }
        Some(number) => {
            let id = id_of_shared(tenant, inventory, number);
            Some((format!("id-shared-{number}"), id, true))
        }
    }
}
