//! Tables.

use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::arm::storage::has;
use crate::prelude::*;

pub(crate) static TABLE: EntityType = EntityType {
    kind: "azure_storage_table",
    class: &["DataStore", "Database"],
    doc: "Rows of a storage account.",
    properties: &[
        text("classification", COMPUTED, "Tables have no metadata that would say it.").or_null(),
        always_flag("encrypted", true, "Azure encrypts every table."),
        text("tableName", "/properties/", "The name within the account."),
    ],
    ..EntityType::child("Microsoft.Storage/storageAccounts/tableServices/tables", "2024-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-storage-tables",
    name: "Storage Tables",
    list: List::of(&TABLE)
        .of_each(&[&STORAGE_ACCOUNT])
        .within("default")
        .only(|account| has("table", account)),
    ..Step::of(&TABLE, "storage").links(&[Link::of_parent(RelationshipClass::Has)])
};
