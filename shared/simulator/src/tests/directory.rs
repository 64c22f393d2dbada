//! The directory: the same for the same seed, and full of odd cases.

use std::collections::HashSet;

use serde_json::Value;

use super::{Client, Reply, texts, versioned};
use crate::options::Options;
use crate::world::guid::is_guid;

const ALL: &str = "$top=999&$select=id,displayName,userPrincipalName,mail,userType,accountEnabled,\
                   department";

fn list(client: &Client, path: &str) -> Vec<Value> {
    client.all(&client.graph_token(), &format!("graph.microsoft.com/v1.0/{path}"))
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = |seed| {
        let client = Client::new(Options { seed, users: 300, ..Options::default() });
        let (graph, arm) = (client.graph_token(), client.arm_token());
        let mut pages: Vec<Vec<u8>> = Vec::new();
        let id = client.cloud.tenant.group_id(1);
        for path in ["users", "groups", "servicePrincipals", &format!("groups/{id}/members")] {
            let address = format!("graph.microsoft.com/v1.0/{path}");
            pages.extend(client.pages(&graph, &address).into_iter().map(|page| page.bytes));
        }
        let id = client.cloud.tenant.subscription_id(0);
        for path in ["Microsoft.Compute/virtualMachines", "Microsoft.Authorization/roleAssignments"]
        {
            let address = format!("management.azure.com/subscriptions/{id}/providers/{path}");
            let address = versioned(&address, path);
            pages.extend(client.pages(&arm, &address).into_iter().map(|page| page.bytes));
        }
        pages
    };
    assert_eq!(bytes(7), bytes(7));
    assert_ne!(bytes(7), bytes(8));
}

#[test]
fn users_have_the_odd_cases_of_real_ones() {
    let client = Client::new(Options { users: 2000, ..Options::default() });
    let users = list(&client, &format!("users?{ALL}"));
    let names: HashSet<&str> = texts(&users, "/userPrincipalName").into_iter().collect();
    assert_eq!(names.len(), 2000);
    let count = |test: &dyn Fn(&&Value) -> bool| users.iter().filter(test).count();
    let guests = count(&|user| user["userType"] == "Guest");
    assert!((100..300).contains(&guests), "{guests}");
    assert!(
        count(&|user| user["userPrincipalName"].as_str().unwrap().contains("#EXT#@")) == guests
    );
    assert!(count(&|user| user["userType"] == "Guest" && user["mail"].is_null()) > 20);
    assert!((60..250).contains(&count(&|user| user["accountEnabled"] == false)));
    assert!((100..300).contains(&count(&|user| user["department"].is_null())));
    assert!(count(&|user| !user["displayName"].as_str().unwrap().is_ascii()) > 100);
    assert!(users.iter().all(|user| is_guid(user["id"].as_str().unwrap())));
}

#[test]
fn groups_have_the_odd_cases_of_real_ones() {
    let client = Client::new(Options { users: 2000, ..Options::default() });
    let groups = list(&client, "groups?$top=999");
    assert!((500..520).contains(&groups.len()));
    assert_eq!(groups[0]["displayName"], "All Employees");
    let count = |test: &dyn Fn(&&Value) -> bool| groups.iter().filter(test).count();
    assert!(count(&|group| group["membershipRule"].is_string()) > 20);
    assert!(count(&|group| group["groupTypes"][0] == "Unified") > 20);
    assert!(count(&|group| group["mailEnabled"] == true && group["securityEnabled"] == false) > 20);
    let names: HashSet<&str> = texts(&groups, "/displayName").into_iter().collect();
    assert!(names.len() < groups.len(), "some names occur twice");
}

#[test]
fn the_organization_has_one_default_domain() {
    let client = Client::new(Options::default());
    let organization = list(&client, "organization");
    assert_eq!(organization[0]["id"], client.cloud.tenant.id());
    let domains = organization[0]["verifiedDomains"].as_array().unwrap();
    let default: Vec<_> = domains.iter().filter(|domain| domain["isDefault"] == true).collect();
    assert_eq!(default.len(), 1);
    assert_eq!(default[0]["name"], client.cloud.tenant.default_domain());
    let select = list(&client, "organization?$select=id,displayName,verifiedDomains");
    assert_eq!(select[0].as_object().unwrap().len(), 3);
}

#[test]
fn who_may_sign_in_is_a_service_principal() {
    let principals = vec![super::with_roles("extra-client", &[])];
    let client = Client::new(Options { principals, ..Options::default() });
    let found = list(&client, "servicePrincipals?$top=999");
    let applications = texts(&found, "/appId");
    assert!(applications.contains(&"extra-client"));
    let default = client.cloud.tenant.default_principal().client_id.as_str();
    assert!(applications.contains(&default));
    let unique: HashSet<&str> = applications.iter().copied().collect();
    assert_eq!(unique.len(), found.len());
}

#[test]
fn sizes_from_nothing_to_a_million_users_answer() {
    for users in [0, 1, 3, 1_000_000] {
        let client = Client::new(Options { users, resources: 0, ..Options::default() });
        let token = client.graph_token();
        for path in ["organization", "users?$top=3", "groups?$top=3", "servicePrincipals"] {
            let reply = client.get(&token, &format!("graph.microsoft.com/v1.0/{path}"));
            assert_eq!(reply.status, 200, "{path} of {users} users");
        }
        let everyone = client.cloud.tenant.group_id(0);
        let path = format!("graph.microsoft.com/v1.0/groups/{everyone}/members?$top=3&$count=true");
        let reply: Reply = client.get(&token, &path);
        assert!(reply.items().len() <= 3);
    }
}
