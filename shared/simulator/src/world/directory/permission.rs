//! Permissions that Microsoft Graph offers, with the ids that they have in every tenant.

use serde_json::{Value, json};

/// Application permissions (app roles): the value, and the id.
pub(crate) const ROLES: [(&str, &str); 34] = [
    ("User.Read.All", "df021288-bdef-4463-88db-98f22de89214"),
    ("Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61"),
    ("Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b"),
    ("GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6"),
    ("Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"),
    ("AuditLog.Read.All", "b0afded3-3588-46d8-8b3d-9842eff778da"),
    ("Policy.Read.All", "246dd0d5-5bd0-4def-940b-0421030a5b68"),
    ("Policy.Read.ConditionalAccess", "37730810-e9ba-4e46-b07e-8ca78d182097"),
    ("Device.Read.All", "7438b122-aefc-4978-80ed-43db9fcc7715"),
    ("Domain.Read.All", "dbb9058a-0e50-45d7-ae91-66909b5d4664"),
    ("Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6"),
    ("RoleManagement.Read.Directory", "483bed4a-2ad3-4361-a73b-c83ccdbdc53c"),
    ("EntitlementManagement.Read.All", "c74fd47d-ed3c-45c3-9a9e-b8676de685d2"),
    ("AdministrativeUnit.Read.All", "134fd756-38ce-4afd-ba33-e9623dbe66c2"),
    ("RoleEligibilitySchedule.Read.Directory", "ff278e11-4a33-4d0c-83d2-d01dc58929a5"),
    ("RoleAssignmentSchedule.Read.Directory", "d5fe8ce8-684c-4c83-a52c-46e882ce4be1"),
    ("PrivilegedEligibilitySchedule.Read.AzureADGroup", "edb419d6-7edc-42a3-9345-509bfdf5d87c"),
    ("PrivilegedAssignmentSchedule.Read.AzureADGroup", "cd4161cb-f098-48f8-a884-1eda9a42434c"),
    ("DelegatedPermissionGrant.Read.All", "81b4724a-58aa-41c1-8a55-84ef97466587"),
    ("Directory.ReadWrite.All", "19dbc75e-c2e2-444c-a770-ec69d8559fc7"),
    ("Application.ReadWrite.All", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"),
    ("AppRoleAssignment.ReadWrite.All", "06b708a9-e830-4db3-a914-8e69da51d44f"),
    ("RoleManagement.ReadWrite.Directory", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"),
    ("User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca"),
    ("Group.ReadWrite.All", "62a82d76-70ea-41e2-9197-370581804d09"),
    ("Mail.Read", "810c84a8-4a9e-49e6-bf7d-12d183f40d01"),
    ("Mail.Send", "b633e1c5-b582-4048-a93e-9f11b44c7e96"),
    ("Files.Read.All", "01d4889c-1287-42c6-ac1f-5d1e02578ef6"),
    ("Sites.Read.All", "332a536c-c7ef-4017-ab91-336970924f0d"),
    ("Sites.FullControl.All", "a82116e5-55eb-4c41-a434-62fe8a61c773"),
    ("IdentityRiskyUser.Read.All", "dc5007c0-2d7d-4c42-879c-2dab87571379"),
    ("DeviceManagementManagedDevices.Read.All", "2f51be20-0bb4-4fed-bf7b-db946066c75e"),
    ("DeviceManagementApps.Read.All", "7a6ee1e7-141e-4cec-ae74-d9db155731ff"),
    ("DeviceManagementConfiguration.Read.All", "dc377aa6-52d8-4e23-b271-2a7ae04cedf3"),
];

/// Delegated permissions (scopes): the value, the id, and whether users may consent by themselves.
pub(crate) const SCOPES: [(&str, &str, bool); 13] = [
    ("User.Read", "e1fe6dd8-ba31-4d61-89e7-88639da4683d", true),
    ("openid", "37f7f235-527c-4136-accd-4a02d197296e", true),
    ("profile", "14dad69e-099b-42c9-810b-d002981feec1", true),
    ("email", "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", true),
    ("offline_access", "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", true),
    ("User.ReadBasic.All", "b340eb25-3456-403f-be2f-af7a0d370277", true),
    ("Calendars.Read", "465a38f9-76ea-45b9-9f34-9e8b0d4b0b42", true),
    ("Mail.Read", "570282fd-fa5c-430d-a7fd-fc8dc98a9dca", true),
    ("Mail.Send", "e383f46e-2787-4529-855e-0e479a3ffac0", true),
    ("User.Read.All", "a154be20-db9c-4678-8ab7-66f6cc099a59", false),
    ("Directory.Read.All", "06da0dbc-49e2-44d2-8312-53f166ab848a", false),
    ("Group.Read.All", "5f8c59db-677d-491f-a6b8-5f174b11ec1d", false),
    ("Directory.AccessAsUser.All", "0e263e50-5827-48a4-b97c-d940288653c7", false),
];

/// The app roles of Microsoft Graph as its service principal lists them.
pub(crate) fn app_roles() -> Value {
    let role = |&(value, id): &(&str, &str)| {
        json!({
            "allowedMemberTypes": ["Application"],
            "description": format!("Allows the app to use {value} without a signed-in user."),
            "displayName": value,
            "id": id,
            "isEnabled": true,
            "origin": "Application",
            "value": value,
        })
    };
    ROLES.iter().map(role).collect()
}

/// The scopes of Microsoft Graph as its service principal lists them.
pub(crate) fn scopes() -> Value {
    let scope = |&(value, id, by_users): &(&str, &str, bool)| {
        json!({
            "adminConsentDescription": format!("Allows the app to use {value} for the user."),
            "adminConsentDisplayName": value,
            "id": id,
            "isEnabled": true,
            "type": if by_users { "User" } else { "Admin" },
            "userConsentDescription": by_users.then(|| format!("Allows the app to use {value}.")),
            "userConsentDisplayName": by_users.then_some(value),
            "value": value,
        })
    };
    SCOPES.iter().map(scope).collect()
}
