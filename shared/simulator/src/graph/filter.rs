//! The parameter `$filter`: comparisons, `in`, `startsWith`, `endsWith`, `and`, `or` and `not`.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::vec::IntoIter;

use serde_json::Value;

/// What an object has to be like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Compare { path: String, operator: Operator, value: Value },
    In { path: String, values: Vec<Value> },
    Starts { path: String, with: String },
    Ends { path: String, with: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Comma,
    Word(String),
    Text(String),
}

impl Filter {
    /// Reads a filter; nothing if it is malformed, or has something that is not honoured here.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut tokens = tokens(text)?.into_iter().peekable();
        let filter = either(&mut tokens)?;
        tokens.next().is_none().then_some(filter)
    }

    /// Whether the directory answers it only with eventual consistency.
    pub(crate) fn is_advanced(&self) -> bool {
        match self {
            Self::And(one, other) | Self::Or(one, other) => {
                one.is_advanced() || other.is_advanced()
            }
            Self::Not(_) | Self::Ends { .. } => true,
            Self::Compare { operator, .. } => *operator == Operator::Unequal,
            Self::In { .. } | Self::Starts { .. } => false,
        }
    }

    /// The names of the properties that it looks at.
    pub(crate) fn properties(&self) -> Vec<&str> {
        match self {
            Self::And(one, other) | Self::Or(one, other) => {
                one.properties().into_iter().chain(other.properties()).collect()
            }
            Self::Not(inner) => inner.properties(),
            Self::Compare { path, .. }
            | Self::In { path, .. }
            | Self::Starts { path, .. }
            | Self::Ends { path, .. } => vec![path.split('/').next().unwrap_or(path)],
        }
    }

    /// Whether an object is like that. It is asked for its properties by name.
    pub(crate) fn matches(&self, property: &dyn Fn(&str) -> Option<Value>) -> bool {
        let value = |path: &str| {
            let (name, rest) = path.split_once('/').unwrap_or((path, ""));
            let found = property(name)?;
            if rest.is_empty() { Some(found) } else { found.pointer(&format!("/{rest}")).cloned() }
        };
        let text = |path: &str| {
            let found = value(path)?;
            Some(found.as_str()?.to_lowercase())
        };
        match self {
            Self::And(one, other) => one.matches(property) && other.matches(property),
            Self::Or(one, other) => one.matches(property) || other.matches(property),
            Self::Not(inner) => !inner.matches(property),
            Self::Compare { path, operator, value: wanted } => {
                compare(&value(path).unwrap_or_default(), *operator, wanted)
            }
            Self::In { path, values } => {
                let found = value(path).unwrap_or_default();
                values.iter().any(|wanted| compare(&found, Operator::Equal, wanted))
            }
            Self::Starts { path, with } => {
                text(path).is_some_and(|it| it.starts_with(&with.to_lowercase()))
            }
            Self::Ends { path, with } => {
                text(path).is_some_and(|it| it.ends_with(&with.to_lowercase()))
            }
        }
    }

    /// The values that a property must have one of, if that is all there is to the filter.
    pub(crate) fn values_of(&self, name: &str) -> Option<Vec<&str>> {
        match self {
            Self::Or(one, other) => {
                let mut values = one.values_of(name)?;
                values.extend(other.values_of(name)?);
                Some(values)
            }
            Self::Compare { path, operator: Operator::Equal, value } if path == name => {
                Some(vec![value.as_str()?])
            }
            Self::In { path, values } if path == name => values.iter().map(Value::as_str).collect(),
            _ => None,
        }
    }

    /// The value that a property must have, whatever else there is to the filter.
    pub(crate) fn value_of(&self, name: &str) -> Option<&str> {
        match self {
            Self::And(one, other) => one.value_of(name).or_else(|| other.value_of(name)),
            Self::Compare { path, operator: Operator::Equal, value } if path == name => {
                value.as_str()
            }
            _ => None,
        }
    }
}

/// Texts are compared without case. What cannot be compared is not equal.
fn compare(found: &Value, operator: Operator, wanted: &Value) -> bool {
    let order = match (found, wanted) {
        (Value::String(found), Value::String(wanted)) => {
            Some(found.to_lowercase().cmp(&wanted.to_lowercase()))
        }
        (Value::Number(found), Value::Number(wanted)) => found
            .as_f64()
            .zip(wanted.as_f64())
            .and_then(|(found, wanted)| found.partial_cmp(&wanted)),
        _ => (found == wanted).then_some(Ordering::Equal),
    };
    match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::Unequal => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessOrEqual => order.is_some_and(Ordering::is_le),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
    }
}

type Tokens = Peekable<IntoIter<Token>>;

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '\'' => quoted(rest)?,
            _ => {
                let end = rest.find(|it: char| it.is_whitespace() || "(),'".contains(it));
                let end = end.unwrap_or(rest.len());
                (Token::Word(rest[..end].to_owned()), end)
            }
        };
        tokens.push(length.0);
        rest = rest[length.1..].trim_start();
    }
    Some(tokens)
}

/// A text in quotes, in which two of them stand for one, and how long it is.
fn quoted(text: &str) -> Option<(Token, usize)> {
    let (mut value, mut at) = (String::new(), 1);
    loop {
        let end = at + text.get(at..)?.find('\'')?;
        value.push_str(&text[at..end]);
        if text[end + 1..].starts_with('\'') {
            value.push('\'');
            at = end + 2;
        } else {
            return Some((Token::Text(value), end + 1));
        }
    }
}

fn either(tokens: &mut Tokens) -> Option<Filter> {
    let mut filter = both(tokens)?;
    while is_word(tokens.peek(), "or") {
        tokens.next();
        filter = Filter::Or(Box::new(filter), Box::new(both(tokens)?));
    }
    Some(filter)
}

fn both(tokens: &mut Tokens) -> Option<Filter> {
    let mut filter = single(tokens)?;
    while is_word(tokens.peek(), "and") {
        tokens.next();
        filter = Filter::And(Box::new(filter), Box::new(single(tokens)?));
    }
    Some(filter)
}

fn single(tokens: &mut Tokens) -> Option<Filter> {
    match tokens.next()? {
        Token::Open => {
            let filter = either(tokens)?;
            (tokens.next()? == Token::Close).then_some(filter)
        }
        Token::Word(word) if word.eq_ignore_ascii_case("not") => {
            Some(Filter::Not(Box::new(single(tokens)?)))
        }
        Token::Word(word) if tokens.peek() == Some(&Token::Open) => {
            tokens.next();
            let Token::Word(path) = tokens.next()? else { return None };
            (tokens.next()? == Token::Comma).then_some(())?;
            let Token::Text(with) = tokens.next()? else { return None };
            (tokens.next()? == Token::Close).then_some(())?;
            match word.to_ascii_lowercase().as_str() {
                "startswith" => Some(Filter::Starts { path, with }),
                "endswith" => Some(Filter::Ends { path, with }),
                _ => None,
            }
        }
        Token::Word(path) => comparison(path, tokens),
        _ => None,
    }
}

fn comparison(path: String, tokens: &mut Tokens) -> Option<Filter> {
    let Token::Word(operator) = tokens.next()? else { return None };
    let operator = match operator.to_ascii_lowercase().as_str() {
        "eq" => Operator::Equal,
        "ne" => Operator::Unequal,
        "lt" => Operator::Less,
        "le" => Operator::LessOrEqual,
        "gt" => Operator::Greater,
        "ge" => Operator::GreaterOrEqual,
        "in" => {
            (tokens.next()? == Token::Open).then_some(())?;
            let mut values = vec![literal(tokens.next()?)?];
            while tokens.peek() == Some(&Token::Comma) {
                tokens.next();
                values.push(literal(tokens.next()?)?);
            }
            return (tokens.next()? == Token::Close).then_some(Filter::In { path, values });
        }
        _ => return None,
    };
    Some(Filter::Compare { path, operator, value: literal(tokens.next()?)? })
}

/// A value. Dates stand without quotes, and are compared as texts.
fn literal(token: Token) -> Option<Value> {
    match token {
        Token::Text(text) => Some(text.into()),
        Token::Word(word) => Some(serde_json::from_str(&word).unwrap_or(Value::String(word))),
        _ => None,
    }
}

fn is_word(token: Option<&Token>, wanted: &str) -> bool {
    matches!(token, Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(filter: &str) -> bool {
        let object = json!({
            "name": "Müller's",
            "size": 3,
            "is": true,
            "none": null,
            "at": "2026-10-01T00:00:00Z",
            "deep": { "er": "x" },
        });
        let filter = Filter::parse(filter).unwrap_or_else(|| panic!("{filter}"));
        filter.matches(&|name| object.get(name).cloned())
    }

    #[test]
    fn comparisons_and_their_combinations() {
        for filter in [
            "name eq 'müller''S'",
            "size ge 3 and size lt 4",
            "is eq true",
            "none eq null and name ne null",
            "at gt 2026-09-30T00:00:00Z",
            "deep/er in ('y', 'x')",
            "startsWith(name,'MÜ') and endswith(name, 's')",
            "not(size eq 4) and (size eq 1 or size eq 3)",
            "size eq 1 or size eq 3 and is eq true",
        ] {
            assert!(matches(filter), "{filter}");
        }
        for filter in ["name eq 'x'", "size eq '3'", "none ne null", "deep/none eq 'x'"] {
            assert!(!matches(filter), "{filter}");
        }
    }

    #[test]
    fn what_is_not_understood_is_not_guessed() {
        for filter in [
            "",
            "name",
            "name eq",
            "name eq 'x",
            "name eq 'x' and",
            "members/any(m:m/id eq 'x')",
            "(is eq true",
        ] {
            assert_eq!(Filter::parse(filter), None, "{filter}");
        }
    }

    #[test]
    fn the_values_of_one_property_can_be_told() {
        let filter = Filter::parse("id eq 'a' or id in ('b','c')").unwrap();
        assert_eq!(filter.values_of("id"), Some(vec!["a", "b", "c"]));
        assert_eq!(Filter::parse("id eq 'a' or x eq 'b'").unwrap().values_of("id"), None);
        let filter = Filter::parse("groupId eq 'a' and accessId eq 'member'").unwrap();
        assert_eq!((filter.value_of("groupId"), filter.value_of("id")), (Some("a"), None));
        assert!(Filter::parse("id ne 'a'").unwrap().is_advanced() && !filter.is_advanced());
    }
}
