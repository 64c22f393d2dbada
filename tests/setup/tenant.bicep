// The smallest role that lets tenantgraph read what it reads, and its assignment.
// `tenantgraph setup` wrote this file from the declarations of the steps that are enabled.
//
// The service principal has to be there first: `tenantgraph setup --format az` writes the script
// that creates it and grants the permissions of Microsoft Graph, which no deployment can.
// This is for the scope tenant-root. Deploy it with
//   az deployment mg create --management-group-id TENANT_ID --location westeurope \
//     --template-file role.bicep --parameters \
//     principalId="$(az ad sp show --id APPLICATION_ID --query id --output tsv)"

targetScope = 'managementGroup'

@description('The object id of the service principal, which is not the client id.')
param principalId string

@description('The name of the role. It has to be unique in the tenant.')
param roleName string = 'tenantgraph'

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(managementGroup().id, roleName)
  properties: {
    roleName: roleName
    description: 'Reads what tenantgraph collects, and nothing else.'
    type: 'CustomRole'
    assignableScopes: [
      managementGroup().id
    ]
    permissions: [
      {
        actions: [
          'Microsoft.Authorization/permissions/read'
          'Microsoft.Insights/diagnosticSettings/read'
          'Microsoft.KeyVault/vaults/keys/read'
          'Microsoft.KeyVault/vaults/read'
          'Microsoft.KeyVault/vaults/secrets/read'
          'Microsoft.ResourceGraph/resources/read'
          'Microsoft.Resources/subscriptions/locations/read'
          'Microsoft.Resources/subscriptions/providers/read'
          'Microsoft.Resources/subscriptions/read'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(managementGroup().id, principalId, role.name)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', role.name)
  }
}

// Key Vault Reader: reads what is said of keys, secrets and certificates, never their values.
// Azure refuses a custom role with data actions at a management group
// (https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-limits).
resource vaults 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(managementGroup().id, principalId, '21090545-7ca7-4776-b22c-e363652d74d2')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', '21090545-7ca7-4776-b22c-e363652d74d2')
  }
}
