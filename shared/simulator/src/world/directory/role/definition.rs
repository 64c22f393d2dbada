//! Definitions of roles.

use serde_json::json;

use super::built_in::BUILT_IN;
use crate::world::directory::document::Document;
use crate::world::guid::Kind;
use crate::world::tenant::Tenant;

/// The roles that somebody can have; those after them hold for everyone of a sort.
pub(super) const ASSIGNABLE: u64 = 23;

/// Roles that the company made for itself. The last one is disabled.
const CUSTOM: [&str; 3] = ["App registration reader", "Güteprüfung", "Old helpdesk"];

/// How many definitions of roles there are.
pub(crate) const DEFINITIONS: u64 = (BUILT_IN.len() + CUSTOM.len()) as u64;

/// How many roles are in use, which are those that the list of directory roles has.
pub(crate) const IN_USE: u64 = 14;

/// The id of the definition at a place: Microsoft's ids are the same everywhere.
pub(super) fn definition_id(tenant: &Tenant, place: u64) -> String {
    let built_in = usize::try_from(place).ok().and_then(|place| BUILT_IN.get(place));
    match built_in {
        Some((_, id, _)) => (*id).to_owned(),
        None => tenant.guids.guid(Kind::CustomRole, place),
    }
}

/// The definition of a role.
pub(crate) fn definition(tenant: &Tenant, place: u64) -> Document {
    let id = definition_id(tenant, place);
    let at = usize::try_from(place).unwrap_or_default();
    let built_in = BUILT_IN.get(at);
    let (name, action) = match built_in {
        Some((name, _, action)) => (*name, *action),
        None => (
            CUSTOM[(at - BUILT_IN.len()) % CUSTOM.len()],
            "microsoft.directory/applications/standard/read",
        ),
    };
    let inherits = built_in.is_some_and(|(name, ..)| *name != "Directory Readers");
    let actions: &[&str] = if name == "Old helpdesk" { &[] } else { &[action] };
    Document::new(
        "unifiedRoleDefinition",
        json!({
            "id": id,
            "allowedPrincipalTypes": "user,group,servicePrincipal",
            "description": built_in.map(|_| format!("Members have the role {name}.")),
            "displayName": name,
            "inheritsPermissionsFrom": if inherits {
                json!([{ "id": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b" }])
            } else {
                json!([])
            },
            "isBuiltIn": built_in.is_some(),
            "isEnabled": name != "Old helpdesk",
            "resourceScopes": ["/"],
            "rolePermissions": [{ "allowedResourceActions": actions, "condition": null }],
            "templateId": id,
            "version": built_in.map(|_| "1"),
        }),
    )
}
