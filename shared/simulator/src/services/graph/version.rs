//! Versions of Microsoft Graph.

/// A version of Microsoft Graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Beta,
}

impl Version {
    /// The version that a path begins with, and what follows.
    pub(super) fn of(path: &str) -> Option<(Self, &str)> {
        let (name, path) = path.split_once('/')?;
        [Self::One, Self::Beta].into_iter().find(|it| it.name() == name).map(|it| (it, path))
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::One => "v1.0",
            Self::Beta => "beta",
        }
    }
}
