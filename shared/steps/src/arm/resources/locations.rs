//! The locations that a subscription may use.

use graph::{End, Name, RelationshipClass, Unresolved};
use serde_json::json;

use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::convert::Item;
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static STEP: Step = Step {
    id: "rm-subscription-locations",
    name: "Subscription Locations",
    ingestion_source: Some("subscriptions"),
    list: List::resource_manager("{id}/locations", "2022-12-01").of_each(&[&SUBSCRIPTION]),
    permissions: &[Permission::Action("Microsoft.Resources/subscriptions/locations/read")],
    links: &USES,
    relate: |item, out| {
        let (Some(subscription), Some(name)) = (item.parent, item.text("/name")) else {
            return out.lose("azure_location.name".to_owned());
        };
        let [uses] = &USES;
        let location = End::named(Name::alias("location", name));
        let subscription = End::known(subscription.key, subscription.kind);
        let mut reference = uses.reference(subscription, location);
        reference.unresolved = (uses.unresolved)(name, item);
        out.references.push(reference);
    },
    ..Step::SUBSCRIPTION
};

/// No step collects locations, so that all of these become mapped relationships.
static USES: [Link; 1] = [Link::new(RelationshipClass::Uses, &[], "")
    .kind("azure_subscription_uses_location")
    .or_map(&["azure_subscription_uses_location"], location)];

/// A location has an id in each subscription, but one name in all of them.
fn location(name: &str, item: &Item<'_>) -> Unresolved {
    let target = json!({
        "_type": "azure_location",
        "_class": "Site",
        "_key": format!("azure_location:{}", name.to_lowercase()),
        "name": name,
        "displayName": item.text("/displayName").unwrap_or(name),
    });
    Unresolved::Map {
        kind: "azure_subscription_uses_location".to_owned(),
        filters: vec![vec!["_type".to_owned(), "_key".to_owned()]],
        target: target.as_object().cloned().unwrap_or_default(),
        skip_creation: false,
    }
}
