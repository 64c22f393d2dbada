// The smallest role that lets tenantgraph read what it reads, and its assignment.
// `tenantgraph setup` wrote this file from the declarations of the steps that are enabled.
//
// The service principal has to be there first: `tenantgraph setup --format az` writes the script
// that creates it and grants the permissions of Microsoft Graph, which no deployment can.
// This is for the scope /subscriptions/22222222-bbbb-4000-8000-000000000000. Deploy it with
//   az deployment sub create --subscription 22222222-bbbb-4000-8000-000000000000 --location westeurope \
//     --template-file role.bicep --parameters \
//     principalId="$(az ad sp show --id APPLICATION_ID --query id --output tsv)"

targetScope = 'subscription'

@description('The object id of the service principal, which is not the client id.')
param principalId string

@description('The name of the role. It has to be unique in the tenant.')
param roleName string = 'tenantgraph'

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, roleName)
  properties: {
    roleName: roleName
    description: 'Reads what tenantgraph collects, and nothing else.'
    type: 'CustomRole'
    assignableScopes: [
      subscription().id
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
        dataActions: [
          'Microsoft.KeyVault/vaults/keys/read'
          'Microsoft.KeyVault/vaults/secrets/readMetadata/action'
        ]
        notDataActions: []
      }
    ]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, role.name)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.name)
  }
}
