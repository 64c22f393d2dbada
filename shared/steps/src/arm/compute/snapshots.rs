//! Snapshots of disks.

use crate::arm::compute::disk_accesses::DISK_ACCESS;
use crate::arm::compute::disk_encryption_sets::ENCRYPTION_SET;
use crate::arm::compute::disks::DISK;
use crate::prelude::*;

pub(crate) static SNAPSHOT: EntityType = EntityType {
    kind: "azure_snapshot",
    class: &["Image"],
    doc: "A copy of a disk as it was at one moment.",
    properties: &[
        date("createdOn", "/properties/timeCreated", "When it was created."),
        text("dataAccessAuthMode", "/properties/", "`AzureActiveDirectory` if links need sign-in."),
        number("diskSizeBytes", "/properties/", "The size in bytes."),
        number("diskSizeGb", "/properties/diskSizeGB", "The size in GiB."),
        text("diskState", "/properties/", "Such as `ActiveSAS` while it can be copied."),
        always_flag("encrypted", true, "Azure encrypts every snapshot."),
        text("encryption", "/properties/encryption/type", "Whose key encrypts it."),
        flag("incremental", "/properties/", "Whether it holds only what has changed."),
        text("networkAccessPolicy", "/properties/", "`AllowAll`: it can be copied from anywhere."),
        text("osType", "/properties/", "`Linux` or `Windows`, of a system disk."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("sku", "/sku/name", "Such as `Standard_ZRS`: where its copies lie."),
        text("sourceResourceId", SOURCE, "What it is a copy of."),
    ],
    ..EntityType::resource("Microsoft.Compute/snapshots", "2024-03-02")
};

const SOURCE: &str = "/properties/creationData/sourceResourceId";

pub(crate) static STEP: Step = Step {
    id: "rm-compute-snapshots",
    name: "Disk Snapshots",
    ..Step::of(&SNAPSHOT, "compute").links(&[
        Link::new(RelationshipClass::Generated, &[&DISK, &SNAPSHOT], SOURCE).reverse(),
        Link::uses(&[&DISK_ACCESS], "/properties/diskAccessId"),
        Link::uses(&[&ENCRYPTION_SET], "/properties/encryption/diskEncryptionSetId"),
    ])
};
