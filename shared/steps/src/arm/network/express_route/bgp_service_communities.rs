//! The names by which routers know the networks of Microsoft's services.

use crate::arm::network::express_route::{self, OF_SERVICE, SUBSCRIPTION_HAS};
use crate::prelude::*;

pub(crate) static COMMUNITIES: EntityType = EntityType {
    kind: "azure_bgp_service_communities",
    class: &["Network"],
    doc: "The networks of one of Microsoft's services. They are the same for everybody.",
    properties: &[
        text("CIDR", COMPUTED, "Nothing: there are many ranges of addresses.").or_null(),
        always_flag("public", false, "It is reached by a circuit."),
        always_flag("internal", false, "It belongs to Microsoft."),
        text("serviceName", "/properties/", "The service."),
        each(
            "communityValues",
            "/properties/bgpCommunities/*/communityValue",
            "As routers write it.",
        ),
        text("subscriptionKey", COMPUTED, "The subscription that may use it."),
    ],
    ..EntityType::extension("Microsoft.Network/bgpServiceCommunities", "2025-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-azure-bgp-service-communities",
    name: "BGP Service Communities",
    covers: &[
        "rm-azure-bgp-service-communities-has-azure-express-route-relation",
        "rm-azure-subscription-has-azure-bgp-service-communities-relation",
    ],
    becomes: Becomes::one(&COMMUNITIES)
        .refine(|it, entity| {
            let id = it.instance.subscription_id.as_deref();
            entity.set("subscriptionKey", id.map(|id| format!("/subscriptions/{id}")));
        })
        .links(&[SUBSCRIPTION_HAS, OF_SERVICE])
        .nested(&[express_route::BESIDES]),
    ..Step::of(&COMMUNITIES, "express-route")
};
