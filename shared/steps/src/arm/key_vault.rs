//! Microsoft.KeyVault: vaults, and what is in them.
//!
//! Who may list what is in a vault is decided by the vault. Where it refuses to list keys or
//! secrets, Azure Resource Manager is asked instead, which answers in another shape. Both become
//! the same entities.

pub(crate) mod certificate_policies;
pub(crate) mod certificates;
pub(crate) mod keys;
pub(crate) mod secrets;
pub(crate) mod vaults;

use graph::{Entity, Key, Name};

use crate::entity::TAGGED;
use crate::item::Item;
use crate::property::{COMPUTED, Property, any, flag, seconds, text};

/// What is recorded about everything in a vault.
const STORED: &[&[Property]] = &[IN_A_VAULT, TAGGED];

const IN_A_VAULT: &[Property] = &[
    text("id", COMPUTED, "The address in the vault, without a version."),
    text("name", COMPUTED, "The name within the vault."),
    text("displayName", COMPUTED, "The name that people see."),
    text("vaultUrl", COMPUTED, "The address of the vault."),
    text("webLink", COMPUTED, "Its page in the portal."),
    flag("enabled", "/attributes/", "Whether it can be used.")
        .or(&["/properties/attributes/enabled"]),
    seconds("createdOn", "/attributes/created", "When it was created.")
        .or(&["/properties/attributes/created"]),
    seconds("updatedOn", "/attributes/updated", "When it was last changed.")
        .or(&["/properties/attributes/updated"]),
    seconds("notBefore", "/attributes/nbf", "When it can first be used.")
        .or(&["/properties/attributes/nbf"]),
    seconds("expiresOn", "/attributes/exp", "When it can last be used.")
        .or(&["/properties/attributes/exp"]),
    text("recoveryLevel", "/attributes/", "Whether it survives being deleted.")
        .or(&["/properties/attributes/recoveryLevel"]),
    any("tag.*", COMPUTED, "Each tag, with numbers and booleans as such."),
];

/// The name of the key at an address, which may end with a version.
pub(crate) fn key_at(address: &str, _: &Item<'_>) -> Option<Name> {
    Place::of(address, "keys").map(|place| Name::from(&place.key()))
}

/// The place of something in a vault.
struct Place<'a> {
    /// The address of the vault, without a slash at its end.
    vault: &'a str,
    /// What it is among, such as `keys`.
    collection: &'static str,
    name: &'a str,
}

impl<'a> Place<'a> {
    /// The place that an address leads to, which may end with a version.
    fn of(address: &'a str, collection: &'static str) -> Option<Self> {
        let (vault, rest) = address.split_once(&format!("/{collection}/"))?;
        let name = rest.split('/').next().filter(|name| !name.is_empty())?;
        vault.starts_with("https://").then_some(Self { vault, collection, name })
    }

    fn id(&self) -> String {
        format!("{}/{}/{}", self.vault, self.collection, self.name)
    }

    fn key(&self) -> Key {
        Key::new(&self.id())
    }

    /// Sets what follows from the place. `page` is what the portal calls the sort of thing.
    fn describe(&self, item: &Item<'_>, page: &str, entity: &mut Entity) {
        let id = self.id();
        let page = format!("asset/Microsoft_Azure_KeyVault/{page}/");
        entity.set("webLink", Some(item.portal_link(&page, &id)));
        entity.set("id", Some(id));
        entity.set("name", Some(self.name));
        entity.set("displayName", Some(self.name));
        entity.set("vaultUrl", Some(self.vault));
    }
}
