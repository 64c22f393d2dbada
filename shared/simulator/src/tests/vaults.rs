//! The contents of key vaults, by both ways to them.

use std::collections::HashMap;

use serde_json::Value;

use super::{Client, texts, with_roles};
use crate::options::Options;
use crate::services::cloud::KEY_VAULT;

fn client() -> Client {
    let principals = vec![with_roles("stranger", &[])];
    Client::new(Options { resources: 300, principals, ..Options::default() })
}

/// The vaults of the first subscription.
fn vaults(client: &Client) -> Vec<Value> {
    let id = client.cloud.tenant.subscription_id(0);
    let list =
        format!("management.azure.com/subscriptions/{id}/providers/Microsoft.KeyVault/vaults");
    client.all(&client.arm_token(), &format!("{list}?api-version=2026-02-01"))
}

/// The host of a vault, from its properties.
fn host(vault: &Value) -> &str {
    let uri = vault["properties"]["vaultUri"].as_str().unwrap();
    uri.strip_prefix("https://").unwrap().trim_end_matches('/')
}

#[test]
fn the_management_plane_shows_the_same_items_also_of_closed_vaults() {
    let client = client();
    let (arm, token) = (client.arm_token(), client.vault_token());
    let mut reasons: HashMap<String, u32> = HashMap::new();
    let (mut open, mut empty) = (0, 0);
    for vault in vaults(&client) {
        for (kind, id) in [("keys", "kid"), ("secrets", "id")] {
            let address = format!(
                "management.azure.com{}/{kind}?api-version=2026-02-01",
                vault["id"].as_str().unwrap()
            );
            let managed = client.all(&arm, &address);
            let address = format!("{}/{kind}?api-version=7.4", host(&vault));
            let first = client.get(&token, &address);
            if first.status == 403 {
                assert_eq!(first.code(), "Forbidden");
                let reason = first.body["error"]["innererror"]["code"].as_str().unwrap();
                *reasons.entry(reason.to_owned()).or_default() += 1;
                continue;
            }
            let items = client.all(&token, &address);
            assert_eq!(items.len(), managed.len());
            for (item, managed) in items.iter().zip(&managed) {
                let uri = item[id].as_str().unwrap();
                assert_eq!(uri.rsplit('/').next(), managed["name"].as_str());
                let attributes = &item["attributes"];
                assert!(attributes["created"].is_i64() && attributes["recoverableDays"].is_i64());
                assert_eq!(attributes["exp"], managed["properties"]["attributes"]["exp"]);
            }
            open += 1;
            empty += u32::from(kind == "keys" && items.is_empty());
        }
    }
    assert!(open > 10 && empty > 0);
    for reason in ["ForbiddenByRbac", "ForbiddenByPolicy", "ForbiddenByFirewall"] {
        assert!(reasons.contains_key(reason), "{reasons:?}");
    }
}

#[test]
fn a_page_has_25_items_at_most() {
    let client = client();
    let token = client.vault_token();
    let all = vaults(&client);
    let address = format!("{}/secrets?api-version=7.5", host(&all[0]));
    let pages = client.pages(&token, &address);
    assert!(pages.len() >= 3 && pages.iter().all(|page| page.items().len() <= 25));
    assert!(pages.last().unwrap().body["nextLink"].is_null());
    let items: Vec<Value> = pages.iter().flat_map(|page| page.items().to_vec()).collect();
    let few = client.all(&token, &format!("{address}&maxresults=7"));
    assert_eq!(texts(&few, "/id"), texts(&items, "/id"));
    assert!(texts(&items, "/attributes/recoveryLevel").len() == items.len());
}

#[test]
fn who_has_no_access_is_told_by_what() {
    let client = client();
    let stranger = client.cloud.tenant.principal("stranger").unwrap().1.clone();
    let token = client.token(&stranger, KEY_VAULT);
    for vault in vaults(&client) {
        let reply = client.get(&token, &format!("{}/keys?api-version=7.4", host(&vault)));
        assert_eq!(reply.status, 403);
    }
}

#[test]
fn a_wrong_request_is_refused() {
    let client = client();
    let token = client.vault_token();
    let all = vaults(&client);
    let host = host(&all[0]);
    for (path, status) in [
        ("keys", 400),
        ("keys?api-version=7.3", 400),
        ("keys?api-version=tomorrow", 400),
        ("keys?api-version=7.4&maxresults=26", 400),
        ("keys?api-version=7.4&maxresults=0", 400),
        ("keys?api-version=7.4&$skiptoken=25", 400),
        ("certificates?api-version=7.4", 200),
        ("certificates/nobody/policy?api-version=7.4", 404),
        ("certificates/nobody/policy", 400),
        ("storage?api-version=7.4", 405),
        ("secrets?api-version=7.6", 200),
        ("secrets?api-version=2025-07-01", 200),
    ] {
        assert_eq!(client.get(&token, &format!("{host}/{path}")).status, status, "{path}");
    }
    let reply = client.get(&token, "kv-nobody-0000000.vault.azure.net/keys?api-version=7.4");
    assert_eq!(reply.status, 404);
}
