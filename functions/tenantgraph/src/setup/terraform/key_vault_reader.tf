
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
