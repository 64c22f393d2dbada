
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
