# Grants tenantgraph read access to a Microsoft tenant. `tenantgraph setup` wrote this module from
# the declarations of the steps that are enabled.
#
# Whoever applies it needs to be Application Administrator and Privileged Role Administrator, and to
# assign a role also Owner or User Access Administrator of each scope.
#
# The module that uses this one configures the providers:
#   provider "azuread" { tenant_id = "..." }
#   provider "azurerm" {
#     subscription_id = "..."
#     features {}
#   }

locals {
  # Application permissions of Microsoft Graph. They all only read.
  app_roles = {
    "Application.Read.All"          = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"
    "Organization.Read.All"         = "498476ce-e0fe-48b0-b801-37ba7e2685c6"
    "Policy.Read.All"               = "246dd0d5-5bd0-4def-940b-0421030a5b68"
    "RoleManagement.Read.Directory" = "483bed4a-2ad3-4361-a73b-c83ccdbdc53c"
    "User.Read.All"                 = "df021288-bdef-4463-88db-98f22de89214"
  }
}

resource "azuread_application" "tenantgraph" {
  display_name     = var.name
  sign_in_audience = "AzureADMyOrg"

  required_resource_access {
    resource_app_id = "00000003-0000-0000-c000-000000000000"

    dynamic "resource_access" {
      for_each = local.app_roles
      content {
        id   = resource_access.value
        type = "Role"
      }
    }
  }
}

resource "azuread_service_principal" "tenantgraph" {
  client_id = azuread_application.tenantgraph.client_id
}

data "azuread_service_principal" "microsoft_graph" {
  client_id = "00000003-0000-0000-c000-000000000000"
}

# An app role assignment is what admin consent creates too.
resource "azuread_app_role_assignment" "microsoft_graph" {
  for_each = local.app_roles

  app_role_id         = each.value
  principal_object_id = azuread_service_principal.tenantgraph.object_id
  resource_object_id  = data.azuread_service_principal.microsoft_graph.object_id
}

# This module creates no client secret, because the state of Terraform would hold it in plain text.
# The output `create_secret` is the command that creates one, which prints it once.

# The root management group has the id of the tenant. By default nobody may assign roles there;
# https://learn.microsoft.com/azure/role-based-access-control/elevate-access-global-admin says how a
# Global Administrator allows it.
data "azurerm_client_config" "current" {}

locals {
  scopes = [
    "/providers/Microsoft.Management/managementGroups/${data.azurerm_client_config.current.tenant_id}",
  ]

  actions = [
    "Microsoft.Authorization/permissions/read",
    "Microsoft.Insights/diagnosticSettings/read",
    "Microsoft.KeyVault/vaults/keys/read",
    "Microsoft.KeyVault/vaults/read",
    "Microsoft.KeyVault/vaults/secrets/read",
    "Microsoft.ResourceGraph/resources/read",
    "Microsoft.Resources/subscriptions/locations/read",
    "Microsoft.Resources/subscriptions/providers/read",
    "Microsoft.Resources/subscriptions/read",
  ]

  data_actions = []
}

resource "azurerm_role_definition" "tenantgraph" {
  name              = var.role_name
  description       = "Reads what tenantgraph collects, and nothing else."
  scope             = local.scopes[0]
  assignable_scopes = local.scopes

  permissions {
    actions      = local.actions
    data_actions = local.data_actions
  }
}

resource "azurerm_role_assignment" "tenantgraph" {
  for_each = toset(local.scopes)

  scope              = each.value
  role_definition_id = azurerm_role_definition.tenantgraph.role_definition_resource_id
  principal_id       = azuread_service_principal.tenantgraph.object_id
  principal_type     = "ServicePrincipal"
}

# Key Vault Reader: reads what is said of keys, secrets and certificates, never their values.
# Azure refuses a custom role with data actions at a management group
# (https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-limits).
resource "azurerm_role_assignment" "key_vault_reader" {
  for_each = toset(local.scopes)

  scope                = each.value
  role_definition_name = "Key Vault Reader"
  principal_id         = azuread_service_principal.tenantgraph.object_id
  principal_type       = "ServicePrincipal"
}

# No role reads a vault that uses access policies. Such a vault needs an
# `azurerm_key_vault_access_policy` that lets this service principal list keys, secrets and
# certificates.

output "client_id" {
  description = "The clientId of the instance's configuration."
  value       = azuread_application.tenantgraph.client_id
}

output "principal_id" {
  description = "The object id of the service principal."
  value       = azuread_service_principal.tenantgraph.object_id
}

output "create_secret" {
  description = "The command that creates a client secret and prints it once."
  value       = "az ad app credential reset --append --id ${azuread_application.tenantgraph.client_id} --query password --output tsv"
}

variable "name" {
  description = "The name of the application."
  type        = string
  default     = "tenantgraph"
}

variable "role_name" {
  description = "The name of the custom role."
  type        = string
  default     = "tenantgraph"
}

terraform {
  required_version = ">= 1.3"

  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "~> 3.0"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
  }
}
