//! Why tables cannot be written or read.

use parquet::errors::ParquetError;

/// Why tables cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The snapshot cannot be read, or what was written cannot be stored.
    #[error(transparent)]
    Collector(#[from] collector::Error),
    /// Storage fails.
    #[error(transparent)]
    Store(#[from] collector::ports::StoreError),
    /// The local disk fails.
    #[error("the local disk fails: {0}")]
    Disk(#[from] std::io::Error),
    /// A line of the snapshot, or the manifest, is not JSON.
    #[error("{name} is damaged: {cause}")]
    Json {
        /// What is not.
        name: String,
        /// Why.
        #[source]
        cause: serde_json::Error,
    },
    /// A file is not one of Parquet, or does not hold what its manifest says.
    #[error("{name} is damaged: {cause}")]
    Parquet {
        /// The file.
        name: String,
        /// Why.
        #[source]
        cause: ParquetError,
    },
    /// A file that the manifest names is not there.
    #[error("{0} is missing")]
    Missing(String),
    /// The snapshot has more than the numbers of its tables can tell apart.
    #[error("the snapshot has more than {} entities or relationships", u32::MAX)]
    TooMany,
}

impl TableError {
    /// Something is wrong with a file.
    pub(super) fn in_file(name: &str) -> impl Fn(ParquetError) -> Self {
        move |cause| Self::Parquet { name: name.to_owned(), cause }
    }
}

impl From<TableError> for collector::Error {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Collector(error) => error,
            TableError::Store(error) => Self::Store(error),
            TableError::Disk(error) => Self::Disk(error),
            TableError::Missing(name) => Self::Unknown(name),
            TableError::Json { .. } | TableError::Parquet { .. } | TableError::TooMany => {
                Self::Unreadable { name: "snapshot".to_owned(), cause: error.to_string() }
            }
        }
    }
}
