//! Keeps secrets out of texts.
//!
//! A service, a gateway or a proxy may write down what it was sent: as it was, escaped for a form,
//! for JSON or for HTML, in Base64, in capitals, or cut short.

use std::collections::HashSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// How many characters of a secret in a row give too much of it away: so many that they fit into
/// a number of 64 bits.
const GIVEAWAY: usize = 8;

/// What is shorter than this is no secret but a mistake. It would be found in any text, and what is
/// missing would give it away.
const SHORTEST: usize = 4;

/// A text without a secret and without any part of it of [`GIVEAWAY`] characters, in whatever form
/// it is written. Cut a text short only after this, for what is too short is not found any more.
pub(crate) fn conceal(text: &str, secret: &str) -> String {
    Giveaways::of(secret).conceal(text)
}

/// What gives a secret away: so many characters in a row of any form of it, as numbers. Those of a
/// token are tens of thousands, so they are kept where many texts are looked at.
///
/// It must not print: the secret can be put together from it.
pub(crate) struct Giveaways {
    width: usize,
    all: HashSet<u64>,
}

impl Giveaways {
    pub(crate) fn of(secret: &str) -> Self {
        if secret.len() < SHORTEST {
            return Self { width: GIVEAWAY, all: HashSet::new() };
        }
        let forms = forms(secret);
        let width = forms.iter().map(String::len).min().unwrap_or(GIVEAWAY).min(GIVEAWAY);
        let windows = forms.iter().flat_map(|it| it.as_bytes().windows(width));
        Self { width, all: windows.map(number).collect() }
    }

    /// A text without them.
    pub(crate) fn conceal(&self, text: &str) -> String {
        let lower_case = text.to_ascii_lowercase();
        let mut shown = String::with_capacity(text.len());
        let (mut end, mut written) = (0, 0);
        for (at, window) in lower_case.as_bytes().windows(self.width).enumerate() {
            if self.all.contains(&number(window)) {
                // What begins or ends within a character takes the whole character away.
                let start = text.floor_char_boundary(at);
                if start > end || end == 0 {
                    shown.push_str(&text[written..start.max(written)]);
                    shown.push('…');
                }
                end = text.ceil_char_boundary(at + self.width);
                written = end;
            }
        }
        shown.push_str(&text[written..]);
        shown
    }
}

/// The bytes of at most [`GIVEAWAY`] characters, as a number.
fn number(window: &[u8]) -> u64 {
    window.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// How a secret may be written, in lower case.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![
        secret.to_owned(),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        escaped(secret, |text, it| percent(text, it, |it| it.is_ascii_alphanumeric())),
        escaped(secret, |text, it| {
            percent(text, it, |it| it.is_ascii_alphanumeric() || "-_.~".contains(it));
        }),
        escaped(secret, html),
        escaped(secret, |text, it| numeric(text, it, "&#", |it| u32::from(it).to_string())),
        escaped(secret, |text, it| numeric(text, it, "&#x", |it| format!("{:x}", u32::from(it)))),
        escaped(secret, json),
        escaped(secret, json_all),
    ];
    for before in 0..3 {
        // What stands before a secret shifts its characters in Base64, and shares one with it.
        let shifted = [vec![0; before], secret.as_bytes().to_vec()].concat();
        let shared = [0, 2, 3][before];
        for engine in [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD] {
            forms.push(engine.encode(&shifted).get(shared..).unwrap_or_default().to_owned());
        }
    }
    for form in &mut forms {
        form.make_ascii_lowercase();
    }
    forms.retain(|it| it.len() >= secret.len());
    forms
}

fn escaped(secret: &str, escape: impl Fn(&mut String, char)) -> String {
    let mut text = String::new();
    secret.chars().for_each(|it| escape(&mut text, it));
    text
}

fn percent(text: &mut String, it: char, is_plain: impl Fn(char) -> bool) {
    if is_plain(it) {
        text.push(it);
        return;
    }
    for byte in it.encode_utf8(&mut [0; 4]).bytes() {
        let _ = write!(text, "%{byte:02x}");
    }
}

fn html(text: &mut String, it: char) {
    match it {
        '&' => text.push_str("&amp;"),
        '<' => text.push_str("&lt;"),
        '>' => text.push_str("&gt;"),
        '"' => text.push_str("&quot;"),
        '\'' => text.push_str("&#x27;"),
        it => text.push(it),
    }
}

fn numeric(text: &mut String, it: char, start: &str, number: impl Fn(char) -> String) {
    if it.is_alphanumeric() {
        text.push(it);
    } else {
        let _ = write!(text, "{start}{};", number(it));
    }
}

/// As most writers of JSON escape.
fn json(text: &mut String, it: char) {
    match it {
        '"' | '\\' => text.extend(['\\', it]),
        '\n' => text.push_str("\\n"),
        it if it.is_ascii() => text.push(it),
        it => json_all(text, it),
    }
}

/// As writers of JSON escape that leave letters and digits only.
fn json_all(text: &mut String, it: char) {
    if it.is_ascii_alphanumeric() {
        text.push(it);
        return;
    }
    for unit in it.encode_utf16(&mut [0; 2]) {
        let _ = write!(text, "\\u{unit:04x}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "se\"cr<et>&'/+= \\~x%41é12345678";

    #[test]
    fn a_secret_is_found_in_any_form() {
        for form in forms(SECRET) {
            for form in [form.clone(), form.to_ascii_uppercase()] {
                let shown = conceal(&format!("you sent {form} to us"), SECRET);
                assert_eq!(shown, "you sent … to us", "{form}");
            }
        }
    }

    #[test]
    fn a_secret_is_found_in_base64_of_something_longer() {
        for before in ["", "a", "ab", "app:"] {
            let sent = BASE64_STANDARD_NO_PAD.encode(format!("{before}{SECRET}\n"));
            let shown = conceal(&sent, SECRET);
            assert!(shown.contains('…') && shown.len() < 14, "{shown}");
        }
    }

    #[test]
    fn a_part_of_a_secret_is_found() {
        let secret = "SEKRET~Q8.x-_yz1234567890abcdef";
        assert_eq!(conceal(&secret[..secret.len() - 1], secret), "…");
        let spaced = format!("{} {}", &secret[..10], &secret[10..]);
        assert_eq!(conceal(&spaced, secret), "… …");
        assert_eq!(conceal("was abc12345\n.", "abc12345\n"), "was ….");
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        let text = "AADSTS7000215: Invalid client secret provided. Ä";
        for secret in ["", "x", "abc", SECRET] {
            assert_eq!(conceal(text, secret), text);
        }
        assert_eq!(conceal("you sent abc1234.", "abc1234"), "you sent ….");
    }

    proptest! {
        #[test]
        fn no_part_of_a_secret_is_shown(before in ".{0,20}", secret in "[ -~äé€😀]{8,40}", after in ".{0,20}") {
            let shown = conceal(&format!("{before}{secret}{after}"), &secret);
            prop_assert!(!shown.contains(&secret));
            prop_assert!(shown.len() <= before.len() + after.len() + 2 * "…".len() + secret.len());
        }
    }
}
