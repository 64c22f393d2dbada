//! Batch accounts.

use crate::arm::key_vault::vaults::VAULT;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::prelude::*;

pub(crate) static ACCOUNT: EntityType = EntityType {
    kind: "azure_batch_account",
    class: &["Service"],
    doc: "What runs many tasks on pools of machines.",
    properties: &[
        text("accountEndpoint", "/properties/", "The name at which it is reached."),
        number("activeJobAndJobScheduleQuota", "/properties/", "How many jobs may be active."),
        list(
            "allowedAuthenticationModes",
            "/properties/",
            "How who calls it may prove who they are; `SharedKey` is a key that all share.",
        ),
        always_list("category", &["infrastructure"], "What sort of service it is."),
        number("dedicatedCoreQuota", "/properties/", "How many cores it may have."),
        flag(
            "dedicatedCoreQuotaPerVmFamilyEnforced",
            "/properties/dedicatedCoreQuotaPerVMFamilyEnforced",
            "Whether each sort of machine has a limit of its own.",
        ),
        text(
            "encryption.keySource",
            "/properties/encryption/keySource",
            "`Microsoft.KeyVault` if the owner's key encrypts it.",
        ),
        always_list("function", &["batching"], "What the service does."),
        number("lowPriorityCoreQuota", "/properties/", "How many reclaimable cores it may have."),
        text("nodeManagementEndpoint", "/properties/", "The name at which machines reach it."),
        text(
            "poolAllocationMode",
            "/properties/",
            "`UserSubscription` if the machines lie in the subscription.",
        ),
        number("poolQuota", "/properties/", "How many pools it may have."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
    ],
    ..EntityType::resource("Microsoft.Batch/batchAccounts", "2024-07-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-batch-account",
    name: "Batch Accounts",
    covers: &["rm-batch-certificate"],
    ..Step::of(&ACCOUNT, "batch").links(&[
        Link::uses(&[&STORAGE_ACCOUNT], "/properties/autoStorage/storageAccountId"),
        Link::uses(&[&VAULT], "/properties/keyVaultReference/id"),
    ])
};
