//! A directory: the suite, and what is its own.

use std::fs;
use std::process::Command;

use aws::Directory;
use collector::ports::{Condition, Store as _};
use tempfile::TempDir;

use crate::contract::{increment, put, suite};

fn empty() -> (Directory, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Directory::new(folder.path().join("store")), folder)
}

suite!(std::future::ready(empty()));

#[tokio::test]
async fn it_is_one_store_for_all_who_open_it() {
    let (store, folder) = empty();
    let etag = put(&store, "a/b", "1", Condition::Absent).await.unwrap();
    let again = Directory::new(folder.path().join("store"));
    assert_eq!(again.get("a/b").await.unwrap().unwrap().etag, etag);
    assert_eq!(fs::read(folder.path().join("store/a/b")).unwrap(), b"1");
}

#[tokio::test]
async fn other_files_are_no_objects() {
    let (store, folder) = empty();
    put(&store, "a", "1", Condition::Absent).await.unwrap();
    fs::write(folder.path().join("store/a copy"), "2").unwrap();
    assert_eq!(store.list("").await.unwrap(), ["a"]);
}

#[tokio::test]
async fn a_write_that_fails_leaves_nothing() {
    let (store, folder) = empty();
    put(&store, "a", "1", Condition::Absent).await.unwrap();
    put(&store, "a", "2", Condition::Absent).await.unwrap_err();
    put(&store, "a/b", "3", Condition::Absent).await.unwrap_err();
    let scratch = fs::read_dir(folder.path().join("store/#scratch")).unwrap();
    let files: Vec<_> = scratch.map(|it| it.unwrap().file_name()).collect();
    assert_eq!(files, ["lock"]);
}

#[tokio::test]
async fn a_folder_goes_with_its_last_file() {
    let (store, folder) = empty();
    store.delete("a/b").await.unwrap();
    assert!(!folder.path().join("store").exists(), "a deletion makes nothing");

    put(&store, "a/b/c", "1", Condition::Absent).await.unwrap();
    put(&store, "a/d", "1", Condition::Absent).await.unwrap();
    fs::write(folder.path().join("store/a/a note"), "2").unwrap();
    store.delete("a/b/c").await.unwrap();
    assert!(!folder.path().join("store/a/b").exists());
    store.delete("a/d").await.unwrap();
    assert!(folder.path().join("store/a/a note").exists(), "other files are nobody's to remove");
}

/// What tells a process that it is a child of the test below.
const CHILD_OF: &str = "AWS_STORE_TEST_CHILD_OF";

#[tokio::test]
async fn no_increment_of_another_process_is_lost() {
    const PROCESSES: u32 = 4;
    const INCREMENTS: u32 = 50;
    if let Ok(path) = std::env::var(CHILD_OF) {
        let store = Directory::new(path);
        for _ in 0..INCREMENTS {
            increment(&store, "counter").await;
        }
        return;
    }
    let (store, folder) = empty();
    put(&store, "counter", "0", Condition::Absent).await.unwrap();
    let child = |_| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "directory::no_increment_of_another_process_is_lost"])
            .env(CHILD_OF, folder.path().join("store"))
            .spawn()
            .unwrap()
    };
    for mut child in (0..PROCESSES).map(child).collect::<Vec<_>>() {
        assert!(child.wait().unwrap().success());
    }
    let counter = store.get("counter").await.unwrap().unwrap();
    assert_eq!(counter.body, (PROCESSES * INCREMENTS).to_string().into_bytes());
}
