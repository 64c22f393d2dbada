//! Microsoft's own applications.

/// The application id of Microsoft Graph, the first of the list.
pub(super) const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Services of Microsoft's that every tenant has, with their well-known application ids.
pub(crate) const FIRST_PARTY: [(&str, &str, &str); 6] = [
    ("Microsoft Graph", GRAPH, "https://graph.microsoft.com"),
    (
        "Windows Azure Service Management API",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        "https://management.azure.com/",
    ),
    ("Azure Key Vault", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", "https://vault.azure.net"),
    (
        "Office 365 Exchange Online",
        "00000002-0000-0ff1-ce00-000000000000",
        "https://outlook.office365.com/",
    ),
    (
        "Office 365 SharePoint Online",
        "00000003-0000-0ff1-ce00-000000000000",
        "https://microsoft.sharepoint-df.com",
    ),
    (
        "Windows Azure Active Directory",
        "00000002-0000-0000-c000-000000000000",
        "https://graph.windows.net",
    ),
];

/// The directory that owns Microsoft's applications.
pub(super) const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
