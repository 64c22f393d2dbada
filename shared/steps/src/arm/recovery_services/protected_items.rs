//! What is backed up.

use crate::arm::recovery_services::vaults::VAULT;
use crate::prelude::*;

pub(crate) static PROTECTED_ITEM: EntityType = EntityType {
    kind: "azure_backup_protected_item",
    class: &["Resource"],
    doc: "Something that is backed up, and how that goes.",
    properties: &[
        text("displayName", "/properties/friendlyName", "The name of what is backed up.")
            .or(&["/name"]),
        text("workloadType", "/properties/", "Such as `VM` or `AzureFileShare`."),
        text("protectedItemType", "/properties/", "The sort of backup."),
        text("backupManagementType", "/properties/", "What backs it up."),
        text("sourceResourceId", SOURCE, "The id of what is backed up."),
        text("policyId", "/properties/", "The id of the policy by which it is."),
        text("policyName", "/properties/", "The name of the policy."),
        text("protectionState", "/properties/", "Such as `Protected`."),
        text("protectionStatus", "/properties/", "`Healthy` or `Unhealthy`."),
        text("lastBackupStatus", "/properties/", "How the last backup ended."),
        date("lastBackupOn", "/properties/lastBackupTime", "When it was last backed up.")
            .volatile(),
        date("lastRecoveryPointOn", "/properties/lastRecoveryPoint", "The last backup there is.")
            .volatile(),
        flag("isScheduledForDeferredDelete", "/properties/", "Whether its backups await deletion."),
    ],
    ..EntityType::child(
        "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems",
        "2024-04-01",
    )
};

/// They are listed by another type than their ids are of, which name what they lie in.
const LISTED: ResourceType =
    ResourceType::new("Microsoft.RecoveryServices/vaults/backupProtectedItems", "2024-04-01");
const SOURCE: &str = "/properties/sourceResourceId";

pub(crate) static STEP: Step = Step {
    id: "rm-recovery-services-protected-items",
    name: "Backup Protected Items",
    list: List::of_type(LISTED).of_each(&[&VAULT]),
    becomes: Becomes::one(&PROTECTED_ITEM).links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::new(RelationshipClass::Protects, &[], SOURCE),
        Link::from_parent(RelationshipClass::Protects, &[], SOURCE),
    ]),
    needs: Needs::subscription("recovery-services"),
    ..Step::AZURE
};
