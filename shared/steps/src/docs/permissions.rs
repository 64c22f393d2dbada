//! The permissions page, and the role that grants no more than it says.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::integration::Integration;
use crate::permission::Permission;
use crate::registry::STEPS;
use crate::step::Step;

use super::service::file_of;

/// The permissions page, in Markdown.
#[must_use]
pub fn permissions() -> String {
    let mut page = INTRODUCTION.to_owned();
    let azure = needed(&steps_of(Integration::Azure));
    let _ = write!(page, "\n## Azure: Microsoft Graph\n{GRAPH}");
    graph_roles(&azure, &mut page);
    page.push_str(AZURE);
    for (permission, steps) in azure {
        let (name, sort) = match permission {
            Permission::Graph(_) => continue,
            Permission::Action(name) => (name.into_owned(), "action"),
            Permission::DataAction(name) => (name.to_owned(), "data action"),
        };
        let _ = writeln!(page, "| `{name}` | {sort} | {} |", reasons(&steps));
    }
    let role = role("/subscriptions/{subscription}");
    let _ = write!(page, "{ROLE}```json\n{role:#}\n```\n");
    let _ = write!(page, "{MICROSOFT365}{GRAPH}");
    graph_roles(&needed(&steps_of(Integration::Microsoft365)), &mut page);
    page
}

fn steps_of(integration: Integration) -> Vec<&'static Step> {
    STEPS.iter().copied().filter(|step| step.integration == integration).collect()
}

/// The rows of the application permissions among some permissions.
fn graph_roles(needed: &BTreeMap<Permission, Vec<&'static Step>>, page: &mut String) {
    for (permission, steps) in needed {
        if let Permission::Graph(name) = permission {
            let id = graph_role_id(name).map(|it| format!("`{it}`")).unwrap_or_default();
            // Writing to a string cannot fail.
            let _ = writeln!(page, "| `{name}` | {id} | {} |", reasons(steps));
        }
    }
}

const INTRODUCTION: &str = "\
# Permissions

<!-- Generated from the declarations of the steps: run the tests with UPDATE=1 to write it anew. -->

The service principal of an instance needs these permissions. All of them only read. If a permission
is missing, the ledger reports its steps as `forbidden`, and nothing that they found in earlier jobs is
deleted.
";

const GRAPH: &str = "
Application permissions (app roles), for which an administrator has to grant admin consent.

| permission | id | needed to read |
| --- | --- | --- |
";

const AZURE: &str = "
## Azure: Azure Resource Manager and Key Vault

These are the actions and data actions of a role that you assign to the service principal at the
subscription, or above it.

- A vault may use access policies instead of roles. It then ignores data actions, and needs a policy
  that lets the service principal list keys and secrets. Without such a policy, tenantgraph reads the
  contents of the vault through Azure Resource Manager.
- To read management groups, assign the role at the root management group, because tenantgraph reads
  them from the root.
- tenantgraph discovers only subscriptions in which the service principal has a role.

| name | kind | needed to read |
| --- | --- | --- |
";

const MICROSOFT365: &str = "
## Microsoft 365: Microsoft Graph

Intune prepares a report with an export job. Microsoft documents that creating one requires a write
permission, such as `DeviceManagementManagedDevices.ReadWrite.All`. tenantgraph does not ask for one,
because the permissions below are reported to suffice. If a tenant refuses to create the export job,
fallback steps read the same data from other lists.
";

const ROLE: &str = "
## Azure: the role

`tenantgraph setup` writes a script that creates this role and assigns it; the page `setup.md` leads
through it. By hand: save it to `role.json`, put in the id of the subscription, and run
`az role definition create --role-definition @role.json`. Azure assigns no custom role with data
actions at a management group: leave them out there, and assign Key Vault Reader besides.

";

/// The smallest role, assignable at a scope, that lets every step read what it reads, as the JSON
/// from which `az role definition create` makes it.
#[must_use]
pub fn role(scope: &str) -> Value {
    role_of(STEPS, scope)
}

/// The smallest role, assignable at a scope, that lets some steps read what they read.
#[must_use]
pub fn role_of(steps: &[&'static Step], scope: &str) -> Value {
    let needed = needed(steps);
    let actions = needed.keys().filter_map(|it| match it {
        Permission::Action(name) => Some(&**name),
        _ => None,
    });
    let data_actions = needed.keys().filter_map(|it| match it {
        Permission::DataAction(name) => Some(*name),
        _ => None,
    });
    // In the order of names, so that the page is the same however `serde_json` was built.
    json!({
        "Actions": actions.collect::<Vec<_>>(),
        "AssignableScopes": [scope],
        "DataActions": data_actions.collect::<Vec<_>>(),
        "Description": "Reads what tenantgraph collects, and nothing else.",
        "IsCustom": true,
        "Name": "tenantgraph",
        "NotActions": [],
        "NotDataActions": [],
    })
}

/// The id by which a permission of Microsoft Graph is granted to an application.
#[must_use]
pub fn graph_role_id(name: &str) -> Option<&'static str> {
    GRAPH_ROLES.iter().find(|(role, _)| *role == name).map(|(_, id)| *id)
}

const GRAPH_ROLES: &[(&str, &str)] = &[
    ("AdministrativeUnit.Read.All", "134fd756-38ce-4afd-ba33-e9623dbe66c2"),
    ("Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"),
    ("AuditLog.Read.All", "b0afded3-3588-46d8-8b3d-9842eff778da"),
    ("AuthenticationContext.Read.All", "381f742f-e1f8-4309-b4ab-e3d91ae4c5c1"),
    ("Device.Read.All", "7438b122-aefc-4978-80ed-43db9fcc7715"),
    ("DeviceManagementApps.Read.All", "7a6ee1e7-141e-4cec-ae74-d9db155731ff"),
    ("DeviceManagementConfiguration.Read.All", "dc377aa6-52d8-4e23-b271-2a7ae04cedf3"),
    ("DeviceManagementManagedDevices.Read.All", "2f51be20-0bb4-4fed-bf7b-db946066c75e"),
    ("DeviceManagementServiceConfig.Read.All", "06a5fe6d-c49d-46a7-b082-56b1b14103c7"),
    ("Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61"),
    ("Domain.Read.All", "dbb9058a-0e50-45d7-ae91-66909b5d4664"),
    ("EntitlementManagement.Read.All", "c74fd47d-ed3c-45c3-9a9e-b8676de685d2"),
    ("Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b"),
    ("GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6"),
    ("Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6"),
    ("Policy.Read.All", "246dd0d5-5bd0-4def-940b-0421030a5b68"),
    ("PrivilegedAssignmentSchedule.Read.AzureADGroup", "cd4161cb-f098-48f8-a884-1eda9a42434c"),
    ("PrivilegedEligibilitySchedule.Read.AzureADGroup", "edb419d6-7edc-42a3-9345-509bfdf5d87c"),
    ("RoleAssignmentSchedule.Read.Directory", "d5fe8ce8-684c-4c83-a52c-46e882ce4be1"),
    ("RoleEligibilitySchedule.Read.Directory", "ff278e11-4a33-4d0c-83d2-d01dc58929a5"),
    ("RoleManagement.Read.Directory", "483bed4a-2ad3-4361-a73b-c83ccdbdc53c"),
    ("User.Read.All", "df021288-bdef-4463-88db-98f22de89214"),
];

/// Every permission that some steps need, with the steps that need it.
fn needed(steps: &[&'static Step]) -> BTreeMap<Permission, Vec<&'static Step>> {
    let mut needed = BTreeMap::<_, Vec<_>>::new();
    for step in steps {
        for permission in step.permissions() {
            needed.entry(permission).or_default().push(*step);
        }
    }
    needed
}

fn reasons(steps: &[&'static Step]) -> String {
    let reason = |step: &&Step| {
        let off = if step.is_off_by_default() { ", off unless switched on" } else { "" };
        format!("{} ([`{1}`](data-model/{2}#{1}){off})", step.name, step.id, file_of(step.id))
    };
    steps.iter().map(reason).collect::<Vec<_>>().join(", ")
}
