# Grants tenantgraph read access to a Microsoft tenant. `tenantgraph setup` wrote this module from
# the declarations of the steps that are enabled.
#
# Whoever applies it needs to be Application Administrator and Privileged Role Administrator, and to
# assign a role also Owner or User Access Administrator of each scope.
#
# The module that uses this one configures the providers:
#   provider "azuread" { tenant_id = "..." }

locals {
  # Application permissions of Microsoft Graph. They all only read.
  app_roles = {
    "Application.Read.All"          = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"
    "Device.Read.All"               = "7438b122-aefc-4978-80ed-43db9fcc7715"
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

resource "azuread_application_federated_identity_credential" "tenantgraph" {
  application_id = azuread_application.tenantgraph.id
  display_name   = var.name
  audiences      = [var.audience]
  issuer         = var.issuer
  subject        = var.subject
}

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

variable "issuer" {
  description = "The address of the issuer, as its tokens say it."
  type        = string
}

variable "subject" {
  description = "The subject, as the tokens say it."
  type        = string
}

variable "audience" {
  description = "The audience of the tokens."
  type        = string
  default     = "api://AzureADTokenExchange"
}

terraform {
  required_version = ">= 1.3"

  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "~> 3.0"
    }
  }
}
