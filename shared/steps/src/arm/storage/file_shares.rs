//! File shares.

use graph::Name;

use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::arm::storage::has;
use crate::prelude::*;

pub(crate) static FILE_SHARE: EntityType = EntityType {
    kind: "azure_storage_file_share",
    class: &["DataStore"],
    doc: "Files of a storage account that machines can mount.",
    properties: &[
        text("accessTier", "/properties/", "Such as `TransactionOptimized`."),
        text("classification", "/properties/metadata/", "The metadata `classification`.").or_null(),
        text("enabledProtocols", "/properties/", "How it is mounted: `SMB` or `NFS`."),
        always_flag("encrypted", true, "Azure encrypts every file."),
        text("rootSquash", "/properties/", "`NoRootSquash` if a machine's root owns all, by NFS."),
        number("shareQuota", "/properties/", "The most that it may hold, in GiB."),
        date("updatedOn", "/properties/lastModifiedTime", "When it was last changed."),
    ],
    ..EntityType::child("Microsoft.Storage/storageAccounts/fileServices/shares", "2024-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-storage-file-shares",
    name: "Storage File Shares",
    list: List::of(&FILE_SHARE)
        .of_each(&[&STORAGE_ACCOUNT])
        .within("default")
        .only(|account| has("file", account)),
    becomes: Becomes::one(&FILE_SHARE)
        .aliases(|share| {
            let (account, name) = (share.parent.map(|it| it.key), share.text("/name"));
            let account = account.and_then(|it| it.as_str().rsplit('/').next());
            account.zip(name).map(|(account, name)| share_of(account, name)).into_iter().collect()
        })
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    ..Step::of(&FILE_SHARE, "storage")
};

/// The name of a share. What mounts one knows the name of its account, which no other has.
pub(crate) fn share_of(account: &str, name: &str) -> Name {
    Name::alias("file-share", &format!("{account}/{name}"))
}
