//! Certificates in vaults. Their private keys are never read.

use super::{Place, STORED};
use crate::arm::key_vault::vaults::VAULT;
use crate::prelude::*;

pub(crate) static CERTIFICATE: EntityType = EntityType {
    kind: "azure_keyvault_certificate",
    class: &["Certificate"],
    doc: "A certificate in a vault, without its private key.",
    shared: STORED,
    properties: &[text("thumbprint", "/x5t", "Its SHA-1 thumbprint, in base64url.")],
    ..EntityType::NEW
};

/// Azure Resource Manager has no list of certificates to fall back on, so a vault that refuses
/// leaves the job incomplete. This is why the source is off by default.
pub(crate) static STEP: Step = Step {
    id: "rm-keyvault-certificates",
    name: "Key Vault Certificates",
    list: List::key_vault("/certificates", "7.4").of_each(&[&VAULT]),
    becomes: Becomes::one(&CERTIFICATE)
        .key(|certificate| Some(place(certificate)?.key()))
        .refine(|certificate, entity| {
            if let Some(place) = place(certificate) {
                place.describe(certificate, "Certificate", entity);
            }
        })
        .links(&[Link::of_parent(RelationshipClass::Contains)]),
    needs: Needs::subscription("key-vault-certificates")
        .data_actions(&["Microsoft.KeyVault/vaults/certificates/read"]),
    ..Step::AZURE
};

fn place<'a>(certificate: &Item<'a>) -> Option<Place<'a>> {
    Place::of(certificate.id()?, "certificates")
}
