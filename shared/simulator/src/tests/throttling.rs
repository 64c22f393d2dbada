//! What requests cost, and what happens once a budget is spent.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Client, request, with_actions, with_roles};
use crate::options::Options;
use crate::services::cloud::{GRAPH, RESOURCE_MANAGER};
use crate::services::request::Request;

fn unit(client: &Client, token: &str, path: &str) -> String {
    let reply = client.get(token, &format!("graph.microsoft.com/v1.0/{path}"));
    reply.header("x-ms-resource-unit").unwrap_or_default().to_owned()
}

#[test]
fn requests_cost_what_the_table_says() {
    let client = Client::throttled(&Options { users: 600, ..Options::default() });
    let token = client.graph_token();
    let group = client.cloud.tenant.group_id(0);
    let principal = client.cloud.tenant.service_principal_id(0);
    for (path, cost) in [
        ("users", "2"),
        ("users?$select=id", "1"),
        ("users?$top=5", "1"),
        ("users?$top=20", "2"),
        ("users?$top=5&$select=id", "1"),
        ("groups", "1"),
        ("organization", "1"),
        ("groups/$count", "1"),
        ("users/$count", "2"),
        ("users/delta", "2"),
        ("users/delta?$select=id", "1"),
        ("devices", "1"),
        ("devices?$expand=registeredUsers", "2"),
        ("devices?$expand=registeredUsers&$select=id", "1"),
        ("applications", "2"),
        ("oauth2PermissionGrants", "2"),
        (&format!("servicePrincipals/{principal}/appRoleAssignments"), "2"),
        (&format!("servicePrincipals/{principal}/appRoleAssignedTo"), "1"),
        ("roleManagement/directory/roleAssignments?$expand=principal", "2"),
        (&format!("groups/{group}/owners"), "1"),
        (&format!("groups/{group}/members"), "3"),
        (&format!("groups/{group}/members?$select=id"), "2"),
        (&format!("groups/{group}/members?$select=id&$top=5"), "1"),
        (&format!("groups/{group}/members/microsoft.graph.servicePrincipal?$count=true"), "3"),
    ] {
        assert_eq!(unit(&client, &token, path), cost, "{path}");
    }
}

#[test]
fn the_budget_of_microsoft_graph_follows_the_size_of_the_tenant() {
    for (users, capacity) in [(49, 3500_u64), (50, 5000), (500, 5000), (501, 8000)] {
        let client = Client::throttled(&Options { users, ..Options::default() });
        let token = client.graph_token();
        // One request costs two units, also if it is for a user who does not exist.
        let address = format!("graph.microsoft.com/v1.0/users/{}", client.cloud.tenant.id());
        let address = address.as_str();
        for _ in 0..capacity / 2 {
            assert_eq!(client.get(&token, address).status, 404);
        }
        let refused = client.get(&token, address);
        assert_eq!((refused.status, refused.code()), (429, "TooManyRequests"));
        assert_eq!(refused.header("Retry-After"), Some("1"));
        assert_eq!(refused.header("x-ms-throttle-limit-percentage"), Some("1.0"));
        assert_eq!(refused.header("x-ms-throttle-information"), Some("ResourceUnitLimitExceeded"));
        // The refused request counts as well: its two units, and two for the next one.
        let wait = Duration::from_micros((4 * 10_000_000_u64).div_ceil(capacity));
        client.clock.advance(wait);
        assert_eq!(client.get(&token, address).status, 404, "{users} users");
        let counters = client.cloud.recorder.read();
        let domain = format!("{}/graph", client.cloud.tenant.id());
        assert_eq!(counters.domains[&domain], (capacity / 2 + 1, 1));
        assert_eq!(counters.throttled, 1);
    }
}

#[test]
fn the_share_of_the_budget_is_told_from_four_fifths_on() {
    let client = Client::throttled(&Options { users: 10, ..Options::default() });
    let token = client.graph_token();
    let address = "graph.microsoft.com/v1.0/groups?$top=1";
    let share = |_: u32| {
        let reply = client.get(&token, address);
        reply.header("x-ms-throttle-limit-percentage").map(str::to_owned)
    };
    let shares: Vec<Option<String>> = (0..3500).map(share).collect();
    assert!(shares[..2799].iter().all(Option::is_none));
    assert_eq!(shares[2799].as_deref(), Some("0.8"));
    assert_eq!(shares[3499].as_deref(), Some("1.0"));
}

#[test]
fn each_request_of_a_batch_is_charged_and_refused_by_itself() {
    let client = Client::throttled(&Options { users: 10, ..Options::default() });
    let token = client.graph_token();
    let steps: Value =
        (0..20).map(|id| json!({ "id": id.to_string(), "url": "/groups?$top=1" })).collect();
    let batch = || {
        client.send(&Request {
            method: "POST".into(),
            body: json!({ "requests": steps }).to_string().into_bytes(),
            ..request(&token, "graph.microsoft.com/v1.0/$batch")
        })
    };
    for _ in 0..174 {
        batch();
    }
    // 20 units are left; ten are taken by others.
    for _ in 0..10 {
        client.get(&token, "graph.microsoft.com/v1.0/groups?$top=1");
    }
    let reply = batch();
    assert_eq!(reply.status, 200);
    let responses = reply.body["responses"].as_array().unwrap();
    let refused: Vec<&Value> = responses.iter().filter(|it| it["status"] == 429).collect();
    assert_eq!(refused.len(), 10);
    assert!(refused.iter().all(|response| response["headers"]["Retry-After"].is_string()));
    let counters = client.cloud.recorder.read();
    assert_eq!(counters.throttled, 10);
    let domain = format!("{}/graph", client.cloud.tenant.id());
    assert_eq!(counters.domains[&domain], (3500, 10));
    // One for the token, and one for each batch.
    assert_eq!(counters.requests, 1 + 174 + 10 + 1);
}

#[test]
fn policies_answer_once_in_a_second_and_give_no_hint() {
    let principals = vec![with_roles("other", &["Policy.Read.All"])];
    let client =
        Client::throttled(&Options { principals: principals.clone(), ..Options::default() });
    let address = "graph.microsoft.com/v1.0/policies/identitySecurityDefaultsEnforcementPolicy";
    let (token, other) = (client.graph_token(), client.token(&principals[0], GRAPH));
    assert_eq!(client.get(&token, address).status, 200);
    let refused = client.get(&other, address);
    assert_eq!((refused.status, refused.header("Retry-After")), (429, None));
    client.clock.advance(Duration::from_secs(1));
    assert_eq!(client.get(&other, address).status, 200);
}

#[test]
fn conditional_access_shares_the_budget_of_policies() {
    let client = Client::throttled(&Options::default());
    let token = client.graph_token();
    let base = "graph.microsoft.com/v1.0/identity/conditionalAccess";
    for list in ["policies", "namedLocations", "templates", "authenticationContextClassReferences"]
    {
        assert_eq!(client.get(&token, &format!("{base}/{list}")).status, 200, "{list}");
        let refused = client.get(&token, &format!("{base}/policies"));
        assert_eq!((refused.status, refused.header("Retry-After")), (429, None));
        assert_eq!(refused.header("x-ms-resource-unit"), None);
        client.clock.advance(Duration::from_secs(1));
    }
}

#[test]
fn reports_are_read_five_times_in_ten_seconds() {
    let client = Client::throttled(&Options::default());
    let token = client.graph_token();
    let address = "graph.microsoft.com/v1.0/reports/authenticationMethods/userRegistrationDetails";
    assert!((0..5).all(|_| client.get(&token, address).status == 200));
    let refused = client.get(&token, address);
    assert_eq!((refused.status, refused.header("Retry-After")), (429, Some("10")));
    client.clock.advance(Duration::from_secs(10));
    assert_eq!(client.get(&token, address).status, 200);
}

#[test]
fn sign_in_activity_is_read_ten_times_in_a_minute() {
    let client = Client::throttled(&Options::default());
    let token = client.graph_token();
    let address = "graph.microsoft.com/v1.0/users?$select=signInActivity&$top=500";
    assert!((0..10).all(|_| client.get(&token, address).status == 200));
    assert_eq!(client.get(&token, address).header("Retry-After"), Some("60"));
}

#[test]
fn intune_has_three_budgets() {
    let principals = vec![with_roles("other", &["DeviceManagementManagedDevices.Read.All"])];
    let client =
        Client::throttled(&Options { principals: principals.clone(), ..Options::default() });
    let (token, other) = (client.graph_token(), client.token(&principals[0], GRAPH));
    let base = "graph.microsoft.com/beta/deviceManagement";
    for (path, count, seconds) in [
        ("managedDevices?$top=1", 2000, "20"),
        ("detectedApps?$top=1", 1000, "20"),
        // Whether there is such a job or not.
        ("reports/exportJobs('x')", 48, "60"),
    ] {
        let address = format!("{base}/{path}");
        assert!((0..count).all(|_| client.get(&token, &address).status != 429), "{path}");
        let refused = client.get(&token, &address);
        assert_eq!((refused.status, refused.code()), (429, "TooManyRequests"), "{path}");
        assert_eq!(refused.header("Retry-After"), Some(seconds));
        assert_ne!(client.get(&other, &address).status, 429);
    }
    client.clock.advance(Duration::from_secs(20));
    assert_eq!(client.get(&token, &format!("{base}/managedDevices?$top=1")).status, 200);
    let domains = client.cloud.recorder.read().domains;
    let tenant = client.cloud.tenant.id();
    assert_eq!(domains[&format!("{tenant}/intune-devices")], (2002, 1));
    assert_eq!(domains[&format!("{tenant}/intune")], (1001, 1));
    assert_eq!(domains[&format!("{tenant}/intune-reports")], (49, 1));
}

#[test]
fn resource_manager_counts_by_subscription_and_principal() {
    let principals = vec![with_actions("other", "/", &["*/read"])];
    let client =
        Client::throttled(&Options { principals: principals.clone(), ..Options::default() });
    let (token, other) = (client.arm_token(), client.token(&principals[0], RESOURCE_MANAGER));
    let address = |index| {
        let id = client.cloud.tenant.subscription_id(index);
        format!("management.azure.com/subscriptions/{id}/resourcegroups?api-version=2024-03-01")
    };
    let header = "x-ms-ratelimit-remaining-subscription-reads";
    for left in (0..250).rev() {
        let reply = client.get(&token, &address(0));
        assert_eq!(reply.header(header), Some(left.to_string().as_str()));
    }
    let refused = client.get(&token, &address(0));
    assert_eq!((refused.status, refused.code()), (429, "SubscriptionRequestsThrottled"));
    assert_eq!((refused.header("Retry-After"), refused.header(header)), (Some("1"), Some("0")));
    assert_eq!(client.get(&token, &address(1)).header(header), Some("249"));
    assert_eq!(client.get(&other, &address(0)).header(header), Some("249"));
    let reply = client.get(&token, "management.azure.com/subscriptions?api-version=2022-12-01");
    assert_eq!(reply.header("x-ms-ratelimit-remaining-tenant-reads"), Some("249"));
    assert_eq!(reply.header(header), None);
    client.clock.advance(Duration::from_secs(1));
    assert_eq!(client.get(&token, &address(0)).header(header), Some("24"));
}

#[test]
fn what_belongs_to_no_subscription_shares_one_budget() {
    let principals = vec![with_actions("other", "/", &["*/read"])];
    let client =
        Client::throttled(&Options { principals: principals.clone(), ..Options::default() });
    let (token, other) = (client.arm_token(), client.token(&principals[0], RESOURCE_MANAGER));
    let root = client.cloud.tenant.id();
    let groups = "management.azure.com/providers/Microsoft.Management/managementGroups";
    let addresses = [
        "management.azure.com/subscriptions?api-version=2022-12-01".to_owned(),
        format!("{groups}?api-version=2023-04-01"),
        format!("{groups}/{root}?api-version=2023-04-01"),
        format!("{groups}/nowhere?api-version=2023-04-01"),
    ];
    let header = "x-ms-ratelimit-remaining-tenant-reads";
    for (left, address) in (0..250).rev().zip(addresses.iter().cycle()) {
        let reply = client.get(&token, address);
        assert_eq!(reply.header(header), Some(left.to_string().as_str()), "{address}");
    }
    for address in &addresses {
        let refused = client.get(&token, address);
        assert_eq!((refused.status, refused.code()), (429, "TenantRequestsThrottled"));
        assert_eq!((refused.header("Retry-After"), refused.header(header)), (Some("1"), Some("0")));
    }
    assert_eq!(client.get(&other, &addresses[0]).header(header), Some("249"));
    client.clock.advance(Duration::from_secs(1));
    assert_eq!(client.get(&token, &addresses[0]).header(header), Some("24"));
    let counters = client.cloud.recorder.read();
    assert_eq!(counters.domains[&format!("{root}/arm")], (252, 4));
}

#[test]
fn storage_lists_stop_for_five_minutes_and_say_17_seconds() {
    let client = Client::throttled(&Options::default());
    let token = client.arm_token();
    let id = client.cloud.tenant.subscription_id(0);
    let address = format!(
        "management.azure.com/subscriptions/{id}/providers/Microsoft.Storage/storageAccounts\
         ?api-version=2024-01-01"
    );
    assert!((0..100).all(|_| client.get(&token, &address).status == 200));
    for seconds in [0, 17, 17, 265] {
        client.clock.advance(Duration::from_secs(seconds));
        let refused = client.get(&token, &address);
        assert_eq!((refused.status, refused.code()), (429, "TooManyRequests"));
        assert_eq!(refused.header("Retry-After"), Some("17"));
        // Resource Manager itself has nothing against the request.
        assert_ne!(refused.header("x-ms-ratelimit-remaining-subscription-reads"), Some("0"));
    }
    client.clock.advance(Duration::from_secs(1));
    assert_eq!(client.get(&token, &address).status, 200);
}

#[test]
fn without_throttling_nothing_is_refused_and_all_is_counted() {
    let client = Client::new(Options::default());
    let token = client.arm_token();
    let address = "management.azure.com/subscriptions?api-version=2022-12-01";
    assert!((0..600).all(|_| client.get(&token, address).status == 200));
    let counters = client.cloud.recorder.read();
    let domain = format!("{}/arm", client.cloud.tenant.id());
    assert_eq!(counters.domains[&domain], (600, 0));
}
