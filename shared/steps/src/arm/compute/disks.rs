//! Managed disks.

use crate::arm::compute::disk_accesses::DISK_ACCESS;
use crate::arm::compute::disk_encryption_sets::ENCRYPTION_SET;
use crate::prelude::*;

pub(crate) static DISK: EntityType = EntityType {
    kind: "azure_managed_disk",
    class: &["DataStore", "Disk"],
    doc: "A block device that virtual machines attach.",
    properties: &[
        CLASSIFICATION.or_null(),
        is("attached", "/properties/diskState", "Attached", "Whether an allocated machine has it."),
        text("managedBy", "/", "The virtual machine that holds the disk."),
        text("networkAccessPolicy", "/properties/", "`AllowAll`: it can be copied from anywhere."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("dataAccessAuthMode", "/properties/", "`AzureActiveDirectory` if links need sign-in."),
        date("createdOn", "/properties/timeCreated", "When it was created."),
        number("diskIopsReadWrite", "/properties/diskIOPSReadWrite", "Operations a second."),
        number("diskMBpsReadWrite", "/properties/", "Megabytes a second."),
        number("diskSizeBytes", "/properties/", "The size in bytes."),
        number("diskSizeGb", "/properties/diskSizeGB", "The size in GiB."),
        text("diskState", "/properties/", "`Attached` in use; `Reserved` by deallocated machines."),
        text("state", "/properties/diskState", "The disk's state in lower case.").lower_case(),
        always_flag("encrypted", true, "Azure encrypts every managed disk."),
        text("encryption", "/properties/encryption/type", "Whose key encrypts the disk."),
        text("hyperVGeneration", "/properties/", "`V1` or `V2`."),
        text("osType", "/properties/", "`Linux` or `Windows`, for a system disk."),
        text("uniqueId", "/properties/", "An id that no other disk ever has."),
        list("zones", "/", "Availability zones."),
    ],
    ..EntityType::resource("Microsoft.Compute/disks", "2024-03-02")
};

pub(crate) static STEP: Step = Step {
    id: "rm-compute-virtual-machine-disks",
    name: "Virtual Machine Disks",
    covers: &["rm-compute-virutal-machine-disks"],
    ..Step::of(&DISK, "compute").links(&[
        Link::uses(&[&DISK_ACCESS], "/properties/diskAccessId"),
        Link::uses(&[&ENCRYPTION_SET], "/properties/encryption/diskEncryptionSetId"),
    ])
};
