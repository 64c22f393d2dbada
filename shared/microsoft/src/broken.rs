//! Why an exchange came to no answer.

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    /// The exchange did not come to its end. The next one may.
    #[error("{0}")]
    Interrupted(String),
    /// The answer does not fit.
    #[error("the answer is larger than {} MiB", largest / 1024 / 1024)]
    TooLarge {
        /// How many bytes it may have.
        largest: usize,
    },
    /// The answer does not fit beside the others that the same call holds. By itself it may.
    #[error("the answer does not fit into memory beside others")]
    Crowded,
}
