//! How machines and their disks belong together.

use super::resource::Resource;
use crate::world::random::nth;

/// Publisher, offer, sku, exact version, operating system.
pub(crate) type Image = (&'static str, &'static str, &'static str, &'static str, &'static str);

const IMAGES: [Image; 5] = [
    ("canonical", "ubuntu-24_04-lts", "server", "24.04.202608120", "Linux"),
    (
        "MicrosoftWindowsServer",
        "WindowsServer",
        "2022-datacenter-g2",
        "20348.3091.260807",
        "Windows",
    ),
    ("RedHat", "RHEL", "9-lvm-gen2", "9.6.2026070915", "Linux"),
    ("Debian", "debian-12", "12-gen2", "0.20260804.2193", "Linux"),
    ("MicrosoftSQLServer", "sql2022-ws2022", "standard-gen2", "16.0.260714", "Windows"),
];

/// Power states by turns. The last machine of a turn reports none.
const POWER_STATES: [Option<(&str, &str)>; 9] = [
    Some(("running", "VM running")),
    Some(("deallocated", "VM deallocated")),
    Some(("stopped", "VM stopped")),
    Some(("running", "VM running")),
    Some(("starting", "VM starting")),
    Some(("stopping", "VM stopping")),
    Some(("deallocating", "VM deallocating")),
    Some(("unknown", "VM status unknown")),
    None,
];

/// Whether the machine's disks are blobs in a storage account, as they were before managed disks.
pub(crate) const fn has_blob_disks(machine: u64) -> bool {
    machine % 9 == 4
}

/// Whether the machine was made from an existing disk, and so has neither image nor profile.
pub(crate) const fn is_from_disk(machine: u64) -> bool {
    machine % 13 == 6
}

/// The power state of a machine, and its text.
pub(crate) fn power_state(machine: u64) -> Option<(&'static str, &'static str)> {
    nth(&POWER_STATES, machine)
}

pub(crate) fn is_deallocated(machine: u64) -> bool {
    matches!(power_state(machine), Some(("deallocated", _)))
}

pub(crate) fn operating_system(machine: &Resource) -> &'static str {
    image(machine).4
}

/// The id of the image that a machine was made from. It lies in a subscription of Microsoft's.
pub(crate) fn image_id(machine: &Resource) -> String {
    let (publisher, offer, sku, version, _) = image(machine);
    format!(
        "/Subscriptions/{}/Providers/Microsoft.Compute/Locations/{}/Publishers/{publisher}/\
         ArtifactTypes/VMImage/Offers/{offer}/Skus/{sku}/Versions/{version}",
        machine.draw("image subscription").guid(),
        machine.location()
    )
}

pub(crate) fn image(machine: &Resource) -> Image {
    machine.draw("image").pick(&IMAGES)
}

/// The kind of storage behind a disk.
pub(crate) fn disk_sku(disk: &Resource) -> &'static str {
    disk.draw("sku").pick(&["Premium_LRS", "Premium_LRS", "StandardSSD_LRS", "Standard_LRS"])
}
