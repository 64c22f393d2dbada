//! What the lists of Azure Resource Manager hold.

use serde_json::{Value, json};

use super::error::Failure;
use super::items::Items;
use super::target::{Scope, Target};
use super::usage;
use super::{any_resource, authorization, feature, management_group};
use crate::services::cloud::Cloud;
use crate::services::filter::Filter;
use crate::services::request::Request;
use crate::world::resources::coded::Coded;
use crate::world::resources::group::ResourceGroup;
use crate::world::resources::resource::Resource;
use crate::world::resources::{
    diagnostic_settings, security_group, usage as records, virtual_machine, virtual_network,
};

/// What a target's list holds.
pub(super) fn of<'a>(
    cloud: &'a Cloud,
    request: &Request,
    target: &'a Target,
) -> Result<Items<'a>, Failure> {
    let tenant = &cloud.tenant;
    let filter = request.parameter("$filter");
    if target.kind.code == Some(Coded::RoleAssignment) {
        return authorization::assignments(tenant, target, filter);
    }
    if let (Some(inventory), Some(Coded::UsageDetail)) = (target.inventory, target.kind.code) {
        let days = usage::days(filter, usage::day_of(cloud.clock.seconds()))
            .ok_or_else(|| Failure::unsupported_filter(filter.unwrap_or_default()))?;
        let total = records::count(inventory, &days);
        let record = move |place| records::json(tenant, inventory, &days, place);
        return Ok(Items::new(total, record));
    }
    let items = unfiltered(cloud, request, target);
    let filter = filter.filter(|filter| !authorization::is_of_all_roles(target, filter));
    let Some(filter) = filter else { return Ok(items) };
    let known = |name: &str| target.kind.filter.iter().any(|it| it.eq_ignore_ascii_case(name));
    let parsed = Filter::parse(filter).filter(|it| it.paths().into_iter().all(known));
    let parsed = parsed.ok_or_else(|| Failure::unsupported_filter(filter))?;
    Ok(items.only(move |item| {
        // Some providers call properties by their names alone. The type of a role is its own.
        let of = |item: &Value, name: &str| match name {
            "resourceType" => item.get("type").cloned(),
            "resourceGroup" => group_of(item),
            _ => item["properties"].get(name).or_else(|| item.get(name)).cloned(),
        };
        parsed.matches(&|name| of(item, name))
    }))
}

fn unfiltered<'a>(cloud: &'a Cloud, request: &Request, target: &'a Target) -> Items<'a> {
    let tenant = &cloud.tenant;
    match (target.kind.code, target.inventory, &target.scope) {
        (Some(Coded::ResourceGroup), Some(inventory), _) => {
            let group = |index| Some(ResourceGroup::new(tenant, inventory, index).json());
            Items::new(inventory.resource_groups, group)
        }
        (Some(Coded::RoleDefinition), ..) => authorization::definitions(tenant, target),
        (Some(Coded::AnyResource), Some(inventory), _) => {
            any_resource::all(tenant, inventory, target)
        }
        (Some(Coded::ManagementGroupSubscription), _, Scope::ManagementGroup(group)) => {
            management_group::subscriptions(tenant, group)
        }
        (Some(Coded::SecurityRule), _, Scope::Resource(group)) => {
            Items::all(security_group::rules(group))
        }
        (Some(Coded::DefaultSecurityRule), _, Scope::Resource(group)) => {
            Items::all(security_group::default_rules(group))
        }
        (Some(Coded::VirtualNetworkPeering), _, Scope::Resource(network)) => {
            Items::all(virtual_network::peerings(network))
        }
        (Some(Coded::InstanceView), _, Scope::Resource(machine)) => {
            Items::all(vec![virtual_machine::instance_view(machine)])
        }
        (Some(Coded::DiagnosticSetting), _, Scope::Resource(resource)) => {
            Items::all(diagnostic_settings::of_resource(resource))
        }
        (Some(Coded::DiagnosticSetting), Some(inventory), Scope::Subscription(_)) => {
            Items::all(diagnostic_settings::of_subscription(tenant, inventory))
        }
        _ => resources(cloud, request, target),
    }
}

/// The resources of a type in a scope.
fn resources<'a>(cloud: &'a Cloud, request: &Request, target: &'a Target) -> Items<'a> {
    let all = target.scope.collection(&cloud.tenant, target.kind);
    let Some(all) = all.filter(|_| !feature::is_without_instances(target)) else {
        return Items::new(0, |_| None);
    };
    let status_only = target.kind.code == Some(Coded::VirtualMachine)
        && request.parameter("statusOnly").is_some_and(|it| it.eq_ignore_ascii_case("true"));
    Items::new(all.count(), move |index| {
        let resource = all.item(index);
        let is_shown = target.scope.holds(&resource);
        is_shown.then(|| match target.scope {
            _ if status_only => virtual_machine::status_json(&resource),
            Scope::Tenant => built_in(&resource),
            _ => resource.json(),
        })
    })
}

/// One that Azure has made, which lies in no subscription.
fn built_in(resource: &Resource) -> Value {
    let mut json = resource.json();
    json["id"] = json!(format!("/providers/{}/{}", resource.kind.name, resource.name()));
    json["properties"]["policyType"] = json!("BuiltIn");
    json
}

/// The resource group that the id of an item names.
fn group_of(item: &Value) -> Option<Value> {
    item["id"].as_str()?.split('/').nth(4).map(Value::from)
}
