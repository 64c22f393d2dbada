//! Circuits of `ExpressRoute`, and how they are connected with each other.

use graph::{Entity, Key, Name};

use crate::arm::network::express_route::{self, HAS};
use crate::prelude::*;

pub(crate) static CIRCUIT: EntityType = EntityType {
    kind: "azure_expressroute_circuit",
    class: &["Network"],
    doc: "A line from a network of one's own to Azure.",
    properties: &[
        text("CIDR", COMPUTED, "Nothing: a circuit is no range of addresses.").or_null(),
        always_flag("public", false, "It does not lead over the internet."),
        always_flag("internal", true, "It belongs to the subscription."),
        text("resourceGroups", COMPUTED, "The resource group, in lower case."),
        text("etag", "/", "What changes whenever the circuit does."),
        text("circuitProvisioningState", "/properties/", "As `Enabled`."),
        text("serviceProviderProvisioningState", "/properties/", "`Provisioned` once connected."),
        text("serviceProvider", PROVIDER, "Who provides the line; nobody for a port of one's own."),
        text("peeringLocation", PLACE, "Where the line ends."),
        flag("allowClassicOperations", "/properties/", "Whether the old API may."),
        flag("globalReachEnabled", "/properties/", "Whether circuits are connected."),
        each("peerings", "/properties/peerings/*/name", "Such as `AzurePrivatePeering`."),
        text("sku", "/sku/name", "Such as `Premium_MeteredData`."),
    ],
    ..EntityType::resource("Microsoft.Network/expressRouteCircuits", "2025-05-01")
};

pub(crate) static CONNECTION: EntityType = EntityType {
    kind: "azure_expressroute_circuit_connection",
    class: &["Network"],
    doc: "Connects a circuit with another one, so that their networks reach each other.",
    properties: &[
        text("CIDR", "/properties/addressPrefix", "The addresses of the connection.").or_null(),
        always_flag("public", false, "It does not lead over the internet."),
        always_flag("internal", true, "It belongs to the subscription."),
        text("addressPrefix", "/properties/", "The addresses of the connection."),
        text("circuitConnectionStatus", "/properties/", "As `Connected`."),
        text("etag", "/", "What changes whenever the connection does."),
        text("peerExpressRouteCircuitPeeringId", PEER, "The peering of the other circuit."),
        text("peeringId", PEER, "The peering of the other circuit."),
    ],
    ..EntityType::child("Microsoft.Network/expressRouteCircuits/peerings/connections", "2025-05-01")
};

pub(crate) static PEER_CONNECTION: EntityType = EntityType {
    kind: "azure_peer_expressroute_circut_connection",
    class: &["Network"],
    doc: "A connection with another circuit, which was made from there.",
    properties: &[
        text("CIDR", "/properties/addressPrefix", "The addresses of the connection.").or_null(),
        always_flag("public", false, "It does not lead over the internet."),
        always_flag("internal", true, "It belongs to the subscription."),
        text("addressPrefix", "/properties/", "The addresses of the connection."),
        text("authResourceGuid", "/properties/", "The authorization it was made by."),
        text("circuitConnectionStatus", "/properties/", "As `Connected`."),
        text("circuitName", COMPUTED, "The circuit."),
        text("connectionName", "/properties/", "What it is called at the other end."),
        text("etag", "/", "What changes whenever the connection does."),
        text(
            "expressRouteCircuitPeeringId",
            "/properties/expressRouteCircuitPeering/id",
            "The peering of this circuit.",
        ),
        text("peerExpressRouteCircuitPeeringId", PEER, "The peering of the other circuit."),
        text("resourceGroups", COMPUTED, "The resource group, in lower case."),
    ],
    ..EntityType::child(
        "Microsoft.Network/expressRouteCircuits/peerings/peerConnections",
        "2025-05-01",
    )
};

const PROVIDER: &str = "/properties/serviceProviderProperties/serviceProviderName";
const PLACE: &str = "/properties/serviceProviderProperties/peeringLocation";
const PEER: &str = "/properties/peerExpressRouteCircuitPeering/id";

pub(crate) static STEP: Step = Step {
    id: "rm-azure-express-route-circuit",
    name: "ExpressRoute Circuits",
    // A circuit shows its peerings, and they their connections.
    covers: &[
        "rm-azure-express-route",
        "rm-azure-express-route-circuit-connection",
        "rm-azure-express-route-circuit-has-azure-express-route-circuit-connection-relation",
        "rm-azure-express-route-circuit-has-azure-peer-express-route-connection-relation",
        "rm-azure-express-route-has-azure-express-route-circuit-connection-relation",
        "rm-azure-express-route-has-azure-express-route-circuit-relation",
        "rm-azure-express-route-has-azure-peer-express-route-connection-relation",
        "rm-azure-peer-express-route-connection",
    ],
    becomes: Becomes::one(&CIRCUIT)
        .refine(|it, entity| entity.set("resourceGroups", group(it)))
        .links(&[HAS])
        .nested(&[
            express_route::BESIDES,
            Nested::at(
                "/properties/peerings/*/properties/connections/*",
                Becomes::one(&CONNECTION)
                    .links(&[HAS, Link::of_parent(RelationshipClass::Has), CONNECTS])
                    .conceals(&["/properties/authorizationKey"]),
            ),
            Nested::at(
                "/properties/peerings/*/properties/peeredConnections/*",
                Becomes::one(&PEER_CONNECTION).refine(names).links(&[
                    HAS,
                    Link::of_parent(RelationshipClass::Has),
                    CONNECTS,
                ]),
            ),
        ])
        // With the first of these, a provider connects the circuit with any network.
        .conceals(&[
            "/properties/serviceKey",
            "/properties/authorizationKey",
            "/properties/authorizations/*/properties/authorizationKey",
            "/properties/peerings/*/properties/sharedKey",
            "/properties/peerings/*/properties/connections/*/properties/authorizationKey",
        ]),
    ..Step::of(&CIRCUIT, "express-route")
};

/// A connection knows the peering of the other circuit.
const CONNECTS: Link = Link::new(RelationshipClass::Connects, CIRCUITS, PEER)
    .by(|id, _| circuit(id).as_ref().map(Name::from));

const CIRCUITS: &[&EntityType] = &[&CIRCUIT];

/// The circuit that a peering belongs to.
fn circuit(peering: &str) -> Option<Key> {
    let key = Key::new(peering);
    let (circuit, _) = key.as_str().split_once("/peerings/")?;
    Some(Key::new(circuit))
}

fn group(item: &Item<'_>) -> Option<String> {
    let group = item.key("/id")?.resource_group()?;
    group.as_str().rsplit('/').next().map(str::to_owned)
}

fn names(connection: &Item<'_>, entity: &mut Entity) {
    entity.set("resourceGroups", group(connection));
    let circuit = connection.parent.and_then(|it| it.json.get("name")?.as_str());
    entity.set("circuitName", circuit);
}
