//! Managed images.

use crate::arm::compute::disks::DISK;
use crate::arm::compute::snapshots::SNAPSHOT;
use crate::arm::compute::virtual_machines::VIRTUAL_MACHINE;
use crate::prelude::*;

pub(crate) static IMAGE: EntityType = EntityType {
    kind: "azure_image",
    class: &["Image"],
    doc: "An image of the disks of a machine, from which others are made.",
    properties: &[
        text("hyperVGeneration", "/properties/", "`V1` or `V2`."),
        text("osType", "/properties/storageProfile/osDisk/", "`Linux` or `Windows`."),
        text(
            "osState",
            "/properties/storageProfile/osDisk/",
            "`Generalized` if it holds no accounts and names of the machine that it was made of.",
        ),
        text("sourceVirtualMachineId", SOURCE, "The machine that it was made of."),
        flag("zoneResilient", "/properties/storageProfile/", "Whether it survives a zone failing."),
    ],
    ..EntityType::resource("Microsoft.Compute/images", "2024-11-01")
};

const SOURCE: &str = "/properties/sourceVirtualMachine/id";

pub(crate) static STEP: Step = Step {
    id: "rm-compute-virtual-machine-images",
    name: "Virtual Machine Disk Images",
    ..Step::of(&IMAGE, "compute").links(&[
        made_of(&[&VIRTUAL_MACHINE], SOURCE),
        made_of(&[&DISK], "/properties/storageProfile/osDisk/managedDisk/id"),
        made_of(&[&SNAPSHOT], "/properties/storageProfile/osDisk/snapshot/id"),
    ])
};

/// What the image was made of, whose id is at `path`.
const fn made_of(of: &'static [&'static EntityType], path: &'static str) -> Link {
    Link::new(RelationshipClass::Generated, of, path).reverse()
}
