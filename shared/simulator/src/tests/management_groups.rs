//! Management groups, and what a role at one of them allows.

use serde_json::Value;

use super::{Client, Reply, texts, with_actions, with_roles};
use crate::options::Change;
use crate::options::Options;
use crate::services::cloud::RESOURCE_MANAGER;

fn client() -> Client {
    Client::new(Options { subscriptions: 12, ..Options::default() })
}

fn address(name: &str, query: &str) -> String {
    format!(
        "management.azure.com/providers/Microsoft.Management/managementGroups{name}\
         ?api-version=2023-04-01{query}"
    )
}

fn tree(client: &Client) -> Reply {
    let root = client.cloud.tenant.id();
    let query = "&$expand=children&$recurse=true";
    client.get(&client.arm_token(), &address(&format!("/{root}"), query))
}

/// The ids of all that is below something.
fn below(children: &Value) -> Vec<String> {
    let children = children.as_array().map(Vec::as_slice).unwrap_or_default();
    let ids = children.iter().flat_map(|child| {
        let id = child["id"].as_str().unwrap().to_owned();
        [id].into_iter().chain(below(&child["children"]))
    });
    ids.collect()
}

#[test]
fn the_tree_holds_every_group_and_every_subscription_once() {
    let client = client();
    let root = tree(&client).body;
    let mut found = below(&root["properties"]["children"]);
    found.push(root["id"].as_str().unwrap().to_owned());
    found.sort();
    let groups = client.all(&client.arm_token(), &address("", ""));
    let subscriptions = client.cloud.tenant.subscriptions();
    let mut expected: Vec<String> =
        subscriptions.iter().map(|it| format!("/subscriptions/{}", it.id)).collect();
    expected.extend(texts(&groups, "/id").into_iter().map(str::to_owned));
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(root["name"], client.cloud.tenant.id());
    assert_eq!(root["properties"]["displayName"], "Tenant Root Group");
}

#[test]
fn a_group_shows_what_is_in_it_when_asked() {
    let client = client();
    let token = client.arm_token();
    let plain = client.get(&token, &address("/LANDINGzones", "")).body;
    assert_eq!(plain["name"], "LandingZones");
    assert!(plain["properties"].get("children").is_none());
    let parent = &plain["properties"]["details"]["parent"];
    assert_eq!(parent["name"], client.cloud.tenant.id());
    let flat = client.get(&token, &address("/LandingZones", "&$expand=children")).body;
    let children = flat["properties"]["children"].as_array().unwrap();
    assert!(children.len() >= 2 && children.iter().all(|it| it.get("children").is_none()));
    let refused = client.get(&token, &address("/LandingZones", "&$recurse=true"));
    assert_eq!((refused.status, refused.code()), (400, "BadRequest"));
}

#[test]
fn each_subscription_is_listed_by_the_group_that_it_is_in() {
    let client = client();
    let token = client.arm_token();
    let groups = client.all(&token, &address("", ""));
    let mut listed = Vec::new();
    for group in texts(&groups, "/name") {
        let all = client.all(&token, &address(&format!("/{group}/subscriptions"), ""));
        let expanded = client.get(&token, &address(&format!("/{group}"), "&$expand=children"));
        let children = expanded.body["properties"]["children"].as_array().cloned();
        let mut children = children.unwrap_or_default();
        children.retain(|child| child["type"] == "/subscriptions");
        assert_eq!(texts(&all, "/name"), texts(&children, "/name"));
        for subscription in all {
            let name = subscription["name"].as_str().unwrap();
            let one = client.get(&token, &address(&format!("/{group}/subscriptions/{name}"), ""));
            assert_eq!(one.body, subscription);
            assert!(subscription["id"].as_str().unwrap().contains(&format!("/{group}/")));
            listed.push(name.to_owned());
        }
    }
    let mut expected: Vec<String> =
        client.cloud.tenant.subscriptions().into_iter().map(|it| it.id).collect();
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
}

#[test]
fn entities_are_all_groups_and_subscriptions_with_what_they_lie_in() {
    let client = client();
    let token = client.arm_token();
    let version = "api-version=2023-04-01";
    let address =
        format!("management.azure.com/providers/Microsoft.Management/getEntities?{version}");
    let entities = client.post(&token, &address, &Value::Null);
    let root = tree(&client).body;
    let mut expected = below(&root["properties"]["children"]);
    expected.push(root["id"].as_str().unwrap().to_owned());
    expected.sort();
    let mut found: Vec<String> =
        texts(entities.items(), "/id").into_iter().map(str::to_owned).collect();
    found.sort();
    assert_eq!(found, expected);
    for entity in entities.items() {
        let chain = entity["properties"]["parentNameChain"].as_array().unwrap();
        let is_root = entity["id"] == root["id"];
        assert_eq!(chain.first(), (!is_root).then_some(&root["name"]));
        let parent = entity["properties"]["parent"]["id"].as_str().unwrap_or_default();
        assert!(is_root || expected.binary_search(&parent.to_owned()).is_ok(), "{entity}");
    }
    let tenants = "management.azure.com/tenants?api-version=2022-12-01";
    let tenants = client.all(&token, tenants);
    assert_eq!(texts(&tenants, "/tenantId"), [client.cloud.tenant.id()]);
}

#[test]
fn what_appears_is_in_the_root_and_what_vanishes_is_in_no_group() {
    let client = client();
    let new = client.cloud.tenant.change(Change::Appear).unwrap().id;
    let old = client.cloud.tenant.subscription_id(0);
    client.cloud.tenant.change(Change::Vanish { id: old.clone() }).unwrap();
    let children = tree(&client).body["properties"]["children"].clone();
    let direct = texts(children.as_array().unwrap(), "/name").join(" ");
    assert!(direct.contains(&new));
    assert!(!below(&children).iter().any(|id| id.contains(&old)));
}

#[test]
fn a_role_at_a_group_holds_for_what_is_below_it() {
    let groups = "/providers/Microsoft.Management/managementGroups";
    let principals = vec![
        with_actions("zones", &format!("{groups}/landingzones"), &["*/read"]),
        with_roles("none", &[]),
        with_actions("narrow", "/", &["Microsoft.Compute/disks/read"]),
    ];
    let options =
        Options { subscriptions: 40, principals: principals.clone(), ..Options::default() };
    let client = Client::new(options);
    let token = |index: usize| client.token(&principals[index], RESOURCE_MANAGER);
    let root = format!("/{}", client.cloud.tenant.id());
    let status = |index: usize, name: &str| client.get(&token(index), &address(name, "")).status;
    let seen = ["/LandingZones", "/corp", "/platform", &root].map(|name| status(0, name));
    assert_eq!(seen, [200, 200, 403, 403]);
    assert_eq!([status(1, &root), status(2, &root), status(2, "/nowhere")], [403, 403, 403]);
    assert!(client.all(&token(1), &address("", "")).is_empty());
    let listed = client.all(&token(0), &address("", ""));
    assert!(texts(&listed, "/name").contains(&"corp"));
    assert!(!texts(&listed, "/name").contains(&"platform"));

    let query = "&$expand=children&$recurse=true";
    let tree = client.get(&token(0), &address("/LandingZones", query)).body;
    let ids = below(&tree["properties"]["children"]);
    let mut below: Vec<&str> =
        ids.iter().filter_map(|id| id.strip_prefix("/subscriptions/")).collect();
    below.sort_unstable();
    let subscriptions = "management.azure.com/subscriptions?api-version=2022-12-01";
    let seen = client.all(&token(0), subscriptions);
    let mut seen = texts(&seen, "/subscriptionId");
    seen.sort_unstable();
    assert_eq!(seen, below);
    assert!(!seen.is_empty() && seen.len() < 40);
    for id in seen {
        let groups = format!("management.azure.com/subscriptions/{id}/resourcegroups");
        let reply = client.get(&token(0), &format!("{groups}?api-version=2024-03-01"));
        assert_eq!(reply.status, 200);
    }
}

#[test]
fn what_is_not_there_is_forbidden_rather_than_not_found() {
    let client = client();
    let refused = client.get(&client.arm_token(), &address("/nowhere", ""));
    assert_eq!((refused.status, refused.code()), (403, "AuthorizationFailed"));
}
