//! The identities of entities.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The identity of an entity within its instance: its id in lower case.
///
/// Azure spells the same id in different cases depending on which API is asked. A key has one case,
/// so that two spellings are one entity. Only the letters of ASCII have two cases in an id: others
/// that a language takes for one, such as `K` and the sign for kelvin, are two things.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Box<str>);

impl Key {
    /// The key of the entity with an id, in whatever case Azure spelled it.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self(id.trim().trim_end_matches('/').to_ascii_lowercase().into())
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of the resource group that a resource belongs to.
    #[must_use]
    pub fn resource_group(&self) -> Option<Self> {
        let mut parts = self.0.trim_start_matches('/').splitn(5, '/');
        let parts = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
        let is_group = parts[0] == "subscriptions" && parts[2] == "resourcegroups";
        is_group.then(|| {
            Self(format!("/subscriptions/{}/resourcegroups/{}", parts[1], parts[3]).into())
        })
    }

    /// The key of the subscription that an Azure Resource Manager id lies in.
    #[must_use]
    pub fn subscription(&self) -> Option<Self> {
        let mut parts = self.0.trim_start_matches('/').split('/');
        let is_subscription = parts.next()? == "subscriptions";
        let id = parts.next()?;
        is_subscription.then(|| Self(format!("/subscriptions/{id}").into()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a reference calls an entity.
///
/// Every entity answers to its own key, and to the aliases that its step declares, such as the blob
/// host of a storage account. Several entities may answer to one name: a reference to it is then a
/// relationship to each of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(Box<str>);

impl Name {
    /// The name of the entity with an id. Some APIs leave out the leading slash of an id, so it
    /// does not count.
    #[must_use]
    pub fn of_id(id: &str) -> Self {
        Self(Key::new(id).as_str().trim_start_matches('/').into())
    }

    /// Another name, of a kind of its own so that it is never mistaken for an id: `host:`, `cidr:`.
    #[must_use]
    pub fn alias(kind: &str, value: &str) -> Self {
        Self(format!("{kind}:{}", value.trim().to_ascii_lowercase()).into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Key> for Name {
    fn from(key: &Key) -> Self {
        Self(key.as_str().trim_start_matches('/').into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_entity_has_one_key() {
        let machine = Key::new("/subscriptions/S/resourceGroups/RG/providers/A/b/C");
        assert_eq!(machine, Key::new("/SUBSCRIPTIONS/s/resourcegroups/rg/providers/a/B/c/"));
    }

    #[test]
    fn an_id_without_its_leading_slash_names_the_same_entity() {
        assert_eq!(Name::of_id("subscriptions/S"), Name::from(&Key::new("/subscriptions/s")));
    }

    #[test]
    fn a_resource_knows_where_it_lies() {
        let machine = Key::new("/subscriptions/s/resourceGroups/rg/providers/a/b/c");
        assert_eq!(machine.resource_group(), Some(Key::new("/subscriptions/s/resourcegroups/rg")));
        assert_eq!(machine.subscription(), Some(Key::new("/subscriptions/s")));
        assert_eq!(Key::new("6f0c0e5e-0000-0000-0000-000000000001").resource_group(), None);
        assert_eq!(Key::new("/subscriptions/s/providers/x").resource_group(), None);
    }
}
