//! Locations and usage details.

use std::collections::HashSet;

use super::{Client, texts, with_actions};
use crate::options::Options;
use crate::services::cloud::RESOURCE_MANAGER;

fn address(client: &Client, index: u64, rest: &str) -> String {
    let id = client.cloud.tenant.subscription_id(index);
    format!("management.azure.com/subscriptions/{id}/{rest}")
}

fn usage(client: &Client, index: u64, filter: &str) -> String {
    let rest = "providers/Microsoft.Consumption/usageDetails?api-version=2024-08-01";
    address(client, index, &format!("{rest}{filter}"))
}

const DAY: &str = "&$filter=properties/usageStart ge '2026-09-01' and properties/usageEnd le \
                   '2026-09-01'";

#[test]
fn a_subscription_is_told_where_its_resources_may_lie() {
    let client = Client::new(Options::default());
    let locations = address(&client, 0, "locations?api-version=2022-12-01");
    let all = client.all(&client.arm_token(), &locations);
    let names = texts(&all, "/name");
    assert!(crate::world::names::REGIONS.iter().all(|region| names.contains(region)));
    let kinds: HashSet<&str> = texts(&all, "/metadata/regionType").into_iter().collect();
    assert_eq!(kinds, HashSet::from(["Physical", "Logical"]));
    for location in &all {
        let metadata = &location["metadata"];
        let coordinate = |name| metadata[name].as_str().map(|it: &str| it.parse::<f64>().unwrap());
        let coordinates = (coordinate("latitude"), coordinate("longitude"));
        match metadata["regionType"].as_str() {
            Some("Physical") => assert!(matches!(coordinates, (Some(_), Some(_))), "{location}"),
            _ => assert_eq!(coordinates, (None, None), "{location}"),
        }
    }
}

#[test]
fn usage_is_told_by_day_and_is_the_same_each_time() {
    let page_size = Some(7);
    let client = Client::new(Options { subscriptions: 4, page_size, ..Options::default() });
    let token = client.arm_token();
    let day = client.all(&token, &usage(&client, 0, DAY));
    assert!(day.len() > 20);
    assert_eq!(day, client.all(&token, &usage(&client, 0, DAY)));
    let dates = texts(&day, "/properties/date");
    assert!(dates.iter().all(|date| *date == "2026-09-01T00:00:00.0000000Z"));
    let two = DAY.replace("le '2026-09-01'", "le '2026-09-02'");
    let two = client.all(&token, &usage(&client, 0, &two));
    assert_eq!((two.len(), &two[..day.len()]), (2 * day.len(), &day[..]));
    let ids: HashSet<&str> = texts(&two, "/id").into_iter().collect();
    assert_eq!(ids.len(), two.len());
    let modern = client.all(&token, &usage(&client, 3, DAY));
    assert!(modern.iter().all(|it| it["kind"] == "modern"));
    assert!(modern[0]["properties"]["costInBillingCurrency"].is_number());
    assert!(day[0]["properties"]["cost"].is_number());
    assert!(client.all(&token, &usage(&client, 2, DAY)).is_empty());
    let ahead = "&$filter=properties/usageStart ge '2100-01-01'";
    assert!(client.all(&token, &usage(&client, 0, ahead)).is_empty());
    let odd = client.get(&token, &usage(&client, 0, "&$filter=tags eq 'a:b'"));
    assert_eq!((odd.status, odd.code()), (400, "UnsupportedQuery"));
}

#[test]
fn both_need_a_permission() {
    let principals = vec![with_actions("other", "/", &["Microsoft.Compute/*"])];
    let client = Client::new(Options { principals: principals.clone(), ..Options::default() });
    let token = client.token(&principals[0], RESOURCE_MANAGER);
    let locations = address(&client, 0, "locations?api-version=2022-12-01");
    for address in [locations, usage(&client, 0, DAY)] {
        assert_eq!(client.get(&token, &address).code(), "AuthorizationFailed");
    }
}
