//! A snapshot as tables that any reader of Apache Parquet takes.
//!
//! There is a file for each type of entity and of relationship, one of all entities (`core`), and
//! one of all relationships from both ends (`edges`). `manifest.json` says what is in them.
//! Entities are numbered through all types, sorted by type and key, so a type is a range of
//! numbers. The numbers are only good within one snapshot.

mod build;
mod cell;
mod completeness;
mod error;
mod file;
mod form;
mod keys;
mod manifest;
mod mapped;
mod publish;
mod read;
mod row;
mod views;

pub use build::build;
pub(crate) use build::composed_key;
pub use cell::Cell;
pub use error::TableError;
pub use manifest::{Column, Form, Lack, Manifest, Table, Unread, UnreadProperty};
pub use publish::{earlier, latest, made, publish, publish_tenant, published};
pub use read::{Ends, Tables};
pub use views::views;
