//! Roles and who has them, at any scope.

use serde_json::{Value, json};

use super::error::Failure;
use super::items::Items;
use super::target::{Scope, Target};
use crate::options::is_within;
use crate::services::filter::Filter;
use crate::world::resources::coded::Coded;
use crate::world::resources::inventory::Inventory;
use crate::world::resources::role_assignment::RoleAssignment;
use crate::world::resources::role_definition;
use crate::world::tenant::Tenant;

/// Which assignments a list shows.
enum Wanted {
    /// Those that hold at the scope, and those for what lies in it.
    All,
    /// Those that hold at the scope.
    AtScope,
    /// All of one principal.
    Of(String),
}

impl Wanted {
    fn parse(filter: Option<&str>) -> Result<Self, Failure> {
        let Some(filter) = filter else { return Ok(Self::All) };
        if filter.eq_ignore_ascii_case("atScope()") {
            return Ok(Self::AtScope);
        }
        let principal = Filter::parse(filter).and_then(|parsed| {
            let values = parsed.values_of("principalId")?;
            (values.len() == 1).then(|| values[0].to_owned())
        });
        principal.map(Self::Of).ok_or_else(|| Failure::unsupported_filter(filter))
    }
}

/// The role assignments at a scope: those of the scope itself, of the scopes above it, and of what
/// lies in it. Below the tenant and its management groups are all subscriptions, whose assignments
/// a list there does not show.
pub(super) fn assignments<'a>(
    tenant: &'a Tenant,
    target: &'a Target,
    filter: Option<&str>,
) -> Result<Items<'a>, Failure> {
    let wanted = Wanted::parse(filter)?;
    let at = target.scope.id(tenant);
    let is_above = matches!(target.scope, Scope::Tenant | Scope::ManagementGroup(_));
    let Some(inventory) = inventory(tenant, target) else { return Ok(Items::new(0, |_| None)) };
    Ok(Items::new(inventory.role_assignments, move |index| {
        let assignment = RoleAssignment::new(tenant, inventory, index).json();
        let scope = assignment["properties"]["scope"].as_str()?;
        let is_of_group = scope.contains("/managementGroups/");
        // The id of a subscription does not tell the management groups above it.
        let holds = match &target.scope {
            Scope::ManagementGroup(_) => is_within(&at, scope),
            Scope::Tenant => scope == "/",
            _ => is_of_group || is_within(&at, scope),
        };
        let is_shown = match &wanted {
            Wanted::All => holds || !is_above && is_within(scope, &at),
            Wanted::AtScope => holds,
            Wanted::Of(principal) => {
                let is_his = assignment["properties"]["principalId"]
                    .as_str()
                    .is_some_and(|it| it.eq_ignore_ascii_case(principal));
                is_his && (holds || !is_above && is_within(scope, &at))
            }
        };
        is_shown.then_some(assignment)
    }))
}

/// The roles that can be assigned at a scope. Above the subscriptions these are Azure's own, whose
/// ids name no subscription there.
pub(super) fn definitions<'a>(tenant: &'a Tenant, target: &'a Target) -> Items<'a> {
    let Some(inventory) = inventory(tenant, target) else { return Items::new(0, |_| None) };
    let is_above = target.inventory.is_none();
    Items::new(role_definition::COUNT, move |index| {
        let mut role = role_definition::json(tenant, inventory, index);
        if is_above {
            let is_built_in = role["properties"]["type"] == "BuiltInRole";
            let name = role["name"].as_str()?;
            let id = format!("/providers/Microsoft.Authorization/roleDefinitions/{name}");
            is_built_in.then_some(())?;
            role["id"] = json!(id);
        }
        Some::<Value>(role)
    })
}

/// Whether a filter of roles keeps all of them: those at the scope and below are all that is
/// listed here.
pub(super) fn is_of_all_roles(target: &Target, filter: &str) -> bool {
    target.kind.code == Some(Coded::RoleDefinition)
        && filter.eq_ignore_ascii_case("atScopeAndBelow()")
}

/// The subscription whose list shows what is above it, too.
fn inventory<'a>(tenant: &'a Tenant, target: &Target<'a>) -> Option<&'a Inventory> {
    target.inventory.or_else(|| tenant.inventories().first())
}
