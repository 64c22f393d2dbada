//! A prepared report: a zip archive with one file, made while it is sent, so that neither the size
//! of the report nor that of the archive matters.
//!
//! As such archives often have it, the sizes come after the file and not before it, in a data
//! descriptor.

use std::io::Write;
use std::sync::Arc;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::csv;
use crate::services::report::Selection;
use crate::world::tenant::Tenant;

/// A report to be sent.
#[derive(Debug)]
pub(crate) struct Export {
    selection: Selection,
    /// The name of the file in the archive.
    file: String,
}

impl Export {
    pub(crate) const fn new(selection: Selection, file: String) -> Self {
        Self { selection, file }
    }
}

/// What is to be downloaded.
#[derive(Clone, Debug)]
pub(crate) struct Download {
    pub(crate) export: Arc<Export>,
    /// Whether it ends where it should, and not in the middle.
    pub(crate) is_whole: bool,
}

impl Download {
    pub(crate) fn archive(self) -> Archive {
        Archive {
            export: self.export,
            is_whole: self.is_whole,
            next: None,
            encoder: Some(DeflateEncoder::new(Vec::new(), Compression::fast())),
            crc: Crc::new(),
            text: Vec::new(),
        }
    }
}

/// About how many bytes are put together before they are sent.
const CHUNK: usize = 32 * 1024;

/// An archive that is being sent.
#[derive(Debug)]
pub(crate) struct Archive {
    export: Arc<Export>,
    is_whole: bool,
    /// The place whose rows come next. There is none before the beginning.
    next: Option<u64>,
    /// Gone when the end was sent.
    encoder: Option<DeflateEncoder<Vec<u8>>>,
    crc: Crc,
    /// What is to be compressed next.
    text: Vec<u8>,
}

impl Archive {
    /// The next bytes. Nothing follows on the last ones.
    pub(crate) fn next(&mut self, tenant: &Tenant) -> Option<Vec<u8>> {
        let mut encoder = self.encoder.take()?;
        if self.next.is_none() {
            self.begin(&mut encoder);
        }
        let mut place = self.next.unwrap_or_default();
        let selection = &self.export.selection;
        let places = selection.places(tenant);
        let end = if self.is_whole { places } else { places / 2 };
        while place < end && encoder.get_ref().len() < CHUNK {
            for row in selection.rows(tenant, place) {
                let values = selection.values(&row);
                csv::add(&mut self.text, values.iter().map(csv::text));
            }
            place += 1;
            if self.text.len() >= CHUNK {
                compress(&mut encoder, &mut self.crc, &mut self.text);
            }
        }
        self.next = Some(place);
        compress(&mut encoder, &mut self.crc, &mut self.text);
        if place < end {
            let bytes = std::mem::take(encoder.get_mut());
            self.encoder = Some(encoder);
            return Some(bytes);
        }
        if !self.is_whole {
            // What is compressed so far is sent, so that there is something to break off.
            drop(encoder.flush());
            return Some(std::mem::take(encoder.get_mut()));
        }
        Some(self.end(encoder))
    }

    /// The head of the file, the mark of its encoding, and the names of the columns.
    fn begin(&mut self, encoder: &mut DeflateEncoder<Vec<u8>>) {
        encoder.get_mut().extend(head(&self.export.file));
        self.text.extend(csv::MARK);
        csv::add(
            &mut self.text,
            self.export.selection.titles().iter().map(|it| it.as_str().into()),
        );
    }

    /// The end of the file, the descriptor, and the directory of the archive.
    fn end(&self, encoder: DeflateEncoder<Vec<u8>>) -> Vec<u8> {
        let head = head(&self.export.file);
        let size = encoder.total_in();
        // Writing to memory does not fail.
        let (before, mut bytes) = finish(encoder);
        let compressed = before;
        let sizes = [self.crc.sum(), low(compressed), low(size)];
        bytes.extend(b"PK\x07\x08");
        bytes.extend(sizes.iter().flat_map(|number| number.to_le_bytes()));
        let name = self.export.file.as_bytes();
        let at = head.len() as u64 + compressed + 16;
        let mut directory = b"PK\x01\x02\x14\x00".to_vec();
        directory.extend(&head[4..14]);
        directory.extend(sizes.iter().flat_map(|number| number.to_le_bytes()));
        directory.extend(length(name).to_le_bytes());
        // Neither extra fields nor a comment, the first disk, no attributes, and the head at 0.
        directory.extend([0; 16]);
        directory.extend(name);
        bytes.extend(&directory);
        bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        bytes.extend(low(directory.len() as u64).to_le_bytes());
        bytes.extend(low(at).to_le_bytes());
        bytes.extend([0; 2]);
        bytes
    }
}

/// Compresses a text, and empties it.
fn compress(encoder: &mut DeflateEncoder<Vec<u8>>, crc: &mut Crc, text: &mut Vec<u8>) {
    crc.update(text);
    if let Err(error) = encoder.write_all(text) {
        tracing::error!(%error, "a report cannot be compressed");
    }
    text.clear();
}

/// How many bytes were compressed to, and those that are not sent yet.
fn finish(mut encoder: DeflateEncoder<Vec<u8>>) -> (u64, Vec<u8>) {
    if let Err(error) = encoder.try_finish() {
        tracing::error!(%error, "a report cannot be compressed");
    }
    let total = encoder.total_out();
    (total, std::mem::take(encoder.get_mut()))
}

/// The local head of a file: version 2.0, sizes follow, the name is UTF-8, deflated, of 2026-10-01.
fn head(file: &str) -> Vec<u8> {
    let mut head = b"PK\x03\x04\x14\x00\x08\x08\x08\x00\x00\x00\x41\x5d".to_vec();
    head.extend([0; 12]);
    head.extend(length(file.as_bytes()).to_le_bytes());
    head.extend([0; 2]);
    head.extend(file.as_bytes());
    head
}

fn length(name: &[u8]) -> u16 {
    u16::try_from(name.len()).unwrap_or(u16::MAX)
}

/// As archives without the extension for large files have it. Reports of more than 4 GiB would need
/// it.
fn low(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
