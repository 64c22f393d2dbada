//! Lists of Azure Resource Manager.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::error::Failure;
use super::target::{Scope, Target};
use super::usage;
use super::{any_resource, authorization};
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::filter::Filter;
use crate::services::request::Request;
use crate::world::resources::coded::Coded;
use crate::world::resources::group::ResourceGroup;
use crate::world::resources::resource::Resource;
use crate::world::resources::{
    diagnostic_settings, security_group, usage as records, virtual_machine, virtual_network,
};

/// The items of a list by their places, of which some may be empty.
pub(super) struct Items<'a> {
    total: u64,
    at: Box<dyn Fn(u64) -> Option<Value> + 'a>,
}

impl<'a> Items<'a> {
    pub(super) fn new(total: u64, at: impl Fn(u64) -> Option<Value> + 'a) -> Self {
        Self { total, at: Box::new(at) }
    }

    fn all(items: Vec<Value>) -> Self {
        let total = items.len() as u64;
        Self::new(total, move |place| items.get(usize::try_from(place).ok()?).cloned())
    }

    /// What a target's list holds.
    pub(super) fn of(
        cloud: &'a Cloud,
        request: &Request,
        target: &'a Target,
    ) -> Result<Self, Failure> {
        let tenant = &cloud.tenant;
        let filter = request.parameter("$filter");
        if target.kind.code == Some(Coded::RoleAssignment) {
            return authorization::assignments(tenant, target, filter);
        }
        if let (Some(plan), Some(Coded::UsageDetail)) = (target.plan, target.kind.code) {
            let days = usage::days(filter, usage::day_of(cloud.clock.seconds()))
                .ok_or_else(|| Failure::unsupported_filter(filter.unwrap_or_default()))?;
            let total = records::count(plan, &days);
            let record = move |place| records::json(tenant, plan, &days, place);
            return Ok(Self::new(total, record));
        }
        let items = Self::unfiltered(cloud, request, target);
        let filter = filter.filter(|filter| !authorization::is_of_all_roles(target, filter));
        let Some(filter) = filter else { return Ok(items) };
        let known = |name: &str| target.kind.filter.iter().any(|it| it.eq_ignore_ascii_case(name));
        let parsed = Filter::parse(filter).filter(|it| it.paths().into_iter().all(known));
        let parsed = parsed.ok_or_else(|| Failure::unsupported_filter(filter))?;
        let at = items.at;
        Ok(Self::new(items.total, move |place| {
            // Some providers call properties by their names alone. The type of a role is its own.
            let of = |item: &Value, name: &str| match name {
                "resourceType" => item.get("type").cloned(),
                "resourceGroup" => group_of(item),
                _ => item["properties"].get(name).or_else(|| item.get(name)).cloned(),
            };
            at(place).filter(|item| parsed.matches(&|name| of(item, name)))
        }))
    }

    fn unfiltered(cloud: &'a Cloud, request: &Request, target: &'a Target) -> Self {
        let tenant = &cloud.tenant;
        match (target.kind.code, target.plan, &target.scope) {
            (Some(Coded::ResourceGroup), Some(plan), _) => {
                let group = |index| Some(ResourceGroup::new(tenant, plan, index).json());
                Self::new(plan.resource_groups, group)
            }
            (Some(Coded::RoleDefinition), ..) => authorization::definitions(tenant, target),
            (Some(Coded::AnyResource), Some(plan), _) => any_resource::all(tenant, plan, target),
            (Some(Coded::SecurityRule), _, Scope::Resource(group)) => {
                Self::all(security_group::rules(group))
            }
            (Some(Coded::DefaultSecurityRule), _, Scope::Resource(group)) => {
                Self::all(security_group::default_rules(group))
            }
            (Some(Coded::VirtualNetworkPeering), _, Scope::Resource(network)) => {
                Self::all(virtual_network::peerings(network))
            }
            (Some(Coded::InstanceView), _, Scope::Resource(machine)) => {
                Self::all(vec![virtual_machine::instance_view(machine)])
            }
            (Some(Coded::DiagnosticSetting), _, Scope::Resource(resource)) => {
                Self::all(diagnostic_settings::of_resource(resource))
            }
            (Some(Coded::DiagnosticSetting), Some(plan), Scope::Subscription(_)) => {
                Self::all(diagnostic_settings::of_subscription(tenant, plan))
            }
            _ => Self::resources(cloud, request, target),
        }
    }

    /// The resources of a type in a scope.
    fn resources(cloud: &'a Cloud, request: &Request, target: &'a Target) -> Self {
        let Some(all) = target.scope.collection(&cloud.tenant, target.kind) else {
            return Self::new(0, |_| None);
        };
        let status_only = target.kind.code == Some(Coded::VirtualMachine)
            && request.parameter("statusOnly").is_some_and(|it| it.eq_ignore_ascii_case("true"));
        Self::new(all.count(), move |index| {
            let resource = all.item(index);
            let is_shown = target.scope.holds(&resource);
            is_shown.then(|| match target.scope {
                _ if status_only => virtual_machine::status_json(&resource),
                Scope::Tenant => built_in(&resource),
                _ => resource.json(),
            })
        })
    }

    /// The item with a name.
    pub(super) fn named(&self, name: &str) -> Option<Value> {
        // A provider is named by its namespace.
        let is_it = |item: &Value| {
            let own = item.get("name").or_else(|| item.get("namespace")).and_then(Value::as_str);
            own.is_some_and(|own| own.eq_ignore_ascii_case(name))
        };
        (0..self.total).filter_map(&self.at).find(is_it)
    }

    /// The first item.
    pub(super) fn first(&self) -> Option<Value> {
        (0..self.total).find_map(&self.at)
    }

    /// A page of the list, with so many items at most. Of its places, those are left out for which
    /// there is no item.
    pub(super) fn page(
        &self,
        cloud: &Cloud,
        request: &Request,
        size: u64,
    ) -> Result<Answer, Failure> {
        let top = request.parameter("$top").map(|top| {
            top.parse().ok().filter(|top| *top > 0).ok_or_else(|| Failure::invalid_top(top))
        });
        let size = top.transpose()?.map_or(size, |top: u64| top.min(size));
        // Providers spell the parameter in two ways; both are understood.
        let token = request.parameter("$skiptoken");
        let list = request.path.to_ascii_lowercase();
        let page = cloud.pager.page(&list, self.total, size, token);
        let page = page.ok_or_else(Failure::invalid_skip_token)?;
        let head: Vec<(&'static str, Value)> = page
            .next
            .map(|token| ("nextLink", json!(next_link(cloud, request, &token))))
            .into_iter()
            .collect();
        Ok(Answer::page(&head, page.places.filter_map(&self.at)))
    }
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

/// The address of the next page: that of this one, with another token.
fn next_link(cloud: &Cloud, request: &Request, token: &str) -> String {
    let parameters =
        request.query.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken"));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .append_pair("$skiptoken", token)
        .finish();
    let path: Vec<String> = request.segments().into_iter().map(encode).collect();
    format!("{}/management.azure.com/{}?{query}", cloud.base, path.join("/"))
}

/// Encodes a part of a path, of which names can hold more than an address may.
fn encode(segment: &str) -> String {
    form_urlencoded::byte_serialize(segment.as_bytes()).collect::<String>().replace('+', "%20")
}
