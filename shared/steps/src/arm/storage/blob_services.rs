//! What storage accounts keep of blobs that were deleted or changed.

use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::arm::storage::has;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-storage-blob-services",
    name: "Storage Blob Service Settings",
    list: List::own("blobServices", &[&STORAGE_ACCOUNT])
        .domain(Domain::Storage)
        .only(|account| has("blob", account)),
    becomes: Becomes::patch_of_parent(&[
        flag("blobChangeFeedEnabled", "/properties/changeFeed/enabled", "Whether it logs changes."),
        flag(
            "blobContainerSoftDeleteEnabled",
            "/properties/containerDeleteRetentionPolicy/enabled",
            "Whether deleted containers are kept for a time.",
        ),
        number(
            "blobContainerSoftDeleteRetentionDays",
            "/properties/containerDeleteRetentionPolicy/days",
            "For how many days deleted containers are kept.",
        ),
        flag(
            "blobSoftDeleteEnabled",
            "/properties/deleteRetentionPolicy/enabled",
            "Whether deleted blobs are kept for a time.",
        ),
        number(
            "blobSoftDeleteRetentionDays",
            "/properties/deleteRetentionPolicy/days",
            "For how many days deleted blobs are kept.",
        ),
        flag(
            "blobVersioningEnabled",
            "/properties/isVersioningEnabled",
            "Whether earlier versions of blobs are kept.",
        ),
        each(
            "blobCorsAllowedOrigins",
            "/properties/cors/corsRules/*/allowedOrigins/*",
            "The web sites whose pages may ask for blobs.",
        ),
        flag(
            "blobRestoreEnabled",
            "/properties/restorePolicy/enabled",
            "Whether blobs can be put back to what they were at a moment.",
        ),
    ]),
    needs: Needs::subscription("storage"),
    ..Step::AZURE
};
