//! From keys to numbers.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

/// The numbers of entities by their keys, in 28 bytes for each.
///
/// Keys are known by 128 bits of hash under random seeds, so that no two of them are taken for one.
#[derive(Debug, Default)]
pub(super) struct Keys {
    seeds: [RandomState; 2],
    entries: Vec<(u64, u64, u32)>,
    /// Where the hashes begin that have the same first bits. There are about as many of these as
    /// entries, so few entries have the same.
    begins: Vec<u32>,
}

impl Keys {
    fn hash(&self, key: &str) -> (u64, u64) {
        let [one, other] = &self.seeds;
        (one.hash_one(key), other.hash_one(key))
    }

    /// Adds a key.
    pub(super) fn push(&mut self, key: &str, number: u32) {
        let (one, other) = self.hash(key);
        self.entries.push((one, other, number));
    }

    /// Makes keys findable once all are there.
    pub(super) fn sort(&mut self) {
        self.entries.sort_unstable();
        self.begins.clear();
        for (at, (hash, ..)) in (0..).zip(&self.entries) {
            while self.begins.len() <= self.bucket(*hash) {
                self.begins.push(at);
            }
        }
    }

    /// What the first bits of a hash are as a number below that of entries.
    fn bucket(&self, hash: u64) -> usize {
        let bucket = (u128::from(hash) * self.entries.len() as u128) >> 64;
        usize::try_from(bucket).unwrap_or_default()
    }

    /// The number of a key.
    pub(super) fn find(&self, key: &str) -> Option<u32> {
        let wanted = self.hash(key);
        let begin = *self.begins.get(self.bucket(wanted.0))? as usize;
        let mut entries = self.entries[begin..].iter().map(|it| ((it.0, it.1), it.2));
        let (found, number) = entries.find(|(hash, _)| *hash >= wanted)?;
        (found == wanted).then_some(number)
    }
}

/// Looks keys up, of which many are the same as the one before.
pub(super) struct Finder<'k> {
    keys: &'k Keys,
    last: String,
    number: Option<u32>,
}

impl<'k> Finder<'k> {
    pub(super) fn new(keys: &'k Keys) -> Self {
        Self { keys, last: String::new(), number: keys.find("") }
    }

    /// The number of a key.
    pub(super) fn find(&self, key: &str) -> Option<u32> {
        self.keys.find(key)
    }

    /// The number of a key that is likely the one that was asked for last.
    pub(super) fn again(&mut self, key: &str) -> Option<u32> {
        if self.last != key {
            key.clone_into(&mut self.last);
            self.number = self.keys.find(key);
        }
        self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_and_no_other() {
        let mut keys = Keys::default();
        keys.sort();
        assert_eq!(keys.find("0"), None);
        for number in 0..1000 {
            keys.push(&number.to_string(), number);
        }
        keys.sort();
        assert!((0..1000).all(|number| keys.find(&number.to_string()) == Some(number)));
        assert!((1000..2000).all(|number| keys.find(&number.to_string()).is_none()));
        let mut finder = Finder::new(&keys);
        let found = ["", "1", "1", "1000", "2", "", "1"].map(|key| finder.again(key));
        assert_eq!(found, [None, Some(1), Some(1), None, Some(2), None, Some(1)]);
    }
}
