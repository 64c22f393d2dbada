
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
