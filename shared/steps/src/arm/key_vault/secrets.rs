//! Secrets in vaults. Their values are never read.

use super::{Place, STORED};
use crate::arm::key_vault::vaults::VAULT;
use crate::prelude::*;

pub(crate) static SECRET: EntityType = EntityType {
    kind: "azure_keyvault_secret",
    class: &["Secret"],
    doc: "A secret in a vault; only that it is there, not what it is.",
    shared: STORED,
    properties: &[
        text("contentType", "/", "What its owner says it is.").or(&["/properties/contentType"]),
        flag("managed", "/", "Whether it belongs to a certificate of the vault."),
    ],
    ..EntityType::of_type("Microsoft.KeyVault/vaults/secrets", "2026-02-01")
};

static MANAGEMENT: List = List::of(&SECRET).of_each(&[&VAULT]);

pub(crate) static STEP: Step = Step {
    id: "rm-keyvault-secrets",
    name: "Key Vault Secrets",
    list: List::key_vault("/secrets", "7.4").of_each(&[&VAULT]).or_else(&MANAGEMENT),
    becomes: Becomes::one(&SECRET)
        .key(|secret| Some(place(secret)?.key()))
        .refine(|secret, entity| {
            if let Some(place) = place(secret) {
                place.describe(secret, "Secret", entity);
            }
        })
        .links(&[Link::of_parent(RelationshipClass::Contains)]),
    needs: Needs::subscription("key-vault")
        .data_actions(&["Microsoft.KeyVault/vaults/secrets/readMetadata/action"]),
    ..Step::AZURE
};

fn place<'a>(secret: &Item<'a>) -> Option<Place<'a>> {
    Place::of(secret.text("/properties/secretUri").or_else(|| secret.id())?, "secrets")
}
