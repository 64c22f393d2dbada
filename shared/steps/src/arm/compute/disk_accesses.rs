//! Private access to disks.

use crate::arm::network::private_endpoints::PRIVATE_ENDPOINT;
use crate::prelude::*;

pub(crate) static DISK_ACCESS: EntityType = EntityType {
    kind: "azure_disk_access",
    class: &["Configuration"],
    doc: "The private endpoints by which disks and snapshots can be copied.",
    properties: &[
        date("createdOn", "/properties/timeCreated", "When it was created."),
        each("connectionStatus", STATUS, "The status of its connections, such as `Approved`."),
    ],
    ..EntityType::resource("Microsoft.Compute/diskAccesses", "2024-03-02")
};

const ENDPOINTS: &str = "/properties/privateEndpointConnections/*/properties/privateEndpoint/id";
const STATUS: &str = concat!(
    "/properties/privateEndpointConnections/*",
    "/properties/privateLinkServiceConnectionState/status",
);

pub(crate) static STEP: Step = Step {
    id: "rm-compute-disk-accesses",
    name: "Disk Accesses",
    ..Step::of(&DISK_ACCESS, "compute").links(&[Link::new(
        RelationshipClass::Allows,
        &[&PRIVATE_ENDPOINT],
        ENDPOINTS,
    )])
};
