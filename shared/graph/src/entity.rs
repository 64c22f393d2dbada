//! What exists in a tenant.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::{Key, Name};

/// Something that exists in the tenant.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Which one it is.
    pub key: Key,
    /// What it is, such as `azure_vm`.
    pub kind: &'static str,
    /// What it is in general, such as `Host`.
    pub class: &'static [&'static str],
    /// The names that it answers to besides its key.
    pub aliases: Vec<Name>,
    /// What else is known about it.
    pub properties: Map<String, Value>,
    /// What Microsoft answered, byte for byte.
    pub raw: Option<Box<RawValue>>,
    /// Whether this only adds properties to an entity that another step finds.
    pub is_patch: bool,
}

impl Entity {
    /// Sets a property, unless there is nothing to set it to.
    pub fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.properties.insert(name.to_owned(), value.into());
        }
    }

    /// The text of a property.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name)?.as_str()
    }
}
