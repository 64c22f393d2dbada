
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
