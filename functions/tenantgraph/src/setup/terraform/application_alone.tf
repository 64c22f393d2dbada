
resource "azuread_application" "tenantgraph" {
  display_name     = var.name
  sign_in_audience = "AzureADMyOrg"
}

resource "azuread_service_principal" "tenantgraph" {
  client_id = azuread_application.tenantgraph.client_id
}
