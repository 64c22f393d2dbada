//! Sorting more than memory holds: runs on the local disk, then one merge.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, Write as _};

/// How many bytes of records are sorted at a time in memory.
const RUN: usize = 512 << 10;

/// How many runs of one size there are at most, before they become one of the next size. So each record is
/// written once for each size, and few files are open, of which a function may have 1,024.
const RUNS: usize = 16;

/// How many bytes of each run are read ahead.
const READ_AHEAD: usize = 16 << 10;

/// Takes records in any order and gives them back sorted by key, then by value: the order in which
/// they came leaves no trace.
#[derive(Debug)]
pub(crate) struct Sorter {
    bytes: Vec<u8>,
    records: Vec<Span>,
    /// Runs, by how often what they hold was merged.
    runs: Vec<Vec<File>>,
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
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let key = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.records.push(Span { start, key, end: self.bytes.len() });
        if self.bytes.len() >= self.limit { self.spill() } else { Ok(()) }
    }

    /// The records, sorted. They can be read any number of times.
    pub(crate) fn sorted(mut self) -> io::Result<Sorted> {
        if !self.records.is_empty() {
            self.spill()?;
        }
        // The merge has buffers of its own.
        (self.bytes, self.records) = (Vec::new(), Vec::new());
        // One file of everything, so that reading it again costs one buffer and not one for each run.
        let mut runs: Vec<File> = self.runs.into_iter().flatten().collect();
        Ok(Sorted(if runs.len() < 2 { runs.pop() } else { Some(merge(runs)?) }))
    }

    /// Adds a run of a size.
    fn add(&mut self, mut run: File, mut size: usize) -> io::Result<()> {
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
        let mut run = Writer::new()?;
        for span in records.iter() {
            let (key, value) = span.of(bytes);
            run.record(key, value)?;
        }
        records.clear();
        bytes.clear();
        self.add(run.file()?, 0)
    }
}

/// Makes one run of several.
fn merge(runs: Vec<File>) -> io::Result<File> {
    let mut merge = Merge::new(runs.into_iter().map(Reader::new).collect::<io::Result<_>>()?)?;
    let mut merged = Writer::new()?;
    while let Some(record) = merge.next()? {
        merged.record(&record.key, &record.value)?;
    }
    merged.file()
}

/// What a record of a thing of some type and key is sorted by: those of one thing stand together, in
/// the order of their ranks.
pub(crate) fn key(kind: &str, key: &str, rank: u8) -> Vec<u8> {
    let mut bytes = format!("{kind}\0{key}\0").into_bytes();
    bytes.push(rank);
    bytes
}

/// A record: what it is sorted by, and what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record {
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

impl Record {
    /// The rank of a record that is sorted by [`key`].
    pub(crate) fn rank(&self) -> u8 {
        self.key.last().copied().unwrap_or_default()
    }

    /// The type and key of a record that is sorted by [`key`], apart by a zero byte.
    fn name(&self) -> &[u8] {
        &self.key[..self.key.len().saturating_sub(2)]
    }
}

/// Reads records that are sorted by [`key`], those of one thing together.
pub(crate) struct Groups {
    reader: Reader,
    head: Option<Record>,
}

impl Groups {
    pub(crate) fn new(mut reader: Reader) -> io::Result<Self> {
        let head = reader.next()?;
        Ok(Self { reader, head })
    }

    /// The records of the next thing, after its type and key, which are apart by a zero byte.
    pub(crate) fn next(&mut self) -> io::Result<Option<(String, Vec<Record>)>> {
        let Some(first) = self.head.take() else { return Ok(None) };
        let name = String::from_utf8_lossy(first.name()).into_owned();
        let mut records = vec![first];
        while let Some(record) = self.reader.next()? {
            if record.name() != records[0].name() {
                self.head = Some(record);
                break;
            }
            records.push(record);
        }
        Ok(Some((name, records)))
    }

    /// The records of a thing, which have to be asked for in order.
    pub(crate) fn of(&mut self, name: &str) -> io::Result<Vec<Record>> {
        let mut records = Vec::new();
        while let Some(head) = self.head.take_if(|head| head.name() <= name.as_bytes()) {
            if head.name() == name.as_bytes() {
                records.push(head);
            }
            self.head = self.reader.next()?;
        }
        Ok(records)
    }
}

/// The type and key of a thing, apart by a zero byte, and the records of it in two files.
type Pair = (String, Vec<Record>, Vec<Record>);

/// Reads the records of two files that are sorted by [`key`], those of one thing together.
pub(super) struct Pairs {
    first: Groups,
    second: Groups,
}

impl Pairs {
    pub(super) fn new(first: Reader, second: Reader) -> io::Result<Self> {
        Ok(Self { first: Groups::new(first)?, second: Groups::new(second)? })
    }

    /// The records of the next thing that either has.
    pub(super) fn next(&mut self) -> io::Result<Option<Pair>> {
        let heads = [&self.first, &self.second].into_iter().filter_map(|it| it.head.as_ref());
        let Some(name) = heads.map(Record::name).min() else { return Ok(None) };
        let name = String::from_utf8_lossy(name).into_owned();
        let (first, second) = (self.first.of(&name)?, self.second.of(&name)?);
        Ok(Some((name, first, second)))
    }
}

/// Sorted records on the local disk.
#[derive(Debug)]
pub(crate) struct Sorted(Option<File>);

impl Sorted {
    /// Reads the records from the first.
    pub(crate) fn read(&self) -> io::Result<Reader> {
        match &self.0 {
            Some(file) => Reader::new(file.try_clone()?),
            None => Reader::new(tempfile::tempfile()?),
        }
    }
}

/// Reads sorted records one by one. Only one reader of a file is used at a time: they share its place.
#[derive(Debug)]
pub(crate) struct Reader(BufReader<File>);

impl Reader {
    fn new(mut file: File) -> io::Result<Self> {
        file.rewind()?;
        Ok(Self(BufReader::with_capacity(READ_AHEAD, file)))
    }

    pub(crate) fn next(&mut self) -> io::Result<Option<Record>> {
        let mut lengths = [0; 8];
        match self.0.read_exact(&mut lengths) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let lengths = u64::from_le_bytes(lengths);
        let (key, value) = (lengths & u64::from(u32::MAX), lengths >> 32);
        let length = |length| usize::try_from(length).map_err(io::Error::other);
        let mut record = Record { key: vec![0; length(key)?], value: vec![0; length(value)?] };
        self.0.read_exact(&mut record.key)?;
        self.0.read_exact(&mut record.value)?;
        Ok(Some(record))
    }
}

struct Writer(BufWriter<File>);

impl Writer {
    fn new() -> io::Result<Self> {
        Ok(Self(BufWriter::with_capacity(READ_AHEAD, tempfile::tempfile()?)))
    }

    fn record(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        for part in [key, value] {
            let length = u32::try_from(part.len()).map_err(io::Error::other)?;
            self.0.write_all(&length.to_le_bytes())?;
        }
        self.0.write_all(key)?;
        self.0.write_all(value)
    }

    fn file(self) -> io::Result<File> {
        self.0.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// Merges sorted runs.
struct Merge {
    readers: Vec<Reader>,
    heads: BinaryHeap<Reverse<(Record, usize)>>,
}

impl Merge {
    fn new(readers: Vec<Reader>) -> io::Result<Self> {
        let mut merge = Self { heads: BinaryHeap::new(), readers };
        for run in 0..merge.readers.len() {
            merge.advance(run)?;
        }
        Ok(merge)
    }

    fn advance(&mut self, run: usize) -> io::Result<()> {
        if let Some(record) = self.readers[run].next()? {
            self.heads.push(Reverse((record, run)));
        }
        Ok(())
    }

    fn next(&mut self) -> io::Result<Option<Record>> {
        let Some(Reverse((record, run))) = self.heads.pop() else { return Ok(None) };
        self.advance(run)?;
        Ok(Some(record))
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
        for _ in 0..2 {
            found.clear();
            let mut reader = sorted.read().unwrap();
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
            limit in 1..100_usize,
        ) {
            let found = sort(&records, limit);
            records.sort();
            prop_assert_eq!(found, records);
        }
    }
}
