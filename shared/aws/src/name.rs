//! The names of objects: segments of `[A-Za-z0-9._~-]`, joined by slashes.
//!
//! Both stores refuse every other name. In a directory that keeps a name inside the directory; in a
//! bucket it keeps the two interchangeable.

use collector::ports::StoreError;

#[derive(Debug, thiserror::Error)]
#[error("invalid object name: expected segments of [A-Za-z0-9._~-], joined by slashes")]
struct InvalidName;

/// Refuses what is not the name of an object.
pub(crate) fn check(name: &str) -> Result<(), StoreError> {
    accept(name, name.split('/').all(is_segment))
}

/// Refuses what no name of an object begins with.
pub(crate) fn check_prefix(prefix: &str) -> Result<(), StoreError> {
    let (folders, rest) = split_prefix(prefix);
    let folders = folders.is_none_or(|it| it.split('/').all(is_segment));
    accept(prefix, folders && rest.bytes().all(is_allowed))
}

/// Splits a prefix into the folders that it names whole, and the beginning of the next segment.
pub(crate) fn split_prefix(prefix: &str) -> (Option<&str>, &str) {
    match prefix.rsplit_once('/') {
        Some((folders, rest)) => (Some(folders), rest),
        None => (None, prefix),
    }
}

/// Whether a text may stand between two slashes.
pub(crate) fn is_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && text.bytes().all(is_allowed)
}

fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._~-".contains(&byte)
}

fn accept(name: &str, valid: bool) -> Result<(), StoreError> {
    if valid {
        return Ok(());
    }
    Err(StoreError::Unavailable { name: name.to_owned(), cause: Box::new(InvalidName) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_below_their_root() {
        for name in ["a", "a/b", "jobs/6f1c/plan.json", "a/.b", "a/..b", "~a/B-1_"] {
            assert!(check(name).is_ok(), "{name}");
        }
        for name in
            ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a\\b", "a b", "a#", "é", "a\0"]
        {
            assert!(check(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_prefix_may_end_anywhere_in_a_name() {
        for prefix in ["", "a", "a/", "a/b", "a/.", "a/.."] {
            assert!(check_prefix(prefix).is_ok(), "{prefix}");
        }
        for prefix in ["/", "/a", "a//", "../", "a/../b", "a b"] {
            assert!(check_prefix(prefix).is_err(), "{prefix}");
        }
    }
}
