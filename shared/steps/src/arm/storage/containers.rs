//! Containers of blobs.

use graph::Entity;
use serde_json::Value;

use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::arm::storage::has;
use crate::prelude::*;

pub(crate) static CONTAINER: EntityType = EntityType {
    kind: "azure_storage_container",
    class: &["DataStore"],
    doc: "Blobs of a storage account that are kept together.",
    properties: &[
        text("classification", CLASSIFICATION, "What its metadata say under `classification`.")
            .or_null(),
        flag(
            "defaultEncryptionScopeEnforced",
            "/properties/denyEncryptionScopeOverride",
            "Whether all of its blobs are encrypted by the key of its scope.",
        ),
        always_flag("encrypted", true, "Azure encrypts every blob."),
        flag("hasImmutabilityPolicy", "/properties/", "Whether blobs stay as they are for a time."),
        flag("hasLegalHold", "/properties/", "Whether blobs stay as they are until it is lifted."),
        text("owner", OWNER, "What its metadata say under `owner`."),
        flag("public", COMPUTED, "Whether everyone can read it without signing in."),
        text(
            "publicAccess",
            "/properties/",
            "What everyone could read, if the account let them: `None`, `Blob` or `Container`.",
        ),
        date("updatedOn", "/properties/lastModifiedTime", "When it was last changed."),
    ],
    ..EntityType::child("Microsoft.Storage/storageAccounts/blobServices/containers", "2024-01-01")
};

const CLASSIFICATION: &str = "/properties/metadata/classification";
const OWNER: &str = "/properties/metadata/owner";

pub(crate) static STEP: Step = Step {
    id: "rm-storage-containers",
    name: "Storage Containers",
    list: List::of(&CONTAINER)
        .of_each(&[&STORAGE_ACCOUNT])
        .within("default")
        .only(|account| has("blob", account)),
    becomes: Becomes::one(&CONTAINER)
        .refine(public)
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    ..Step::of(&CONTAINER, "storage")
};

/// An account that forbids public access forbids it whatever its containers say. Old accounts that
/// say nothing allow it.
fn public(container: &Item<'_>, entity: &mut Entity) {
    let account = container.parent.map(|it| it.json);
    let is_allowed = account.and_then(|it| it.get("allowBlobPublicAccess")?.as_bool());
    let is_disabled = account.and_then(|it| it.get("publicNetworkAccess")?.as_str());
    let access = container.text("/properties/publicAccess");
    let is_open = |access: &str| !access.eq_ignore_ascii_case("None");
    let is_public = access.is_some_and(is_open)
        && is_allowed != Some(false)
        && is_disabled.is_none_or(|it| !it.eq_ignore_ascii_case("Disabled"));
    entity.set("public", Some(Value::Bool(is_public)));
}
