//! The subscriptions that a listing shows, and whether they are collected.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::item::{InstanceView, Item};

/// A subscription that an instance may be made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Discovery {
    /// Its id without a path, in lower case.
    pub subscription_id: String,
    /// The name that people see, or else the id.
    pub name: String,
    /// What Azure says that can be done with it, such as `Enabled`; empty if it does not say.
    pub state: String,
    /// Why it is not collected, unless it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

impl Discovery {
    /// What an item of the listing of subscriptions says. Nothing if it has no id.
    #[must_use]
    pub fn of(item: &Item<'_>) -> Option<Self> {
        let id = item.text("/subscriptionId").map(str::trim).filter(|it| !it.is_empty())?;
        let name = item.text("/displayName").filter(|it| !it.trim().is_empty()).unwrap_or(id);
        Some(Self {
            subscription_id: id.to_ascii_lowercase(),
            name: name.to_owned(),
            state: item.text("/state").unwrap_or_default().to_owned(),
            skipped: skipped(item),
        })
    }
}

/// The tags that tell a subscription to be skipped, by names and values in lower case.
const SKIP: [(&str, &str); 2] = [("jupiterone", "skip"), ("j1-integration", "skip")];

/// The name and the offer of what some tenants have from the time when the directory could only be
/// reached through a subscription. Nothing is ever in it.
const LEGACY: (&str, &str) = ("Access to Azure Active Directory", "AAD_2015-09-01");

/// Why a subscription is not collected: what its owner says first, then what it is, then its state.
fn skipped(item: &Item<'_>) -> Option<String> {
    let legacy = item.text("/displayName").is_some_and(|it| it.trim() == LEGACY.0)
        || item.text("/subscriptionPolicies/quotaId") == Some(LEGACY.1);
    let legacy = || legacy.then(|| "it only gives access to the directory".to_owned());
    told(item).or_else(legacy).or_else(|| closed(item.text("/state")?, item.instance))
}

/// The tag that says to skip it. Tags are written by hand, so case and spaces do not count.
fn told(item: &Item<'_>) -> Option<String> {
    let tags = item.json.get("tags").and_then(Value::as_object)?;
    let is_told = |known: &(&str, &str)| {
        tags.iter().find_map(|(name, value)| {
            let value = value.as_str()?;
            let is = |text: &str, known| text.trim().eq_ignore_ascii_case(known);
            (is(name, known.0) && is(value, known.1))
                .then(|| format!("it has the tag {}={}", name.trim(), value.trim()))
        })
    };
    SKIP.iter().find_map(is_told)
}

/// Why a state keeps a subscription from being collected. What is overdue or about to be stopped
/// works as ever; what is disabled or expired can be read, but nothing in it runs; what is deleted
/// cannot even be read. A state that is not known is no reason: if nothing can be read, the ledger
/// will say so. Source: Microsoft Cost Management, "Azure subscription states".
fn closed(state: &str, instance: &InstanceView) -> Option<String> {
    let state = state.trim().to_ascii_lowercase();
    let is_closed = match state.as_str() {
        "deleted" => true,
        "disabled" | "expired" => !instance.ingest_disabled_subscriptions,
        _ => false,
    };
    is_closed.then(|| format!("it is {state}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use serde_json::value::to_raw_value;

    use super::*;

    fn discover(json: &Value, ingest_disabled_subscriptions: bool) -> Option<Discovery> {
        let instance = InstanceView { ingest_disabled_subscriptions, ..InstanceView::example() };
        let raw = to_raw_value(json).unwrap();
        Discovery::of(&Item { json, raw: &raw, parent: None, instance: &instance })
    }

    fn reason(json: &Value, ingest_disabled: bool) -> Option<String> {
        let mut json = json.clone();
        json["subscriptionId"] = "S".into();
        discover(&json, ingest_disabled).unwrap().skipped
    }

    #[test]
    fn a_discovery_says_what_the_listing_says() {
        let json = json!({ "subscriptionId": "AB", "displayName": "Prod", "state": "Warned" });
        let found = discover(&json, false).unwrap();
        let expected = json!({ "subscriptionId": "ab", "name": "Prod", "state": "Warned" });
        assert_eq!(serde_json::to_value(&found).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Discovery>(expected).unwrap(), found);
        let bare = discover(&json!({ "subscriptionId": "AB", "displayName": " " }), false).unwrap();
        assert_eq!((bare.name.as_str(), bare.state.as_str(), bare.skipped), ("AB", "", None));
        for json in [json!({}), json!({ "subscriptionId": " " }), json!({ "subscriptionId": 1 })] {
            assert_eq!(discover(&json, false), None);
        }
    }

    #[test]
    fn a_tag_skips_however_it_is_spelled() {
        let tags = [
            ("JupiterOne", "SKIP"),
            ("jupiterone", "skip"),
            ("j1-integration", "SKIP"),
            ("J1-Integration", "Skip"),
            (" JUPITERONE ", " skip\t"),
        ];
        for (name, value) in tags {
            let found = reason(&json!({ "tags": { "a": "b", name: value } }), true);
            assert_eq!(found, Some(format!("it has the tag {}={}", name.trim(), value.trim())));
        }
        let others =
            [("JupiterOne", "KEEP"), ("JupiterOne", ""), ("jupiter", "SKIP"), ("x", "SKIP")];
        for (name, value) in others {
            assert_eq!(reason(&json!({ "tags": { name: value } }), true), None, "{name}={value}");
        }
        for tags in [json!(null), json!({}), json!([]), json!({ "JupiterOne": true })] {
            assert_eq!(reason(&json!({ "tags": tags }), true), None);
        }
    }

    #[test]
    fn a_state_in_which_nothing_runs_skips_unless_it_is_wanted() {
        for state in ["Enabled", "Warned", "PastDue", "NotDefined", ""] {
            assert_eq!(reason(&json!({ "state": state }), false), None, "{state}");
        }
        for state in ["Disabled", "disabled", "Expired"] {
            let expected = Some(format!("it is {}", state.to_lowercase()));
            assert_eq!(reason(&json!({ "state": state }), false), expected);
            assert_eq!(reason(&json!({ "state": state }), true), None, "{state}");
        }
        let deleted = json!({ "state": "Deleted" });
        assert_eq!(reason(&deleted, true).as_deref(), Some("it is deleted"));
    }

    #[test]
    fn what_only_gives_access_to_the_directory_is_skipped() {
        let expected = Some("it only gives access to the directory".to_owned());
        let name = json!({ "displayName": "Access to Azure Active Directory" });
        let offer = json!({ "subscriptionPolicies": { "quotaId": "AAD_2015-09-01" } });
        assert_eq!([reason(&name, true), reason(&offer, true)], [expected.clone(), expected]);
        let other = json!({ "displayName": "No Access to Azure Active Directory" });
        assert_eq!(reason(&other, true), None);
    }
}
