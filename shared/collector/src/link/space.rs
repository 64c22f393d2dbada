//! Whether the local disk can hold what linking puts there.

use std::env;
use std::path::Path;

use crate::context::Error;
use crate::manifest::Manifest;
use crate::summary::Summary;

/// How many bytes of the local disk linking holds at most for each byte that Microsoft answered:
/// entities are sorted with what was answered. Like the other figures, it is what `bench-finish`
/// shows, rounded down: a job that might do is not refused.
const PER_ANSWERED_BYTE: f64 = 0.25;

/// For each reference.
const PER_REFERENCE: u64 = 120;

/// For each entity or relationship of the type of which the last snapshot has the most: one large
/// object of it lies on the local disk at a time.
const PER_LINE: u64 = 40;

/// Refuses to begin what would fail in the middle because the local disk is full.
pub(super) fn check(manifests: &[Manifest], previous: Option<&Summary>) -> Result<(), Error> {
    let folder = env::temp_dir();
    match free(&folder) {
        Some(free) => suffices(&folder, needed(manifests, previous), free),
        None => Ok(()),
    }
}

/// How many bytes linking is going to hold at most, from how much the steps have read and how much
/// the last snapshot has.
fn needed(manifests: &[Manifest], previous: Option<&Summary>) -> u64 {
    // The entries of a step for its several types tell of the same answers.
    let bytes = manifests.iter().filter_map(|it| it.ledger.first()).map(|it| it.bytes).sum();
    let references: u64 = manifests.iter().map(|it| it.references).sum();
    let graph = previous.map(|it| &it.graph);
    let lines =
        graph.into_iter().flat_map(|it| it.entities.values().chain(it.relationships.values()));
    scaled(bytes) + references * PER_REFERENCE + lines.max().copied().unwrap_or_default() * PER_LINE
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "it is an estimate of what is not negative"
)]
fn scaled(bytes: u64) -> u64 {
    (bytes as f64 * PER_ANSWERED_BYTE) as u64
}

/// How many bytes are free where a folder lies, if the system says so.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

fn suffices(folder: &Path, needed: u64, free: u64) -> Result<(), Error> {
    if needed <= free {
        return Ok(());
    }
    let [needed, free] = [needed, free].map(|it| it / 1_000_000);
    Err(Error::NoRoom { folder: folder.to_owned(), needed, free })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::ledger::{Entry, Status};

    #[test]
    fn what_is_needed_follows_from_what_was_read() {
        let entry = Entry {
            step: "ad-users".to_owned(),
            scope: "t".to_owned(),
            kind: None,
            pages: 1,
            items: 1,
            counted: None,
            requests: 1,
            bytes: 1_000_000_000,
            last: None,
            status: Status::Complete,
            reason: None,
            known_by: crate::ledger::KnownBy::Read,
            known_at: None,
            vain: None,
            reading: None,
        };
        let manifest = Manifest {
            step: "ad-users".to_owned(),
            parts: Vec::new(),
            // A step that finds two types has an entry for each, and has read but once.
            ledger: vec![entry.clone(), entry],
            entities: BTreeMap::new(),
            references: 1_000_000,
            vanished: 0,
            exceptions: Vec::new(),
            drift: BTreeMap::new(),
            discoveries: BTreeMap::new(),
            kept: None,
        };
        let expected = 250_000_000 + 1_000_000 * PER_REFERENCE;
        assert_eq!(needed(&[manifest], None), expected);
        assert_eq!(needed(&[], None), 0);
    }

    #[test]
    fn too_small_a_disk_is_told_with_figures() {
        let folder = Path::new("/tmp");
        assert!(suffices(folder, 7, 7).is_ok());
        let error = suffices(folder, 4_200_000_000, 512_000_000).unwrap_err().to_string();
        for figure in ["4200 MB", "512 MB", "/tmp"] {
            assert!(error.contains(figure), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_disk_says_what_is_free() {
        assert!(free(&env::temp_dir()).is_some_and(|it| it > 0));
        assert_eq!(free(Path::new("/there/is/no/such/folder")), None);
    }
}
