
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
