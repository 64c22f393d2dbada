//! Reading sorted records, from all runs as if they were one.

use std::io;

use super::run::{self, Run};

/// A record: what it is sorted by, and what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record {
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

impl Record {
    /// The rank of a record that is sorted by `groups::key`.
    pub(crate) fn rank(&self) -> u8 {
        self.key.last().copied().unwrap_or_default()
    }
}

/// Reads sorted records one by one.
#[derive(Debug)]
pub(crate) struct Reader {
    runs: Vec<run::Reader>,
    /// The runs that are not at their end, as a heap: the one whose record is the least is the
    /// first.
    heap: Vec<usize>,
}

impl Reader {
    pub(super) fn new(runs: Vec<Run>) -> io::Result<Self> {
        let runs: Vec<run::Reader> =
            runs.into_iter().map(run::Reader::new).collect::<io::Result<_>>()?;
        let heap = (0..runs.len()).filter(|run| runs[*run].head().is_some()).collect();
        let mut reader = Self { runs, heap };
        for place in (0..reader.heap.len() / 2).rev() {
            reader.sink(place);
        }
        Ok(reader)
    }

    /// The record that is read now: its key and its value. None at the end.
    pub(crate) fn head(&self) -> Option<(&[u8], &[u8])> {
        self.heap.first().and_then(|run| self.runs[*run].head())
    }

    /// Goes on to the next record.
    pub(crate) fn advance(&mut self) -> io::Result<()> {
        let Some(&run) = self.heap.first() else { return Ok(()) };
        self.runs[run].advance()?;
        if self.runs[run].head().is_none() {
            self.heap.swap_remove(0);
        }
        self.sink(0);
        Ok(())
    }

    /// Lets the run at a place of the heap sink below those whose records are less.
    fn sink(&mut self, mut place: usize) {
        loop {
            let below = [2 * place + 1, 2 * place + 2].into_iter();
            let below = below.filter(|it| *it < self.heap.len());
            let least = below.min_by(|a, b| self.at(*a).cmp(&self.at(*b)));
            let Some(least) = least.filter(|it| self.at(*it) < self.at(place)) else { return };
            self.heap.swap(place, least);
            place = least;
        }
    }

    /// The record of the run at a place of the heap.
    fn at(&self, place: usize) -> Option<(&[u8], &[u8])> {
        self.runs[self.heap[place]].head()
    }

    pub(crate) fn next(&mut self) -> io::Result<Option<Record>> {
        let record =
            self.head().map(|(key, value)| Record { key: key.into(), value: value.into() });
        if record.is_some() {
            self.advance()?;
        }
        Ok(record)
    }
}
