//! The module for Terraform.

use std::fmt::Write as _;

use super::access::Access;
use super::arguments::Credential;
use super::file::File;
use super::scope::Scope;

/// The files of the module. They also make sense as one file, one after the other.
pub(super) fn module(access: &Access, credential: Credential) -> Vec<File> {
    let versions = if access.has_role() { VERSIONS } else { without_azurerm() };
    vec![
        File { name: "main.tf", text: main(access, credential) },
        File { name: "variables.tf", text: variables(access, credential) },
        File { name: "outputs.tf", text: outputs(credential) },
        File { name: "versions.tf", text: versions.to_owned() },
    ]
}

const VERSIONS: &str = include_str!("terraform/versions.tf");

/// The versions for a module that has no role.
const fn without_azurerm() -> &'static str {
    "\
terraform {
  required_version = \">= 1.3\"

  required_providers {
    azuread = {
      source  = \"hashicorp/azuread\"
      version = \"~> 3.0\"
    }
  }
}
"
}

fn main(access: &Access, credential: Credential) -> String {
    let mut text = HEAD.to_owned();
    text.push_str(if access.has_role() { HEAD_OF_ROLE } else { "" });
    let app_roles = access.app_roles();
    if app_roles.is_empty() {
        text.push_str(include_str!("terraform/application_alone.tf"));
    } else {
        let width = app_roles.iter().map(|it| it.name.len() + 2).max().unwrap_or_default();
        text.push_str(
            "\nlocals {\n  # Application permissions of Microsoft Graph. They all only read.\n  \
             app_roles = {\n",
        );
        for role in app_roles {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "    {:width$} = \"{}\"", format!("\"{}\"", role.name), role.id);
        }
        text.push_str("  }\n}\n");
        text.push_str(include_str!("terraform/application.tf"));
    }
    text.push_str(match credential {
        Credential::Secret => include_str!("terraform/secret.tf"),
        Credential::Certificate => include_str!("terraform/certificate.tf"),
        Credential::Federated => include_str!("terraform/federated.tf"),
    });
    if access.has_role() {
        text.push_str(&role(access));
    }
    text
}

const HEAD: &str = "\
# Grants tenantgraph read access to a Microsoft tenant. `tenantgraph setup` wrote this module from
# the declarations of the steps that are enabled.
#
# Whoever applies it needs to be Application Administrator and Privileged Role Administrator, and to
# assign a role also Owner or User Access Administrator of each scope.
#
# The module that uses this one configures the providers:
#   provider \"azuread\" { tenant_id = \"...\" }
";

/// How the provider of the role is configured.
const HEAD_OF_ROLE: &str = "\
#   provider \"azurerm\" {
#     subscription_id = \"...\"
#     features {}
#   }
";

/// The role and its assignments.
fn role(access: &Access) -> String {
    let mut text = String::new();
    if access.scopes.contains(&Scope::TenantRoot) {
        text.push_str(
            "
# The root management group has the id of the tenant. By default nobody may assign roles there;
# https://learn.microsoft.com/azure/role-based-access-control/elevate-access-global-admin says how a
# Global Administrator allows it.
data \"azurerm_client_config\" \"current\" {}
",
        );
    }
    let tenant = "${data.azurerm_client_config.current.tenant_id}";
    let scopes: Vec<String> = access.scopes.iter().map(|it| it.path(tenant)).collect();
    let _ = write!(
        text,
        "
locals {{
  scopes = {}

  actions = {}

  data_actions = {}
}}
",
        list(&scopes),
        list(&access.actions()),
        list(&access.data_actions()),
    );
    text.push_str(include_str!("terraform/role.tf"));
    if access.needs_key_vault_reader() {
        text.push_str(include_str!("terraform/key_vault_reader.tf"));
    }
    if access.has_data_actions() {
        text.push_str(
            "
# No role reads a vault that uses access policies. Such a vault needs an
# `azurerm_key_vault_access_policy` that lets this service principal list keys, secrets and
# certificates.
",
        );
    }
    text
}

fn list(items: &[String]) -> String {
    if items.is_empty() {
        return "[]".to_owned();
    }
    let mut text = "[\n".to_owned();
    for item in items {
        let _ = writeln!(text, "    \"{item}\",");
    }
    text.push_str("  ]");
    text
}

fn variables(access: &Access, credential: Credential) -> String {
    let mut variables = vec![("name", "The name of the application.", Some("tenantgraph"))];
    if access.has_role() {
        variables.push(("role_name", "The name of the custom role.", Some("tenantgraph")));
    }
    match credential {
        Credential::Secret => (),
        Credential::Certificate => {
            variables.push(("certificate", "The public certificate, in PEM.", None));
        }
        Credential::Federated => variables.extend([
            ("issuer", "The address of the issuer, as its tokens say it.", None),
            ("subject", "The subject, as the tokens say it.", None),
            ("audience", "The audience of the tokens.", Some("api://AzureADTokenExchange")),
        ]),
    }
    let variable = |(name, description, default): (&str, &str, Option<&str>)| {
        let default = default.map(|it| format!("  default     = \"{it}\"\n")).unwrap_or_default();
        format!(
            "variable \"{name}\" {{\n  description = \"{description}\"\n  type        = string\n\
             {default}}}\n"
        )
    };
    variables.into_iter().map(variable).collect::<Vec<_>>().join("\n")
}

fn outputs(credential: Credential) -> String {
    let mut outputs = vec![
        (
            "client_id",
            "The clientId of the instance's configuration.",
            "azuread_application.tenantgraph.client_id",
        ),
        (
            "principal_id",
            "The object id of the service principal.",
            "azuread_service_principal.tenantgraph.object_id",
        ),
    ];
    if credential == Credential::Secret {
        outputs.push((
            "create_secret",
            "The command that creates a client secret and prints it once.",
            "\"az ad app credential reset --append --id \
             ${azuread_application.tenantgraph.client_id} --query password --output tsv\"",
        ));
    }
    let output = |(name, description, value)| {
        format!(
            "output \"{name}\" {{\n  description = \"{description}\"\n  value       = {value}\n}}\n"
        )
    };
    outputs.into_iter().map(output).collect::<Vec<_>>().join("\n")
}
