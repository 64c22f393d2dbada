//! Amazon S3 in memory, over HTTP, with faults on demand.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures_util::TryStreamExt as _;
use s3s::auth::SimpleAuth;
use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, ETag, ETagCondition, GetObjectInput, GetObjectOutput,
    HeadObjectInput, HeadObjectOutput, ListObjectsV2Input, ListObjectsV2Output, Metadata, Object,
    PutObjectInput, PutObjectOutput, StreamingBlob,
};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

/// The bucket that there is.
pub(crate) const BUCKET: &str = "bucket";

/// How many keys a page of a list has. Few, so that a short list has several pages.
const PAGE: usize = 10;

/// The objects, and what shall go wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryS3 {
    objects: Arc<Mutex<BTreeMap<String, Stored>>>,
    faults: Arc<Mutex<VecDeque<(Method, Fault)>>>,
    requests: Arc<Mutex<Vec<Method>>>,
}

#[derive(Clone, Debug)]
struct Stored {
    body: Vec<u8>,
    metadata: Option<Metadata>,
}

/// What goes wrong with a request.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The request is done, and the answer is an error all the same.
    LostAnswer,
    /// The request is not done, and another writer writes these bytes.
    Rival(&'static str),
    /// The request is not done, and the answer is this status with this code.
    Refused(StatusCode, &'static str),
    /// The request is done, and the connection breaks in the middle of the answer.
    BrokenBody,
}

impl MemoryS3 {
    /// Serves the objects on a port of this machine, until the test ends, and returns a client.
    pub(crate) async fn client(&self) -> aws_sdk_s3::Client {
        let mut service = S3ServiceBuilder::new(self.clone());
        service.set_auth(SimpleAuth::from_single("id", "key"));
        let (service, this) = (service.build(), self.clone());
        let app = Router::new().fallback(move |request| answer(this, service, request));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new("id", "key", None, None, "test"))
            .endpoint_url(endpoint)
            .region(Region::new("eu-central-1"))
            .retry_config(retry);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// Has the next request of a method that is not spoken for go wrong.
    pub(crate) fn fail(&self, method: Method, fault: Fault) {
        self.faults.lock().unwrap().push_back((method, fault));
    }

    /// The methods of the requests so far.
    pub(crate) fn requests(&self) -> Vec<Method> {
        self.requests.lock().unwrap().clone()
    }

    fn insert(&self, key: &str, body: &str) {
        let stored = Stored { body: body.into(), metadata: None };
        self.objects.lock().unwrap().insert(key.to_owned(), stored);
    }

    fn find(&self, bucket: &str, key: &str) -> S3Result<Stored> {
        check(bucket)?;
        self.objects.lock().unwrap().get(key).cloned().ok_or_else(|| s3_error!(NoSuchKey))
    }
}

/// Answers a request, rightly or wrongly.
async fn answer(this: MemoryS3, service: S3Service, request: Request) -> Response {
    let method = request.method().clone();
    this.requests.lock().unwrap().push(method.clone());
    let fault = {
        let mut faults = this.faults.lock().unwrap();
        let position = faults.iter().position(|(it, _)| *it == method);
        position.and_then(|it| faults.remove(it)).map(|(_, fault)| fault)
    };
    let key = request.uri().path().trim_start_matches("/bucket/").to_owned();
    if let Some(Fault::Refused(status, code)) = fault {
        return (status, format!("<Error><Code>{code}</Code></Error>")).into_response();
    }
    if let Some(Fault::Rival(body)) = fault {
        this.insert(&key, body);
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let response = service.call(request.map(s3s::Body::http_body_unsync)).await.unwrap();
    match fault {
        Some(Fault::LostAnswer) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Fault::BrokenBody) => {
            let half = this.objects.lock().unwrap()[&key].body.clone();
            let half = half[..half.len() / 2].to_vec();
            let parts = [Ok(half), Err(std::io::Error::other("broken"))];
            response.map(|_| Body::from_stream(futures_util::stream::iter(parts)))
        }
        _ => response.map(Body::new),
    }
}

#[async_trait::async_trait]
impl S3 for MemoryS3 {
    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let Stored { body, metadata } = self.find(&request.input.bucket, &request.input.key)?;
        Ok(S3Response::new(GetObjectOutput {
            content_length: i64::try_from(body.len()).ok(),
            e_tag: Some(etag(&body)),
            body: Some(StreamingBlob::from(s3s::Body::from(body))),
            metadata,
            ..GetObjectOutput::default()
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let Stored { body, metadata } = self.find(&request.input.bucket, &request.input.key)?;
        let e_tag = Some(etag(&body));
        Ok(S3Response::new(HeadObjectOutput { e_tag, metadata, ..HeadObjectOutput::default() }))
    }

    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let PutObjectInput { bucket, key, body, metadata, if_match, if_none_match, .. } =
            request.input;
        check(&bucket)?;
        let body = body.ok_or_else(|| s3_error!(IncompleteBody))?;
        let body: Vec<_> = body.try_collect().await.map_err(|_| s3_error!(IncompleteBody))?;
        let body = body.concat();

        let mut objects = self.objects.lock().unwrap();
        let old = objects.get(&key).map(|it| etag(&it.body));
        if if_none_match == Some(ETagCondition::Any) && old.is_some() {
            return Err(s3_error!(PreconditionFailed));
        }
        if let Some(ETagCondition::ETag(expected)) = if_match {
            match old {
                None => return Err(s3_error!(NoSuchKey)),
                Some(old) if old != expected => return Err(s3_error!(PreconditionFailed)),
                Some(_) => {}
            }
        }
        let e_tag = Some(etag(&body));
        objects.insert(key, Stored { body, metadata });
        Ok(S3Response::new(PutObjectOutput { e_tag, ..PutObjectOutput::default() }))
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        check(&request.input.bucket)?;
        self.objects.lock().unwrap().remove(&request.input.key);
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let ListObjectsV2Input { bucket, prefix, continuation_token, .. } = request.input;
        check(&bucket)?;
        let (prefix, after) = (prefix.unwrap_or_default(), continuation_token.unwrap_or_default());
        let objects = self.objects.lock().unwrap();
        let mut keys = objects.keys().filter(|it| it.starts_with(&prefix) && **it > after);
        let page: Vec<_> = keys.by_ref().take(PAGE).cloned().collect();
        let more = keys.next().is_some();
        let object = |key: &String| Object { key: Some(key.clone()), ..Object::default() };
        Ok(S3Response::new(ListObjectsV2Output {
            contents: Some(page.iter().map(object).collect()),
            is_truncated: Some(more),
            next_continuation_token: page.last().filter(|_| more).cloned(),
            ..ListObjectsV2Output::default()
        }))
    }
}

fn check(bucket: &str) -> S3Result<()> {
    if bucket == BUCKET { Ok(()) } else { Err(s3_error!(NoSuchBucket, "there is only one")) }
}

/// As in S3, a function of the content.
fn etag(body: &[u8]) -> ETag {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    ETag::Strong(format!("{:016x}", hasher.finish()))
}
