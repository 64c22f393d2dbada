//! Compressing text on its way to storage.

use std::io::{self, Write};

/// How much text is compressed at a time, in bytes. Each piece is a frame of its own, so that a small object
/// costs a small compressor, and none is kept alive between pages.
const PIECE: usize = 128 << 10;

/// How hard to compress. Level 3 costs as much time as reading a page did, and halves the bytes.
const LEVEL: i32 = 3;

/// Compresses what is written to it, and writes that on.
#[derive(Debug, Default)]
pub(crate) struct Packer<W> {
    text: Vec<u8>,
    into: W,
}

impl<W: Write> Packer<W> {
    pub(crate) const fn new(into: W) -> Self {
        Self { text: Vec::new(), into }
    }

    /// What was written on so far.
    pub(crate) const fn packed(&self) -> &W {
        &self.into
    }

    /// Compresses what is left.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.flush()?;
        Ok(self.into)
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
            self.into.write_all(&zstd::bulk::compress(&self.text, LEVEL)?)?;
            self.text.clear();
        }
        self.into.flush()
    }
}
