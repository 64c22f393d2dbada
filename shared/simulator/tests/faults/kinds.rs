//! Each kind of fault as it looks on the wire.

use serde_json::Value;
use simulator::{Faults, Simulator};

use super::reader::Reader;
use super::start;
use super::wire::{Raw, exchange, sign_in};

const GRAPH: &str = "https://graph.microsoft.com";

/// An answer that a fault befell, and what the test needs to look further.
struct Befallen {
    cloud: Simulator,
    token: String,
    /// The address of the first page.
    first: String,
    /// The address that was asked for: the second page.
    second: String,
    raw: Raw,
}

impl Befallen {
    /// Asks for an address until the answer is right.
    async fn right(&self, address: &str) -> Raw {
        right(&self.cloud, address).await
    }
}

fn total(cloud: &Simulator) -> u64 {
    cloud.counters().faults.values().sum()
}

/// Asks for an address until the answer is right, each time with a new token.
async fn right(cloud: &Simulator, address: &str) -> Raw {
    for _ in 0..20 {
        let token = sign_in(cloud, GRAPH).await;
        let before = total(cloud);
        let raw = exchange(&token, address).await;
        if total(cloud) == before {
            assert_eq!(raw.status(), 200);
            return raw;
        }
    }
    panic!("{address} is never answered rightly");
}

/// Asks for second pages of users, each time with other parameters, until this kind befalls one.
async fn befallen(kind: &str) -> Befallen {
    let faults = Faults { density: 0.9, at_most: 2, hurry: 1_000_000, ..Faults::default() };
    let cloud = start(Some(faults)).await;
    for top in 1..900 {
        let first = format!("{}/graph.microsoft.com/v1.0/users?$top={top}", cloud.base());
        let token = sign_in(&cloud, GRAPH).await;
        let second = right(&cloud, &first).await.next().unwrap();
        let before = cloud.counters().faults.get(kind).copied();
        let raw = exchange(&token, &second).await;
        if cloud.counters().faults.get(kind).copied() != before {
            return Befallen { cloud, token, first, second, raw };
        }
    }
    panic!("{kind} is never seen");
}

/// The places of users in a page, as their ids.
fn ids(raw: &Raw) -> Vec<Value> {
    raw.items().iter().map(|item| item["id"].clone()).collect()
}

#[tokio::test]
async fn throttled_says_how_long_to_wait() {
    let it = befallen("throttled").await.raw;
    assert_eq!((it.status(), it.header("retry-after")), (429, Some("0")));
    assert_eq!(it.json()["error"]["code"], "TooManyRequests");
}

#[tokio::test]
async fn throttled_without_wait_says_nothing() {
    let it = befallen("throttled-without-wait").await.raw;
    assert_eq!((it.status(), it.header("retry-after")), (429, None));
}

#[tokio::test]
async fn throttled_too_short_is_throttled_again() {
    let it = befallen("throttled-too-short").await;
    assert_eq!((it.raw.status(), it.raw.header("retry-after")), (429, Some("0")));
    assert_eq!(exchange(&it.token, &it.second).await.status(), 429);
    assert_eq!(it.right(&it.second).await.status(), 200);
}

#[tokio::test]
async fn errors_of_the_server_have_their_status() {
    for (kind, status, code) in [
        ("internal-server-error", 500, "InternalServerError"),
        ("service-unavailable", 503, "ServiceUnavailable"),
        ("service-unavailable-with-wait", 503, "ServerBusy"),
        ("gateway-timeout", 504, "GatewayTimeout"),
    ] {
        let it = befallen(kind).await.raw;
        assert_eq!((it.status(), it.json()["error"]["code"].as_str()), (status, Some(code)));
        assert_eq!(it.header("retry-after").is_some(), kind.ends_with("with-wait"));
    }
}

#[tokio::test]
async fn html_comes_with_502_and_with_200() {
    for (kind, status) in [("bad-gateway", 502), ("html", 200)] {
        let it = befallen(kind).await.raw;
        assert_eq!(it.status(), status);
        assert!(it.header("content-type").unwrap().starts_with("text/html"));
        assert!(it.body.starts_with(b"<html>"));
    }
}

#[tokio::test]
async fn an_empty_body_comes_with_200() {
    let it = befallen("empty-body").await.raw;
    assert_eq!((it.status(), it.header("content-length")), (200, Some("0")));
}

#[tokio::test]
async fn a_connection_is_reset_without_an_answer() {
    let it = befallen("connection-reset").await.raw;
    assert!(it.head.is_empty() && it.body.is_empty() && it.is_cut && it.is_reset, "{it:?}");
}

#[tokio::test]
async fn a_body_is_cut() {
    let it = befallen("body-cut").await.raw;
    let length: usize = it.header("content-length").unwrap().parse().unwrap();
    assert_eq!(it.status(), 200);
    assert!(it.is_cut && !it.body.is_empty() && it.body.len() < length, "{it:?}");
}

#[tokio::test]
async fn an_answer_does_not_come() {
    let it = befallen("never-answered").await.raw;
    assert!(it.head.is_empty() && it.body.is_empty() && it.is_cut, "{it:?}");
}

#[tokio::test]
async fn an_answer_does_not_go_on() {
    let it = befallen("never-ended").await.raw;
    let length: usize = it.header("content-length").unwrap().parse().unwrap();
    assert_eq!(it.status(), 200);
    assert!(it.is_cut && !it.body.is_empty() && it.body.len() < length, "{it:?}");
}

#[tokio::test]
async fn chunks_do_not_end() {
    let it = befallen("chunks-broken").await.raw;
    assert_eq!((it.status(), it.header("transfer-encoding")), (200, Some("chunked")));
    assert!(it.is_cut && !it.body.is_empty(), "{it:?}");
}

#[tokio::test]
async fn a_connection_is_closed_and_says_so() {
    let it = befallen("connection-closed").await.raw;
    assert_eq!((it.status(), it.header("connection")), (200, Some("close")));
    assert!(!it.items().is_empty() || it.next().is_some());
    assert!(it.closes().await);
}

#[tokio::test]
async fn a_connection_is_closed_without_notice() {
    let it = befallen("connection-dropped").await.raw;
    assert_eq!((it.status(), it.header("connection")), (200, None));
    assert!(!it.is_cut && it.header("content-length").is_some());
    assert!(it.closes().await);
}

#[tokio::test]
async fn a_delayed_answer_is_right() {
    let it = befallen("delay").await;
    assert_eq!(it.raw.status(), 200);
    assert_eq!(it.raw.body, it.right(&it.second).await.body);
}

#[tokio::test]
async fn an_expired_token_stays_expired_and_another_is_accepted() {
    let it = befallen("token-expired").await;
    for raw in [&it.raw, &exchange(&it.token, &it.second).await] {
        assert_eq!(raw.status(), 401);
        assert!(raw.header("www-authenticate").is_some());
        assert_eq!(raw.json()["error"]["code"], "InvalidAuthenticationToken");
    }
    // It may be refused once more, by another fault of the plan, and not for the same token.
    let token = sign_in(&it.cloud, GRAPH).await;
    assert_ne!(token, it.token);
    assert_eq!(it.right(&it.second).await.status(), 200);
}

#[tokio::test]
async fn an_expired_page_token_stays_expired_and_the_list_can_be_begun_again() {
    let it = befallen("page-token-expired").await;
    for raw in [&it.raw, &exchange(&it.token, &it.second).await] {
        assert_eq!(raw.status(), 400);
        assert_eq!(raw.json()["error"]["code"], "Directory_ExpiredPageToken");
    }
    let link = it.right(&it.first).await.next().unwrap();
    assert_ne!(link, it.second);
}

#[tokio::test]
async fn a_repeated_page_leads_to_itself_by_another_link() {
    let it = befallen("page-repeated").await;
    let link = it.raw.next().unwrap();
    assert_ne!(link, it.second);
    let again = it.right(&link).await;
    assert_eq!(ids(&again), ids(&it.raw));
    assert_ne!(again.next(), Some(link));
}

#[tokio::test]
async fn an_empty_page_leads_to_the_one_that_was_asked_for() {
    let it = befallen("empty-page").await;
    assert!(it.raw.items().is_empty());
    let page = it.right(&it.raw.next().unwrap()).await;
    assert_eq!(ids(&page), ids(&it.right(&it.second).await));
}

#[tokio::test]
async fn an_overlapping_page_begins_with_items_of_the_one_before() {
    let it = befallen("pages-overlapping").await;
    let (page, found) = (ids(&it.right(&it.second).await), ids(&it.raw));
    let tail = found.strip_suffix(&page[..]).unwrap();
    assert!(!tail.is_empty());
    assert!(ids(&it.right(&it.first).await).ends_with(tail));
}

#[tokio::test]
async fn a_reordered_page_has_the_same_items() {
    let it = befallen("items-reordered").await;
    let (mut page, mut found) = (ids(&it.right(&it.second).await), ids(&it.raw));
    assert_ne!(page, found);
    page.sort_by_key(Value::to_string);
    found.sort_by_key(Value::to_string);
    assert_eq!(page, found);
}

#[tokio::test]
async fn a_link_leads_back_and_the_next_time_forth() {
    let it = befallen("link-back").await;
    let back = it.raw.next().unwrap();
    assert!(!back.contains("skiptoken"), "{back}");
    let first = it.right(&back).await;
    assert_eq!(first.next(), Some(it.second.clone()));
    let forth = it.right(&it.second).await.next().unwrap();
    assert!(forth.contains("skiptoken") && forth != it.second);
}

#[tokio::test]
async fn whole_batches_and_sign_in_fail_too() {
    let faults = Faults { density: 0.9, at_most: 2, hurry: 1_000_000, ..Faults::default() };
    let cloud = start(Some(faults)).await;
    Reader::new(&cloud, 2).read_all().await;
    // These faults are rarer.
    for _ in 0..100 {
        sign_in(&cloud, GRAPH).await;
    }
    let faults = cloud.counters().faults;
    assert!(faults["batch"] > 0 && faults["sign-in"] > 0, "{faults:?}");
}
