//! Why a request is not answered.

use std::time::Duration;

use query::AskError;
use query::execute::ExecuteError;
use query::tables::TableError;

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It does not prove that it comes from the page.
    #[error("the request was refused: {0}")]
    Refused(&'static str),
    /// Nobody can say at the moment whether the request proves anything.
    #[error("the request cannot be checked: {0}")]
    Unchecked(Box<dyn std::error::Error + Send + Sync>),
    /// There is nothing at the path.
    #[error("there is nothing at {0}")]
    NoPath(String),
    /// What it names is not there.
    #[error("{0}")]
    NotFound(String),
    /// It makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// It has more bytes than are read.
    #[error("the request has more than {0} bytes")]
    TooLarge(usize),
    /// The answer has more bytes than can be handed over.
    #[error("the answer has more than {0} bytes; ask for less")]
    TooMuch(usize),
    /// The answer took too long.
    #[error("the answer was given up after {} seconds; filter more", .0.as_secs())]
    TooSlow(Duration),
    /// So many others are being answered.
    #[error("the page is still answering other requests; try again in a few seconds")]
    Busy,
    /// The query cannot be answered.
    #[error(transparent)]
    Query(#[from] ExecuteError),
    /// A table cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// What is stored cannot be read.
    #[error("{0}")]
    Stored(#[from] collector::Error),
    /// Storage fails.
    #[error(transparent)]
    Store(#[from] collector::ports::StoreError),
    /// Something that is stored is damaged.
    #[error("{name} is damaged: {cause}")]
    Damaged {
        /// Its name.
        name: String,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// The work on the answer ended before its time.
    #[error("the answer was not finished: {0}")]
    Unfinished(#[from] tokio::task::JoinError),
}

impl Failure {
    /// The status of HTTP that says so.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) | Self::Query(ExecuteError::Parameters(_)) => 400,
            Self::Refused(_) => 403,
            Self::NoPath(_) | Self::NotFound(_) => 404,
            Self::TooLarge(_) => 413,
            Self::TooMuch(_) | Self::Query(ExecuteError::TooManyRows(_)) => 422,
            Self::Busy | Self::Unchecked(_) => 503,
            Self::TooSlow(_) => 504,
            _ => 500,
        }
    }
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Query(cause) => Self::Invalid(cause.to_string()),
            AskError::Cursor(cause) => Self::Invalid(cause.to_string()),
            AskError::Execute(cause) => Self::Query(cause),
        }
    }
}
