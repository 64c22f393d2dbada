//! What benchmarks share: a simulated cloud and a collector, each in a process of its own.
//!
//! A benchmark starts its own program again for them, so that the collector's time and memory can
//! be read from the system and hold nothing of the simulator's.

mod asker;
mod cloud;
mod collector;
mod directory;
mod figures;
mod floor;
mod linker;
mod parts;

use std::env;
use std::io;
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};

pub use asker::{Asked, Asking};
pub use cloud::{Cloud, Counters, Tenant};
pub use collector::{Report, Task};
pub use directory::Directory;
pub use figures::{MOST_MEMORY, groups, megabytes, verdict, whole};
pub use floor::{Floor, by_domain, limit, of_groups};
pub use linker::{Linking, Measured};
pub use parts::{Size, Stored};

/// What can go wrong with a benchmark.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The variable that tells a program which part to play.
const ROLE: &str = "TENANTGRAPH_BENCH_ROLE";

#[derive(Debug, Serialize, Deserialize)]
enum Role {
    Serve(Tenant),
    Collect(Task),
    Link(Linking),
    Ask(Asking),
}

/// Runs a benchmark, or the part of it that the process was started for.
///
/// # Errors
///
/// Those of the part.
pub fn play(benchmark: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    let Ok(role) = env::var(ROLE) else { return benchmark() };
    match serde_json::from_str(&role)? {
        Role::Serve(tenant) => cloud::serve(&tenant),
        Role::Collect(task) => collector::collect(&task),
        Role::Link(linking) => linker::link(&linking),
        Role::Ask(asking) => asker::ask(&asking),
    }
}

/// How the functions are told to hold memory, as the template of infra/ has it.
const MEMORY: [(&str, &str); 3] = [
    ("MALLOC_ARENA_MAX", "1"),
    ("MALLOC_MMAP_THRESHOLD_", "65536"),
    ("MALLOC_TRIM_THRESHOLD_", "65536"),
];

fn start(role: &Role) -> Result<Child, Error> {
    let mut program = Command::new(env::current_exe()?);
    program.env(ROLE, serde_json::to_string(role)?).envs(MEMORY);
    if let Role::Link(linking) = role {
        program.env("TMPDIR", &linking.scratch);
    }
    Ok(program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?)
}

fn piped<T>(pipe: Option<T>) -> Result<T, Error> {
    pipe.ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe).into())
}
