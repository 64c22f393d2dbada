//! Keys in vaults.

use graph::RelationshipClass;

use super::{Place, STORED};
use crate::arm::key_vault::vaults::VAULT;
use crate::convert::Item;
use crate::entity::EntityType;
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static KEY: EntityType = EntityType {
    kind: "azure_keyvault_key",
    class: &["Key"],
    doc: "A key that never leaves its vault.",
    shared: STORED,
    properties: &[],
};

static MANAGEMENT: List = List::resource_manager("{id}/keys", "2026-02-01");

pub(crate) static STEP: Step = Step {
    id: "rm-keyvault-keys",
    name: "Key Vault Keys",
    ingestion_source: Some("key-vault"),
    list: List::key_vault("/keys", "7.4").of_each(&[&VAULT]).or_else(&MANAGEMENT),
    permissions: &[
        Permission::DataAction("Microsoft.KeyVault/vaults/keys/read"),
        Permission::Action("Microsoft.KeyVault/vaults/keys/read"),
    ],
    emits: Some(&KEY),
    links: &[Link::of_parent(RelationshipClass::Contains)],
    key: |key| Some(place(key)?.key()),
    refine: |key, entity| {
        if let Some(place) = place(key) {
            place.describe(key, "key", entity);
        }
    },
    ..Step::SUBSCRIPTION
};

fn place<'a>(key: &Item<'a>) -> Option<Place<'a>> {
    Place::of(key.text("/kid").or_else(|| key.text("/properties/keyUri"))?, "keys")
}
