//! `ExpressRoute`: lines to Azure that do not lead over the internet.

pub(crate) mod bgp_service_communities;
pub(crate) mod circuits;

use graph::{Key, Name};

use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::prelude::*;

pub(crate) static SERVICE: EntityType = EntityType {
    kind: "azure_expressroute",
    class: &["Service"],
    doc: "The ExpressRoute service, which has the circuits of a subscription.",
    properties: &[
        always("name", "[RM] Azure Express Route", "What it is called."),
        always("displayName", "[RM] Azure Express Route", "What it is called."),
        always("endpoint", "https://portal.azure.com", "Where people find it."),
        always_list("category", &["network"], "What sort of service it is."),
        always_list("function", &["provisioning", "encryption", "networking"], "What it does."),
        text("subscriptionKey", COMPUTED, "The id of the subscription."),
    ],
    ..EntityType::IMPLIED
};

const SERVICES: &[&EntityType] = &[&SERVICE];
const SUBSCRIPTIONS: &[&EntityType] = &[&SUBSCRIPTION];

/// The service has what it consists of.
pub(super) const HAS: Link =
    Link::found(RelationshipClass::Has, SERVICES, |it| vec![Name::from(&service(it))]).reverse();

/// What the service is part of has the service.
const OF_SERVICE: Link =
    Link::found(RelationshipClass::Has, SERVICES, |it| vec![Name::from(&service(it))]);

/// The service, which is known by what it consists of: no list has it.
pub(super) const BESIDES: Nested = Nested::besides(
    Becomes::one(&SERVICE)
        .key(|it| Some(service(it)))
        .refine(|it, entity| entity.set("subscriptionKey", it.instance.subscription_id.as_deref()))
        .links(&[SUBSCRIPTION_HAS]),
);

/// The subscription of the instance has the service.
const SUBSCRIPTION_HAS: Link =
    Link::found(RelationshipClass::Has, SUBSCRIPTIONS, subscription).reverse();

fn service(item: &Item<'_>) -> Key {
    Key::new(&format!("{}:{}", SERVICE.kind, item.instance.instance_id))
}

/// The subscription of the instance.
fn subscription(item: &Item<'_>) -> Vec<Name> {
    let id = item.instance.subscription_id.as_deref();
    id.map(|id| Name::of_id(&format!("/subscriptions/{id}"))).into_iter().collect()
}
