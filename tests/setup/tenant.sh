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
#   AWS_SECRET_NAME   the secret of AWS Secrets Manager to write the client secret to
#   SECRET_DAYS       how many days the client secret is valid, if not 180
#   NEW_SECRET        yes adds a client secret although there is a valid one
#   ROLE_NAME         the name of the custom role, if it is not tenantgraph
#
# The role is assigned at the root management group, which holds every subscription. By default
# nobody may assign roles there. A Global Administrator can allow it to themselves, and should take
# it back afterwards (https://learn.microsoft.com/azure/role-based-access-control/elevate-access-global-admin):
#   az rest --method POST --uri '/providers/Microsoft.Authorization/elevateAccess?api-version=2016-07-01'
#   az role assignment delete --role 'User Access Administrator' --scope / --assignee ME
# This makes them User Access Administrator at the scope /, above the root management group.
# tenantgraph itself needs nothing at the scope /.
set -euo pipefail

tenant_of_event='11111111-aaaa-4000-8000-000000000000'
# What the application asks for, as its manifest says it.
requested='[{"resourceAccess":[{"id":"9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30","type":"Role"},{"id":"498476ce-e0fe-48b0-b801-37ba7e2685c6","type":"Role"},{"id":"246dd0d5-5bd0-4def-940b-0421030a5b68","type":"Role"},{"id":"483bed4a-2ad3-4361-a73b-c83ccdbdc53c","type":"Role"},{"id":"df021288-bdef-4463-88db-98f22de89214","type":"Role"}],"resourceAppId":"00000003-0000-0000-c000-000000000000"}]'
# The same, with the names. They all only read.
app_roles='9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30 Application.Read.All
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

# Where the role is assigned.
scopes="/providers/Microsoft.Management/managementGroups/$tenant"
role_name=${ROLE_NAME:-tenantgraph}

# Prints lines as a list in JSON.
json_list() {
  printf '['
  printf '%s\n' "$1" | awk 'NF { printf "%s\"%s\"", comma, $0; comma = ", " }'
  printf ']'
}

# Prints the smallest role that lets the steps read what they read, assignable at some scopes. It is
# what `tenantgraph docs role` prints, for these steps.
role() {
  local assignable
  assignable=$(json_list "$1")
  cat <<ROLE
{
  "Actions": [
    "Microsoft.Authorization/permissions/read",
    "Microsoft.Insights/diagnosticSettings/read",
    "Microsoft.KeyVault/vaults/keys/read",
    "Microsoft.KeyVault/vaults/read",
    "Microsoft.KeyVault/vaults/secrets/read",
    "Microsoft.ResourceGraph/resources/read",
    "Microsoft.Resources/subscriptions/locations/read",
    "Microsoft.Resources/subscriptions/providers/read",
    "Microsoft.Resources/subscriptions/read"
  ],
  "AssignableScopes": $assignable,
  "DataActions": [],
  "Description": "Reads what tenantgraph collects, and nothing else.",
  "IsCustom": true,
  "Name": "$role_name",
  "NotActions": [],
  "NotDataActions": []
}
ROLE
}

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

# The custom role, and its assignments.

known=''
while read -r -u 3 scope; do
  known="$known
$(az role definition list --name "$role_name" --scope "$scope" --custom-role-only true \
    --query '[].assignableScopes[]' --output tsv)"
done 3<<SCOPES
$scopes
SCOPES
if [ -z "${known//[[:space:]]/}" ]; then
  say "Role $role_name: is created."
  definition=$(role "$scopes")
  az role definition create --role-definition "$definition" --output none ||
    fail "if a role $role_name is there for other scopes, set ROLE_NAME to another name"
else
  # Scopes that an earlier run made the role assignable at stay: it may be assigned there.
  say "Role $role_name: is there, and set to what the steps need."
  all=$(printf '%s\n%s\n' "$scopes" "$known" | awk 'NF && !seen[tolower($0)]++')
  definition=$(role "$all")
  az role definition update --role-definition "$definition" --output none
fi

# Assigns a role at a scope, unless it is.
assign() {
  local assigned
  assigned=$(attempt az role assignment list --assignee "$principal" --role "$1" --scope "$2" \
    --query '[].id' --output tsv)
  if [ -n "$assigned" ]; then
    say "Role $1 at $2: is assigned."
  else
    say "Role $1 at $2: is assigned now."
    attempt az role assignment create --assignee-object-id "$principal" \
      --assignee-principal-type ServicePrincipal --role "$1" --scope "$2" --output none
  fi
}

while read -r -u 3 scope; do
  assign "$role_name" "$scope"
  # Key Vault Reader: reads what is said of keys, secrets and certificates, never their
  # values. Azure refuses a custom role with data actions at a management group
  # (https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-limits).
  assign 21090545-7ca7-4776-b22c-e363652d74d2 "$scope"
done 3<<SCOPES
$scopes
SCOPES

# No role reads a vault that uses access policies. For each of these, its owner runs:
#   az keyvault set-policy --name VAULT --spn APPLICATION_ID \
#     --key-permissions list --secret-permissions list --certificate-permissions list
# This command lists them, of the subscription that the Azure CLI is set to:
#   az rest --uri '/subscriptions/{subscriptionId}/providers/Microsoft.KeyVault/vaults?api-version=2023-07-01' \
#     --query 'value[?properties.enableRbacAuthorization!=`true`].name' --output tsv
# Without that, tenantgraph reads what Azure Resource Manager says of their keys and secrets.

# The client secret. It is written to AWS Secrets Manager if AWS_SECRET_NAME is set, and printed to
# the terminal once if not. It is never written to a file, and never part of a command line.

now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
ends=$(az ad app credential list --id "$application" \
  --query "[?displayName=='$name'].endDateTime" --output tsv)
valid_until=''
while read -r -u 3 end; do
  if [[ "$end" > "$now" ]]; then valid_until=$end; fi
done 3<<ENDS
$ends
ENDS
if [ -n "$valid_until" ] && [ "${NEW_SECRET:-no}" != yes ]; then
  say "Client secret: is there, and valid until $valid_until. NEW_SECRET=yes adds another one."
else
  if [ -n "${AWS_SECRET_NAME:-}" ]; then
    aws sts get-caller-identity >/dev/null || fail 'sign in to AWS first, or unset AWS_SECRET_NAME'
  elif [ ! -t 1 ]; then
    fail 'the secret would go to a file or a pipe; set AWS_SECRET_NAME, or run this in a terminal'
  fi
  days=${SECRET_DAYS:-180}
  # The first form is that of macOS, and the second that of Linux.
  end=$(date -u -v "+${days}d" +%Y-%m-%d 2>/dev/null || date -u -d "+$days days" +%Y-%m-%d)
  say "Client secret: is created, and valid until $end."
  secret=$(attempt az ad app credential reset --id "$application" --append \
    --display-name "$name" --end-date "$end" --query password --output tsv --only-show-errors)
  if [ -z "${AWS_SECRET_NAME:-}" ]; then
    printf '\nThe client secret, which is not shown again:\n\n  %s\n\n' "$secret"
  else
    if aws secretsmanager describe-secret --secret-id "$AWS_SECRET_NAME" >/dev/null 2>&1; then
      set -- put-secret-value --secret-id "$AWS_SECRET_NAME"
    else
      set -- create-secret --name "$AWS_SECRET_NAME"
    fi
    printf '%s' "$secret" | aws secretsmanager "$@" --secret-string file:///dev/stdin >/dev/null ||
      fail 'the secret could not be stored and is lost; run this again with NEW_SECRET=yes'
    arn=$(aws secretsmanager describe-secret --secret-id "$AWS_SECRET_NAME" --query ARN \
      --output text)
    say "The client secret is stored as $arn"
  fi
  unset secret
fi

say 'Done. Put these into the configuration of the instance:'
printf '"directoryId": "%s",\n"clientId": "%s"\n' "$tenant" "$application"
