//! Objects all of whose properties are made at once.

use serde_json::{Map, Value};

use super::Object;

/// An object of which there are few, so that it does not matter that all its properties are made
/// whenever one is asked for. All of them come without `$select`.
#[derive(Clone)]
pub(crate) struct Document {
    kind: &'static str,
    properties: Map<String, Value>,
}

impl Document {
    /// An object of a type, such as `domain`, from a JSON object.
    pub(crate) fn new(kind: &'static str, properties: Value) -> Self {
        let properties = match properties {
            Value::Object(properties) => properties,
            _ => Map::new(),
        };
        Self { kind, properties }
    }
}

impl Object for Document {
    fn type_name(&self) -> &'static str {
        self.kind
    }

    fn defaults(&self) -> &'static [&'static str] {
        &[]
    }

    fn names(&self) -> Vec<&str> {
        self.properties.keys().map(String::as_str).collect()
    }

    fn property(&self, name: &str) -> Option<Value> {
        self.properties.get(name).cloned()
    }
}
