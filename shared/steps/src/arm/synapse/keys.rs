//! The keys that encrypt what workspaces of Synapse keep.

use graph::Name;

use super::{key, place_within, service};
use crate::arm::key_vault::key_at;
use crate::arm::key_vault::keys::KEY as STORED_KEY;
use crate::arm::key_vault::vaults::VAULT;
use crate::arm::synapse::workspaces::{SERVICE, WORKSPACE};
use crate::host::host;
use crate::prelude::*;

pub(crate) static KEY: EntityType = EntityType {
    kind: "azure_synapse_key",
    class: &["Key"],
    doc: "A key in a vault that a workspace may be encrypted with.",
    properties: &[
        flag("isActiveCMK", "/properties/", "Whether it encrypts the workspace."),
        text("keyVaultUrl", ADDRESS, "The address of the key."),
        text("workspaceUID", COMPUTED, "The id of the workspace that it belongs to."),
    ],
    ..EntityType::child("Microsoft.Synapse/workspaces/keys", "2021-06-01")
};

const ADDRESS: &str = "/properties/keyVaultUrl";

pub(crate) static STEP: Step = Step {
    id: "fetch-synapse-keys",
    name: "Synapse Keys",
    covers: &[
        "build-synapse-service-key-relationship",
        "build-synapse-workspace-keys-relationship",
        "build-vault-service-synapse-key-relationship",
    ],
    becomes: Becomes::one(&KEY)
        // Their ids are without the leading slash.
        .key(|it| Some(key(KEY.kind, it.id()?.trim_start_matches('/'))))
        .refine(place_within)
        .links(&[
            Link::of_parent(RelationshipClass::Has),
            Link::found(RelationshipClass::Has, &[&SERVICE], |it| vec![Name::from(&service(it))])
                .reverse(),
            Link::of(&[&VAULT], ADDRESS).by(host),
            Link::uses(&[&STORED_KEY], ADDRESS).by(key_at),
        ]),
    ..Step::of(&KEY, "synapse").of_each(&[&WORKSPACE])
};
