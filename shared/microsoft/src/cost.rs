//! What a request costs of the budget of its throttle domain.

use steps::Domain;

/// The cost of reading a path with its query.
pub(crate) fn cost(domain: Domain, path: &str) -> u32 {
    match domain {
        Domain::Graph => resource_units(path),
        // The others count requests.
        Domain::GraphPolicies
        | Domain::GraphReports
        | Domain::SignInActivity
        | Domain::Intune
        | Domain::IntuneReports
        | Domain::ResourceManager
        | Domain::ResourceGraph
        | Domain::Storage
        | Domain::KeyVault => 1,
    }
}

/// What does not cost 1 before its query is looked at. A star stands for an id.
///
/// Source: Microsoft Graph, "Service-specific throttling limits", "Identity and access service
/// limits". The header `x-ms-resource-unit` of the answer says what a request did cost.
const BASE_COSTS: &[(&[&str], u32)] = &[
    (&["applications"], 2),
    (&["applications", "*", "extensionProperties"], 2),
    (&["contracts"], 3),
    (&["domains", "*", "domainNameReferences"], 4),
    (&["groups", "*", "members"], 3),
    (&["groups", "*", "transitiveMembers"], 5),
    (&["oauth2PermissionGrants"], 2),
    (&["oauth2PermissionGrants", "*"], 2),
    (&["servicePrincipals", "*", "appRoleAssignments"], 2),
    (&["subscribedSkus"], 3),
    (&["users"], 2),
    (&["users", "*", "licenseDetails"], 2),
    (&["users", "*", "memberOf"], 2),
    (&["users", "*", "ownedObjects"], 2),
    (&["users", "*", "transitiveMemberOf"], 2),
];

/// The resource units that Microsoft Graph charges for reading a path below its base address.
fn resource_units(path: &str) -> u32 {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let segments: Vec<&str> = path
        .split('/')
        .skip(2)
        // A cast to a type at the end makes no difference.
        .filter(|segment| !segment.is_empty() && !segment.starts_with("microsoft.graph."))
        .collect();
    let base = BASE_COSTS.iter().find(|(pattern, _)| matches(pattern, &segments));
    let mut units = base.map_or(1, |(_, units)| *units);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "$expand" => units += 1,
            "$select" => units = units.saturating_sub(1),
            "$top" if value.parse().is_ok_and(|top: u32| top < 20) => {
                units = units.saturating_sub(1);
            }
            _ => (),
        }
    }
    units.max(1)
}

fn matches(pattern: &[&str], segments: &[&str]) -> bool {
    pattern.len() == segments.len()
        && pattern
            .iter()
            .zip(segments)
            .all(|(wanted, found)| *wanted == "*" || wanted.eq_ignore_ascii_case(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_charges_resource_units() {
        for (path, units) in [
            ("/v1.0/users", 2),
            ("/v1.0/users?$select=id&$top=999", 1),
            ("/v1.0/users?%24select=id", 1),
            ("/v1.0/users/1", 1),
            ("/v1.0/groups?$select=id", 1),
            ("/v1.0/groups/1/members?$top=999", 3),
            ("/v1.0/groups/1/members?$top=999&$select=id", 2),
            ("/v1.0/groups/1/members?$top=9&$select=id", 1),
            ("/v1.0/groups/1/members/microsoft.graph.user?$select=id", 2),
            ("/v1.0/groups/1/transitiveMembers", 5),
            ("/beta/servicePrincipals/1/appRoleAssignments", 2),
            ("/v1.0/subscribedSkus?$expand=x", 4),
            ("/v1.0/organization", 1),
            ("/", 1),
            ("", 1),
        ] {
            assert_eq!(cost(Domain::Graph, path), units, "{path}");
        }
    }

    #[test]
    fn elsewhere_requests_are_counted() {
        assert_eq!(cost(Domain::GraphPolicies, "/v1.0/users?$expand=x"), 1);
        assert_eq!(cost(Domain::ResourceManager, "/subscriptions"), 1);
    }
}
