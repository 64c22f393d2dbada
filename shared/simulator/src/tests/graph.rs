//! Microsoft Graph: parameters, pages and batches.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::{Client, Reply, request, texts, with_roles};
use crate::options::Options;
use crate::services::cloud::GRAPH;
use crate::services::request::Request;
use crate::world::directory::user;

fn client(users: u32) -> Client {
    Client::new(Options { users, ..Options::default() })
}

fn graph(path: &str) -> String {
    format!("graph.microsoft.com/v1.0/{path}")
}

fn batch(client: &Client, token: &str, requests: &Value) -> Reply {
    client.send(&Request {
        method: "POST".into(),
        body: json!({ "requests": requests }).to_string().into_bytes(),
        ..request(token, &graph("$batch"))
    })
}

#[test]
fn pages_add_up_whatever_their_size() {
    let client = client(450);
    let token = client.graph_token();
    for path in ["users", "groups", "servicePrincipals"] {
        let all = client.all(&token, &graph(&format!("{path}?$top=999")));
        let ids: HashSet<&str> = texts(&all, "/id").into_iter().collect();
        assert_eq!(ids.len(), all.len(), "{path}");
        for query in ["", "?$top=7", "?$top=1&$select=id", "?$select=id,displayName"] {
            let pages = client.pages(&token, &graph(&format!("{path}{query}")));
            let again: Vec<Value> = pages.iter().flat_map(Reply::items).cloned().collect();
            assert_eq!(texts(&again, "/id"), texts(&all, "/id"), "{path}{query}");
        }
    }
    assert_eq!(client.all(&token, &graph("users")).len(), 450);
}

#[test]
fn pages_are_at_most_as_long_as_the_option_allows() {
    let options = Options { users: 30, page_size: Some(4), ..Options::default() };
    let client = Client::new(options);
    let pages = client.pages(&client.graph_token(), &graph("users?$top=999"));
    assert!(pages.iter().all(|page| page.items().len() <= 4));
    assert_eq!(pages.iter().map(|page| page.items().len()).sum::<usize>(), 30);
}

#[test]
fn some_lists_have_an_empty_page_before_their_end() {
    let client = client(2000);
    let token = client.graph_token();
    let pages = client.pages(&token, &graph("users?$top=20&$select=id"));
    let empty = pages.iter().filter(|page| page.items().is_empty()).count();
    assert!(empty > 0 && !pages[pages.len() - 1].items().is_empty());
}

#[test]
fn an_unknown_page_token_has_expired() {
    let client = client(300);
    let token = client.graph_token();
    let link = client.get(&token, &graph("groups?$top=5")).next_link().unwrap().to_owned();
    let stolen = link.replace("/groups?", "/users?");
    for address in [stolen, graph("users?$skiptoken=100")] {
        let reply = client.get(&token, &address);
        assert_eq!((reply.status, reply.code()), (400, "Directory_ExpiredPageToken"));
    }
}

#[test]
fn users_have_their_default_properties_unless_others_are_selected() {
    let client = client(60);
    let token = client.graph_token();
    let reply = client.get(&token, &graph("users"));
    assert_eq!(reply.body["@odata.context"], "https://graph.microsoft.com/v1.0/$metadata#users");
    let keys =
        |item: &Value| -> HashSet<String> { item.as_object().unwrap().keys().cloned().collect() };
    let defaults: HashSet<String> = user::DEFAULTS.iter().map(|name| (*name).to_owned()).collect();
    assert!(reply.items().iter().all(|item| keys(item) == defaults));
    let reply = client.get(&token, &graph("users?$select=id,accountEnabled,userType"));
    let selected = ["id", "accountEnabled", "userType"].map(str::to_owned).into();
    assert!(reply.items().iter().all(|item| keys(item) == selected));
    assert!(
        reply.body["@odata.context"]
            .as_str()
            .unwrap()
            .ends_with("#users(id,accountEnabled,userType)")
    );
}

#[test]
fn a_parameter_that_is_not_honoured_is_refused() {
    let client = client(60);
    let token = client.graph_token();
    let cases = [
        ("users?$top=0", "Request_UnsupportedQuery"),
        ("users?$top=1000", "Request_UnsupportedQuery"),
        ("users?$top=many", "Request_UnsupportedQuery"),
        ("users?$filter=accountEnabled ne true", "Request_UnsupportedQuery"),
        ("users?$filter=shoeSize eq 42", "BadRequest"),
        ("users?$filter=accountEnabled eq", "BadRequest"),
        ("organization?$filter=id eq 'x'", "Request_UnsupportedQuery"),
        ("users?$orderby=mail", "Request_UnsupportedQuery"),
        ("users?$orderby=displayName&$filter=mail eq 'x'", "Request_UnsupportedQuery"),
        ("users?$orderby=displayName sideways", "Request_UnsupportedQuery"),
        ("users?$search=video", "BadRequest"),
        ("devices?$orderby=displayName", "Request_UnsupportedQuery"),
        ("devices?$search=\"displayName:x\"", "Request_UnsupportedQuery"),
        ("devices?$expand=members", "BadRequest"),
        ("groups?$expand=members", "BadRequest"),
        ("servicePrincipals?$expand=owners", "Request_UnsupportedQuery"),
        ("users?$select=id,shoeSize", "BadRequest"),
        ("nothing", "BadRequest"),
        ("groups/1/members", "Request_BadRequest"),
    ];
    for (path, code) in cases {
        let reply = client.get(&token, &graph(path));
        assert_eq!((reply.status, reply.code()), (400, code), "{path}");
        assert!(reply.body["error"]["innerError"]["request-id"].is_string());
    }
    assert_eq!(client.get(&token, "graph.microsoft.com/beta/users").status, 400);
}

#[test]
fn sign_in_activity_needs_a_permission_of_its_own() {
    let principals = vec![with_roles("users", &["User.Read.All"])];
    let client = Client::new(Options { principals: principals.clone(), ..Options::default() });
    let address = graph("users?$select=id,signInActivity&$top=500");
    let reply = client.get(&client.token(&principals[0], GRAPH), &address);
    assert_eq!((reply.status, reply.code()), (403, "Authentication_MSGraphPermissionMissing"));
    let users = client.all(&client.graph_token(), &address);
    let large = Client::new(Options { users: 1200, ..Options::default() });
    let most = large.get(&large.graph_token(), &address.replace("500", "999"));
    assert_eq!(most.status, 200, "who asks for more gets as many as there can be");
    assert!(most.items().len() <= 500 && most.next_link().is_some());
    let active = texts(&users, "/signInActivity/lastSignInDateTime").len();
    assert!(active > 100 && active < 200, "{active}");
}

#[test]
fn sign_in_activity_needs_a_licence() {
    let client = Client::new(Options { is_premium: false, ..Options::default() });
    let token = client.graph_token();
    let reply = client.get(&token, &graph("users?$select=id,signInActivity"));
    let code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";
    assert_eq!((reply.status, reply.code()), (403, code));
    let text = "Neither tenant is B2C or tenant doesn't have premium license";
    assert_eq!(reply.body["error"]["message"], text);
    assert_eq!(client.get(&token, &graph("users?$select=id")).status, 200);
}

#[test]
fn single_objects_are_found_by_their_id() {
    let client = client(60);
    let token = client.graph_token();
    for path in ["users", "groups", "servicePrincipals"] {
        for item in client.all(&token, &graph(path)) {
            let reply =
                client.get(&token, &graph(&format!("{path}/{}", item["id"].as_str().unwrap())));
            assert_eq!(reply.status, 200);
            assert_eq!(reply.body["displayName"], item["displayName"]);
        }
        let nobody = client.cloud.tenant.guids.guid(crate::world::guid::Kind::Deleted, 1);
        let reply = client.get(&token, &graph(&format!("{path}/{nobody}")));
        assert_eq!((reply.status, reply.code()), (404, "Request_ResourceNotFound"));
    }
}

#[test]
fn members_keep_their_id_and_type_whatever_is_selected() {
    let client = client(400);
    let token = client.graph_token();
    let mut kinds: HashMap<String, usize> = HashMap::new();
    for index in 0..client.cloud.tenant.groups {
        let group = client.cloud.tenant.group_id(index);
        let path = graph(&format!("groups/{group}/members?$top=999&$select=displayName,userType"));
        for member in client.all(&token, &path) {
            assert!(member["id"].is_string());
            let kind = member["@odata.type"].as_str().unwrap().to_owned();
            assert_eq!(kind == "#microsoft.graph.user", member.get("userType").is_some());
            *kinds.entry(kind).or_default() += 1;
        }
    }
    let expected = ["user", "group", "servicePrincipal", "device", "orgContact"];
    for kind in expected {
        assert!(kinds.contains_key(&format!("#microsoft.graph.{kind}")), "{kinds:?}");
    }
}

#[test]
fn a_cast_shows_the_service_principals_that_some_groups_hide() {
    let client = client(1200);
    let token = client.graph_token();
    let (mut hidden, mut shown) = (0, 0);
    for index in 0..client.cloud.tenant.groups {
        let members = graph(&format!("groups/{}/members", client.cloud.tenant.group_id(index)));
        let cast = format!("{members}/microsoft.graph.servicePrincipal?$count=true&$select=id");
        let by_cast = client.all(&token, &cast);
        let all = client.all(&token, &format!("{members}?$select=id&$top=999"));
        let ids: HashSet<&str> = texts(&all, "/id").into_iter().collect();
        for principal in &by_cast {
            assert!(principal.get("@odata.type").is_none());
            if ids.contains(principal["id"].as_str().unwrap()) { shown += 1 } else { hidden += 1 }
        }
    }
    assert!(hidden > 0 && shown > 0, "{hidden} hidden, {shown} shown");
    let group = client.cloud.tenant.group_id(1);
    let cast = graph(&format!("groups/{group}/members/microsoft.graph.servicePrincipal"));
    let reply = client.send(&request(&token, &format!("{cast}?$count=true")));
    assert_eq!((reply.status, reply.code()), (400, "Request_UnsupportedQuery"));
}

#[test]
fn a_batch_answers_each_request_by_itself() {
    let client = client(400);
    let token = client.graph_token();
    let group = client.cloud.tenant.group_id(0);
    let nobody = client.cloud.tenant.user_id(4000);
    let reply = batch(
        &client,
        &token,
        &json!([
            { "id": "a", "method": "GET", "url": format!("/groups/{group}/members?$select=id&$top=5") },
            { "id": "b", "method": "GET", "url": format!("/groups/{nobody}/members") },
            { "id": "c", "method": "GET", "url": "/users?$top=2000" },
            { "id": "d", "method": "GET", "url": "/organization" },
            { "id": "e", "method": "DELETE", "url": "/organization" },
            { "id": "f", "method": "GET", "url": "/$batch" },
            {
                "id": "g", "method": "GET",
                "url": format!("/groups/{group}/members/microsoft.graph.servicePrincipal?$count=true"),
                "headers": { "ConsistencyLevel": "eventual" },
            },
        ]),
    );
    assert_eq!(reply.status, 200);
    let responses = reply.body["responses"].as_array().unwrap();
    let by_id: HashMap<&str, &Value> =
        responses.iter().map(|response| (response["id"].as_str().unwrap(), response)).collect();
    let statuses =
        ["a", "b", "c", "d", "e", "f", "g"].map(|id| by_id[id]["status"].as_u64().unwrap());
    assert_eq!(statuses, [200, 404, 400, 200, 405, 400, 200]);
    assert_eq!(by_id["a"]["headers"]["x-ms-resource-unit"], "1");
    assert_eq!(by_id["b"]["body"]["error"]["code"], "Request_ResourceNotFound");
    // Pages of a list that began in a batch are asked for like any others.
    let link = by_id["a"]["body"]["@odata.nextLink"].as_str().unwrap();
    assert_eq!(client.get(&token, link).status, 200);
    let order: Vec<&str> = responses.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_ne!(order, ["a", "b", "c", "d", "e", "f", "g"]);
}

#[test]
fn a_batch_that_is_too_long_or_malformed_is_refused() {
    let client = client(10);
    let token = client.graph_token();
    let steps = |count: usize| -> Value {
        (0..count).map(|id| json!({ "id": id.to_string(), "url": "/organization" })).collect()
    };
    assert_eq!(batch(&client, &token, &steps(20)).status, 200);
    let reply = batch(&client, &token, &steps(21));
    assert_eq!((reply.status, reply.code()), (400, "MaximumValueExceeded"));
    let twice = json!([{ "id": "1", "url": "/users" }, { "id": "1", "url": "/users" }]);
    assert_eq!(batch(&client, &token, &twice).status, 400);
    assert_eq!(batch(&client, &token, &json!("nonsense")).status, 400);
    assert_eq!(batch(&client, "nonsense", &steps(1)).status, 401);
    assert_eq!(client.get(&token, &graph("$batch")).status, 405);
}
