
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
