//! Object storage in a directory.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use collector::ports::{Body, Condition, Etag, Object, Store, StoreError};
use tempfile::NamedTempFile;
use tokio::sync::Semaphore;

use crate::hash::{self, Hashing};
use crate::name;

/// Where unfinished files lie, and the lock. No object can have a name with this character.
pub(crate) const SCRATCH: &str = "#scratch";

/// A [`Store`] in a directory of this machine: one file for each object, under the object's name.
///
/// It behaves as a bucket of Amazon S3 does, for any number of threads and processes at once:
/// readers see the old object or the new one whole, and of the writers whose condition holds one
/// wins. An etag is the hash of the content. It differs in that an object cannot lie below another:
/// where `a` is an object, `a/b` cannot be written.
///
/// The directory is made by the first write. Its files are readable by their owner only. A write
/// outlives its process; a loss of power it may not, for nothing waits for the disk.
#[derive(Clone, Debug)]
pub struct Directory {
    root: PathBuf,
    turns: Arc<Semaphore>,
}

/// How many files are worked on at once. Each takes a thread, and each thread holds memory of its
/// own.
const AT_ONCE: usize = 4;

impl Directory {
    /// A store in a directory, which need not be there yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    fn read(&self, name: &str) -> io::Result<Option<Object>> {
        let body = present(fs::read(self.root.join(name)))?;
        Ok(body.map(|body| Object { etag: Etag(hash::of(&body)), body }))
    }

    fn copy(&self, name: &str, to: &Path) -> io::Result<bool> {
        match self.open(name)? {
            Some(mut from) => io::copy(&mut from, &mut File::create(to)?).map(|_| true),
            None => Ok(false),
        }
    }

    fn open(&self, name: &str) -> io::Result<Option<File>> {
        let file = present(File::open(self.root.join(name)))?;
        Ok(file.filter(|it| it.metadata().is_ok_and(|it| it.is_file())))
    }

    /// Writes an object, and returns its version; none if the condition does not hold.
    fn write(&self, name: &str, body: &Body, condition: &Condition) -> io::Result<Option<Etag>> {
        let scratch = self.root.join(SCRATCH);
        fs::create_dir_all(&scratch)?;
        let mut file = NamedTempFile::new_in(&scratch)?;
        let etag = fill(&mut file, body)?;

        // Every write takes the lock, also one without a condition: it must not come between
        // another's look at its condition and its write.
        let _lock = self.lock()?;
        let holds = match condition {
            Condition::Always => true,
            Condition::Absent => self.open(name)?.is_none(),
            Condition::Matches(etag) => self.version(name)?.as_ref() == Some(etag),
        };
        if !holds {
            return Ok(None);
        }
        let target = self.root.join(name);
        fs::create_dir_all(target.parent().unwrap_or(&self.root))?;
        file.persist(target)?;
        Ok(Some(etag))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        // A folder is no object, and removing one would fail differently on each system.
        if self.open(name)?.is_none() {
            return Ok(());
        }
        // As for a write: this must not come between another's look at its condition and its write.
        let _lock = self.lock()?;
        let target = self.root.join(name);
        present(fs::remove_file(&target))?;
        // A folder with nothing in it is not there in a bucket, and would be in the way of an
        // object of its name. The first that holds something else is where this ends.
        let mut folders = target.ancestors().skip(1).take_while(|it| *it != self.root);
        while folders.next().is_some_and(|it| fs::remove_dir(it).is_ok()) {}
        Ok(())
    }

    /// Waits for the lock, which is held until the file is closed.
    fn lock(&self) -> io::Result<File> {
        let scratch = self.root.join(SCRATCH);
        fs::create_dir_all(&scratch)?;
        let lock = File::create(scratch.join("lock"))?;
        lock.lock()?;
        Ok(lock)
    }

    fn version(&self, name: &str) -> io::Result<Option<Etag>> {
        let Some(mut file) = self.open(name)? else { return Ok(None) };
        let mut hash = Hashing::new(io::sink());
        io::copy(&mut file, &mut hash)?;
        Ok(Some(Etag(hash.finish())))
    }

    fn names(&self, prefix: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        let mut folders = vec![name::split_prefix(prefix).0.unwrap_or_default().to_owned()];
        while let Some(folder) = folders.pop() {
            let Some(entries) = present(fs::read_dir(self.root.join(&folder)))? else { continue };
            for entry in entries {
                let entry = entry?;
                let segment = entry.file_name();
                // Other files, such as those in the scratch folder, are no objects.
                let Some(segment) = segment.to_str().filter(|it| name::is_segment(it)) else {
                    continue;
                };
                let name = match folder.as_str() {
                    "" => segment.to_owned(),
                    folder => format!("{folder}/{segment}"),
                };
                if !name.starts_with(prefix) {
                    continue;
                }
                // It may have been removed since.
                let Some(kind) = present(entry.file_type())? else { continue };
                if kind.is_dir() { folders.push(name) } else { names.push(name) }
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Runs work on files where it does not hold up the executor.
    async fn blocking<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Self, &str) -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (this, owned) = (self.clone(), name.to_owned());
        // It is never closed, so there is always a turn.
        let _turn = self.turns.acquire().await.ok();
        let result = tokio::task::spawn_blocking(move || work(&this, &owned)).await;
        result.unwrap_or_else(|panicked| Err(panicked.into())).map_err(|cause| {
            StoreError::Unavailable { name: name.to_owned(), cause: Box::new(cause) }
        })
    }
}

#[async_trait]
impl Store for Directory {
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError> {
        name::check(name)?;
        self.blocking(name, Self::read).await
    }

    async fn download(&self, name: &str, to: &Path) -> Result<bool, StoreError> {
        name::check(name)?;
        let to = to.to_owned();
        self.blocking(name, move |this, name| this.copy(name, &to)).await
    }

    async fn put(&self, name: &str, body: Body, condition: Condition) -> Result<Etag, StoreError> {
        name::check(name)?;
        let etag =
            self.blocking(name, move |this, name| this.write(name, &body, &condition)).await?;
        etag.ok_or_else(|| StoreError::Conflict(name.to_owned()))
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        name::check(name)?;
        self.blocking(name, Self::remove).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        name::check_prefix(prefix)?;
        self.blocking(prefix, Self::names).await
    }
}

/// Writes a body to a file, and returns its etag.
fn fill(file: &mut NamedTempFile, body: &Body) -> io::Result<Etag> {
    let mut file = Hashing::new(file);
    match body {
        Body::Bytes(bytes) => file.write_all(bytes)?,
        Body::File(path) => io::copy(&mut File::open(path)?, &mut file).map(|_| ())?,
    }
    Ok(Etag(file.finish()))
}

/// Tells what is not there, which is no error, from what cannot be read. A folder is no object, and
/// below an object there is nothing.
fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => Ok(None),
            _ => Err(error),
        },
    }
}
