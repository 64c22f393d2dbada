//! What is wrong with a query, where, and what was probably meant.

use std::fmt;

/// What is wrong with a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// What is wrong, as a sentence without its full stop.
    pub message: String,
    /// What was probably meant, as a sentence without its full stop.
    pub hint: Option<String>,
    /// Where it is, counted from 1.
    pub line: usize,
    /// Which character of the line, counted from 1.
    pub column: usize,
    /// The line.
    excerpt: String,
}

impl QueryError {
    /// Says what is wrong at a byte of a query.
    pub(crate) fn new(query: &str, at: usize, message: impl Into<String>) -> Self {
        let mut at = at.min(query.len());
        while !query.is_char_boundary(at) {
            at -= 1;
        }
        let before = &query[..at];
        let begin = before.rfind('\n').map_or(0, |it| it + 1);
        let excerpt = query[begin..].lines().next().unwrap_or_default().to_owned();
        Self {
            message: message.into(),
            hint: None,
            line: before.matches('\n').count() + 1,
            column: query[begin..at].chars().count() + 1,
            excerpt,
        }
    }

    /// Adds what was probably meant.
    #[must_use]
    pub(crate) fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

/// How much of a long line is shown before and after the place.
const SHOWN: usize = 60;

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, hint, line, column, excerpt } = self;
        writeln!(f, "line {line}, column {column}: {message}")?;
        let skipped = (column - 1).saturating_sub(SHOWN);
        let shown: String = excerpt.chars().skip(skipped).take(2 * SHOWN).collect();
        writeln!(f, "  {}", shown.replace('\t', " "))?;
        write!(f, "  {}^", " ".repeat(column - 1 - skipped))?;
        match hint {
            Some(hint) => write!(f, "\n{hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for QueryError {}

/// The name that is nearest to a misspelt one, if one is near enough.
pub fn nearest<'n>(misspelt: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = misspelt.to_lowercase();
    let furthest = (wanted.chars().count() / 4).clamp(1, 4);
    let near = names.into_iter().filter_map(|name| {
        let distance = strsim::osa_distance(&wanted, &name.to_lowercase());
        (distance <= furthest && name != misspelt).then_some((distance, name))
    });
    // The first in the alphabet of those that are equally near, so that the answer never varies.
    near.min().map(|(_, name)| name)
}
