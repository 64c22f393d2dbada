//! The role and its assignment, in Bicep.

use std::fmt::Write as _;

use super::access::{Access, KEY_VAULT_READER};
use super::scope::Scope;

/// The role and its assignment.
///
/// # Errors
///
/// If there is no role, or more than one scope: a deployment has one.
pub(super) fn file(access: &Access) -> Result<String, String> {
    if !access.has_role() {
        return Err("these steps need no role, so there is nothing to deploy; \
             `--format az` grants the permissions of Microsoft Graph"
            .to_owned());
    }
    let [scope] = access.scopes.as_slice() else {
        return Err(
            "a deployment of Bicep has one scope; run the command for each scope".to_owned()
        );
    };
    let (target, here, deploy) = match scope {
        Scope::Subscription(id) => {
            ("subscription", "subscription().id", format!("sub create --subscription {id}"))
        }
        Scope::ManagementGroup(id) => (
            "managementGroup",
            "managementGroup().id",
            format!("mg create --management-group-id {id}"),
        ),
        Scope::TenantRoot => (
            "managementGroup",
            "managementGroup().id",
            "mg create --management-group-id TENANT_ID".to_owned(),
        ),
    };
    let mut text = format!(
        "\
// The smallest role that lets tenantgraph read what it reads, and its assignment.
// `tenantgraph setup` wrote this file from the declarations of the steps that are enabled.
//
// The service principal has to be there first: `tenantgraph setup --format az` writes the script
// that creates it and grants the permissions of Microsoft Graph, which no deployment can.
// This is for the scope {scope}. Deploy it with
//   az deployment {deploy} --location westeurope \\
//     --template-file role.bicep --parameters \\
//     principalId=\"$(az ad sp show --id APPLICATION_ID --query id --output tsv)\"

targetScope = '{target}'

@description('The object id of the service principal, which is not the client id.')
param principalId string

@description('The name of the role. It has to be unique in the tenant.')
param roleName string = 'tenantgraph'

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {{
  name: guid({here}, roleName)
  properties: {{
    roleName: roleName
    description: 'Reads what tenantgraph collects, and nothing else.'
    type: 'CustomRole'
    assignableScopes: [
      {here}
    ]
    permissions: [
      {{
        actions: {}
        notActions: []
        dataActions: {}
        notDataActions: []
      }}
    ]
  }}
}}
",
        list(&access.actions()),
        list(&access.data_actions()),
    );
    text.push_str(&assignment("assignment", "role.name", here));
    if access.needs_key_vault_reader() {
        text.push_str(
            "
// Key Vault Reader: reads what is said of keys, secrets and certificates, never their values.
// Azure refuses a custom role with data actions at a management group
// (https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-limits).",
        );
        text.push_str(&assignment("vaults", &format!("'{KEY_VAULT_READER}'"), here));
    }
    Ok(text)
}

/// The assignment of a role, by the expression of its id.
fn assignment(name: &str, role: &str, here: &str) -> String {
    format!(
        "
resource {name} 'Microsoft.Authorization/roleAssignments@2022-04-01' = {{
  name: guid({here}, principalId, {role})
  properties: {{
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: {}('Microsoft.Authorization/roleDefinitions', {role})
  }}
}}
",
        if here.starts_with("subscription") {
            "subscriptionResourceId"
        } else {
            "tenantResourceId"
        },
    )
}

fn list(items: &[String]) -> String {
    if items.is_empty() {
        return "[]".to_owned();
    }
    let mut text = "[\n".to_owned();
    for item in items {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "          '{item}'");
    }
    text.push_str("        ]");
    text
}
