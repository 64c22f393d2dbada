//! Rules: queries that are asked of each snapshot, and what is told when their answers change.
//!
//! 1. [`read()`] makes rules of files, in this project's form or in those of `JupiterOne`.
//! 2. [`Ask`] answers the queries of a rule from a graph.
//! 3. [`judge()`] compares the answers with what the last snapshot had, and says what follows. It
//!    is pure.
//! 4. [`watch()`] does this for each rule, keeps the states in object storage, and delivers alerts.
//!
//! Alerts lie in the same object as the state that they follow from, until they are delivered. So a
//! process that dies at any moment loses none of them, and whoever goes on tells them under the
//! same id.

mod alert;
mod ask;
mod condition;
mod deliver;
mod found;
mod judge;
mod jupiterone;
mod read;
mod rule;
mod state;
mod watch;

pub use alert::{Alert, Transition};
pub use ask::{Ask, AskError, Graph, Snapshot};
pub use condition::{Condition, ConditionError, Measures};
pub use deliver::{Deliver, DeliveryError};
pub use found::{Found, Row};
pub use judge::judge;
pub use read::{Invalid, read, stored};
pub use rule::{Action, FirstRun, Level, NamedQuery, Rule};
pub use state::{Baseline, Pending, Standing, State};
pub use watch::{Outcome, Told, WatchError, watch};
