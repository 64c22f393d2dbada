//! How the file shares of storage accounts are mounted, and what is kept of deleted ones.

use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::arm::storage::has;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-storage-file-services",
    name: "Storage File Service Settings",
    list: List::own("fileServices", &[&STORAGE_ACCOUNT])
        .domain(Domain::Storage)
        .only(|account| has("file", account)),
    becomes: Becomes::patch_of_parent(&[
        flag(
            "fileShareSoftDeleteEnabled",
            "/properties/shareDeleteRetentionPolicy/enabled",
            "Whether deleted file shares are kept for a time.",
        ),
        number(
            "fileShareSoftDeleteRetentionDays",
            "/properties/shareDeleteRetentionPolicy/days",
            "For how many days deleted file shares are kept.",
        ),
        split(
            "smbAuthenticationMethods",
            "/properties/protocolSettings/smb/authenticationMethods",
            ";",
            "How who mounts a share may prove who they are.",
        ),
        split(
            "smbChannelEncryption",
            "/properties/protocolSettings/smb/channelEncryption",
            ";",
            "The ciphers that protect a share on its way.",
        ),
        split(
            "smbVersions",
            "/properties/protocolSettings/smb/versions",
            ";",
            "The versions of the protocol that shares are mounted by.",
        ),
    ]),
    needs: Needs::subscription("storage"),
    ..Step::AZURE
};
