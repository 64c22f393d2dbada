//! Entitlement management.

use std::collections::HashSet;

use serde_json::Value;

use super::{Client, texts};
use crate::options::Options;
use crate::world::directory::reference::Reference;

const BASE: &str = "graph.microsoft.com/v1.0/identityGovernance/entitlementManagement";

fn list(client: &Client, path: &str) -> Vec<Value> {
    client.all(&client.graph_token(), &format!("{BASE}/{path}"))
}

fn client() -> Client {
    Client::new(Options { users: 1000, ..Options::default() })
}

#[test]
fn assignments_refer_to_packages_policies_and_users() {
    let client = client();
    let (packages, policies) =
        (list(&client, "accessPackages"), list(&client, "assignmentPolicies"));
    assert_eq!((packages.len(), policies.len()), (10, 18), "one package has no policies");
    let plain = list(&client, "assignments");
    assert!(plain.iter().all(|it| it.get("accessPackage").is_none()));
    let expanded = list(&client, "assignments?$expand=accessPackage,assignmentPolicy,target");
    assert_eq!(expanded.len(), plain.len());
    let mut without_policy = 0;
    for assignment in &expanded {
        assert!(packages.contains(&assignment["accessPackage"]));
        let policy = &assignment["assignmentPolicy"];
        without_policy += u32::from(policy.is_null());
        assert!(policy.is_null() || policies.contains(policy));
        let user = assignment["target"]["objectId"].as_str().unwrap();
        assert!(Reference::find(&client.cloud.tenant, user).is_some());
    }
    assert!(without_policy > 0);
    let targets = texts(&policies, "/specificAllowedTargets/0/@odata.type");
    let kinds: HashSet<&str> = targets.into_iter().collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");
}

#[test]
fn no_request_is_completed_before_it_is_created() {
    let requests = list(&client(), "assignmentRequests");
    let completed = requests.iter().filter(|it| it["completedDateTime"].is_string());
    let mut count = 0;
    for request in completed {
        let time = |name: &str| request[name].as_str().unwrap().to_owned();
        assert!(time("createdDateTime") < time("completedDateTime"), "{request}");
        count += 1;
    }
    assert!(count > 0 && count < requests.len());
}

#[test]
fn some_requests_have_an_approval_under_their_own_id() {
    let client = client();
    let requests = list(&client, "assignmentRequests?$expand=requestor");
    assert!(requests.iter().any(|it| it["requestor"].is_null()));
    let (mut found, mut missing, mut results) = (0, 0, HashSet::new());
    for request in &requests {
        let id = request["id"].as_str().unwrap();
        let address = format!("{BASE}/accessPackageAssignmentApprovals/{id}");
        let reply = client.get(&client.graph_token(), &address);
        match reply.status {
            200 => {
                found += 1;
                assert_eq!(reply.body["id"], id);
                for stage in reply.body["stages"].as_array().unwrap() {
                    results.insert(stage["reviewResult"].as_str().unwrap().to_owned());
                    let reviewer = &stage["reviewedBy"]["id"];
                    let is_reviewed = stage["reviewResult"] != "NotReviewed";
                    assert_eq!(reviewer.is_string(), is_reviewed);
                }
            }
            status => {
                assert_eq!(status, 404);
                missing += 1;
            }
        }
    }
    assert!(found > 20 && missing > 20, "{found} {missing}");
    assert_eq!(results.len(), 3, "{results:?}");
}

#[test]
fn catalogs_hold_packages_and_resources() {
    let client = client();
    let catalogs = list(&client, "catalogs?$expand=accessPackages");
    let held: usize =
        catalogs.iter().map(|it| it["accessPackages"].as_array().unwrap().len()).sum();
    assert_eq!(held, list(&client, "accessPackages").len());
    let mut systems = HashSet::new();
    let mut sizes = Vec::new();
    for catalog in &catalogs {
        let path = format!("catalogs/{}/resources", catalog["id"].as_str().unwrap());
        let resources = list(&client, &format!("{path}?$expand=scopes,roles"));
        sizes.push(resources.len());
        for resource in &resources {
            assert_eq!(resource["scopes"].as_array().unwrap().len(), 1);
            let (system, origin) = (&resource["originSystem"], resource["originId"].as_str());
            systems.insert(system.as_str().unwrap().to_owned());
            let origin = Reference::find(&client.cloud.tenant, origin.unwrap());
            match system.as_str().unwrap() {
                "AadGroup" => assert!(matches!(origin, Some(Reference::Group(_)))),
                "AadApplication" => {
                    assert!(matches!(origin, Some(Reference::ServicePrincipal(_))));
                }
                _ => assert!(origin.is_none()),
            }
        }
    }
    assert_eq!(systems.len(), 3);
    assert_eq!(sizes.last(), Some(&0));
}
