//! Object storage in Amazon S3.

use std::io;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::InterceptorContext;
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, Config};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::ByteStream;
use collector::ports::{Body, Condition, Etag, Object, Store, StoreError};
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use crate::failure::cause;
use crate::name;

/// How often the body of an object is read from its start, where the connection breaks off in it.
/// The SDK tries again only until the body begins.
const READS: u32 = 3;

/// The metadata of an object that holds the id of the write that made it.
const WRITE: &str = "write";

/// What is held in memory of an object that goes to a file.
const BUFFER_BYTES: usize = 1 << 20;

/// A [`Store`] in a bucket of Amazon S3, below a prefix.
///
/// The role needs `s3:GetObject` and `s3:PutObject` on the objects, `s3:DeleteObject` on those that
/// are removed, and `s3:ListBucket` on the bucket: without it S3 answers 403, not 404, for an
/// object that is not there. Where the bucket keeps versions, what is removed can be restored for
/// as long as it does.
///
/// A write is one `PutObject`, so an object has at most 5 GB.
///
/// # Whose write it was
///
/// A write that S3 has done may still seem to fail, where its answer is lost. The SDK then sends it
/// again, and the condition, which held the first time, does not any more. So each write carries an
/// id in the object's metadata, and a write that loses looks whether the object carries its own id:
/// then it has won. The bytes could not tell: another writer may have written the same. One doubt
/// is left, and is called a conflict: that the write was done and has already been overwritten by
/// the next one.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    /// The name of the bucket.
    id: String,
    /// Empty, or ends with a slash.
    prefix: String,
}

impl Bucket {
    /// A store in a bucket, below a prefix, which may be empty. Slashes around the prefix are
    /// ignored.
    #[must_use]
    pub fn new(client: Client, bucket: impl Into<String>, prefix: &str) -> Self {
        let mut prefix = prefix.trim_matches('/').to_owned();
        if !prefix.is_empty() {
            prefix.push('/');
        }
        Self { client, id: bucket.into(), prefix }
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Begins to read an object; none if there is no such object.
    async fn open(&self, name: &str) -> Result<Option<GetObjectOutput>, StoreError> {
        name::check(name)?;
        let request = self.client.get_object().bucket(&self.id).key(self.key(name));
        match request.send().await {
            Ok(output) => Ok(Some(output)),
            Err(error) if error.code() == Some("NoSuchKey") => Ok(None),
            Err(error) => Err(unavailable(name, cause(&error))),
        }
    }

    /// The version of an object, if it is this very write that made it.
    async fn written_by(&self, name: &str, write: &str) -> Result<Option<Etag>, StoreError> {
        let request = self.client.head_object().bucket(&self.id).key(self.key(name));
        match request.send().await {
            Ok(output)
                if output.metadata().and_then(|it| it.get(WRITE)).is_some_and(|it| it == write) =>
            {
                etag(name, output.e_tag).map(Some)
            }
            Ok(_) => Ok(None),
            Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => {
                Ok(None)
            }
            Err(error) => Err(unavailable(name, cause(&error))),
        }
    }
}

#[async_trait]
impl Store for Bucket {
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError> {
        let mut reads = 0;
        loop {
            let Some(found) = self.open(name).await? else { return Ok(None) };
            reads += 1;
            match found.body.collect().await {
                Ok(body) => {
                    return Ok(Some(Object {
                        body: body.to_vec(),
                        etag: etag(name, found.e_tag)?,
                    }));
                }
                Err(error) if reads == READS => return Err(unavailable(name, error)),
                Err(error) => tracing::warn!(name, %error, "an object broke off; reading it again"),
            }
        }
    }

    async fn download(&self, name: &str, to: &Path) -> Result<bool, StoreError> {
        let mut reads = 0;
        loop {
            let Some(found) = self.open(name).await? else { return Ok(false) };
            reads += 1;
            match save(found.body, to).await {
                Ok(()) => return Ok(true),
                Err(error) if reads == READS => return Err(unavailable(name, error)),
                Err(error) => tracing::warn!(name, %error, "an object broke off; reading it again"),
            }
        }
    }

    async fn put(&self, name: &str, body: Body, condition: Condition) -> Result<Etag, StoreError> {
        name::check(name)?;
        let body = match body {
            Body::Bytes(bytes) => ByteStream::from(bytes),
            Body::File(path) => {
                ByteStream::from_path(path).await.map_err(|error| unavailable(name, error))?
            }
        };
        let overrides = for_write(body.size_hint().0);
        let write = Uuid::new_v4().to_string();
        let request = self.client.put_object().bucket(&self.id).key(self.key(name));
        let request = request.metadata(WRITE, &write).body(body);
        let request = match condition {
            Condition::Always => request,
            Condition::Absent => request.if_none_match("*"),
            Condition::Matches(Etag(etag)) => request.if_match(etag),
        };
        match request.customize().config_override(overrides).send().await {
            Ok(output) => etag(name, output.e_tag),
            Err(error) if has_lost(error.code()) => {
                let own = self.written_by(name, &write).await?;
                own.ok_or_else(|| StoreError::Conflict(name.to_owned()))
            }
            Err(error) => Err(unavailable(name, cause(&error))),
        }
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        name::check(name)?;
        let request = self.client.delete_object().bucket(&self.id).key(self.key(name));
        match request.send().await {
            Ok(_) => Ok(()),
            // S3 says that it is done. What stands in for it may say that there was nothing to do.
            Err(error) if error.code() == Some("NoSuchKey") => Ok(()),
            Err(error) => Err(unavailable(name, cause(&error))),
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        name::check_prefix(prefix)?;
        let request = self.client.list_objects_v2().bucket(&self.id).prefix(self.key(prefix));
        let mut pages = request.into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| unavailable(prefix, cause(&error)))?;
            let keys = page.contents.unwrap_or_default().into_iter().filter_map(|it| it.key);
            names.extend(keys.filter_map(|it| it.strip_prefix(&self.prefix).map(str::to_owned)));
        }
        // Directory buckets list in no order.
        names.sort_unstable();
        Ok(names)
    }
}

/// Writes the body of an object to a file, from the file's start.
async fn save(body: ByteStream, to: &Path) -> io::Result<()> {
    let file = tokio::fs::File::create(to).await?;
    let mut file = tokio::io::BufWriter::with_capacity(BUFFER_BYTES, file);
    tokio::io::copy_buf(&mut body.into_async_read(), &mut file).await?;
    file.shutdown().await
}

/// Whether an answer to a conditional write says that the condition does not hold.
///
/// `NoSuchKey` is what `If-Match` gets where there is no object, and `ConditionalRequestConflict`
/// what writers at the same time get, here after several attempts.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
fn has_lost(code: Option<&str>) -> bool {
    matches!(code, Some("PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey"))
}

/// How a write differs from other calls: it may take the longer the more it sends, and is tried
/// again after a conflict with another write that is still under way.
fn for_write(bytes: u64) -> Builder {
    // One megabyte a second is far below what the smallest function gets.
    let time = Duration::from_secs(10 + bytes / 1_000_000);
    Config::builder()
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(time).build())
        .retry_classifier(OnConditionalConflict)
}

/// Has the SDK repeat a write that got 409 `ConditionalRequestConflict`, which it does not by
/// itself.
#[derive(Debug)]
struct OnConditionalConflict;

impl ClassifyRetry for OnConditionalConflict {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        let error = error.and_then(|it| it.as_operation_error());
        let error = error.and_then(|it| it.downcast_ref::<PutObjectError>());
        match error.and_then(ProvideErrorMetadata::code) {
            Some("ConditionalRequestConflict") => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "conditional conflict"
    }
}

fn etag(name: &str, etag: Option<String>) -> Result<Etag, StoreError> {
    etag.map(Etag).ok_or_else(|| unavailable(name, "the answer has no etag"))
}

fn unavailable(
    name: &str,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> StoreError {
    StoreError::Unavailable { name: name.to_owned(), cause: cause.into() }
}
