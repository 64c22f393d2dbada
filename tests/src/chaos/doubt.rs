//! Answers from which nobody may conclude that something is gone.

use simulator::Permanent;

/// Lists of each kind: of the directory, of each group, of a subscription, and those of which Azure
/// Resource Manager shows only what the principal may see.
const LISTS: [&str; 8] = [
    "/v1.0/users",
    "/v1.0/groups",
    "/v1.0/applications",
    "/v1.0/groups/*/members",
    "/subscriptions/*/resourcegroups",
    "/subscriptions/*/providers/Microsoft.Authorization/roleAssignments",
    "/subscriptions/*/providers/Microsoft.Compute/virtualMachines",
    "/subscriptions/*/providers/Microsoft.Storage/storageAccounts",
];

/// Every list answered in every one of these ways, and what is not answered list by list.
#[must_use]
pub fn doubtful() -> Vec<Permanent> {
    let each = LISTS.into_iter().flat_map(|list| {
        let path = || list.to_owned();
        [
            Permanent::ForbiddenFromPage { path: path(), page: 1 },
            Permanent::ForbiddenFromPage { path: path(), page: 2 },
            Permanent::Retired { path: path() },
            Permanent::LoopingLink { path: path() },
            Permanent::Accepted { path: path() },
            Permanent::ErrorBesideItems { path: path() },
            Permanent::Unidentified { path: path() },
        ]
    });
    // An empty list of anything else is proof, if there was little of it.
    let filtered = LISTS
        .into_iter()
        .filter(|list| list.ends_with("resourcegroups") || list.ends_with("roleAssignments"));
    let empty = filtered.map(|list| Permanent::Empty { path: list.to_owned() });
    let namespaces = ["Microsoft.Compute", "Microsoft.KeyVault", "Microsoft.Storage"];
    let unregistered = namespaces.map(|it| Permanent::NotRegistered { namespace: it.to_owned() });
    let vanished = ["/v1.0/groups", "/v1.0/applications", "/v1.0/servicePrincipals"]
        .map(|path| Permanent::Vanished { path: path.to_owned() });
    each.chain(unregistered).chain(empty).chain(vanished).collect()
}
