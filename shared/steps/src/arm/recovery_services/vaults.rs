//! Vaults that hold backups.

use crate::prelude::*;

pub(crate) static VAULT: EntityType = EntityType {
    kind: "azure_recovery_services_vault",
    class: &["DataStore"],
    doc: "A vault of backups, and of copies to go on with elsewhere.",
    properties: &[
        CLASSIFICATION.or_null(),
        always_flag("encrypted", true, "Azure encrypts every backup."),
        text("sku", "/sku/name", "Such as `RS0` or `Standard`."),
        text("publicNetworkAccess", "/properties/", "`Enabled` or `Disabled`."),
        text(
            "softDeleteState",
            "/properties/securitySettings/softDeleteSettings/",
            "`Enabled` or `AlwaysON` if deleted backups are kept for a while.",
        ),
        number(
            "softDeleteRetentionInDays",
            "/properties/securitySettings/softDeleteSettings/softDeleteRetentionPeriodInDays",
            "How many days deleted backups are kept.",
        ),
        text(
            "immutabilityState",
            "/properties/securitySettings/immutabilitySettings/state",
            "`Locked` if nobody can ever delete backups before their time.",
        ),
        text(
            "multiUserAuthorization",
            "/properties/securitySettings/",
            "`Enabled` if it takes two to weaken it.",
        ),
        text(
            "storageRedundancy",
            "/properties/redundancySettings/standardTierStorageRedundancy",
            "How far copies lie apart, such as `GeoRedundant`.",
        ),
        text(
            "crossRegionRestore",
            "/properties/redundancySettings/",
            "`Enabled` if backups can be restored elsewhere.",
        ),
        text("keyUri", "/properties/encryption/keyVaultProperties/", "The owner's encryption key."),
    ],
    ..EntityType::resource("Microsoft.RecoveryServices/vaults", "2024-04-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-recovery-services-vaults",
    name: "Recovery Services Vaults",
    ..Step::of(&VAULT, "recovery-services")
};
