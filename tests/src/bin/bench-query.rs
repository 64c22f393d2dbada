//! Measures what it takes to ask the graph of a large directory.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]

use clap::Parser;
use tests::bench::{self, Asked, Asking, Directory, Error, groups, megabytes, verdict};

/// How many seconds publishing the tables may take, and how much memory in MB, for a million
/// entities with five million relationships.
const MOST_PUBLISHING: (f64, f64) = (60.0, 512.0);

/// How many seconds a query may take, and how much memory in MB.
const MOST_ASKING: (f64, f64) = (2.0, 256.0);

/// How long Amazon S3 takes for a request, in milliseconds.
const S3: u64 = 30;

/// Queries of every kind: a filter, text, traversals over one and two relationships, both ways,
/// what there is not, conditions on both ends, counts, an order, and a tree.
const QUERIES: &[&str] = &[
    "FIND azure_user",
    "FIND azure_user WITH accountEnabled = false",
    "FIND azure_user WITH displayName ~= 'a' ORDER BY azure_user.displayName",
    "FIND azure_user AS u RETURN u.department, count(u) AS users",
    "FIND azure_user_group THAT HAS azure_user",
    "FIND azure_user THAT !HAS azure_user_group",
    "FIND azure_user_group AS g THAT HAS azure_user AS u RETURN g.displayName, count(u) AS members",
    "FIND azure_user_group THAT HAS azure_user_group THAT HAS azure_user",
    "FIND azure_user AS u THAT HAS azure_user_group AS g WHERE u.displayName = g.displayName",
    "FIND azure_user WITH accountEnabled = false THAT HAS azure_user_group RETURN TREE",
];

/// Stores the snapshot of a directory, publishes its tables, and asks them: each query in a process
/// of its own, from a store that takes 30 ms for each request, and then all of them in one process.
///
/// As it is, the directory becomes about a million entities and five million relationships.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    directory: Directory,
}

fn main() -> Result<(), Error> {
    bench::play(|| run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let (folder, job) = arguments.directory.snapshot()?;
    let store = folder.path().to_owned();
    let asking = Asking { store, job, queries: Vec::new(), delay: 0 };
    let published = asking.run()?;
    print("publishing the tables", &published, MOST_PUBLISHING);
    for query in QUERIES {
        let cold =
            Asking { queries: vec![(*query).to_owned()], delay: S3, ..asking.clone() }.run()?;
        print(&format!("cold: {query}"), &cold, MOST_ASKING);
    }
    let queries = QUERIES.iter().map(|it| (*it).to_owned()).collect();
    let warm = Asking { queries, ..asking }.run()?;
    for (query, took) in QUERIES.iter().zip(&warm.took) {
        let one = Asked { took: vec![*took], cpu: took.0, peak: warm.peak };
        print(&format!("warm: {query}"), &one, MOST_ASKING);
    }
    Ok(())
}

fn print(what: &str, asked: &Asked, (most_seconds, most_memory): (f64, f64)) {
    for (seconds, rows) in &asked.took {
        let is_met = *seconds <= most_seconds && megabytes(asked.peak) <= most_memory;
        let rows = rows.map(|it| format!("{} rows in ", groups(it))).unwrap_or_default();
        println!(
            "{what}: {rows}{seconds:.2} s, {:.1} s of a processor, {:.1} MB of memory; at most \
             {most_seconds:.0} s and {most_memory:.0} MB: {}",
            asked.cpu,
            megabytes(asked.peak),
            verdict(is_met),
        );
    }
}
