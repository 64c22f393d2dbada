//! One suite for all stores: each test gets a store that is empty.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;

use collector::ports::{Body, Condition, Etag, Store, StoreError};
use tokio::task::JoinSet;

/// How many write at once.
const WRITERS: u32 = 24;

/// Runs the suite on the store that an async expression makes, with what has to outlive the test.
macro_rules! suite {
    ($make:expr) => {
        crate::contract::suite!($make;
            an_absent_object,
            what_is_written_is_read,
            conditions_hold_or_conflict,
            one_of_many_creates,
            no_increment_is_lost,
            reads_are_whole,
            what_is_deleted_is_gone,
            a_deletion_is_no_write,
            many_delete_and_create,
            lists_are_sorted,
            large_files,
            other_names_are_refused
        );
    };
    ($make:expr; $($test:ident),*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            let (store, _keep) = $make.await;
            crate::contract::$test(std::sync::Arc::new(store)).await;
        }
    )*};
}
pub(crate) use suite;

pub(crate) async fn an_absent_object(store: Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    assert!(store.get("a").await.unwrap().is_none());
    assert!(!store.download("a", &file).await.unwrap());
    assert!(!file.exists());
    assert!(store.list("").await.unwrap().is_empty());

    put(&*store, "a/b", "x", Condition::Always).await.unwrap();
    for name in ["a", "a/b/c", "a/c"] {
        assert!(store.get(name).await.unwrap().is_none(), "{name}");
        assert!(!store.download(name, &file).await.unwrap(), "{name}");
    }
}

pub(crate) async fn what_is_written_is_read(store: Arc<dyn Store>) {
    let first = put(&*store, "jobs/i/j/plan.json", "{}", Condition::Always).await.unwrap();
    let read = store.get("jobs/i/j/plan.json").await.unwrap().unwrap();
    assert_eq!((read.body.as_slice(), &read.etag), (&b"{}"[..], &first));

    let second = put(&*store, "jobs/i/j/plan.json", "{1}", Condition::Always).await.unwrap();
    assert_ne!(first, second);
    let empty = put(&*store, "empty", "", Condition::Absent).await.unwrap();
    let read = store.get("empty").await.unwrap().unwrap();
    assert_eq!((read.body.as_slice(), &read.etag), (&b""[..], &empty));
}

pub(crate) async fn conditions_hold_or_conflict(store: Arc<dyn Store>) {
    let other = Condition::Matches(Etag("\"0\"".to_owned()));
    assert_conflict(&put(&*store, "a", "0", other.clone()).await);
    assert!(store.get("a").await.unwrap().is_none());

    let first = put(&*store, "a", "1", Condition::Absent).await.unwrap();
    assert_conflict(&put(&*store, "a", "2", Condition::Absent).await);
    // The very same bytes of another write are a conflict, too.
    assert_conflict(&put(&*store, "a", "1", Condition::Absent).await);
    assert_conflict(&put(&*store, "a", "2", other).await);

    put(&*store, "a", "2", Condition::Matches(first.clone())).await.unwrap();
    assert_conflict(&put(&*store, "a", "3", Condition::Matches(first)).await);
    assert_eq!(store.get("a").await.unwrap().unwrap().body, b"2");
}

pub(crate) async fn one_of_many_creates(store: Arc<dyn Store>) {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            match put(&*store, "jobs/lease", &writer.to_string(), Condition::Absent).await {
                Ok(_) => Some(writer),
                Err(StoreError::Conflict(_)) => None,
                Err(error) => panic!("{error}"),
            }
        });
    }
    let winners: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    let [winner] = winners[..] else { panic!("{} winners", winners.len()) };
    let lease = store.get("jobs/lease").await.unwrap().unwrap();
    assert_eq!(lease.body, winner.to_string().into_bytes());
}

pub(crate) async fn no_increment_is_lost(store: Arc<dyn Store>) {
    put(&*store, "counter", "0", Condition::Absent).await.unwrap();
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move { increment(&*store, "counter").await });
    }
    writers.join_all().await;
    assert_eq!(store.get("counter").await.unwrap().unwrap().body, WRITERS.to_string().into_bytes());
}

pub(crate) async fn reads_are_whole(store: Arc<dyn Store>) {
    let bytes = |byte| Body::Bytes(vec![byte; 100_000]);
    store.put("a", bytes(0), Condition::Always).await.unwrap();
    let mut tasks = JoinSet::new();
    for byte in 1..=8 {
        let (writer, reader) = (store.clone(), store.clone());
        tasks.spawn(async move {
            writer.put("a", bytes(byte), Condition::Always).await.unwrap();
        });
        tasks.spawn(async move {
            let body = reader.get("a").await.unwrap().unwrap().body;
            assert_eq!(body.len(), 100_000);
            assert_eq!(body.iter().collect::<HashSet<_>>().len(), 1);
        });
    }
    tasks.join_all().await;
}

pub(crate) async fn what_is_deleted_is_gone(store: Arc<dyn Store>) {
    for nothing in ["a", "a/b/c"] {
        store.delete(nothing).await.unwrap();
        assert!(store.list("").await.unwrap().is_empty());
    }
    for name in ["a/b", "a/b.c", "a/d/e", "f"] {
        put(&*store, name, "x", Condition::Absent).await.unwrap();
    }
    // What other names begin with is not meant.
    for other in ["a", "a/d", "a/b/c"] {
        store.delete(other).await.unwrap();
    }
    assert_eq!(store.list("").await.unwrap(), ["a/b", "a/b.c", "a/d/e", "f"]);

    store.delete("a/b").await.unwrap();
    store.delete("a/b").await.unwrap();
    assert!(store.get("a/b").await.unwrap().is_none());
    assert_eq!(store.list("").await.unwrap(), ["a/b.c", "a/d/e", "f"]);
    store.delete("a/d/e").await.unwrap();
    store.delete("a/b.c").await.unwrap();
    assert_eq!(store.list("").await.unwrap(), ["f"]);
    // Nothing is left that would be in the way.
    put(&*store, "a", "x", Condition::Absent).await.unwrap();
}

pub(crate) async fn a_deletion_is_no_write(store: Arc<dyn Store>) {
    let first = put(&*store, "a", "1", Condition::Absent).await.unwrap();
    store.delete("a").await.unwrap();
    assert_conflict(&put(&*store, "a", "2", Condition::Matches(first)).await);
    assert!(store.get("a").await.unwrap().is_none());
    put(&*store, "a", "3", Condition::Absent).await.unwrap();
    assert_eq!(store.get("a").await.unwrap().unwrap().body, b"3");
}

pub(crate) async fn many_delete_and_create(store: Arc<dyn Store>) {
    let mut tasks = JoinSet::new();
    for number in 0..WRITERS {
        let store = store.clone();
        tasks.spawn(async move {
            // Their folder comes and goes with them.
            let name = format!("a/b/{number}");
            for _ in 0..10 {
                put(&*store, &name, "x", Condition::Absent).await.unwrap();
                assert!(store.list("a/").await.unwrap().contains(&name));
                store.delete(&name).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    assert!(store.list("").await.unwrap().is_empty());
}

pub(crate) async fn lists_are_sorted(store: Arc<dyn Store>) {
    let mut names: Vec<_> =
        (0..25).map(|it| format!("jobs/i/j/steps/s/0-{it}.ndjson.zst")).collect();
    // By their bytes: a hyphen and a dot come before a slash, a tilde after the letters.
    names.extend(["a", "b-", "b.c", "b/c", "b0", "b~", "B/.d", "b_/e"].map(str::to_owned));
    names.sort_unstable();
    let (first, last) = names.split_at(names.len() / 2);
    for name in last.iter().chain(first) {
        put(&*store, name, "x", Condition::Absent).await.unwrap();
    }

    assert_eq!(store.list("").await.unwrap(), names);
    assert_eq!(store.list("b").await.unwrap(), ["b-", "b.c", "b/c", "b0", "b_/e", "b~"]);
    assert_eq!(store.list("b/").await.unwrap(), ["b/c"]);
    assert_eq!(store.list("B/.").await.unwrap(), ["B/.d"]);
    let tens = store.list("jobs/i/j/steps/s/0-1").await.unwrap();
    assert_eq!(tens.len(), 11, "0-1 and 0-10 to 0-19: {tens:?}");
    for nothing in ["c", "jobs/i/k/", "b/c/", "a/b/c"] {
        assert!(store.list(nothing).await.unwrap().is_empty(), "{nothing}");
    }
}

pub(crate) async fn large_files(store: Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let bytes: Vec<u8> =
        (0..20_000_000_u32).map(|it| it.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    fs::write(&from, &bytes).unwrap();
    fs::write(&to, [1; 30]).unwrap();

    let etag = store.put("large", Body::File(from.clone()), Condition::Absent).await.unwrap();
    assert!(store.download("large", &to).await.unwrap());
    assert!(fs::read(&to).unwrap() == bytes, "the copy differs");
    assert!(fs::read(&from).unwrap() == bytes, "the source has changed");
    let object = store.get("large").await.unwrap().unwrap();
    assert!(object.etag == etag && object.body == bytes, "the object differs");

    // A shorter object leaves nothing of the longer file.
    put(&*store, "small", "x", Condition::Always).await.unwrap();
    assert!(store.download("small", &to).await.unwrap());
    assert_eq!(fs::read(&to).unwrap(), b"x");

    let missing = Body::File(folder.path().join("missing"));
    let error = store.put("a", missing, Condition::Always).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
}

pub(crate) async fn other_names_are_refused(store: Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    for name in
        ["", "/etc/passwd", "../a", "a/../../b", "a//b", "a/", "a b", "a\\b", "#scratch/lock"]
    {
        assert_refused(store.get(name).await);
        assert_refused(store.download(name, &file).await);
        assert_refused(put(&*store, name, "x", Condition::Always).await);
        assert_refused(store.delete(name).await);
    }
    for prefix in ["/", "../", "a/../", "#scratch/"] {
        assert_refused(store.list(prefix).await);
    }
}

/// Adds one to the number in an object, however many others do.
pub(crate) async fn increment(store: &dyn Store, name: &str) {
    loop {
        let object = store.get(name).await.unwrap().unwrap();
        let number: u32 = String::from_utf8(object.body).unwrap().parse().unwrap();
        match put(store, name, &(number + 1).to_string(), Condition::Matches(object.etag)).await {
            Ok(_) => return,
            Err(StoreError::Conflict(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

pub(crate) async fn put(
    store: &dyn Store,
    name: &str,
    text: &str,
    condition: Condition,
) -> Result<Etag, StoreError> {
    store.put(name, Body::Bytes(text.as_bytes().to_vec()), condition).await
}

pub(crate) fn assert_conflict(result: &Result<Etag, StoreError>) {
    assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}");
}

fn assert_refused<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    let error = result.unwrap_err();
    assert!(error.to_string().contains("segments of [A-Za-z0-9._~-]"), "{error}");
}
