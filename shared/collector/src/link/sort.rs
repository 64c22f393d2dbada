//! Sorting more than memory holds: runs on the local disk, which are merged when they are read.

mod groups;
mod reader;
mod run;

use std::io;

pub(crate) use groups::key;
pub(super) use groups::{Groups, Together};
pub(crate) use reader::{Reader, Record};
use run::{Run, Writer};

/// How many bytes of records are sorted at a time in memory.
const RUN: usize = 2 << 20;

/// How many runs of one size there are at most, before they become one of the next size. So each
/// record is written once for each size, and few files are open, of which a function may have
/// 1,024.
const RUNS: usize = 32;

/// Takes records in any order and gives them back sorted by key, then by value: the order in which
/// they came leaves no trace.
#[derive(Debug)]
pub(crate) struct Sorter {
    bytes: Vec<u8>,
    records: Vec<Span>,
    /// Runs, by how often what they hold was merged.
    runs: Vec<Vec<Run>>,
    limit: usize,
}

/// Where a record lies in the buffer.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    key: usize,
    end: usize,
}

impl Span {
    fn of(self, bytes: &[u8]) -> (&[u8], &[u8]) {
        (&bytes[self.start..self.key], &bytes[self.key..self.end])
    }
}

impl Sorter {
    pub(crate) const fn new() -> Self {
        Self { bytes: Vec::new(), records: Vec::new(), runs: Vec::new(), limit: RUN }
    }

    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        if self.bytes.capacity() == 0 {
            // Growing by doubling would hold twice as much.
            self.bytes.reserve_exact(self.limit);
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let key = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.records.push(Span { start, key, end: self.bytes.len() });
        let held = self.bytes.len() + self.records.len() * size_of::<Span>();
        if held >= self.limit { self.spill() } else { Ok(()) }
    }

    /// The records, sorted. They can be read any number of times.
    pub(crate) fn sorted(mut self) -> io::Result<Sorted> {
        if !self.records.is_empty() {
            self.spill()?;
        }
        Ok(Sorted(self.runs.into_iter().flatten().collect()))
    }

    /// Adds a run of a size.
    fn add(&mut self, mut run: Run, mut size: usize) -> io::Result<()> {
        loop {
            if self.runs.len() == size {
                self.runs.push(Vec::new());
            }
            self.runs[size].push(run);
            if self.runs[size].len() < RUNS {
                return Ok(());
            }
            run = merge(std::mem::take(&mut self.runs[size]))?;
            size += 1;
        }
    }

    fn spill(&mut self) -> io::Result<()> {
        let Self { bytes, records, .. } = self;
        records.sort_unstable_by(|a, b| a.of(bytes).cmp(&b.of(bytes)));
        let mut run = Writer::new();
        for span in records.iter() {
            let (key, value) = span.of(bytes);
            run.record(key, value)?;
        }
        records.clear();
        bytes.clear();
        self.add(run.run()?, 0)
    }
}

/// Makes one run of several, which are gone from the disk piece by piece as they are read.
fn merge(runs: Vec<Run>) -> io::Result<Run> {
    let (mut reader, mut merged) = (Reader::new(runs)?, Writer::new());
    while let Some((key, value)) = reader.head() {
        merged.record(key, value)?;
        reader.advance()?;
    }
    merged.run()
}

/// Sorted records on the local disk. What was read of them is gone once neither these nor any
/// reader needs it: whoever reads them for the last time drops them first.
#[derive(Debug)]
pub(crate) struct Sorted(Vec<Run>);

impl Sorted {
    /// Reads the records from the first. Only one reader is used at a time.
    pub(crate) fn read(&self) -> io::Result<Reader> {
        Reader::new(self.0.clone())
    }

    /// Reads the records for the last time.
    pub(crate) fn read_last(self) -> io::Result<Reader> {
        Reader::new(self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sort(records: &[(Vec<u8>, Vec<u8>)], limit: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut sorter = Sorter { limit, ..Sorter::new() };
        for (key, value) in records {
            sorter.push(key, value).unwrap();
        }
        let sorted = sorter.sorted().unwrap();
        let mut found = Vec::new();
        for reader in [sorted.read(), sorted.read_last()] {
            found.clear();
            let mut reader = reader.unwrap();
            while let Some(Record { key, value }) = reader.next().unwrap() {
                found.push((key, value));
            }
        }
        found
    }

    proptest! {
        #[test]
        fn records_are_sorted_however_much_memory_holds(
            mut records: Vec<(Vec<u8>, Vec<u8>)>,
            limit in 1..1000_usize,
        ) {
            let found = sort(&records, limit);
            records.sort();
            prop_assert_eq!(found, records);
        }
    }

    #[test]
    fn runs_of_runs_are_merged() {
        let number = |it: u32| (it.wrapping_mul(2_654_435_761)).to_be_bytes().to_vec();
        let mut records: Vec<_> = (0..3000).map(|it| (number(it), b"value".to_vec())).collect();
        let found = sort(&records, 1);
        records.sort();
        assert!(found == records);
    }
}
