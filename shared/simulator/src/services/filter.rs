//! Filters, as `$filter` and reports have them: comparisons, `in`, `startsWith`, `endsWith`, `and`,
//! `or` and `not`.

mod parse;
mod table;

use std::cmp::Ordering;

use serde_json::Value;

/// What an object has to be like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    /// It lets everything through.
    Everything,
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Compare {
        path: String,
        operator: Operator,
        value: Value,
    },
    In {
        path: String,
        values: Vec<Value>,
    },
    Starts {
        path: String,
        with: String,
    },
    Ends {
        path: String,
        with: String,
    },
    /// An element of a list is like that. Its paths begin at the element.
    Any {
        path: String,
        inner: Box<Filter>,
    },
    /// The words of a text begin with these, as `$search` has it.
    Words {
        path: String,
        words: Vec<String>,
    },
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

impl Filter {
    /// Whether the directory answers it only with eventual consistency.
    pub(crate) fn is_advanced(&self) -> bool {
        match self {
            Self::And(one, other) | Self::Or(one, other) => {
                one.is_advanced() || other.is_advanced()
            }
            Self::Not(_) | Self::Ends { .. } => true,
            Self::Compare { operator, .. } => *operator == Operator::Unequal,
            Self::Any { inner, .. } => inner.is_advanced(),
            Self::Everything | Self::In { .. } | Self::Starts { .. } | Self::Words { .. } => false,
        }
    }

    /// The names of the properties that it looks at.
    pub(crate) fn properties(&self) -> Vec<&str> {
        self.paths().into_iter().map(|path| path.split('/').next().unwrap_or(path)).collect()
    }

    /// The paths of the values that it looks at, such as `properties/usageStart`.
    pub(crate) fn paths(&self) -> Vec<&str> {
        match self {
            Self::Everything => Vec::new(),
            Self::And(one, other) | Self::Or(one, other) => {
                one.paths().into_iter().chain(other.paths()).collect()
            }
            Self::Not(inner) => inner.paths(),
            Self::Compare { path, .. }
            | Self::In { path, .. }
            | Self::Starts { path, .. }
            | Self::Ends { path, .. }
            | Self::Any { path, .. }
            | Self::Words { path, .. } => vec![path],
        }
    }

    /// The parts that all have to hold; nothing if it is not made of such.
    pub(crate) fn clauses(&self) -> Option<Vec<&Self>> {
        match self {
            Self::And(one, other) => {
                let mut clauses = one.clauses()?;
                clauses.extend(other.clauses()?);
                Some(clauses)
            }
            Self::Everything => Some(Vec::new()),
            Self::Compare { .. } => Some(vec![self]),
            _ => None,
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
            Self::Everything => true,
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
            Self::Any { path, inner } => value(path).is_some_and(|list| {
                let mut elements = list.as_array().into_iter().flatten();
                elements.any(|element| {
                    inner.matches(&|name| match name {
                        "" => Some(element.clone()),
                        name => element.get(name).cloned(),
                    })
                })
            }),
            Self::Words { path, words } => text(path).is_some_and(|text| {
                let own: Vec<&str> = text.split(|it: char| !it.is_alphanumeric()).collect();
                words.iter().all(|word| own.iter().any(|own| own.starts_with(word.as_str())))
            }),
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
            "list": ["a1", "b"],
            "deeper": [{ "er": "z" }, { "er": "y" }],
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
            "list/any(it:it eq 'B')",
            "list/any(it: startswith(it, 'a') or it eq 'x') and size eq 3",
            "deeper/any(d:d/er in ('x','y'))",
        ] {
            assert!(matches(filter), "{filter}");
        }
        for filter in [
            "name eq 'x'",
            "size eq '3'",
            "none ne null",
            "deep/none eq 'x'",
            "list/any(a:a eq 'c')",
        ] {
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
            "members/all(m:m/id eq 'x')",
            "members/any(m/id eq 'x')",
            "members/any(m:m/id eq 'x'",
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
