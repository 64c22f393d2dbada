//! What is made of the rows of a group.

use std::collections::HashSet;

use crate::language::Function;
use crate::tables::Cell;

/// How many bytes are reckoned for a row or a value that is kept.
pub(super) const KEPT: usize = 128;

/// What an aggregate is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Rows.
    Row,
    /// Values.
    Value,
    /// Entities or relationships, of which a row has a number.
    Member,
}

/// Different numbers. Groups may have tens of millions of them in all, so each takes some bytes
/// only.
#[derive(Debug, Default)]
pub(super) struct Members(Vec<i64>);

impl Members {
    /// Adds a number, and returns how many more bytes are held.
    fn add(&mut self, number: i64) -> usize {
        if self.0.last() == Some(&number) {
            return 0;
        }
        let before = self.0.capacity();
        if self.0.len() == before {
            // Room is made only where numbers that are there twice leave none.
            self.sort();
            self.0.reserve_exact(if self.0.len() * 2 > before { before.max(4) } else { 0 });
        }
        self.0.push(number);
        (self.0.capacity() - before) * size_of::<i64>()
    }

    fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
    }

    fn count(mut self) -> usize {
        self.sort();
        self.0.len()
    }
}

/// One aggregate of one group.
#[derive(Debug)]
pub(super) enum Accumulator {
    /// How many rows there are.
    Rows(u64),
    /// Which different values there are.
    Distinct(HashSet<String>),
    /// Which different entities or relationships there are, by their numbers.
    Members(Members),
    /// The sum of the numbers, and how many there are.
    Sum(f64, u64),
    /// The same, for an average.
    Average(f64, u64),
    /// The least.
    Least(Cell),
    /// The greatest.
    Greatest(Cell),
}

impl Accumulator {
    /// For a function of a kind of values.
    pub(super) fn new(function: Function, of: Of) -> Self {
        match function {
            Function::Count if of == Of::Value => Self::Distinct(HashSet::new()),
            Function::Count if of == Of::Member => Self::Members(Members::default()),
            Function::Sum => Self::Sum(0.0, 0),
            Function::Avg => Self::Average(0.0, 0),
            Function::Min => Self::Least(Cell::Undefined),
            Function::Max => Self::Greatest(Cell::Undefined),
            _ => Self::Rows(0),
        }
    }

    /// Adds the value of a row, and returns how many bytes had to be kept for it.
    pub(super) fn add(&mut self, cell: &Cell) -> usize {
        if let Self::Rows(rows) = self {
            *rows += 1;
            return 0;
        }
        if !cell.is_defined() {
            return 0;
        }
        match self {
            Self::Distinct(values) => {
                return if values.insert(cell.to_json().to_string()) { KEPT } else { 0 };
            }
            Self::Members(members) => {
                if let Cell::Whole(number) = cell {
                    return members.add(*number);
                }
            }
            Self::Sum(sum, count) | Self::Average(sum, count) => {
                if let Some(number) = cell.number() {
                    *sum += number;
                    *count += 1;
                }
            }
            Self::Least(least) => {
                if cell.total_order(least).is_lt() {
                    *least = cell.clone();
                }
            }
            Self::Greatest(greatest) => {
                if !greatest.is_defined() || cell.total_order(greatest).is_gt() {
                    *greatest = cell.clone();
                }
            }
            Self::Rows(_) => (),
        }
        0
    }

    /// What came of it.
    #[expect(clippy::cast_precision_loss, reason = "no group has 2^53 rows")]
    pub(super) fn result(self) -> Cell {
        match self {
            Self::Rows(rows) => Cell::of_number(rows as f64),
            Self::Members(members) => Cell::of_number(members.count() as f64),
            Self::Distinct(values) => Cell::of_number(values.len() as f64),
            Self::Sum(sum, _) => Cell::of_number(sum),
            Self::Average(_, 0) => Cell::Undefined,
            Self::Average(sum, count) => Cell::of_number(sum / count as f64),
            Self::Least(cell) | Self::Greatest(cell) => cell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_counted_once() {
        let mut members = Members::default();
        let mut held = 0;
        for number in (0..1000).chain(0..1000).flat_map(|it| [it % 100, -it % 7, it % 100]) {
            held += members.add(number);
        }
        assert_eq!(held, members.0.capacity() * 8);
        assert!(held <= 4096, "{held}");
        assert_eq!(members.count(), 106);
        assert_eq!(Members::default().count(), 0);
    }
}
