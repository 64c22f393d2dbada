
resource "azuread_application_certificate" "tenantgraph" {
  application_id = azuread_application.tenantgraph.id
  type           = "AsymmetricX509Cert"
  encoding       = "pem"
  value          = var.certificate
}
