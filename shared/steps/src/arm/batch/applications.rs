//! Programs that batch accounts install on machines.

use crate::arm::batch::accounts::ACCOUNT;
use crate::prelude::*;

pub(crate) static APPLICATION: EntityType = EntityType {
    kind: "azure_batch_application",
    class: &["Process"],
    doc: "A program that tasks of an account use.",
    properties: &[
        flag("allowUpdates", "/properties/", "Whether its versions can be replaced."),
        text("defaultVersion", "/properties/", "The version that is installed."),
        text("etag", "/", "Changes with it."),
    ],
    ..EntityType::child("Microsoft.Batch/batchAccounts/applications", "2024-07-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-batch-application",
    name: "Batch Applications",
    ..Step::of(&APPLICATION, "batch")
        .of_each(&[&ACCOUNT])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
