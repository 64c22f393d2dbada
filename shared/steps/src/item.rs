//! An item of a list, as a conversion sees it.

use graph::{Key, Name};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::path;
use crate::uri::{PATH, escape};

/// What a conversion knows of the instance that it runs for.
#[derive(Clone, Debug)]
pub struct InstanceView {
    /// The id of the instance, which is the key of its account.
    pub instance_id: String,
    /// The name of the instance.
    pub instance_name: String,
    /// The tenant.
    pub directory_id: String,
    /// The subscription, unless the instance has none.
    pub subscription_id: Option<String>,
    /// The tenant's account at Microsoft Intune, if it has one. Ids of what Intune reports begin
    /// with it.
    pub intune_account_id: Option<String>,
    /// Where the portal shows the tenant, such as `https://portal.azure.com/#@contoso.com`.
    pub portal: String,
    /// The value of the tag `AccountName` of every entity, where the instance asks for it.
    pub account_name: Option<String>,
    /// The severities of the findings that are collected, in lower case; empty for all.
    pub vulnerability_severities: Vec<String>,
    /// The severities of Defender's alerts that are collected, in lower case; empty for all.
    pub defender_alerts_severities: Vec<String>,
    /// Whether subscriptions that are disabled get instances.
    pub ingest_disabled_subscriptions: bool,
    /// When the job was planned, in ISO 8601. It is the only time that a conversion knows, so that
    /// the same items become the same graph whenever they are converted.
    pub planned_at: String,
}

#[cfg(test)]
impl InstanceView {
    /// An instance of a subscription, for tests.
    pub(crate) fn example() -> Self {
        Self {
            instance_id: "instance".into(),
            instance_name: "Instance".into(),
            directory_id: "directory".into(),
            subscription_id: Some("s-1".into()),
            intune_account_id: None,
            portal: "https://portal.azure.com/#@contoso.com".into(),
            account_name: None,
            vulnerability_severities: Vec::new(),
            defender_alerts_severities: Vec::new(),
            ingest_disabled_subscriptions: false,
            planned_at: "2026-03-01T04:05:06Z".into(),
        }
    }
}

/// One item of a list.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The item, as Microsoft returned it.
    pub json: &'a Value,
    /// The item, byte for byte.
    pub raw: &'a RawValue,
    /// What the item belongs to, if anything.
    pub parent: Option<Parent<'a>>,
    /// The instance that it was read for.
    pub instance: &'a InstanceView,
}

/// What an item belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Parent<'a> {
    /// Its key.
    pub key: &'a Key,
    /// Its type.
    pub kind: &'a str,
    /// For the item of a list, the parent's stored entity; for a part, the item that it stands in.
    pub json: &'a Value,
}

impl<'a> Item<'a> {
    /// The id of the item.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.text("/id")
    }

    /// The name of what the item extends, as locks extend resources: its id as far as it does not
    /// say what the item itself is.
    #[must_use]
    pub fn extended(&self) -> Option<Name> {
        let id = self.id()?;
        let at = id.to_ascii_lowercase().rfind("/providers/")?;
        id.get(..at).filter(|it| !it.is_empty()).map(Name::of_id)
    }

    /// The key of the entity whose id is at `path`.
    #[must_use]
    pub fn key(&self, path: &str) -> Option<Key> {
        self.text(path).map(Key::new).filter(|key| !key.as_str().is_empty())
    }

    /// The key of something that has no id of its own, but a name within what it belongs to: the
    /// parent's key, the name of the collection that it is in, and its own name, which is at
    /// `path`.
    #[must_use]
    pub fn key_below(&self, collection: &str, path: &str) -> Option<Key> {
        let name = self.text(path).filter(|it| !it.is_empty())?;
        Some(Key::new(&format!("{}/{collection}/{name}", self.parent?.key)))
    }

    /// The text at `path`.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&'a str> {
        path::first(self.json, path)?.as_str()
    }

    /// Every text at `path`.
    #[must_use]
    pub fn texts(&self, path: &str) -> Vec<&'a str> {
        self.values(path).into_iter().filter_map(Value::as_str).collect()
    }

    /// Everything at `path`.
    #[must_use]
    pub fn values(&self, path: &str) -> Vec<&'a Value> {
        let mut values = Vec::new();
        path::visit(self.json, path, &mut |it| values.push(it));
        values
    }

    /// The part of the item at `path`, if it is there and has the shape of a `T`.
    #[must_use]
    pub fn view<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        T::deserialize(self.json.pointer(path)?).ok()
    }

    /// The page of an id in the portal.
    #[must_use]
    pub fn web_link(&self, id: &str) -> String {
        self.portal_link("resource/", id.trim_start_matches('/'))
    }

    /// A page of the portal.
    #[must_use]
    pub fn portal_link(&self, page: &str, id: &str) -> String {
        let mut link = format!("{}/{page}", self.instance.portal);
        escape(id, PATH, &mut link);
        link
    }
}
