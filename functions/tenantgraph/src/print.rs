//! Printing for people. What comes from a tenant passes [`plain`] on its way, whatever prints it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write as _, stdout};

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, Row};

/// Text in which nothing acts on a terminal: control characters are escaped as `\u{1b}` is, and so
/// are those that separate lines or turn the direction of what follows. Whoever names things in a
/// tenant can therefore neither hide a line nor forge one.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if acts(character) {
            let _ = write!(escaped, "{}", character.escape_unicode());
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Whether a character does something rather than show.
fn acts(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Prints a line of results.
pub(crate) fn line(text: &str) -> io::Result<()> {
    writeln!(stdout(), "{}", plain(text))
}

/// Prints JSON, one object on a line or indented. It says the same to programs, and does nothing to
/// a terminal: JSON leaves some characters as they are that [`plain`] escapes.
pub(crate) fn json(text: &str) -> io::Result<()> {
    let escaped = |it: char| acts(it) && it != '\n';
    if !text.contains(escaped) {
        return writeln!(stdout(), "{text}");
    }
    let mut plain = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if escaped(character) {
            // All of them are of the plane that four digits can name.
            let _ = write!(plain, "\\u{:04x}", u32::from(character));
        } else {
            plain.push(character);
        }
    }
    writeln!(stdout(), "{plain}")
}

/// Rows whose columns stand below each other.
#[derive(Debug)]
pub(crate) struct Table(comfy_table::Table);

impl Table {
    /// A table without a line of titles.
    pub(crate) fn new() -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING);
        Self(table)
    }

    /// A table with titles.
    pub(crate) fn titled(titles: impl IntoIterator<Item = Cell>) -> Self {
        let mut table = Self::new();
        table.0.set_header(titles.into_iter().collect::<Vec<Cell>>());
        table
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.0.add_row(Row::from(cells.into_iter().collect::<Vec<Cell>>()));
    }

    /// Prints the rows, so many spaces from the left.
    pub(crate) fn print(mut self, indent: usize) -> io::Result<()> {
        for column in self.0.column_iter_mut() {
            column.set_padding((0, 2));
        }
        self.0.lines().try_for_each(|it| line(&format!("{:indent$}{}", "", it.trim_end())))
    }
}

/// A cell with text. It stays on one line.
pub(crate) fn text(text: &str) -> Cell {
    Cell::new(plain(text))
}

/// A cell with a number, or the title above numbers.
pub(crate) fn right(text: &str) -> Cell {
    Cell::new(plain(text)).set_alignment(CellAlignment::Right)
}

/// A cell with a number, its thousands apart.
pub(crate) fn number(number: u64) -> Cell {
    right(&grouped(number))
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The first of some names, at most so many, and how many more there are.
pub(crate) fn some(names: &[impl AsRef<str>], most: usize) -> String {
    let shown = names.iter().take(most).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Text of at most so many characters.
pub(crate) fn clipped(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

/// A word of a command line, as shells take it.
pub(crate) fn word(text: &str) -> String {
    let is_safe = |it: char| it.is_alphanumeric() || "-_./~:@%+=,".contains(it);
    if !text.is_empty() && !text.starts_with('~') && text.chars().all(is_safe) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_on_a_terminal() {
        assert_eq!(plain("Ünï 日本 \u{1f980}"), "Ünï 日本 \u{1f980}");
        assert_eq!(plain("a\u{1b}[2Jb"), r"a\u{1b}[2Jb");
        assert_eq!(plain("a\nb\r\tc\u{7f}\u{9b}"), r"a\u{a}b\u{d}\u{9}c\u{7f}\u{9b}");
        assert_eq!(plain("\u{202e}txt\u{2069}\u{2028}"), r"\u{202e}txt\u{2069}\u{2028}");
    }

    #[test]
    fn thousands_stand_apart() {
        let numbers = [0, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_word_is_one_word_to_a_shell() {
        let words = ["/tmp/x", "~x", "", "a b", "it's", "$x"].map(word);
        assert_eq!(words, ["/tmp/x", "'~x'", "''", "'a b'", r"'it'\''s'", "'$x'"]);
    }
}
