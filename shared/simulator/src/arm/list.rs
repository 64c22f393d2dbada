//! Lists of Azure Resource Manager.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::error::Failure;
use super::path::Children;
use super::{Caller, scope};
use crate::answer::Answer;
use crate::cloud::Cloud;
use crate::request::Request;
use crate::resources::group::ResourceGroup;
use crate::resources::plan::Plan;
use crate::resources::role_assignment::RoleAssignment;
use crate::resources::vault_item::Item;
use crate::resources::{
    Resource, ResourceType, Spelling, diagnostic_settings, role_definition, usage, virtual_machine,
};

/// Items on a page. The providers do not document their page sizes; about 50 has been seen of
/// compute and network, and more of the others.
const fn page_size(kind: ResourceType) -> u64 {
    match kind {
        ResourceType::StorageAccount => 200,
        ResourceType::Vault => 100,
        _ => 50,
    }
}

/// A page of a list. Of its places, those are left out for which there is no item.
pub(super) fn answer(
    cloud: &Cloud,
    request: &Request,
    total: u64,
    size: u64,
    item: impl Fn(u64) -> Option<Value>,
) -> Result<Answer, Failure> {
    // Providers spell the parameter in two ways; both are understood.
    let token = request.parameter("$skiptoken");
    let list = request.path.to_ascii_lowercase();
    let page =
        cloud.pager.page(&list, total, size, token).ok_or_else(Failure::invalid_skip_token)?;
    let head: Vec<(&'static str, Value)> = page
        .next
        .map(|token| ("nextLink", json!(next_link(cloud, request, &token))))
        .into_iter()
        .collect();
    Ok(Answer::page(&head, page.places.filter_map(item)))
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

/// The resources of a type in a subscription, or in one of its groups.
pub(super) fn resources(
    cloud: &Cloud,
    request: &Request,
    plan: &Plan,
    kind: ResourceType,
    group: Option<&ResourceGroup>,
) -> Result<Answer, Failure> {
    let status_only = kind == ResourceType::VirtualMachine
        && request.parameter("statusOnly").is_some_and(|it| it.eq_ignore_ascii_case("true"));
    let item = |index| {
        let resource = Resource::new(&cloud.tenant, plan, kind, index);
        if group.is_some_and(|group| group.name() != resource.group().name()) {
            return None;
        }
        Some(if status_only { virtual_machine::status_json(&resource) } else { resource.json() })
    };
    answer(cloud, request, kind.count(plan), page_size(kind), item)
}

/// Lists that hang on something else.
pub(super) fn children(
    cloud: &Cloud,
    request: &Request,
    caller: &Caller,
    children: &Children,
) -> Result<Answer, Failure> {
    let tenant = &cloud.tenant;
    match children {
        Children::Items(vault, kind) => {
            let action = format!("Microsoft.KeyVault/vaults/{}/read", kind.plural());
            caller.authorize(&action, &vault.id(Spelling::Created))?;
            let item = |index| Some(Item::new(*vault, *kind, index).of_management_plane());
            answer(cloud, request, kind.count(vault), 25, item)
        }
        Children::DiagnosticSettings(plan, resource) => {
            let scope = match resource {
                Some(resource) => resource.id(Spelling::Created),
                None => scope(cloud, plan),
            };
            caller.authorize("Microsoft.Insights/DiagnosticSettings/Read", &scope)?;
            let settings = match resource {
                Some(resource) => diagnostic_settings::of_resource(resource)
                    .ok_or_else(|| Failure::no_diagnostics(resource.kind.name()))?,
                None => diagnostic_settings::of_subscription(tenant, plan),
            };
            Ok(Answer::new(200, &json!({ "value": settings })))
        }
        Children::RoleDefinitions(plan) => {
            let action = "Microsoft.Authorization/roleDefinitions/read";
            caller.authorize(action, &scope(cloud, plan))?;
            let item = |index| Some(role_definition::json(tenant, plan, index));
            answer(cloud, request, role_definition::COUNT, 1000, item)
        }
        Children::RoleAssignments(plan) => {
            let action = "Microsoft.Authorization/roleAssignments/read";
            caller.authorize(action, &scope(cloud, plan))?;
            let at_scope = match request.parameter("$filter") {
                None => false,
                Some(filter) if filter.eq_ignore_ascii_case("atScope()") => true,
                Some(filter) => return Err(Failure::unsupported_filter(filter)),
            };
            let item = |index| {
                let assignment = RoleAssignment::new(tenant, plan, index);
                let is_shown = !at_scope || assignment.is_at_subscription_or_above();
                is_shown.then(|| assignment.json())
            };
            answer(cloud, request, plan.role_assignments, 200, item)
        }
        Children::Nothing(plan, action) => {
            caller.authorize(action, &scope(cloud, plan))?;
            answer(cloud, request, 0, 1000, |_| None)
        }
        Children::UsageDetails(plan) => {
            caller.authorize("Microsoft.Consumption/usageDetails/read", &scope(cloud, plan))?;
            let today = usage::day_of(cloud.clock.seconds());
            let filter = request.parameter("$filter");
            let days = usage::days(filter, today)
                .ok_or_else(|| Failure::unsupported_filter(filter.unwrap_or_default()))?;
            let item = |place| usage::json(tenant, plan, &days, place);
            answer(cloud, request, usage::count(plan, &days), 1000, item)
        }
    }
}
