//! Secrets in vaults. Their values are never read.

use graph::RelationshipClass;

use super::{Place, STORED};
use crate::arm::key_vault::vaults::VAULT;
use crate::convert::Item;
use crate::entity::{EntityType, flag, text};
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static SECRET: EntityType = EntityType {
    kind: "azure_keyvault_secret",
    class: &["Secret"],
    doc: "A secret in a vault; only that it is there, not what it is.",
    shared: STORED,
    properties: &[
        text("contentType", "/contentType", "What its owner says it is.")
            .or("/properties/contentType"),
        flag("managed", "/managed", "Whether it belongs to a certificate of the vault."),
    ],
};

static MANAGEMENT: List = List::resource_manager("{id}/secrets", "2026-02-01");

pub(crate) static STEP: Step = Step {
    id: "rm-keyvault-secrets",
    name: "Key Vault Secrets",
    ingestion_source: Some("key-vault"),
    list: List::key_vault("/secrets", "7.4").of_each(&[&VAULT]).or_else(&MANAGEMENT),
    permissions: &[
        Permission::DataAction("Microsoft.KeyVault/vaults/secrets/readMetadata/action"),
        Permission::Action("Microsoft.KeyVault/vaults/secrets/read"),
    ],
    emits: Some(&SECRET),
    links: &[Link::of_parent(RelationshipClass::Contains)],
    key: |secret| Some(place(secret)?.key()),
    refine: |secret, entity| {
        if let Some(place) = place(secret) {
            place.describe(secret, "Secret", entity);
        }
    },
    ..Step::SUBSCRIPTION
};

fn place<'a>(secret: &Item<'a>) -> Option<Place<'a>> {
    Place::of(secret.text("/properties/secretUri").or_else(|| secret.id())?, "secrets")
}
