//! From text to tokens.

use super::error::QueryError;
use super::words;

/// A token with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// The byte where it begins.
    pub(super) at: usize,
    /// The byte where it ends.
    pub(super) end: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name or a keyword, with its dots; text in brackets is part of a name as it is.
    Word {
        text: String,
        is_quoted: bool,
    },
    /// `name.*`
    All(String),
    Text(String),
    Number(f64),
    /// Milliseconds since 1970.
    Date(f64),
    Now,
    Regex {
        pattern: String,
        any_case: bool,
    },
    Parameter(String),
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

/// The signs, the longest first.
const SIGNS: [&str; 28] = [
    "!~=", "!^=", "!$=", "~=", "^=", "$=", "!=", "<=", ">=", "<<", ">>", "=", "<", ">", "(", ")",
    "|", ",", "*", "!", "?", ".", "+", "-", "/", "^", "#", ":",
];

/// What is written for the operators of other languages.
const FOREIGN: [(&str, &str); 6] = [
    ("==", "Equality is written ="),
    ("<>", "Inequality is written !="),
    ("&&", "Write AND"),
    ("||", "Write OR"),
    ("%", "Text is compared with ~= (contains), ^= (starts with) and $= (ends with)"),
    (";", "A query ends without a sign"),
];

/// Splits a query into tokens. The last is [`Kind::End`].
pub(super) fn tokens(query: &str) -> Result<Vec<Token>, QueryError> {
    let mut lexer = Lexer { query, at: 0 };
    let mut tokens: Vec<Token> = Vec::new();
    loop {
        lexer.skip()?;
        let at = lexer.at;
        let kind = lexer.next(tokens.last())?;
        let is_end = kind == Kind::End;
        tokens.push(Token { kind, at, end: lexer.at });
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'q> {
    query: &'q str,
    at: usize,
}

impl<'q> Lexer<'q> {
    fn rest(&self) -> &'q str {
        &self.query[self.at..]
    }

    fn error(&self, message: impl Into<String>) -> QueryError {
        QueryError::new(self.query, self.at, message)
    }

    /// Passes over white space and comments.
    fn skip(&mut self) -> Result<(), QueryError> {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            if !self.rest().starts_with("/*") {
                return Ok(());
            }
            let length = self.rest().find("*/");
            self.at += length.ok_or_else(|| self.error("the comment does not end"))? + 2;
        }
    }

    fn next(&mut self, before: Option<&Token>) -> Result<Kind, QueryError> {
        let Some(first) = self.rest().chars().next() else { return Ok(Kind::End) };
        match first {
            '\'' | '"' => self.text(first),
            '‘' | '’' | '“' | '”' | '`' => {
                let hint = "Write ' or \" around text".to_owned();
                Err(self.error(format!("{first} does not quote text")).hint(Some(hint)))
            }
            '0'..='9' => self.number(),
            '[' => self.word(),
            '/' if may_be_regex(before) => self.regex(),
            _ if is_first(first) => self.word(),
            _ if self.rest().starts_with("${") => self.parameter("${", "}"),
            _ if self.rest().starts_with("{{") => self.parameter("{{", "}}"),
            _ => self.sign(first),
        }
    }

    fn text(&mut self, quote: char) -> Result<Kind, QueryError> {
        let (mut text, mut is_escaped) = (String::new(), false);
        for (at, next) in self.rest().char_indices().skip(1) {
            if is_escaped {
                // A backslash only means something before a quote, or before another one.
                if !matches!(next, '\'' | '"' | '\\') {
                    text.push('\\');
                }
                text.push(next);
                is_escaped = false;
            } else if next == '\\' {
                is_escaped = true;
            } else if next == quote {
                self.at += at + next.len_utf8();
                return Ok(Kind::Text(text));
            } else {
                text.push(next);
            }
        }
        Err(self.error("the text does not end").hint(Some(format!("Close it with {quote}"))))
    }

    fn number(&mut self) -> Result<Kind, QueryError> {
        let rest = self.rest();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let mut length = digits(rest);
        if rest[length..].starts_with('.') {
            let decimals = digits(&rest[length + 1..]);
            length += if decimals > 0 { 1 + decimals } else { 0 };
        }
        let number = rest[..length].parse();
        let number = number.map_err(|_| self.error("this is not a number"))?;
        self.at += length;
        Ok(Kind::Number(number))
    }

    fn regex(&mut self) -> Result<Kind, QueryError> {
        let mut is_escaped = false;
        for (at, next) in self.rest().char_indices().skip(1) {
            match next {
                '\n' => break,
                '/' if !is_escaped => {
                    let pattern = self.rest()[1..at].to_owned();
                    self.at += at + 1;
                    let any_case = self.rest().starts_with('i');
                    self.at += usize::from(any_case);
                    return Ok(Kind::Regex { pattern, any_case });
                }
                _ => is_escaped = next == '\\' && !is_escaped,
            }
        }
        Err(self.error("the regular expression does not end").hint(Some("Close it with /".into())))
    }

    fn parameter(&mut self, open: &str, close: &str) -> Result<Kind, QueryError> {
        let inner = &self.rest()[open.len()..];
        let end = inner.find(close);
        let end = end.ok_or_else(|| self.error(format!("the parameter lacks its {close}")))?;
        self.at += open.len() + end + close.len();
        Ok(Kind::Parameter(inner[..end].trim().to_owned()))
    }

    fn word(&mut self) -> Result<Kind, QueryError> {
        let start = self.at;
        // `date.now` comes first, since `date.now-15` would be a name otherwise.
        let now = self.rest().get(..8).filter(|it| it.eq_ignore_ascii_case("date.now"));
        let then = self.rest().as_bytes().get(8).copied().unwrap_or(b' ');
        if now.is_some() && !then.is_ascii_alphanumeric() && !matches!(then, b'_' | b'.') {
            self.at += 8;
            return Ok(Kind::Now);
        }
        let mut text = String::new();
        let mut is_quoted = false;
        loop {
            if self.rest().starts_with('[') {
                let end = self.rest().find(']');
                let end = end.ok_or_else(|| self.error("the name lacks its ]"))?;
                text.push_str(&self.rest()[1..end]);
                self.at += end + 1;
                is_quoted = true;
            } else {
                let rest = self.rest();
                let length = rest.find(|it| !is_further(it)).unwrap_or(rest.len());
                text.push_str(&rest[..length]);
                self.at += length;
            }
            let mut next = self.rest().chars();
            let is_longer = next.next() == Some('.')
                && next.next().is_some_and(|it| is_further(it) || it == '[');
            if !is_longer {
                break;
            }
            text.push('.');
            self.at += 1;
        }
        if text.eq_ignore_ascii_case("date") && self.rest().trim_start().starts_with('(') {
            return self.date(start);
        }
        if self.rest().starts_with(".*") {
            self.at += 2;
            return Ok(Kind::All(text));
        }
        Ok(Kind::Word { text, is_quoted })
    }

    fn date(&mut self, start: usize) -> Result<Kind, QueryError> {
        let (open, close) = (self.rest().find('('), self.rest().find(')'));
        if let (Some(open), Some(close)) = (open, close)
            && let Some(date) = words::date(self.rest()[open + 1..close.max(open + 1)].trim())
        {
            self.at += close + 1;
            return Ok(Kind::Date(date));
        }
        self.at = start;
        let hint = "A date is written like date(2026-11-28)".to_owned();
        Err(self.error("this is not a date").hint(Some(hint)))
    }

    fn sign(&mut self, first: char) -> Result<Kind, QueryError> {
        let foreign = FOREIGN.iter().find(|(sign, _)| self.rest().starts_with(sign));
        if let Some((sign, hint)) = foreign {
            let error = self.error(format!("{sign} is no operator"));
            return Err(error.hint(Some((*hint).to_owned())));
        }
        let sign = SIGNS.iter().find(|sign| self.rest().starts_with(**sign));
        let sign = sign.ok_or_else(|| self.error(format!("{first} means nothing here")))?;
        self.at += sign.len();
        Ok(Kind::Sign(sign))
    }
}

/// Whether a slash after a token begins a regular expression, and does not divide.
fn may_be_regex(before: Option<&Token>) -> bool {
    match before.map(|it| &it.kind) {
        Some(Kind::Sign(sign)) => !matches!(*sign, ")" | "*"),
        Some(Kind::Word { text, is_quoted: false }) => {
            ["and", "or"].iter().any(|it| text.eq_ignore_ascii_case(it))
        }
        _ => false,
    }
}

fn is_first(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '_' | '@')
}

fn is_further(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | ':' | '@' | '-')
}
