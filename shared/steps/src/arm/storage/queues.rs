//! Queues.

use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::arm::storage::has;
use crate::prelude::*;

pub(crate) static QUEUE: EntityType = EntityType {
    kind: "azure_storage_queue",
    class: &["Queue"],
    doc: "Messages of a storage account that wait for somebody.",
    ..EntityType::child("Microsoft.Storage/storageAccounts/queueServices/queues", "2024-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-storage-queues",
    name: "Storage Queues",
    list: List::of(&QUEUE)
        .of_each(&[&STORAGE_ACCOUNT])
        .within("default")
        .only(|account| has("queue", account)),
    ..Step::of(&QUEUE, "storage").links(&[Link::of_parent(RelationshipClass::Has)])
};
