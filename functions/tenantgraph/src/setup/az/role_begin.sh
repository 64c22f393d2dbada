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
