//! What becomes of subscriptions while the cloud is served.

use serde_json::Value;

use super::{Client, texts, versioned, with_actions};
use crate::options::Permanent;
use crate::options::{Change, State};
use crate::options::{Options, Subscription};
use crate::services::cloud::RESOURCE_MANAGER;

const SUBSCRIPTIONS: &str = "management.azure.com/subscriptions?api-version=2022-12-01";

fn options() -> Options {
    Options { subscriptions: 3, ..Options::default() }
}

fn change(client: &Client, change: Change) -> Subscription {
    client.cloud.tenant.change(change).expect("such a subscription")
}

fn listed(client: &Client) -> Vec<Value> {
    client.all(&client.arm_token(), SUBSCRIPTIONS)
}

fn disks(client: &Client, id: &str) -> String {
    let reply = client.get(
        &client.arm_token(),
        &format!(
            "management.azure.com/subscriptions/{id}/providers/Microsoft.Compute/disks\
             ?api-version=2024-03-02"
        ),
    );
    // The white space of an answer, and the order of its names, are no part of what it says.
    serde_json::from_slice::<Value>(&reply.bytes).unwrap().to_string()
}

/// All that the directory and two subscriptions hold, as it is answered.
fn contents(client: &Client) -> Vec<Value> {
    let (graph, arm) = (client.graph_token(), client.arm_token());
    let mut found = Vec::new();
    for list in ["users", "groups"] {
        found.extend(client.all(&graph, &format!("graph.microsoft.com/v1.0/{list}")));
    }
    for group in 0..20 {
        let id = client.cloud.tenant.group_id(group);
        let members = format!("graph.microsoft.com/v1.0/groups/{id}/members");
        found.extend(client.all(&graph, &members));
    }
    for index in [0, 2] {
        let id = client.cloud.tenant.subscription_id(index);
        for list in [
            "Microsoft.Compute/virtualMachines",
            "Microsoft.Authorization/roleAssignments",
            "Microsoft.Authorization/roleDefinitions",
        ] {
            let address = format!("management.azure.com/subscriptions/{id}/providers/{list}");
            found.extend(client.all(&arm, &versioned(&address, list)));
        }
    }
    found
}

#[test]
fn what_appears_follows_from_the_seed_and_has_contents() {
    let [one, two] = [Client::new(options()), Client::new(options())];
    let appeared = [&one, &two].map(|client| change(client, Change::Appear));
    assert_eq!(appeared[0], appeared[1]);
    let id = &appeared[0].id;
    assert_eq!(listed(&one).len(), 4);
    assert!(disks(&one, id).contains("/disks/"));
    assert_eq!(disks(&one, id), disks(&two, id));
    // It is the one that a tenant with one more would have had from the beginning.
    let larger = Client::new(Options { subscriptions: 5, ..options() });
    assert_eq!(larger.cloud.tenant.subscription_id(3), *id);
    assert_eq!(disks(&larger, id), disks(&one, id));
    assert_ne!(change(&one, Change::Appear).id, *id);
}

#[test]
fn what_vanishes_is_not_there_and_the_rest_does_not_change() {
    let client = Client::new(options());
    let before = contents(&client);
    let second = client.cloud.tenant.subscription_id(1);
    change(&client, Change::Appear);
    change(&client, Change::Vanish { id: second.clone() });
    assert_eq!(contents(&client), before);
    let ids = texts(&listed(&client), "/subscriptionId").join(" ");
    assert!(!ids.contains(&second));
    assert_eq!(ids.split(' ').count(), 3);
    assert!(disks(&client, &second).contains("SubscriptionNotFound"));
    let again = Change::Vanish { id: second.clone() };
    assert_eq!(client.cloud.tenant.change(again), None);
    let nobody = Change::Rename { id: client.cloud.tenant.id(), name: "x".into() };
    assert_eq!(client.cloud.tenant.change(nobody), None);
    let there = client.cloud.tenant.subscriptions();
    assert!(there.len() == 3 && there.iter().all(|it| it.id != second));
}

#[test]
fn a_list_that_is_being_read_lacks_nothing_but_what_has_vanished() {
    let client = Client::new(Options { subscriptions: 6, page_size: Some(2), ..options() });
    let token = client.arm_token();
    let mut page = client.get(&token, SUBSCRIPTIONS);
    let mut seen = Vec::new();
    let first = client.cloud.tenant.subscription_id(0);
    let mut is_gone = false;
    loop {
        seen.extend(page.items().iter().map(|it| it["subscriptionId"].clone()));
        if !is_gone && !seen.is_empty() {
            change(&client, Change::Vanish { id: first.clone() });
            is_gone = true;
        }
        let Some(link) = page.next_link().map(str::to_owned) else { break };
        page = client.get(&token, &link);
    }
    assert_eq!(seen.len(), 6);
}

#[test]
fn names_tags_and_states_change() {
    let client = Client::new(options());
    let id = client.cloud.tenant.subscription_id(1);
    let of = || listed(&client).into_iter().find(|it| it["subscriptionId"] == id).unwrap();
    let tag = |name: &str, value: &str| {
        change(&client, Change::Tag { id: id.clone(), name: name.into(), value: value.into() });
    };
    tag("JupiterOne", "SKIP");
    tag("jupiterone", "keep");
    assert_eq!(of()["tags"]["JupiterOne"], "keep");
    change(&client, Change::Untag { id: id.clone(), name: "JUPITERONE".into() });
    assert!(of()["tags"].get("JupiterOne").is_none());
    let renamed = change(&client, Change::Rename { id: id.to_uppercase(), name: "Neu".into() });
    assert_eq!((of()["displayName"].as_str(), renamed.name.as_str()), (Some("Neu"), "Neu"));
    for state in [State::Warned, State::PastDue, State::Disabled, State::Deleted, State::Enabled] {
        let changed = change(&client, Change::SetState { id: id.clone(), state });
        assert_eq!((changed.state, of()["state"].as_str()), (state, Some(state.as_str())));
        let address = format!("management.azure.com/subscriptions/{id}?api-version=2022-12-01");
        let alone = client.get(&client.arm_token(), &address);
        assert_eq!(alone.status == 200, state != State::Deleted);
        assert_eq!(disks(&client, &id).contains("/disks/"), state != State::Deleted);
    }
}

#[test]
fn the_legacy_subscription_is_empty() {
    let client = Client::new(options());
    let legacy = change(&client, Change::AppearLegacy);
    assert_eq!(legacy.name, "Access to Azure Active Directory");
    let last = listed(&client).pop().unwrap();
    assert_eq!(last["subscriptionPolicies"]["quotaId"], "AAD_2015-09-01");
    assert_eq!(last["subscriptionId"], legacy.id);
    assert_eq!(disks(&client, &legacy.id), r#"{"value":[]}"#);
}

#[test]
fn who_has_a_role_in_one_sees_that_one_only() {
    let id = Client::new(options()).cloud.tenant.subscription_id(3);
    let scope = format!("/subscriptions/{id}");
    let principals = vec![with_actions("one", &scope, &["*/read"])];
    let client = Client::new(Options { principals: principals.clone(), ..options() });
    let token = client.token(&principals[0], RESOURCE_MANAGER);
    assert!(client.all(&token, SUBSCRIPTIONS).is_empty());
    change(&client, Change::Appear);
    assert_eq!(texts(&client.all(&token, SUBSCRIPTIONS), "/subscriptionId"), [id]);
}

#[test]
fn permanent_faults_come_and_go() {
    let client = Client::new(Options { subscriptions: 5, page_size: Some(1), ..options() });
    let token = client.arm_token();
    let all = client.all(&token, SUBSCRIPTIONS);
    let path = "/subscriptions".to_owned();
    client.router.set_permanent(vec![Permanent::ForbiddenFromPage { path, page: 2 }]);
    let first = client.get(&token, SUBSCRIPTIONS);
    let second = client.get(&token, first.next_link().unwrap());
    assert_eq!((first.status, second.status), (200, 403));
    client.router.set_permanent(Vec::new());
    assert_eq!(client.get(&token, first.next_link().unwrap()).status, 200);
    assert_eq!(client.all(&token, SUBSCRIPTIONS), all);
}

#[test]
fn little_is_kept_of_a_thousand_subscriptions() {
    let client = Client::new(Options { subscriptions: 1000, resources: 30, ..Options::default() });
    let ids = listed(&client);
    let last = ids.last().unwrap()["subscriptionId"].as_str().unwrap();
    assert_eq!((ids.len(), disks(&client, last).contains("/disks/")), (1000, true));
    // All that is kept of a subscription is how much it has of everything.
    assert!(size_of::<crate::world::resources::inventory::Inventory>() <= 128);
}
