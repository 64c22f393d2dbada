//! Tokens: who gets one, and what for.

use super::{Client, request, with_actions, with_roles};
use crate::options::Options;
use crate::services::cloud::{GRAPH, KEY_VAULT, RESOURCE_MANAGER, STORAGE};

/// The tenant and the form of a request for a token, and the outcome.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], (u16, &'a str, u64));

const GUID: &str = "11111111-2222-4333-8444-555555555555";

/// The status, the code of OAuth and the number of an answer to a request for a token.
fn outcome(client: &Client, tenant: &str, form: &[(&str, &str)]) -> (u16, String, u64) {
    let reply = client.sign_in(tenant, form);
    let number = reply.body["error_codes"][0].as_u64().unwrap_or_default();
    (reply.status, reply.body["error"].as_str().unwrap_or_default().to_owned(), number)
}

#[test]
fn a_token_is_given_for_the_tenant_by_any_of_its_names() {
    let client = Client::new(Options::default());
    let principal = client.cloud.tenant.default_principal();
    for tenant in client.cloud.tenant.names() {
        let slashed = "https://management.azure.com/";
        for resource in [GRAPH, RESOURCE_MANAGER, KEY_VAULT, STORAGE, slashed] {
            let form = [
                ("client_id", principal.client_id.as_str()),
                ("client_secret", &principal.client_secret),
                ("scope", &format!("{resource}/.default")),
            ];
            let reply = client.sign_in(&tenant, &form);
            assert_eq!(reply.status, 200, "{reply:?}");
            assert_eq!(reply.body["token_type"], "Bearer");
            assert_eq!(reply.body["expires_in"], 3600);
        }
    }
}

#[test]
fn a_refusal_says_what_is_wrong() {
    let client = Client::new(Options::default());
    let (tenant, principal) = (client.cloud.tenant.id(), client.cloud.tenant.default_principal());
    let id = ("client_id", principal.client_id.as_str());
    let secret = ("client_secret", principal.client_secret.as_str());
    let scope = ("scope", "https://graph.microsoft.com/.default");
    let cases: [Case; 11] = [
        (GUID, &[id, secret, scope], (400, "invalid_request", 90002)),
        ("other.example", &[id, secret, scope], (400, "invalid_request", 90002)),
        ("nonsense", &[id, secret, scope], (400, "invalid_request", 900_023)),
        (&tenant, &[("client_id", GUID), secret, scope], (400, "unauthorized_client", 700_016)),
        (&tenant, &[id, ("client_secret", "wrong"), scope], (401, "invalid_client", 7_000_215)),
        (&tenant, &[id, ("client_secret", GUID), scope], (401, "invalid_client", 7_000_215)),
        (&tenant, &[id, scope], (401, "invalid_client", 7_000_218)),
        (&tenant, &[secret, scope], (400, "invalid_request", 900_144)),
        (&tenant, &[id, secret], (400, "invalid_scope", 70011)),
        (&tenant, &[id, secret, ("scope", "User.Read")], (400, "invalid_scope", 70011)),
        (
            &tenant,
            &[id, secret, ("scope", "https://elsewhere.example/.default")],
            (400, "invalid_resource", 500_011),
        ),
    ];
    for (tenant, form, (status, error, number)) in cases {
        assert_eq!(outcome(&client, tenant, form), (status, error.to_owned(), number), "{form:?}");
    }
}

/// What the sign-in service answers at an address.
fn discover(client: &Client, path: &str) -> (u16, serde_json::Value) {
    let reply = client.send(&request("", &format!("login.microsoftonline.com/{path}")));
    (reply.status, reply.body)
}

#[test]
fn clients_find_the_endpoints_of_a_tenant_by_any_of_its_names() {
    let client = Client::new(Options::default());
    for tenant in client.cloud.tenant.names() {
        let base = format!("http://127.0.0.1:1/login.microsoftonline.com/{tenant}");
        let path = format!("{tenant}/v2.0/.well-known/openid-configuration");
        let (status, body) = discover(&client, &path);
        assert_eq!((status, &body["tenant_region_scope"]), (200, &"EU".into()));
        assert_eq!(body["token_endpoint"], format!("{base}/oauth2/v2.0/token"));
        let id = client.cloud.tenant.id();
        let issuer = format!("http://127.0.0.1:1/login.microsoftonline.com/{id}/v2.0");
        assert_eq!(body["issuer"], issuer);
        let (_, body) = discover(&client, &format!("{tenant}/.well-known/openid-configuration"));
        assert_eq!(body["token_endpoint"], format!("{base}/oauth2/token"));
        assert_eq!(body["issuer"], format!("https://sts.windows.net/{id}/"));
    }
    let (status, body) = discover(&client, &format!("{GUID}/.well-known/openid-configuration"));
    assert_eq!((status, &body["error_codes"][0]), (400, &90002.into()));
}

#[test]
fn the_cloud_of_an_endpoint_can_be_found() {
    let client = Client::new(Options::default());
    let path = |endpoint: &str| {
        format!("common/discovery/instance?api-version=1.1&authorization_endpoint={endpoint}")
    };
    let (status, body) =
        discover(&client, &path("https://login.microsoftonline.com/t.example/oauth2/authorize"));
    assert_eq!(status, 200);
    assert_eq!(body["metadata"][0]["preferred_network"], "login.microsoftonline.com");
    let discovery = body["tenant_discovery_endpoint"].as_str().unwrap();
    assert!(discovery.ends_with("/t.example/v2.0/.well-known/openid-configuration"), "{discovery}");
    let (status, body) = discover(&client, &path("https://elsewhere.example/t/oauth2/authorize"));
    assert_eq!((status, body["error"].as_str()), (400, Some("invalid_instance")));
}

#[test]
fn the_first_version_of_the_token_endpoint_takes_a_resource() {
    let client = Client::new(Options::default());
    let principal = client.cloud.tenant.default_principal();
    let sign_in = |resource: &str| {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &principal.client_id)
            .append_pair("client_secret", &principal.client_secret)
            .append_pair("resource", resource)
            .finish();
        client.send(&crate::services::request::Request {
            method: "POST".into(),
            host: "login.microsoftonline.com".into(),
            path: format!("{}/oauth2/token", client.cloud.tenant.id()),
            body: form.into_bytes(),
            ..Default::default()
        })
    };
    let reply = sign_in("https://management.azure.com/");
    assert_eq!((reply.status, &reply.body["expires_in"]), (200, &"3600".into()));
    assert_eq!(reply.body["resource"], "https://management.azure.com/");
    let token = reply.body["access_token"].as_str().unwrap();
    let address = "management.azure.com/subscriptions?api-version=2022-12-01";
    assert_eq!(client.get(token, address).status, 200);
    assert_eq!(sign_in("https://elsewhere.example").body["error_codes"][0], 500_011);
}

#[test]
fn a_refusal_has_the_shape_that_clients_parse() {
    let client = Client::new(Options::default());
    let body = client.sign_in(GUID, &[]).body;
    let description = body["error_description"].as_str().unwrap();
    assert!(description.starts_with(&format!("AADSTS90002: Tenant '{GUID}' not found.")));
    for part in ["\r\nTrace ID: ", "\r\nCorrelation ID: ", "\r\nTimestamp: "] {
        assert!(description.contains(part), "{description}");
    }
    for name in ["timestamp", "trace_id", "correlation_id", "error_uri"] {
        assert!(body[name].is_string(), "{name}");
    }
}

#[test]
fn a_token_carries_roles_for_microsoft_graph_only() {
    let client = Client::new(Options::default());
    let claims = |token: &str, audience| {
        client.cloud.tokens.check(Some(token), audience, client.clock.seconds()).unwrap()
    };
    let of_graph = claims(&client.graph_token(), GRAPH);
    assert!(of_graph.roles.contains(&"User.Read.All".to_owned()));
    assert_eq!(of_graph.tid, client.cloud.tenant.id());
    assert_eq!(of_graph.oid, client.cloud.tenant.service_principal_id(0));
    assert!(claims(&client.arm_token(), RESOURCE_MANAGER).roles.is_empty());
}

#[test]
fn a_token_for_another_service_is_refused_by_each_in_its_way() {
    let client = Client::new(Options::default());
    let (graph, arm, vault) = (client.graph_token(), client.arm_token(), client.vault_token());
    for token in [&arm, &vault, "nonsense", "", "a.b.c"] {
        let reply = client.get(token, "graph.microsoft.com/v1.0/users");
        assert_eq!((reply.status, reply.code()), (401, "InvalidAuthenticationToken"));
    }
    let address = "management.azure.com/subscriptions?api-version=2022-12-01";
    let reply = client.get(&graph, address);
    assert_eq!((reply.status, reply.code()), (401, "InvalidAuthenticationTokenAudience"));
    assert_eq!(client.get("", address).code(), "AuthenticationFailed");
    assert_eq!(client.get("a.b.c", address).code(), "InvalidAuthenticationToken");
    let reply = client.get(&arm, "any.vault.azure.net/keys?api-version=7.4");
    assert_eq!((reply.status, reply.code()), (401, "Unauthorized"));
    assert!(reply.header("WWW-Authenticate").unwrap().contains("https://vault.azure.net"));
    assert!(reply.body["error"]["message"].as_str().unwrap().starts_with("AKV10022"));
}

#[test]
fn a_storage_account_lets_nobody_read_data() {
    let client = Client::new(Options::default());
    let token = client.token(client.cloud.tenant.default_principal(), STORAGE);
    let refused = |token: &str| {
        let address = "any.queue.core.windows.net/?restype=service&comp=properties";
        let answer = client.router.answer(&request(token, address));
        (answer.status, String::from_utf8(answer.body).unwrap())
    };
    let (status, body) = refused(&token);
    assert_eq!(status, 403);
    assert!(body.contains("<Code>AuthorizationPermissionMismatch</Code>"), "{body}");
    let (status, body) = refused(&client.arm_token());
    assert_eq!(status, 401);
    assert!(body.contains("<Code>InvalidAuthenticationInfo</Code>"), "{body}");
}

#[test]
fn a_token_expires_after_an_hour() {
    let client = Client::new(Options::default());
    let (graph, arm) = (client.graph_token(), client.arm_token());
    let address = "management.azure.com/subscriptions?api-version=2022-12-01";
    client.clock.advance(std::time::Duration::from_secs(3599));
    assert_eq!(client.get(&graph, "graph.microsoft.com/v1.0/organization").status, 200);
    assert_eq!(client.get(&arm, address).status, 200);
    client.clock.advance(std::time::Duration::from_secs(1));
    let reply = client.get(&graph, "graph.microsoft.com/v1.0/organization");
    assert_eq!((reply.status, reply.code()), (401, "InvalidAuthenticationToken"));
    let text = "Lifetime validation failed, the token is expired.";
    assert_eq!(reply.body["error"]["message"], text);
    let reply = client.get(&arm, address);
    assert_eq!((reply.status, reply.code()), (401, "ExpiredAuthenticationToken"));
}

#[test]
fn permissions_of_microsoft_graph_decide_by_path() {
    let principals = vec![
        with_roles("users", &["User.Read.All"]),
        with_roles("groups", &["GroupMember.Read.All"]),
        with_roles("applications", &["Application.Read.All"]),
        with_roles("policies", &["Policy.Read.All"]),
        with_roles("none", &[]),
    ];
    let client = Client::new(Options { principals: principals.clone(), ..Options::default() });
    let paths = [
        ("organization", &["users"][..]),
        ("users", &["users"]),
        ("groups", &["groups"]),
        ("servicePrincipals", &["applications"]),
        ("policies/identitySecurityDefaultsEnforcementPolicy", &["policies"]),
    ];
    for principal in &principals {
        let token = client.token(principal, GRAPH);
        for (path, allowed) in paths {
            let reply = client.get(&token, &format!("graph.microsoft.com/v1.0/{path}"));
            if allowed.contains(&principal.client_id.as_str()) {
                assert_eq!(reply.status, 200, "{path} for {}", principal.client_id);
            } else {
                assert_eq!((reply.status, reply.code()), (403, "Authorization_RequestDenied"));
            }
        }
    }
}

#[test]
fn members_that_may_not_be_read_come_with_their_id_alone() {
    let principals = vec![with_roles("groups", &["GroupMember.Read.All"])];
    let client = Client::new(Options { principals: principals.clone(), ..Options::default() });
    let token = client.token(&principals[0], GRAPH);
    let group = client.cloud.tenant.group_id(0);
    let members = client.all(&token, &format!("graph.microsoft.com/v1.0/groups/{group}/members"));
    assert_eq!(members.len(), 200);
    assert!(members.iter().all(|member| member["id"].is_string()));
    assert!(members.iter().all(|member| member["displayName"].is_null()));
}

#[test]
fn roles_of_resource_manager_decide_by_scope() {
    let cloud = Client::new(Options::default()).cloud;
    let tenant = &cloud.tenant;
    let (first, second) = (tenant.subscription_id(0), tenant.subscription_id(1));
    let group =
        crate::world::resources::group::ResourceGroup::new(tenant, &tenant.inventories()[0], 0)
            .id();
    let principals = vec![
        with_actions("reader", &format!("/subscriptions/{first}"), &["*/read"]),
        with_actions("narrow", &group, &["*/read"]),
        with_actions("disks", "/", &["microsoft.compute/DISKS/read"]),
        with_roles("none", &[]),
    ];
    let client = Client::new(Options { principals: principals.clone(), ..Options::default() });
    let token = |index: usize| client.token(&principals[index], RESOURCE_MANAGER);
    let status = |index: usize, path: &str| {
        let is_of_disks = path.ends_with("disks");
        let version = if is_of_disks { "2024-03-02" } else { "2024-03-01" };
        let address = format!("management.azure.com{path}?api-version={version}");
        client.get(&token(index), &address).status
    };
    let disks = |id: &str| format!("/subscriptions/{id}/providers/Microsoft.Compute/disks");
    assert_eq!(status(0, &disks(&first)), 200);
    assert_eq!(status(0, &disks(&second)), 403);
    // A role on a group does not help with a list of the whole subscription.
    assert_eq!(status(1, &disks(&first)), 403);
    assert_eq!(status(1, &format!("{group}/providers/Microsoft.Compute/disks")), 200);
    assert_eq!(status(2, &disks(&second)), 200);
    assert_eq!(status(2, &format!("/subscriptions/{second}/resourcegroups")), 403);
    let address = "management.azure.com/subscriptions?api-version=2022-12-01";
    let seen = [0, 1, 2, 3].map(|index| client.all(&token(index), address).len());
    assert_eq!(seen, [1, 1, 2, 0]);
    let refused = client
        .get(&token(3), &format!("management.azure.com{}?api-version=2024-03-02", disks(&first)));
    assert_eq!(refused.code(), "AuthorizationFailed");
    let text = refused.body["error"]["message"].as_str().unwrap();
    assert!(text.contains("to perform action 'Microsoft.Compute/disks/read' over scope"));
}

#[test]
fn a_request_without_authorization_is_refused_everywhere() {
    let client = Client::new(Options::default());
    for address in [
        "graph.microsoft.com/v1.0/users",
        "management.azure.com/subscriptions?api-version=2022-12-01",
        "any.vault.azure.net/secrets?api-version=7.4",
    ] {
        let anonymous = crate::services::request::Request { bearer: None, ..request("", address) };
        assert_eq!(client.send(&anonymous).status, 401, "{address}");
    }
}
