//! Managed disks.

use crate::arm::compute::disk_encryption_sets::ENCRYPTION_SET;
use crate::prelude::*;

pub(crate) static DISK: EntityType = EntityType {
    kind: "azure_managed_disk",
    class: &["DataStore", "Disk"],
    doc: "A block device that virtual machines attach.",
    properties: &[
        CLASSIFICATION.or_null(),
        is(
            "attached",
            "/properties/diskState",
            "Attached",
            "Whether a machine that is not deallocated uses the disk.",
        ),
        text("managedBy", "/managedBy", "The virtual machine that holds the disk."),
        text(
            "networkAccessPolicy",
            "/properties/networkAccessPolicy",
            "`AllowAll` if it can be copied from anywhere.",
        ),
        text(
            "publicNetworkAccess",
            "/properties/publicNetworkAccess",
            "`Disabled` if only private endpoints reach it.",
        ),
        text(
            "dataAccessAuthMode",
            "/properties/dataAccessAuthMode",
            "`AzureActiveDirectory` if a link to its content does not suffice to read it.",
        ),
        date("createdOn", "/properties/timeCreated", "When it was created."),
        number("diskIopsReadWrite", "/properties/diskIOPSReadWrite", "Operations a second."),
        number("diskMBpsReadWrite", "/properties/diskMBpsReadWrite", "Megabytes a second."),
        number("diskSizeBytes", "/properties/diskSizeBytes", "The size in bytes."),
        number("diskSizeGb", "/properties/diskSizeGB", "The size in GiB."),
        text(
            "diskState",
            "/properties/diskState",
            "`Attached` while a machine uses the disk, `Reserved` while it is deallocated.",
        ),
        text("state", "/properties/diskState", "The disk's state in lower case.").lower_case(),
        always_flag("encrypted", true, "Azure encrypts every managed disk."),
        text("encryption", "/properties/encryption/type", "Whose key encrypts the disk."),
        text("hyperVGeneration", "/properties/hyperVGeneration", "`V1` or `V2`."),
        text("osType", "/properties/osType", "`Linux` or `Windows`, for a system disk."),
        text("uniqueId", "/properties/uniqueId", "An id that no other disk ever has."),
        list("zones", "/zones", "Availability zones."),
    ],
    ..EntityType::resource("Microsoft.Compute/disks", "2024-03-02")
};

pub(crate) static STEP: Step = Step {
    id: "rm-compute-virtual-machine-disks",
    name: "Virtual Machine Disks",
    covers: &["rm-compute-virutal-machine-disks"],
    list: List::of(&DISK),
    becomes: Becomes::one(&DISK)
        .links(&[Link::uses(&[&ENCRYPTION_SET], "/properties/encryption/diskEncryptionSetId")]),
    needs: Needs::subscription("compute"),
    ..Step::AZURE
};
