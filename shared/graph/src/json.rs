//! JSON as it is stored, whatever form it came in.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Number, Value};

/// How many bytes an item may have, as it came. Azure Resource Manager takes no resource of more
/// than one megabyte, and resource providers add what refers to it: of a virtual network, each
/// address that is in use. In memory an item takes several times what it takes as text.
const LARGEST: usize = 4 << 20;

/// An item as it is stored: one line with sorted names, so that neither the white space of an
/// answer nor the order of its names is seen in a snapshot.
///
/// # Errors
///
/// If a number is out of range, a name is there twice, or the item is nested too deeply or too
/// large.
pub fn canonical(item: &RawValue) -> serde_json::Result<(Value, Box<RawValue>)> {
    if item.get().len() > LARGEST {
        return Err(Error::custom("an item is too large"));
    }
    let Unambiguous(json) = serde_json::from_str(item.get())?;
    let raw = to_raw_value(&json)?;
    Ok((json, raw))
}

/// A value none of whose objects has a name twice. Readers differ in which of both they take.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("a number out of range"))?;
        Ok(number.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Unambiguous(item)) = sequence.next_element()? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some((name, Unambiguous(value))) = map.next_entry::<String, _>()? {
            if fields.insert(name, value).is_some() {
                return Err(A::Error::custom("an object has a name twice"));
            }
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e300..1e300).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into()),
            ]
        })
    }

    /// The same value with other white space, names in another order, and more escapes than there
    /// need be.
    fn spelled(value: &Value, text: &mut String) {
        match value {
            Value::Object(fields) => {
                text.push('{');
                for (place, (name, value)) in fields.iter().rev().enumerate() {
                    text.push_str(if place > 0 { " ,\r\n\t" } else { "\r\n " });
                    spelled(&name.as_str().into(), text);
                    text.push_str(" :\n");
                    spelled(value, text);
                }
                text.push_str(" }");
            }
            Value::Array(items) => {
                text.push('[');
                for (place, item) in items.iter().enumerate() {
                    text.push_str(if place > 0 { ",\r\n" } else { "  " });
                    spelled(item, text);
                }
                text.push(']');
            }
            Value::String(string) => {
                text.push('"');
                for unit in string.encode_utf16() {
                    write!(text, "\\u{unit:04X}").unwrap();
                }
                text.push('"');
            }
            value => write!(text, "{value}").unwrap(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn one_value_has_one_form(value in json()) {
            let mut text = String::new();
            spelled(&value, &mut text);
            let (read, form) = canonical(&raw(&text)).unwrap();
            prop_assert_eq!(&read, &value);
            prop_assert_eq!(form.get(), value.to_string());
            prop_assert!(!form.get().contains(['\r', '\n']));
        }
    }

    #[test]
    fn what_is_too_large_is_not_read() {
        let text = |length: usize| format!("\"{}\"", "a".repeat(length - 2));
        assert!(canonical(&raw(&text(LARGEST))).is_ok());
        assert!(canonical(&raw(&text(LARGEST + 1))).is_err());
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_read() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for odd in [r#"{"id":1,"id":2}"#, r#"[{"a":{"b":1,"\u0062":1}}]"#, "1e999", &deep] {
            assert!(canonical(&raw(odd)).is_err(), "{odd}");
        }
        assert_eq!(
            canonical(&raw(r#"{"b":2.50,"a":{"b":1}}"#)).unwrap().1.get(),
            r#"{"a":{"b":1},"b":2.5}"#
        );
    }
}
