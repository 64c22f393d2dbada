//! Load balancers.

use graph::Name;

use crate::arm::network::interfaces::INTERFACE;
use crate::arm::network::public_ips::{PUBLIC_IP, interface};
use crate::prelude::*;

pub(crate) static LOAD_BALANCER: EntityType = EntityType {
    kind: "azure_lb",
    class: &["Gateway"],
    doc: "What spreads traffic over machines.",
    properties: &[
        always_list("category", &["network"], "What sort of gateway it is."),
        always_list("function", &["load-balancing"], "What it does."),
        each("privateIp", PRIVATE, "The addresses at which a virtual network reaches it."),
        flag("public", COMPUTED, "Whether the internet reaches it."),
        text("resourceGuid", "/properties/", "An id that no other one has."),
        text("sku", "/sku/name", "`Basic`, `Standard` or `Gateway`."),
    ],
    ..EntityType::resource("Microsoft.Network/loadBalancers", "2024-05-01")
};

const PRIVATE: &str = "/properties/frontendIPConfigurations/*/properties/privateIPAddress";
const PUBLIC: &str = "/properties/frontendIPConfigurations/*/properties/publicIPAddress/id";
const PREFIX: &str = "/properties/frontendIPConfigurations/*/properties/publicIPPrefix/id";
const BEHIND: &str = "/properties/backendAddressPools/*/properties/backendIPConfigurations/*/id";

pub(crate) static STEP: Step = Step {
    id: "rm-network-load-balancers",
    name: "Load Balancers",
    becomes: Becomes::one(&LOAD_BALANCER)
        .refine(|it, entity| {
            let is_public = [PUBLIC, PREFIX].iter().any(|path| it.text(path).is_some());
            entity.set("public", Some(is_public));
        })
        .links(&[
            Link::uses(&[&PUBLIC_IP], PUBLIC),
            // It knows the configurations of the interfaces behind it.
            Link::new(RelationshipClass::Connects, &[&INTERFACE], BEHIND)
                .by(|id, _| Some(Name::from(&interface(id)?))),
        ]),
    ..Step::of(&LOAD_BALANCER, "network")
};
