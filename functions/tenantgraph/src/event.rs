//! Reading an event, from a file or from stdin, in any encoding that an editor or a shell writes.

use std::fmt;
use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;

use collector::event::LARGEST_EVENT;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::Error;

/// What stands for stdin in the place of a path.
const STDIN: &str = "-";

/// Reads an event.
///
/// # Errors
///
/// If there is no such file, it is too large, or it is not JSON. Each names the file.
pub(crate) fn read(path: &Path) -> Result<Value, Error> {
    let name = if path == Path::new(STDIN) { "stdin".into() } else { path.display().to_string() };
    let in_file = |error: &dyn fmt::Display| format!("{name}: {error}");
    let bytes = if path == Path::new(STDIN) {
        bounded(stdin().lock())
    } else if path.is_dir() {
        Err("is a directory; give a file with an event".into())
    } else {
        File::open(path).map_err(Error::from).and_then(bounded)
    };
    let bytes = bytes.map_err(|error| in_file(&error))?;
    let text =
        decode(&bytes).ok_or_else(|| in_file(&"is neither UTF-8 nor UTF-16; save it as UTF-8"))?;
    if text.trim().is_empty() {
        return Err(in_file(&"is empty; give a JSON object, such as those of events/").into());
    }
    let Whole(event) = serde_json::from_str(&text)
        .map_err(|error| in_file(&format!("cannot be read as JSON: {error}")))?;
    Ok(event)
}

/// Reads no more than an event may have.
fn bounded(reader: impl Read) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    // UTF-16 takes two bytes for each of UTF-8.
    let most = 2 * LARGEST_EVENT as u64;
    reader.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(
            format!("is larger than an event may be, which is {LARGEST_EVENT} bytes").into()
        );
    }
    Ok(bytes)
}

/// The text of a file: UTF-8, or UTF-16 by its byte order mark, as PowerShell and Notepad write it.
fn decode(bytes: &[u8]) -> Option<String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (units, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = units.iter().copied().map(unit).collect();
        rest.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        bytes => String::from_utf8(bytes.to_vec()).ok(),
    }
}

/// A JSON value in which no object has a name twice: which of both counts would be for nobody to
/// see.
struct Whole(Value);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Unique).map(Self)
    }
}

#[derive(Clone, Copy)]
struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if object.contains_key(&name) {
                let name: String = name.chars().take(64).collect();
                return Err(A::Error::custom(format!("{name:?} is given twice; keep one of both")));
            }
            let value = fields.next_value_seed(self)?;
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_editors_write_it() {
        let text = "{\"a\":\"ü\"}";
        let with = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        let little = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            with(&[0xef, 0xbb, 0xbf], text.into()),
            with(&[0xff, 0xfe], little),
            with(&[0xfe, 0xff], big),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Some(text));
        }
        for bytes in [&[0xff, 0xfe, b'{'][..], &[0xff, 0xfe, 0, 0xd8], b"\xe9", &[0xff]] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn no_name_stands_twice() {
        let read = |text| serde_json::from_str::<Whole>(text).map(|it| it.0);
        let text = r#"{"a":[1,-2,0.5,null,true,{"b":"c"}],"b":{}}"#;
        assert_eq!(read(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        let error = read(r#"{"a":{"b":1,"c":2,"b":1}}"#).err().unwrap();
        assert!(error.to_string().contains("\"b\" is given twice"), "{error}");
    }
}
