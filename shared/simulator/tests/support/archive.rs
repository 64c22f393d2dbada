//! Reads the archives that reports come in, and notices when they are broken.

use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;

/// The name and the text of the one file of an archive, without the mark of its encoding; nothing
/// if anything about it is wrong.
pub(crate) fn unzip(archive: &[u8]) -> Option<(String, String)> {
    let bytes = |at: usize, length: usize| archive.get(at..at + length);
    let number = |at: usize, length: usize| {
        let digits = bytes(at, length)?.iter().rev();
        Some(digits.fold(0_usize, |number, byte| number << 8 | usize::from(*byte)))
    };
    let end = archive.len().checked_sub(22)?;
    let directory = number(end + 16, 4)?;
    let is_right = bytes(end, 4)? == b"PK\x05\x06"
        && directory + number(end + 12, 4)? == end
        && bytes(directory, 4)? == b"PK\x01\x02"
        && bytes(0, 4)? == b"PK\x03\x04"
        // The sizes are not told before the file.
        && (number(6, 2)? & 8, number(14, 4)?, number(18, 4)?) == (8, 0, 0);
    let [crc, compressed, size] = [16, 20, 24].map(|at| number(directory + at, 4));
    let name = String::from_utf8(bytes(30, number(26, 2)?)?.to_vec()).ok()?;
    let start = 30 + name.len();
    let mut text = Vec::new();
    DeflateDecoder::new(bytes(start, compressed?)?).read_to_end(&mut text).ok()?;
    let mut sum = Crc::new();
    sum.update(&text);
    let descriptor = start + compressed?;
    let is_same = bytes(descriptor, 4)? == b"PK\x07\x08"
        && number(descriptor + 4, 4) == crc
        && crc == usize::try_from(sum.sum()).ok()
        && size == Some(text.len());
    let text = String::from_utf8(text.strip_prefix(b"\xef\xbb\xbf")?.to_vec()).ok()?;
    (is_right && is_same).then_some((name, text))
}
