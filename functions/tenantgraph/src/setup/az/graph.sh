
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
