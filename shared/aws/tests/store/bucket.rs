//! A bucket: the suite over HTTP, and what happens where a request fails.

use aws::Bucket;
use axum::http::{Method, StatusCode};
use collector::ports::{Condition, Store as _, StoreError};

use crate::contract::{assert_conflict, put, suite};
use crate::s3::{BUCKET, Fault, MemoryS3};

async fn empty() -> (Bucket, MemoryS3) {
    let s3 = MemoryS3::default();
    (Bucket::new(s3.client().await, BUCKET, "some/prefix/"), s3)
}

suite!(empty());

#[tokio::test]
async fn a_store_sees_only_what_is_below_its_prefix() {
    let s3 = MemoryS3::default();
    let client = s3.client().await;
    let [one, ten, all] = ["p/1", "/p/10/", ""].map(|it| Bucket::new(client.clone(), BUCKET, it));
    put(&one, "a", "1", Condition::Absent).await.unwrap();
    put(&ten, "a", "10", Condition::Absent).await.unwrap();
    assert_eq!(one.list("").await.unwrap(), ["a"]);
    assert_eq!(ten.get("a").await.unwrap().unwrap().body, b"10");
    assert_eq!(all.list("p").await.unwrap(), ["p/1/a", "p/10/a"]);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_has_won() {
    let (store, s3) = empty().await;
    s3.fail(Method::PUT, Fault::LostAnswer);
    let first = put(&store, "a", "1", Condition::Absent).await.unwrap();
    assert_eq!(s3.requests(), [Method::PUT, Method::PUT, Method::HEAD]);

    s3.fail(Method::PUT, Fault::LostAnswer);
    let second = put(&store, "a", "2", Condition::Matches(first)).await.unwrap();
    assert_eq!(store.get("a").await.unwrap().unwrap().etag, second);
}

#[tokio::test]
async fn the_same_bytes_of_another_writer_are_a_conflict() {
    let (store, s3) = empty().await;
    s3.fail(Method::PUT, Fault::Rival("1"));
    assert_conflict(&put(&store, "a", "1", Condition::Absent).await);

    let etag = store.get("a").await.unwrap().unwrap().etag;
    s3.fail(Method::PUT, Fault::Rival("2"));
    assert_conflict(&put(&store, "a", "2", Condition::Matches(etag)).await);
}

#[tokio::test]
async fn a_write_that_meets_another_is_repeated() {
    let (store, s3) = empty().await;
    let meets = Fault::Refused(StatusCode::CONFLICT, "ConditionalRequestConflict");
    s3.fail(Method::PUT, meets.clone());
    s3.fail(Method::PUT, meets.clone());
    put(&store, "a", "1", Condition::Absent).await.unwrap();
    assert_eq!(s3.requests(), [Method::PUT, Method::PUT, Method::PUT]);

    for _ in 0..3 {
        s3.fail(Method::PUT, meets.clone());
    }
    assert_conflict(&put(&store, "b", "1", Condition::Absent).await);
}

#[tokio::test]
async fn whether_a_write_has_won_is_not_guessed() {
    let (store, s3) = empty().await;
    put(&store, "a", "1", Condition::Absent).await.unwrap();
    s3.fail(Method::HEAD, Fault::Refused(StatusCode::FORBIDDEN, ""));
    let error = put(&store, "a", "1", Condition::Absent).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn a_deletion_is_sent_until_it_is_answered() {
    let (store, s3) = empty().await;
    put(&store, "a", "1", Condition::Absent).await.unwrap();
    s3.fail(Method::DELETE, Fault::LostAnswer);
    store.delete("a").await.unwrap();
    assert_eq!(s3.requests(), [Method::PUT, Method::DELETE, Method::DELETE]);
    assert!(store.list("").await.unwrap().is_empty());

    // Where there is nothing, not every service that speaks this protocol says that it is done.
    s3.fail(Method::DELETE, Fault::Refused(StatusCode::NOT_FOUND, "NoSuchKey"));
    store.delete("a").await.unwrap();
    s3.fail(Method::DELETE, Fault::Refused(StatusCode::FORBIDDEN, "AccessDenied"));
    let error = store.delete("a").await.unwrap_err();
    assert!(error.to_string().contains("AccessDenied"), "{error}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_read_again() {
    let (store, s3) = empty().await;
    put(&store, "a", "0123456789", Condition::Absent).await.unwrap();
    s3.fail(Method::GET, Fault::BrokenBody);
    assert_eq!(store.get("a").await.unwrap().unwrap().body, b"0123456789");

    let file = tempfile::NamedTempFile::new().unwrap();
    s3.fail(Method::GET, Fault::BrokenBody);
    assert!(store.download("a", file.path()).await.unwrap());
    assert_eq!(std::fs::read(file.path()).unwrap(), b"0123456789");

    for _ in 0..3 {
        s3.fail(Method::GET, Fault::BrokenBody);
    }
    assert!(matches!(store.get("a").await, Err(StoreError::Unavailable { .. })));
}

#[tokio::test]
async fn errors_say_what_s3_said() {
    let s3 = MemoryS3::default();
    let store = Bucket::new(s3.client().await, "other", "");
    let errors = [
        store.get("a").await.unwrap_err(),
        store.list("a").await.unwrap_err(),
        store.delete("a").await.unwrap_err(),
        put(&store, "a", "1", Condition::Matches(collector::ports::Etag("\"0\"".into())))
            .await
            .unwrap_err(),
    ];
    for error in errors {
        let expected = "a cannot be read or written: NoSuchBucket: there is only one (HTTP 404)";
        assert_eq!(error.to_string(), expected);
    }
}
