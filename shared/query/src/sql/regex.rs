//! Regular expressions that mean the same to every engine.
//!
//! Engines disagree about what `\d`, `$` or `(?i)` are. So an expression is written anew with what
//! they agree about: characters, sets of characters, repetition, choice, and both ends of a text.

use std::fmt::Write as _;

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::error::SqlError;

/// An expression that matches the same texts.
pub(super) fn portable(regex: &Regex) -> Result<String, SqlError> {
    let pattern = regex.as_str();
    let lacks = |what| SqlError::Regex { pattern: pattern.to_owned(), what };
    let hir = regex_syntax::parse(pattern).map_err(|_| lacks("expression"))?;
    let mut text = String::new();
    write(&hir, &mut text).map_err(lacks)?;
    Ok(text)
}

fn write(hir: &Hir, text: &mut String) -> Result<(), &'static str> {
    match hir.kind() {
        HirKind::Empty => (),
        HirKind::Literal(literal) => {
            let literal = std::str::from_utf8(&literal.0).map_err(|_| "bytes that are no text")?;
            literal.chars().for_each(|it| character(it, text));
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            let is_negated = class.ranges().last().is_some_and(|it| it.end() == char::MAX);
            if is_negated {
                class.negate();
            }
            // Everything, or nothing, is no set that can be written.
            if class.ranges().is_empty() {
                text.push_str(if is_negated { r"[\s\S]" } else { r"[^\s\S]" });
                return Ok(());
            }
            text.push_str(if is_negated { "[^" } else { "[" });
            for range in class.ranges() {
                character(range.start(), text);
                if range.end() > range.start() {
                    text.push('-');
                    character(range.end(), text);
                }
            }
            text.push(']');
        }
        HirKind::Class(Class::Bytes(_)) => return Err("bytes that are no text"),
        HirKind::Look(Look::Start) => text.push_str(r"\A"),
        HirKind::Look(Look::End) => text.push_str(r"\z"),
        HirKind::Look(_) => return Err("ends of lines or words"),
        HirKind::Repetition(it) => {
            group(&it.sub, text)?;
            match (it.min, it.max) {
                (0, None) => text.push('*'),
                (1, None) => text.push('+'),
                (0, Some(1)) => text.push('?'),
                (min, None) => {
                    let _ = write!(text, "{{{min},}}");
                }
                (min, Some(max)) => {
                    let _ = write!(text, "{{{min},{max}}}");
                }
            }
        }
        HirKind::Capture(it) => group(&it.sub, text)?,
        HirKind::Concat(all) => all.iter().try_for_each(|it| group_choice(it, text))?,
        HirKind::Alternation(all) => {
            for (at, it) in all.iter().enumerate() {
                if at > 0 {
                    text.push('|');
                }
                write(it, text)?;
            }
        }
    }
    Ok(())
}

fn group(hir: &Hir, text: &mut String) -> Result<(), &'static str> {
    text.push_str("(?:");
    write(hir, text)?;
    text.push(')');
    Ok(())
}

/// A choice among what follows on each other stands in brackets.
fn group_choice(hir: &Hir, text: &mut String) -> Result<(), &'static str> {
    let is_choice = matches!(hir.kind(), HirKind::Alternation(_));
    if is_choice { group(hir, text) } else { write(hir, text) }
}

fn character(it: char, text: &mut String) {
    if it.is_ascii_control() {
        let _ = write!(text, "\\x{:02X}", u32::from(it));
    } else {
        if it.is_ascii_punctuation() || it == ' ' {
            text.push('\\');
        }
        text.push(it);
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn expressions_are_written_with_what_all_engines_know() {
        let of = |it: &str| portable(&Regex::new(it).unwrap());
        for (pattern, expected) in [
            ("^x", r"\Ax"),
            ("a.b$", r"a[^\x0A]b\z"),
            ("(?i)jo", "[Jj][Oo]"),
            ("a|bc", "a|bc"),
            ("x(?:a|bc)y", "x(?:a|bc)y"),
            ("(ab)+?", "(?:(?:ab))+"),
            ("a{2,3}b{4,}", "(?:a){2,3}(?:b){4,}"),
            ("[^a-c]", "[^a-c]"),
            (r"10\.0", r"10\.0"),
            ("a'b", r"a\'b"),
            (r"[\s\S]", r"[\s\S]"),
        ] {
            let written = of(pattern).unwrap();
            assert_eq!(written, expected, "{pattern}");
            // What is written means the same to the engine that executes queries here.
            let (was, is) = (Regex::new(pattern).unwrap(), Regex::new(&written).unwrap());
            for text in
                ["", "x", "ax", "a\nb", "aXb", "JO", "abab", "aabbbb", "10.0", "1000", "a'b"]
            {
                assert_eq!(was.is_match(text), is.is_match(text), "{pattern} in {text:?}");
            }
        }
        assert!(of(r"\bword").is_err());
        assert!(of("(?m)^line").is_err());
    }
}
