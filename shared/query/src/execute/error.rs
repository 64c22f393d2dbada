//! Why a query cannot be answered.

use crate::tables::TableError;

/// Why a query cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// A table cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Parameters are missing.
    #[error("the query has parameters that were not given: {0}")]
    Parameters(String),
    /// More rows have to be kept than memory should hold.
    #[error(
        "the answer has more than {0} rows to sort, to group or to tell apart; filter more, or leave out ORDER BY and UNIQUE"
    )]
    TooManyRows(usize),
}
