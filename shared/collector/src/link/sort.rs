//! Sorting more than memory holds: runs on the local disk, then one merge.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use zstd::{Decoder, Encoder};

use crate::context::Error;

/// How many bytes of records are sorted at a time in memory.
const RUN: usize = 2 << 20;

/// How hard runs are compressed: as fast as can be, for they are read once or twice.
const LEVEL: i32 = 1;

/// The window of the compression, as a power of two: 128 kB. A merge has one for each run that it reads.
const WINDOW_LOG: u32 = 17;

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
        let mut runs: Vec<Run> = self.runs.into_iter().flatten().collect();
        Ok(Sorted(if runs.len() < 2 { runs.pop() } else { Some(merge(&runs)?) }))
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
            run = merge(&std::mem::take(&mut self.runs[size]))?;
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
        self.add(run.run()?, 0)
    }
}

/// Makes one run of several.
fn merge(runs: &[Run]) -> io::Result<Run> {
    let mut merge = Merge::new(runs.iter().map(Reader::new).collect::<io::Result<_>>()?)?;
    let mut merged = Writer::new()?;
    while let Some(record) = merge.next()? {
        merged.record(&record.key, &record.value)?;
    }
    merged.run()
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

/// Gives sorted records one by one.
pub(crate) trait Source: Send {
    /// The next record.
    fn record(&mut self) -> Result<Option<Record>, Error>;
}

impl Source for Reader {
    fn record(&mut self) -> Result<Option<Record>, Error> {
        Ok(self.next()?)
    }
}

/// Reads records that are sorted by [`key`], those of one thing together.
pub(crate) struct Groups<'a> {
    source: Box<dyn Source + 'a>,
    head: Option<Record>,
}

impl<'a> Groups<'a> {
    pub(crate) fn new(source: impl Source + 'a) -> Result<Self, Error> {
        let mut source = Box::new(source);
        let head = source.record()?;
        Ok(Self { source, head })
    }

    /// The records of the next thing, after its type and key, which are apart by a zero byte.
    pub(crate) fn next(&mut self) -> Result<Option<(String, Vec<Record>)>, Error> {
        let Some(first) = self.head.take() else { return Ok(None) };
        let name = String::from_utf8_lossy(first.name()).into_owned();
        let mut records = vec![first];
        while let Some(record) = self.source.record()? {
            if record.name() != records[0].name() {
                self.head = Some(record);
                break;
            }
            records.push(record);
        }
        Ok(Some((name, records)))
    }

    /// The records of a thing, which have to be asked for in order.
    pub(crate) fn of(&mut self, name: &str) -> Result<Vec<Record>, Error> {
        let mut records = Vec::new();
        while let Some(head) = self.head.take_if(|head| head.name() <= name.as_bytes()) {
            if head.name() == name.as_bytes() {
                records.push(head);
            }
            self.head = self.source.record()?;
        }
        Ok(records)
    }
}

/// The type and key of a thing, apart by a zero byte, and the records of it in two files.
type Pair = (String, Vec<Record>, Vec<Record>);

/// Reads the records of two files that are sorted by [`key`], those of one thing together.
pub(super) struct Pairs<'a> {
    first: Groups<'a>,
    second: Groups<'a>,
}

impl<'a> Pairs<'a> {
    pub(super) const fn new(first: Groups<'a>, second: Groups<'a>) -> Self {
        Self { first, second }
    }

    /// The records of the next thing that either has.
    pub(super) fn next(&mut self) -> Result<Option<Pair>, Error> {
        let heads = [&self.first, &self.second].into_iter().filter_map(|it| it.head.as_ref());
        let Some(name) = heads.map(Record::name).min() else { return Ok(None) };
        let name = String::from_utf8_lossy(name).into_owned();
        let (first, second) = (self.first.of(&name)?, self.second.of(&name)?);
        Ok(Some((name, first, second)))
    }
}

/// Sorted records on the local disk.
#[derive(Debug)]
pub(crate) struct Sorted(Option<Run>);

impl Sorted {
    /// Reads the records from the first.
    pub(crate) fn read(&self) -> io::Result<Reader> {
        self.0.as_ref().map(Reader::new).transpose().map(|reader| reader.unwrap_or(Reader(None)))
    }
}

/// Compressed records in a file without a name, which is gone when nobody reads it any more.
#[derive(Clone, Debug)]
struct Run(Arc<File>);

/// Reads a run from its beginning, whoever else reads it.
#[derive(Debug)]
struct Place {
    run: Run,
    offset: u64,
}

impl Read for Place {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.run.0.read_at(bytes, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

/// Reads sorted records one by one.
pub(crate) struct Reader(Option<BufReader<Decoder<'static, BufReader<Place>>>>);

impl Reader {
    fn new(run: &Run) -> io::Result<Self> {
        let place = BufReader::with_capacity(READ_AHEAD, Place { run: run.clone(), offset: 0 });
        let decoder = Decoder::with_buffer(place)?;
        Ok(Self(Some(BufReader::with_capacity(READ_AHEAD, decoder))))
    }

    pub(crate) fn next(&mut self) -> io::Result<Option<Record>> {
        let Some(reader) = &mut self.0 else { return Ok(None) };
        let mut lengths = [0; 8];
        match reader.read_exact(&mut lengths) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                // A run that is read to its end may be dropped.
                self.0 = None;
                return Ok(None);
            }
            read => read?,
        }
        let lengths = u64::from_le_bytes(lengths);
        let (key, value) = (lengths & u64::from(u32::MAX), lengths >> 32);
        let length = |length| usize::try_from(length).map_err(io::Error::other);
        let mut record = Record { key: vec![0; length(key)?], value: vec![0; length(value)?] };
        reader.read_exact(&mut record.key)?;
        reader.read_exact(&mut record.value)?;
        Ok(Some(record))
    }
}

struct Writer {
    file: Arc<File>,
    encoder: Encoder<'static, BufWriter<Appended>>,
}

/// Writes at the end of a file that others may come to read.
struct Appended(Arc<File>);

impl Write for Appended {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

impl Writer {
    fn new() -> io::Result<Self> {
        let file = Arc::new(tempfile::tempfile()?);
        let output = BufWriter::with_capacity(READ_AHEAD, Appended(file.clone()));
        let mut encoder = Encoder::new(output, LEVEL)?;
        encoder.window_log(WINDOW_LOG)?;
        Ok(Self { file, encoder })
    }

    fn record(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        for part in [key, value] {
            let length = u32::try_from(part.len()).map_err(io::Error::other)?;
            self.encoder.write_all(&length.to_le_bytes())?;
        }
        self.encoder.write_all(key)?;
        self.encoder.write_all(value)
    }

    fn run(self) -> io::Result<Run> {
        let output = self.encoder.finish()?;
        output.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Run(self.file))
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
