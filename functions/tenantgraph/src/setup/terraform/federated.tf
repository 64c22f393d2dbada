
resource "azuread_application_federated_identity_credential" "tenantgraph" {
  application_id = azuread_application.tenantgraph.id
  display_name   = var.name
  audiences      = [var.audience]
  issuer         = var.issuer
  subject        = var.subject
}
