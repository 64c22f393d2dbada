//! Bodies that are almost JSON, made readable where they enter.

use std::borrow::Cow;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The escape of the character that stands for one which cannot be read.
const REPLACEMENT: &[u8] = br"\ufffd";

/// Makes a body readable: JSON has no byte order mark, and some resource providers send one; it is
/// UTF-8; and half of a surrogate pair, which services let users save in names, is no character.
pub(crate) fn make(body: &mut Vec<u8>) {
    if body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    }
    if let Cow::Owned(text) = String::from_utf8_lossy(body) {
        *body = text.into_bytes();
    }
    replace_lone_surrogates(body);
}

/// Replaces the escapes of surrogates that have no other half. A backslash stands in texts only.
fn replace_lone_surrogates(body: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = body[at..].iter().position(|&byte| byte == b'\\') {
        at += found;
        match (unit(body, at), unit(body, at + REPLACEMENT.len())) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => at += 2 * REPLACEMENT.len(),
            (Some(0xD800..=0xDFFF), _) => {
                body[at..at + REPLACEMENT.len()].copy_from_slice(REPLACEMENT);
                at += REPLACEMENT.len();
            }
            (Some(_), _) => at += REPLACEMENT.len(),
            (None, _) => at = body.len().min(at + 2),
        }
    }
}

/// The unit of UTF-16 whose escape begins at a place.
fn unit(body: &[u8], at: usize) -> Option<u16> {
    let digits = body.get(at..at + REPLACEMENT.len())?.strip_prefix(br"\u")?;
    let digits = std::str::from_utf8(digits).ok().filter(|it| !it.starts_with('+'))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn made(body: &[u8]) -> String {
        let mut body = body.to_vec();
        make(&mut body);
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn what_cannot_be_read_is_replaced_and_the_rest_stays() {
        for (body, expected) in [
            (&b"\xef\xbb\xbf{}"[..], "{}"),
            (b"[\"a\xff\"]", "[\"a\u{fffd}\"]"),
            (br#"["\ud83d\ude00"]"#, r#"["\ud83d\ude00"]"#),
            (br#"["\ud83d"]"#, r#"["\ufffd"]"#),
            (br#"["\uDE00x\ud83d\ud83d\ude00"]"#, r#"["\ufffdx\ufffd\ud83d\ude00"]"#),
            (br#"["\\ud83d\n\u00e4"]"#, r#"["\\ud83d\n\u00e4"]"#),
            (br#"["\ud8"#, r#"["\ud8"#),
            (br"\", r"\"),
        ] {
            assert_eq!(made(body), expected);
        }
    }

    #[test]
    fn what_is_made_readable_is_read() {
        for body in [&br#"["\ud83d"]"#[..], b"[\"\xe4\"]", br#"["\ud83d\u0041\udc00"]"#] {
            assert!(serde_json::from_slice::<Value>(body).is_err());
            assert!(serde_json::from_str::<Value>(&made(body)).is_ok());
        }
    }
}
