//! What is made of the rows of a group.

use std::collections::HashSet;

use crate::language::Function;
use crate::tables::Cell;

/// One aggregate of one group.
#[derive(Debug)]
pub(super) enum Accumulator {
    /// How many rows there are.
    Rows(u64),
    /// Which different values there are.
    Distinct(HashSet<String>),
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
    pub(super) fn new(function: Function, has_value: bool) -> Self {
        match function {
            Function::Count if has_value => Self::Distinct(HashSet::new()),
            Function::Sum => Self::Sum(0.0, 0),
            Function::Avg => Self::Average(0.0, 0),
            Function::Min => Self::Least(Cell::Undefined),
            Function::Max => Self::Greatest(Cell::Undefined),
            _ => Self::Rows(0),
        }
    }

    /// Adds the value of a row, and says whether something had to be kept for it.
    pub(super) fn add(&mut self, cell: &Cell) -> bool {
        if let Self::Rows(rows) = self {
            *rows += 1;
            return false;
        }
        if !cell.is_defined() {
            return false;
        }
        match self {
            Self::Distinct(values) => return values.insert(cell.to_json().to_string()),
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
        false
    }

    /// What came of it.
    #[expect(clippy::cast_precision_loss, reason = "no group has 2^53 rows")]
    pub(super) fn result(&self) -> Cell {
        match self {
            Self::Rows(rows) => Cell::of_number(*rows as f64),
            Self::Distinct(values) => Cell::of_number(values.len() as f64),
            Self::Sum(sum, _) => Cell::of_number(*sum),
            Self::Average(_, 0) => Cell::Undefined,
            Self::Average(sum, count) => Cell::of_number(sum / *count as f64),
            Self::Least(cell) | Self::Greatest(cell) => cell.clone(),
        }
    }
}
