//! The roles of Microsoft's that every tenant has.

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
