//! Conditions.
//!
//! A property that is not there is equal to nothing, so `=` is false of it and `!=` is true. Where
//! it is not there because nobody could read it, what follows from that is unknown, and what is
//! unknown does not pass.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::evaluate::{evaluate, fields as fields_of, text};
use crate::plan::{Comparison, Expression, Operand, Relation, Test};
use crate::tables::Cell;

/// What is known of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    True,
    False,
    Unknown,
}

impl Truth {
    const fn of(is_true: bool) -> Self {
        if is_true { Self::True } else { Self::False }
    }
}

/// The value of a field, and whether it is undefined because nobody could read it.
pub(super) type Known<'c> = (Cow<'c, Cell>, bool);

/// Whether a condition is true for certain.
pub(super) fn passes<'c>(test: &Test, get: &dyn Fn(usize) -> Known<'c>) -> bool {
    truth(test, get) == Truth::True
}

/// What is known of a condition.
pub(super) fn truth<'c>(test: &Test, get: &dyn Fn(usize) -> Known<'c>) -> Truth {
    // One that is false, or true, decides; else one that is unknown does.
    let decide = |tests: &[Test], decisive: Truth, otherwise: Truth| {
        let mut all = otherwise;
        for test in tests {
            match truth(test, get) {
                it if it == decisive => return decisive,
                Truth::Unknown => all = Truth::Unknown,
                _ => (),
            }
        }
        all
    };
    match test {
        Test::And(tests) => decide(tests, Truth::False, Truth::True),
        Test::Or(tests) => decide(tests, Truth::True, Truth::False),
        Test::Compare(comparison) => compare(comparison, get),
    }
}

fn compare<'c>(comparison: &Comparison, get: &dyn Fn(usize) -> Known<'c>) -> Truth {
    let (found, is_unknown) = get(comparison.field);
    if is_unknown {
        return Truth::Unknown;
    }
    let holds = |operand: &Operand| match operand {
        Operand::Undefined => match comparison.relation {
            Relation::Equal => found.is_defined() == comparison.negated,
            _ => comparison.negated,
        },
        Operand::Matching(regex) => {
            let matches = |cell: &Cell| match cell {
                Cell::Text(text) => regex.is_match(text),
                _ => false,
            };
            some(&found, matches) != comparison.negated
        }
        Operand::Value(expression) => {
            let wanted = match expression {
                Expression::Always(cell) => Cow::Borrowed(cell),
                Expression::Field(field) => get(*field).0,
                _ => Cow::Owned(evaluate(expression, &|field| get(field).0.into_owned(), &[])),
            };
            let matches = |cell: &Cell| relates(comparison, cell, &wanted);
            let is_ordered = matches!(
                comparison.relation,
                Relation::Less | Relation::Greater | Relation::AtMost | Relation::AtLeast
            );
            let is_list = matches!(*found, Cell::List(_));
            let is_true = match comparison.relation {
                // A list is neither less nor greater than anything.
                _ if is_ordered && is_list => false,
                Relation::Equal if is_list && found == wanted => true,
                _ => some(&found, matches),
            };
            is_true != comparison.negated
        }
    };
    // By De Morgan, the contrary of any is all, and that of all is any.
    let mut values = comparison.values.iter();
    let is_any = comparison.all == comparison.negated;
    Truth::of(if is_any { values.any(holds) } else { values.all(holds) })
}

/// Whether some item of a list matches, or a value that is no list.
fn some(cell: &Cell, matches: impl Fn(&Cell) -> bool) -> bool {
    match cell {
        Cell::Undefined => false,
        Cell::List(items) => items.iter().any(matches),
        other => matches(other),
    }
}

fn relates(comparison: &Comparison, found: &Cell, wanted: &Cell) -> bool {
    let (Cell::Text(left), Cell::Text(right)) = (found, wanted) else {
        let order = found.compare(wanted);
        let is = |orders: &[Ordering]| {
            let is_flag = matches!(found, Cell::Flag(_));
            !is_flag && order.is_some_and(|it| orders.contains(&it))
        };
        return match comparison.relation {
            Relation::Equal => {
                let looks_same =
                    || comparison.is_tag && wanted.is_defined() && text(found) == text(wanted);
                order == Some(Ordering::Equal) || looks_same()
            }
            Relation::Less => is(&[Ordering::Less]),
            Relation::Greater => is(&[Ordering::Greater]),
            Relation::AtMost => is(&[Ordering::Less, Ordering::Equal]),
            Relation::AtLeast => is(&[Ordering::Greater, Ordering::Equal]),
            Relation::Contains | Relation::StartsWith | Relation::EndsWith => false,
        };
    };
    match comparison.relation {
        Relation::Equal => left == right,
        Relation::Less => left < right,
        Relation::Greater => left > right,
        Relation::AtMost => left <= right,
        Relation::AtLeast => left >= right,
        Relation::Contains => left.contains(right.as_ref()),
        Relation::StartsWith => left.starts_with(right.as_ref()),
        Relation::EndsWith => left.ends_with(right.as_ref()),
    }
}

/// Adds the fields that a condition looks at.
pub(super) fn fields(test: &Test, fields: &mut Vec<usize>) {
    test.each(&mut |comparison| {
        fields.push(comparison.field);
        for operand in &comparison.values {
            if let Operand::Value(expression) = operand {
                fields.extend(fields_of(expression));
            }
        }
    });
}
