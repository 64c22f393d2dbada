//! Filters and counts.

use std::collections::HashSet;

use serde_json::Value;

use super::{Client, Reply, request, texts, with_roles};
use crate::options::Options;
use crate::services::cloud::GRAPH;
use crate::world::directory::change::{self, DirectoryChange};
use crate::world::guid::Kind;

fn client(users: u32) -> Client {
    Client::new(Options { users, ..Options::default() })
}

fn graph(path: &str) -> String {
    format!("graph.microsoft.com/v1.0/{path}")
}

#[test]
fn filters_find_what_they_ask_for() {
    let client = client(400);
    let token = client.graph_token();
    let all = client.all(&token, &graph("users?$select=id,accountEnabled,mail&$top=999"));
    let disabled = "users?$select=id&$filter=accountEnabled eq false";
    let found = client.all(&token, &graph(&format!("{disabled}&$top=3")));
    let expected: Vec<&Value> = all.iter().filter(|it| it["accountEnabled"] == false).collect();
    assert!(expected.len() > 5 && found.len() == expected.len());
    let count = client.get(&token, &graph("users/$count?$filter=accountEnabled eq false"));
    assert_eq!(count.body, expected.len());
    let advanced = graph("users?$select=id&$count=true&$filter=mail ne null");
    let reply = client.get(&token, &advanced);
    let with_mail = all.iter().filter(|it| !it["mail"].is_null()).count();
    assert_eq!(reply.body["@odata.count"], with_mail);
    let reply = client.send(&request(&token, &advanced));
    assert_eq!((reply.status, reply.code()), (400, "Request_UnsupportedQuery"));
    // A page token is for the list as it was filtered.
    let first = client.get(&token, &graph(&format!("{disabled}&$top=3")));
    let link = first.next_link().unwrap().replace("false", "true");
    assert_eq!(client.get(&token, &link).code(), "Directory_ExpiredPageToken");
}

#[test]
fn users_can_be_sorted_and_searched() {
    let client = client(300);
    let token = client.graph_token();
    let all = client.all(&token, &graph("users?$select=id,displayName,assignedLicenses&$top=999"));
    let names = |users: &[Value]| -> Vec<String> {
        users.iter().map(|it| it["displayName"].as_str().unwrap().to_lowercase()).collect()
    };
    let mut expected = names(&all);
    expected.sort();
    let sorted = client.all(&token, &graph("users?$orderby=displayName&$top=70"));
    assert_eq!(names(&sorted), expected);
    expected.reverse();
    let sorted = client.all(&token, &graph("users?$orderby=displayName desc&$top=70"));
    assert_eq!(names(&sorted), expected);
    // Every word may be the one that is searched for.
    let word = expected[0].rsplit([' ', '-']).next().unwrap();
    let search = graph(&format!("users?$search=\"displayName:{word}\""));
    let found = client.all(&token, &search);
    let is_like = |name: &&String| name.split([' ', '-']).any(|it| it.starts_with(word));
    assert_eq!(found.len(), expected.iter().filter(is_like).count());
    let reply = client.send(&request(&token, &search));
    assert_eq!((reply.status, reply.code()), (400, "Request_UnsupportedQuery"));
}

#[test]
fn elements_of_lists_can_be_filtered_by() {
    let client = client(300);
    let token = client.graph_token();
    let all = client.all(&token, &graph("groups?$select=id,groupTypes"));
    let is_unified =
        |group: &&Value| group["groupTypes"].as_array().unwrap().iter().any(|it| it == "Unified");
    let filter = "groups?$select=id&$filter=groupTypes/any(c:c eq 'Unified')";
    let found = client.all(&token, &graph(filter));
    assert!(!found.is_empty() && found.len() == all.iter().filter(is_unified).count());
}

#[test]
fn roles_of_the_directory_can_be_filtered() {
    let client = client(60);
    let token = client.graph_token();
    let roles = "roleManagement/directory/roleDefinitions";
    let all = client.all(&token, &graph(roles));
    for is_built_in in [true, false] {
        let filter = format!("{roles}?$filter=isBuiltIn eq {is_built_in}");
        let found = client.all(&token, &graph(&filter));
        let expected: Vec<&Value> =
            all.iter().filter(|it| it["isBuiltIn"] == is_built_in).collect();
        assert!(!expected.is_empty() && found.iter().collect::<Vec<_>>() == expected);
    }
}

#[test]
fn what_belongs_to_an_object_comes_with_it() {
    let client = client(60);
    let token = client.graph_token();
    let users = client.all(&token, &graph("users?$select=id&$expand=manager($select=id)"));
    let ids: HashSet<&str> = texts(&users, "/id").into_iter().collect();
    let managers: Vec<&Value> = users.iter().filter_map(|user| user.get("manager")).collect();
    assert!(!managers.is_empty() && managers.len() < users.len());
    for manager in managers {
        assert!(ids.contains(manager["id"].as_str().unwrap()), "{manager}");
        assert_eq!(manager["@odata.type"], "#microsoft.graph.user");
        assert_eq!(manager.as_object().unwrap().len(), 2, "{manager}");
    }
    let policies = graph("deviceManagement/deviceCompliancePolicies");
    let plain = client.all(&token, &policies);
    assert!(plain.iter().all(|policy| policy.get("assignments").is_none()));
    let expanded = client.all(&token, &format!("{policies}?$expand=assignments"));
    assert_eq!(texts(&expanded, "/id"), texts(&plain, "/id"));
    let mut targets = HashSet::new();
    for policy in &expanded {
        for assignment in policy["assignments"].as_array().unwrap() {
            let id = assignment["id"].as_str().unwrap();
            assert!(id.starts_with(policy["id"].as_str().unwrap()), "{id}");
            targets.insert(assignment["target"]["@odata.type"].as_str().unwrap());
        }
    }
    assert!(targets.len() > 1, "{targets:?}");
}

#[test]
fn types_are_told_whatever_is_selected() {
    let client = client(60);
    let token = client.graph_token();
    for list in [
        "deviceAppManagement/mobileApps",
        "deviceManagement/deviceCompliancePolicies",
        "deviceManagement/deviceConfigurations",
        "identity/conditionalAccess/namedLocations",
    ] {
        let all = client.all(&token, &graph(list));
        let selected = client.all(&token, &graph(&format!("{list}?$select=id")));
        let types = |items: &[Value]| -> Vec<Value> {
            items.iter().map(|it| it["@odata.type"].clone()).collect()
        };
        assert!(!all.is_empty() && types(&all).iter().all(Value::is_string), "{list}");
        assert_eq!(types(&selected), types(&all), "{list}");
        assert!(selected.iter().all(|it| it.as_object().unwrap().len() == 2), "{list}");
    }
}

#[test]
fn a_filtered_list_lacks_nothing_that_stays_while_it_is_read() {
    let client = client(400);
    let token = client.graph_token();
    let address = graph("users?$select=id&$filter=userType eq 'Guest'&$top=4");
    let all = client.all(&token, &address);
    let mut page = client.get(&token, &address);
    let first = page.items().first().or(all.first()).unwrap()["id"].as_str().unwrap().to_owned();
    let mut seen = page.items().to_vec();
    // What was shown already is not there any more: nothing moves up into its place.
    let delete = DirectoryChange::Delete { id: first };
    assert_eq!(change::apply(&client.cloud.tenant, &delete).len(), 1);
    while let Some(link) = page.next_link().map(str::to_owned) {
        page = client.get(&token, &link);
        seen.extend_from_slice(page.items());
    }
    assert!(all[1..].iter().all(|user| seen.contains(user)));
}

#[test]
fn sign_in_activity_in_a_filter_needs_its_permission_too() {
    let principals = vec![with_roles("users", &["User.Read.All"])];
    let client = Client::new(Options { principals: principals.clone(), ..Options::default() });
    let filter = "signInActivity/lastSignInDateTime le 2026-08-01T00:00:00Z";
    let address = graph(&format!("users?$select=id,signInActivity&$filter={filter}&$top=500"));
    let found = client.all(&client.graph_token(), &address);
    assert!(!found.is_empty() && found.len() < 150);
    let address = graph(&format!("users?$select=id&$filter={filter}"));
    let reply = client.get(&client.token(&principals[0], GRAPH), &address);
    assert_eq!(reply.code(), "Authentication_MSGraphPermissionMissing");
}

#[test]
fn counts_need_eventual_consistency() {
    let client = client(400);
    let token = client.graph_token();
    let group = client.cloud.tenant.group_id(1);
    let members = client.all(&token, &graph(&format!("groups/{group}/members?$select=id")));
    for (path, expected) in [
        ("users/$count", 400),
        ("groups/$count", 108),
        ("devices/$count", 305),
        (&*format!("groups/{group}/members/$count"), members.len()),
    ] {
        let reply = client.get(&token, &graph(path));
        assert_eq!((reply.status, &reply.body), (200, &Value::from(expected)), "{path}");
        assert_eq!(reply.header("content-type"), Some("text/plain"));
        let reply: Reply = client.send(&request(&token, &graph(path)));
        assert_eq!((reply.status, reply.code()), (400, "Request_BadRequest"), "{path}");
    }
    for path in ["servicePrincipals", "applications"] {
        let all = client.all(&token, &graph(&format!("{path}?$select=id")));
        assert_eq!(client.get(&token, &graph(&format!("{path}/$count"))).body, all.len());
    }
}

#[test]
fn what_does_not_exist_is_not_found() {
    let client = client(60);
    let token = client.graph_token();
    let nobody = client.cloud.tenant.guids.guid(Kind::Deleted, 1);
    for path in [
        "devices/{}/registeredUsers",
        "groups/{}/owners",
        "applications/{}",
        "applications/{}/federatedIdentityCredentials",
        "servicePrincipals/{}/appRoleAssignedTo",
        "directoryRoles/{}/members",
        "directory/administrativeUnits/{}/members",
        "identityGovernance/entitlementManagement/catalogs/{}/resources",
    ] {
        let reply = client.get(&token, &graph(&path.replace("{}", &nobody)));
        assert_eq!((reply.status, reply.code()), (404, "Request_ResourceNotFound"), "{path}");
    }
}
