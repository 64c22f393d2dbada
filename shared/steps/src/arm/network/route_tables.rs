//! Route tables.

use graph::Entity;
use serde_json::Value;

use crate::arm::network::virtual_networks::SUBNET;
use crate::path;
use crate::prelude::*;

pub(crate) static ROUTE_TABLE: EntityType = EntityType {
    kind: "azure_route_table",
    class: &["Configuration"],
    doc: "Where traffic of subnets is sent.",
    properties: &[
        flag("disableBgpRoutePropagation", "/properties/", "Whether it bars routes from gateways."),
        text("etag", "/", "What changes whenever the table does."),
        text("resourceGuid", "/properties/", "An id that no other table has."),
        list("routes", COMPUTED, "Each route: `0.0.0.0/0 VirtualAppliance 10.0.0.4`."),
        each("nextHopTypes", "/properties/routes/*/properties/nextHopType", "As `Internet`."),
        text("defaultNextHopType", COMPUTED, "Where internet traffic is sent, if it says so."),
    ],
    ..EntityType::resource("Microsoft.Network/routeTables", "2025-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-network-route-tables",
    name: "Route Tables",
    becomes: Becomes::one(&ROUTE_TABLE).refine(routes).links(&[Link::uses(
        &[&SUBNET],
        "/properties/subnets/*/id",
    )
    .reverse()]),
    ..Step::of(&ROUTE_TABLE, "network")
};

fn routes(table: &Item<'_>, entity: &mut Entity) {
    let mut routes = Vec::new();
    for route in table.values("/properties/routes/*") {
        let text =
            |name| path::first(route, &format!("/properties/{name}")).and_then(Value::as_str);
        let (Some(prefix), Some(hop)) = (text("addressPrefix"), text("nextHopType")) else {
            continue;
        };
        if prefix == "0.0.0.0/0" {
            entity.set("defaultNextHopType", Some(hop));
        }
        let parts = [Some(prefix), Some(hop), text("nextHopIpAddress")];
        routes.push(parts.into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    entity.set("routes", Some(routes));
}
