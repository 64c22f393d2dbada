//! Filters, as far as lists and reports are asked for with one: comparisons for equality, combined.

use serde_json::Value;

/// An expression such as `(PolicyId eq 'a') and (OwnerType eq '1' or OwnerType eq null)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Compare {
        name: String,
        is_equal: bool,
        /// Nothing stands for null.
        value: Option<String>,
    },
}

impl Filter {
    /// What lets everything through.
    pub(crate) const fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// Reads an expression; nothing if it is not one that is understood here.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut tokens = tokens(text)?;
        if tokens.is_empty() {
            return Some(Self::everything());
        }
        tokens.reverse();
        let filter = any(&mut tokens)?;
        tokens.is_empty().then_some(filter)
    }

    /// Whether something passes, of which the values are told by their names. What has no value of a
    /// name has null.
    pub(crate) fn accepts(&self, value_of: &impl Fn(&str) -> Option<Value>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.accepts(value_of)),
            Self::Any(parts) => parts.iter().any(|part| part.accepts(value_of)),
            Self::Compare { name, is_equal, value } => {
                let found = match value_of(name).unwrap_or_default() {
                    Value::Null => None,
                    Value::String(text) => Some(text),
                    other => Some(other.to_string()),
                };
                let is_same = match (&found, value) {
                    (Some(found), Some(value)) => found.eq_ignore_ascii_case(value),
                    (found, value) => found.is_none() && value.is_none(),
                };
                is_same == *is_equal
            }
        }
    }

    /// Takes out the value that something must have to pass, if there is one.
    pub(crate) fn take(&mut self, wanted: &str) -> Option<String> {
        match self {
            Self::Compare { name, is_equal: true, value: Some(value) } if name == wanted => {
                let value = value.clone();
                *self = Self::everything();
                Some(value)
            }
            Self::All(parts) => parts.iter_mut().find_map(|part| part.take(wanted)),
            _ => None,
        }
    }

    /// Whether it lets everything through.
    pub(crate) fn is_everything(&self) -> bool {
        matches!(self, Self::All(parts) if parts.iter().all(Self::is_everything))
    }

    /// A name for which none of some stand.
    pub(crate) fn unknown(&self, known: &impl Fn(&str) -> bool) -> Option<&str> {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().find_map(|part| part.unknown(known))
            }
            Self::Compare { name, .. } => (!known(name)).then_some(name),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Word(String),
    Text(String),
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '\'' => quoted(rest)?,
            _ => {
                let end = rest.find(|it: char| it.is_whitespace() || "()'".contains(it));
                let word = &rest[..end.unwrap_or(rest.len())];
                (Token::Word(word.to_owned()), word.len())
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

/// A text in quotation marks, of which two stand for one, and how long it is with them.
fn quoted(rest: &str) -> Option<(Token, usize)> {
    let mut end = 1;
    loop {
        end += rest.get(end..)?.find('\'')?;
        if rest[end + 1..].starts_with('\'') {
            end += 2;
        } else {
            return Some((Token::Text(rest[1..end].replace("''", "'")), end + 1));
        }
    }
}

/// Reads what is combined by `or`. The next token is the last.
fn any(tokens: &mut Vec<Token>) -> Option<Filter> {
    combined(tokens, "or", all, Filter::Any)
}

fn all(tokens: &mut Vec<Token>) -> Option<Filter> {
    combined(tokens, "and", one, Filter::All)
}

fn combined(
    tokens: &mut Vec<Token>,
    word: &str,
    read: fn(&mut Vec<Token>) -> Option<Filter>,
    make: fn(Vec<Filter>) -> Filter,
) -> Option<Filter> {
    let mut parts = vec![read(tokens)?];
    while matches!(tokens.last(), Some(Token::Word(next)) if next == word) {
        tokens.pop();
        parts.push(read(tokens)?);
    }
    if parts.len() == 1 { parts.pop() } else { Some(make(parts)) }
}

fn one(tokens: &mut Vec<Token>) -> Option<Filter> {
    match tokens.pop()? {
        Token::Open => {
            let inner = any(tokens)?;
            (tokens.pop()? == Token::Close).then_some(inner)
        }
        Token::Word(name) => {
            let is_equal = match tokens.pop()? {
                Token::Word(word) if word == "eq" => true,
                Token::Word(word) if word == "ne" => false,
                _ => return None,
            };
            let value = match tokens.pop()? {
                Token::Text(text) => Some(text),
                Token::Word(word) if word == "null" => None,
                Token::Word(word) => Some(word),
                Token::Open | Token::Close => return None,
            };
            Some(Filter::Compare { name, is_equal, value })
        }
        Token::Close | Token::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accepts(filter: &str, row: &Value) -> bool {
        Filter::parse(filter).unwrap().accepts(&|name| row.get(name).cloned())
    }

    #[test]
    fn what_is_combined_is_read_as_it_is_nested() {
        let row = json!({ "a": "X", "b": 2, "c": true, "d": "it's" });
        for filter in [
            "",
            "(a eq 'x')",
            "a eq 'x' and b eq '2'",
            "a eq 'y' or (b eq 2 and c eq true)",
            "e eq null",
            "d eq 'it''s'",
            "(a ne 'y') and ((b eq 1) or (c ne false))",
        ] {
            assert!(accepts(filter, &row), "{filter}");
        }
        for filter in ["a eq 'y'", "a eq null", "b ne '2'", "c eq true and a eq 'y' or b eq 3"] {
            assert!(!accepts(filter, &row), "{filter}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for filter in ["a", "a eq", "a gt 1", "(a eq 1", "a eq 1)", "a eq 'x", "isof('b')", "and"] {
            assert_eq!(Filter::parse(filter), None, "{filter}");
        }
    }

    #[test]
    fn what_has_to_be_equal_is_taken_out_and_the_rest_stays() {
        let mut filter = Filter::parse("(b eq 2) and (PolicyId eq 'p')").unwrap();
        assert_eq!(filter.take("PolicyId"), Some("p".to_owned()));
        assert!(!filter.is_everything());
        assert_eq!(filter.take("b"), Some("2".to_owned()));
        assert!(filter.is_everything());
        let mut either = Filter::parse("PolicyId eq 'p' or b eq 2").unwrap();
        assert_eq!(either.take("PolicyId"), None);
    }
}
