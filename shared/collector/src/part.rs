//! Parts: stored objects of entities or references, one JSON line each, compressed.

use std::borrow::Cow;
use std::io::{self, BufRead as _, BufReader, Cursor, Write as _};

use graph::{Entity, Reference};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::context::Error;
use crate::pack::Packer;

/// How large a part grows, in bytes: some thousands of items, so that it costs little beside what
/// was asked of Microsoft for them. Every slice holds one that it writes and one of parents that it
/// reads.
const LARGEST_PART: usize = 128 << 10;

/// What is wrong with a compressed object that has no bytes: even one without lines has some.
pub(crate) const EMPTY: &str = "it is empty";

/// An entity as it is stored.
#[derive(Debug, Deserialize)]
pub(crate) struct StoredEntity<'l> {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) key: String,
    #[serde(default)]
    pub(crate) names: Vec<String>,
    #[serde(default)]
    pub(crate) patch: bool,
    #[serde(borrow)]
    pub(crate) entity: &'l RawValue,
    #[serde(borrow, default)]
    pub(crate) raw: Option<&'l RawValue>,
}

/// An item as it is kept for the next job; without one, a parent whose list was read to its end.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptItem<'l> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) of: Option<Owner<'l>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<&'l RawValue>,
}

/// What a kept item belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Owner<'l> {
    #[serde(borrow)]
    pub(crate) key: Cow<'l, str>,
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Cow<'l, str>,
}

/// An object as a delta query told of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Change<'l> {
    /// Which of the step's delta queries told of it.
    pub(crate) watch: usize,
    /// Whether it was told after the list was read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_late: bool,
    #[serde(borrow)]
    pub(crate) object: &'l RawValue,
}

#[derive(Serialize)]
struct EntityLine<'e> {
    #[serde(rename = "type")]
    kind: &'e str,
    key: &'e str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<&'e str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    patch: bool,
    entity: &'e Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'e RawValue>,
}

/// Collects lines until there are enough for a part.
#[derive(Debug, Default)]
pub(crate) struct PartWriter(Packer<Vec<u8>>);

impl PartWriter {
    pub(crate) fn entity(&mut self, entity: &Entity) -> io::Result<()> {
        let mut properties = entity.properties.clone();
        if !entity.is_patch {
            properties.insert("_key".to_owned(), entity.key.as_str().into());
            properties.insert("_type".to_owned(), entity.kind.into());
            properties.insert("_class".to_owned(), entity.class.into());
        }
        let line = EntityLine {
            kind: entity.kind,
            key: entity.key.as_str(),
            names: entity.aliases.iter().map(graph::Name::as_str).collect(),
            patch: entity.is_patch,
            entity: &properties,
            raw: entity.raw.as_deref(),
        };
        self.line(&line)
    }

    pub(crate) fn reference(&mut self, reference: &Reference) -> io::Result<()> {
        self.line(reference)
    }

    pub(crate) fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, line)?;
        self.0.write_all(b"\n")
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.0.packed().len() >= LARGEST_PART
    }

    /// The part, unless it is empty; what is written next begins another.
    pub(crate) fn take(&mut self) -> io::Result<Option<Vec<u8>>> {
        let packed = self.0.take()?;
        Ok((!packed.is_empty()).then_some(packed))
    }
}

/// Reads the lines of a part. Its errors name it.
pub(crate) struct PartReader {
    name: String,
    reader: BufReader<zstd::Decoder<'static, Cursor<Vec<u8>>>>,
}

impl PartReader {
    pub(crate) fn new(name: &str, part: Vec<u8>) -> Result<Self, Error> {
        if part.is_empty() {
            return Err(Error::unreadable(name, &EMPTY));
        }
        let decoder = zstd::Decoder::with_buffer(Cursor::new(part));
        let decoder = decoder.map_err(|cause| Error::unreadable(name, &cause))?;
        Ok(Self { name: name.to_owned(), reader: BufReader::new(decoder) })
    }

    /// Reads the next line into `line`, without its end; false if there is none.
    pub(crate) fn next(&mut self, line: &mut String) -> Result<bool, Error> {
        line.clear();
        let read = self.reader.read_line(line);
        let read = read.map_err(|cause| Error::unreadable(&self.name, &cause))?;
        if line.ends_with('\n') {
            line.pop();
        }
        Ok(read > 0)
    }

    /// Reads what a line says.
    pub(crate) fn parse<'l, T: Deserialize<'l>>(&self, line: &'l str) -> Result<T, Error> {
        serde_json::from_str(line).map_err(|cause| Error::unreadable(&self.name, &cause))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut writer = PartWriter::default();
        assert!(writer.take().unwrap().is_none());
        let lines: Vec<String> =
            (0..50_000).map(|n| json!({ "n": n, "x": "é" }).to_string()).collect();
        for line in &lines {
            writer.line(&serde_json::from_str::<Value>(line).unwrap()).unwrap();
        }
        let mut reader = PartReader::new("part", writer.take().unwrap().unwrap()).unwrap();
        let (mut read, mut line) = (Vec::new(), String::new());
        while reader.next(&mut line).unwrap() {
            read.push(line.clone());
        }
        assert_eq!(read, lines);
    }
}
