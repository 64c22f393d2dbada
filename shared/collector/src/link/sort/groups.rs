//! Records of things that have a type and a key, those of one thing together.

use std::io;

use super::reader::{Reader, Record};

/// What a record of a thing of some type and key is sorted by: those of one thing stand together,
/// in the order of their ranks.
pub(crate) fn key(kind: &str, key: &str, rank: u8) -> Vec<u8> {
    let mut bytes = format!("{kind}\0{key}\0").into_bytes();
    bytes.push(rank);
    bytes
}

/// The type and key of a record that is sorted by [`key`], apart by a zero byte.
fn name(key: &[u8]) -> &[u8] {
    &key[..key.len().saturating_sub(2)]
}

/// Reads records that are sorted by [`key`], those of one thing together.
#[derive(Debug)]
pub(crate) struct Groups(Reader);

impl Groups {
    pub(crate) const fn new(reader: Reader) -> Self {
        Self(reader)
    }

    /// The type and key of the next thing, apart by a zero byte.
    pub(crate) fn name(&self) -> Option<&[u8]> {
        self.0.head().map(|(key, _)| name(key))
    }

    /// The records of the next thing, after its type and key, which are apart by a zero byte.
    pub(crate) fn next(&mut self) -> io::Result<Option<(String, Vec<Record>)>> {
        let Some(name) = self.name() else { return Ok(None) };
        let name = String::from_utf8_lossy(name).into_owned();
        let records = self.of(name.as_bytes())?;
        Ok(Some((name, records)))
    }

    /// The records of a thing, which have to be asked for in order.
    pub(crate) fn of(&mut self, thing: &[u8]) -> io::Result<Vec<Record>> {
        let mut records = Vec::new();
        while let Some((key, value)) = self.0.head().filter(|(key, _)| name(key) <= thing) {
            if name(key) == thing {
                records.push(Record { key: key.into(), value: value.into() });
            }
            self.0.advance()?;
        }
        Ok(records)
    }
}

/// The type and key of a thing, apart by a zero byte, and the records of it in each of several
/// places.
type Thing<const N: usize> = (String, [Vec<Record>; N]);

/// Reads records from several places that are sorted by [`key`], those of one thing together.
#[derive(Debug)]
pub(crate) struct Together<const N: usize>(pub(crate) [Groups; N]);

impl<const N: usize> Together<N> {
    /// The type and key of the next thing that any has.
    pub(crate) fn name(&self) -> Option<&[u8]> {
        self.0.iter().filter_map(Groups::name).min()
    }

    /// The records of a thing. They have to be asked for in order.
    pub(crate) fn of(&mut self, thing: &[u8]) -> io::Result<[Vec<Record>; N]> {
        let mut records = [const { Vec::new() }; N];
        for (groups, records) in self.0.iter_mut().zip(&mut records) {
            *records = groups.of(thing)?;
        }
        Ok(records)
    }

    /// The records of the next thing that any has.
    pub(crate) fn next(&mut self) -> io::Result<Option<Thing<N>>> {
        let Some(name) = self.name() else { return Ok(None) };
        let name = String::from_utf8_lossy(name).into_owned();
        let records = self.of(name.as_bytes())?;
        Ok(Some((name, records)))
    }
}
