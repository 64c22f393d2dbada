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
    "Organization.Read.All" = "498476ce-e0fe-48b0-b801-37ba7e2685c6"
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

resource "azuread_application_certificate" "tenantgraph" {
  application_id = azuread_application.tenantgraph.id
  type           = "AsymmetricX509Cert"
  encoding       = "pem"
  value          = var.certificate
}

locals {
  scopes = [
    "/subscriptions/22222222-bbbb-4000-8000-000000000000",
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

  data_actions = [
    "Microsoft.KeyVault/vaults/keys/read",
    "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
  ]
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

variable "certificate" {
  description = "The public certificate, in PEM."
  type        = string
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
