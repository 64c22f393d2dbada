//! The command that grants one permission.

use steps::{Permission, docs};

use super::access::{KEY_VAULT_READER, MICROSOFT_GRAPH};

/// Prints the address of Microsoft Graph in the cloud that the Azure CLI is signed in to. It ends
/// with a slash.
const CLOUD: &str = "$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)";

/// The command that grants a permission to an application, by its client id. `scope` is where a
/// role has to be assigned, such as `/subscriptions/ID`.
///
/// An action is granted by the script of `tenantgraph setup`, because all actions are in one role.
#[must_use]
pub fn grant(permission: &Permission, application: &str, scope: &str) -> String {
    match permission {
        Permission::Graph(name) => {
            let id = docs::graph_role_id(name).unwrap_or(name);
            let object = |of| format!("$(az ad sp show --id {of} --query id --output tsv)");
            let (principal, graph) = (object(application), object(MICROSOFT_GRAPH));
            format!(
                "az rest --method POST --headers Content-Type=application/json --uri \
                 \"{CLOUD}v1.0/servicePrincipals/{principal}/appRoleAssignments\" \
                 --body \"{{\\\"principalId\\\": \\\"{principal}\\\", \
                 \\\"resourceId\\\": \\\"{graph}\\\", \\\"appRoleId\\\": \\\"{id}\\\"}}\""
            )
        }
        Permission::Action(_) => format!("bash <(tenantgraph setup --scope {scope})"),
        Permission::DataAction(_) => format!(
            "az role assignment create --assignee {application} --role {KEY_VAULT_READER} \
             --scope {scope}"
        ),
    }
}
