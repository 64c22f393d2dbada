//! Which resource of Azure Resource Manager a path names.

use super::error::Failure;
use crate::guid::is_guid;
use crate::resources::group::ResourceGroup;
use crate::resources::plan::Plan;
use crate::resources::vault_item::ItemKind;
use crate::resources::{Resource, ResourceType};
use crate::tenant::Tenant;

/// What is asked for.
pub(super) enum Target<'a> {
    ManagementGroups,
    /// A management group by its name, which may be that of none.
    ManagementGroup(String),
    Subscriptions,
    Subscription(&'a Plan),
    Locations(&'a Plan),
    ResourceGroups(&'a Plan),
    ResourceGroup(ResourceGroup<'a>),
    Resources {
        plan: &'a Plan,
        kind: ResourceType,
        group: Option<ResourceGroup<'a>>,
    },
    Resource(Resource<'a>),
    Children(Children<'a>),
}

/// Lists that hang on something else.
pub(super) enum Children<'a> {
    /// Keys or secrets of a vault.
    Items(Resource<'a>, ItemKind),
    /// Diagnostic settings of a resource, or of the subscription itself.
    DiagnosticSettings(&'a Plan, Option<Resource<'a>>),
    RoleDefinitions(&'a Plan),
    RoleAssignments(&'a Plan),
    UsageDetails(&'a Plan),
    /// A type of resource that nobody has any of, and the action that reading it takes.
    Nothing(&'a Plan, &'static str),
}

impl<'a> Target<'a> {
    /// The target of a path. Names are compared without case.
    pub(super) fn parse(tenant: &'a Tenant, segments: &[&str]) -> Result<Self, Failure> {
        let is = |segment: &str, name: &str| segment.eq_ignore_ascii_case(name);
        let (id, rest) = match segments {
            [subscriptions] if is(subscriptions, "subscriptions") => {
                return Ok(Self::Subscriptions);
            }
            [subscriptions, id, rest @ ..] if is(subscriptions, "subscriptions") => (*id, rest),
            [providers, namespace, kind, rest @ ..]
                if is(providers, "providers")
                    && is(namespace, "Microsoft.Management")
                    && is(kind, "managementGroups") =>
            {
                return match rest {
                    [] => Ok(Self::ManagementGroups),
                    [name] => Ok(Self::ManagementGroup((*name).to_owned())),
                    _ => Err(Failure::unknown_type(namespace, &rest[1..].join("/"))),
                };
            }
            _ => return Err(Failure::unknown_path()),
        };
        if !is_guid(id) {
            return Err(Failure::malformed_subscription(id));
        }
        let plan = tenant.plan(id).ok_or_else(|| Failure::subscription_not_found(id))?;
        match rest {
            [] => Ok(Self::Subscription(plan)),
            [locations] if is(locations, "locations") => Ok(Self::Locations(plan)),
            [groups] if is(groups, "resourceGroups") => Ok(Self::ResourceGroups(plan)),
            [groups, name, rest @ ..] if is(groups, "resourceGroups") => {
                let group = ResourceGroup::find(tenant, plan, name)
                    .ok_or_else(|| Failure::group_not_found(name))?;
                match rest {
                    [] => Ok(Self::ResourceGroup(group)),
                    [providers, rest @ ..] if is(providers, "providers") => {
                        in_group(tenant, plan, group, rest)
                    }
                    _ => Err(Failure::unknown_type(rest[0], "")),
                }
            }
            [providers, namespace, kind] if is(providers, "providers") => {
                of_subscription(plan, namespace, kind)
            }
            [first, ..] => Err(Failure::unknown_type(first, rest.last().unwrap_or(first))),
        }
    }

    /// The subscription that a target belongs to.
    pub(super) const fn plan(&self) -> Option<&'a Plan> {
        match self {
            Self::ManagementGroups | Self::ManagementGroup(_) | Self::Subscriptions => None,
            Self::Subscription(plan)
            | Self::Locations(plan)
            | Self::ResourceGroups(plan)
            | Self::Resources { plan, .. }
            | Self::Children(
                Children::DiagnosticSettings(plan, _)
                | Children::RoleDefinitions(plan)
                | Children::RoleAssignments(plan)
                | Children::UsageDetails(plan)
                | Children::Nothing(plan, _),
            ) => Some(plan),
            Self::ResourceGroup(group) => Some(group.plan()),
            Self::Resource(resource) | Self::Children(Children::Items(resource, _)) => {
                Some(resource.plan)
            }
        }
    }
}

/// What lies behind `/subscriptions/{id}/providers/`.
fn of_subscription<'a>(plan: &'a Plan, namespace: &str, kind: &str) -> Result<Target<'a>, Failure> {
    let name = format!("{namespace}/{kind}");
    if let Some(kind) = ResourceType::of_name(&name) {
        return Ok(Target::Resources { plan, kind, group: None });
    }
    match name.to_ascii_lowercase().as_str() {
        "microsoft.authorization/roledefinitions" => {
            Ok(Target::Children(Children::RoleDefinitions(plan)))
        }
        "microsoft.authorization/roleassignments" => {
            Ok(Target::Children(Children::RoleAssignments(plan)))
        }
        "microsoft.insights/diagnosticsettings" => {
            Ok(Target::Children(Children::DiagnosticSettings(plan, None)))
        }
        "microsoft.consumption/usagedetails" => Ok(Target::Children(Children::UsageDetails(plan))),
        _ => {
            let action = NOTHING.iter().find(|action| {
                action.strip_suffix("/read").is_some_and(|it| it.eq_ignore_ascii_case(&name))
            });
            let action = action.ok_or_else(|| Failure::unknown_type(namespace, kind))?;
            Ok(Target::Children(Children::Nothing(plan, action)))
        }
    }
}

/// The actions of reading the types of resource that nobody has any of.
const NOTHING: &[&str] = &[
    "Microsoft.Compute/galleries/read",
    "Microsoft.Network/dnsZones/read",
    "Microsoft.Network/loadBalancers/read",
    "Microsoft.Network/networkWatchers/read",
    "Microsoft.Network/privateDnsZones/read",
    "Microsoft.ServiceBus/namespaces/read",
    "Microsoft.Sql/servers/read",
];

/// What lies behind `/subscriptions/{id}/resourceGroups/{name}/providers/`.
fn in_group<'a>(
    tenant: &'a Tenant,
    plan: &'a Plan,
    group: ResourceGroup<'a>,
    segments: &[&str],
) -> Result<Target<'a>, Failure> {
    let [namespace, kind, rest @ ..] = segments else {
        return Err(Failure::unknown_type(segments.first().unwrap_or(&""), ""));
    };
    let unknown = || Failure::unknown_type(namespace, kind);
    let kind = ResourceType::of_name(&format!("{namespace}/{kind}")).ok_or_else(unknown)?;
    let [name, rest @ ..] = rest else {
        return Ok(Target::Resources { plan, kind, group: Some(group) });
    };
    let resource = Resource::find(tenant, plan, kind, name)
        .filter(|resource| resource.group().name() == group.name())
        .ok_or_else(|| Failure::resource_not_found(kind.name(), name, &group.name()))?;
    match rest {
        [] => Ok(Target::Resource(resource)),
        [list] if kind == ResourceType::Vault => {
            let items = ItemKind::of_name(list).ok_or_else(unknown)?;
            Ok(Target::Children(Children::Items(resource, items)))
        }
        [providers, namespace, list]
            if providers.eq_ignore_ascii_case("providers")
                && namespace.eq_ignore_ascii_case("microsoft.insights")
                && list.eq_ignore_ascii_case("diagnosticSettings") =>
        {
            Ok(Target::Children(Children::DiagnosticSettings(plan, Some(resource))))
        }
        _ => Err(Failure::unknown_type(namespace, &rest.join("/"))),
    }
}
