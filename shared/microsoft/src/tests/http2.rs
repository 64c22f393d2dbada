//! Reading over HTTP/2 from the simulated cloud, whose connections and streams end.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use collector::Secret;
use collector::instance::{Credentials, Proof};
use collector::ports::{Address, Answer, Fetch, Microsoft, Request};
use serde_json::Value;
use simulator::{Faults, Options, Simulator};
use steps::Domain;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::stage::{arm, domain, graph};
use crate::{Cloud, Connections};

const USERS: u32 = 60;
/// One of them is empty.
const PAGES: u64 = 10;

async fn cloud(only: &[&'static str]) -> Simulator {
    let faults = Faults { density: 1.0, only: only.to_vec(), ..Faults::default() };
    let options = Options {
        users: USERS,
        page_size: Some(7),
        latency: Duration::from_millis(50),
        throttling: false,
        http2: true,
        faults: (!only.is_empty()).then_some(faults),
        ..Options::default()
    };
    Simulator::start(options, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap()
}

/// A way to a cloud, below another address if it is to be so.
fn connect(cloud: &Simulator, address: Option<SocketAddr>) -> (Connections, Arc<dyn Fetch>) {
    let mut description = cloud.cloud().to_string();
    if let Some(address) = address {
        description = description.replace(cloud.base(), &format!("http://{address}"));
    }
    let connections = Connections::new(Cloud::parse(&description).unwrap());
    let connection = connections.connect(
        "public",
        Credentials {
            directory_id: cloud.directory_id().to_owned(),
            client_id: Some(cloud.principal().client_id.clone()),
            proof: Proof::ClientSecret(Secret::new(cloud.principal().client_secret.clone())),
        },
    );
    (connections, connection)
}

/// What was read of a list.
#[derive(Debug, PartialEq, Eq)]
struct List {
    ids: BTreeSet<String>,
    pages: u64,
    /// How often the pages were asked for, as far as this crate knows.
    requests: u64,
}

async fn read(connection: &dyn Fetch, first: Request) -> List {
    let mut list = List { ids: BTreeSet::new(), pages: 0, requests: 0 };
    let mut request = first.clone();
    loop {
        let answers = connection.fetch(&domain(Domain::Graph), vec![request]).await.answers;
        let document = answers.into_iter().next().unwrap().unwrap();
        let page: Value = serde_json::from_slice(&document.body).unwrap();
        for item in page["value"].as_array().unwrap() {
            assert!(list.ids.insert(item["id"].as_str().unwrap().to_owned()));
        }
        list.pages += 1;
        list.requests += u64::from(document.requests);
        let Some(link) = page["@odata.nextLink"].as_str() else { return list };
        let address =
            Address::Link { link: link.to_owned(), first: Box::new(first.address.clone()) };
        request = Request { address, ..first.clone() };
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_whole_while_servers_go_away() {
    for kind in ["gone-away", "stream-refused", "connection-closed"] {
        let cloud = cloud(&[kind]).await;
        let (connections, connection) = connect(&cloud, None);
        let start = Instant::now();
        let list = read(&*connection, graph("/users?$select=id")).await;
        assert_eq!((list.ids.len(), list.pages), (USERS as usize, PAGES), "{kind}");
        // The HTTP client itself asks again, at once, for what was not looked at.
        assert_eq!((list.requests, connections.requests()), (PAGES, PAGES + 1), "{kind}");
        let counters = cloud.counters();
        let asked = if kind == "connection-closed" { PAGES } else { 2 * PAGES };
        assert_eq!((counters.faults[kind], counters.requests), (PAGES, asked + 1), "{kind}");
        assert_eq!(start.elapsed().as_millis() / 50, u128::from(asked) + 1, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_whole_while_connections_and_streams_break() {
    for kind in ["connection-reset", "stream-reset", "body-cut"] {
        let cloud = cloud(&[kind]).await;
        let (_, connection) = connect(&cloud, None);
        let list = read(&*connection, graph("/users?$select=id")).await;
        assert_eq!((list.ids.len(), list.pages), (USERS as usize, PAGES), "{kind}");
        assert_eq!((list.requests, cloud.counters().requests), (2 * PAGES, 2 * PAGES + 1));
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_share_a_connection_survive_its_end() {
    for kind in ["gone-away", "stream-refused", "connection-closed", "connection-reset"] {
        let cloud = cloud(&[kind]).await;
        let (_, connection) = connect(&cloud, None);
        let subscription = &cloud.subscriptions()[0].id;
        let requests = [
            ("Compute/disks", "2024-03-02"),
            ("Network/virtualNetworks", "2024-03-01"),
            ("Storage/storageAccounts", "2024-01-01"),
        ]
        .iter()
        .flat_map(|list| (0..7).map(move |number| (list, number)))
        .map(|((list, version), number)| {
            let version = format!("api-version={version}&n={number}");
            arm(&format!("/subscriptions/{subscription}/providers/Microsoft.{list}?{version}"))
        });
        let requests = requests.collect();
        let answers = connection.fetch(&domain(Domain::ResourceManager), requests).await.answers;
        assert!(answers.iter().all(Answer::is_ok), "{kind}: {answers:?}");
    }
}

/// Passes bytes on to a server, until it falls silent on the connections that there are then.
async fn relay(listener: TcpListener, server: SocketAddr, silence: Arc<Notify>) {
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let silence = silence.clone();
        tokio::spawn(async move {
            let mut server = TcpStream::connect(server).await.unwrap();
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut client, &mut server) => (),
                () = silence.notified() => std::future::pending().await,
            }
        });
    }
}

/// A process that was frozen holds connections that the other side, or something on the way, has
/// forgotten. Nobody says so.
#[tokio::test(start_paused = true)]
async fn a_connection_that_has_fallen_silent_is_given_up() {
    let cloud = cloud(&[]).await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let silence = Arc::new(Notify::new());
    let server = cloud.base().strip_prefix("http://").unwrap().parse().unwrap();
    tokio::spawn(relay(listener, server, silence.clone()));
    let (_, connection) = connect(&cloud, Some(address));
    let ask =
        async || connection.fetch(&domain(Domain::Graph), vec![graph("/users")]).await.answers;
    assert!(ask().await[0].is_ok());
    silence.notify_waiters();
    let start = Instant::now();
    let answers = ask().await;
    assert_eq!(answers[0].as_ref().map(|it| it.requests), Ok(2));
    assert!(start.elapsed() <= Duration::from_secs(25), "{:?}", start.elapsed());
}
