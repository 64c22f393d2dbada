//! How a filter is written.

use std::iter::Peekable;
use std::vec::IntoIter;

use serde_json::Value;

use super::{Filter, Operator};

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
}

impl Filter {
    /// Reads what `$search` asks for, such as `"displayName:video" OR "mail:info"`; nothing if it
    /// is malformed.
    pub(crate) fn of_search(text: &str) -> Option<Self> {
        let join = |parts: &str, word: &str, read: &dyn Fn(&str) -> Option<Self>, or: bool| {
            let parts: Option<Vec<Self>> = parts.split(word).map(read).collect();
            parts?.into_iter().reduce(|one, other| {
                let (one, other) = (Box::new(one), Box::new(other));
                if or { Self::Or(one, other) } else { Self::And(one, other) }
            })
        };
        let both = |text: &str| join(text, " AND ", &clause, false);
        join(text, " OR ", &both, true)
    }
}

/// A clause of a search: a property and words, in double quotes.
fn clause(text: &str) -> Option<Filter> {
    let text = text.trim().strip_prefix('"')?.strip_suffix('"')?;
    let (path, words) = text.split_once(':').filter(|_| !text.contains('"'))?;
    let words = words.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    (!words.is_empty()).then(|| Filter::Words { path: path.to_owned(), words })
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
            if let Some(path) = word.strip_suffix("/any") {
                return any(path.to_owned(), tokens);
            }
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

/// What an element of a list has to be like, behind the bracket: `x:x/id eq '1')`.
fn any(path: String, tokens: &mut Tokens) -> Option<Filter> {
    let Token::Word(first) = tokens.next()? else { return None };
    let (variable, rest) = first.split_once(':')?;
    let mut depth = 1_u32;
    let mut inner: Vec<Token> =
        (!rest.is_empty()).then(|| Token::Word(rest.to_owned())).into_iter().collect();
    loop {
        let token = tokens.next()?;
        match token {
            Token::Open => depth += 1,
            Token::Close => depth -= 1,
            _ => (),
        }
        if depth == 0 {
            break;
        }
        inner.push(token);
    }
    // The variable is where paths begin, so it is left out of them.
    for token in &mut inner {
        if let Token::Word(word) = token
            && let Some(rest) = word.strip_prefix(variable)
            && (rest.is_empty() || rest.starts_with('/'))
        {
            *word = rest.trim_start_matches('/').to_owned();
        }
    }
    let mut inner = inner.into_iter().peekable();
    let filter = either(&mut inner)?;
    inner.next().is_none().then(|| Filter::Any { path, inner: Box::new(filter) })
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
