//! Sets of entities.

use std::ops::Range;

/// A set of entities, with a bit for each that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
    length: u32,
}

impl Bits {
    /// An empty set, of a graph with so many entities.
    pub(crate) fn new(length: u32) -> Self {
        Self { words: vec![0; length.div_ceil(64) as usize], length }
    }

    /// The set of all entities.
    pub(crate) fn full(length: u32) -> Self {
        let mut bits = Self::new(length);
        bits.extend(0..length);
        bits
    }

    pub(crate) fn insert(&mut self, entity: u32) {
        if let Some(word) = self.words.get_mut((entity / 64) as usize) {
            *word |= 1 << (entity % 64);
        }
    }

    pub(crate) fn contains(&self, entity: u32) -> bool {
        self.words.get((entity / 64) as usize).is_some_and(|it| it >> (entity % 64) & 1 == 1)
    }

    /// Adds a range.
    pub(crate) fn extend(&mut self, range: Range<u32>) {
        let mut at = range.start;
        while at < range.end {
            let is_whole = at.is_multiple_of(64) && range.end - at >= 64;
            match self.words.get_mut((at / 64) as usize) {
                Some(word) if is_whole => *word = u64::MAX,
                _ => self.insert(at),
            }
            at += if is_whole { 64 } else { 1 };
        }
    }

    pub(crate) fn unite(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    pub(crate) fn intersect(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    pub(crate) fn remove(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }

    pub(crate) fn count(&self) -> usize {
        self.words.iter().map(|it| it.count_ones() as usize).sum()
    }

    /// Every entity of the set, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.within(0..self.length)
    }

    /// Every entity of the set that is in a range, in order.
    pub(crate) fn within(&self, range: Range<u32>) -> impl Iterator<Item = u32> + '_ {
        let words = range.start / 64..range.end.div_ceil(64);
        let each = words.flat_map(move |at| {
            let mut word = self.words.get(at as usize).copied().unwrap_or_default();
            std::iter::from_fn(move || {
                let bit = word.trailing_zeros();
                word &= word.wrapping_sub(1);
                (bit < 64).then_some(at * 64 + bit)
            })
        });
        each.filter(move |it| range.contains(it))
    }

    /// Whether the set has anything of a range.
    pub(crate) fn meets(&self, range: Range<u32>) -> bool {
        self.within(range).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_sets_of_what_is_in_them() {
        for (start, end) in [(0, 0), (0, 64), (3, 200), (63, 65), (128, 192), (199, 200)] {
            let mut bits = Bits::new(200);
            bits.extend(start..end);
            assert_eq!(bits.iter().collect::<Vec<_>>(), (start..end).collect::<Vec<_>>());
            assert_eq!(bits.count(), (end - start) as usize);
            assert_eq!(bits.meets(0..64), start < 64 && end > 0);
            assert!((0..200).all(|it| bits.contains(it) == (start..end).contains(&it)));
        }
    }

    #[test]
    fn sets_are_calculated_with() {
        let mut odd = Bits::new(100);
        (0..100).filter(|it| it % 2 == 1).for_each(|it| odd.insert(it));
        let mut even = Bits::full(100);
        even.remove(&odd);
        assert_eq!(even.within(10..15).collect::<Vec<_>>(), [10, 12, 14]);
        let mut none = even.clone();
        none.intersect(&odd);
        assert_eq!(none.count(), 0);
        none.unite(&even);
        assert_eq!(none, even);
    }
}
