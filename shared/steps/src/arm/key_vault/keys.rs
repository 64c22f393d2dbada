//! Keys in vaults.

use super::{Place, STORED};
use crate::arm::key_vault::vaults::VAULT;
use crate::prelude::*;

pub(crate) static KEY: EntityType = EntityType {
    kind: "azure_keyvault_key",
    class: &["Key"],
    doc: "A key that never leaves its vault.",
    shared: STORED,
    ..EntityType::of_type("Microsoft.KeyVault/vaults/keys", "2026-02-01")
};

static MANAGEMENT: List = List::of(&KEY).of_each(&[&VAULT]);

pub(crate) static STEP: Step = Step {
    id: "rm-keyvault-keys",
    name: "Key Vault Keys",
    list: List::key_vault("/keys", "7.4").of_each(&[&VAULT]).or_else(&MANAGEMENT),
    becomes: Becomes::one(&KEY)
        .key(|key| Some(place(key)?.key()))
        .refine(|key, entity| {
            if let Some(place) = place(key) {
                place.describe(key, "key", entity);
            }
        })
        .links(&[Link::of_parent(RelationshipClass::Contains)]),
    needs: Needs::subscription("key-vault").data_actions(&["Microsoft.KeyVault/vaults/keys/read"]),
    ..Step::AZURE
};

fn place<'a>(key: &Item<'a>) -> Option<Place<'a>> {
    Place::of(key.text("/kid").or_else(|| key.text("/properties/keyUri"))?, "keys")
}
