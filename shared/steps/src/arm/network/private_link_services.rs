//! Services of one's own that others reach by private endpoints.

use graph::{Key, Name};

use crate::arm::network::interfaces::INTERFACE;
use crate::arm::network::load_balancers::LOAD_BALANCER;
use crate::arm::network::private_endpoints::PRIVATE_ENDPOINT;
use crate::prelude::*;

pub(crate) static PRIVATE_LINK_SERVICE: EntityType = EntityType {
    kind: "azure_private_link_service",
    class: &["Service"],
    doc: "Lets others reach what is behind a load balancer, without the internet.",
    properties: &[
        always_list("category", &["network"], "What sort of service it is."),
        always_list("function", &["networking"], "What it does."),
        text("alias", "/properties/", "The name by which others ask for it."),
        text("etag", "/", "What changes whenever the service does."),
        each("visibleTo", "/properties/visibility/subscriptions/*", "Who may ask; `*` for anyone."),
        each(
            "autoApprovedFor",
            "/properties/autoApproval/subscriptions/*",
            "Whose requests need no approval; `*` is everybody.",
        ),
        flag("enableProxyProtocol", "/properties/", "Whether it says who asks."),
        each("fqdns", "/properties/fqdns/*", "Its names."),
    ],
    ..EntityType::resource("Microsoft.Network/privateLinkServices", "2025-05-01")
};

const FRONTENDS: &str = "/properties/loadBalancerFrontendIpConfigurations/*/id";
const ENDPOINTS: &str = "/properties/privateEndpointConnections/*/properties/privateEndpoint/id";

pub(crate) static STEP: Step = Step {
    id: "rm-network-private-link-services",
    name: "Private Link Services",
    ..Step::of(&PRIVATE_LINK_SERVICE, "network").links(&[
        Link::uses(&[&LOAD_BALANCER], FRONTENDS).by(|id, _| balancer(id)),
        Link::uses(&[&INTERFACE], "/properties/networkInterfaces/*/id"),
        Link::new(RelationshipClass::Allows, &[&PRIVATE_ENDPOINT], ENDPOINTS),
    ])
};

/// The load balancer that a frontend belongs to.
fn balancer(frontend: &str) -> Option<Name> {
    let key = Key::new(frontend);
    let (balancer, _) = key.as_str().split_once("/frontendipconfigurations/")?;
    Some(Name::of_id(balancer))
}
