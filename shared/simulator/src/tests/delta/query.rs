//! What can be asked of a delta query.

use std::collections::BTreeSet;
use std::slice::from_ref;
use std::time::Duration;

use serde_json::Value;

use super::mirror::Mirror;
use super::{change, client, graph};
use crate::options::Options;
use crate::services::cloud::GRAPH;
use crate::services::request::Request;
use crate::tests::{Client, Reply, request, with_roles};
use crate::world::directory::change::DirectoryChange;

#[test]
fn only_what_is_selected_is_tracked() {
    let client = client(100);
    let id = client.cloud.tenant.user_id(7);
    let mut named = Mirror::begin(&client, "users/delta?$select=displayName");
    let mut enabled = Mirror::begin(&client, "users/delta?$select=accountEnabled");
    let name = DirectoryChange::Rename { id: id.clone(), name: "Neu".into() };
    assert_eq!(change(&client, &name), from_ref(&id));
    named.round(&client);
    enabled.round(&client);
    assert_eq!((named.items.len(), enabled.items.len()), (1, 0));
    assert_eq!(named.objects[&id]["displayName"], "Neu");
    let is_enabled = DirectoryChange::SetEnabled { id: id.clone(), is_enabled: false };
    change(&client, &is_enabled);
    enabled.round(&client);
    assert_eq!(enabled.objects[&id]["accountEnabled"], false);
    let of_groups = Mirror::begin(&client, "groups/delta?$select=displayName");
    assert!(of_groups.items.iter().all(|it| it.get("members@delta").is_none()));
}

#[test]
fn a_client_may_prefer_to_see_no_more_than_what_changed() {
    let client = client(300);
    let token = client.graph_token();
    let mut mirror = Mirror::begin(&client, "users/delta?$select=displayName,mail,accountEnabled");
    for index in 0..40 {
        let id = client.cloud.tenant.user_id(index);
        change(&client, &DirectoryChange::SetEnabled { id, is_enabled: false });
    }
    let minimal = client
        .send(&Request { prefer: Some("return=minimal".into()), ..request(&token, &mirror.link) });
    let keys = |item: &Value| item.as_object().unwrap().len();
    assert!(minimal.items().iter().all(|item| keys(item) == 2), "id and accountEnabled");
    mirror.round(&client);
    let long = mirror.items.iter().filter(|item| keys(item) > 2).count();
    assert!(long > 5 && long < 35, "{long}");
}

#[test]
fn tokens_expire_after_seven_days_and_tell_where_to_begin() {
    let client = client(100);
    let mirror = Mirror::begin(&client, "users/delta?$select=id");
    client.clock.advance(Duration::from_hours(7 * 24 - 1));
    assert_eq!(client.get(&client.graph_token(), &mirror.link).status, 200);
    client.clock.advance(Duration::from_hours(1));
    let token = client.graph_token();
    let reply = client.get(&token, &mirror.link);
    assert_eq!((reply.status, reply.code()), (410, "syncStateNotFound"));
    let location = reply.header("location").unwrap().to_owned();
    assert!(location.ends_with("/users/delta?$deltatoken="), "{location}");
    assert!(!client.get(&token, &location).items().is_empty());
}

#[test]
fn a_delta_query_is_refused_what_it_does_not_support() {
    let client = client(400);
    let token = client.graph_token();
    let mirror = Mirror::begin(&client, "users/delta?$select=displayName");
    let first = client.get(&token, &graph("users/delta?$select=displayName"));
    let next = first.body["@odata.nextLink"].as_str().unwrap().to_owned();
    for (address, code) in [
        (graph("users/delta?$top=5"), "Request_UnsupportedQuery"),
        (graph("users/delta?$expand=manager"), "Request_UnsupportedQuery"),
        (graph("users/delta?$filter=displayName eq 'x'"), "Request_UnsupportedQuery"),
        (graph("users/delta?$select=shoeSize"), "BadRequest"),
        (graph("users/delta?$select=members"), "BadRequest"),
        (graph("users/delta?$select=signInActivity"), "Request_UnsupportedQuery"),
        (graph("users/delta?$deltatoken=made-up"), "Request_BadRequest"),
        (graph("users/delta?$skiptoken=made-up"), "Directory_ExpiredPageToken"),
        (mirror.link.replace("/users/", "/groups/"), "Request_BadRequest"),
        (next.replace("$skiptoken", "$deltatoken"), "Request_BadRequest"),
        (format!("{}&$select=mail", mirror.link), "BadRequest"),
        (format!("{next}&$select=mail"), "BadRequest"),
        (graph("users?$deltatoken=latest"), "Request_UnsupportedQuery"),
    ] {
        let reply: Reply = client.get(&token, &address);
        assert_eq!((reply.status, reply.code()), (400, code), "{address}");
    }
    assert_eq!(client.get(&token, &format!("{next}&$select=displayName")).status, 200);
}

#[test]
fn a_client_may_begin_with_now_or_follow_a_few() {
    let client = client(100);
    let token = client.graph_token();
    let units = client.get(&token, &graph("administrativeUnits/delta()"));
    assert_eq!(units.items().len(), 4);
    let latest = client.get(&token, &graph("users/microsoft.graph.delta()?$deltatoken=latest"));
    assert!(latest.items().is_empty());
    let link = latest.body["@odata.deltaLink"].as_str().unwrap().to_owned();
    let [one, other] = [3, 4].map(|index| client.cloud.tenant.user_id(index));
    let filter = format!("users/delta?$filter=id eq '{one}'");
    let mut few = Mirror::begin(&client, &filter);
    assert_eq!(few.ids(), BTreeSet::from([one.clone()]));
    for id in [&one, &other] {
        change(&client, &DirectoryChange::Rename { id: id.clone(), name: "Neu".into() });
    }
    few.round(&client);
    assert_eq!(few.items.len(), 1);
    let mut all = Mirror { link, ..Mirror::default() };
    all.round(&client);
    assert_eq!(all.ids(), BTreeSet::from([one, other]));
}

#[test]
fn a_delta_query_needs_the_permission_for_its_collection() {
    let principals = vec![with_roles("groups", &["GroupMember.Read.All"])];
    let client = Client::new(Options { principals: principals.clone(), ..Options::default() });
    let token = client.token(&principals[0], GRAPH);
    assert_eq!(client.get(&token, &graph("groups/delta")).status, 200);
    assert_eq!(client.get(&token, &graph("users/delta")).code(), "Authorization_RequestDenied");
}
