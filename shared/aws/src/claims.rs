//! Which process of this machine is at work on an instance.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::process;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use collector::ports::{Claim, Claims, StoreError};

use crate::directory::SCRATCH;
use crate::name;

/// How often a lock that somebody has is tried, and how long it is waited in between. Whoever only
/// looks whether an instance is claimed has the lock for a moment.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(10);

/// [`Claims`] of a store in a directory: a file for each instance, which is locked for as long as a
/// process is at work on it. The operating system unlocks it when the process ends, however that
/// comes about.
#[derive(Debug)]
pub struct DirectoryClaims {
    folder: PathBuf,
    held: Mutex<HashMap<String, File>>,
}

impl DirectoryClaims {
    /// The claims of a store in a directory, which need not be there yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { folder: root.into().join(SCRATCH).join("claims"), held: Mutex::default() }
    }

    fn lock(&self, instance: &str) -> io::Result<Result<File, String>> {
        fs::create_dir_all(&self.folder)?;
        let path = self.folder.join(instance);
        let mut options = File::options();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(path)?;
        for attempt in 1.. {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if attempt < ATTEMPTS => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    // It is only for people, and not every system lets others read what is locked.
                    let _ = file.read_to_string(&mut holder);
                    let is_known = !holder.trim().is_empty();
                    let another = || "another process of this machine".to_owned();
                    return Ok(Err(if is_known { holder.trim().to_owned() } else { another() }));
                }
            }
        }
        // What it says is for people. The lock counts, and needs no room on a full disk.
        let _ = file.set_len(0).and_then(|()| file.rewind());
        let _ = writeln!(file, "process {}", process::id());
        Ok(Ok(file))
    }
}

impl Claims for DirectoryClaims {
    fn claim(&self, instance: &str) -> Result<Claim, StoreError> {
        name::check(instance)?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.contains_key(instance) {
            return Ok(Claim::Own);
        }
        let locked = self.lock(instance).map_err(|cause| StoreError::Unavailable {
            name: format!("the claim of {instance}"),
            cause: Box::new(cause),
        })?;
        Ok(match locked {
            Ok(file) => {
                held.insert(instance.to_owned(), file);
                Claim::Taken
            }
            Err(holder) => Claim::Other { holder },
        })
    }

    fn release(&self, instance: &str) {
        // The lock ends when the file is closed.
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(instance);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_claimed_by_one_at_a_time() {
        let folder = tempfile::TempDir::new().unwrap();
        let [one, other] = [0, 1].map(|_| DirectoryClaims::new(folder.path()));
        assert_eq!(one.claim("i").unwrap(), Claim::Taken);
        assert_eq!(one.claim("i").unwrap(), Claim::Own);
        let holder = format!("process {}", process::id());
        assert_eq!(other.claim("i").unwrap(), Claim::Other { holder });
        assert_eq!(other.claim("j").unwrap(), Claim::Taken);
        one.release("i");
        assert_eq!(other.claim("i").unwrap(), Claim::Taken);
        drop(other);
        assert_eq!(one.claim("i").unwrap(), Claim::Taken, "a claim ends with whoever has it");
        assert!(one.claim("../i").is_err());
    }
}
