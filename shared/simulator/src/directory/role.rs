//! Roles of the directory: their definitions, who has them, and the roles that are in use.

use serde_json::{Value, json};

use super::document::Document;
use super::reference::Reference;
use super::service_principal::ServicePrincipal;
use super::{Object, administrative_unit};
use crate::guid::Kind;
use crate::random::Draw;
use crate::tenant::Tenant;

/// Roles that every tenant has: the name, the id, and an action that the role allows.
pub(crate) const BUILT_IN: [(&str, &str, &str); 26] = [
    (
        "Global Administrator",
        "62e90394-69f5-4237-9190-012177145e10",
        "microsoft.directory/applications/allProperties/allTasks",
    ),
    (
        "Global Reader",
        "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
        "microsoft.directory/applications/standard/read",
    ),
    (
        "Security Administrator",
        "194ae4cb-b126-40b2-bd5b-6091b380977d",
        "microsoft.directory/conditionalAccessPolicies/create",
    ),
    (
        "Security Reader",
        "5d6b6bb7-de71-4623-b4af-96380a352509",
        "microsoft.directory/conditionalAccessPolicies/standard/read",
    ),
    (
        "User Administrator",
        "fe930be7-5e62-47db-91af-98c3a49a38b1",
        "microsoft.directory/users/create",
    ),
    (
        "Helpdesk Administrator",
        "729827e3-9c14-49f7-bb1b-9608f156bbb8",
        "microsoft.directory/users/password/update",
    ),
    (
        "Application Administrator",
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
        "microsoft.directory/applications/create",
    ),
    (
        "Cloud Application Administrator",
        "158c047a-c907-4556-b7ef-446551a6b5f7",
        "microsoft.directory/applications/create",
    ),
    (
        "Privileged Role Administrator",
        "e8611ab8-c189-46e8-94e1-60213ab1f814",
        "microsoft.directory/roleAssignments/allProperties/allTasks",
    ),
    (
        "Privileged Authentication Administrator",
        "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
        "microsoft.directory/users/authenticationMethods/create",
    ),
    (
        "Conditional Access Administrator",
        "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
        "microsoft.directory/namedLocations/create",
    ),
    (
        "Exchange Administrator",
        "29232cdf-9323-42fd-ade2-1d097af3e4de",
        "microsoft.directory/groups/hiddenMembers/read",
    ),
    (
        "SharePoint Administrator",
        "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
        "microsoft.directory/groups.unified/create",
    ),
    (
        "Teams Administrator",
        "69091246-20e8-4a56-aa4d-066075b2a7a8",
        "microsoft.directory/groups.unified/create",
    ),
    (
        "Intune Administrator",
        "3a2c62db-5318-420d-8d74-23affee5d9d5",
        "microsoft.directory/devices/create",
    ),
    (
        "Groups Administrator",
        "fdd7a751-b60b-444a-984c-02652fe8fa1c",
        "microsoft.directory/groups/create",
    ),
    (
        "Billing Administrator",
        "b0f54661-2d74-4c50-afa3-1ec803f12efe",
        "microsoft.commerce.billing/allEntities/allProperties/allTasks",
    ),
    (
        "Directory Readers",
        "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
        "microsoft.directory/users/standard/read",
    ),
    (
        "Directory Writers",
        "9360feb5-f418-4baa-8175-e2a00bac4301",
        "microsoft.directory/groups/create",
    ),
    (
        "Authentication Administrator",
        "c4e39bd9-1100-46d3-8c65-fb160da0071f",
        "microsoft.directory/users/authenticationMethods/create",
    ),
    (
        "License Administrator",
        "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
        "microsoft.directory/users/assignLicense",
    ),
    (
        "Reports Reader",
        "4a5d8f65-41da-4de4-8968-e035b65339cf",
        "microsoft.directory/signInReports/allProperties/read",
    ),
    (
        "Identity Governance Administrator",
        "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",
        "microsoft.directory/entitlementManagement/allProperties/allTasks",
    ),
    ("User", "a0b1b346-4d3e-4e8b-98f8-753987be4970", "microsoft.directory/users/standard/read"),
    (
        "Guest User",
        "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "microsoft.directory/applications/standard/limitedRead",
    ),
    (
        "Restricted Guest User",
        "2af84b1e-32c8-42b7-82bc-daa82404023b",
        "microsoft.directory/users/basic/read",
    ),
];

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

/// Somebody who has a role, or may take it.
pub(crate) struct Assignment<'a> {
    tenant: &'a Tenant,
    place: u64,
    /// Tells those who have a role from those who may take it.
    list: &'static str,
}

impl<'a> Assignment<'a> {
    /// How many assignments there are.
    pub(crate) fn count(tenant: &Tenant) -> u64 {
        12 + tenant.users / 50
    }

    /// One of those who have a role.
    pub(crate) fn active(tenant: &'a Tenant, place: u64) -> Self {
        Self { tenant, place, list: "directory role" }
    }

    /// One of those who may take a role.
    pub(crate) fn eligible(tenant: &'a Tenant, place: u64) -> Self {
        Self { tenant, place, list: "eligible role" }
    }

    pub(crate) fn draw(&self, purpose: &str) -> Draw {
        let base = self.tenant.draw(self.list, self.place);
        Draw::new(base.clone().number(), purpose, 0)
    }

    /// The place of the role's definition. The first are the administrators of the tenant.
    fn definition(&self) -> u64 {
        match self.place {
            0 | 1 => 0,
            // A role of the company's own.
            5 => DEFINITIONS - 3,
            _ => self.draw("definition").below(IN_USE).min(ASSIGNABLE - 1),
        }
    }

    pub(crate) fn definition_id(&self) -> String {
        definition_id(self.tenant, self.definition())
    }

    pub(crate) fn definition_document(&self) -> Document {
        definition(self.tenant, self.definition())
    }

    /// Who it is for; nothing if that one was deleted. Groups have to be made for it.
    pub(crate) fn principal(&self) -> Option<Reference> {
        let (tenant, mut draw) = (self.tenant, self.draw("principal"));
        let principals = ServicePrincipal::count_at_first(tenant);
        match (self.place, draw.below(10)) {
            (2, _) | (_, 0) => None,
            (3, _) | (_, 1 | 2) => Some(Reference::ServicePrincipal(draw.below(principals))),
            (4, _) | (_, 3) if tenant.groups > 9 => {
                // Every fortieth group from the ninth on may be assigned to roles.
                Some(Reference::Group(9 + 40 * draw.below((tenant.groups - 9).div_ceil(40))))
            }
            _ => Some(Reference::User(draw.below(tenant.users))),
        }
    }

    pub(crate) fn principal_id(&self) -> String {
        match self.principal() {
            Some(principal) => principal.id(self.tenant),
            None => self.tenant.guids.guid(Kind::Deleted, 100 + self.place),
        }
    }

    /// Where it holds: everywhere, in an administrative unit, or for one application.
    pub(crate) fn scope(&self) -> String {
        let mut draw = self.draw("scope");
        match (self.place, draw.below(10)) {
            (0..=4, _) => "/".to_owned(),
            (6, _) | (_, 0) => {
                let unit = draw.below(administrative_unit::count(self.tenant));
                let unit = Reference::AdministrativeUnit(unit).id(self.tenant);
                format!("/administrativeUnits/{unit}")
            }
            (7, _) | (_, 1) => {
                let application = draw.below(self.tenant.principals().len() as u64);
                format!("/{}", Reference::Application(application).id(self.tenant))
            }
            _ => "/".to_owned(),
        }
    }

    pub(crate) fn id(&self) -> String {
        let mut draw = self.draw("id");
        // They are made of the ids of the role and of the principal, and look like this.
        format!("{}-{}-1", draw.hex(16), draw.hex(16))
    }

    pub(crate) fn document(&self) -> Document {
        Document::new(
            "unifiedRoleAssignment",
            json!({
                "id": self.id(),
                "condition": null,
                "directoryScopeId": self.scope(),
                "principalId": self.principal_id(),
                "principalOrganizationId": self.tenant.id(),
                "resourceScope": self.scope(),
                "roleDefinitionId": self.definition_id(),
            }),
        )
    }
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

    /// Those who have the role everywhere, which is what its members are.
    pub(crate) fn members(&self) -> Vec<Reference> {
        let all = (0..Assignment::count(self.tenant)).map(|at| Assignment::active(self.tenant, at));
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
