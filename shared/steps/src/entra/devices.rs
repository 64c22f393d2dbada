//! Devices that are known to the directory.

use crate::entity::{EntityType, OBJECT, text};
use crate::list::List;
use crate::step::{Permission, Step};

pub(crate) static DEVICE: EntityType = EntityType {
    kind: "azure_device",
    class: &["Device"],
    doc: "A device that is known to the directory.",
    shared: OBJECT,
    properties: &[text("deviceId", "/deviceId", "The id that the device knows itself by.")],
};

pub(crate) static STEP: Step = Step {
    id: "ad-devices",
    name: "Entra ID Devices",
    ingestion_source: Some("ad-devices"),
    list: List::graph("/devices").query("$top=999"),
    permissions: &[Permission::Graph("Device.Read.All")],
    emits: Some(&DEVICE),
    ..Step::DIRECTORY
};
