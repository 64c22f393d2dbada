//! Asking the graph.

mod ask;
mod compile;
mod cursor;
pub mod execute;
mod explain;
pub mod language;
mod model;
mod plan;
pub mod sql;
pub mod tables;

pub use ask::{AskError, Question, ask};
pub use compile::{Terms, compile, now};
pub use cursor::{Cursor, CursorError};
pub use execute::{awaits, content, execute, reaches};
pub use explain::explain;
pub use model::Model;
pub use plan::{Plan, is_of_unknown_name};
pub use sql::sql;
