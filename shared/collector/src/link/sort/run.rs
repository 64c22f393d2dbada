//! Runs: sorted records on the local disk, compressed.
//!
//! A run lies in several files, so that what was read of it for the last time can be given back to
//! the disk before the rest is read: a file is gone with the last handle to it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::sync::Arc;

use zstd::bulk::{Compressor, Decompressor};

/// How many bytes of records are compressed at a time. Each piece is a frame of its own, so that
/// one decompressor does for all runs that are read at the same time.
const PIECE: usize = 64 << 10;

/// How large a file of a run grows, in bytes.
const FILE: u64 = 16 << 20;

/// How hard to compress: as fast as can be. What is sorted is read again in seconds.
const LEVEL: i32 = 1;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Sorted records. Clones share the files.
#[derive(Clone, Debug)]
pub(super) struct Run(Vec<Arc<File>>);

/// Writes the records of a run, in order.
#[derive(Debug)]
pub(super) struct Writer {
    files: Vec<Arc<File>>,
    /// What of the last file is written.
    written: u64,
    text: Vec<u8>,
    packed: Vec<u8>,
    /// How large a file grows.
    limit: u64,
}

impl Writer {
    pub(super) const fn new() -> Self {
        Self { files: Vec::new(), written: 0, text: Vec::new(), packed: Vec::new(), limit: FILE }
    }

    pub(super) fn record(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        for part in [key, value] {
            let length = u32::try_from(part.len()).map_err(io::Error::other)?;
            self.text.extend(length.to_le_bytes());
        }
        self.text.extend_from_slice(key);
        self.text.extend_from_slice(value);
        if self.text.len() < PIECE { Ok(()) } else { self.pack() }
    }

    pub(super) fn run(mut self) -> io::Result<Run> {
        if !self.text.is_empty() {
            self.pack()?;
        }
        Ok(Run(self.files))
    }

    fn pack(&mut self) -> io::Result<()> {
        let Self { files, written, text, packed, limit } = self;
        packed.clear();
        packed.resize(HEADER + zstd::zstd_safe::compress_bound(text.len()), 0);
        let length = COMPRESSOR.with_borrow_mut(|it| {
            let compressor = match it {
                Some(compressor) => compressor,
                None => it.insert(Compressor::new(LEVEL)?),
            };
            compressor.compress_to_buffer(text.as_slice(), &mut packed[HEADER..])
        })?;
        packed[..4]
            .copy_from_slice(&u32::try_from(length).map_err(io::Error::other)?.to_le_bytes());
        let whole = u32::try_from(text.len()).map_err(io::Error::other)?;
        packed[4..HEADER].copy_from_slice(&whole.to_le_bytes());
        if files.is_empty() || *written >= *limit {
            files.push(Arc::new(tempfile::tempfile()?));
            *written = 0;
        }
        if let Some(file) = files.last() {
            (&**file).write_all(&packed[..HEADER + length])?;
            *written += (HEADER + length) as u64;
        }
        text.clear();
        Ok(())
    }
}

/// What stands before each piece: how long it is compressed, and how long it is.
const HEADER: usize = 8;

/// Reads a run record by record. Only one reader of a run is used at a time: they share the files'
/// places.
#[derive(Debug)]
pub(super) struct Reader {
    files: VecDeque<Arc<File>>,
    is_open: bool,
    packed: Vec<u8>,
    text: Vec<u8>,
    /// Where in the text the next record begins.
    next: usize,
    /// Where the key and the value of the record lie that is read now.
    head: Option<(usize, usize, usize)>,
}

impl Reader {
    /// Reads the first record.
    pub(super) fn new(run: Run) -> io::Result<Self> {
        let mut reader = Self {
            files: run.0.into(),
            is_open: false,
            packed: Vec::new(),
            text: Vec::new(),
            next: 0,
            head: None,
        };
        reader.advance()?;
        Ok(reader)
    }

    /// The record that is read now: its key and its value. None at the end.
    pub(super) fn head(&self) -> Option<(&[u8], &[u8])> {
        let (start, key, end) = self.head?;
        Some((&self.text[start..key], &self.text[key..end]))
    }

    /// Goes on to the next record.
    pub(super) fn advance(&mut self) -> io::Result<()> {
        self.head = None;
        if self.next == self.text.len() && !self.unpack()? {
            return Ok(());
        }
        let start = self.next + HEADER;
        let header = self.text.get(self.next..start).ok_or(io::ErrorKind::UnexpectedEof)?;
        let [key, value] = lengths(header);
        let (key, end) = (start + key, start + key + value);
        if end > self.text.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        (self.head, self.next) = (Some((start, key, end)), end);
        Ok(())
    }

    /// Reads the next piece; false if there is none. A file that was read to its end is let go.
    fn unpack(&mut self) -> io::Result<bool> {
        let Self { files, is_open, packed, text, next, .. } = self;
        loop {
            let Some(file) = files.front() else { return Ok(false) };
            let mut file = &**file;
            if !*is_open {
                file.rewind()?;
                *is_open = true;
            }
            let mut header = [0; HEADER];
            match file.read_exact(&mut header) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    files.pop_front();
                    *is_open = false;
                    continue;
                }
                read => read?,
            }
            let [length, whole] = lengths(&header);
            packed.resize(length, 0);
            file.read_exact(packed)?;
            text.clear();
            text.reserve(whole);
            DECOMPRESSOR.with_borrow_mut(|it| {
                let decompressor = match it {
                    Some(decompressor) => decompressor,
                    None => it.insert(Decompressor::new()?),
                };
                decompressor.decompress_to_buffer(packed, text)
            })?;
            *next = 0;
            return Ok(true);
        }
    }
}

/// Two lengths that lie side by side.
fn lengths(bytes: &[u8]) -> [usize; 2] {
    let length =
        |bytes: &[u8]| bytes.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let (first, second) = bytes.split_at(HEADER / 2);
    [length(first), length(second)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(records: u32, limit: u64) -> Run {
        let mut writer = Writer { limit, ..Writer::new() };
        for number in 0..records {
            writer.record(&number.to_be_bytes(), &[b'x'; 1000]).unwrap();
        }
        writer.run().unwrap()
    }

    fn read(run: Run) -> Vec<u32> {
        let (mut reader, mut numbers) = (Reader::new(run).unwrap(), Vec::new());
        while let Some((key, value)) = reader.head() {
            assert_eq!(value, [b'x'; 1000]);
            numbers.push(u32::from_be_bytes(key.try_into().unwrap()));
            reader.advance().unwrap();
        }
        numbers
    }

    #[test]
    fn what_is_compressed_is_read() {
        for (records, files) in [(0, 0), (1, 1), (1_000, 16)] {
            let run = write(records, 1);
            assert_eq!(run.0.len(), files, "each piece begins a file");
            for _ in 0..2 {
                assert_eq!(read(run.clone()), (0..records).collect::<Vec<_>>());
            }
        }
        let bytes: u64 = write(1_000, FILE).0.iter().map(|it| it.metadata().unwrap().len()).sum();
        assert!(bytes < 100_000, "{bytes} bytes of 1,008,000");
    }

    #[test]
    fn a_long_record_is_read() {
        let mut writer = Writer::new();
        let long = vec![b'y'; 3 * PIECE];
        for key in ["a", "b"] {
            writer.record(key.as_bytes(), &long).unwrap();
        }
        let mut reader = Reader::new(writer.run().unwrap()).unwrap();
        for key in ["a", "b"] {
            assert_eq!(reader.head(), Some((key.as_bytes(), long.as_slice())));
            reader.advance().unwrap();
        }
        assert_eq!(reader.head(), None);
    }

    #[test]
    fn files_are_gone_as_they_are_read() {
        let run = write(1_000, 1);
        let files: Vec<_> = run.0.iter().map(Arc::downgrade).collect();
        let left = || files.iter().filter(|it| it.strong_count() > 0).count();
        let mut reader = Reader::new(run).unwrap();
        for read in 1..=1_000 {
            assert!(reader.head().is_some());
            reader.advance().unwrap();
            // A piece has some 64 records, and the file of the one before is let go with the next.
            assert!(left() <= 16 - read / 70, "{} files are left after {read} records", left());
        }
        assert_eq!(left(), 0);
    }
}
