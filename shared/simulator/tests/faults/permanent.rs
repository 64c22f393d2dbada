//! Faults that never end.

use std::collections::BTreeMap;

use simulator::{Change, Faults, Permanent, Simulator};
use tokio::net::TcpListener;

use super::wire::{Raw, exchange, sign_in};
use super::{start, version_of};

const GRAPH: &str = "https://graph.microsoft.com";
const RESOURCE_MANAGER: &str = "https://management.azure.com";

async fn with(permanent: Permanent) -> Simulator {
    start(Some(Faults { permanent: vec![permanent], ..Faults::default() })).await
}

async fn graph(cloud: &Simulator, path: &str) -> Raw {
    let token = sign_in(cloud, GRAPH).await;
    exchange(&token, &format!("{}/graph.microsoft.com{path}", cloud.base())).await
}

async fn arm(cloud: &Simulator, path: &str) -> Raw {
    let token = sign_in(cloud, RESOURCE_MANAGER).await;
    let version = version_of(path);
    let address = format!("{}/management.azure.com{path}?api-version={version}", cloud.base());
    exchange(&token, &address).await
}

async fn follow(cloud: &Simulator, page: &Raw) -> Raw {
    let token = sign_in(cloud, GRAPH).await;
    exchange(&token, &page.next().unwrap()).await
}

#[tokio::test]
async fn a_list_is_forbidden_from_a_page_on() {
    let path = "/v1.0/Users".to_owned();
    let cloud = with(Permanent::ForbiddenFromPage { path, page: 3 }).await;
    let first = graph(&cloud, "/v1.0/users").await;
    let second = follow(&cloud, &first).await;
    assert_eq!((first.status(), second.status()), (200, 200));
    for _ in 0..3 {
        let third = follow(&cloud, &second).await;
        assert_eq!(third.status(), 403);
        assert_eq!(third.json()["error"]["code"], "Authorization_RequestDenied");
    }
    assert_eq!(graph(&cloud, "/v1.0/groups").await.status(), 200);
    assert_eq!(cloud.counters().faults["forbidden-from-page"], 3);
}

#[tokio::test]
async fn a_path_is_retired() {
    let cloud = start(None).await;
    let disks =
        format!("/subscriptions/{}/providers/Microsoft.Compute/disks", cloud.subscriptions()[0].id);
    let cloud = with(Permanent::Retired { path: disks.to_lowercase() }).await;
    let answer = arm(&cloud, &disks).await;
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.json()["error"]["code"], "InvalidResourceType");
    let cloud = with(Permanent::Retired { path: "/v1.0/groups".into() }).await;
    let answer = graph(&cloud, "/v1.0/groups").await;
    assert_eq!(answer.status(), 400);
    let text = answer.json()["error"]["message"].as_str().unwrap().to_owned();
    assert_eq!(text, "Resource not found for the segment 'groups'.");
    assert_eq!(cloud.counters().faults["retired"], 1);
}

#[tokio::test]
async fn a_path_is_retired_below_whatever_there_is() {
    let policies = "/v1.0/deviceManagement/deviceConfigurations";
    let cloud = with(Permanent::Retired { path: format!("{policies}/*/deviceStatuses") }).await;
    let list = graph(&cloud, policies).await.json();
    let policy = list["value"][0]["id"].as_str().unwrap();
    let answer = graph(&cloud, &format!("{policies}/{policy}/deviceStatuses")).await;
    assert_eq!(answer.status(), 400);
    let text = answer.json()["error"]["message"].as_str().unwrap().to_owned();
    assert_eq!(text, "Resource not found for the segment 'deviceStatuses'.");
    cloud.set_permanent(Vec::new());
    let answer = graph(&cloud, &format!("{policies}/{policy}/deviceStatuses")).await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_namespace_is_not_registered() {
    let cloud = with(Permanent::NotRegistered { namespace: "Microsoft.Network".into() }).await;
    let below = format!("/subscriptions/{}/providers", cloud.subscriptions()[0].id);
    let answer = arm(&cloud, &format!("{below}/microsoft.network/virtualNetworks")).await;
    assert_eq!(answer.status(), 409);
    assert_eq!(answer.json()["error"]["code"], "MissingSubscriptionRegistration");
    assert_eq!(arm(&cloud, &format!("{below}/Microsoft.Compute/disks")).await.status(), 200);
    let token = sign_in(&cloud, RESOURCE_MANAGER).await;
    let (mut page, mut states) = (arm(&cloud, &below).await, BTreeMap::new());
    loop {
        for provider in page.json()["value"].as_array().unwrap() {
            let [namespace, state] = [&provider["namespace"], &provider["registrationState"]];
            states.insert(namespace.to_string(), state.to_string());
        }
        let Some(next) = page.next() else { break };
        page = exchange(&token, &next).await;
    }
    assert_eq!(states[r#""Microsoft.Network""#], r#""NotRegistered""#);
    assert_eq!(states.values().filter(|it| *it == r#""Registered""#).count(), states.len() - 1);
    assert_eq!(cloud.counters().faults["not-registered"], 2);
}

#[tokio::test]
async fn a_link_leads_to_another_host() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    for path in ["/v1.0/users", "/v1.0/organization"] {
        let fault = Permanent::ForeignLink { path: path.into(), host: host.clone() };
        let cloud = with(fault).await;
        let link = graph(&cloud, path).await.next().unwrap();
        let start = format!("http://{host}/graph.microsoft.com{path}?");
        assert!(link.starts_with(&start) && link.contains("skiptoken="), "{link}");
        assert_eq!(cloud.counters().faults["foreign-link"], 1);
    }
}

#[tokio::test]
async fn a_link_leads_back_for_ever() {
    let cloud = with(Permanent::LoopingLink { path: "/v1.0/users".into() }).await;
    let first = graph(&cloud, "/v1.0/users").await;
    let mut page = follow(&cloud, &first).await;
    let mut pages = 2;
    while page.items() != first.items() {
        page = follow(&cloud, &page).await;
        pages += 1;
        assert!(pages < 100);
    }
    assert_eq!(page.next(), first.next());
    assert!(cloud.counters().faults["looping-link"] > 0);
}

#[tokio::test]
async fn what_was_listed_is_gone() {
    let cloud = with(Permanent::Vanished { path: "/v1.0/groups".into() }).await;
    let groups = graph(&cloud, "/v1.0/groups").await;
    let id = groups.items()[0]["id"].as_str().unwrap().to_owned();
    let answer = graph(&cloud, &format!("/v1.0/groups/{id}/members")).await;
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.json()["error"]["code"], "Request_ResourceNotFound");
    assert_eq!(cloud.counters().faults["vanished"], 1);
}

#[tokio::test]
async fn who_is_not_let_in_sees_no_fault() {
    let cloud = with(Permanent::Vanished { path: "/v1.0/groups".into() }).await;
    let address = format!("{}/graph.microsoft.com/v1.0/groups/1/members", cloud.base());
    assert_eq!(exchange("no token", &address).await.status(), 401);
}

#[tokio::test]
async fn faults_and_changes_come_while_the_cloud_is_served() {
    let cloud = start(None).await;
    let path = "/subscriptions".to_owned();
    let count = |answer: Raw| answer.json()["value"].as_array().unwrap().len();
    let before = count(arm(&cloud, &path).await);
    cloud.set_permanent(vec![Permanent::Retired { path: path.clone() }]);
    assert_eq!(arm(&cloud, &path).await.status(), 404);
    cloud.set_permanent(Vec::new());
    let new = cloud.change(Change::Appear).unwrap();
    assert!(cloud.subscriptions().contains(&new));
    assert_eq!(count(arm(&cloud, &path).await), before + 1);
    cloud.change(Change::Vanish { id: new.id }).unwrap();
    assert_eq!(count(arm(&cloud, &path).await), before);
}
