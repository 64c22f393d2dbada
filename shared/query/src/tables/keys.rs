//! From keys to numbers.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

/// The numbers of entities by their keys, in 24 bytes for each.
///
/// Keys are known by 128 bits of hash under random seeds, so that no two of them are taken for one.
#[derive(Debug, Default)]
pub(super) struct Keys {
    seeds: [RandomState; 2],
    entries: Vec<(u64, u64, u32)>,
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
    }

    /// The number of a key.
    pub(super) fn find(&self, key: &str) -> Option<u32> {
        let wanted = self.hash(key);
        let at = self.entries.partition_point(|(one, other, _)| (*one, *other) < wanted);
        let (one, other, number) = self.entries.get(at)?;
        ((*one, *other) == wanted).then_some(*number)
    }
}
