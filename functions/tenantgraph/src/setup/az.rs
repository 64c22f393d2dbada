//! The script for the Azure CLI.

use serde_json::Value;

use super::access::{Access, KEY_VAULT_READER};
use super::arguments::Credential;
use super::scope::Scope;

/// The script, in bash. It works with the bash 3.2 of macOS. `tenant` is the tenant that the event
/// names, if it names one.
pub(super) fn script(access: &Access, credential: Credential, tenant: Option<&str>) -> String {
    let has_role = access.has_role();
    let parts = [
        include_str!("az/head.sh"),
        variables_of(credential),
        if has_role { ROLE_VARIABLE } else { "" },
        if access.scopes.contains(&Scope::TenantRoot) && has_role { TENANT_ROOT } else { "" },
        "set -euo pipefail\n\n",
        &granted(access, tenant),
        include_str!("az/begin.sh"),
        &if has_role { role(access) } else { String::new() },
        include_str!("az/application.sh"),
        if access.app_roles().is_empty() { "" } else { include_str!("az/graph.sh") },
        if has_role { include_str!("az/role.sh") } else { "" },
        &if access.needs_key_vault_reader() { key_vault_reader() } else { String::new() },
        if has_role { END_OF_SCOPES } else { "" },
        if access.has_data_actions() { ACCESS_POLICIES } else { "" },
        // Last, so that a secret is created only once all else is there.
        match credential {
            Credential::Secret => include_str!("az/secret.sh"),
            Credential::Certificate => include_str!("az/certificate.sh"),
            Credential::Federated => include_str!("az/federated.sh"),
        },
        include_str!("az/end.sh"),
    ];
    parts.concat()
}

const fn variables_of(credential: Credential) -> &'static str {
    match credential {
        Credential::Secret => {
            "\
#   AWS_SECRET_NAME   the secret of AWS Secrets Manager to write the client secret to
#   SECRET_DAYS       how many days the client secret is valid, if not 180
#   NEW_SECRET        yes adds a client secret although there is a valid one
"
        }
        Credential::Certificate => {
            "\
#   CERTIFICATE       the file with the public certificate, in PEM; required
"
        }
        Credential::Federated => {
            "\
#   ISSUER            the address of the issuer of the tokens; required
#   SUBJECT           the subject of the tokens; required
#   AUDIENCE          the audience of the tokens, if not api://AzureADTokenExchange
"
        }
    }
}

const ROLE_VARIABLE: &str = "\
#   ROLE_NAME         the name of the custom role, if it is not tenantgraph
";

const TENANT_ROOT: &str = "\
#
# The role is assigned at the root management group, which holds every subscription. By default
# nobody may assign roles there. A Global Administrator can allow it to themselves, and should take
# it back afterwards (https://learn.microsoft.com/azure/role-based-access-control/elevate-access-global-admin):
#   az rest --method POST --uri '/providers/Microsoft.Authorization/elevateAccess?api-version=2016-07-01'
#   az role assignment delete --role 'User Access Administrator' --scope / --assignee ME
# This makes them User Access Administrator at the scope /, above the root management group.
# tenantgraph itself needs nothing at the scope /.
";

/// What is granted, as data.
fn granted(access: &Access, tenant: Option<&str>) -> String {
    let app_roles: Vec<String> =
        access.app_roles().iter().map(|it| format!("{} {}", it.id, it.name)).collect();
    let mut text = format!(
        "tenant_of_event='{}'\n\
         # What the application asks for, as its manifest says it.\n\
         requested='{}'\n",
        tenant.unwrap_or_default(),
        access.required_resource_access(),
    );
    if !app_roles.is_empty() {
        text.push_str("# The same, with the names. They all only read.\napp_roles='");
        text.push_str(&app_roles.join("\n"));
        text.push_str("'\n");
    }
    text
}

/// The scopes, and the function that prints the role for them.
fn role(access: &Access) -> String {
    const SCOPES: &str = "$assignable";
    let scopes: Vec<String> = access.scopes.iter().map(|it| it.path("$tenant")).collect();
    let mut role = access.role("");
    role["AssignableScopes"] = Value::from(SCOPES);
    role["Name"] = Value::from("$role_name");
    let role = format!("{role:#}").replace(&Value::from(SCOPES).to_string(), SCOPES);
    let begin = include_str!("az/role_begin.sh");
    let scopes = scopes.join("\n");
    format!("\n# Where the role is assigned.\nscopes=\"{scopes}\"\n{begin}{role}\nROLE\n}}\n")
}

/// The assignment of the built-in role, which stands in for the data actions.
fn key_vault_reader() -> String {
    format!(
        "  # Key Vault Reader: reads what is said of keys, secrets and certificates, never their\n\
         \x20 # values. Azure refuses a custom role with data actions at a management group\n\
         \x20 # (https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-limits).\n\
         \x20 assign {KEY_VAULT_READER} \"$scope\"\n"
    )
}

const END_OF_SCOPES: &str = "\
done 3<<SCOPES
$scopes
SCOPES
";

const ACCESS_POLICIES: &str = "
# No role reads a vault that uses access policies. For each of these, its owner runs:
#   az keyvault set-policy --name VAULT --spn APPLICATION_ID \\
#     --key-permissions list --secret-permissions list --certificate-permissions list
# This command lists them, of the subscription that the Azure CLI is set to:
#   az rest --uri '/subscriptions/{subscriptionId}/providers/Microsoft.KeyVault/vaults?api-version=2023-07-01' \\
#     --query 'value[?properties.enableRbacAuthorization!=`true`].name' --output tsv
# Without that, tenantgraph reads what Azure Resource Manager says of their keys and secrets.
";
