//! Disk encryption sets.

use crate::arm::key_vault::key_at;
use crate::arm::key_vault::keys::KEY;
use crate::arm::key_vault::vaults::VAULT;
use crate::host::host;
use crate::prelude::*;

pub(crate) static ENCRYPTION_SET: EntityType = EntityType {
    kind: "azure_disk_encryption_set",
    class: &["Configuration"],
    doc: "The key that encrypts disks and snapshots.",
    properties: &[
        text("encryptionType", "/properties/", "Whose keys encrypt, and how often."),
        text("keyUrl", ACTIVE, "The version of the key that is in use."),
        date("lastKeyRotationTimestamp", "/properties/", "When the version was last changed."),
        flag("rotationToLatestKeyVersionEnabled", "/properties/", "Whether its key auto-rotates."),
    ],
    ..EntityType::resource("Microsoft.Compute/diskEncryptionSets", "2024-03-02")
};

const ACTIVE: &str = "/properties/activeKey/keyUrl";

pub(crate) static STEP: Step = Step {
    id: "rm-compute-disk-encryption-sets",
    name: "Disk Encryption Sets",
    ..Step::of(&ENCRYPTION_SET, "compute")
        .links(&[Link::uses(&[&KEY], ACTIVE).by(key_at), Link::uses(&[&VAULT], ACTIVE).by(host)])
};
