//! Where a store is, as a person writes it.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use collector::ports::{Claims, Store, Unclaimed};

use crate::{Directory, DirectoryClaims, connect};

/// The place of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// `s3://bucket` or `s3://bucket/prefix`.
    Bucket {
        /// The name of the bucket.
        bucket: String,
        /// What the keys begin with, without slashes around it. May be empty.
        prefix: String,
    },
    /// Everything else: the path of a directory, which need not be there yet.
    Directory(PathBuf),
}

/// Why a text is not the place of a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid store {0:?}: expected s3://BUCKET, s3://BUCKET/PREFIX or a directory")]
pub struct LocationError(String);

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let invalid = || LocationError(text.to_owned());
        let Some(rest) = text.strip_prefix("s3://") else {
            // Another scheme, or half of one, would otherwise become an odd directory.
            let valid = !text.is_empty() && !text.contains("://") && !text.starts_with("s3:");
            return if valid { Ok(Self::Directory(text.into())) } else { Err(invalid()) };
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(invalid());
        }
        let prefix = prefix.trim_matches('/');
        Ok(Self::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

/// The store at a [`Location`], for who needs nothing else of AWS: [`connect`] is called only where
/// it is a bucket.
///
/// # Errors
///
/// The text is not a location. Whether the store can be read shows when it is.
pub async fn store(location: &str) -> Result<Arc<dyn Store>, LocationError> {
    match location.parse()? {
        Location::Directory(path) => Ok(Arc::new(Directory::new(path))),
        bucket @ Location::Bucket { .. } => Ok(connect().await.store(bucket)),
    }
}

/// Who is at work on the instances of a store. Only processes of one machine can tell, so of a
/// bucket nobody can.
///
/// # Errors
///
/// The text is not a location.
pub fn claims(location: &str) -> Result<Arc<dyn Claims>, LocationError> {
    match location.parse()? {
        Location::Directory(path) => Ok(Arc::new(DirectoryClaims::new(path))),
        Location::Bucket { .. } => Ok(Arc::new(Unclaimed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(bucket: &str, prefix: &str) -> Location {
        Location::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() }
    }

    #[test]
    fn a_location_is_a_bucket_or_a_directory() {
        for (text, expected) in [
            ("s3://b", bucket("b", "")),
            ("s3://b/", bucket("b", "")),
            ("s3://b/p/q/", bucket("b", "p/q")),
            ("out", Location::Directory("out".into())),
            ("/var/lib/out", Location::Directory("/var/lib/out".into())),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in ["", "s3://", "s3:///p", "https://b/p", "gs://b", "s3:/b/p", "s3:b"] {
            let error = text.parse::<Location>().unwrap_err();
            assert!(error.to_string().contains("s3://BUCKET"), "{error}");
        }
    }
}
