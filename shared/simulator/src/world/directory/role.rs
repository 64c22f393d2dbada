//! Roles of the directory: their definitions, who has them, and the roles that are in use.

mod assignment;
mod built_in;

use serde_json::{Value, json};

use super::Object;
use super::document::Document;
use super::reference::Reference;
use crate::world::guid::Kind;
use crate::world::tenant::Tenant;
pub(crate) use assignment::Assignment;
pub(crate) use built_in::BUILT_IN;

/// The roles that somebody can have; those after them hold for everyone of a sort.
const ASSIGNABLE: u64 = 23;

/// Roles that the company made for itself. The last one is disabled.
const CUSTOM: [&str; 3] = ["App registration reader", "Güteprüfung", "Old helpdesk"];

/// How many definitions of roles there are.
pub(crate) const DEFINITIONS: u64 = (BUILT_IN.len() + CUSTOM.len()) as u64;

/// How many roles are in use, which are those that the list of directory roles has.
pub(crate) const IN_USE: u64 = 14;

/// The id of the definition at a place: Microsoft's ids are the same everywhere.
fn definition_id(tenant: &Tenant, place: u64) -> String {
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

/// A role that is in use in the tenant.
pub(crate) struct DirectoryRole<'a> {
    tenant: &'a Tenant,
    index: u64,
}

impl<'a> DirectoryRole<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        Self { tenant, index }
    }

    /// Those who had the role everywhere at first, which is what its members were.
    pub(crate) fn members_at_first(&self) -> Vec<Reference> {
        let all = (0..Assignment::count_at_first(self.tenant))
            .map(|place| Assignment::at_first(self.tenant, place));
        let here = all.filter(|it| it.definition() == self.index && it.scope() == "/");
        let mut members: Vec<Reference> = here.filter_map(|it| it.principal()).collect();
        members.sort_unstable();
        members.dedup();
        members
    }
}

impl Object for DirectoryRole<'_> {
    fn type_name(&self) -> &'static str {
        "directoryRole"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &["id", "deletedDateTime", "description", "displayName", "roleTemplateId"]
    }

    fn property(&self, name: &str) -> Option<Value> {
        let place = usize::try_from(self.index).unwrap_or_default();
        let (display_name, template, _) = BUILT_IN.get(place)?;
        Some(match name {
            "id" => json!(Reference::DirectoryRole(self.index).id(self.tenant)),
            "deletedDateTime" => Value::Null,
            "description" => json!(format!("Members have the role {display_name}.")),
            "displayName" => json!(display_name),
            "roleTemplateId" => json!(template),
            _ => return None,
        })
    }
}
