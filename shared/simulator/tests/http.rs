//! The simulator over real HTTP, as a client sees it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/archive.rs"]
mod archive;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use simulator::{Intune, Options, Simulator};

fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

async fn token(client: &Client, cloud: &Simulator, resource: &str) -> String {
    let principal = cloud.principal();
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={resource}/.default",
        principal.client_id, principal.client_secret
    );
    let address = format!(
        "{}/{}/oauth2/v2.0/token",
        cloud.cloud()["authority"].as_str().unwrap(),
        cloud.directory_id()
    );
    let request = client.post(address).header("Content-Type", "application/x-www-form-urlencoded");
    let answer: Value = request.body(body).send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn get(client: &Client, token: &str, address: &str) -> Value {
    let answer = client.get(address).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{address}");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn links_lead_through_the_same_server() {
    let cloud = Simulator::start(Options::default(), any_port()).await.unwrap();
    let client = Client::new();
    let bases = cloud.cloud();
    let base = |name: &str| bases[name].as_str().unwrap().to_owned();

    let graph = token(&client, &cloud, "https://graph.microsoft.com").await;
    let page = get(&client, &graph, &format!("{}/v1.0/users?$top=50", base("graph"))).await;
    let link = page["@odata.nextLink"].as_str().unwrap();
    assert!(link.starts_with(&format!("{}/v1.0/users?", base("graph"))), "{link}");
    get(&client, &graph, link).await;

    let arm = token(&client, &cloud, "https://management.azure.com").await;
    let subscription = &cloud.subscriptions()[0].id;
    let list =
        |path: &str| format!("{}/subscriptions/{subscription}/{path}", base("resourceManager"));
    let vaults = list("providers/Microsoft.KeyVault/vaults?api-version=2026-02-01");
    let vaults = get(&client, &arm, &vaults).await;
    let uri = vaults["value"][0]["properties"]["vaultUri"].as_str().unwrap();
    let host = uri.strip_prefix("https://").unwrap().trim_end_matches('/');

    let vault = token(&client, &cloud, "https://vault.azure.net").await;
    let plane = base("dataPlane").replace("{host}", host);
    let page = get(&client, &vault, &format!("{plane}/secrets?api-version=7.4")).await;
    let link = page["nextLink"].as_str().unwrap();
    assert!(link.starts_with(&plane), "{link}");
    get(&client, &vault, link).await;
}

#[tokio::test]
async fn names_of_any_script_survive_the_way() {
    let cloud = Simulator::start(Options::default(), any_port()).await.unwrap();
    let client = Client::new();
    let arm = token(&client, &cloud, "https://management.azure.com").await;
    let base = format!("{}/management.azure.com", cloud.base());
    let subscription = &cloud.subscriptions()[0].id;
    let list = format!("{base}/subscriptions/{subscription}/resourcegroups?api-version=2024-03-01");
    let groups = get(&client, &arm, &list).await;
    let odd = groups["value"].as_array().unwrap().iter().find(|group| {
        let name = group["name"].as_str().unwrap();
        !name.is_ascii()
    });
    let id = odd.unwrap()["id"].as_str().unwrap();
    let group = get(&client, &arm, &format!("{base}{id}?api-version=2024-03-01")).await;
    assert_eq!(group["id"], id);
}

#[tokio::test]
async fn counters_tell_what_happened() {
    let cloud = Simulator::start(Options::default(), any_port()).await.unwrap();
    let client = Client::new();
    let graph = token(&client, &cloud, "https://graph.microsoft.com").await;
    let steps: Vec<Value> =
        (0..3).map(|id| json!({ "id": id.to_string(), "url": "/organization" })).collect();
    let address = format!("{}/graph.microsoft.com/v1.0/$batch", cloud.base());
    let body = json!({ "requests": steps });
    let answer = client.post(address).bearer_auth(&graph).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers().contains_key("request-id"));
    let answer = client.get(format!("{}/nowhere.example/x", cloud.base())).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let counters = cloud.counters();
    assert_eq!((counters.requests, counters.throttled), (3, 0));
    assert!(counters.bytes > 0);
    assert_eq!(counters.domains[&format!("{}/graph", cloud.directory_id())], (3, 0));
}

#[tokio::test]
async fn a_report_is_downloaded_from_the_storage_that_its_address_names() {
    let intune = Intune { devices: Some(2000), export_time: Duration::ZERO, ..Intune::default() };
    let options = Options { intune, ..Options::default() };
    let cloud = Simulator::start(options, any_port()).await.unwrap();
    let http2 = Client::builder().http2_prior_knowledge().build().unwrap();
    let mut texts = Vec::new();
    for client in [Client::new(), http2] {
        let graph = token(&client, &cloud, "https://graph.microsoft.com").await;
        let bases = cloud.cloud();
        let jobs = format!(
            "{}/beta/deviceManagement/reports/exportJobs",
            bases["graph"].as_str().unwrap()
        );
        let order = json!({ "reportName": "AppInvRawData" });
        let answer = client.post(&jobs).bearer_auth(&graph).json(&order).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let job: Value = answer.json().await.unwrap();
        let job = get(&client, &graph, &format!("{jobs}('{}')", job["id"].as_str().unwrap())).await;
        let url = job["url"].as_str().unwrap().strip_prefix("https://").unwrap();
        let (host, path) = url.split_once('/').unwrap();
        let plane = bases["dataPlane"].as_str().unwrap().replace("{host}", host);
        let refused = client.get(format!("{plane}/{path}")).bearer_auth(&graph).send().await;
        assert_eq!(refused.unwrap().status(), StatusCode::BAD_REQUEST);
        let before = cloud.counters().bytes;
        let answer = client.get(format!("{plane}/{path}")).send().await.unwrap();
        assert_eq!((answer.status(), answer.content_length()), (StatusCode::OK, None));
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(cloud.counters().bytes - before, bytes.len() as u64);
        let (_, text) = archive::unzip(&bytes).unwrap();
        assert!(text.lines().count() > 20_000);
        texts.push(text);
    }
    assert!(texts[0] == texts[1]);
}

#[tokio::test]
async fn the_server_speaks_http_2_without_encryption() {
    let cloud = Simulator::start(Options::default(), any_port()).await.unwrap();
    let client = Client::builder().http2_prior_knowledge().build().unwrap();
    let address = format!("{}/graph.microsoft.com/v1.0/users", cloud.base());
    let answer = client.get(address).send().await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_2);
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_server_stops_when_it_is_dropped() {
    let cloud = Simulator::start(Options::default(), any_port()).await.unwrap();
    let address: SocketAddr = cloud.base().strip_prefix("http://").unwrap().parse().unwrap();
    drop(cloud);
    // Once the server has noticed, the address is free for the next one.
    loop {
        match Simulator::start(Options::default(), address).await {
            Ok(next) => break assert_eq!(next.base(), format!("http://{address}")),
            Err(_) => tokio::task::yield_now().await,
        }
    }
}
