//! The locations that a subscription may use.

use graph::{Name, Unresolved};
use serde_json::json;

use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::prelude::*;

const LOCATION: ResourceType =
    ResourceType::new("Microsoft.Resources/subscriptions/locations", "2022-12-01");

pub(crate) static STEP: Step = Step {
    id: "rm-subscription-locations",
    name: "Subscription Locations",
    list: List::of_type(LOCATION).of_each(&[&SUBSCRIPTION]),
    // No step collects locations, so that all of these become mapped relationships.
    becomes: Becomes::related(&[Link::from_parent(RelationshipClass::Uses, &[], "/name")
        .by(|name, _| Some(Name::alias("location", name)))
        .kind(KIND)
        .or_map(&[KIND], |name, item| mapped(KIND, name, item.text("/displayName")))
        .or_lose("azure_location.name")]),
    needs: Needs::subscription("subscriptions"),
    ..Step::AZURE
};

const KIND: &str = "azure_subscription_uses_location";

/// A location as it is called in ids, from a name that people read: `West Europe`.
pub(crate) fn name(location: &str) -> String {
    location.replace(' ', "").to_lowercase()
}

/// A location has an id in each subscription, but one name in all of them.
pub(crate) fn mapped(kind: &str, location: &str, display: Option<&str>) -> Unresolved {
    let location = name(location);
    let target = json!({
        "_type": "azure_location",
        "_class": "Site",
        "_key": format!("azure_location:{location}"),
        "name": location,
        "displayName": display.unwrap_or(&location),
    });
    map(kind, &[&["_type", "_key"]], target)
}
