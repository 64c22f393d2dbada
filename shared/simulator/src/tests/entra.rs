//! What governs the directory: that it fits together, and who may read it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::{Client, texts, with_roles};
use crate::options::Options;
use crate::services::cloud::GRAPH;
use crate::world::directory::change::{self, DirectoryChange};
use crate::world::directory::reference::Reference;

/// Every list with a path of its own, and the least privileged permission.
const LISTS: [(&str, &str); 24] = [
    ("domains", "Domain.Read.All"),
    ("devices", "Device.Read.All"),
    ("applications", "Application.Read.All"),
    ("oauth2PermissionGrants", "DelegatedPermissionGrant.Read.All"),
    ("directory/administrativeUnits", "AdministrativeUnit.Read.All"),
    ("directoryRoles", "RoleManagement.Read.Directory"),
    ("reports/authenticationMethods/userRegistrationDetails", "AuditLog.Read.All"),
    ("roleManagement/directory/roleDefinitions", "RoleManagement.Read.Directory"),
    ("roleManagement/directory/roleAssignments", "RoleManagement.Read.Directory"),
    ("roleManagement/directory/roleEligibilitySchedules", "RoleEligibilitySchedule.Read.Directory"),
    (
        "roleManagement/directory/roleEligibilityScheduleInstances",
        "RoleEligibilitySchedule.Read.Directory",
    ),
    ("roleManagement/directory/roleAssignmentSchedules", "RoleAssignmentSchedule.Read.Directory"),
    (
        "roleManagement/directory/roleAssignmentScheduleInstances",
        "RoleAssignmentSchedule.Read.Directory",
    ),
    ("identity/conditionalAccess/policies", "Policy.Read.ConditionalAccess"),
    ("identity/conditionalAccess/namedLocations", "Policy.Read.ConditionalAccess"),
    ("identity/conditionalAccess/templates", "Policy.Read.All"),
    (
        "identity/conditionalAccess/authenticationContextClassReferences",
        "AuthenticationContext.Read.All",
    ),
    ("policies/crossTenantAccessPolicy/partners", "Policy.Read.All"),
    ("identityGovernance/entitlementManagement/accessPackages", "EntitlementManagement.Read.All"),
    ("identityGovernance/entitlementManagement/assignments", "EntitlementManagement.Read.All"),
    (
        "identityGovernance/entitlementManagement/assignmentPolicies",
        "EntitlementManagement.Read.All",
    ),
    (
        "identityGovernance/entitlementManagement/assignmentRequests",
        "EntitlementManagement.Read.All",
    ),
    ("identityGovernance/entitlementManagement/catalogs", "EntitlementManagement.Read.All"),
    ("policies/crossTenantAccessPolicy/default", "Policy.Read.All"),
];

fn client(users: u32) -> Client {
    Client::new(Options { users, ..Options::default() })
}

fn graph(path: &str) -> String {
    format!("graph.microsoft.com/v1.0/{path}")
}

fn list(client: &Client, path: &str) -> Vec<Value> {
    client.all(&client.graph_token(), &graph(path))
}

/// The object that an id names, if it is there.
fn find(client: &Client, id: &str) -> Option<Reference> {
    Reference::find(&client.cloud.tenant, id)
}

#[test]
fn every_list_is_the_same_whatever_the_size_of_its_pages() {
    let client = client(400);
    let token = client.graph_token();
    for (path, _) in LISTS {
        if path.ends_with("default") {
            continue;
        }
        let all = client.all(&token, &graph(&format!("{path}?$top=999")));
        assert!(!all.is_empty(), "{path}");
        let key = if path.ends_with("partners") { "/tenantId" } else { "/id" };
        let ids: HashSet<&str> = texts(&all, key).into_iter().collect();
        assert_eq!(ids.len(), all.len(), "{path}");
        assert_eq!(client.all(&token, &graph(&format!("{path}?$top=3"))), all, "{path}");
    }
}

#[test]
fn every_list_needs_its_permission_and_no_other() {
    let roles: HashSet<&str> = LISTS.iter().map(|(_, role)| *role).collect();
    let principals = roles.iter().map(|role| with_roles(role, &[role])).collect();
    let client = Client::new(Options { users: 60, principals, ..Options::default() });
    for (path, role) in LISTS {
        let principal = |role: &str| client.cloud.tenant.principal(role).unwrap().1.clone();
        let token = client.token(&principal(role), GRAPH);
        assert_eq!(client.get(&token, &graph(path)).status, 200, "{path} with {role}");
        let other = if role == "Domain.Read.All" { "AuditLog.Read.All" } else { "Domain.Read.All" };
        let token = client.token(&principal(other), GRAPH);
        let reply = client.get(&token, &graph(path));
        assert_eq!((reply.status, reply.code()), (403, "Authorization_RequestDenied"), "{path}");
    }
}

#[test]
fn a_tenant_without_premium_has_neither_reports_nor_privileged_identities() {
    let client = Client::new(Options { is_premium: false, ..Options::default() });
    let token = client.graph_token();
    let not_premium = (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant");
    for (path, expected) in [
        ("reports/authenticationMethods/userRegistrationDetails", not_premium),
        ("users?$select=id,signInActivity", not_premium),
        ("roleManagement/directory/roleEligibilitySchedules", (400, "AadPremiumLicenseRequired")),
        (
            "identityGovernance/privilegedAccess/group/assignmentSchedules?$filter=groupId eq 'x'",
            (400, "AadPremiumLicenseRequired"),
        ),
    ] {
        let reply = client.get(&token, &graph(path));
        assert_eq!((reply.status, reply.code()), expected, "{path}");
    }
}

#[test]
fn domains_are_of_every_sort_and_the_verified_ones_are_the_organizations() {
    let client = client(60);
    let domains = list(&client, "domains");
    let verified: Vec<Value> =
        domains.iter().filter(|it| it["isVerified"] == true).map(|it| it["id"].clone()).collect();
    assert!(verified.len() < domains.len());
    assert!(domains.iter().any(|it| it["authenticationType"] == "Federated"));
    assert_eq!(domains.iter().filter(|it| it["isDefault"] == true).count(), 1);
    let organization = list(&client, "organization");
    let names: Vec<Value> = organization[0]["verifiedDomains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].clone())
        .collect();
    assert_eq!(names, verified);
}

#[test]
fn devices_show_at_most_20_of_their_users() {
    let client = client(600);
    let token = client.graph_token();
    let devices = list(&client, "devices?$expand=registeredUsers&$top=50");
    let size = |it: &Value| it["registeredUsers"].as_array().unwrap().len();
    assert!(devices.iter().any(|it| size(it) == 0));
    let shared = devices.iter().find(|it| size(it) == 20).unwrap();
    assert!(shared.get("registeredUsers@odata.nextLink").is_none());
    let id = shared["id"].as_str().unwrap();
    let users = client.all(&token, &graph(&format!("devices/{id}/registeredUsers")));
    assert_eq!(users.len(), 25);
    assert!(users.iter().all(|it| it["@odata.type"] == "#microsoft.graph.user"));
    assert!(texts(&users, "/id").iter().all(|id| find(&client, id).is_some()));
    let owners = client.all(&token, &graph(&format!("devices/{id}/registeredOwners")));
    assert_eq!(owners, users[..1]);
    let one = client.get(&token, &graph(&format!("devices/{id}?$expand=registeredOwners")));
    assert_eq!(one.body["registeredOwners"][0]["id"], users[0]["id"]);
}

#[test]
fn groups_show_service_principals_among_their_owners_only_if_expanded() {
    let client = client(600);
    let token = client.graph_token();
    let kind = |it: &Value| it["@odata.type"] == "#microsoft.graph.servicePrincipal";
    let reply = client.get(&token, &graph("groups?$select=id&$expand=owners($select=id)&$top=999"));
    let groups = reply.body["value"].as_array().unwrap();
    assert_eq!(groups.len(), 100, "a page has no more with something expanded");
    let (mut people, mut principals) = (0, 0);
    for group in groups {
        let owners = group["owners"].as_array().unwrap();
        let path = graph(&format!("groups/{}/owners?$select=id", group["id"].as_str().unwrap()));
        let listed = client.all(&token, &path);
        let expanded: Vec<Value> = owners.iter().filter(|it| !kind(it)).cloned().collect();
        assert_eq!(expanded, listed.iter().filter(|it| !kind(it)).cloned().collect::<Vec<_>>());
        people += expanded.len();
        principals += owners.iter().filter(|it| kind(it)).count();
    }
    assert!(people > 0 && principals > 0);
}

#[test]
fn roles_are_assigned_to_principals_that_exist_but_for_the_deleted_ones() {
    let client = client(2000);
    let definitions = list(&client, "roleManagement/directory/roleDefinitions");
    let ids: HashSet<&str> = texts(&definitions, "/id").into_iter().collect();
    let of = "roleManagement/directory/roleAssignments?$expand=principal";
    let (mut kinds, mut scopes) = (BTreeMap::<String, u32>::new(), HashSet::new());
    for assignment in list(&client, of) {
        assert!(ids.contains(assignment["roleDefinitionId"].as_str().unwrap()));
        let principal = find(&client, assignment["principalId"].as_str().unwrap());
        let expected = principal.map(Reference::odata_type);
        assert_eq!(assignment["principal"]["@odata.type"].as_str(), expected.as_deref());
        *kinds.entry(expected.unwrap_or_default()).or_default() += 1;
        let scope = assignment["directoryScopeId"].as_str().unwrap().trim_start_matches('/');
        let scope = scope.rsplit('/').next().unwrap();
        if !scope.is_empty() {
            scopes.insert(find(&client, scope).unwrap().type_name());
        }
    }
    let expected = ["", "#microsoft.graph.group", "#microsoft.graph.servicePrincipal"];
    assert!(expected.iter().all(|kind| kinds.contains_key(*kind)), "{kinds:?}");
    assert_eq!(scopes, HashSet::from(["administrativeUnit", "application"]));
    let both = graph("roleManagement/directory/roleAssignments?$expand=principal,roleDefinition");
    assert_eq!(client.get(&client.graph_token(), &both).status, 400);
}

#[test]
fn members_of_directory_roles_are_those_who_have_the_role_everywhere() {
    let client = client(2000);
    let assignments = list(&client, "roleManagement/directory/roleAssignments");
    let mut members = 0;
    for role in list(&client, "directoryRoles") {
        let path = format!("directoryRoles/{}/members", role["id"].as_str().unwrap());
        let found = list(&client, &path);
        members += found.len();
        let found: HashSet<String> = texts(&found, "/id").into_iter().map(str::to_owned).collect();
        let expected: HashSet<String> = assignments
            .iter()
            .filter(|it| it["roleDefinitionId"] == role["roleTemplateId"])
            .filter(|it| it["directoryScopeId"] == "/")
            .map(|it| it["principalId"].as_str().unwrap().to_owned())
            .filter(|id| find(&client, id).is_some())
            .collect();
        assert_eq!(found, expected);
    }
    assert!(members > 10, "{members}");
}

#[test]
fn policies_refer_to_what_exists_and_to_what_is_gone() {
    let client = client(400);
    let locations = list(&client, "identity/conditionalAccess/namedLocations");
    let types: HashSet<&str> = texts(&locations, "/@odata.type").into_iter().collect();
    assert_eq!(types.len(), 3, "{types:?}");
    let ids = texts(&locations, "/id");
    let (mut there, mut gone, mut words) = (0, 0, HashSet::new());
    let policies = list(&client, "identity/conditionalAccess/policies");
    for policy in &policies {
        for pointer in [
            "/conditions/users/includeUsers",
            "/conditions/users/includeGroups",
            "/conditions/locations/includeLocations",
        ] {
            for id in policy.pointer(pointer).and_then(Value::as_array).into_iter().flatten() {
                let id = id.as_str().unwrap();
                if !crate::world::guid::is_guid(id) {
                    words.insert(id.to_owned());
                } else if find(&client, id).is_some() || ids.contains(&id) {
                    there += 1;
                } else {
                    gone += 1;
                }
            }
        }
    }
    assert!(there > 5 && gone > 2, "{there} {gone}");
    assert!(words.contains("All") && words.contains("GuestsOrExternalUsers"), "{words:?}");
    let states: HashSet<&str> = texts(&policies, "/state").into_iter().collect();
    assert_eq!(states.len(), 3);
    let templates = list(&client, "identity/conditionalAccess/templates");
    let used = texts(&policies, "/templateId");
    assert!(!used.is_empty() && used.iter().all(|id| texts(&templates, "/id").contains(id)));
}

#[test]
fn administrative_units_have_members_of_several_types() {
    let client = client(600);
    let (mut kinds, mut sizes, mut scoped) = (HashSet::new(), Vec::new(), 0);
    let roles = list(&client, "directoryRoles");
    for unit in list(&client, "directory/administrativeUnits") {
        let path = format!("directory/administrativeUnits/{}", unit["id"].as_str().unwrap());
        let members = list(&client, &format!("{path}/members"));
        for member in &members {
            let found = find(&client, member["id"].as_str().unwrap()).unwrap();
            kinds.insert(found.type_name());
        }
        let count = client.get(&client.graph_token(), &graph(&format!("{path}/members/$count")));
        assert_eq!(count.body, members.len());
        sizes.push(members.len());
        for member in list(&client, &format!("{path}/scopedRoleMembers")) {
            scoped += 1;
            assert!(texts(&roles, "/id").contains(&member["roleId"].as_str().unwrap()));
            let user = member["roleMemberInfo"]["id"].as_str().unwrap();
            assert!(find(&client, user).is_some());
        }
    }
    assert_eq!(kinds, HashSet::from(["user", "group", "device"]));
    assert!(sizes[0] > 50 && sizes[1] == 0 && scoped > 0);
}

#[test]
fn service_principals_are_in_what_has_them() {
    let client = client(300);
    let groups = list(&client, "groups");
    let groups = texts(&groups, "/id");
    let check = || {
        let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for group in &groups {
            let cast = "members/microsoft.graph.servicePrincipal?$count=true&$top=999";
            let path = graph(&format!("groups/{group}/{cast}"));
            for member in texts(&client.all(&client.graph_token(), &path), "/id") {
                expected.entry(member.to_owned()).or_default().insert((*group).to_owned());
            }
        }
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for principal in texts(&list(&client, "servicePrincipals"), "/id") {
            let holders = list(&client, &format!("servicePrincipals/{principal}/memberOf"));
            let holders = holders.iter().filter(|it| it["@odata.type"] == "#microsoft.graph.group");
            for holder in holders {
                let id = holder["id"].as_str().unwrap().to_owned();
                found.entry(principal.to_owned()).or_default().insert(id);
            }
        }
        assert!(found.len() > 3);
        assert_eq!(found, expected);
        found
    };
    let before = check();
    let principal = before.keys().next().unwrap();
    let new = groups.iter().find(|it| !before[principal].contains(**it)).unwrap();
    let group = (*new).to_owned();
    let change = DirectoryChange::AddMember { to: group, member: principal.clone() };
    let _ = change::apply(&client.cloud.tenant, &change);
    assert_eq!(check()[principal].len(), before[principal].len() + 1);
}

#[test]
fn schedules_of_groups_have_to_be_asked_for_by_group_or_principal() {
    let client = client(2000);
    let token = client.graph_token();
    for kind in ["eligibilitySchedules", "assignmentSchedules", "eligibilityScheduleInstances"] {
        let path = graph(&format!("identityGovernance/privilegedAccess/group/{kind}"));
        for query in ["", "?$filter=accessId eq 'member'"] {
            let reply = client.get(&token, &format!("{path}{query}"));
            assert_eq!((reply.status, reply.code()), (400, "MissingParameters"));
        }
        let group = client.cloud.tenant.group_id(9);
        let of_group = client.all(&token, &format!("{path}?$filter=groupId eq '{group}'"));
        assert!(!of_group.is_empty());
        let principal = of_group[0]["principalId"].as_str().unwrap();
        let of_principal =
            client.all(&token, &format!("{path}?$filter=principalId eq '{principal}'"));
        assert!(of_principal.contains(&of_group[0]));
        assert!(of_principal.iter().all(|it| it["principalId"] == principal));
        let other = client.cloud.tenant.group_id(10);
        assert!(client.all(&token, &format!("{path}?$filter=groupId eq '{other}'")).is_empty());
    }
}
