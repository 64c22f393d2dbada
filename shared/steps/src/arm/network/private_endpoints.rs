//! Private endpoints.

use serde_json::{Map, Value};

use crate::arm::network::application_security_groups::APPLICATION_SECURITY_GROUP;
use crate::arm::network::interfaces::INTERFACE;
use crate::arm::network::virtual_networks::SUBNET;
use crate::path;
use crate::prelude::*;

pub(crate) static PRIVATE_ENDPOINT: EntityType = EntityType {
    kind: "azure_private_endpoint",
    class: &["NetworkEndpoint"],
    doc: "An address in a subnet at which a resource is reached without the internet.",
    properties: &[
        text("etag", "/", "What changes whenever the endpoint does."),
        text("subnetId", "/properties/subnet/id", "The subnet that it is in."),
        each("dnsNames", "/properties/customDnsConfigs/*/fqdn", "The names that lead to it."),
        each("privateIp", "/properties/customDnsConfigs/*/ipAddresses/*", "Where the names lead.")
            .or(&["/properties/ipConfigurations/*/properties/privateIPAddress"]),
        each("groupIds", AUTOMATIC_GROUPS, "Which parts of the resource it reaches, as `blob`.")
            .or(&[MANUAL_GROUPS]),
        each(
            "connectionStatus",
            "/properties/privateLinkServiceConnections/*/properties/privateLinkServiceConnectionState/status",
            "`Approved`, or how far the owner of the resource is with it.",
        )
        .or(&["/properties/manualPrivateLinkServiceConnections/*/properties/privateLinkServiceConnectionState/status"]),
    ],
    ..EntityType::resource("Microsoft.Network/privateEndpoints", "2025-05-01")
};

const AUTOMATIC_GROUPS: &str = "/properties/privateLinkServiceConnections/*/properties/groupIds/*";
const MANUAL_GROUPS: &str =
    "/properties/manualPrivateLinkServiceConnections/*/properties/groupIds/*";

pub(crate) static STEP: Step = Step {
    id: "rm-network-private-endpoints",
    name: "Private Endpoints",
    covers: &[
        "rm-network-private-endpoint-nic-relationships",
        "rm-network-private-endpoint-resource-relationships",
        "rm-network-private-endpoint-subnet-relationships",
    ],
    becomes: Becomes::one(&PRIVATE_ENDPOINT)
        .links(&[
            Link::of(&[&SUBNET], "/properties/subnet/id"),
            Link::uses(&[&INTERFACE], "/properties/networkInterfaces/*/id"),
            Link::new(
                RelationshipClass::Protects,
                &[&APPLICATION_SECURITY_GROUP],
                "/properties/applicationSecurityGroups/*/id",
            )
            .reverse(),
        ])
        // A connection that somebody has to approve by hand is listed apart from the others.
        .nested(&[
            Nested::at(
                "/properties/privateLinkServiceConnections/*",
                Becomes::related(&[CONNECTS]),
            ),
            Nested::at(
                "/properties/manualPrivateLinkServiceConnections/*",
                Becomes::related(&[CONNECTS]),
            ),
        ]),
    ..Step::of(&PRIVATE_ENDPOINT, "network")
};

/// What an endpoint leads to may be any resource.
const CONNECTS: Link =
    Link::from_parent(RelationshipClass::Connects, &[], "/properties/privateLinkServiceId")
        .with(connection);

fn connection(_: &str, connection: &Item<'_>) -> Map<String, Value> {
    let state = "privateLinkServiceConnectionState";
    let known = [
        ("etag", "/etag".to_owned()),
        ("name", "/name".to_owned()),
        ("type", "/type".to_owned()),
        ("provisioningState", "/properties/provisioningState".to_owned()),
        ("privateLinkServiceId", "/properties/privateLinkServiceId".to_owned()),
    ];
    let states = ["actionsRequired", "description", "status"];
    let states = states.map(|it| (format!("{state}.{it}"), format!("/properties/{state}/{it}")));
    let all = known.into_iter().map(|(name, path)| (name.to_owned(), path)).chain(states);
    let value = |path: &str| path::first(connection.json, path).filter(|it| it.is_string());
    all.filter_map(|(name, path)| Some((name, value(&path)?.clone()))).collect()
}
