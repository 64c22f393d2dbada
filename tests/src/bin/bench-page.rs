//! Measures how long the page takes to answer of a large directory.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws::{LocalQueue, LocalSecrets};
use clap::Parser;
use collector::{Context, Secret};
use microsoft::Connections;
use page::{Local, Request, Site, answer};
use query::tables::made;
use serde_json::Value;
use tests::bench::{self, Directory, Error, groups, verdict};

/// How long the answers may take, in milliseconds.
const MOST_SEARCH: u128 = 200;
const MOST_NEIGHBOURS: u128 = 200;
const MOST_PATHS: u128 = 1_000;

/// Stores the snapshot of a directory, opens the page, and asks what it asks.
///
/// As it is, the directory becomes about a million entities and five million relationships.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    directory: Directory,
}

fn main() -> Result<(), Error> {
    bench::play(|| run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let (folder, job) = arguments.directory.snapshot()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let queue = Arc::new(LocalQueue::new(Duration::ZERO, 1));
    let context = Context::new(
        Arc::new(aws::Directory::new(folder.path())),
        queue,
        Arc::new(LocalSecrets),
        Arc::new(Connections::default()),
    );
    runtime.block_on(async {
        let summary = collector::snapshot::of(&context, &job).await?;
        let tables = made(&context, &summary, std::slice::from_ref(&job)).await?;
        let began = Instant::now();
        let site = Arc::new(Site::open(Arc::new(context), tables).await?);
        println!("opening the page: {} ms", began.elapsed().as_millis());
        let users = ask(&site, "/api/search", "type=azure_user", MOST_SEARCH).await?;
        let key = |at: usize| users["items"][at]["key"].as_str().unwrap_or_default().to_owned();
        ask(&site, "/api/overview", "", 1_000).await?;
        ask(&site, "/api/search", "q=no+such+name", MOST_SEARCH).await?;
        ask(&site, "/api/search", "q=7", MOST_SEARCH).await?;
        let neighbours = format!("key={}", key(0));
        ask(&site, "/api/neighbours", &neighbours, MOST_NEIGHBOURS).await?;
        ask(&site, "/api/entity", &neighbours, MOST_NEIGHBOURS).await?;
        let ends = format!("from={}&to={}", key(0), key(1));
        ask(&site, "/api/paths", &ends, MOST_PATHS).await?;
        Ok(())
    })
}

/// Asks the page, and says how long it took.
async fn ask(site: &Arc<Site>, path: &str, query: &str, most: u128) -> Result<Value, Error> {
    let request = Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        host: Some("127.0.0.1:1".to_owned()),
        token: Some(Secret::new("token")),
        ..Request::default()
    };
    let began = Instant::now();
    let guard = Local::new(1, &Secret::new("token"));
    let response = answer(&guard, async { Ok(Arc::clone(site)) }, request).await;
    let took = began.elapsed().as_millis();
    let name = query.split('=').next().unwrap_or_default();
    println!(
        "{path} by {name}: status {}, {} bytes in {took} ms, at most {most} ms: {}",
        response.status,
        groups(response.body.len() as u64),
        verdict(took <= most),
    );
    Ok(serde_json::from_slice(&response.body)?)
}
