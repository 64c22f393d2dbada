//! Whole jobs under faults and kills, which have to come to the same bytes as without.
//!
//! A run is one job against a simulated tenant: the functions' own handlers, over storage, queues
//! and secrets that fail as those of AWS may, and a cloud that fails as Microsoft's does.
//! Invocations die at any point where they wait. Under every other seed Microsoft speaks HTTP/2.
//! When all is over, every object of the snapshot is compared with that of a calm run, and the
//! ledger has to be complete: no fault that ends may leave a trace.
//!
//! All of it happens in virtual time, in one thread for each run: time passes only while everybody
//! waits. So the real waits, timeouts and deadlines count, of seconds to hours, and cost nothing;
//! and what a seed decides happens in almost the same order each time. What is left to chance is
//! what the kernel does with sockets and files, and the random parts of names.

#![expect(clippy::large_futures, reason = "those of the handlers are, and there are few")]

mod again;
mod dice;
mod doubt;
mod leaks;
mod machine;
mod mortal;
mod queue;
mod run;
mod secrets;
mod snapshot;
mod statistics;
mod store;
mod storm;
mod verdict;
mod watch;
mod weather;

pub use doubt::doubtful;
pub use run::{Outcome, calm, run};
pub use snapshot::Snapshot;
pub use statistics::Statistics;
pub use storm::{many, storm};
pub use weather::{SOME_SOURCES, Tenant, Weather};

/// What can go wrong with a run itself.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
