//! A row of a snapshot as it is read: names and strings are borrowed from its line, since there are
//! tens of millions of them.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// The value of a property.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item<'l> {
    /// A string.
    Text(Cow<'l, str>),
    /// Anything else.
    Other(Value),
}

impl Item<'_> {
    /// The string that it is, if it is one.
    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(_) => None,
        }
    }

    /// What it is unless it is a string.
    pub(super) const fn as_other(&self) -> Option<&Value> {
        match self {
            Self::Text(_) => None,
            Self::Other(value) => Some(value),
        }
    }

    /// The items of the list that it is, if it is one.
    pub(super) fn as_list(&self) -> Option<&Vec<Value>> {
        self.as_other().and_then(Value::as_array)
    }

    pub(super) const fn is_null(&self) -> bool {
        matches!(self, Self::Other(Value::Null))
    }
}

impl<'l> From<&'l Value> for Item<'l> {
    fn from(value: &'l Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.into()),
            other => Self::Other(other.clone()),
        }
    }
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Item<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Item::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Item::Text(text.to_owned().into()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Item::Other(flag.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Item::Other(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Item::Other(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Item::Other(number.into()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Item::Other(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(items)).map(Item::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(Item::Other)
    }
}

/// A row, whose properties are sorted by name. What Microsoft answered is not among them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row<'l>(Vec<(Cow<'l, str>, Item<'l>)>);

impl<'l> Row<'l> {
    /// The value of a property.
    pub(super) fn get(&self, name: &str) -> Option<&Item<'l>> {
        self.place(name).map(|at| &self.0[at].1)
    }

    /// The string that a property is, or an empty one.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Item::as_str).unwrap_or_default()
    }

    /// Takes a property out.
    pub(super) fn remove(&mut self, name: &str) -> Option<Item<'l>> {
        self.place(name).map(|at| self.0.remove(at).1)
    }

    /// All properties, sorted by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Item<'l>)> {
        self.0.iter().map(|(name, item)| (name.as_ref(), item))
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.0.binary_search_by(|(it, _)| it.as_ref().cmp(name)).ok()
    }

    fn new(mut properties: Vec<(Cow<'l, str>, Item<'l>)>) -> Self {
        // They come sorted, which takes one look at each.
        properties.sort_by(|(left, _), (right, _)| left.cmp(right));
        Self(properties)
    }
}

impl<'l> From<&'l Map<String, Value>> for Row<'l> {
    fn from(map: &'l Map<String, Value>) -> Self {
        Self::new(map.iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl<'de> Deserialize<'de> for Row<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

/// The name of a property.
#[derive(serde::Deserialize)]
struct Name<'l>(#[serde(borrow)] Cow<'l, str>);

/// What Microsoft answered, which is larger than all other properties and in no table.
const RAW_DATA: &str = "_rawData";

/// How many properties are made room for at first: few relationships have more.
const PROPERTIES: usize = 16;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entity or a relationship")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut properties = Vec::with_capacity(PROPERTIES);
        while let Some(Name(name)) = map.next_key()? {
            if name == RAW_DATA {
                map.next_value::<IgnoredAny>()?;
            } else {
                properties.push((name, map.next_value()?));
            }
        }
        Ok(Row::new(properties))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_what_its_line_says() {
        let line = r#"{"_rawData":[{}],"b":"x\n","a":"y","n":-3,"l":["z"],"o":{"p":1.5},"t":true,"u":null}"#;
        let row: Row<'_> = serde_json::from_str(line).unwrap();
        let mut map: Map<String, Value> = serde_json::from_str(line).unwrap();
        map.remove("_rawData");
        assert_eq!(row, Row::from(&map));
        assert_eq!(row.text("b"), "x\n");
        assert!(matches!(row.get("a"), Some(Item::Text(Cow::Borrowed("y")))));
        assert_eq!(row.get("o").and_then(Item::as_other), Some(&json!({ "p": 1.5 })));
        assert_eq!(row.get("v"), None);
        let again: Vec<String> = row.iter().map(|(_, it)| json!(it).to_string()).collect();
        assert_eq!(again, ["\"y\"", "\"x\\n\"", "[\"z\"]", "-3", "{\"p\":1.5}", "true", "null"]);
    }

    #[test]
    fn what_is_no_object_is_no_row() {
        assert!(serde_json::from_str::<Row<'_>>("[]").is_err());
        assert!(serde_json::from_str::<Row<'_>>("{\"a\":").is_err());
    }
}
