//! Why a query has no statement.

/// Why a query has no statement.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// The answer is no table.
    #[error("SQL answers with rows, and RETURN TREE asks for a graph; name columns after RETURN")]
    Tree,
    /// Parameters are missing.
    #[error("the query has parameters that were not given: {0}")]
    Parameters(String),
    /// Equal rows become one, so they cannot be sorted by what they do not show.
    #[error("SQL cannot sort different rows by a value that is no column; add it to RETURN")]
    Order,
    /// A regular expression has something that means another thing to Trino, or nothing.
    #[error("SQL has no {what} as /{pattern}/ has it")]
    Regex {
        /// The expression.
        pattern: String,
        /// What Trino does not have.
        what: &'static str,
    },
    /// Amazon Athena would not take the statement.
    #[error(
        "the statement has {length} bytes, and Athena takes {most}; name fewer types, or name \
         columns after RETURN"
    )]
    TooLong {
        /// How long it is.
        length: usize,
        /// How long it may be.
        most: usize,
    },
    /// The rows that came back are not those of the statement.
    #[error("the column {column} of the result holds {value:?}, which is not of its form")]
    Result {
        /// The column.
        column: String,
        /// What it holds.
        value: String,
    },
}
