//! The value of a property.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Number, Value};

/// The value of a property of one entity or relationship.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// It is not there.
    Undefined,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// A string.
    Text(Arc<str>),
    /// A list.
    List(Arc<[Self]>),
    /// An object.
    Object(Arc<Value>),
}

impl Cell {
    /// A string.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// Whether there is a value.
    #[must_use]
    pub const fn is_defined(&self) -> bool {
        !matches!(self, Self::Undefined)
    }

    /// The number that it is, if it is one.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "calculations are made with floating point")]
    pub const fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(whole) => Some(*whole as f64),
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A number, as a whole one if it is.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "only whole numbers are cast, of 53 bits")]
    pub fn of_number(number: f64) -> Self {
        let is_whole = number.fract() == 0.0 && number.abs() < 9e15;
        if is_whole { Self::Whole(number as i64) } else { Self::Number(number) }
    }

    /// How it compares with another of its kind; none if the two are of different kinds.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Flag(left), Self::Flag(right)) => Some(left.cmp(right)),
            (Self::Whole(left), Self::Whole(right)) => Some(left.cmp(right)),
            (Self::Text(left), Self::Text(right)) => Some(left.cmp(right)),
            (left, right) => left.number()?.partial_cmp(&right.number()?),
        }
    }

    /// The order of any two: by kind, then by value. What is undefined comes last.
    #[must_use]
    pub fn total_order(&self, other: &Self) -> Ordering {
        let rank = |cell: &Self| match cell {
            Self::Flag(_) => 0,
            Self::Whole(_) | Self::Number(_) => 1,
            Self::Text(_) => 2,
            Self::List(_) => 3,
            Self::Object(_) => 4,
            Self::Undefined => 5,
        };
        rank(self).cmp(&rank(other)).then_with(|| match (self, other) {
            (Self::List(left), Self::List(right)) => {
                let parts = left.iter().zip(right.iter()).map(|(a, b)| a.total_order(b));
                parts.fold(Ordering::Equal, Ordering::then).then(left.len().cmp(&right.len()))
            }
            (Self::Object(left), Self::Object(right)) => left.to_string().cmp(&right.to_string()),
            _ => self.compare(other).unwrap_or(Ordering::Equal),
        })
    }

    /// The value as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Undefined => Value::Null,
            Self::Flag(flag) => Value::Bool(*flag),
            Self::Whole(whole) => Value::from(*whole),
            Self::Number(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
            Self::Text(text) => Value::from(text.as_ref()),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(object) => object.as_ref().clone(),
        }
    }
}

impl From<&Value> for Cell {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Undefined,
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Self::Whole(whole),
                (None, Some(number)) => Self::Number(number),
                (None, None) => Self::Undefined,
            },
            Value::String(text) => Self::text(text),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(_) => Self::Object(Arc::new(value.clone())),
        }
    }
}
