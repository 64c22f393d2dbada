//! start.
