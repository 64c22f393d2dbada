//! Compressing text on its way to storage.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write};

use zstd::bulk::Compressor;

/// How much text is compressed at a time, in bytes. Each piece is a frame of its own, so that one
/// compressor does for all that is written at the same time.
const PIECE: usize = 64 << 10;

/// How hard to compress. Level 3 costs as much time as reading a page did, and halves the bytes.
const LEVEL: i32 = 3;

thread_local! {
    /// To make a compressor takes longer than to compress a small object with it.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

fn compress(compressor: &mut Option<Compressor<'static>>, text: &[u8]) -> io::Result<Vec<u8>> {
    let compressor = if let Some(compressor) = compressor {
        compressor
    } else {
        let compressor = compressor.insert(Compressor::new(LEVEL)?);
        // Without it, a flipped bit may come out as other text.
        compressor.include_checksum(true)?;
        compressor
    };
    compressor.compress(text)
}

/// Compresses what is written to it, and writes that on.
#[derive(Debug, Default)]
pub(crate) struct Packer<W> {
    text: Vec<u8>,
    into: W,
    has_begun: bool,
}

impl<W: Write> Packer<W> {
    pub(crate) const fn new(into: W) -> Self {
        Self { text: Vec::new(), into, has_begun: false }
    }

    /// What was written on so far.
    pub(crate) const fn packed(&self) -> &W {
        &self.into
    }

    /// Compresses what is left. Nothing at all becomes a frame, too: without one it could not be
    /// read.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        if !self.text.is_empty() || !self.has_begun {
            self.pack()?;
        }
        Ok(self.into)
    }

    fn pack(&mut self) -> io::Result<()> {
        let packed = COMPRESSOR.with_borrow_mut(|it| compress(it, &self.text))?;
        self.into.write_all(&packed)?;
        self.text.clear();
        self.has_begun = true;
        Ok(())
    }
}

impl Packer<File> {
    /// Compresses what is left, for another process to go on from there. Returns how many bytes of
    /// the file stay as they are; what follows them is compressed anew then, so that it makes no
    /// difference to what is written in the end.
    pub(crate) fn pause(mut self) -> io::Result<u64> {
        let packed = self.into.metadata()?.len();
        self.flush()?;
        Ok(packed)
    }

    /// Goes on with a file, of which so many bytes stay as they are.
    pub(crate) fn resume(mut into: File, packed: u64) -> io::Result<Self> {
        let (mut rest, mut text) = (Vec::new(), Vec::new());
        into.seek(io::SeekFrom::Start(packed))?;
        into.read_to_end(&mut rest)?;
        if !rest.is_empty() {
            text = zstd::decode_all(rest.as_slice())?;
        }
        into.set_len(packed)?;
        into.seek(io::SeekFrom::Start(packed))?;
        Ok(Self { text, into, has_begun: packed > 0 })
    }
}

impl Packer<Vec<u8>> {
    /// Takes out all that was compressed; what is written next begins anew.
    pub(crate) fn take(&mut self) -> io::Result<Vec<u8>> {
        self.flush()?;
        self.text.shrink_to(PIECE / 8);
        Ok(std::mem::take(&mut self.into))
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        if self.text.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.text.is_empty() {
            self.pack()?;
        }
        self.into.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_can_be_read() {
        for length in [0, 1, PIECE - 1, PIECE, 3 * PIECE + 7] {
            let text = vec![b'x'; length];
            let mut packer = Packer::new(Vec::new());
            for piece in text.chunks(1000) {
                packer.write_all(piece).unwrap();
            }
            let packed = packer.finish().unwrap();
            assert!(zstd::decode_all(packed.as_slice()).unwrap() == text, "{length} bytes");
        }
    }

    #[test]
    fn a_pause_makes_no_difference() {
        let line = |number: u32| format!("line {}\n", number.wrapping_mul(2_654_435_761));
        let mut whole = Packer::new(Vec::new());
        (0..30_000).for_each(|it| whole.write_all(line(it).as_bytes()).unwrap());
        let whole = whole.finish().unwrap();
        for length in [0, 1, 20_000, 30_000] {
            let file = tempfile::NamedTempFile::new().unwrap();
            let mut packer = Packer::new(file.reopen().unwrap());
            (0..length).for_each(|it| packer.write_all(line(it).as_bytes()).unwrap());
            let packed = packer.pause().unwrap();
            let open = File::options().read(true).write(true).open(file.path()).unwrap();
            let mut packer = Packer::resume(open, packed).unwrap();
            (length..30_000).for_each(|it| packer.write_all(line(it).as_bytes()).unwrap());
            packer.finish().unwrap();
            assert!(std::fs::read(file.path()).unwrap() == whole, "a pause after {length} lines");
        }
    }

    #[test]
    fn what_is_taken_out_begins_anew() {
        let mut packer = Packer::default();
        assert_eq!(packer.take().unwrap(), b"");
        packer.write_all(b"a").unwrap();
        assert_eq!(zstd::decode_all(packer.take().unwrap().as_slice()).unwrap(), b"a");
        assert_eq!(packer.take().unwrap(), b"");
    }
}
