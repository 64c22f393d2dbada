#!/usr/bin/env bash
# Grants tenantgraph read access to a Microsoft tenant. `tenantgraph setup` wrote this script from
# the declarations of the steps that are enabled.
#
# The script creates what is missing, and then sets the role to what the steps need. You can run it
# again at any time, and should after you have enabled other steps or updated tenantgraph.
#
# You need the Azure CLI, signed in to the tenant (az login --tenant ID) as somebody who is
#   - Application Administrator, to register the application;
#   - Privileged Role Administrator, to grant permissions of Microsoft Graph;
#   - Owner or User Access Administrator of each scope, to create the role and to assign it.
# A Global Administrator is the first two, but has no access to Azure resources by that.
#
# These variables change what the script does:
#   NAME              the name of the application, if it is not tenantgraph
#   APPLICATION_ID    the client id of an application that is there and has another name
#   ISSUER            the address of the issuer of the tokens; required
#   SUBJECT           the subject of the tokens; required
#   AUDIENCE          the audience of the tokens, if not api://AzureADTokenExchange
set -euo pipefail

tenant_of_event='11111111-aaaa-4000-8000-000000000000'
# What the application asks for, as its manifest says it.
requested='[{"resourceAccess":[{"id":"9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30","type":"Role"},{"id":"7438b122-aefc-4978-80ed-43db9fcc7715","type":"Role"},{"id":"498476ce-e0fe-48b0-b801-37ba7e2685c6","type":"Role"},{"id":"246dd0d5-5bd0-4def-940b-0421030a5b68","type":"Role"},{"id":"483bed4a-2ad3-4361-a73b-c83ccdbdc53c","type":"Role"},{"id":"df021288-bdef-4463-88db-98f22de89214","type":"Role"}],"resourceAppId":"00000003-0000-0000-c000-000000000000"}]'
# The same, with the names. They all only read.
app_roles='9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30 Application.Read.All
7438b122-aefc-4978-80ed-43db9fcc7715 Device.Read.All
498476ce-e0fe-48b0-b801-37ba7e2685c6 Organization.Read.All
246dd0d5-5bd0-4def-940b-0421030a5b68 Policy.Read.All
483bed4a-2ad3-4361-a73b-c83ccdbdc53c RoleManagement.Read.Directory
df021288-bdef-4463-88db-98f22de89214 User.Read.All'

name=${NAME:-tenantgraph}

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "setup: $*"
  exit 1
}

# Runs a command until it succeeds: what was just created is not known everywhere at once.
attempt() {
  local left=8
  until "$@"; do
    left=$((left - 1))
    if [ "$left" -eq 0 ]; then return 1; fi
    say "  That failed. It is tried again in ${PAUSE:-15} seconds."
    sleep "${PAUSE:-15}"
  done
}

tenant=$(az account show --query tenantId --output tsv) || fail 'sign in first: az login'
if [ -n "$tenant_of_event" ] && [ "$tenant" != "$tenant_of_event" ]; then
  fail "you are signed in to the tenant $tenant; run: az login --tenant $tenant_of_event"
fi
say "Tenant $tenant"

# The application registration, and its service principal in this tenant.

application=${APPLICATION_ID:-}
if [ -z "$application" ]; then
  application=$(az ad app list --filter "displayName eq '$name'" --query '[].appId' --output tsv)
fi
case "$application" in
  *$'\n'*)
    fail "several applications are called $name; set APPLICATION_ID to the client id of yours"
    ;;
  '')
    say "Application $name: is created."
    application=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg \
      --query appId --output tsv)
    ;;
  *) say "Application $application: is there." ;;
esac
# The portal shows this list as the configured permissions. It grants nothing.
attempt az ad app update --id "$application" --required-resource-accesses "$requested"

principal=$(az ad sp list --filter "appId eq '$application'" --query '[].id' --output tsv)
if [ -z "$principal" ]; then
  say 'Service principal: is created.'
  principal=$(attempt az ad sp create --id "$application" --query id --output tsv)
else
  say "Service principal $principal: is there."
fi

# Application permissions of Microsoft Graph. Each grant is an app role assignment, which is what
# admin consent creates too. The command `az ad app permission admin-consent` is not used, because
# it calls an API that nobody documents and that refuses service principals
# (https://github.com/Azure/azure-cli/issues/12137).

graph=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
graph=${graph%/}
microsoft_graph=$(az ad sp list --filter "appId eq '00000003-0000-0000-c000-000000000000'" \
  --query '[].id' --output tsv)
granted=$(attempt az rest --method GET \
  --uri "$graph/v1.0/servicePrincipals/$principal/appRoleAssignments?\$top=999" \
  --query "value[?resourceId=='$microsoft_graph'].appRoleId" --output tsv)
while read -r -u 3 id permission; do
  case "$granted" in
    *"$id"*) say "$permission: is granted." ;;
    *)
      say "$permission: is granted now."
      attempt az rest --method POST \
        --uri "$graph/v1.0/servicePrincipals/$principal/appRoleAssignments" \
        --headers 'Content-Type=application/json' --output none --body \
        "{\"principalId\": \"$principal\", \"resourceId\": \"$microsoft_graph\", \"appRoleId\": \"$id\"}"
      ;;
  esac
done 3<<GRANTS
$app_roles
GRANTS
while read -r -u 3 id; do
  case "$app_roles" in
    *"$id"*) ;;
    *) say "Note: the application also has the app role $id of Microsoft Graph, which no step needs." ;;
  esac
done 3<<GRANTED
$granted
GRANTED

# The federated credential: tokens of an issuer, for one subject, are accepted instead of a secret.

issuer=${ISSUER:?is the address of the issuer, as its tokens say it; set it}
subject=${SUBJECT:?is the subject, as the tokens say it; set it}
# In Azure Government it is api://AzureADTokenExchangeUSGov, and in China
# api://AzureADTokenExchangeChina.
audience=${AUDIENCE:-api://AzureADTokenExchange}
known=$(az ad app federated-credential list --id "$application" \
  --query "[?issuer=='$issuer' && subject=='$subject'].name" --output tsv)
if [ -n "$known" ]; then
  say "Federated credential $known: is there."
else
  say "Federated credential $name: is created."
  attempt az ad app federated-credential create --id "$application" --output none --parameters \
    "{\"name\": \"$name\", \"issuer\": \"$issuer\", \"subject\": \"$subject\", \"audiences\": [\"$audience\"]}"
fi

say 'Done. Put these into the configuration of the instance:'
printf '"directoryId": "%s",\n"clientId": "%s"\n' "$tenant" "$application"
