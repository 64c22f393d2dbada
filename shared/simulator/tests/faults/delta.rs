//! Delta queries under faults: nothing that happens is lost, and tokens that have expired are
//! followed by others that have not.

use std::collections::BTreeSet;

use serde_json::Value;
use simulator::{DirectoryChange, Faults, Simulator};

use super::reader::Reader;
use super::start;
use super::wire::{exchange, sign_in};

/// Faults of tokens and of the links that they are in.
const TOKENS: [&str; 5] =
    ["delta-token-expired", "page-token-expired", "link-back", "page-repeated", "empty-page"];

const USERS: &str = "graph.microsoft.com/v1.0/users";

/// A copy of the users that delta queries keep up to date.
struct Mirror {
    first: String,
    link: String,
    ids: BTreeSet<String>,
    resyncs: u32,
}

impl Mirror {
    fn new(cloud: &Simulator) -> Self {
        let first = format!("{}/{USERS}/delta?$select=displayName", cloud.base());
        Self { link: first.clone(), first, ids: BTreeSet::new(), resyncs: 0 }
    }

    /// Reads rounds until one was read to its end.
    async fn update(&mut self, reader: &mut Reader<'_>, at_most: u32) {
        let mut resyncs = 0;
        let (items, link) = loop {
            if let Some(round) = reader.round(&self.link).await {
                break round;
            }
            resyncs += 1;
            assert!(resyncs <= at_most, "the query has to be begun from the start too often");
            self.link.clone_from(&self.first);
            self.ids.clear();
        };
        self.link = link;
        self.resyncs += resyncs;
        for item in items {
            let id = item["id"].as_str().unwrap().to_owned();
            if item.get("@removed").is_some() {
                self.ids.remove(&id)
            } else {
                self.ids.insert(id)
            };
        }
    }
}

/// The ids of the users that there are.
async fn users(cloud: &Simulator) -> BTreeSet<String> {
    let token = sign_in(cloud, "https://graph.microsoft.com").await;
    let mut link = Some(format!("{}/{USERS}?$select=id", cloud.base()));
    let mut ids = BTreeSet::new();
    while let Some(address) = link {
        let page = exchange(&token, &address).await;
        ids.extend(page.items().iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        link = page.next();
    }
    ids
}

#[tokio::test]
async fn a_mirror_follows_all_changes_whatever_goes_wrong() {
    let right = start(None).await;
    let mut resyncs = 0;
    for seed in 0..12 {
        let at_most = 1 + u32::try_from(seed % 3).unwrap();
        // With all kinds there are, those that matter most here would be rare.
        let only = if seed % 2 == 0 { Vec::new() } else { TOKENS.to_vec() };
        let faults =
            Faults { seed, density: 0.6, at_most, only, hurry: 1_000_000, ..Faults::default() };
        let cloud = start(Some(faults)).await;
        let mut reader = Reader::new(&cloud, at_most);
        let mut mirror = Mirror::new(&cloud);
        mirror.update(&mut reader, 0).await;
        for _ in 0..4 {
            let churn = DirectoryChange::Churn { per_mille: 150 };
            assert!(!cloud.change_directory(&churn).is_empty());
            mirror.update(&mut reader, at_most).await;
        }
        resyncs += mirror.resyncs;
        if seed == 0 {
            for _ in 0..4 {
                let churn = DirectoryChange::Churn { per_mille: 150 };
                assert!(!right.change_directory(&churn).is_empty());
            }
        }
        // The cloud without faults has had the same changes.
        assert_eq!(mirror.ids, users(&right).await, "seed {seed}");
    }
    assert!(resyncs > 5, "{resyncs}");
}

#[tokio::test]
async fn an_expired_delta_token_stays_expired_and_says_where_to_begin() {
    let faults = Faults {
        density: 1.0,
        at_most: 1,
        only: vec!["delta-token-expired"],
        hurry: 1_000_000,
        ..Faults::default()
    };
    let cloud = start(Some(faults)).await;
    let token = sign_in(&cloud, "https://graph.microsoft.com").await;
    let mut reader = Reader::new(&cloud, 1);
    let first = format!("{}/{USERS}/delta", cloud.base());
    let (_, link) = reader.round(&first).await.unwrap();
    for _ in 0..2 {
        let gone = exchange(&token, &link).await;
        assert_eq!(
            (gone.status(), &gone.json()["error"]["code"]),
            (410, &Value::from("resyncRequired"))
        );
        assert_eq!(gone.header("location"), Some(&*format!("{first}?$deltatoken=")));
    }
    // As the one before it has expired, the next one is good.
    let (_, link) = reader.round(&format!("{first}?$deltatoken=")).await.unwrap();
    assert_eq!(exchange(&token, &link).await.status(), 200);
    assert_eq!(cloud.counters().faults["delta-token-expired"], 2);
}
