//! Applications and service principals: what they may do, who owns them, and how they belong
//! together.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{Client, texts};
use crate::options::Options;
use crate::world::directory::reference::Reference;

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
fn app_roles_are_told_alike_by_both_sides() {
    let client = client(400);
    let mut by_resource: HashSet<String> = HashSet::new();
    let mut kinds = HashSet::new();
    let principals = list(&client, "servicePrincipals?$top=999");
    for principal in &principals {
        let id = principal["id"].as_str().unwrap();
        for assignment in list(&client, &format!("servicePrincipals/{id}/appRoleAssignedTo")) {
            assert_eq!(assignment["resourceId"], id);
            let holder = find(&client, assignment["principalId"].as_str().unwrap());
            kinds.insert(holder.map(Reference::type_name));
            if assignment["principalType"] == "ServicePrincipal" {
                assert!(by_resource.insert(assignment.to_string()));
            }
            let role = assignment["appRoleId"].as_str().unwrap();
            let offered = texts(principal["appRoles"].as_array().unwrap(), "/id").contains(&role);
            assert!(offered || role.starts_with("00000000-0000"), "{assignment}");
        }
    }
    let by_principal: HashSet<String> = principals
        .iter()
        .flat_map(|principal| {
            let id = principal["id"].as_str().unwrap();
            list(&client, &format!("servicePrincipals/{id}/appRoleAssignments"))
        })
        .map(|assignment| assignment.to_string())
        .collect();
    assert_eq!(by_resource, by_principal);
    assert!(by_resource.len() > 30);
    let expected = [None, Some("user"), Some("group"), Some("servicePrincipal")];
    assert_eq!(kinds, HashSet::from(expected));
}

#[test]
fn applications_and_service_principals_belong_together_with_exceptions() {
    let client = client(400);
    let applications = list(&client, "applications?$top=999");
    let principals = list(&client, "servicePrincipals?$top=999");
    let of_principals: HashSet<&str> = texts(&principals, "/appId").into_iter().collect();
    let of_applications: HashSet<&str> = texts(&applications, "/appId").into_iter().collect();
    assert!(of_applications.difference(&of_principals).count() >= 3, "no service principal");
    assert!(of_principals.difference(&of_applications).count() > 6, "Microsoft's own");
    for (pointer, least) in [("/keyCredentials/0", 5), ("/passwordCredentials/0", 8)] {
        let found: Vec<&Value> = applications.iter().filter_map(|it| it.pointer(pointer)).collect();
        assert!(found.len() >= least, "{pointer}");
        assert!(found.iter().all(|it| it.get("secretText").is_none_or(Value::is_null)));
        assert!(found.iter().all(|it| it.get("key").is_none_or(Value::is_null)));
    }
    let graph = principals.iter().find(|it| it["displayName"] == "Microsoft Graph").unwrap();
    assert!(texts(graph["appRoles"].as_array().unwrap(), "/value").contains(&"User.Read.All"));
    let scopes = graph["oauth2PermissionScopes"].as_array().unwrap();
    assert!(texts(scopes, "/value").contains(&"User.Read"));
    let mut issuers = HashSet::new();
    for application in &applications {
        let id = application["id"].as_str().unwrap();
        for credential in list(&client, &format!("applications/{id}/federatedIdentityCredentials"))
        {
            let issuer = credential["issuer"].as_str().unwrap();
            issuers.insert(issuer.split('/').nth(2).unwrap().to_owned());
        }
    }
    assert_eq!(issuers.len(), 3, "{issuers:?}");
}

#[test]
fn owners_exist_and_are_not_only_users() {
    let client = client(1200);
    let mut kinds: BTreeMap<&str, u32> = BTreeMap::new();
    for path in ["groups", "applications", "servicePrincipals"] {
        let mut without = 0;
        for object in list(&client, &format!("{path}?$select=id&$top=999")) {
            let id = object["id"].as_str().unwrap();
            let owners = list(&client, &format!("{path}/{id}/owners?$select=displayName"));
            without += u32::from(owners.is_empty());
            // Service principals are not in the list of a group's owners, but in one of their own.
            let cast = "owners/microsoft.graph.servicePrincipal?$select=displayName";
            let principals = match path {
                "groups" => list(&client, &format!("{path}/{id}/{cast}")),
                _ => Vec::new(),
            };
            for owner in owners.into_iter().chain(principals) {
                assert_eq!(owner.as_object().unwrap().len(), 3);
                let owner = find(&client, owner["id"].as_str().unwrap()).unwrap();
                *kinds.entry(owner.type_name()).or_default() += 1;
            }
        }
        assert!(without > 3, "{path}");
    }
    assert!(kinds["user"] > 100 && kinds["servicePrincipal"] > 5, "{kinds:?}");
}

#[test]
fn managed_identities_name_resources_that_are_there() {
    let client = client(60);
    let machines: HashSet<String> = (0..2)
        .flat_map(|subscription| {
            let id = client.cloud.tenant.subscription_id(subscription);
            let machines = "providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01";
            let address = format!("management.azure.com/subscriptions/{id}/{machines}");
            client.all(&client.arm_token(), &address)
        })
        .map(|machine| machine["id"].as_str().unwrap().to_lowercase())
        .collect();
    let mut seen = 0;
    for principal in list(&client, "servicePrincipals?$top=999") {
        if principal["servicePrincipalType"] != "ManagedIdentity" {
            continue;
        }
        let names = principal["alternativeNames"].as_array().unwrap();
        let resource = names[1].as_str().unwrap();
        if names[0] == "isExplicit=False" {
            seen += 1;
            assert!(machines.contains(&resource.to_lowercase()), "{resource}");
        } else {
            assert!(resource.contains("/userAssignedIdentities/"));
        }
    }
    assert!(seen > 2);
}
