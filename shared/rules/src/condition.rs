//! When a rule fires: a comparison such as `total > 0`, `new > 0` or
//! `total > previous.total * 1.1`.

use std::collections::BTreeMap;

use serde_json::Value;

/// When a rule fires.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// If all of these are fulfilled.
    All(Vec<Self>),
    /// If one of these is fulfilled.
    Any(Vec<Self>),
    /// If two numbers compare so.
    Compare(Sum, Relation, Sum),
}

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The left is greater.
    Greater,
    /// The left is not less.
    AtLeast,
    /// The left is less.
    Less,
    /// The left is not greater.
    AtMost,
    /// They are equal.
    Equal,
    /// They are not equal.
    Unequal,
}

/// A number, and how it comes about.
#[derive(Clone, Debug, PartialEq)]
pub enum Sum {
    /// It is always the same.
    Number(f64),
    /// It is measured: of a query, or of all of them together.
    Measure(Option<String>, Measure),
    /// Two numbers are calculated with.
    Two(Box<Self>, char, Box<Self>),
}

/// What is measured of a query's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many rows it has.
    Total,
    /// How many it had the last time.
    PreviousTotal,
    /// How many of them were not there the last time.
    New,
    /// How many were there the last time, and are not now.
    Gone,
    /// How many are there as they were the last time, with other values.
    Changed,
}

/// What was measured of one query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measures {
    /// How many rows it has.
    pub total: u64,
    /// How many it had the last time.
    pub previous: u64,
    /// How many of them were not there the last time.
    pub new: u64,
    /// How many were there the last time, and are not now.
    pub gone: u64,
    /// How many have other values than the last time.
    pub changed: u64,
}

/// Why a condition cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the condition {text} cannot be read: {why}")]
pub struct ConditionError {
    text: String,
    why: String,
}

impl Condition {
    /// Reads a condition as text, also between `{{` and `}}`, or as the lists that `JupiterOne`
    /// writes.
    ///
    /// # Errors
    ///
    /// If it makes no sense.
    pub fn read(written: &Value) -> Result<Self, ConditionError> {
        let in_text = |why| ConditionError { text: written.to_string(), why };
        match written {
            Value::String(text) => Self::parse(text),
            Value::Array(items) => match items.as_slice() {
                [Value::String(word), rest @ ..] if word == "AND" || word == "OR" => {
                    let parts = rest.iter().map(Self::read).collect::<Result<_, _>>()?;
                    Ok(if word == "AND" { Self::All(parts) } else { Self::Any(parts) })
                }
                [left, Value::String(relation), right] => {
                    let side = |it: &Value| match it {
                        Value::String(text) => text.clone(),
                        other => other.to_string(),
                    };
                    Self::parse(&format!("{} {relation} {}", side(left), side(right)))
                }
                _ => Err(in_text("write [LEFT, COMPARISON, RIGHT]".to_owned())),
            },
            _ => Err(in_text("write a text such as \"total > 0\"".to_owned())),
        }
    }

    /// Reads a condition as text.
    ///
    /// # Errors
    ///
    /// If it makes no sense.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let in_text = |why| ConditionError { text: text.to_owned(), why };
        let inner = text.trim();
        let inner = inner.strip_prefix("{{").and_then(|it| it.strip_suffix("}}")).unwrap_or(inner);
        let tokens = tokens(inner).map_err(in_text)?;
        let mut parser = Parser { tokens, at: 0 };
        let condition = parser.any(0).map_err(in_text)?;
        match parser.peek() {
            None => Ok(condition),
            Some(rest) => Err(in_text(format!("nothing is expected where it says {rest}"))),
        }
    }

    /// Whether it is fulfilled.
    #[must_use]
    pub fn holds(&self, measures: &BTreeMap<String, Measures>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|it| it.holds(measures)),
            Self::Any(parts) => parts.iter().any(|it| it.holds(measures)),
            Self::Compare(left, relation, right) => {
                let (left, right) = (left.value(measures), right.value(measures));
                match relation {
                    Relation::Greater => left > right,
                    Relation::AtLeast => left >= right,
                    Relation::Less => left < right,
                    Relation::AtMost => left <= right,
                    Relation::Equal => left.total_cmp(&right).is_eq(),
                    Relation::Unequal => left.total_cmp(&right).is_ne(),
                }
            }
        }
    }

    /// What it measures: of which query, and what.
    pub fn measures(&self) -> Vec<(Option<&str>, Measure)> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::measures).collect(),
            Self::Compare(left, _, right) => [left, right].into_iter().flat_map(Sum::all).collect(),
        }
    }
}

impl Sum {
    fn all(&self) -> Vec<(Option<&str>, Measure)> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Measure(query, measure) => vec![(query.as_deref(), *measure)],
            Self::Two(left, _, right) => {
                [left, right].into_iter().flat_map(|it| it.all()).collect()
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody counts that many rows")]
    fn value(&self, measures: &BTreeMap<String, Measures>) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Measure(query, measure) => {
                let wanted = measures
                    .iter()
                    .filter(|(name, _)| query.as_ref().is_none_or(|query| query == *name));
                let of = |it: &Measures| match measure {
                    Measure::Total => it.total,
                    Measure::PreviousTotal => it.previous,
                    Measure::New => it.new,
                    Measure::Gone => it.gone,
                    Measure::Changed => it.changed,
                };
                wanted.map(|(_, it)| of(it)).sum::<u64>() as f64
            }
            Self::Two(left, sign, right) => {
                let (left, right) = (left.value(measures), right.value(measures));
                match sign {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ => left / right,
                }
            }
        }
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |it: char| it.is_alphanumeric() || it == '_' || it == '.';
        let length = if is_word(first) {
            // A name may hold a hyphen: `queries.my-query.total`.
            let within = |it: char| is_word(it) || it == '-' && !first.is_ascii_digit();
            rest.find(|it| !within(it)).unwrap_or(rest.len())
        } else if [">=", "<=", "!=", "==", "&&", "||"].iter().any(|it| rest.starts_with(it)) {
            2
        } else if "><=+-*/()".contains(first) {
            1
        } else {
            return Err(format!("{first} means nothing here"));
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// How deep parentheses may lie in each other.
const DEEPEST: usize = 32;

struct Parser {
    tokens: Vec<String>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn take(&mut self, words: &[&str]) -> Option<String> {
        let token = self.peek()?.to_owned();
        words.iter().any(|it| it.eq_ignore_ascii_case(&token)).then(|| {
            self.at += 1;
            token
        })
    }

    fn any(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.all(depth)?];
        while self.take(&["or", "||"]).is_some() {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.one(depth)?];
        while self.take(&["and", "&&"]).is_some() {
            parts.push(self.one(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Result<Condition, String> {
        if depth > DEEPEST {
            return Err(format!("parentheses lie more than {DEEPEST} deep in each other"));
        }
        let start = self.at;
        if self.take(&["("]).is_some()
            && let Ok(inner) = self.any(depth + 1)
            && self.take(&[")"]).is_some()
        {
            return Ok(inner);
        }
        // The parenthesis belongs to a calculation.
        self.at = start;
        let left = self.sum(depth)?;
        let relation = match self.take(&[">", ">=", "<", "<=", "=", "==", "!="]).as_deref() {
            Some(">") => Relation::Greater,
            Some(">=") => Relation::AtLeast,
            Some("<") => Relation::Less,
            Some("<=") => Relation::AtMost,
            Some("=" | "==") => Relation::Equal,
            Some(_) => Relation::Unequal,
            None => return Err("a comparison with >, >=, <, <=, = or != is missing".to_owned()),
        };
        Ok(Condition::Compare(left, relation, self.sum(depth)?))
    }

    fn sum(&mut self, depth: usize) -> Result<Sum, String> {
        let mut sum = self.product(depth)?;
        while let Some(sign) = self.take(&["+", "-"]) {
            let sign = if sign == "+" { '+' } else { '-' };
            sum = Sum::Two(Box::new(sum), sign, Box::new(self.product(depth)?));
        }
        Ok(sum)
    }

    fn product(&mut self, depth: usize) -> Result<Sum, String> {
        let mut product = self.atom(depth)?;
        while let Some(sign) = self.take(&["*", "/"]) {
            let sign = if sign == "*" { '*' } else { '/' };
            product = Sum::Two(Box::new(product), sign, Box::new(self.atom(depth)?));
        }
        Ok(product)
    }

    fn atom(&mut self, depth: usize) -> Result<Sum, String> {
        if depth > DEEPEST {
            return Err(format!("parentheses lie more than {DEEPEST} deep in each other"));
        }
        if self.take(&["("]).is_some() {
            let sum = self.sum(depth + 1)?;
            return match self.take(&[")"]) {
                Some(_) => Ok(sum),
                None => Err("a parenthesis is not closed".to_owned()),
            };
        }
        let Some(word) = self.peek().map(str::to_owned) else {
            return Err("a number or a name is missing at its end".to_owned());
        };
        self.at += 1;
        if let Ok(number) = word.parse::<f64>() {
            return Ok(Sum::Number(number));
        }
        measure(&word).ok_or_else(|| {
            format!(
                "there is no {word}; there are total, previous.total, new, gone and changed, each \
                 also as queries.NAME.total"
            )
        })
    }
}

fn measure(word: &str) -> Option<Sum> {
    let (is_previous, rest) = match word.strip_prefix("previous.") {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    let (query, name) = match rest.strip_prefix("queries.") {
        Some(rest) => rest.rsplit_once('.').map(|(query, name)| (Some(query), name))?,
        None => (None, rest),
    };
    let measure = match (is_previous, name) {
        (false, "total") => Measure::Total,
        (true, "total") => Measure::PreviousTotal,
        (false, "new") => Measure::New,
        (false, "gone") => Measure::Gone,
        (false, "changed") => Measure::Changed,
        _ => return None,
    };
    Some(Sum::Measure(query.map(str::to_owned), measure))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(written: &Value) -> bool {
        let a = Measures { total: 5, previous: 4, new: 2, gone: 1, changed: 0 };
        let b = Measures { total: 1, ..Measures::default() };
        let measures = BTreeMap::from([("query0".to_owned(), a), ("b-1".to_owned(), b)]);
        Condition::read(written).unwrap().holds(&measures)
    }

    #[test]
    fn conditions_are_read_as_people_and_jupiterone_write_them() {
        for (written, expected) in [
            (json!("total > 5"), true),
            (json!("{{queries.query0.total > 5}}"), false),
            (json!("{{ queries.b-1.total=1 }}"), true),
            (json!("new > 0 AND gone = 1 and changed == 0"), true),
            (json!("new > 9 OR (gone > 9 OR total >= 6)"), true),
            (json!("total > previous.total * 1.4"), true),
            (json!("total > previous.total * 1.6"), false),
            (json!("(total - 1) / 5 = 1"), true),
            (
                json!(["AND", ["queries.query0.total", ">", 0], ["queries.b-1.total", "!=", 1]]),
                false,
            ),
            (json!(["OR", ["queries.query0.total", "<", 0], ["queries.b-1.total", "<=", 1]]), true),
        ] {
            assert_eq!(holds(&written), expected, "{written}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (written, why) in [
            (json!("totl > 0"), "there is no totl"),
            (json!("total"), "a comparison"),
            (json!("total > "), "missing at its end"),
            (json!("total > 0 0"), "nothing is expected"),
            (json!("total > 'a'"), "means nothing here"),
            (json!(5), "write a text"),
            (json!("(".repeat(10_000)), "deep in each other"),
        ] {
            let error = Condition::read(&written).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
