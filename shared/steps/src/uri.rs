//! Writing ids into addresses.

use std::fmt::Write as _;

/// What may stand in a segment of a path as it is, besides letters and digits.
pub(crate) const SEGMENT: &[u8] = b"-._~!$&'()*+,;=:@";

/// What may stand in a path as it is, besides letters and digits.
pub(crate) const PATH: &[u8] = b"-._~!$&'()*+,;=:@/";

/// Adds text to an address. What is neither a letter nor a digit nor to be kept is escaped.
pub(crate) fn escape(text: &str, keep: &[u8], address: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || keep.contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
}
